//! API errors and unexpected responses: message, exit code, and number of attempts.

use std::fmt::Write as _;
use std::sync::Mutex;

use cfimg::cloudflare::{Client, Error, MessageContext, ResponseInfo, Wait, failure, ignore_waits};
use cfimg::domain::delivery_code::DeliveryRefusal;
use cfimg::domain::{
    Access, AccountId, ApiMessage, Credentials, FailureKind, ImageId, ListQuery, Secret, Usage,
};

use crate::server::{ACCOUNT, Reply, Server, config, head, http, ok, quick};

const JSON: &str = "content-type: application/json";
const HTML: &str = "content-type: text/html; charset=utf-8";
const PAGE: &str = "<!doctype html><title>502 Bad Gateway</title>";

/// The codes of the error table. The messages are in `snapshots`.
#[tokio::test]
async fn every_code_has_a_message() {
    let chain = |code: &str, inner: &str, words: &str| {
        let body = format!(
            r#"{{"success":false,"errors":[{{"code":{code},"message":"Invalid request headers","error_chain":[{{"code":{inner},"message":"Invalid format for {words} header"}}]}}],"messages":[],"result":null}}"#
        );
        http(400, &[JSON], body)
    };
    let after = |status, code: &str, wait: &str| {
        http(status, &[JSON, &format!("retry-after: {wait}")], refusal(code, "Please wait"))
    };
    let two = r#"{"success":false,"errors":[{"code":7003,"message":"Could not route to /client/v4/accounts/x"},{"code":7000,"message":"No route for that URI"}]}"#;
    let unexpected = r#"{"success":"no","errors":[null,7,{"code":{}},{"code":-1,"message":[]},"in words",{"code":1.5,"message":"x"}],"result":null}"#;
    let nine: Vec<_> = (1..=9).map(|code| format!(r#"{{"code":{code},"message":"No"}}"#)).collect();
    let nine = format!(r#"{{"success":false,"errors":[{}]}}"#, nine.join(","));
    let mut messages = messages_for([
        ("5404", api(404, "5404", "Image not found")),
        (
            "5404 as text",
            http(404, &["content-type: text/plain", "cf-images: err=5404"], "ERROR 5404: Image not found"),
        ),
        ("5404 in a header alone", http(404, &["cf-images: internal=ok, err=5404"], "")),
        ("5403", api(403, "5403", "The given account is not valid or is not authorized")),
        ("10000, 401", api(401, "10000", "Authentication error")),
        ("10000, 403, a string", api(403, "\"10000\"", "Authentication error")),
        ("9109", api(403, "9109", "Invalid access token")),
        ("9106", api(400, "9106", "Missing X-Auth-Key, X-Auth-Email or Authorization headers")),
        ("6003 → 6111", chain("6003", "6111", "Authorization")),
        ("6003 → 6103, strings", chain("\"6003\"", "\"6103\"", "X-Auth-Key")),
        ("7003, 7000", http(404, &[JSON], two)),
        ("971", api(429, "971", "Please wait")),
        ("971, a while", after(429, "971", "125")),
        ("10429, whatever the status", after(403, "10429", "3600")),
        ("429 without words", http(429, &["retry-after: 11"], "")),
        ("429 as a page", http(429, &[HTML, "retry-after: 11"], PAGE)),
        ("5400", api(400, "5400", "Bad request: wrong ID")),
        ("unknown", api(409, "4242", "The moon is in the way")),
        ("unknown, 403", api(403, "77", "No")),
        ("{code, error}", http(400, &[JSON], r#"{"code":1015,"error":"Oh\u001b[31m no"}"#)),
        ("the edge's text", http(403, &[], "error code: 1020\n")),
        ("no reason", http(200, &[JSON], r#"{"success":false}"#)),
        ("a word as the code, without a message", api_code_only(400, r#""invalid_\u001b[31m_input""#)),
        ("a word as the code, 409", api(409, r#""conflict""#, "The moon is in the way")),
        ("errors of odd shapes", http(400, &[JSON], unexpected)),
        ("500 in an envelope", api(500, "5500", "Internal error")),
        ("500 with the code of credentials", api(500, "10000", "Internal error")),
        ("408", http(408, &[JSON], r#"{"success":false,"errors":[]}"#)),
        ("503 for a while", after(503, "1", "60")),
        (
            "pointer and link",
            http(
                400,
                &[JSON],
                r#"{"success":false,"errors":[{"code":5400,"message":"Bad request","source":{"pointer":"/image_id"},"documentation_url":"https://developers.cloudflare.com/images/"}]}"#,
            ),
        ),
        (
            "several, with a chain and messages",
            http(
                403,
                &[JSON],
                r#"{"success":false,"errors":[{"code":9109,"message":"Invalid token","documentation_url":"https://a.example/1","error_chain":[{"code":6111,"message":"Expired","source":{"pointer":"/headers"}}]},{"code":4242,"message":"Second.","documentation_url":"https://a.example/2"},{"code":7}],"messages":[{"code":1001,"message":"A note"}]}"#,
            ),
        ),
        ("nine errors", http(400, &[JSON], &nine)),
        ("messages without errors", http(400, &[JSON], r#"{"success":false,"errors":[],"messages":["why"]}"#)),
        ("a code of delivery, permanent", http(422, &["cf-resized: err=9516"], "")),
        ("a code of delivery, permanent with 508", http(508, &["cf-resized: err=9403"], "")),
        ("a code of delivery, permanent with 429", http(429, &["cf-images: err=9422"], "")),
        ("a code of delivery, transient", http(503, &["cf-images: err=9522"], "")),
        ("a code of delivery, no access", http(403, &["cf-resized: err=9413"], "")),
    ])
    .await;
    messages += &messages_about_others();
    insta::assert_snapshot!("codes", messages);
}

/// The messages for some codes if the request was not about an image, the credentials are a key, or the URL is of
/// another account.
fn messages_about_others() -> String {
    let refused = |status, code: &str| Error::Refused {
        response_info: ResponseInfo { status, ..ResponseInfo::default() },
        codes: vec![ApiMessage::new(code, "No", None, None)],
        messages: vec![],
    };
    let image = MessageContext {
        image: ImageId::parse("a\u{202e}b").ok(),
        account: AccountId::parse(ACCOUNT).ok(),
        ..MessageContext::default()
    };
    let account = MessageContext { image: None, ..image.clone() };
    let by_key = MessageContext { by_key: true, ..image.clone() };
    let of_hash = |url: &str, own: Option<&str>| MessageContext {
        url_hash: Some(url.to_owned()),
        account_hash: own.map(str::to_owned),
        ..image.clone()
    };
    let not_found = refused(404, "5404");
    assert_eq!(
        failure(&not_found, &of_hash("H", Some("H"))),
        failure(&not_found, &image),
        "the same account"
    );
    let mut messages = String::new();
    for (name, error, about) in [
        ("5404, URL of another account", not_found.clone(), of_hash("H", Some("K"))),
        ("5404, URL of a perhaps different account", not_found.clone(), of_hash("H", None)),
        ("5404, no image", not_found, account.clone()),
        ("5400, no image", refused(404, "5400"), account),
        ("6003, a key", refused(400, "6003"), by_key.clone()),
        ("9106, a key", refused(400, "9106"), by_key.clone()),
        ("9109, a key", refused(403, "9109"), by_key.clone()),
        ("10000, a key", refused(403, "10000"), by_key.clone()),
        ("unknown, 403, a key", refused(403, "77"), by_key),
        ("10000, unknown account", refused(403, "10000"), MessageContext::default()),
    ] {
        writeln!(messages, "{name}\n    {}", failure(&error, &about)).expect("a string");
    }
    messages
}

#[tokio::test]
async fn errors_are_bounded_in_number_and_length() {
    let one = |n: usize| {
        // Together they exceed the limit for one value.
        let (text, pointer) = ("t".repeat(9000), "p".repeat(900));
        format!(
            r#"{{"code":{n},"message":"{n}{text}","source":{{"pointer":"{pointer}"}},"documentation_url":"https://a.example/{n}"}}"#
        )
    };
    let all: Vec<_> = (1..=500).map(one).collect();
    let body = format!(r#"{{"success":false,"errors":[{}]}}"#, all.join(","));
    let server = Server::start([Reply::Bytes(http(400, &[JSON], body))]);
    let client = server.client();
    let error = client.usage(&ignore_waits).await.expect_err("refused");
    let failure = failure(&error, &client.about(None, None));
    assert_eq!(failure.code, "1, 2, 3, 4, 5, 6, 7, 8");
    let message = failure.to_string();
    assert!(message.chars().count() < 8 * 400, "{message}");
    assert!(message.contains("https://a.example/8") && !message.contains("example/9"));
}

/// Lists, usage and variants have no image for a message to mention.
#[tokio::test]
async fn account_errors_mention_no_image() {
    for code in ["5400", "5404"] {
        let server = Server::start([Reply::Bytes(api(404, code, "No"))]);
        let client = server.client();
        let errors = [
            client.list_page(&ListQuery::default(), None, &ignore_waits).await.map(drop),
            client.usage(&ignore_waits).await.map(drop),
            client.raw_usage(&ignore_waits).await.map(drop),
            client.variant_options(&ignore_waits).await.map(drop),
            client.raw_variants(&ignore_waits).await.map(drop),
            client.signing_keys(&ignore_waits).await.map(drop),
        ];
        for error in errors {
            let failure = failure(&error.expect_err("refused"), &client.about(None, None));
            assert_eq!((failure.kind, failure.code.as_str()), (FailureKind::Other, code));
            assert!(failure.hint.contains("023e…"), "{failure}");
        }
    }
}

#[tokio::test]
async fn image_errors_quote_a_short_sanitized_id() {
    let hostile = format!("a\u{202e}{}z", "x".repeat(900));
    for code in ["5400", "5404"] {
        let server = Server::start([Reply::Bytes(api(404, code, "No"))]);
        let client = server.client();
        let id = ImageId::parse(&hostile).expect("an ID");
        let error = client.image(&id, &ignore_waits).await.expect_err("refused");
        let message = failure(&error, &client.about(Some(&id), None)).to_string();
        let quoted = message.split(['“', '”']).find(|quoted| quoted.ends_with("xxz")).expect("the ID");
        assert!(quoted.starts_with("a⟨U+202E⟩xxx") && quoted.chars().count() <= 60, "{message}");
    }
}

#[tokio::test]
async fn every_unexpected_response_has_a_message() {
    let other_image = br#"{"success":true,"result":{"id":"oth\u202eer"}}"#;
    let messages = messages_for([
        ("empty", http(200, &[JSON], "")),
        ("white space, 403", http(403, &[], " \n")),
        ("HTML by its header", http(200, &[HTML], "Please log in")),
        ("HTML of a gateway", http(502, &[], PAGE)),
        ("challenge", http(403, &[HTML, "cf-mitigated: challenge", "cf-ray: 9abc-AMS"], PAGE)),
        ("challenge, 503", http(503, &["cf-mitigated: challenge"], PAGE)),
        ("cut short", http(200, &[JSON], r#"{"success":true,"result":{"id":"lo"#)),
        ("an opened bracket", http(200, &[JSON], "{")),
        ("cut short, 500", http(500, &[JSON], r#"{"success":fa"#)),
        ("[]", http(200, &[JSON], "[]")),
        ("{}", http(404, &[JSON], "{}")),
        ("another program's", http(404, &[JSON], r#"{"detail":"Not Found"}"#)),
        ("a word", http(200, &[JSON], "\"ok\"")),
        ("text", http(404, &[], "404 page not found")),
        ("no text at all", http(200, &[], [0xff, 0, 0xfe])),
        ("result null", http(200, &[JSON], r#"{"success":true,"errors":[],"result":null}"#)),
        ("no result", http(200, &[JSON], r#"{"success":true}"#)),
        ("no id", http(200, &[JSON], r#"{"success":true,"result":{"count":{"allowed":1,"current":0}}}"#)),
        ("broken compression", http(200, &[JSON, "content-encoding: gzip"], "no gzip at all")),
        ("redirect to nowhere", http(302, &[], "")),
        ("redirect", http(302, &["location: https://other.example/x"], "")),
        ("too large", head(200, &["content-length: 9000000"])),
        ("another image", http(200, &[JSON], other_image)),
    ])
    .await;
    insta::assert_snapshot!("unexpected_responses", messages);
}

#[tokio::test]
async fn messages_of_a_success_are_not_errors() {
    let body = r#"{"result":{"count":{"current":1,"allowed":2}},"success":true,"errors":[],"messages":[{"code":10000,"message":"This API Token is valid and active","type":null}]}"#;
    let server = Server::start([Reply::Bytes(http(200, &[JSON], body))]);
    let usage = server.client().usage(&ignore_waits).await;
    assert_eq!(usage, Ok(Usage { current: Some(1), allowed: Some(2) }));
}

#[tokio::test]
async fn invalid_fields_are_ignored() {
    let mut deep = "[".repeat(5000);
    deep.push_str(&"]".repeat(5000));
    let result = format!(
        r#"{{"id":"logo.png","filename":7,"variants":{{}},"requireSignedURLs":"yes","meta":{deep},"new":1}}"#
    );
    let body = format!(r#"{{"errors":null,"messages":{{}},"result_info":[],"result":{result}}}"#);
    let mut bytes = http(200, &[], &body);
    // An invalid UTF-8 byte inside a string.
    let at = bytes.windows(3).position(|w| w == b"new").expect("a key");
    bytes[at + 1] = 0xff;
    let server = Server::start([Reply::Bytes(bytes)]);
    let id = ImageId::parse("logo.png").expect("an ID");
    let image = server.client().image(&id, &ignore_waits).await.expect("an image");
    assert_eq!(image.id, id);
    assert_eq!(image.filename, None);
    assert_eq!(image.access, Access::Unknown);
    assert!(image.raw.contains(&deep));
}

#[tokio::test]
async fn api_text_is_sanitized_and_truncated() {
    let long = "no\u{202e}".repeat(2000);
    let server = Server::start([Reply::Bytes(http(400, &[JSON, "cf-ray: a\u{9b}b"], refusal("1", &long)))]);
    let client = server.client();
    let error = client.usage(&ignore_waits).await.expect_err("refused");
    let message = failure(&error, &client.about(None, None)).to_string();
    assert!(
        message.chars().count() < 400 && !message.chars().any(cfimg::domain::sanitize::is_unsafe),
        "{message}"
    );
    assert!(message.contains("no⟨U+202E⟩"), "{message}");
}

#[tokio::test]
async fn api_key_errors_mention_the_key() {
    let server = Server::start([Reply::Bytes(api(403, "9109", "No")), ok("{}")]);
    let mut who = config(&server.base, Some(ACCOUNT));
    who.credentials =
        Credentials::Key { email: "a@example.com".into(), key: Secret::parse("hush").expect("a key") };
    let client = Client::with_retry_policy(who, quick());
    let error = client.usage(&ignore_waits).await.expect_err("refused");
    let failure = failure(&error, &client.about(None, None));
    assert_eq!(failure.code, "9109");
    for (variable, is_named) in
        [("CLOUDFLARE_API_KEY", true), ("CLOUDFLARE_EMAIL", true), ("CLOUDFLARE_API_TOKEN", false)]
    {
        assert_eq!(failure.hint.contains(variable), is_named, "{failure}");
    }
    let request = &server.requests()[0];
    assert!(request.contains("x-auth-email: a@example.com\n") && request.contains("x-auth-key: hush\n"));
    assert!(!request.contains("authorization:"), "{request}");
}

/// The messages for requesting one image with each of these responses: name, exit code, attempts, message.
async fn messages_for(responses: impl IntoIterator<Item = (&'static str, Vec<u8>)>) -> String {
    let mut messages = String::new();
    for (name, bytes) in responses {
        let server = Server::start([Reply::Bytes(bytes)]);
        let client = server.client();
        let id = ImageId::parse("logo.png").expect("an ID");
        let waits = Mutex::new(0);
        let watch = |_: Wait| *waits.lock().expect("one thread") += 1;
        let error = client.image(&id, &watch).await.expect_err(name);
        let failure = failure(&error, &client.about(Some(&id), None));
        assert_eq!(failure.kind, error.kind(), "{name}");
        let tries = server.requests().len();
        assert_eq!(waits.into_inner().expect("one thread"), tries - 1, "every wait is reported: {name}");
        let tries = if tries == 1 { "1 try".to_owned() } else { format!("{tries} tries") };
        let mut text = failure.to_string();
        // The messages of delivery codes are in another snapshot.
        if let Error::Refused { response_info, .. } = &error
            && let Some((what, hint)) =
                DeliveryRefusal::from_code(&failure.code, response_info.status).and_then(|known| known.words)
            && failure.what == what
        {
            assert_eq!(failure.hint, hint, "{name}");
            text = format!("<as for delivery code {}>", failure.code);
        }
        writeln!(messages, "{name}: exit {}, {tries}\n    {text}", failure.kind.exit_code())
            .expect("a string");
    }
    messages
}

fn refusal(code: &str, message: &str) -> String {
    format!(
        r#"{{"result":null,"success":false,"errors":[{{"code":{code},"message":"{message}"}}],"messages":[]}}"#
    )
}

/// An error response whose error has only a code.
fn api_code_only(status: u16, code: &str) -> Vec<u8> {
    http(status, &[JSON], format!(r#"{{"success":false,"errors":[{{"code":{code}}}],"result":null}}"#))
}

fn api(status: u16, code: &str, message: &str) -> Vec<u8> {
    http(status, &[JSON, "cf-ray: 8f2a-FRA"], refusal(code, message))
}
