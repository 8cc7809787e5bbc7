//! Fetching only the first bytes of a picture.

use std::time::Duration;

use cfimg::cloudflare::{Delivery, DeliveryError, NetworkError, UnexpectedResponse};

use crate::server::{Reply, Server, head, http};

fn url(server: &Server) -> String {
    format!("{}/H/a/hero", server.base.strip_suffix("/client/v4").expect("the base ends so"))
}

fn patient() -> Delivery {
    Delivery::with_limits(Duration::from_secs(5), Duration::from_secs(20))
}

#[tokio::test]
async fn what_comes_after_there_is_enough_is_turned_away() {
    let mut server =
        Server::start([Reply::Endless(head(200, &["content-length: 9000000000"]), vec![7; 1000])]);
    let mut came = 0;
    let mut enough = |bytes: &[u8], total: Option<u64>| {
        assert_eq!(total, Some(9_000_000_000));
        came += bytes.len();
        came >= 5000
    };
    let begun = patient().get_partial(&url(&server), "*/*", &mut enough).await.expect("the first bytes");
    assert_eq!(begun.bytes, Some(9_000_000_000), "the host says it");
    server.client_gone().await;
    let request = server.requests().remove(0);
    assert!(request.starts_with("GET ") && request.contains("accept: */*"), "{request}");
}

#[tokio::test]
async fn where_there_is_never_enough_all_is_counted() {
    for (reply, expected) in [
        (http(200, &[], "picture"), Some(7)),
        ([head(200, &["connection: close"]), b"picture".to_vec()].concat(), None),
    ] {
        let server = Server::start([Reply::Bytes(reply)]);
        let mut all = Vec::new();
        let mut never = |bytes: &[u8], total: Option<u64>| {
            assert_eq!(total, expected);
            all.extend_from_slice(bytes);
            false
        };
        let begun = patient().get_partial(&url(&server), "*/*", &mut never).await.expect("all of it");
        assert_eq!((begun.bytes, &*all), (Some(7), &b"picture"[..]));
    }
}

#[tokio::test]
async fn what_is_no_picture_is_an_error_as_ever() {
    let error = async |reply: Vec<u8>| {
        let server = Server::start([Reply::Bytes(reply)]);
        patient().get_partial(&url(&server), "*/*", &mut |_, _| false).await.expect_err("an error")
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
