//! Faults, latency, and stopping the server.

use std::time::{Duration, Instant};

use cfimg::demo::{
    ACCOUNT_HASH, ACCOUNT_ID, DELIVERY_ERRORS, FAULT_IDS, FAULTY_ACCOUNT_ID, FAULTY_ACCOUNT_TOKEN, Options,
    SAMPLE_ID, TOKEN, delivery_fault_id,
};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{Harness, Response, schema};

impl Harness {
    fn fault(&self, id: &str) -> RequestBuilder {
        self.request(Method::GET, &format!("/accounts/{ACCOUNT_ID}/images/v1/{id}")).bearer_auth(TOKEN)
    }
}

#[tokio::test]
async fn faults_match_their_descriptions() {
    let harness = Harness::new().await;
    let get = async |id| Response::of(harness.fault(id)).await;
    assert_eq!(get("fault-500").await.refusal(), (500, 10000));
    let html = get("fault-html").await;
    assert_eq!(html.status, StatusCode::BAD_GATEWAY);
    assert!(html.header("content-type").starts_with("text/html") && html.text().contains("<h1>502"));
    for (id, wait) in [("fault-429", "1"), ("fault-429-long", "240")] {
        let limited = get(id).await;
        assert_eq!((limited.refusal(), limited.header("retry-after")), ((429, 971), wait));
    }
    assert_eq!(get("fault-403").await.refusal(), (403, 9109));
    assert!(serde_json::from_slice::<serde_json::Value>(&get("fault-half").await.bytes).is_err());
    let empty = get("fault-empty").await;
    assert_eq!((empty.status, empty.bytes.len()), (StatusCode::OK, 0));
    let challenge = get("fault-challenge").await;
    assert_eq!((challenge.status, challenge.header("cf-mitigated")), (StatusCode::FORBIDDEN, "challenge"));
    assert_eq!(get("fault-array").await.text(), "[]");
    assert!(get("fault-no-id").await.json()["result"].get("id").is_none());
    assert!(get("fault-null").await.json()["result"].is_null());
    assert_eq!(get("fault-types").await.json()["result"]["filename"], 42);
    assert!(get("fault-deep").await.text().contains(&"[".repeat(10_000)));
    let long = get("fault-long-name").await.json();
    assert_eq!(long["result"]["filename"].as_str().map(str::len), Some(1000));
    assert_eq!(get("fault-code-error").await.json()["error"], "Bad request");
}

#[tokio::test]
async fn flaky_fault_succeeds_every_third_time() {
    let harness = Harness::new().await;
    for expected in [500, 500, 200, 500, 500, 200] {
        let response = Response::of(harness.fault("fault-flaky")).await;
        assert_eq!(response.status.as_u16(), expected);
        assert_eq!(response.json()["result"]["id"] == "fault-flaky", expected == 200);
    }
}

#[tokio::test]
async fn image_faults_keep_their_own_id() {
    let harness = Harness::new().await;
    let get = async |id| Response::of(harness.fault(id)).await.json();
    assert_eq!(
        get("fault-other-id").await["result"]["id"],
        SAMPLE_ID,
        "except for the fault about another image"
    );
    let null = get("fault-access-null").await;
    assert_eq!(null["result"]["id"], "fault-access-null");
    assert_eq!(null["result"].get("requireSignedURLs"), Some(&Value::Null));
    let missing = get("fault-access-missing").await;
    assert_eq!(missing["result"]["id"], "fault-access-missing");
    assert_eq!(missing["result"].get("requireSignedURLs"), None);
    for complete in [false, false, true] {
        let response = harness.fault("fault-flaky-cut").send().await.expect("the head arrives");
        assert_eq!((response.status(), response.bytes().await.is_ok()), (StatusCode::OK, complete));
    }
}

#[tokio::test]
async fn errors_and_messages_have_every_field() {
    let harness = Harness::new().await;
    let errors = Response::of(harness.fault("fault-errors")).await;
    assert_eq!(errors.refusal(), (400, 5400));
    let errors = errors.json()["errors"].take();
    assert_eq!(errors.as_array().map(Vec::len), Some(3));
    assert_eq!(errors[1]["source"]["pointer"], "/requireSignedURLs");
    assert!(errors[1]["documentation_url"].as_str().is_some_and(|url| url.starts_with("https://")));
    assert_eq!(errors[1]["error_chain"][0]["code"], 5456);
    assert!(errors[2]["source"]["pointer"].as_str().is_some_and(|pointer| pointer.contains('\u{9b}')));

    let noted = Response::of(harness.fault("fault-messages")).await;
    assert_eq!(noted.result("images_image_response_single")["id"], "fault-messages");
    let messages = noted.json()["messages"].take();
    let messages = messages.as_array().expect("an array");
    assert_eq!(messages.len(), 40);
    let texts = || messages.iter().filter_map(|message| message["message"].as_str());
    assert!(texts().any(|text| text.len() == 5000) && texts().any(|text| text.contains('\u{1b}')));
}

#[tokio::test]
async fn list_produces_faults_by_creator() {
    let harness = Harness::new().await;
    let list = async |fault: &str| harness.images(&format!("/v2?per_page=10&creator={fault}")).await;
    let unknown = list("fault-access-null").await.json();
    let images = unknown["result"]["images"].as_array().expect("an array");
    assert_eq!(images.len(), 10);
    assert!(images.iter().all(|image| image["requireSignedURLs"].is_null()));
    assert_eq!(list("fault-messages").await.json()["messages"].as_array().map(Vec::len), Some(40));
    let empty = list("fault-empty").await;
    assert_eq!((empty.status, empty.bytes.len()), (StatusCode::OK, 0));
    assert_eq!(list("fault-500").await.refusal(), (500, 10000));
    let url = format!("/accounts/{ACCOUNT_ID}/images/v2?creator=fault-cut");
    let cut = harness.request(Method::GET, &url).bearer_auth(TOKEN).send().await.expect("the head arrives");
    assert!(cut.bytes().await.is_err());
    for status in [500, 500, 200] {
        assert_eq!(list("fault-flaky").await.status.as_u16(), status);
    }
}

#[tokio::test]
async fn faulty_account_has_float_usage_and_endless_list() {
    let harness = Harness::new().await;
    let get = async |path: &str| {
        let path = format!("/accounts/{FAULTY_ACCOUNT_ID}/images{path}");
        Response::of(harness.request(Method::GET, &path).bearer_auth(FAULTY_ACCOUNT_TOKEN)).await
    };
    let usage = get("/v1/stats").await;
    assert!(usage.text().contains(r#""count":{"current":36.0,"allowed":1e5}"#), "{}", usage.text());
    schema::validate("images_images_stats_response", &usage.json());
    let mut tokens = std::collections::HashSet::new();
    let (mut token, mut first) = (String::new(), None);
    for _ in 0..5 {
        let mut page = get(&format!("/v2?per_page=10&continuation_token={token}"))
            .await
            .result("images_images_list_response_v2");
        token = page["continuation_token"].as_str().expect("there is always more").to_owned();
        assert!(tokens.insert(token.clone()), "a new cursor each time");
        let images = page["images"].take();
        assert_eq!(first.get_or_insert_with(|| images.clone()), &images);
    }
    assert_eq!(
        harness.get(&format!("/accounts/{FAULTY_ACCOUNT_ID}/images/v1/stats")).await.refusal(),
        (403, 10000)
    );
}

#[tokio::test]
async fn delivery_faults_cover_every_code_and_status() {
    let harness = Harness::new().await;
    let deliver = async |id: &str| {
        let url = format!("{}/{ACCOUNT_HASH}/{id}/public", harness.server.delivery_base());
        Response::of(harness.client.get(url)).await
    };
    for (code, statuses, _) in DELIVERY_ERRORS {
        for status in *statuses {
            let id = delivery_fault_id(*code, *status);
            let response = deliver(&id).await;
            assert_eq!(response.status.as_u16(), *status, "{id}");
            assert!(response.text().starts_with(&format!("ERROR {code}: ")), "{id}");
            let err = format!("err={code}");
            assert_eq!((response.header("cf-images"), response.header("cf-resized")), (&*err, &*err), "{id}");
        }
    }
    for (place, images, resized, body) in
        [("images", "err=9413", "", false), ("resized", "", "err=9413", false), ("body", "", "", true)]
    {
        let response = deliver(&format!("fault-9413-403-{place}")).await;
        assert_eq!((response.header("cf-images"), response.header("cf-resized")), (images, resized));
        assert_eq!(response.text().contains("9413"), body, "{place}");
    }
    for (id, signed) in [("fault-9413-403", false), ("fault-9413-403-signed", true)] {
        let image = Response::of(harness.fault(id)).await.result("images_image_response_single");
        assert_eq!((&image["id"], &image["requireSignedURLs"]), (&json!(id), &json!(signed)));
    }
}

#[tokio::test]
async fn connection_faults_break_at_the_right_point() {
    let harness = Harness::new().await;
    assert!(harness.fault("fault-reset").send().await.is_err(), "no response before the reset");
    let cut = harness.fault("fault-cut").send().await.expect("the head arrives");
    assert_eq!(cut.status(), StatusCode::OK);
    assert!(cut.bytes().await.is_err(), "the body does not");

    let mut slow = harness.fault("fault-slow").send().await.expect("the head arrives");
    assert!(slow.chunk().await.expect("half a body").is_some());
    // That something never arrives can only be checked for a limited time.
    let a_while = Duration::from_millis(150);
    assert!(tokio::time::timeout(a_while, slow.chunk()).await.is_err(), "the other half never arrives");
    assert!(tokio::time::timeout(a_while, harness.fault("fault-hang").send()).await.is_err());
}

#[tokio::test]
async fn huge_fault_exceeds_any_size_limit() {
    let harness = Harness::new().await;
    let mut huge = harness.fault("fault-huge").send().await.expect("the head arrives");
    let mut read = 0;
    while read < 16 << 20 {
        read += huge.chunk().await.expect("more").expect("more").len();
    }
}

#[tokio::test]
async fn redirect_fault_points_to_localhost() {
    let harness = Harness::new().await;
    let response = Response::of(harness.fault("fault-redirect")).await;
    assert_eq!(response.status, StatusCode::FOUND);
    let place = response.header("location");
    assert!(place.starts_with(&format!("http://localhost:{}/", harness.server.addr().port())), "{place}");
    assert_eq!(harness.server.requests().len(), 1);
}

#[tokio::test]
async fn credentials_are_checked_before_faults() {
    let harness = Harness::new().await;
    for (id, _) in FAULT_IDS {
        let path = format!("/accounts/{ACCOUNT_ID}/images/v1/{id}");
        assert_eq!(Response::of(harness.request(Method::GET, &path)).await.refusal(), (400, 9106));
    }
}

/// A short summary of the response.
async fn outcome(request: RequestBuilder) -> String {
    let Ok(response) = request.send().await else { return "broken".into() };
    let (status, bytes) = (response.status().as_u16(), response.bytes().await.unwrap_or_default());
    let complete = serde_json::from_slice::<serde_json::Value>(&bytes).is_ok();
    format!("{status} {complete}")
}

#[tokio::test]
async fn random_faults_follow_share_and_seed() {
    let run = async |fail| {
        let harness = Harness::with(Options { fail, seed: 11, ..Options::default() }).await;
        let mut outcomes = Vec::new();
        for _ in 0..120 {
            outcomes.push(outcome(harness.fault(SAMPLE_ID)).await);
        }
        outcomes
    };
    let third = run(0.33).await;
    let complete = third.iter().filter(|outcome| *outcome == "200 true").count();
    assert!((60..100).contains(&complete), "{complete}");
    for kind in ["broken", "500 false", "502 false", "429 true", "200 false", "403 false"] {
        assert!(third.iter().any(|outcome| outcome == kind), "{kind} in {third:?}");
    }
    assert_eq!(run(0.33).await, third);
    assert!(run(0.0).await.iter().all(|outcome| outcome == "200 true"));
    assert!(run(1.0).await.iter().all(|outcome| outcome != "200 true"));
}

#[tokio::test]
async fn latency_delays_every_response() {
    let latency = Duration::from_millis(80);
    let harness = Harness::with(Options { latency, ..Options::default() }).await;
    for url in [harness.server.api_base() + "/accounts", harness.server.delivery_base()] {
        let started = clock();
        Response::of(harness.client.get(url)).await;
        assert!(clock().duration_since(started) >= latency);
    }
}

#[expect(clippy::disallowed_methods, reason = "how long an answer took is what the test is about")]
fn clock() -> Instant {
    Instant::now()
}

#[tokio::test]
async fn stop_resets_connections_and_frees_the_port() {
    let harness = Harness::new().await;
    let addr = harness.server.addr();
    let mut idle = tokio::net::TcpStream::connect(addr).await.expect("a connection");
    let mut waiting = tokio::net::TcpStream::connect(addr).await.expect("a connection");
    let request = format!(
        "GET /client/v4/accounts/{ACCOUNT_ID}/images/v1/fault-hang HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    waiting.write_all(request.as_bytes()).await.expect("sent");
    idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    let mut response = [0; 4096];
    assert!(idle.read(&mut response).await.expect("a response") > 0);
    // Both requests have arrived before the server stops.
    while harness.server.requests().len() < 2 {
        tokio::task::yield_now().await;
    }
    harness.server.stop();
    for mut connection in [idle, waiting] {
        let mut rest = Vec::new();
        let end = tokio::time::timeout(Duration::from_secs(10), connection.read_to_end(&mut rest));
        let end = end.await.expect("the connection ends");
        assert!(end.is_err() || rest.is_empty(), "{}", String::from_utf8_lossy(&rest));
    }
    assert!(tokio::net::TcpStream::connect(addr).await.is_err(), "the port is closed");
    Harness::with(Options { port: addr.port(), ..Options::default() }).await;
}
