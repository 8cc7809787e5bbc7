//! Every field of the API's envelope, on the screen.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::thread;

use super::harness::{Harness, client, fast_retries};

const IMAGE: &str = r#"{"id":"logo","filename":"logo.png","creator":"user-8812","meta":{"tag":"winter"},
    "uploaded":"2014-01-02T02:20:00.123Z","requireSignedURLs":true,
    "variants":["https://imagedelivery.net/cheeW4oKsx5ljh8e8BoL2A/logo/public"]}"#;

/// The base URL of an API that responds to image requests with this body, and to everything else with a 404.
fn api(status: u16, body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let lines = BufReader::new(stream.try_clone().expect("a second handle")).lines();
            let head: Vec<String> = lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
            let is_image = head.first().is_some_and(|line| line.contains("/images/v1/logo"));
            let (status, body) = if is_image { (status, body.as_str()) } else { (404, "{}") };
            let head =
                format!("HTTP/1.1 {status} Said\r\nconnection: close\r\ncontent-length: {}", body.len());
            _ = stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
        }
    });
    format!("http://127.0.0.1:{port}/client/v4")
}

async fn screen_of(status: u16, body: String) -> String {
    let harness = Harness::with(client(&api(status, body), fast_retries()));
    harness.driver.screen.resize(200, 60);
    let mut harness = harness.start(Some("logo"));
    harness.until_answered().await
}

#[tokio::test]
async fn result_and_messages_are_shown() {
    let messages = r#"[{"code":1001,"message":"Old\u001b[2J field","documentation_url":"https://d.example/old","source":{"pointer":"/result/meta"}},
        {"code":10000,"message":"This API Token is valid and active"}, "second"]"#;
    let body = format!(r#"{{"result":{IMAGE},"success":true,"errors":[],"messages":{messages}}}"#);
    let screen = screen_of(200, body).await;
    for words in [
        "ID        logo",
        "logo.png",
        "2014-01-02 02:20",
        "SIGNED URL REQUIRED",
        "winter",
        "public ",
        "Notes     Old␛[2J field (1001, at",
        "/result/meta). See",
        "https://d.example/old",
        "          second.",
    ] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    assert!(!screen.contains("10000"), "{screen}");
}

#[tokio::test]
async fn error_fields_are_shown() {
    let errors = r#"[{"code":5400,"message":"Bad request","documentation_url":"https://d.example/a","source":{"pointer":"/image_id"}},
        {"code":4242,"message":"Second"}]"#;
    let body = format!(r#"{{"result":null,"success":false,"errors":{errors},"messages":[]}}"#);
    let screen = screen_of(400, body).await;
    let text = screen.replace(['│', '\n'], " ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["5400 “Bad request” at /image_id; 4242 “Second”", "“logo”", "See https://d.example/a"]
    {
        assert!(text.contains(words), "{words}\n{screen}");
    }
}

#[tokio::test]
async fn response_about_another_image_is_not_shown() {
    let body =
        format!(r#"{{"result":{},"success":true}}"#, IMAGE.replace("\"id\":\"logo\"", "\"id\":\"other\""));
    let screen = screen_of(200, body).await;
    assert!(screen.contains("“other”") && !screen.contains("user-8812"), "{screen}");
}
