//! TLS with a server on loopback. Its certificate and certificate authority were made for this test and are valid
//! for a hundred years. The key in the repository protects nothing else.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use cfimg::cloudflare::{Client, Error, NetworkError, ignore_waits};
use cfimg::domain::FailureKind;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::server::{ACCOUNT, config, http, quick};

#[tokio::test]
async fn untrusted_certificate_is_rejected() {
    let (port, server) = serve_one();
    let client =
        Client::with_retry_policy(config(&format!("https://127.0.0.1:{port}"), Some(ACCOUNT)), quick());
    let error = client.usage(&ignore_waits).await.expect_err("untrusted");
    assert_eq!(error.kind(), FailureKind::Network);
    let Error::Network { host, network_error } = error else { panic!("{error:?}") };
    assert_eq!(host, format!("127.0.0.1:{port}"));
    assert!(matches!(network_error, NetworkError::Certificate(_)), "{network_error:?}");
    let seen = server.join().expect("the server ends after one connection, so there are no retries");
    assert_eq!(seen, None, "the token was sent to an untrusted server");
}

/// `SSL_CERT_FILE` is read once per process, so the test runs in a child process with a different value.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn ssl_cert_file_is_trusted() {
    use cfimg::domain::Usage;

    if let Some(base) = crate::subprocess::child_argument() {
        let client = Client::with_retry_policy(config(&base, Some(ACCOUNT)), quick());
        assert_eq!(client.usage(&ignore_waits).await, Ok(Usage { current: Some(1), allowed: Some(2) }));
        return;
    }
    let (port, server) = serve_one();
    let authority = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/client/tls/authority.pem");
    crate::subprocess::run(
        "tls::ssl_cert_file_is_trusted",
        &format!("https://localhost:{port}"),
        &[("SSL_CERT_FILE", authority)],
    );
    let seen = server.join().expect("the server ends").expect("a request");
    assert!(seen.starts_with("GET /accounts/"), "{seen}");
}

/// A bare container has no certificates. The client must work nevertheless, with the authorities that browsers
/// trust.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn client_works_without_system_certificates() {
    if let Some(base) = crate::subprocess::child_argument() {
        let client = Client::with_retry_policy(config(&base, Some(ACCOUNT)), quick());
        let error = client.usage(&ignore_waits).await.expect_err("our authority is unknown to browsers");
        assert!(
            matches!(error, Error::Network { network_error: NetworkError::Certificate(_), .. }),
            "{error:?}"
        );
        return;
    }
    let (port, server) = serve_one();
    crate::subprocess::run(
        "tls::client_works_without_system_certificates",
        &format!("https://localhost:{port}"),
        // If set but empty, it names no file and disables the system's default.
        &[("SSL_CERT_FILE", "")],
    );
    assert_eq!(server.join().expect("the server ends"), None);
}

/// Serves one connection. Returns the port, and the head of the request if one arrived.
fn serve_one() -> (u16, thread::JoinHandle<Option<String>>) {
    let tls = server(&[]);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().ok()?;
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::new(tls)).ok()?, stream);
        let mut head = [0; 4096];
        let read = stream.read(&mut head).ok()?;
        let body = r#"{"success":true,"result":{"count":{"current":1,"allowed":2}}}"#;
        stream.write_all(&http(200, &[], body)).ok()?;
        stream.conn.send_close_notify();
        stream.flush().ok()?;
        (read > 0).then(|| String::from_utf8_lossy(&head[..read]).into_owned())
    });
    (port, server)
}

/// A TLS server configuration with our certificate and these ALPN protocols.
pub(crate) fn server(protocols: &[&[u8]]) -> ServerConfig {
    let certificate =
        CertificateDer::from_pem_slice(include_bytes!("tls/certificate.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/key.pem")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a certificate and its key");
    tls.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    tls
}
