//! Each row of the error table and each odd answer: what is said of it, which exit code it has, how often it was tried.

use cfimg::cloudflare::{failure, unwatched};
use cfimg::domain::{FailureKind, ImageId};
use tokio::sync::mpsc::unbounded_channel;

use crate::server::{Reply, Server, http, ok};

const JSON: &str = "content-type: application/json";
const HTML: &str = "content-type: text/html; charset=utf-8";
const PROXY: &str =
    "A proxy or a wrong base URL may be in between: check CLOUDFLARE_BASE_URL if you set it, then try again.";
const OUTAGE: &str = "Cloudflare, or something before it, has trouble: try again in a moment; www.cloudflarestatus.com tells of outages.";
const BUDGET: &str = "Too many requests (971). Cloudflare allows 1200 requests in 5 minutes, for everything that you run together.";

struct Row {
    name: &'static str,
    reply: Reply,
    kind: FailureKind,
    tries: usize,
    sentence: String,
}

fn row(
    name: &'static str,
    bytes: Vec<u8>,
    kind: FailureKind,
    tries: usize,
    sentence: impl Into<String>,
) -> Row {
    Row { name, reply: Reply::Bytes(bytes), kind, tries, sentence: sentence.into() }
}

/// Asks for one image of a server that gives this reply, and checks what is said of it.
async fn check(row: Row) {
    let server = Server::start([row.reply]);
    let client = server.client();
    let id = ImageId::parse("logo.png").expect("an ID");
    let (tell, mut told) = unbounded_channel();
    let watch = move |wait| _ = tell.send(wait);
    let error = client.image(&id, &watch).await.expect_err(row.name);
    let failure = failure(&error, &client.about(Some(&id), None));
    assert_eq!(failure.to_string(), row.sentence, "{}", row.name);
    assert_eq!(failure.kind, row.kind, "{}", row.name);
    assert_eq!(error.kind(), row.kind, "{}", row.name);
    assert_eq!(server.requests().len(), row.tries, "tries: {}", row.name);
    drop(watch);
    let mut waits = 0;
    while told.recv().await.is_some() {
        waits += 1;
    }
    assert_eq!(waits, row.tries - 1, "each wait is told: {}", row.name);
}

fn refusal(code: &str, message: &str) -> String {
    format!(
        r#"{{"result":null,"success":false,"errors":[{{"code":{code},"message":"{message}"}}],"messages":[]}}"#
    )
}

fn api(status: u16, code: &str, message: &str) -> Vec<u8> {
    http(status, &[JSON, "cf-ray: 8f2a-FRA"], refusal(code, message))
}

#[tokio::test]
async fn every_code_has_its_sentence() {
    use FailureKind::{Credentials, Network, NotFound, Other};
    let chain = r#"{"success":false,"errors":[{"code":6003,"message":"Invalid request headers","error_chain":[{"code":6111,"message":"Invalid format for Authorization header"}]}],"messages":[],"result":null}"#;
    let key_chain = r#"{"success":false,"errors":[{"code":"6003","message":"Invalid request headers","error_chain":[{"code":6103,"message":"Invalid format for X-Auth-Key header"}]}]}"#;
    let table = [
        row(
            "5404",
            api(404, "5404", "Image not found"),
            NotFound,
            1,
            "Image not found (5404). No image logo.png in account 023e…: check the ID, or the account in use. [cf-ray 8f2a-FRA]",
        ),
        row(
            "5404 as text",
            http(404, &["content-type: text/plain", "cf-images: err=5404"], "ERROR 5404: Image not found"),
            NotFound,
            1,
            "Image not found (5404). No image logo.png in account 023e…: check the ID, or the account in use.",
        ),
        row(
            "5404 in a header alone",
            http(404, &["cf-images: internal=ok, err=5404"], ""),
            NotFound,
            1,
            "Image not found (5404). No image logo.png in account 023e…: check the ID, or the account in use.",
        ),
        row(
            "5403",
            api(403, "5403", "The given account is not valid or is not authorized"),
            Credentials,
            1,
            "Cloudflare Images is not enabled on this account (5403). Enable Images for account 023e… in the dashboard, or name another account in CLOUDFLARE_ACCOUNT_ID. [cf-ray 8f2a-FRA]",
        ),
        row(
            "10000, 401",
            api(401, "10000", "Authentication error"),
            Credentials,
            1,
            "The API token was not let in (10000). It is wrong, or lacks the permission Images Read, or is for another account than 023e…: check CLOUDFLARE_API_TOKEN, its permissions in the dashboard, and CLOUDFLARE_ACCOUNT_ID. [cf-ray 8f2a-FRA]",
        ),
        row(
            "10000, 403, a string",
            api(403, "\"10000\"", "Authentication error"),
            Credentials,
            1,
            "The API token was not let in (10000). It is wrong, or lacks the permission Images Read, or is for another account than 023e…: check CLOUDFLARE_API_TOKEN, its permissions in the dashboard, and CLOUDFLARE_ACCOUNT_ID. [cf-ray 8f2a-FRA]",
        ),
        row(
            "9109",
            api(403, "9109", "Invalid access token"),
            Credentials,
            1,
            "The API token is not valid here (9109). It was revoked, has expired, or is not for account 023e…: make a new one with the permission Images Read, and set CLOUDFLARE_API_TOKEN. [cf-ray 8f2a-FRA]",
        ),
        row(
            "9106",
            api(400, "9106", "Missing X-Auth-Key, X-Auth-Email or Authorization headers"),
            Credentials,
            1,
            "No credentials reached the API (9106). Something on the way drops them, such as a proxy: check CLOUDFLARE_API_TOKEN, and CLOUDFLARE_BASE_URL if you set it. [cf-ray 8f2a-FRA]",
        ),
        row(
            "6003 → 6111",
            http(400, &[JSON], chain),
            Credentials,
            1,
            "The API token is malformed (6003, 6111). The API cannot read it (“Invalid format for Authorization header”): copy it whole into CLOUDFLARE_API_TOKEN.",
        ),
        row(
            "6003 → 6103",
            http(400, &[JSON], key_chain),
            Credentials,
            1,
            "The API token is malformed (6003, 6103). The API cannot read it (“Invalid format for X-Auth-Key header”): copy it whole into CLOUDFLARE_API_TOKEN.",
        ),
        row(
            "7003, 7000",
            http(
                404,
                &[JSON],
                r#"{"success":false,"errors":[{"code":7003,"message":"Could not route to /client/v4/accounts/x"},{"code":7000,"message":"No route for that URI"}]}"#,
            ),
            Credentials,
            1,
            "The API does not accept the account ID (7003, 7000). No path leads to account 023e…: set CLOUDFLARE_ACCOUNT_ID to the 32 hexadecimal digits in the dashboard's address, or leave it out.",
        ),
        row(
            "971",
            api(429, "971", "Please wait"),
            Network,
            3,
            format!("{BUDGET} Wait a few minutes, then try again. [cf-ray 8f2a-FRA]"),
        ),
        row(
            "971, a while",
            http(429, &[JSON, "retry-after: 125"], refusal("971", "Please wait")),
            Network,
            1,
            format!("{BUDGET} It asks to wait 2 min 5 s: try again then."),
        ),
        row(
            "10429, whatever the status",
            http(403, &[JSON, "retry-after: 3600"], refusal("10429", "Too many")),
            Network,
            1,
            "Too many requests (10429). Cloudflare allows 1200 requests in 5 minutes, for everything that you run together. It asks to wait 1 h 0 min: try again then.",
        ),
        row(
            "429 without words",
            http(429, &["retry-after: 11"], ""),
            Network,
            1,
            "Too many requests (HTTP 429). Cloudflare allows 1200 requests in 5 minutes, for everything that you run together. It asks to wait 11 s: try again then.",
        ),
        row(
            "429 as a page",
            http(429, &[HTML, "retry-after: 11"], "<html>"),
            Network,
            1,
            "Too many requests (HTTP 429). Cloudflare allows 1200 requests in 5 minutes, for everything that you run together. It asks to wait 11 s: try again then.",
        ),
        row(
            "5400",
            api(400, "5400", "Bad request: wrong ID"),
            Other,
            1,
            "The API found the request bad (5400). It says: “Bad request: wrong ID”. Check the image ID. [cf-ray 8f2a-FRA]",
        ),
        row(
            "an unknown code",
            api(409, "4242", "The moon is in the way"),
            Other,
            1,
            "The API refused (4242). It says: “The moon is in the way”. If it makes no sense, check the account in use, and CLOUDFLARE_BASE_URL if you set it. [cf-ray 8f2a-FRA]",
        ),
        row(
            "an unknown code, 403",
            api(403, "77", "No"),
            Credentials,
            1,
            "The API does not allow this (77). It says: “No”. Check CLOUDFLARE_API_TOKEN and its permission Images Read. [cf-ray 8f2a-FRA]",
        ),
        row(
            "{code, error}",
            http(400, &[JSON], r#"{"code":1015,"error":"Oh\u001b[31m no"}"#),
            Other,
            1,
            "The API refused (1015). It says: “Oh␛[31m no”. If it makes no sense, check the account in use, and CLOUDFLARE_BASE_URL if you set it.",
        ),
        row(
            "refused without a reason",
            http(200, &[JSON], r#"{"success":false}"#),
            Other,
            1,
            "The API refused (HTTP 200). It gives no reason. If it makes no sense, check the account in use, and CLOUDFLARE_BASE_URL if you set it.",
        ),
        row(
            "errors of odd shapes",
            http(
                400,
                &[JSON],
                r#"{"success":"no","errors":[null,7,{"code":{}},{"code":-1,"message":[]},"in words",{"code":1.5,"message":"x"}],"result":null}"#,
            ),
            Other,
            1,
            "The API refused (HTTP 400). It says: “in words”. If it makes no sense, check the account in use, and CLOUDFLARE_BASE_URL if you set it.",
        ),
        row(
            "5xx in an envelope",
            api(500, "5500", "Internal error"),
            Network,
            3,
            "Cloudflare's API has trouble (5500). It says: “Internal error”. Try again in a moment; www.cloudflarestatus.com tells of outages. [cf-ray 8f2a-FRA]",
        ),
        row(
            "408",
            http(408, &[JSON], r#"{"success":false,"errors":[]}"#),
            Network,
            3,
            "Cloudflare's API has trouble (HTTP 408). It gives no reason. Try again in a moment; www.cloudflarestatus.com tells of outages.",
        ),
        row(
            "503 for a while",
            http(503, &[JSON, "retry-after: 60"], refusal("1", "Busy")),
            Network,
            1,
            "Cloudflare's API has trouble (1). It says: “Busy”. Try again in 1 min; www.cloudflarestatus.com tells of outages.",
        ),
    ];
    for row in table {
        check(row).await;
    }
}

#[tokio::test]
async fn every_odd_answer_has_its_sentence() {
    use FailureKind::{Network, Other};
    let page = "<!doctype html><title>502 Bad Gateway</title>";
    let table = [
        row("empty", http(200, &[JSON], ""), Network, 1, format!("The answer is empty (HTTP 200). {PROXY}")),
        row(
            "empty 403",
            http(403, &[], " \n"),
            Network,
            1,
            format!("The answer is empty (HTTP 403). {PROXY}"),
        ),
        row(
            "HTML",
            http(200, &[HTML], "Please log in"),
            Network,
            1,
            format!("The answer is a web page, not the API's (HTTP 200). {PROXY}"),
        ),
        row(
            "HTML of a gateway",
            http(502, &[], page),
            Network,
            3,
            format!("The answer is a web page, not the API's (HTTP 502). {OUTAGE}"),
        ),
        row(
            "challenge",
            http(403, &[HTML, "cf-mitigated: challenge", "cf-ray: 9abc-AMS"], page),
            Network,
            1,
            "Cloudflare wants to know whether a person is asking (HTTP 403). Its anti-bot page stands in the API's place, which a program cannot pass: try from another network, or ask Cloudflare's support with the cf-ray. [cf-ray 9abc-AMS]",
        ),
        row(
            "challenge with 503",
            http(503, &["cf-mitigated: challenge"], page),
            Network,
            1,
            "Cloudflare wants to know whether a person is asking (HTTP 503). Its anti-bot page stands in the API's place, which a program cannot pass: try from another network, or ask Cloudflare's support with the cf-ray.",
        ),
        row(
            "cut short",
            http(200, &[JSON], r#"{"success":true,"result":{"id":"lo"#),
            Network,
            1,
            format!("The answer is cut short (HTTP 200). {PROXY}"),
        ),
        row(
            "an opened bracket",
            http(200, &[JSON], "{"),
            Network,
            1,
            format!("The answer is cut short (HTTP 200). {PROXY}"),
        ),
        row(
            "cut short, 500",
            http(500, &[JSON], r#"{"success":fa"#),
            Network,
            3,
            format!("The answer is cut short (HTTP 500). {OUTAGE}"),
        ),
        row(
            "[]",
            http(200, &[JSON], "[]"),
            Network,
            1,
            format!("The answer is not the API's (HTTP 200). {PROXY}"),
        ),
        row(
            "{}",
            http(404, &[JSON], "{}"),
            Network,
            1,
            format!("The answer is not the API's (HTTP 404). {PROXY}"),
        ),
        row(
            "another program's",
            http(404, &[JSON], r#"{"detail":"Not Found"}"#),
            Network,
            1,
            format!("The answer is not the API's (HTTP 404). {PROXY}"),
        ),
        row(
            "a word",
            http(200, &[JSON], "\"ok\""),
            Network,
            1,
            format!("The answer is not the API's (HTTP 200). {PROXY}"),
        ),
        row(
            "text",
            http(404, &[], "404 page not found"),
            Network,
            1,
            format!("The answer is not the API's (HTTP 404). {PROXY}"),
        ),
        row(
            "no bytes of text",
            http(200, &[], [0xff, 0, 0xfe]),
            Network,
            1,
            format!("The answer is not the API's (HTTP 200). {PROXY}"),
        ),
        row(
            "result null",
            http(200, &[JSON], r#"{"success":true,"errors":[],"result":null}"#),
            Network,
            1,
            format!("The answer holds nothing of what was asked (HTTP 200). {PROXY}"),
        ),
        row(
            "no result",
            http(200, &[JSON], r#"{"success":true}"#),
            Network,
            1,
            format!("The answer holds nothing of what was asked (HTTP 200). {PROXY}"),
        ),
        row(
            "a result without id",
            http(200, &[JSON], r#"{"success":true,"result":{"count":{"allowed":1,"current":0}}}"#),
            Other,
            1,
            "The answer is no image (HTTP 200). The ID “logo.png” is also the name of another route of the API, which answered in its place: such an image cannot be looked up by its ID.",
        ),
        row(
            "broken compression",
            http(200, &[JSON, "content-encoding: gzip"], "no gzip at all"),
            Network,
            1,
            format!("The answer is garbled: its compression is broken (HTTP 200). {PROXY}"),
        ),
        row(
            "redirect to nowhere",
            http(302, &[], ""),
            Network,
            1,
            "The API points elsewhere (HTTP 302). It redirects without saying where, and redirects are not followed. Check CLOUDFLARE_BASE_URL if you set it.",
        ),
    ];
    for row in table {
        check(row).await;
    }
}

#[tokio::test]
async fn trouble_on_the_way_has_its_sentence() {
    let cut = http(200, &[JSON], r#"{"success":true}"#);
    let server = Server::start([Reply::Silence]);
    let host =
        |base: &str| base.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
    let sentence =
        |error, client: &cfimg::cloudflare::Client| failure(&error, &client.about(None, None)).to_string();
    for (name, reply, tries, what) in [
        ("cut by its length", Reply::Bytes(cut[..cut.len() - 1].to_vec()), 3, "broke off"),
        ("closed at once", Reply::Bytes(Vec::new()), 3, "broke off"),
        ("reset at once", Reply::Reset(Vec::new()), 3, "broke off"),
        ("reset in its middle", Reply::Reset(cut[..cut.len() - 5].to_vec()), 3, "broke off"),
        ("an SSH server", Reply::Greeting(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), 1, "does not speak HTTP"),
    ] {
        let server = Server::start([reply]);
        let client = server.client();
        let error = client.usage(&unwatched).await.expect_err(name);
        let host = host(&server.base);
        let begins = if what == "broke off" {
            format!(
                "The connection to {host} broke off. It was closed before the answer was whole, each time:"
            )
        } else {
            format!("{host} {what}. What answered is another kind of server: check CLOUDFLARE_BASE_URL")
        };
        let said = sentence(error, &client);
        assert!(said.starts_with(&begins), "{name}: {said}");
        assert_eq!(server.requests().len(), tries, "{name}");
    }

    let slow = cfimg::cloudflare::Client::with_pace(
        crate::server::config(&server.base, Some(crate::server::ACCOUNT)),
        cfimg::cloudflare::Pace { answer: std::time::Duration::from_millis(50), ..crate::server::quick() },
    );
    let said = sentence(slow.usage(&unwatched).await.expect_err("silence"), &slow);
    assert!(
        said.starts_with(&format!("{} takes too long. No whole answer came in time", host(&server.base))),
        "{said}"
    );
    assert_eq!(server.requests().len(), 1, "nobody waits for three times 30 seconds");

    let plain = Server::start([Reply::Greeting(http(400, &[], "plain HTTP"))]);
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = closed.local_addr().expect("an address").port();
    drop(closed);
    for (base, begins) in [
        (
            format!("http://127.0.0.1:{port}"),
            format!("127.0.0.1:{port} refuses the connection. Nothing listens there"),
        ),
        (
            "https://cfimg.invalid/client/v4".into(),
            "The host cfimg.invalid was not found. Its name does not".into(),
        ),
        (plain.base.replace("http:", "https:"), format!("No secure connection to {}", host(&plain.base))),
        (
            "http://192.0.2.1/v4".into(),
            "The base URL is plain http. The API token would cross the network".into(),
        ),
        ("ftp://127.0.0.1/v4".into(), "The base URL is plain http.".into()),
    ] {
        let client = cfimg::cloudflare::Client::with_pace(
            crate::server::config(&base, Some(crate::server::ACCOUNT)),
            cfimg::cloudflare::Pace {
                answer: std::time::Duration::from_millis(500),
                ..crate::server::quick()
            },
        );
        let said = sentence(client.usage(&unwatched).await.expect_err("no server"), &client);
        assert!(said.starts_with(&begins), "{base}: {said}");
    }
}

#[tokio::test]
async fn messages_of_a_success_are_no_errors() {
    let body = r#"{"result":{"id":"ed17","status":"active"},"success":true,"errors":[],"messages":[{"code":10000,"message":"This API Token is valid and active","type":null}]}"#;
    let server = Server::start([Reply::Bytes(http(200, &[JSON], body))]);
    let status = server.client().verify_token(&unwatched).await;
    assert_eq!(status, Ok(cfimg::cloudflare::TokenStatus::Active));
}

#[tokio::test]
async fn odd_fields_lose_only_themselves() {
    let mut deep = "[".repeat(5000);
    deep.push_str(&"]".repeat(5000));
    let result = format!(
        r#"{{"id":"logo.png","filename":7,"variants":{{}},"requireSignedURLs":"yes","meta":{deep},"new":1}}"#
    );
    let body = format!(r#"{{"errors":null,"messages":{{}},"result_info":[],"result":{result}}}"#);
    let mut bytes = http(200, &[], &body);
    // A byte that is no UTF-8, inside a string.
    let at = bytes.windows(3).position(|w| w == b"new").expect("a key");
    bytes[at + 1] = 0xff;
    let server = Server::start([Reply::Bytes(bytes)]);
    let id = ImageId::parse("logo.png").expect("an ID");
    let image = server.client().image(&id, &unwatched).await.expect("an image all the same");
    assert_eq!(image.id, id);
    assert_eq!(image.filename, None);
    assert_eq!(image.access, cfimg::domain::Access::Unknown);
    assert!(image.raw.contains(&deep));
}

#[tokio::test]
async fn long_and_hostile_words_are_made_safe() {
    let long = "no\u{202e}".repeat(2000);
    let server = Server::start([Reply::Bytes(http(400, &[JSON, "cf-ray: a\u{9b}b"], refusal("1", &long)))]);
    let client = server.client();
    let error = client.usage(&unwatched).await.expect_err("refused");
    let said = failure(&error, &client.about(None, None)).to_string();
    assert!(said.chars().count() < 400 && !said.chars().any(cfimg::domain::safe_text::is_unsafe), "{said}");
    assert!(said.contains("no⟨U+202E⟩"), "{said}");
}

#[tokio::test]
async fn keys_are_spoken_of_as_keys() {
    let server = Server::start([Reply::Bytes(api(403, "9109", "No")), ok("{}")]);
    let mut config = crate::server::config(&server.base, Some(crate::server::ACCOUNT));
    config.credentials = cfimg::domain::Credentials::Key {
        email: "a@example.com".into(),
        key: cfimg::domain::Secret::parse("hush").expect("a key"),
    };
    let client = cfimg::cloudflare::Client::with_pace(config, crate::server::quick());
    let error = client.usage(&unwatched).await.expect_err("refused");
    let said = failure(&error, &client.about(None, None)).to_string();
    assert!(said.starts_with("The API key is not valid here (9109)."), "{said}");
    assert!(said.contains("CLOUDFLARE_API_KEY and CLOUDFLARE_EMAIL") && !said.contains("token"), "{said}");
    let request = &server.requests()[0];
    assert!(request.contains("x-auth-email: a@example.com\n") && request.contains("x-auth-key: hush\n"));
    assert!(!request.contains("authorization:"), "{request}");
}
