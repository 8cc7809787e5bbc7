//! Trying again: when, how often, how long the waits are, and that they are told before they begin.

use std::sync::Mutex;
use std::time::Duration;

use cfimg::cloudflare::{Error, Wait, WaitReason, unwatched};
use cfimg::domain::Usage;

use crate::server::{Reply, Server, http, ok};

const COUNT: &str = r#"{"count":{"current":1,"allowed":2}}"#;
const USAGE: Usage = Usage { current: Some(1), allowed: Some(2) };

#[tokio::test]
async fn a_short_retry_after_is_waited_for_once_and_told() {
    let limited =
        |header: &str| Reply::Bytes(http(429, &[header, "date: Wed, 21 Oct 2026 07:28:00 GMT"], "{}"));
    for header in ["retry-after: 7", "retry-after: Wed, 21 Oct 2026 07:28:07 GMT"] {
        let server = Server::start([limited(header), ok(COUNT)]);
        let told = Mutex::new(Vec::new());
        let watch = |wait: Wait| told.lock().expect("one thread").push(wait);
        assert_eq!(server.client().usage(&watch).await, Ok(USAGE));
        let wait = Wait { for_: Duration::from_secs(7), reason: WaitReason::RateLimited, attempt: 2 };
        assert_eq!(told.into_inner().expect("one thread"), [wait], "{header}");
        assert_eq!(server.requests().len(), 2);
    }
}

#[tokio::test]
async fn waits_double_with_some_chance_added() {
    let server = Server::start([Reply::Bytes(http(503, &[], "<html>")), Reply::Reset(Vec::new()), ok(COUNT)]);
    let told = Mutex::new(Vec::new());
    let watch = |wait: Wait| told.lock().expect("one thread").push(wait);
    assert_eq!(server.client().usage(&watch).await, Ok(USAGE));
    let told = told.into_inner().expect("one thread");
    let reasons: Vec<_> = told.iter().map(|wait| (wait.reason, wait.attempt)).collect();
    assert_eq!(reasons, [(WaitReason::ServerError, 2), (WaitReason::Connection, 3)]);
    assert!((500..=1000).contains(&told[0].for_.as_millis()), "{told:?}");
    assert!((1000..=2000).contains(&told[1].for_.as_millis()), "{told:?}");
}

#[tokio::test]
async fn ten_seconds_are_waited_for_and_eleven_are_not() {
    for (seconds, tries) in [(10, 3), (11, 1)] {
        let after = format!("retry-after: {seconds}");
        let server = Server::start([Reply::Bytes(http(429, &[&after], "{}"))]);
        let error = server.client().usage(&unwatched).await.expect_err("limited");
        let Error::RateLimited { answered, .. } = &error else { panic!("{error:?}") };
        assert_eq!(answered.wait, Some(Duration::from_secs(seconds)));
        assert_eq!(server.requests().len(), tries, "{seconds}");
    }
}

#[tokio::test]
async fn a_dropped_lookup_waits_no_longer() {
    let server = Server::start([Reply::Bytes(http(429, &["retry-after: 10"], "{}"))]);
    // This client waits for real seconds; dropping it must not.
    let client =
        cfimg::cloudflare::Client::new(crate::server::config(&server.base, Some(crate::server::ACCOUNT)));
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = Mutex::new(Some(tell));
    let watch = move |wait: Wait| {
        let tell = tell.lock().expect("one thread").take();
        tell.map(|tell| tell.send(wait)).expect("told once").expect("somebody listens");
    };
    let lookup = client.usage(&watch);
    tokio::select! {
        answer = lookup => panic!("no answer is due: {answer:?}"),
        wait = told => assert_eq!(wait.expect("told").for_, Duration::from_secs(10)),
    }
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn lookups_can_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let client = cfimg::cloudflare::Client::new(crate::server::config("http://127.0.0.1:9", None));
    let id = cfimg::domain::ImageId::parse("a").expect("an ID");
    is_send(&client.image(&id, &unwatched));
    is_send(&client.variant_options(&unwatched));
    is_send(&client.usage(&unwatched));
}
