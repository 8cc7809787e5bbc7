//! HTTP/2 over TLS, as Cloudflare speaks it. The client must behave as over HTTP/1.1.

#[path = "http2/edge.rs"]
mod edge;

use std::sync::Mutex;

use cfimg::cloudflare::{Client, Error, NetworkError, Wait, WaitReason, ignore_waits};
use cfimg::domain::{ImageId, Usage};
use h2::Reason;

use self::edge::{Edge, Reply};
use crate::server::{ACCOUNT, TOKEN, config, quick};

const COUNT: &str = r#"{"count":{"current":1,"allowed":2}}"#;
const USAGE: Usage = Usage { current: Some(1), allowed: Some(2) };
const IMAGES: [&str; 4] = [r#"{"id":"a"}"#, r#"{"id":"b"}"#, r#"{"id":"c"}"#, r#"{"id":"d"}"#];

/// Runs the test in a child process that trusts the server's authority. In the child, returns the server and a
/// client for it.
fn edge(test: &str, script: impl IntoIterator<Item = Reply>) -> Option<(Edge, Client)> {
    if crate::subprocess::child_argument().is_none() {
        let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client/tls/authority.pem");
        crate::subprocess::run(&format!("http2::{test}"), "here", &[("SSL_CERT_FILE", authority)]);
        return None;
    }
    let edge = Edge::start(crate::tls::server(&[b"h2"]), script);
    let base = format!("https://localhost:{}/client/v4", edge.port);
    Some((edge, Client::with_retry_policy(config(&base, Some(ACCOUNT)), quick())))
}

fn id(text: &str) -> ImageId {
    ImageId::parse(text).expect("an ID")
}

#[tokio::test]
async fn concurrent_requests_share_one_connection() {
    let script = [Reply::Json(COUNT), Reply::Concurrent(&IMAGES)];
    let Some((mut edge, client)) = edge("concurrent_requests_share_one_connection", script) else {
        return;
    };
    assert_eq!(client.usage(&ignore_waits).await, Ok(USAGE));
    let ids = ["a", "b", "c", "d"].map(id);
    let images = futures_util::future::join_all(ids.iter().map(|id| client.image(id, &ignore_waits))).await;
    let got: Vec<_> = images.into_iter().map(|image| image.map(|image| image.id)).collect();
    let seen = edge.all_seen();
    assert_eq!(seen.len(), 5);
    assert!(seen.iter().all(|seen| seen.connection == 1), "{seen:?}");
    assert!(seen.iter().all(|seen| seen.authorization == Some(format!("Bearer {TOKEN}"))), "{seen:?}");
    // The edge assigns its responses in the order of arrival, which is arbitrary.
    let order = seen[1..].iter().map(|seen| seen.path.rsplit('/').next().expect("a path").to_owned());
    let sent: std::collections::HashMap<_, _> = order.zip(["a", "b", "c", "d"]).collect();
    for (id_sent, got) in ids.iter().zip(got) {
        assert_eq!(got, Ok(id(sent[id_sent.as_str()])), "{id_sent:?}");
    }
}

#[tokio::test]
async fn broken_stream_is_retried_and_reported() {
    for reply in [Reply::ResetAfterHeaders, Reply::ResetLate, Reply::ShortBody, Reply::CloseConnection] {
        let script = [reply, Reply::Json(COUNT), reply, reply, reply];
        let test = "broken_stream_is_retried_and_reported";
        let Some((edge, client)) = edge(test, script) else { return };
        let waits = Mutex::new(Vec::new());
        let watch = |wait: Wait| waits.lock().expect("one thread").push((wait.reason, wait.attempt));
        assert_eq!(client.usage(&watch).await, Ok(USAGE), "{reply:?}");
        assert_eq!(waits.into_inner().expect("one thread"), [(WaitReason::Connection, 2)], "{reply:?}");
        let error = client.usage(&ignore_waits).await.expect_err("it broke off three times");
        let host = format!("localhost:{}", edge.port);
        assert_eq!(error, Error::Network { host, network_error: NetworkError::Broken }, "{reply:?}");
        assert_eq!(edge.unused_replies(), 0, "{reply:?}");
    }
}

#[tokio::test]
async fn refused_request_is_sent_again() {
    let script = [
        Reply::LastOnConnection(COUNT),
        Reply::Json(COUNT),
        Reply::Refuse(Reason::REFUSED_STREAM),
        Reply::Json(COUNT),
    ];
    let Some((mut edge, client)) = edge("refused_request_is_sent_again", script) else { return };
    for _ in 0..3 {
        assert_eq!(client.usage(&ignore_waits).await, Ok(USAGE));
    }
    let connections: Vec<_> = edge.all_seen().iter().map(|seen| seen.connection).collect();
    assert_eq!(connections, [1, 2, 2, 2], "a new connection after GOAWAY");
    assert_eq!(edge.unused_replies(), 0);
}

#[tokio::test]
async fn dropped_request_resets_only_its_stream() {
    let script = [Reply::Json(COUNT), Reply::Silence, Reply::Json(COUNT)];
    let test = "dropped_request_resets_only_its_stream";
    let Some((mut edge, client)) = edge(test, script) else { return };
    assert_eq!(client.usage(&ignore_waits).await, Ok(USAGE));
    edge.seen().await;
    let a = id("a");
    tokio::select! {
        response = client.image(&a, &ignore_waits) => panic!("unexpected response: {response:?}"),
        seen = edge.seen() => assert!(seen.path.ends_with("/a"), "{seen:?}"),
    }
    assert_eq!(edge.next_reset().await, Reason::CANCEL);
    assert_eq!(client.usage(&ignore_waits).await, Ok(USAGE));
    assert_eq!(edge.seen().await.connection, 1);
}
