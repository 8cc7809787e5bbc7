//! Network errors: no response, or an incomplete one.

use std::net::TcpListener;
use std::time::Duration;

use cfimg::cloudflare::{Client, Error, NetworkError, RetryPolicy, ignore_waits};
use cfimg::domain::{FailureKind, Usage};

use crate::server::{ACCOUNT, Reply, Server, config, head, http, ok, quick};

const JSON: &str = "content-type: application/json";

#[tokio::test]
async fn broken_connection_is_retried() {
    let whole = http(200, &[JSON], r#"{"success":true}"#);
    for (name, reply) in [
        ("cut by its length", Reply::Bytes(whole[..whole.len() - 1].to_vec())),
        ("closed at once", Reply::Bytes(Vec::new())),
        ("reset at once", Reply::Reset(Vec::new())),
        ("reset in its middle", Reply::Reset(whole[..whole.len() - 5].to_vec())),
    ] {
        let server = Server::start([reply]);
        let error = usage_error(&server.client()).await;
        assert_eq!(error, network(&server.base, NetworkError::Broken), "{name}");
        assert_eq!(server.requests().len(), 3, "{name}");
    }
}

#[tokio::test]
async fn silent_server_times_out() {
    let partial =
        |encoding: &str, body: &[u8]| [head(200, &["content-length: 100", encoding]), body.to_vec()].concat();
    for (name, bytes) in [
        ("from the start", Vec::new()),
        ("in the head", b"HTTP/1.1 200 OK\r\n".to_vec()),
        ("in the body", partial(JSON, b"{\"success\":")),
        ("in a compressed body", partial("content-encoding: gzip", &[0x1f, 0x8b, 8, 0])),
    ] {
        let mut server = Server::start([Reply::Silence(bytes)]);
        let retry_policy = RetryPolicy { answer: Duration::from_millis(50), ..quick() };
        let client = Client::with_retry_policy(config(&server.base, Some(ACCOUNT)), retry_policy);
        let expected = network(&server.base, NetworkError::ResponseTimeout);
        assert_eq!(usage_error(&client).await, expected, "{name}");
        server.client_gone().await;
        assert_eq!(server.requests().len(), 1, "{name}: no retries after a timeout");
    }
}

/// A listener with a full queue accepts no more connections, like a firewall that drops packets.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn slow_connect_times_out() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use cfimg::cloudflare::{Wait, WaitReason};

    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let listener = socket.listen(0).expect("a listener");
    let addr = listener.local_addr().expect("an address");
    let _fills = std::net::TcpStream::connect(addr).expect("the first connection fills the queue");
    let retry_policy = RetryPolicy { connect: Duration::from_millis(50), ..quick() };
    let client = Client::with_retry_policy(config(&format!("http://{addr}"), Some(ACCOUNT)), retry_policy);
    let waits = AtomicUsize::new(0);
    let watch = |wait: Wait| {
        assert_eq!(wait.reason, WaitReason::Connection);
        waits.fetch_add(1, Ordering::Relaxed);
    };
    let error = client.usage(&watch).await.expect_err("no connection");
    assert_eq!(error, network(&format!("http://{addr}"), NetworkError::ConnectTimeout));
    assert_eq!(waits.into_inner(), 2, "two retries");
}

/// The variables are read once per process, so the test runs in a child process with different ones.
#[tokio::test]
async fn loopback_requests_bypass_the_proxy() {
    if let Some(base) = crate::subprocess::child_argument() {
        let client = Client::with_retry_policy(config(&base, Some(ACCOUNT)), quick());
        assert_eq!(client.usage(&ignore_waits).await, Ok(Usage { current: Some(1), allowed: Some(2) }));
        return;
    }
    let server = Server::start([ok(r#"{"count":{"current":1,"allowed":2}}"#)]);
    let proxies = ["http_proxy", "HTTP_PROXY", "ALL_PROXY"].map(|name| (name, "http://proxy.invalid:3128"));
    crate::subprocess::run("network::loopback_requests_bypass_the_proxy", &server.base, &proxies);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn default_timeouts_are_5_and_30_seconds() {
    let RetryPolicy { connect, answer, .. } = RetryPolicy::default();
    assert_eq!((connect, answer), (Duration::from_secs(5), Duration::from_secs(30)));
}

#[tokio::test]
async fn server_of_other_protocol_is_reported() {
    let ssh = Server::start([Reply::Greeting(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec())]);
    assert_eq!(usage_error(&ssh.client()).await, network(&ssh.base, NetworkError::NotHttp));
    assert_eq!(ssh.requests().len(), 1);

    let plain = Server::start([Reply::Greeting(http(400, &[], "plain HTTP"))]);
    let base = plain.base.replace("http:", "https:");
    let error = usage_error(&Client::with_retry_policy(config(&base, Some(ACCOUNT)), quick())).await;
    assert_eq!(error, network(&plain.base, NetworkError::Tls));
    assert_eq!(plain.requests().len(), 1);
}

#[tokio::test]
async fn closed_port_is_reported() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = closed.local_addr().expect("an address").port();
    drop(closed);
    let base = format!("http://127.0.0.1:{port}");
    let error = usage_error(&Client::with_retry_policy(config(&base, Some(ACCOUNT)), quick())).await;
    assert_eq!(error, network(&base, NetworkError::Refused));
}

#[tokio::test]
async fn remote_plain_http_is_rejected() {
    for base in ["http://192.0.2.1/client/v4", "http://localhost.example/v4", "ftp://127.0.0.1/v4"] {
        let client = Client::new(config(base, Some(ACCOUNT)));
        let error = client.usage(&ignore_waits).await.expect_err(base);
        assert!(matches!(error, Error::Insecure(_)), "{base}: {error:?}");
        assert_eq!(error.kind(), FailureKind::Usage);
    }
}

async fn usage_error(client: &Client) -> Error {
    client.usage(&ignore_waits).await.expect_err("a network error")
}

/// A network error of the host in a base URL.
fn network(base: &str, network_error: NetworkError) -> Error {
    let host = base.trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
    Error::Network { host, network_error }
}
