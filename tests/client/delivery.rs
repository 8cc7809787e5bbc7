//! The delivery client: what it sends, how it interprets responses, and what it never reveals.

use std::fmt::Write as _;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cfimg::cloudflare::{
    Client, Code, Delivery, DeliveryError, NetworkError, Progress, ResponseInfo, UnexpectedResponse,
    delivery_failure, ignore_progress, ignore_waits,
};
use cfimg::domain::{FailureKind, ImageId};

use crate::server::{ACCOUNT, Reply, Server, TOKEN, config, head, http, ok, quick};

const SIGNATURE: &str = "exp=1631289275&sig=72411885ee02134d38662f3e70ac8ff694f408e9d14b05125f6b022c3f403efa";
const PATH: &str = "/H/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile";
const WEBP: &str = "content-type: image/webp";
const DATE: &str = "date: Wed, 21 Oct 2026 07:28:00 GMT";

fn url(server: &Server) -> String {
    format!("{}{PATH}?{SIGNATURE}", root(server))
}

fn root(server: &Server) -> &str {
    server.base.strip_suffix("/client/v4").expect("the base of the API")
}

fn delivery() -> Delivery {
    Delivery::new()
}

async fn error_for(reply: Reply) -> DeliveryError {
    let server = Server::start([reply]);
    let delivery = Delivery::with_limits(Duration::from_secs(5), Duration::from_millis(100));
    let error = delivery.get(&url(&server), "*/*", 1 << 20, &ignore_progress).await.expect_err("an error");
    assert!(!format!("{error:?} {error} {:?}", delivery_failure(&error)).contains("72411885"), "{error:?}");
    assert_eq!(server.requests().len(), 1);
    error
}

/// The message for an error, with `HOST` instead of the server's address.
fn message(error: &DeliveryError) -> String {
    let text = delivery_failure(error).to_string();
    let mut words: Vec<_> = text.split(' ').map(str::to_owned).collect();
    for word in &mut words {
        if let Some(rest) = word.strip_prefix("127.0.0.1:") {
            *word = format!("HOST{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
    }
    words.join(" ")
}

#[tokio::test]
async fn picture_has_type_and_server_date() {
    let server =
        Server::start([Reply::Bytes(http(200, &["content-type: Image/WebP; q=1", DATE], "picture"))]);
    let seen = Mutex::new(Vec::new());
    let on_progress = |progress| seen.lock().expect("no thread panicked").push(progress);
    let picture =
        delivery().get(&url(&server), "image/webp,image/png", 7, &on_progress).await.expect("a picture");
    assert_eq!(picture.bytes, b"picture");
    assert_eq!(picture.content_type.as_deref(), Some("image/webp"));
    assert_eq!(picture.date, Some("2026-10-21T07:28:00Z".parse().expect("a date")));
    assert!(format!("{picture:?}").starts_with("Delivered(7 bytes"));
    let seen = seen.into_inner().expect("no thread panicked");
    assert_eq!(seen.last(), Some(&Progress { received: 7, total: Some(7) }));
}

#[tokio::test]
async fn delivery_request_has_no_token() {
    let server = Server::start([ok(r#"{"id":"a"}"#), Reply::Bytes(http(200, &[WEBP], "x"))]);
    let id = ImageId::parse("a").expect("an ID");
    server.client().image(&id, &ignore_waits).await.expect("an image: the token was sent to the API");
    delivery().get(&url(&server), "image/webp", 9, &ignore_progress).await.expect("a picture");
    let requests = server.requests();
    assert!(requests[0].contains(TOKEN), "the server does record tokens");
    let (first, headers) = requests[1].split_once('\n').expect("a first line");
    assert_eq!(first, format!("GET {PATH}?{SIGNATURE} HTTP/1.1"));
    let mut names: Vec<&str> = headers.lines().filter_map(|line| line.split(':').next()).collect();
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    assert_eq!(names, ["accept", "host", "user-agent"]);
    assert!(headers.contains("accept: image/webp\n"));
}

/// Every code of Cloudflare's table with each of its statuses, and some contradictory combinations.
const REFUSALS: &[(u16, &[&str])] = &[
    (200, &["9412", "9425"]),
    (400, &["9401", "9420", "9421", "9424", "9432", "9516", "9519", "9523", "9999"]),
    (401, &["9425", "9999"]),
    (
        403,
        &[
            "9401", "9406", "9413", "9419", "9423", "9425", "9426", "9427", "9429", "9430", "9522", "9999",
            "1020",
        ],
    ),
    (404, &["9404", "9427", "9431", "9999"]),
    (408, &["9408"]),
    (413, &["9402"]),
    (415, &["9412", "9420", "9520"]),
    (422, &["9416", "9516", "9523"]),
    (429, &["9422", "9425", "9999"]),
    (500, &["9425", "9516", "9517", "9523", "9524", "9999"]),
    (502, &["9402", "9505", "9509", "9518", "9519", "9528"]),
    (503, &["9522", "9527", "9529"]),
    (504, &["9522", "9527", "9529"]),
    (508, &["9403"]),
    (522, &["9504"]),
    (523, &["9407", "9510"]),
    (524, &["9504"]),
];

#[tokio::test]
async fn every_code_and_status_has_a_message() {
    let mut sentences = String::new();
    for (at, (status, code)) in
        REFUSALS.iter().flat_map(|(status, codes)| codes.iter().map(move |code| (*status, *code))).enumerate()
    {
        let header = if at % 2 == 0 { "cf-images" } else { "Cf-Resized" };
        let header = format!("{header}: internal=x, err={code}");
        let text = format!("ERROR {code}: the host's words");
        let replies = [
            http(status, &["content-type: text/plain"], &text),
            http(status, &[&header], ""),
            http(status, &[&header], text),
            head(status, &[&header]),
        ];
        let server = Server::start(replies.map(Reply::Bytes));
        let delivery = delivery();
        let (mut errors, mut first_message) = (Vec::new(), None);
        for _ in 0..3 {
            match delivery.get(&url(&server), "*/*", 1 << 20, &ignore_progress).await {
                Err(error) => errors.push(error),
                // Without a header, a success is a picture, whatever its bytes.
                Ok(_) => assert_eq!((status, errors.len()), (200, 0)),
            }
        }
        errors.push(delivery.head(&url(&server), "*/*").await.expect_err("refused"));
        assert_eq!(server.requests().len(), 4, "no retries: {code} with {status}");
        for error in &mut errors {
            if let DeliveryError::Refused { code: Some(code), .. } = error {
                assert!(["", "the host's words"].contains(&&*code.words), "{code:?}");
                code.words.clear();
            }
            let failure = delivery_failure(error);
            assert_eq!((error.code(), failure.code.as_str()), (Some(code), code));
            let fault = error.refusal().expect("a refusal").fault;
            let sentence = message(error);
            let line =
                format!("{code} {status} {fault:?}, exit {}\n    {sentence}\n", failure.kind.exit_code());
            let before = first_message.get_or_insert_with(|| line.clone());
            assert_eq!(*before, line, "header and body give the same result");
        }
        sentences.extend(first_message);
    }
    sentences += &messages_without_code();
    insta::assert_snapshot!("delivery_codes", sentences);
}

/// The messages for responses without a known code, with a wait, and with the host's text.
fn messages_without_code() -> String {
    let code = |code: &str, words: &str| Some(Code { code: code.to_owned(), words: words.to_owned() });
    let mut messages = String::new();
    for (name, status, seconds, code) in [
        ("401", 401, None, None),
        ("403", 403, None, None),
        ("404", 404, None, None),
        ("410", 410, None, None),
        ("418", 418, None, None),
        ("429", 429, None, None),
        ("429, wait", 429, Some(90), None),
        ("502", 502, None, None),
        ("9522, wait", 503, Some(90), code("9522", "")),
        ("9425 with text", 403, None, code("9425", "Image access denied: ␛[2J")),
    ] {
        let wait = seconds.map(Duration::from_secs);
        let response_info = Box::new(ResponseInfo { status, wait, ..ResponseInfo::default() });
        let error = DeliveryError::Refused { host: "HOST".to_owned(), response_info, code };
        writeln!(messages, "{name}: exit {}\n    {}", error.kind().exit_code(), message(&error))
            .expect("a string");
    }
    messages
}

#[tokio::test]
async fn is_access_denied_for_9425_and_bare_401_or_403() {
    let denied = |status, header: &'static str, text: &'static str| async move {
        let headers: &[&str] = if header.is_empty() { &[] } else { &[header] };
        error_for(Reply::Bytes(http(status, headers, text))).await.is_access_denied()
    };
    assert!(denied(403, "cf-images: err=9425", "").await);
    assert!(denied(403, "Cf-Resized: err=9425", "").await);
    assert!(denied(403, "", "ERROR 9425: Image access denied").await);
    assert!(denied(403, "", "<h1>Forbidden</h1>").await && denied(401, "", "").await);
    assert!(!denied(403, "cf-resized: err=9413", "").await);
    assert!(!denied(403, "cf-resized: err=9413", "ERROR 9425: Image access denied").await);
    assert!(!denied(403, "", "error code: 1020").await);
    assert!(!denied(404, "", "").await && !denied(503, "cf-images: err=9425", "").await);
}

#[tokio::test]
async fn host_text_is_quoted_in_the_hint() {
    let text = "ERROR 9425: Image access denied: \u{1b}[2J\n";
    let error = error_for(Reply::Bytes(http(403, &["content-type: text/plain"], text))).await;
    assert!(message(&error).contains("“Image access denied: ␛[2J”"), "{}", message(&error));
    let wait = error_for(Reply::Bytes(http(503, &["cf-images: err=9522", "retry-after: 90"], ""))).await;
    assert!(message(&wait).contains("1 min 30 s"), "{}", message(&wait));
}

#[tokio::test]
async fn header_and_status_decide_without_body() {
    for (reply, kind, code) in [
        (http(403, &["cf-images: internal=x, err=9425"], ""), FailureKind::Credentials, Some("9425")),
        (http(200, &["Cf-Resized: err=9412", WEBP], "x"), FailureKind::Other, Some("9412")),
        (http(429, &["retry-after: 90"], ""), FailureKind::Network, None),
        (http(403, &["cf-ray: 8f-FRA"], "<h1>no</h1>"), FailureKind::Credentials, None),
        (http(404, &[], "nothing"), FailureKind::NotFound, None),
        (http(502, &[], ""), FailureKind::Network, None),
        (http(418, &[], ""), FailureKind::Other, None),
    ] {
        let status = std::str::from_utf8(&reply[9..12]).expect("digits").parse().expect("a status");
        let error = error_for(Reply::Bytes(reply)).await;
        let DeliveryError::Refused { response_info, .. } = &error else { panic!("{error:?}") };
        assert_eq!((response_info.status, error.code(), error.kind()), (status, code, kind), "{error:?}");
        let (wait, ray) = (response_info.wait, response_info.ray.as_deref());
        assert_eq!(wait, (status == 429).then_some(Duration::from_secs(90)));
        assert_eq!(ray, (kind == FailureKind::Credentials && code.is_none()).then_some("8f-FRA"));
    }
}

#[tokio::test]
async fn get_rejects_unexpected_responses() {
    let redirect = |host: Option<&str>| UnexpectedResponse::Redirect(host.map(str::to_owned));
    for (reply, expected) in [
        (
            http(200, &["content-type: text/html; charset=utf-8"], "<h1>Sign in</h1>"),
            UnexpectedResponse::Html,
        ),
        (http(200, &["Cf-Resized: err=9412", "content-type: text/html"], "<p>"), UnexpectedResponse::Html),
        (http(302, &["location: https://evil.example/x?sig=1"], ""), redirect(Some("evil.example"))),
        (http(301, &[], ""), redirect(None)),
        (http(403, &["cf-mitigated: challenge"], "<p>"), UnexpectedResponse::Challenge),
        (http(200, &[WEBP], ""), UnexpectedResponse::Empty),
    ] {
        let error = error_for(Reply::Bytes(reply)).await;
        assert_eq!(error.kind(), FailureKind::Network);
        let DeliveryError::Unexpected { unexpected, .. } = error else { panic!("{error:?}") };
        assert_eq!(unexpected, expected);
    }
    let whole = http(200, &[WEBP], "picture");
    let cut = whole[..whole.len() - 1].to_vec();
    for (reply, expected) in [
        (Reply::Bytes(cut.clone()), NetworkError::Broken),
        (Reply::Reset(cut.clone()), NetworkError::Broken),
        (Reply::Silence(cut), NetworkError::ResponseTimeout),
        (Reply::Silence(Vec::new()), NetworkError::ResponseTimeout),
        (Reply::Greeting(b"SSH-2.0-x\r\n".to_vec()), NetworkError::NotHttp),
    ] {
        let error = error_for(reply).await;
        let DeliveryError::Network { network_error, .. } = error else { panic!("{error:?}") };
        assert_eq!(network_error, expected);
    }
    for reply in [
        Reply::Silence(head(200, &[WEBP, "content-length: 1048577"])),
        Reply::Endless(head(200, &[WEBP]), vec![b'x'; 1024]),
    ] {
        assert_eq!(error_for(reply).await, DeliveryError::TooLarge { cap: 1 << 20 });
    }
}

#[tokio::test]
async fn endless_error_text_is_truncated() {
    let words = b"ERROR 9425: on and on ".iter().chain(&[b'n'; 42]).copied().collect();
    let error = error_for(Reply::Endless(head(403, &[]), words)).await;
    let DeliveryError::Refused { code: Some(code), .. } = &error else { panic!("{error:?}") };
    assert_eq!(code.code, "9425");
    assert!(code.words.starts_with("on and on nnn") && code.words.chars().count() <= 200, "{code:?}");
}

#[tokio::test]
async fn too_large_picture_closes_the_connection() {
    let mut server = Server::start([Reply::Endless(head(200, &[WEBP]), vec![b'x'; 1024])]);
    let error = delivery().get(&url(&server), "*/*", 1 << 20, &ignore_progress).await.expect_err("too large");
    assert_eq!(error, DeliveryError::TooLarge { cap: 1 << 20 });
    let written = server.client_gone().await;
    assert!(written < 40 << 20, "no more than the kernel's buffers: {written}");
}

#[tokio::test]
async fn unsafe_urls_are_rejected() {
    let delivery = delivery();
    for (url, expected) in [
        ("http://imagedelivery.net/H/a/public?sig=x", DeliveryError::Insecure("imagedelivery.net".into())),
        ("ftp://127.0.0.1/H/a/public", DeliveryError::Insecure("127.0.0.1".into())),
        ("https://user:pass@imagedelivery.net/H/a/public", DeliveryError::NotAUrl),
        ("mailto:a@b", DeliveryError::NotAUrl),
        ("H/a/public", DeliveryError::NotAUrl),
    ] {
        assert_eq!(delivery.get(url, "*/*", 9, &ignore_progress).await, Err(expected.clone()), "{url}");
        assert_eq!(delivery.head(url, "*/*").await, Err(expected), "{url}");
    }
}

#[tokio::test]
async fn head_returns_size_type_and_date() {
    let whole = head(200, &[WEBP, "content-length: 12345", DATE]);
    let refused = head(403, &["cf-images: err=9425", DATE]);
    let server = Server::start([whole, refused, head(302, &["location: /x"])].map(Reply::Bytes));
    let delivery = delivery();
    let picture_head = delivery.head(&url(&server), "image/webp").await.expect("a picture");
    assert_eq!(
        (picture_head.status, picture_head.length, picture_head.content_type.as_deref()),
        (200, Some(12_345), Some("image/webp"))
    );
    let error = delivery.head(&url(&server), "image/webp").await.expect_err("refused");
    assert_eq!(error.code(), Some("9425"));
    assert_eq!((error.date(), picture_head.date), (picture_head.date, error.date()));
    assert!(picture_head.date.is_some(), "needed to detect a wrong clock");
    let error = delivery.head(&url(&server), "image/webp").await.expect_err("a redirect");
    assert!(
        matches!(error, DeliveryError::Unexpected { unexpected: UnexpectedResponse::Redirect(Some(_)), .. }),
        "{error:?}"
    );
    assert!(
        server.requests().iter().all(|request| request.starts_with(&format!("HEAD {PATH}?{SIGNATURE} ")))
    );
}

#[tokio::test]
async fn head_reads_the_denial_code_with_get() {
    for (status, body, code, denied) in [
        (403, "ERROR 9413: too large", Some("9413"), false),
        (403, "ERROR 9425: Image access denied", Some("9425"), true),
        (403, "error code: 1020", Some("1020"), false),
        (401, "", None, true),
        (403, "<h1>no</h1>", None, true),
    ] {
        let server = Server::start([head(status, &[]), http(status, &[], body)].map(Reply::Bytes));
        let error = delivery().head(&url(&server), "*/*").await.expect_err("refused");
        assert_eq!((error.code(), error.is_access_denied()), (code, denied), "{status} {body}");
        let methods: Vec<_> = server.requests().iter().map(|request| request[..4].to_owned()).collect();
        assert_eq!(methods, ["HEAD", "GET "]);
    }
}

#[tokio::test]
async fn head_succeeds_only_for_pictures() {
    let json = "content-type: application/json";
    for (status, headers, body, unexpected) in [
        (200, &[WEBP, "content-length: 0"][..], "", Some(UnexpectedResponse::Empty)),
        (204, &[], "", Some(UnexpectedResponse::Empty)),
        (200, &[json], r#"{"success":false}"#, Some(UnexpectedResponse::Foreign)),
        (200, &["content-type: text/plain"], "please log in", Some(UnexpectedResponse::Foreign)),
        (206, &[WEBP], "RIFF", None),
    ] {
        let get = http(status, &headers[..headers.len().min(1)], body);
        let server = Server::start([head(status, headers), get].map(Reply::Bytes));
        let result = match delivery().head(&url(&server), "*/*").await {
            Err(DeliveryError::Unexpected { unexpected, .. }) => Some(unexpected),
            result => {
                assert!(result.is_ok(), "{status} {body}: {result:?}");
                None
            }
        };
        assert_eq!(result, unexpected, "{status} {body}");
    }
    let text = http(200, &["content-type: text/plain"], "ERROR 9412: no");
    let server = Server::start([head(200, &["content-type: text/plain"]), text].map(Reply::Bytes));
    let error = delivery().head(&url(&server), "*/*").await.expect_err("refused");
    assert_eq!(error.code(), Some("9412"));
}

/// A full disk.
struct Full;
impl io::Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::from(io::ErrorKind::StorageFull))
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn save_writes_to_a_writer() {
    let server = Server::start([Reply::Bytes(http(200, &[WEBP], vec![b'x'; 300_000]))]);
    let mut file = Vec::new();
    let saved =
        delivery().save(&url(&server), "*/*", 1 << 20, &mut file, &ignore_progress).await.expect("saved");
    assert_eq!((saved.bytes, file.len()), (300_000, 300_000));

    let error =
        delivery().save(&url(&server), "*/*", 1 << 20, &mut Full, &ignore_progress).await.expect_err("full");
    let storage_full = io::Error::from(io::ErrorKind::StorageFull).to_string();
    assert_eq!(error, DeliveryError::Write(storage_full));
}

#[tokio::test]
async fn closed_port_is_reported() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/H/a/public", listener.local_addr().expect("an address"));
    drop(listener);
    let error = delivery().get(&url, "*/*", 9, &ignore_progress).await.expect_err("connection refused");
    assert!(
        matches!(error, DeliveryError::Network { network_error: NetworkError::Refused, .. }),
        "{error:?}"
    );
}

/// A log writer for tests.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no thread panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// tracing caches per process whether anything logs, so the test runs in a child process.
#[tokio::test]
async fn trace_log_has_no_signature_or_key() {
    let whole = http(200, &[WEBP], "picture");
    let Some(base) = crate::subprocess::child_argument() else {
        let replies = [
            Reply::Bytes(whole.clone()),
            Reply::Bytes(http(403, &["cf-images: err=9425"], format!("ERROR 9425: no {SIGNATURE}"))),
            Reply::Bytes(whole[..whole.len() - 1].to_vec()),
            Reply::Bytes(http(302, &[&format!("location: /x?{SIGNATURE}")], "")),
            Reply::Reset(Vec::new()),
            ok(r#"{"keys":[{"name":"default","value":"k3yhush="}]}"#),
        ];
        let server = Server::start(replies);
        let test = "delivery::trace_log_has_no_signature_or_key";
        crate::subprocess::run(test, &server.base, &[]);
        return;
    };
    let log = Log::default();
    let writer = log.clone();
    let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
    let _guard = tracing::subscriber::set_default(all.with_writer(move || writer.clone()).finish());
    let root = base.strip_suffix("/client/v4").expect("the base of the API");
    let url = format!("{root}{PATH}?{SIGNATURE}");
    for _ in 0..5 {
        _ = delivery().get(&url, "*/*", 99, &ignore_progress).await;
    }
    let client = Client::with_retry_policy(config(&base, Some(ACCOUNT)), quick());
    client.signing_keys(&ignore_waits).await.expect("keys");
    _ = delivery().head(&url, "*/*").await;
    let log = String::from_utf8(log.0.lock().expect("no thread panicked").clone()).expect("UTF-8");
    for logged in ["9425", "Redirect", "Broken", "images/v1/keys", "HEAD"] {
        assert!(log.contains(logged), "{logged} is not in {log}");
    }
    for secret in ["72411885", "k3yhush", TOKEN] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}
