//! Signing keys and originals, which only the API serves.

use cfimg::cloudflare::{Error, UnexpectedResponse, failure, ignore_progress, ignore_waits};
use cfimg::domain::{FailureKind, ImageId};

use crate::server::{ACCOUNT, Reply, Server, TOKEN, head, http, ok};

const JPEG: &str = "content-type: image/jpeg";

fn id() -> ImageId {
    ImageId::parse("a/b").expect("an ID")
}

#[tokio::test]
async fn signing_keys_are_parsed_and_not_printed() {
    let server = Server::start([
        ok(
            r#"{"keys":[{"name":"default","value":"hush1="},{"name":"","value":null},{"name":"new","value":"hush2="},7]}"#,
        ),
        ok(r#"{"keys":[]}"#),
    ]);
    let client = server.client();
    let keys = client.signing_keys(&ignore_waits).await.expect("keys");
    let names: Vec<_> = keys.iter().map(|key| key.name().to_owned()).collect();
    assert_eq!(names, ["default", "new"]);
    assert!(!format!("{keys:?} {keys:#?}").contains("hush"));
    assert_eq!(client.signing_keys(&ignore_waits).await.map(|keys| keys.len()), Ok(0));
    let path = format!("GET /client/v4/accounts/{ACCOUNT}/images/v1/keys HTTP/1.1\n");
    assert!(server.requests().iter().all(|request| request.starts_with(&path)));
}

#[tokio::test]
async fn unreadable_keys_are_an_error() {
    for result in [
        r#"{"keys":[{"name":"default","value":"hu sh"},{"name":3,"value":"hush"}]}"#,
        r#"{"keys":"hush"}"#,
        r#"{"hush":[]}"#,
        r#"["hush"]"#,
    ] {
        let server = Server::start([ok(result)]);
        let client = server.client();
        let error = client.signing_keys(&ignore_waits).await.expect_err(result);
        assert!(
            matches!(error, Error::Unexpected { unexpected: UnexpectedResponse::NoResult, .. }),
            "{error:?}"
        );
        let message = format!("{error:?} {error} {}", failure(&error, &client.about(None, None)));
        assert!(!message.contains("hu"), "no secret in an error: {message}");
    }
}

#[tokio::test]
async fn original_is_requested_from_the_api_with_token() {
    let server = Server::start([Reply::Bytes(http(200, &[JPEG], "picture"))]);
    let original = server.client().original(&id(), 7, &ignore_waits, &ignore_progress).await.expect("bytes");
    assert_eq!((&*original.bytes, original.content_type.as_deref()), (&b"picture"[..], Some("image/jpeg")));
    let requests = server.requests();
    assert!(
        requests[0]
            .starts_with(&format!("GET /client/v4/accounts/{ACCOUNT}/images/v1/a%2Fb/blob HTTP/1.1\n"))
    );
    assert!(
        requests[0].contains(&format!("authorization: bearer {TOKEN}\n"))
            && requests[0].contains("accept: */*")
    );
}

#[tokio::test]
async fn interrupted_original_is_requested_again() {
    let whole = http(200, &[JPEG], "picture");
    let cut = Reply::Bytes(whole[..whole.len() - 3].to_vec());
    let server = Server::start([cut.clone(), Reply::Bytes(whole.clone())]);
    let original =
        server.client().original(&id(), 9, &ignore_waits, &ignore_progress).await.expect("the second time");
    assert_eq!(original.bytes, b"picture", "the first attempt is discarded");

    let server = Server::start([Reply::Bytes(Vec::new()), cut, Reply::Bytes(whole)]);
    let mut file = Vec::new();
    let error = server.client().save_original(&id(), 9, &mut file, &ignore_waits, &ignore_progress).await;
    assert!(matches!(error, Err(Error::Network { .. })), "{error:?}");
    assert_eq!((&*file, server.requests().len()), (&b"pict"[..], 2), "no retry after something was written");
}

#[tokio::test]
async fn original_is_limited_to_its_cap() {
    let mut server = Server::start([Reply::Silence(head(200, &[JPEG, "content-length: 1073741824"]))]);
    let client = server.client();
    let error =
        client.original(&id(), 10 << 20, &ignore_waits, &ignore_progress).await.expect_err("too large");
    server.client_gone().await;
    assert_eq!(error, Error::TooLarge { cap: 10 << 20 });
    let mut server = Server::start([Reply::Endless(head(200, &[JPEG]), vec![0; 1024])]);
    let error = server
        .client()
        .original(&id(), 1 << 20, &ignore_waits, &ignore_progress)
        .await
        .expect_err("too large");
    assert_eq!(error, Error::TooLarge { cap: 1 << 20 });
    server.client_gone().await;
}

#[tokio::test]
async fn api_error_instead_of_original_is_reported() {
    let not_found = r#"{"success":false,"errors":[{"code":5404,"message":"Image not found"}],"result":null}"#;
    for reply in [
        http(404, &["content-type: application/json"], not_found),
        http(404, &["content-type: text/plain"], "ERROR 5404: Image not found"),
    ] {
        let error = error_for(reply).await;
        let Error::Refused { response_info, codes, .. } = &error else { panic!("{error:?}") };
        assert_eq!((response_info.status, codes.len(), codes[0].code.as_str()), (404, 1, "5404"));
        assert_eq!(error.kind(), FailureKind::NotFound);
    }
    for (reply, expected) in [
        (http(200, &["content-type: text/html"], "<h1>"), UnexpectedResponse::Html),
        (
            http(200, &["content-type: application/json"], r#"{"success":true,"result":{}}"#),
            UnexpectedResponse::Foreign,
        ),
        (
            http(302, &["location: https://x.example/"], ""),
            UnexpectedResponse::Redirect(Some("x.example".to_owned())),
        ),
    ] {
        let error = error_for(reply).await;
        let Error::Unexpected { unexpected, .. } = error else { panic!("{error:?}") };
        assert_eq!(unexpected, expected);
    }
}

async fn error_for(reply: Vec<u8>) -> Error {
    let server = Server::start([Reply::Bytes(reply)]);
    server.client().original(&id(), 99, &ignore_waits, &ignore_progress).await.expect_err("an error")
}
