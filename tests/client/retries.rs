//! Retries: when, how often, how long the waits are, and that waits are reported.

use std::sync::Mutex;
use std::time::Duration;

use cfimg::cloudflare::{Error, Wait, WaitReason, ignore_waits};
use cfimg::domain::Usage;

use crate::server::{Reply, Server, head, http, ok};

const COUNT: &str = r#"{"count":{"current":1,"allowed":2}}"#;
const USAGE: Usage = Usage { current: Some(1), allowed: Some(2) };

#[tokio::test]
async fn short_retry_after_is_waited_for_and_reported() {
    let limited =
        |header: &str| Reply::Bytes(http(429, &[header, "date: Wed, 21 Oct 2026 07:28:00 GMT"], "{}"));
    for header in ["retry-after: 7", "retry-after: Wed, 21 Oct 2026 07:28:07 GMT"] {
        let server = Server::start([limited(header), ok(COUNT)]);
        let waits = Mutex::new(Vec::new());
        let watch = |wait: Wait| waits.lock().expect("one thread").push(wait);
        assert_eq!(server.client().usage(&watch).await, Ok(USAGE));
        let wait = Wait { pause: Duration::from_secs(7), reason: WaitReason::RateLimited, attempt: 2 };
        assert_eq!(waits.into_inner().expect("one thread"), [wait], "{header}");
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn success_with_lost_body_is_retried() {
    let json = r#"{"result":{"count":{"current":1,"#;
    for (name, lost, tries) in [
        ("empty", http(200, &[], ""), 3),
        ("white space", http(200, &[], " \n"), 3),
        ("cut", http(200, &[], json), 3),
        ("garbled", http(200, &["content-encoding: gzip"], json), 3),
        ("shorter than announced", head(200, &["content-length: 900"]), 3),
        ("a web page", http(200, &["content-type: text/html"], "<html>"), 1),
        ("another program's", http(200, &[], r#"{"hello":1}"#), 1),
        ("an empty refusal", http(404, &[], ""), 1),
    ] {
        let server = Server::start([Reply::Bytes(lost.clone())]);
        server.client().usage(&ignore_waits).await.expect_err(name);
        assert_eq!(server.requests().len(), tries, "{name}");
        if tries == 3 {
            let server = Server::start([Reply::Bytes(lost.clone()), Reply::Bytes(lost), ok(COUNT)]);
            assert_eq!(server.client().usage(&ignore_waits).await, Ok(USAGE), "{name}");
        }
    }
}

#[tokio::test]
async fn empty_original_is_retried() {
    let id = cfimg::domain::ImageId::parse("a").expect("an ID");
    let server = Server::start([
        Reply::Bytes(http(200, &["content-type: image/png"], "")),
        Reply::Bytes(http(200, &["content-type: image/png"], "bytes")),
    ]);
    let original =
        server.client().original(&id, 100, &ignore_waits, &cfimg::cloudflare::ignore_progress).await;
    assert_eq!(original.expect("the second").bytes, b"bytes");
}

fn waiting_for_quota(server: &Server) -> cfimg::cloudflare::Client {
    let config = crate::server::config(&server.base, Some(crate::server::ACCOUNT));
    cfimg::cloudflare::Client::with_retry_policy(
        config,
        cfimg::cloudflare::RetryPolicy { waits_for_quota: true, time_scale: 1000, ..crate::server::quick() },
    )
}

#[tokio::test]
async fn used_up_quota_is_waited_for() {
    let with = |limit: &str| {
        let body = format!(r#"{{"result":{COUNT},"success":true}}"#);
        Reply::Bytes(http(200, &[limit], body))
    };
    for (limit, wait) in [
        (r#"ratelimit: "default";r=0;t=212"#, Some(212)),
        (r#"ratelimit: "default";r=0;t=1000000000"#, Some(300)),
        (r#"ratelimit: "default";r=1;t=212"#, None),
        (r#"ratelimit: "default";r=0"#, None),
        (r#"ratelimit: "default";r=-1;t=212"#, None),
        ("ratelimit: r=0;t", None),
        (r#"ratelimit: "a";r=500;t=299, "b";r=0;t=150"#, Some(150)),
    ] {
        let server = Server::start([with(limit), ok(COUNT)]);
        let client = waiting_for_quota(&server);
        let waits = Mutex::new(Vec::new());
        let watch = |wait: Wait| waits.lock().expect("one thread").push((wait.reason, wait.pause.as_secs()));
        for _ in 0..2 {
            assert_eq!(client.usage(&watch).await, Ok(USAGE));
        }
        let waits = waits.into_inner().expect("one thread");
        assert_eq!(waits.len(), usize::from(wait.is_some()), "{limit}: {waits:?}");
        // A part of the wait may have passed.
        let within =
            |(reason, pause)| reason == WaitReason::QuotaLow && wait.is_some_and(|wait| pause <= wait);
        assert!(waits.iter().copied().all(within), "{limit}: {waits:?}");
    }
}

#[tokio::test]
async fn concurrent_requests_stay_within_the_quota() {
    let body = format!(r#"{{"result":{COUNT},"success":true}}"#);
    let left = |n: u32| Reply::Bytes(http(200, &[&format!(r#"ratelimit: "default";r={n};t=60"#)], &body));
    let limited = Reply::Bytes(http(429, &["retry-after: 250"], ""));
    // Four requests are left, then the window ends.
    let server = Server::start([left(3), left(2), left(1), left(0), left(1199), left(1198), ok(COUNT)]);
    let client = waiting_for_quota(&server);
    assert_eq!(client.usage(&ignore_waits).await, Ok(USAGE));
    let all = futures_util::future::join_all((0..8).map(|_| client.usage(&ignore_waits))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    // A 429 stops the others too, and the next request waits for its Retry-After.
    let server = Server::start([limited, ok(COUNT)]);
    let client = waiting_for_quota(&server);
    client.usage(&ignore_waits).await.expect_err("a short run reports it");
    let waits = Mutex::new(Vec::new());
    let watch = |wait: Wait| waits.lock().expect("one thread").push((wait.reason, wait.pause.as_secs()));
    assert_eq!(client.usage(&watch).await, Ok(USAGE));
    let waits = waits.into_inner().expect("one thread");
    assert!(matches!(waits[..], [(WaitReason::QuotaLow, 1..=250)]), "{waits:?}");
}

#[tokio::test]
async fn waits_double_with_jitter() {
    let server = Server::start([Reply::Bytes(http(503, &[], "<html>")), Reply::Reset(Vec::new()), ok(COUNT)]);
    let waits = Mutex::new(Vec::new());
    let watch = |wait: Wait| waits.lock().expect("one thread").push(wait);
    assert_eq!(server.client().usage(&watch).await, Ok(USAGE));
    let waits = waits.into_inner().expect("one thread");
    let reasons: Vec<_> = waits.iter().map(|wait| (wait.reason, wait.attempt)).collect();
    assert_eq!(reasons, [(WaitReason::ServerError, 2), (WaitReason::Connection, 3)]);
    assert!((500..=1000).contains(&waits[0].pause.as_millis()), "{waits:?}");
    assert!((1000..=2000).contains(&waits[1].pause.as_millis()), "{waits:?}");
}

#[tokio::test]
async fn retry_after_is_waited_for_up_to_ten_seconds() {
    for (seconds, tries) in [(10, 3), (11, 1)] {
        let after = format!("retry-after: {seconds}");
        let server = Server::start([Reply::Bytes(http(429, &[&after], "{}"))]);
        let error = server.client().usage(&ignore_waits).await.expect_err("limited");
        let Error::RateLimited { response_info, .. } = &error else { panic!("{error:?}") };
        assert_eq!(response_info.wait, Some(Duration::from_secs(seconds)));
        assert_eq!(server.requests().len(), tries, "{seconds}");
    }
}

#[tokio::test]
async fn dropped_request_stops_waiting() {
    let server = Server::start([Reply::Bytes(http(429, &["retry-after: 10"], "{}"))]);
    // This client waits for real seconds. Dropping it must not.
    let client =
        cfimg::cloudflare::Client::new(crate::server::config(&server.base, Some(crate::server::ACCOUNT)));
    let (sender, first_wait) = tokio::sync::oneshot::channel();
    let sender = Mutex::new(Some(sender));
    let watch = move |wait: Wait| {
        let sender = sender.lock().expect("one thread").take();
        sender.map(|sender| sender.send(wait)).expect("one wait").expect("the receiver is alive");
    };
    let lookup = client.usage(&watch);
    tokio::select! {
        response = lookup => panic!("unexpected response: {response:?}"),
        wait = first_wait => assert_eq!(wait.expect("a wait").pause, Duration::from_secs(10)),
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn request_futures_are_send() {
    fn is_send<T: Send>(_: &T) {}
    let client = cfimg::cloudflare::Client::new(crate::server::config("http://127.0.0.1:9", None));
    let id = cfimg::domain::ImageId::parse("a").expect("an ID");
    is_send(&client.image(&id, &ignore_waits));
    is_send(&client.variant_options(&ignore_waits));
    is_send(&client.usage(&ignore_waits));
}

#[tokio::test]
async fn lost_picture_is_fetched_again() {
    let webp = "content-type: image/webp";
    let server = Server::start([
        Reply::Bytes(http(200, &[webp], "")),
        Reply::Bytes(head(200, &[webp, "content-length: 9"])),
        Reply::Bytes(http(200, &[webp], "whole")),
    ]);
    let url = server.base.replace("/client/v4", "/cdn-cgi/imagedelivery/hash/id/public");
    let delivery = cfimg::cloudflare::Delivery::new();
    let mut file = Vec::new();
    let saved = delivery.save(&url, "image/webp", 100, &mut file, &cfimg::cloudflare::ignore_progress).await;
    assert!(saved.is_ok() && file == b"whole", "{saved:?}");
    assert_eq!(server.requests().len(), 3);
}
