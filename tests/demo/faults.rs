//! Faults, latency, and stopping the server.

use std::time::{Duration, Instant};

use cfimg::demo::{
    ACCOUNT_HASH, ACCOUNT_ID, DELIVERY_ERRORS, FAULT_IDS, FAULTY_ACCOUNT_ID, FAULTY_ACCOUNT_TOKEN, Options,
    SAMPLE_ID, TOKEN, delivery_fault_id,
};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{Answer, Harness, schema};

impl Harness {
    fn fault(&self, id: &str) -> RequestBuilder {
        self.bare(Method::GET, &format!("/accounts/{ACCOUNT_ID}/images/v1/{id}")).bearer_auth(TOKEN)
    }
}

#[tokio::test]
async fn each_fault_that_is_an_answer_is_the_one_that_is_listed() {
    let harness = Harness::new().await;
    let ask = async |id| Answer::of(harness.fault(id)).await;
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
    let harness = Harness::new().await;
    for expected in [500, 500, 200, 500, 500, 200] {
        let answer = Answer::of(harness.fault("fault-flaky")).await;
        assert_eq!(answer.status.as_u16(), expected);
        assert_eq!(answer.json()["result"]["id"] == "fault-flaky", expected == 200);
    }
}

#[tokio::test]
async fn image_faults_answer_under_their_own_id() {
    let harness = Harness::new().await;
    let ask = async |id| Answer::of(harness.fault(id)).await.json();
    assert_eq!(
        ask("fault-other-id").await["result"]["id"],
        SAMPLE_ID,
        "save for the one about another image"
    );
    let null = ask("fault-access-null").await;
    assert_eq!(null["result"]["id"], "fault-access-null");
    assert_eq!(null["result"].get("requireSignedURLs"), Some(&Value::Null));
    let missing = ask("fault-access-missing").await;
    assert_eq!(missing["result"]["id"], "fault-access-missing");
    assert_eq!(missing["result"].get("requireSignedURLs"), None);
    for sound in [false, false, true] {
        let response = harness.fault("fault-flaky-cut").send().await.expect("the head arrives");
        assert_eq!((response.status(), response.bytes().await.is_ok()), (StatusCode::OK, sound));
    }
}

#[tokio::test]
async fn errors_and_messages_carry_every_field() {
    let harness = Harness::new().await;
    let errors = Answer::of(harness.fault("fault-errors")).await;
    assert_eq!(errors.refusal(), (400, 5400));
    let errors = errors.json()["errors"].take();
    assert_eq!(errors.as_array().map(Vec::len), Some(3));
    assert_eq!(errors[1]["source"]["pointer"], "/requireSignedURLs");
    assert!(errors[1]["documentation_url"].as_str().is_some_and(|url| url.starts_with("https://")));
    assert_eq!(errors[1]["error_chain"][0]["code"], 5456);
    assert!(errors[2]["source"]["pointer"].as_str().is_some_and(|pointer| pointer.contains('\u{9b}')));

    let noted = Answer::of(harness.fault("fault-messages")).await;
    assert_eq!(noted.result("images_image_response_single")["id"], "fault-messages");
    let messages = noted.json()["messages"].take();
    let messages = messages.as_array().expect("an array");
    assert_eq!(messages.len(), 40);
    let texts = || messages.iter().filter_map(|message| message["message"].as_str());
    assert!(texts().any(|text| text.len() == 5000) && texts().any(|text| text.contains('\u{1b}')));
}

#[tokio::test]
async fn list_answers_with_the_fault_of_its_creator() {
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
    let cut = harness.bare(Method::GET, &url).bearer_auth(TOKEN).send().await.expect("the head arrives");
    assert!(cut.bytes().await.is_err());
    for status in [500, 500, 200] {
        assert_eq!(list("fault-flaky").await.status.as_u16(), status);
    }
}

#[tokio::test]
async fn faulty_account_counts_in_floats_and_lists_for_ever() {
    let harness = Harness::new().await;
    let ask = async |path: &str| {
        let path = format!("/accounts/{FAULTY_ACCOUNT_ID}/images{path}");
        Answer::of(harness.bare(Method::GET, &path).bearer_auth(FAULTY_ACCOUNT_TOKEN)).await
    };
    let usage = ask("/v1/stats").await;
    assert!(usage.text().contains(r#""count":{"current":36.0,"allowed":1e5}"#), "{}", usage.text());
    schema::holds("images_images_stats_response", &usage.json());
    let mut tokens = std::collections::HashSet::new();
    let (mut token, mut first) = (String::new(), None);
    for _ in 0..5 {
        let mut page = ask(&format!("/v2?per_page=10&continuation_token={token}"))
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
async fn each_delivery_error_comes_with_each_of_its_statuses() {
    let harness = Harness::new().await;
    let deliver = async |id: &str| {
        let url = format!("{}/{ACCOUNT_HASH}/{id}/public", harness.server.delivery_base());
        Answer::of(harness.client.get(url)).await
    };
    for (code, statuses, _) in DELIVERY_ERRORS {
        for status in *statuses {
            let id = delivery_fault_id(*code, *status);
            let answer = deliver(&id).await;
            assert_eq!(answer.status.as_u16(), *status, "{id}");
            assert!(answer.text().starts_with(&format!("ERROR {code}: ")), "{id}");
            let err = format!("err={code}");
            assert_eq!((answer.header("cf-images"), answer.header("cf-resized")), (&*err, &*err), "{id}");
        }
    }
    for (place, images, resized, body) in
        [("images", "err=9413", "", false), ("resized", "", "err=9413", false), ("body", "", "", true)]
    {
        let answer = deliver(&format!("fault-9413-403-{place}")).await;
        assert_eq!((answer.header("cf-images"), answer.header("cf-resized")), (images, resized));
        assert_eq!(answer.text().contains("9413"), body, "{place}");
    }
    for (id, signed) in [("fault-9413-403", false), ("fault-9413-403-signed", true)] {
        let image = Answer::of(harness.fault(id)).await.result("images_image_response_single");
        assert_eq!((&image["id"], &image["requireSignedURLs"]), (&json!(id), &json!(signed)));
    }
}

#[tokio::test]
async fn broken_connections_break_where_they_should() {
    let harness = Harness::new().await;
    assert!(harness.fault("fault-reset").send().await.is_err(), "no answer comes before the reset");
    let cut = harness.fault("fault-cut").send().await.expect("the head arrives");
    assert_eq!(cut.status(), StatusCode::OK);
    assert!(cut.bytes().await.is_err(), "the body does not");

    let mut slow = harness.fault("fault-slow").send().await.expect("the head arrives");
    assert!(slow.chunk().await.expect("half a body").is_some());
    // That something never arrives can only be checked for a limited time.
    let a_while = Duration::from_millis(150);
    assert!(tokio::time::timeout(a_while, slow.chunk()).await.is_err(), "the other half never comes");
    assert!(tokio::time::timeout(a_while, harness.fault("fault-hang").send()).await.is_err());
}

#[tokio::test]
async fn a_huge_body_goes_on_past_any_sensible_cap() {
    let harness = Harness::new().await;
    let mut huge = harness.fault("fault-huge").send().await.expect("the head arrives");
    let mut read = 0;
    while read < 16 << 20 {
        read += huge.chunk().await.expect("more").expect("more").len();
    }
}

#[tokio::test]
async fn a_redirect_points_to_this_server_by_another_name() {
    let harness = Harness::new().await;
    let answer = Answer::of(harness.fault("fault-redirect")).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let place = answer.header("location");
    assert!(place.starts_with(&format!("http://localhost:{}/", harness.server.addr().port())), "{place}");
    assert_eq!(harness.server.requests().len(), 1);
}

#[tokio::test]
async fn credentials_come_before_faults() {
    let harness = Harness::new().await;
    for (id, _) in FAULT_IDS {
        let path = format!("/accounts/{ACCOUNT_ID}/images/v1/{id}");
        assert_eq!(Answer::of(harness.bare(Method::GET, &path)).await.refusal(), (400, 9106));
    }
}

/// A short summary of the response.
async fn outcome(request: RequestBuilder) -> String {
    let Ok(response) = request.send().await else { return "broken".into() };
    let (status, bytes) = (response.status().as_u16(), response.bytes().await.unwrap_or_default());
    let sound = serde_json::from_slice::<serde_json::Value>(&bytes).is_ok();
    format!("{status} {sound}")
}

#[tokio::test]
async fn a_share_of_requests_fails_in_an_order_that_the_seed_settles() {
    let run = async |fail| {
        let harness = Harness::with(Options { fail, seed: 11, ..Options::default() }).await;
        let mut outcomes = Vec::new();
        for _ in 0..120 {
            outcomes.push(outcome(harness.fault(SAMPLE_ID)).await);
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
    let harness = Harness::with(Options { latency, ..Options::default() }).await;
    for url in [harness.server.api_base() + "/accounts", harness.server.delivery_base()] {
        let begun = clock();
        Answer::of(harness.client.get(url)).await;
        assert!(clock().duration_since(begun) >= latency);
    }
}

#[expect(clippy::disallowed_methods, reason = "how long an answer took is what the test is about")]
fn clock() -> Instant {
    Instant::now()
}

#[tokio::test]
async fn a_stopped_server_cuts_its_connections_and_frees_its_port() {
    let harness = Harness::new().await;
    let addr = harness.server.addr();
    let mut idle = tokio::net::TcpStream::connect(addr).await.expect("a connection");
    let mut waiting = tokio::net::TcpStream::connect(addr).await.expect("a connection");
    let request = format!(
        "GET /client/v4/accounts/{ACCOUNT_ID}/images/v1/fault-hang HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    waiting.write_all(request.as_bytes()).await.expect("sent");
    idle.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("sent");
    let mut answer = [0; 4096];
    assert!(idle.read(&mut answer).await.expect("an answer") > 0);
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
    assert!(tokio::net::TcpStream::connect(addr).await.is_err(), "nobody listens any more");
    Harness::with(Options { port: addr.port(), ..Options::default() }).await;
}
