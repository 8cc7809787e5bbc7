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
const WRONG_KEY: &str = "demoK3yThatOpensNothing000000000=";

/// How often the keys were requested.
fn key_requests(server: &Server) -> usize {
    server.requests().iter().filter(|request| format!("{request:?}").contains("/images/v1/keys")).count()
}

#[tokio::test]
async fn private_url_is_signed_copied_and_opened() {
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
    assert!(taken.len() == 2 && taken[0] == taken[1], "the same URL again: {taken:?}");
    assert_eq!(key_requests(&server), 1);
    let head = Delivery::new().head(&taken[0], "image/*").await.expect("delivered");
    assert_eq!(head.status, 200);
    let (plain, _) = taken[0].split_once('?').expect("a signed URL");
    let denied = Delivery::new().head(plain, "image/*").await.expect_err("denied without signature");
    assert_eq!(DeliveryError::code(&denied), Some("9425"));
    let screen = harness.driver.screen.text();
    let (_, signature) = taken[0].split_once("sig=").expect("a signed URL");
    assert!(screen.contains("sig=…") && !screen.contains(&signature[..12]), "{screen}");
}

#[tokio::test]
async fn at_most_four_requests_run_at_once() {
    let server = Server::start(Options { latency: Duration::from_millis(100), ..Options::default() }).await;
    let server = server.expect("a free port");
    let proxy = RecordingProxy::start(server.addr()).await;
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
    let sent: String = proxy.connections().into_iter().map(|connection| connection.request).collect();
    for request in ["/keys ", "/stats ", "/v2?", "/variants "] {
        assert!(sent.contains(request), "{request}\n{sent}");
    }
    assert!(proxy.max_concurrent() <= 4, "{}", proxy.max_concurrent());
}

#[tokio::test]
async fn signed_url_has_chosen_lifetime_and_verifies() {
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
    let exp: i64 =
        url.split_once("exp=").and_then(|(_, rest)| rest.split_once('&')?.0.parse().ok()).expect("an expiry");
    let now = harness.session.model().now.as_second();
    assert!((now + 240..=now + 300).contains(&exp), "five minutes: {exp}");
    assert!(shown.replace('\n', "").contains(&url[url.len() - 20..]), "the whole URL is shown: {shown}");
}

#[tokio::test]
async fn wrong_key_is_denied() {
    let server = server().await;
    let key = SigningKey::parse("mine", WRONG_KEY).expect("a key");
    let mut harness = Harness::with_key_source(&server, KeySource::Explicit(key)).start(Some(PRIVATE_ID));
    harness
        .run(async |driver| {
            driver.settled("Signed URLs required").await;
            driver.press("V");
            driver.screen.shows("signed URL refused (403); plain URL refused (403)").await;
        })
        .await;
    assert_eq!(key_requests(&server), 0, "the explicit key is used");
}

#[tokio::test]
async fn copy_without_key_needs_confirmation() {
    let server = server().await;
    let mut harness = Harness::without_key(&server).start(Some(PRIVATE_ID));
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
async fn disabled_flexible_variants_are_reported() {
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
async fn pasted_signature_is_checked_with_the_accounts_key() {
    let server = server().await;
    let mut harness = Harness::new(&server).start(Some(PRIVATE_ID));
    harness
        .run(async |driver| {
            driver.settled("Signed URLs required").await;
            driver.press("y");
            driver.screen.shows("holds until").await;
            let url = driver.desktop.taken().remove(0);
            let (start, signature) = url.split_at(url.len() - 1);
            let flipped = if signature == "0" { "1" } else { "0" };
            driver.send(cfimg::runtime::Arrival::Inputs(vec![cfimg::app::Input::Paste(
                format!("{start}{flipped}").into(),
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
