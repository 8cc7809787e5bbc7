//! Fetching only the first bytes of a picture.

use std::time::Duration;

use cfimg::cloudflare::{Delivery, DeliveryError, NetworkError, UnexpectedResponse};

use crate::server::{Reply, Server, head, http};

fn url(server: &Server) -> String {
    format!("{}/H/a/hero", server.base.strip_suffix("/client/v4").expect("the base of the API"))
}

fn delivery() -> Delivery {
    Delivery::with_limits(Duration::from_secs(5), Duration::from_secs(20))
}

#[tokio::test]
async fn get_partial_stops_when_there_is_enough() {
    let mut server =
        Server::start([Reply::Endless(head(200, &["content-length: 9000000000"]), vec![7; 1000])]);
    let mut received = 0;
    let mut enough = |bytes: &[u8], total: Option<u64>| {
        assert_eq!(total, Some(9_000_000_000));
        received += bytes.len();
        received >= 5000
    };
    let partial = delivery().get_partial(&url(&server), "*/*", &mut enough).await.expect("the first bytes");
    assert_eq!(partial.bytes, Some(9_000_000_000), "from the header");
    server.client_gone().await;
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET ") && request.contains("accept: */*"), "{request}");
}

#[tokio::test]
async fn get_partial_reads_all_if_never_enough() {
    for (reply, expected) in [
        (http(200, &[], "picture"), Some(7)),
        ([head(200, &["connection: close"]), b"picture".to_vec()].concat(), None),
    ] {
        let server = Server::start([Reply::Bytes(reply)]);
        let mut all = Vec::new();
        let mut never_enough = |bytes: &[u8], total: Option<u64>| {
            assert_eq!(total, expected);
            all.extend_from_slice(bytes);
            false
        };
        let partial =
            delivery().get_partial(&url(&server), "*/*", &mut never_enough).await.expect("all of it");
        assert_eq!((partial.bytes, &*all), (Some(7), &b"picture"[..]));
    }
}

#[tokio::test]
async fn get_partial_retries_until_something_has_come() {
    let (empty, whole) = (http(200, &[], ""), http(200, &[], "picture"));
    let server = Server::start([empty, whole.clone()].map(Reply::Bytes));
    let partial = delivery().get_partial(&url(&server), "*/*", &mut |_, _| false).await.expect("a picture");
    assert_eq!((partial.bytes, server.requests().len()), (Some(7), 2));
    let cut = [head(200, &["content-length: 9"]), b"pic".to_vec()].concat();
    let server = Server::start([cut, whole].map(Reply::Bytes));
    delivery().get_partial(&url(&server), "*/*", &mut |_, _| false).await.expect_err("it broke off");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn get_partial_reports_errors() {
    let error = async |reply: Vec<u8>| {
        let server = Server::start([Reply::Bytes(reply)]);
        delivery().get_partial(&url(&server), "*/*", &mut |_, _| false).await.expect_err("an error")
    };
    let refused = error(http(403, &[], "ERROR 9425: Image access denied")).await;
    assert_eq!(refused.code(), Some("9425"));
    let empty = error(http(200, &[], "")).await;
    assert!(
        matches!(empty, DeliveryError::Unexpected { unexpected: UnexpectedResponse::Empty, .. }),
        "{empty:?}"
    );
    let cut = error(head(200, &["content-length: 9"])).await;
    assert!(matches!(cut, DeliveryError::Network { network_error: NetworkError::Broken, .. }), "{cut:?}");
}
