//! The signing keys: which one signs, when they are fetched, and errors.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};

use cfimg::cloudflare::{
    Code, Delivery, DeliveryError, KeyRing, ResponseInfo, delivery_failure, ignore_waits,
};
use cfimg::domain::signing::NoKey;
use cfimg::domain::{DeliveryUrl, Failure, FailureKind, KeySource, SignedUrl};
use jiff::Timestamp;
use tokio::sync::Barrier;

use crate::server::{Reply, Server, http, ok};

fn keys(names: &[&str]) -> Reply {
    let keys: Vec<_> =
        names.iter().map(|name| format!(r#"{{"name":"{name}","value":"hush-{}"}}"#, name.len())).collect();
    ok(&format!(r#"{{"keys":[{}]}}"#, keys.join(",")))
}

fn denied(date: &str) -> Reply {
    Reply::Bytes(http(403, &["cf-images: err=9425", &format!("date: {date}")], ""))
}

fn picture() -> Reply {
    Reply::Bytes(http(200, &["content-type: image/webp"], "x"))
}

fn ring(server: &Server, newest_first: &[&str]) -> KeyRing {
    let names = newest_first.iter().map(|name| (*name).to_owned()).collect();
    KeyRing::new(Some(server.client()), KeySource::Account, names)
}

/// Signs a URL and sends HEAD with it, at noon.
async fn deliver(server: &Server) -> Result<(SignedUrl, String), Failure> {
    let delivery = Delivery::new();
    let now: Timestamp = "2026-11-24T12:00:00Z".parse().expect("a time");
    let delivery = &delivery;
    let send = |signed: SignedUrl| async move { delivery.head(&signed.expose(), "*/*").await };
    // A hash of realistic length: on an unknown host, shorter ones are not recognized.
    let url = DeliveryUrl::parse(&url_display(server)).expect("a delivery URL");
    let (_, signed, key) = ring(server, &[]).deliver(&url, None, now, &ignore_waits, send).await?;
    Ok((signed, key))
}

fn url_display(server: &Server) -> String {
    let root = server.base.strip_suffix("/client/v4").expect("the base of the API");
    format!("{root}/MTt4OTd0b0w5ajDemoHash/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile")
}

fn any() -> DeliveryUrl {
    DeliveryUrl::parse("https://imagedelivery.net/H/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile")
        .expect("a URL")
}

#[tokio::test]
async fn keys_are_fetched_once_and_newest_signs() {
    let server = Server::start([keys(&["default", "old", "new"])]);
    let ring = ring(&server, &["newer-still", "new", "old"]);
    assert!(server.requests().is_empty(), "keys are not fetched before they are needed");
    let (url, lasting) = (any(), any());
    let (one, two) =
        tokio::join!(ring.sign(&url, Some(9), &ignore_waits), ring.sign(&lasting, None, &ignore_waits));
    assert_eq!(one.expect("signed").1, "new");
    assert_eq!(two.expect("signed").1, "new");
    assert_eq!(ring.keys(&ignore_waits).await.expect("keys").len(), 3);
    assert_eq!(server.requests().len(), 1);
    assert!(server.requests()[0].contains("/images/v1/keys"));
}

#[tokio::test]
async fn sign_without_usable_key_is_a_credentials_failure() {
    let forbidden = r#"{"result":null,"success":false,"errors":[{"code":10000,"message":"Authentication error"}],"messages":[]}"#;
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let several = NoKey::Several(names(&["a", "b⟨U+202E⟩"]));
    let missing = NoKey::Missing { wanted: "2026".to_owned(), there: names(&["a", "b"]) };
    let mut messages = String::new();
    for (reply, newest_first, why) in [
        (Reply::Bytes(http(403, &["content-type: application/json"], forbidden)), &[][..], None),
        (keys(&[]), &[], Some(NoKey::NoKeys)),
        (keys(&["a", "b\u{202e}"]), &[], Some(several)),
        (keys(&["a", "b"]), &["2026"], Some(missing)),
    ] {
        let server = Server::start([reply]);
        let failure =
            ring(&server, newest_first).sign(&any(), None, &ignore_waits).await.expect_err("no key");
        assert_eq!(failure.kind, FailureKind::Credentials, "{failure}");
        let mut message = failure.to_string();
        assert!(!message.contains("hush"), "{message}");
        if let Some(why) = why {
            assert!(message.contains(&why.to_string()), "{message}");
            message = message.replace(&why.to_string(), &format!("<{why:?}>"));
        } else {
            assert_eq!(failure.code, "10000");
            // The API's own message is in another snapshot.
            let client = server.client();
            let error = client.signing_keys(&ignore_waits).await.expect_err("refused");
            let api = cfimg::cloudflare::failure(&error, &client.about(None, None));
            let api_message = format!("{}. {}", api.what, api.hint);
            assert!(message.contains(&api_message), "{message}");
            message = message.replace(&api_message, "<the API's message>");
        }
        writeln!(messages, "{message}").expect("a string");
    }
    let ring = KeyRing::new(None, KeySource::Account, Vec::new());
    let failure = ring.sign(&any(), None, &ignore_waits).await.expect_err("no client");
    writeln!(messages, "{failure}").expect("a string");
    insta::assert_snapshot!("signing_keys", messages);
}

/// The messages for commands that print no key.
#[cfg(unix)]
#[tokio::test]
async fn failed_key_command_has_a_message() {
    let mut messages = String::new();
    for command in
        ["exit 3", "true", "echo a; echo b", "head -c 9000 /dev/zero", "printf '\\377'", "kill -KILL $$"]
    {
        let ring = KeyRing::new(None, KeySource::Command(command.to_owned()), Vec::new());
        let failure = ring.sign(&any(), None, &ignore_waits).await.expect_err(command);
        assert_eq!(failure.kind, FailureKind::Credentials, "{failure}");
        writeln!(messages, "{command}\n    {failure}").expect("a string");
    }
    insta::assert_snapshot!("signing_key_commands", messages);
}

#[tokio::test]
async fn rotated_key_is_fetched_after_denial() {
    let server = Server::start([
        keys(&["default"]),
        denied("Tue, 24 Nov 2026 12:00:00 GMT"),
        keys(&["rotated"]),
        picture(),
    ]);
    let (signed, key) = deliver(&server).await.expect("delivered after a retry");
    assert_eq!(key, "rotated");
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    assert!(
        requests[3].contains(signed.expose().rsplit_once("sig=").expect("a signature").1),
        "{requests:?}"
    );
}

/// A page with two private pictures requests both before either is denied.
#[tokio::test]
async fn concurrent_denials_refetch_keys_once() {
    for (keys_then, expected) in [("rotated", Some("rotated")), ("default", None)] {
        let server = Server::start([keys(&["default"]), keys(&[keys_then])]);
        let ring = ring(&server, &[]);
        let both_requested = Barrier::new(2);
        let requests = AtomicUsize::new(0);
        let send = |_| async {
            if requests.fetch_add(1, Ordering::Relaxed) >= 2 {
                return Ok(());
            }
            both_requested.wait().await;
            let (host, response_info) = ("imagedelivery.net".to_owned(), Box::default());
            let code = Some(Code { code: "9425".to_owned(), words: String::new() });
            Err(DeliveryError::Refused { host, response_info, code })
        };
        let (url, now) = (any(), Timestamp::UNIX_EPOCH);
        let (one, two) = tokio::join!(
            ring.deliver(&url, None, now, &ignore_waits, send),
            ring.deliver(&url, None, now, &ignore_waits, send)
        );
        for result in [one, two] {
            let key = result.map(|((), _, key)| key);
            assert_eq!(key.as_deref().ok(), expected, "{key:?}");
        }
        assert_eq!(server.requests().len(), 2, "the keys are fetched again once");
    }
}

#[tokio::test]
async fn second_denial_is_final() {
    let noon = "Tue, 24 Nov 2026 12:00:00 GMT";
    let server = Server::start([keys(&["default"]), denied(noon), keys(&["rotated"]), denied(noon)]);
    let failure = deliver(&server).await.expect_err("denied");
    assert_eq!(failure.code, "9425");
    let host = "127.0.0.1".to_owned();
    let response_info = Box::new(ResponseInfo { status: 403, ..ResponseInfo::default() });
    let code = Some(Code { code: "9425".to_owned(), words: String::new() });
    let denied_only = delivery_failure(&DeliveryError::Refused { host, response_info, code });
    assert_eq!(failure.hint, denied_only.hint, "the clock is right, so it is not mentioned");
    assert_eq!(server.requests().len(), 4);
    let server = Server::start([keys(&["default"]), denied(noon), keys(&["default"])]);
    deliver(&server).await.expect_err("denied");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn denial_names_a_wrong_clock() {
    let server =
        Server::start([keys(&["default"]), denied("Tue, 24 Nov 2026 12:45:00 GMT"), keys(&["default"])]);
    let message = deliver(&server).await.expect_err("denied").to_string();
    assert!(message.contains("45 minutes"), "{message}");
}

#[tokio::test]
async fn server_now_follows_the_date_header() {
    let body = r#"{"result":{"keys":[]},"success":true,"errors":[],"messages":[]}"#;
    let server = Server::start([Reply::Bytes(http(200, &["date: Wed, 21 Oct 2026 07:28:00 GMT"], body))]);
    let client = server.client();
    assert_eq!(client.server_now(), None);
    client.signing_keys(&ignore_waits).await.expect("none");
    let now = client.server_now().expect("a time");
    assert_eq!(now.to_string()[..15], *"2026-10-21T07:2");
}
