//! What a server must not achieve: that the client follows redirects, reads without end, or keeps unused
//! connections.

use cfimg::cloudflare::{Error, UnexpectedResponse, ignore_waits};

use crate::server::{Reply, Server, head, http, ok};

const MIB: u64 = 1024 * 1024;

#[tokio::test]
async fn redirect_is_not_followed() {
    let other = Server::start([ok(r#"{"count":{"current":1,"allowed":2}}"#)]);
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: {}/elsewhere?x=1", other.base.replace("127.0.0.1", "localhost"));
        let server = Server::start([Reply::Bytes(http(status, &[&location], ""))]);
        let error = server.client().usage(&ignore_waits).await.expect_err("a redirect is an error");
        let Error::Unexpected { response_info, unexpected } = error else { panic!("{error:?}") };
        assert_eq!(response_info.status, status);
        assert_eq!(unexpected, UnexpectedResponse::Redirect(Some("localhost".to_owned())));
        assert_eq!(server.requests().len(), 1);
    }
    assert!(other.requests().is_empty(), "the token was sent to another host");
}

#[tokio::test]
async fn endless_body_is_cut_off() {
    let chunked = {
        let mut chunk = format!("{:x}\r\n", 64 * 1024 - 8).into_bytes();
        chunk.resize(chunk.len() + 64 * 1024 - 8, b' ');
        chunk.extend_from_slice(b"\r\n");
        chunk
    };
    for (name, head, pattern) in [
        ("until it closes", head(200, &[]), vec![b' '; 1024]),
        ("in chunks", head(200, &["transfer-encoding: chunked"]), chunked),
    ] {
        let mut server = Server::start([Reply::Endless(head, pattern)]);
        let error = server.client().usage(&ignore_waits).await.expect_err(name);
        assert!(
            matches!(error, Error::Unexpected { unexpected: UnexpectedResponse::TooLarge, .. }),
            "{name}: {error:?}"
        );
        let written = server.client_gone().await;
        // The kernel's buffers were written to as well, although nobody read them.
        assert!((8 * MIB - 64 * 1024..40 * MIB).contains(&written), "{name}: {written}");
        assert_eq!(server.requests().len(), 1, "{name}: no retries");
    }
}

#[tokio::test]
async fn large_content_length_is_rejected() {
    let mut server = Server::start([Reply::Silence(head(200, &["content-length: 1073741824"]))]);
    let error = server.client().usage(&ignore_waits).await.expect_err("too large");
    assert!(matches!(error, Error::Unexpected { unexpected: UnexpectedResponse::TooLarge, .. }), "{error:?}");
    server.client_gone().await;
}

#[tokio::test]
async fn wrong_content_length_is_a_cut_response() {
    // It announces less than it sends. HTTP ends where announced.
    let mut bytes = head(200, &["content-length: 10"]);
    bytes.resize(bytes.len() + 100_000, b'[');
    let server = Server::start([Reply::Bytes(bytes)]);
    let error = server.client().usage(&ignore_waits).await.expect_err("cut");
    assert!(matches!(error, Error::Unexpected { unexpected: UnexpectedResponse::Cut, .. }), "{error:?}");
}

#[tokio::test]
async fn gzip_bomb_is_cut_off() {
    let (start, period) = bomb();
    let mut head = head(200, &["content-encoding: gzip"]);
    head.extend_from_slice(&start);
    let mut server = Server::start([Reply::Endless(head, period)]);
    let error = server.client().usage(&ignore_waits).await.expect_err("a bomb");
    assert!(matches!(error, Error::Unexpected { unexpected: UnexpectedResponse::TooLarge, .. }), "{error:?}");
    let written = server.client_gone().await;
    assert!(written < 20 * MIB, "8 MiB of zeros take 53 kB: {written}");
}

#[tokio::test]
async fn dropped_request_closes_its_connection() {
    let mut server = Server::start([Reply::Silence(Vec::new())]);
    let client = server.client();
    {
        let lookup = client.usage(&ignore_waits);
        tokio::pin!(lookup);
        tokio::select! {
            _ = &mut lookup => panic!("unexpected response"),
            () = server.request_received() => {}
        }
    }
    server.client_gone().await;
}

/// An endless gzip stream of zeros: its start, and the bytes that repeat. One block with fixed Huffman codes
/// contains a literal zero, then matches of 258 bytes at distance 1 with 13 bits each, so that eight of them are
/// exactly 13 bytes.
fn bomb() -> (Vec<u8>, Vec<u8>) {
    let mut bits: Vec<bool> = Vec::new();
    let mut put = |text: &str| bits.extend(text.bytes().map(|b| b == b'1'));
    put("1"); // the last block
    put("10"); // fixed codes, least bit first
    put("00110000"); // the literal 0
    for _ in 0..9 {
        put("11000101"); // length 258
        put("00000"); // distance 1
    }
    let bytes: Vec<u8> = bits
        .chunks_exact(8)
        .map(|byte| byte.iter().enumerate().map(|(at, &bit)| u8::from(bit) << at).sum::<u8>())
        .collect();
    let mut start = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
    // Eleven bits precede the matches. After the first two bytes, the pattern repeats.
    start.extend_from_slice(&bytes[..2]);
    (start, bytes[2..15].to_vec())
}
