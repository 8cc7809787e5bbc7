//! Signed URLs, from keys to the embedded Cloudflare, which verifies them independently.

use std::time::Duration;

use cfimg::cloudflare::{Delivery, DeliveryError};
use cfimg::demo::{Options, PRIVATE_ID, SAMPLE_ID, Server};
use cfimg::domain::{KeySource, SigningKey};

use super::harness::Harness;
use super::proxy::RecordingProxy;

async fn server() -> Server {
    Server::start(Options::default()).await.expect("a free port")
}

/// A key in the format of the demo's, but not one of them.
const WRONG: &str = "demoK3yThatOpensNothing000000000=";

/// How often the keys were requested.
fn key_requests(server: &Server) -> usize {
    server.requests().iter().filter(|request| format!("{request:?}").contains("/images/v1/keys")).count()
}

#[tokio::test]
async fn a_private_images_url_is_signed_copied_and_opens() {
    let server = server().await;
    let mut harness = Harness::new(&server).start(Some(PRIVATE_ID));
    harness
        .run(async |driver| {
            driver.settled("Signed URLs required").await;
            driver.press("y");
            driver.screen.shows("holds until").await;
            driver.press("o");
            driver.screen.shows("Opened in the browser, holds until").await;
        })
        .await;
    let taken = harness.driver.desktop.taken();
    assert!(taken.len() == 2 && taken[0] == taken[1], "the URL in hand: {taken:?}");
    assert_eq!(key_requests(&server), 1);
    let head = Delivery::new().head(&taken[0], "image/*").await.expect("it is delivered");
    assert_eq!(head.status, 200);
    let (plain, _) = taken[0].split_once('?').expect("it is signed");
    let denied = Delivery::new().head(plain, "image/*").await.expect_err("the plain one is not");
    assert_eq!(DeliveryError::code(&denied), Some("9425"));
    let screen = harness.driver.screen.text();
    let (_, signature) = taken[0].split_once("sig=").expect("it is signed");
    assert!(screen.contains("sig=…") && !screen.contains(&signature[..12]), "{screen}");
}

#[tokio::test]
async fn no_more_than_four_requests_run_at_once() {
    let server = Server::start(Options { latency: Duration::from_millis(100), ..Options::default() }).await;
    let server = server.expect("a free port");
    let proxy = RecordingProxy::before(server.addr()).await;
    let mut harness = Harness::signing_at(&proxy.api_base()).start(Some(PRIVATE_ID));
    harness
        .run(async |driver| {
            driver.settled("Signed URLs required").await;
            driver.screen.shows("scale-down").await;
            // The image, its options, the keys, and the list with its count.
            driver.press("ryb");
            driver.screen.shows("Copied").await;
            driver.screen.shows("Browse ━━ 36").await;
        })
        .await;
    harness
        .until(|model| model.browse.total().is_some() && model.lookup.options.pending_request().is_none())
        .await;
    let sent: String = proxy.lines().into_iter().map(|line| line.request).collect();
    for request in ["/keys ", "/stats ", "/v2?", "/variants "] {
        assert!(sent.contains(request), "{request}\n{sent}");
    }
    assert!(proxy.most_at_once() <= 4, "{}", proxy.most_at_once());
}

#[tokio::test]
async fn a_lifetime_is_chosen_and_the_url_verified() {
    let server = server().await;
    let mut harness = Harness::new(&server).start(Some(PRIVATE_ID));
    let shown = harness
        .run(async |driver| {
            driver.settled("Signed URLs required").await;
            driver.press("s1");
            let shown = driver.screen.until(|screen| screen.contains("signed by the key default")).await;
            driver.press("y");
            driver.screen.shows("Copied").await;
            driver.press("V");
            driver.screen.shows("signed URL opens (200); plain URL refused (403)").await;
            shown
        })
        .await;
    let url = &harness.driver.desktop.taken()[0];
    let exp: i64 = url
        .split_once("exp=")
        .and_then(|(_, rest)| rest.split_once('&')?.0.parse().ok())
        .expect("it expires");
    let now = harness.session.model().now.as_second();
    assert!((now + 240..=now + 300).contains(&exp), "five minutes: {exp}");
    assert!(shown.replace('\n', "").contains(&url[url.len() - 20..]), "whole, as it was asked for: {shown}");
}

#[tokio::test]
async fn a_wrong_key_is_denied_in_words() {
    let server = server().await;
    let key = SigningKey::parse("mine", WRONG).expect("a key");
    let mut harness = Harness::signing_by(&server, KeySource::Explicit(key)).start(Some(PRIVATE_ID));
    harness
        .run(async |driver| {
            driver.settled("Signed URLs required").await;
            driver.press("V");
            driver.screen.shows("signed URL refused (403); plain URL refused (403)").await;
        })
        .await;
    assert_eq!(key_requests(&server), 0, "the key that was given is the one");
}

#[tokio::test]
async fn without_a_key_it_is_said_and_nothing_copied() {
    let server = server().await;
    let mut harness = Harness::without_a_key(&server).start(Some(PRIVATE_ID));
    harness
        .run(async |driver| {
            driver.settled("Signed URLs required").await;
            driver.press("y");
            driver.screen.shows("Images Read").await;
            assert!(driver.desktop.taken().is_empty());
            driver.press("y");
            driver.screen.shows("Copied").await;
        })
        .await;
    assert!(!harness.driver.desktop.taken()[0].contains("sig="));
}

#[tokio::test]
async fn flexible_variants_that_are_off_say_so() {
    let server = server().await;
    let mut harness = Harness::new(&server).start(Some(SAMPLE_ID));
    harness
        .run(async |driver| {
            driver.settled("logo.png").await;
            driver.press("fw=400\r");
            driver.screen.shows("› w=400").await;
            driver.press("V");
            driver.screen.shows("9429").await;
            driver.press("f");
            driver.screen.shows("Flexible variants are off in this account").await;
        })
        .await;
}

#[tokio::test]
async fn a_pasted_signature_is_held_against_the_accounts_key() {
    let server = server().await;
    let mut harness = Harness::new(&server).start(Some(PRIVATE_ID));
    harness
        .run(async |driver| {
            driver.settled("Signed URLs required").await;
            driver.press("y");
            driver.screen.shows("holds until").await;
            let url = driver.desktop.taken().remove(0);
            let (before, signature) = url.split_at(url.len() - 1);
            let flipped = if signature == "0" { "1" } else { "0" };
            driver.send(cfimg::runtime::Arrival::Inputs(vec![cfimg::app::Input::Paste(
                format!("{before}{flipped}").into(),
            )]));
            driver.screen.shows("The pasted URL's signature is bad").await;
            driver.press("e");
            driver.screen.shows("(this account's)").await;
            driver.press("\x1b");
            driver.send(cfimg::runtime::Arrival::Inputs(vec![cfimg::app::Input::Paste(url.into())]));
            driver.press("e");
            driver.screen.shows("good, by the key default").await;
        })
        .await;
}
