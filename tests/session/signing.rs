//! Signed URLs, from keys to the embedded Cloudflare, which verifies them independently.

use std::time::Duration;

use cfimg::app::{Input, Model, Notice, Overlay};
use cfimg::cloudflare::{Delivery, DeliveryError};
use cfimg::demo::{ACCOUNT_HASH, Options, PRIVATE_ID, SAMPLE_ID, Server};
use cfimg::domain::{KeySource, SigningKey};
use cfimg::runtime::Arrival;

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

/// The HTTP statuses in the notice, such as "403" in "… (403)".
fn statuses(model: &Model) -> Vec<String> {
    let Some(Notice::Done(text) | Notice::Warning(text)) = &model.notice else { return Vec::new() };
    let statuses = text.split('(').filter_map(|rest| Some(rest.split_once(')')?.0));
    statuses.filter(|status| status.len() == 3 && status.parse::<u16>().is_ok()).map(str::to_owned).collect()
}

#[tokio::test]
async fn private_url_is_signed_copied_and_opened() {
    let server = server().await;
    let mut harness = Harness::new(&server).start(Some(PRIVATE_ID));
    harness.until_ready(PRIVATE_ID).await;
    harness.press("y");
    harness.until_taken(1).await;
    assert!(harness.session.model().delivery.active_url.is_some());
    harness.press("o");
    harness.until_taken(2).await;
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
    let mut harness = Harness::at(&proxy.api_base()).start(Some(PRIVATE_ID));
    harness.until_ready(PRIVATE_ID).await;
    // The list with its count, the options, the image and the keys.
    harness.press("Rry");
    harness
        .until(|model| {
            let copied = model.delivery.active_url.is_some() && model.delivery.jobs.is_empty();
            copied && model.browse.total().is_some() && model.lookup.options.pending_request().is_none()
        })
        .await;
    assert_eq!(harness.driver.desktop.taken().len(), 1);
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
    harness.until_ready(PRIVATE_ID).await;
    harness.press("s1");
    harness.until(|model| matches!(model.overlay, Some(Overlay::Signed))).await;
    let shown = harness.driver.screen.text();
    let key = |model: &Model| model.delivery.active_url.as_ref().map(|active| active.key.clone());
    assert_eq!(key(harness.session.model()).as_deref(), Some("default"));
    harness.until_taken(1).await;
    harness.press("V");
    harness.until(|model| statuses(model) == ["200", "403"]).await;
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
    harness.until_ready(PRIVATE_ID).await;
    harness.press("V");
    harness.until(|model| statuses(model) == ["403", "403"]).await;
    assert_eq!(key_requests(&server), 0, "the explicit key is used");
}

#[tokio::test]
async fn copy_without_key_needs_confirmation() {
    let server = server().await;
    let mut harness = Harness::without_key(&server).start(Some(PRIVATE_ID));
    harness.until_ready(PRIVATE_ID).await;
    harness.press("y");
    harness.until_warning().await;
    assert!(harness.driver.desktop.taken().is_empty());
    harness.press("y");
    harness.until_taken(1).await;
    assert!(!harness.driver.desktop.taken()[0].contains("sig="));
}

#[tokio::test]
async fn disabled_flexible_variants_are_reported() {
    let server = server().await;
    let mut harness = Harness::new(&server).start(Some(SAMPLE_ID));
    harness.until_ready(SAMPLE_ID).await;
    harness
        .run(async |driver| {
            driver.press("fw=400\r");
            driver.screen.shows(" w=400 ").await;
            driver.press("V");
            driver.screen.shows("9429").await;
        })
        .await;
    assert!(harness.session.model().delivery.flexible_is_off);
    harness.press("f");
    let is_shown = |words: &str| harness.driver.screen.text().contains(words);
    assert!(is_shown("Flexible variants are off"), "{}", harness.driver.screen.text());
}

#[tokio::test]
async fn pasted_signature_is_checked_with_the_accounts_key() {
    let server = server().await;
    let mut harness = Harness::new(&server).start(Some(PRIVATE_ID));
    harness.until_ready(PRIVATE_ID).await;
    harness.press("y");
    harness.until_taken(1).await;
    let url = harness.driver.desktop.taken().remove(0);
    let (start, signature) = url.split_at(url.len() - 1);
    let flipped = if signature == "0" { "1" } else { "0" };
    let paste = |text: String| Arrival::Inputs(vec![Input::Paste(text.into())]);
    let explains = |model: &Model, text: &str| match &model.overlay {
        Some(Overlay::Table { rows, .. }) => rows.iter().any(|(_, value)| value.contains(text)),
        _ => false,
    };
    harness.driver.send(paste(format!("{start}{flipped}")));
    harness.press("");
    harness.until_warning().await;
    harness.press("e");
    harness.until(|model| explains(model, ACCOUNT_HASH)).await;
    assert!(!explains(harness.session.model(), "default"));
    harness.press("\x1b");
    harness.driver.send(paste(url));
    harness.press("e");
    harness.until(|model| explains(model, "default")).await;
}
