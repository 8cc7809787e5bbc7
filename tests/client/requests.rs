//! What the client sends, and how it parses successful responses.

use std::sync::{Arc, Mutex};

use cfimg::cloudflare::{Client, Error, UnexpectedResponse, Wait, failure, ignore_waits};
use cfimg::domain::{ApiMessage, Budget, FailureKind, ImageId, ListQuery, Usage};

use crate::server::{ACCOUNT, Reply, Server, TOKEN, config, http, ok, quick};

const OTHER: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn accounts(ids: &[&str], pages: &str) -> Reply {
    let list: Vec<String> =
        ids.iter().map(|id| format!(r#"{{"id":"{id}","name":"Shop \u001b[1m{}"}}"#, &id[..1])).collect();
    let body = format!(
        r#"{{"result":[{}],"success":true,"errors":[],"messages":[],"result_info":{{"page":1,"total_pages":{pages}}}}}"#,
        list.join(",")
    );
    Reply::Bytes(http(200, &[], body))
}

#[tokio::test]
async fn request_has_only_the_necessary_headers() {
    let server = Server::start([ok(r#"{"id":"фото/100%.jpg?a#b"}"#)]);
    let mut config = config(&server.base, Some(ACCOUNT));
    config.base = format!("{}/", server.base).parse().expect("a URL");
    let client = Client::with_retry_policy(config, quick());
    let id = ImageId::parse("фото/100%.jpg?a#b").expect("an ID");
    client.image(&id, &ignore_waits).await.expect("an image");
    let requests = server.requests();
    let (first, headers) = requests[0].split_once('\n').expect("a first line");
    assert_eq!(
        first,
        format!(
            "GET /client/v4/accounts/{ACCOUNT}/images/v1/%D1%84%D0%BE%D1%82%D0%BE%2F100%25.jpg%3Fa%23b HTTP/1.1"
        )
    );
    let mut names: Vec<&str> = headers.lines().filter_map(|line| line.split(':').next()).collect();
    names.retain(|name| !name.is_empty());
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "authorization", "host", "user-agent"]);
    assert!(headers.contains(&format!("authorization: bearer {TOKEN}\n")));
    assert_eq!(requests[0].matches(TOKEN).count(), 1);
    assert!(headers.contains(concat!("user-agent: cfimg/", env!("CARGO_PKG_VERSION"), "\n")));
    assert!(headers.contains("accept: application/json\n") && headers.contains("accept-encoding: gzip\n"));
}

#[tokio::test]
async fn usage_and_variants_are_parsed() {
    let server = Server::start([
        ok(r#"{"count":{"allowed":100000,"current":"1000"}}"#),
        ok(
            r#"{"variants":{"thumb":{"id":"thumb","options":{"fit":"cover","width":200},"neverRequireSignedURLs":true},"hero":null}}"#,
        ),
    ]);
    let client = server.client();
    assert_eq!(client.usage(&ignore_waits).await, Ok(Usage { current: Some(1000), allowed: Some(100_000) }));
    let options = client.variant_options(&ignore_waits).await.expect("variants");
    let names: Vec<&str> = options.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["hero", "thumb"]);
    assert_eq!(options[1].never_require_signed_urls, Some(true));
    assert_eq!(options[0].never_require_signed_urls, None);
    let paths: Vec<String> =
        server.requests().iter().filter_map(|r| r.split(' ').nth(1).map(str::to_owned)).collect();
    let images = format!("/client/v4/accounts/{ACCOUNT}/images/v1");
    assert_eq!(paths, [format!("{images}/stats"), format!("{images}/variants")]);
}

#[tokio::test]
async fn raw_results_are_unchanged() {
    let usage = r#"{ "count": {"current":1.0e1,"allowed":"7"}, "new":null}"#;
    let numbers = r#"{"new":null,"count":{"current":3,"allowed":7}}"#;
    let server = Server::start([
        ok(numbers),
        ok(usage),
        ok(r#"{"variants":{"thumb":{"options":{"width":1.50}},"hero":null}}"#),
    ]);
    let client = server.client();
    assert_eq!(client.raw_usage(&ignore_waits).await.as_deref(), Ok(numbers));
    assert_eq!(client.raw_usage(&ignore_waits).await.as_deref(), Ok(usage));
    let raw = [("thumb", r#"{"options":{"width":1.50}}"#), ("hero", "null")];
    let raw = raw.map(|(name, raw)| (name.to_owned(), raw.to_owned())).to_vec();
    assert_eq!(client.raw_variants(&ignore_waits).await, Ok(raw));
}

#[tokio::test]
async fn usage_parses_counts_in_any_form() {
    let counts =
        |current: &str, allowed: &str| format!(r#"{{"count":{{"current":{current},"allowed":{allowed}}}}}"#);
    let usage = |current, allowed| Usage { current, allowed };
    for (result, expected) in [
        (counts("7", "100000.0"), usage(Some(7), Some(100_000))),
        (counts("1e5", "\"1E5\""), usage(Some(100_000), Some(100_000))),
        (counts("\" 7 \"", "-0.0"), usage(Some(7), Some(0))),
        (counts("18446744073709551615", "1e30"), usage(Some(u64::MAX), None)),
        (counts("null", "9"), usage(None, Some(9))),
        (counts("-1", "1.5"), usage(None, None)),
        (counts("\"many\"", "[1]"), usage(None, None)),
        (counts("\"NaN\"", "\"inf\""), usage(None, None)),
        (r#"{"count":{}}"#.to_owned(), usage(None, None)),
        (r#"{"count":null}"#.to_owned(), usage(None, None)),
        ("{}".to_owned(), usage(None, None)),
    ] {
        let server = Server::start([ok(&result)]);
        assert_eq!(server.client().usage(&ignore_waits).await, Ok(expected), "{result}");
        assert_eq!(server.client().raw_usage(&ignore_waits).await.as_deref(), Ok(&*result));
    }
}

#[tokio::test]
async fn result_of_wrong_type_is_a_network_failure() {
    let id = ImageId::parse("a").expect("an ID");
    for result in ["[]", "7", "\"x\"", "true", "[{\"count\":1}]"] {
        let server = Server::start([ok(result)]);
        let client = server.client();
        let errors = [
            client.usage(&ignore_waits).await.map(drop),
            client.raw_usage(&ignore_waits).await.map(drop),
            client.variant_options(&ignore_waits).await.map(drop),
            client.raw_variants(&ignore_waits).await.map(drop),
            client.signing_keys(&ignore_waits).await.map(drop),
            client.list_page(&ListQuery::default(), None, &ignore_waits).await.map(drop),
            client.image(&id, &ignore_waits).await.map(drop),
        ];
        for (at, error) in errors.into_iter().enumerate() {
            assert_eq!(error.expect_err(result).kind(), FailureKind::Network, "{at}: {result}");
        }
    }
    for variants in ["[]", "null", "\"x\"", "7"] {
        let server = Server::start([ok(&format!(r#"{{"variants":{variants}}}"#))]);
        server.client().raw_variants(&ignore_waits).await.expect_err(variants);
        server.client().variant_options(&ignore_waits).await.expect_err(variants);
    }
}

#[tokio::test]
async fn response_about_another_image_is_an_error() {
    let id = ImageId::parse("mine").expect("an ID");
    for other in ["other", "Mine", "mine%20", "m\\u0131ne", "m\\u202ene"] {
        let server = Server::start([ok(&format!(r#"{{"id":"{other}","requireSignedURLs":false}}"#))]);
        let client = server.client();
        let error = client.image(&id, &ignore_waits).await.expect_err(other);
        assert!(
            matches!(error, Error::Unexpected { unexpected: UnexpectedResponse::OtherImage(_), .. }),
            "{error:?}"
        );
        let failure = failure(&error, &client.about(Some(&id), None));
        assert_eq!(failure.kind, FailureKind::Network);
        assert!(failure.hint.contains("“mine”") && !failure.hint.contains('\u{202e}'), "{failure}");
        assert_eq!(server.requests().len(), 1, "no retries");
    }
    // Precomposed and decomposed letters make different IDs.
    let composed = ImageId::parse("\u{e9}").expect("an ID");
    let server = Server::start([ok(r#"{"id":"e\u0301"}"#)]);
    server.client().image(&composed, &ignore_waits).await.expect_err("another ID");
    let server = Server::start([ok(r#"{"id":"\u00e9"}"#)]);
    server.client().image(&composed, &ignore_waits).await.expect("the same ID");
}

#[tokio::test]
async fn messages_of_a_success_are_collected() {
    let success = |messages: &str, result: &str| {
        let body = format!(r#"{{"result":{result},"success":true,"errors":[],"messages":{messages}}}"#);
        Reply::Bytes(http(200, &["content-type: application/json"], body))
    };
    let id = ImageId::parse("a").expect("an ID");
    let unexpected = r#"[null,7,{},"in words",{"code":"1001","message":"old","source":{"pointer":"/x"},"documentation_url":"https://d.example/"},
        {"code":1002,"message":null,"source":null,"documentation_url":"javascript:x"},{"code":10000,"message":"This API Token is valid and active"}]"#;
    let server = Server::start([
        success(unexpected, r#"{"id":"a"}"#),
        success(unexpected, "{}"),
        success(unexpected, "{}"),
    ]);
    let client = server.client();
    let image = client.image(&id, &ignore_waits).await.expect("an image");
    let expected = [
        ApiMessage::new("", "in words", None, None),
        ApiMessage::new("1001", "old", Some("/x"), Some("https://d.example/")),
        ApiMessage::new("1002", "", None, None),
    ];
    assert_eq!(image.messages, expected);
    assert_eq!(client.take_messages(), [], "they belong to the image");
    client.usage(&ignore_waits).await.expect("usage");
    client.usage(&ignore_waits).await.expect("usage");
    assert_eq!(client.take_messages(), expected, "each once");
    assert_eq!(client.take_messages(), []);
    for none in ["null", "{}", "7", "[]", "[[]]"] {
        let server = Server::start([success(none, r#"{"id":"a"}"#)]);
        assert_eq!(server.client().image(&id, &ignore_waits).await.expect("an image").messages, [], "{none}");
    }
    let many: Vec<_> = (1..99).map(|n| format!(r#"{{"code":{n},"message":"m"}}"#)).collect();
    let server = Server::start([success(&format!("[{}]", many.join(",")), r#"{"id":"a"}"#)]);
    assert_eq!(server.client().image(&id, &ignore_waits).await.expect("an image").messages.len(), 8);
    // Errors next to a successful result are not lost.
    let body = r#"{"result":{"id":"a"},"success":true,"errors":[{"code":7,"message":"half"}],"messages":[]}"#;
    let server = Server::start([Reply::Bytes(http(200, &[], body))]);
    let image = server.client().image(&id, &ignore_waits).await.expect("an image");
    assert_eq!(image.messages, [ApiMessage::new("7", "half", None, None)]);
}

#[tokio::test]
async fn budget_is_from_the_last_response() {
    let response = |headers: &[&str]| Reply::Bytes(http(404, headers, "{}"));
    let server = Server::start([
        response(&["ratelimit: \"default\";r=50;t=30", "ratelimit-policy: \"default\";q=1100;w=300"]),
        response(&["ratelimit: \"default\";r=49;t=30"]),
        response(&[]),
    ]);
    let client = server.client();
    assert_eq!(client.budget(), None);
    for (left, limit) in [(50, 1100), (49, 1200), (49, 1200)] {
        client.usage(&ignore_waits).await.expect_err("no envelope");
        assert_eq!(client.clone().budget(), Some(Budget { left, limit }));
    }
}

#[tokio::test]
async fn only_account_must_be_on_the_only_page() {
    for (pages, is_only) in
        [("null", true), ("0", true), ("\"1\"", true), ("\"2\"", false), ("18446744073709551615", false)]
    {
        let server = Server::start([accounts(&[ACCOUNT], pages)]);
        let account = server.client_for_account(None).account(&ignore_waits).await;
        assert_eq!(account.is_ok(), is_only, "{pages}: {account:?}");
        let requests = server.requests();
        assert_eq!(requests.len(), 1, "{pages}");
        assert!(requests[0].starts_with("GET /client/v4/accounts?page=1&per_page=50 "), "{requests:?}");
    }
}

#[tokio::test]
async fn only_account_is_looked_up_once() {
    let server = Server::start([accounts(&[ACCOUNT], "1"), ok(r#"{"id":"a"}"#)]);
    let client = server.client_for_account(None);
    let id = ImageId::parse("a").expect("an ID");
    for _ in 0..3 {
        client.image(&id, &ignore_waits).await.expect("an image");
    }
    assert_eq!(client.account(&ignore_waits).await.expect("an account").as_str(), ACCOUNT);
    let requests = server.requests();
    assert_eq!(requests.len(), 4, "one for the account, three for images");
    assert!(requests[3].starts_with(&format!("GET /client/v4/accounts/{ACCOUNT}/images/v1/a ")));
}

#[tokio::test]
async fn account_lookup_reports_waits_to_all_callers() {
    let limited = Reply::Bytes(http(429, &["retry-after: 7"], "{}"));
    let server = Server::start([limited, accounts(&[ACCOUNT], "1"), ok(r#"{"id":"a","variants":{}}"#)]);
    let client = server.client_for_account(None);
    let id = ImageId::parse("a").expect("an ID");
    let waits = Mutex::new(Vec::new());
    let watch = |wait: Wait| waits.lock().expect("one thread").push(wait.pause.as_secs());
    // The first of the two looks up the account.
    let (options, image) = tokio::join!(client.variant_options(&ignore_waits), client.image(&id, &watch));
    assert!(options.is_ok() && image.is_ok(), "{options:?} {image:?}");
    assert_eq!(waits.into_inner().expect("one thread"), [7]);
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn several_accounts_or_none_are_errors() {
    let server = Server::start([accounts(&[ACCOUNT, OTHER], "1")]);
    let client = server.client_for_account(None);
    let error = client.usage(&ignore_waits).await.expect_err("ambiguous");
    let failed = failure(&error, &client.about(None, None));
    assert_eq!(failed.kind.exit_code(), 4);
    let accounts_named = format!("{ACCOUNT} (Shop ␛[1m0), {OTHER} (Shop ␛[1ma)");
    assert!(failed.hint.contains(&accounts_named), "{failed}");
    let Error::SeveralAccounts(seen) = error else { panic!("{error:?}") };
    let seen: Vec<_> = seen.iter().map(|account| (account.id.as_str(), account.name.as_str())).collect();
    assert_eq!(seen, [(ACCOUNT, "Shop \u{1b}[1m0"), (OTHER, "Shop \u{1b}[1ma")]);

    let more = Server::start([accounts(&[OTHER; 9], "2")]);
    let client = more.client_for_account(None);
    let error = client.account(&ignore_waits).await.expect_err("ambiguous");
    let message = failure(&error, &client.about(None, None)).to_string();
    assert_eq!(message.matches(OTHER).count(), 4);

    let hidden = Server::start([accounts(&[ACCOUNT, "no ID"], "2")]);
    let error =
        hidden.client_for_account(None).account(&ignore_waits).await.expect_err("there is a second page");
    assert!(matches!(error, Error::SeveralAccounts(_)), "{error:?}");

    let none = Server::start([accounts(&[], "1")]);
    let client = none.client_for_account(None);
    let error = client.usage(&ignore_waits).await.expect_err("no account");
    assert_eq!(error, Error::NoAccount);
    assert_eq!(error.kind().exit_code(), 4);
    let hint = failure(&error, &client.about(None, None)).hint;
    assert!(hint.contains("CLOUDFLARE_ACCOUNT_ID"), "{hint}");
}

#[tokio::test]
async fn image_reveals_the_account_hash() {
    let server = Server::start([
        ok(r#"{"id":"a","variants":["https://imagedelivery.net/Own_Hash/a/public"]}"#),
        Reply::Bytes(http(404, &[], "ERROR 5404: Image not found")),
    ]);
    let client = server.client();
    let id = ImageId::parse("a").expect("an ID");
    client.image(&id, &ignore_waits).await.expect("an image");
    let error = client.image(&id, &ignore_waits).await.expect_err("not found");
    let about = client.about(Some(&id), Some("Foreign"));
    assert_eq!(about.account_hash.as_deref(), Some("Own_Hash"));
    let message = failure(&error, &about).to_string();
    for data in ["Foreign", "account 023e…", "Own_Hash"] {
        assert!(message.contains(data), "{message}");
    }
}

#[tokio::test]
async fn debug_prints_no_secret() {
    let server = Server::start([ok("[]")]);
    let client = server.client();
    client.usage(&ignore_waits).await.expect_err("no count");
    let config = config(&server.base, None);
    assert!(!format!("{client:?} {config:?}").contains(TOKEN));
}

#[tokio::test]
async fn log_has_the_request_but_no_secret() {
    // tracing caches per process whether anything logs, and other tests do not log.
    if crate::subprocess::child_argument().is_none() {
        return crate::subprocess::run("requests::log_has_the_request_but_no_secret", "log", &[]);
    }
    let server = Server::start([
        Reply::Bytes(http(503, &["cf-ray: 8f2a-FRA"], "<html>")),
        Reply::Bytes(http(404, &["cf-ray: 8f2b-FRA"], "ERROR 5404: Image not found")),
    ]);
    let log = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&log);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || Log(Arc::clone(&writer)))
        .finish();
    let logging = tracing::subscriber::set_default(subscriber);
    server.client().usage(&ignore_waits).await.expect_err("not found");
    drop(logging);
    let log = String::from_utf8(log.lock().expect("one thread").clone()).expect("text");
    let path = format!("method=\"GET\" path=\"/accounts/{ACCOUNT}/images/v1/stats\"");
    for words in
        [&path, "status=503", "status=404", "ms=", "8f2a-FRA", "8f2b-FRA", "waiting before another try"]
    {
        assert!(log.contains(words), "{words}: {log}");
    }
    assert!(!log.contains(TOKEN), "{log}");
}

struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("one thread").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
