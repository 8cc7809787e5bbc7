//! Answers that are not the API's, waiting, and stopping.

use std::time::{Duration, Instant};

use cfimg::demo::{ACCOUNT_ID, FAULT_IDS, Options, SAMPLE_ID, TOKEN};
use reqwest::{Method, RequestBuilder, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{Answer, Stand};

impl Stand {
    fn fault(&self, id: &str) -> RequestBuilder {
        self.bare(Method::GET, &format!("/accounts/{ACCOUNT_ID}/images/v1/{id}")).bearer_auth(TOKEN)
    }
}

#[tokio::test]
async fn each_fault_that_is_an_answer_is_the_one_that_is_listed() {
    let stand = Stand::new().await;
    let ask = async |id| Answer::of(stand.fault(id)).await;
    assert_eq!(ask("fault-500").await.refusal(), (500, 10000));
    let html = ask("fault-html").await;
    assert_eq!(html.status, StatusCode::BAD_GATEWAY);
    assert!(html.header("content-type").starts_with("text/html") && html.text().contains("<h1>502"));
    for (id, wait) in [("fault-429", "1"), ("fault-429-long", "240")] {
        let limited = ask(id).await;
        assert_eq!((limited.refusal(), limited.header("retry-after")), ((429, 971), wait));
    }
    assert_eq!(ask("fault-403").await.refusal(), (403, 9109));
    assert!(serde_json::from_slice::<serde_json::Value>(&ask("fault-half").await.bytes).is_err());
    let empty = ask("fault-empty").await;
    assert_eq!((empty.status, empty.bytes.len()), (StatusCode::OK, 0));
    let challenge = ask("fault-challenge").await;
    assert_eq!((challenge.status, challenge.header("cf-mitigated")), (StatusCode::FORBIDDEN, "challenge"));
    assert_eq!(ask("fault-array").await.text(), "[]");
    assert!(ask("fault-no-id").await.json()["result"].get("id").is_none());
    assert!(ask("fault-null").await.json()["result"].is_null());
    assert_eq!(ask("fault-types").await.json()["result"]["filename"], 42);
    assert!(ask("fault-deep").await.text().contains(&"[".repeat(10_000)));
    let long = ask("fault-long-name").await.json();
    assert_eq!(long["result"]["filename"].as_str().map(str::len), Some(1000));
    assert_eq!(ask("fault-code-error").await.json()["error"], "Bad request");
}

#[tokio::test]
async fn the_flaky_image_comes_at_the_third_try() {
    let stand = Stand::new().await;
    for expected in [500, 500, 200, 500, 500, 200] {
        let answer = Answer::of(stand.fault("fault-flaky")).await;
        assert_eq!(answer.status.as_u16(), expected);
        assert_eq!(answer.json()["result"]["id"] == "fault-flaky", expected == 200);
    }
}

#[tokio::test]
async fn broken_connections_break_where_they_should() {
    let stand = Stand::new().await;
    assert!(stand.fault("fault-reset").send().await.is_err(), "no answer comes before the reset");
    let cut = stand.fault("fault-cut").send().await.expect("the head arrives");
    assert_eq!(cut.status(), StatusCode::OK);
    assert!(cut.bytes().await.is_err(), "the body does not");

    let mut slow = stand.fault("fault-slow").send().await.expect("the head arrives");
    assert!(slow.chunk().await.expect("half a body").is_some());
    // That something never comes can only be watched for a while.
    let a_while = Duration::from_millis(150);
    assert!(tokio::time::timeout(a_while, slow.chunk()).await.is_err(), "the other half never comes");
    assert!(tokio::time::timeout(a_while, stand.fault("fault-hang").send()).await.is_err());
}

#[tokio::test]
async fn a_huge_body_goes_on_past_any_sensible_cap() {
    let stand = Stand::new().await;
    let mut huge = stand.fault("fault-huge").send().await.expect("the head arrives");
    let mut read = 0;
    while read < 16 << 20 {
        read += huge.chunk().await.expect("more").expect("more").len();
    }
}

#[tokio::test]
async fn a_redirect_points_to_this_server_by_another_name() {
    let stand = Stand::new().await;
    let answer = Answer::of(stand.fault("fault-redirect")).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let place = answer.header("location");
    assert!(place.starts_with(&format!("http://localhost:{}/", stand.server.addr().port())), "{place}");
    assert_eq!(stand.server.requests().len(), 1);
}

#[tokio::test]
async fn credentials_come_before_faults() {
    let stand = Stand::new().await;
    for (id, _) in FAULT_IDS {
        let path = format!("/accounts/{ACCOUNT_ID}/images/v1/{id}");
        assert_eq!(Answer::of(stand.bare(Method::GET, &path)).await.refusal(), (400, 9106));
    }
}

/// What a request came to, in a word.
async fn outcome(request: RequestBuilder) -> String {
    let Ok(response) = request.send().await else { return "broken".into() };
    let (status, bytes) = (response.status().as_u16(), response.bytes().await.unwrap_or_default());
    let sound = serde_json::from_slice::<serde_json::Value>(&bytes).is_ok();
    format!("{status} {sound}")
}

#[tokio::test]
async fn a_share_of_requests_fails_in_an_order_that_the_seed_settles() {
    let run = async |fail| {
        let stand = Stand::with(Options { fail, seed: 11, ..Options::default() }).await;
        let mut outcomes = Vec::new();
        for _ in 0..120 {
            outcomes.push(outcome(stand.fault(SAMPLE_ID)).await);
        }
        outcomes
    };
    let third = run(0.33).await;
    let sound = third.iter().filter(|outcome| *outcome == "200 true").count();
    assert!((60..100).contains(&sound), "{sound}");
    for kind in ["broken", "500 false", "502 false", "429 true", "200 false", "403 false"] {
        assert!(third.iter().any(|outcome| outcome == kind), "{kind} in {third:?}");
    }
    assert_eq!(run(0.33).await, third);
    assert!(run(0.0).await.iter().all(|outcome| outcome == "200 true"));
    assert!(run(1.0).await.iter().all(|outcome| outcome != "200 true"));
}

#[tokio::test]
async fn every_answer_waits_for_the_latency() {
    let latency = Duration::from_millis(80);
    let stand = Stand::with(Options { latency, ..Options::default() }).await;
    for url in [stand.server.api_base() + "/accounts", stand.server.delivery_base()] {
        let begun = clock();
        Answer::of(stand.client.get(url)).await;
        assert!(clock().duration_since(begun) >= latency);
    }
}

#[expect(clippy::disallowed_methods, reason = "how long an answer took is what the test is about")]
fn clock() -> Instant {
    Instant::now()
}

#[tokio::test]
async fn a_stopped_server_cuts_its_connections_and_frees_its_port() {
    let stand = Stand::new().await;
    let addr = stand.server.addr();
    let mut idle = tokio::net::TcpStream::connect(addr).await.expect("a connection");
    let mut waiting = tokio::net::TcpStream::connect(addr).await.expect("a connection");
    let request = format!(
        "GET /client/v4/accounts/{ACCOUNT_ID}/images/v1/fault-hang HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    waiting.write_all(request.as_bytes()).await.expect("sent");
    idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    let mut answer = [0; 4096];
    assert!(idle.read(&mut answer).await.expect("an answer") > 0);
    // Both requests are in before the server stops.
    while stand.server.requests().len() < 2 {
        tokio::task::yield_now().await;
    }
    stand.server.stop();
    for mut connection in [idle, waiting] {
        let mut rest = Vec::new();
        let end = tokio::time::timeout(Duration::from_secs(10), connection.read_to_end(&mut rest));
        let end = end.await.expect("the connection ends");
        assert!(end.is_err() || rest.is_empty(), "{}", String::from_utf8_lossy(&rest));
    }
    assert!(tokio::net::TcpStream::connect(addr).await.is_err(), "nobody listens any more");
    Stand::with(Options { port: addr.port(), ..Options::default() }).await;
}
