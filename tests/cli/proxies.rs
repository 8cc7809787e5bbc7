//! Connections through an HTTP or SOCKS proxy.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use cfimg::cloudflare::{Error, MessageContext, NetworkError, failure};
use cfimg::demo::SAMPLE_ID;

use super::{CommandResult, run_command, with_token};

/// A proxy with fixed responses. `received` is what the first client sent.
struct Proxy {
    address: String,
    received: JoinHandle<Vec<u8>>,
}

impl Proxy {
    /// Each response is sent after this many bytes have been received in total.
    fn new(answers: Vec<(usize, &'static [u8])>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        let address = listener.local_addr().expect("an address").to_string();
        let received = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("the program asks");
            let mut received = Vec::new();
            for (after, answer) in answers {
                let mut byte = [0];
                while received.len() < after && !received.ends_with(b"\r\n\r\n") {
                    stream.read_exact(&mut byte).expect("the program asks on");
                    received.extend(byte);
                }
                stream.write_all(answer).expect("the program listens");
            }
            received
        });
        Self { address, received }
    }
}

fn through(proxy: &str) -> CommandResult {
    run_command(with_token(&["show", SAMPLE_ID]).env("HTTPS_PROXY", proxy))
}

/// The line on standard error for an error of the network.
fn message(network_error: NetworkError) -> String {
    let error = Error::Network { host: "api.cloudflare.com".to_owned(), network_error };
    format!("cfimg: {}\n", failure(&error, &MessageContext::default()))
}

#[test]
fn http_proxy_gets_connect_but_no_token() {
    for (answer, error) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", NetworkError::ProxyLogin),
        ("HTTP/1.1 403 Forbidden\r\n\r\n", NetworkError::ProxyRefused),
    ] {
        let proxy = Proxy::new(vec![(usize::MAX, answer.as_bytes())]);
        let end = through(&format!("http://me:too@{}", proxy.address));
        assert_eq!((end.errors, end.code), (message(error), Some(5)));
        let received = String::from_utf8(proxy.received.join().expect("it was asked")).expect("UTF-8");
        assert!(received.starts_with("CONNECT api.cloudflare.com:443 "), "{received}");
        assert!(received.to_ascii_lowercase().contains("proxy-authorization: basic bwu6dg9v"), "{received}");
        assert!(!received.contains("cfut_hush"), "{received}");
    }
}

#[test]
fn socks_proxy_errors_are_reported() {
    for (answers, error) in [
        (vec![(3, &b"\x05\x00"[..]), (14, b"\x05\x02\x00\x01\0\0\0\0\0\0")], NetworkError::ProxyRefused),
        (vec![(3, &b"\x05\xff"[..])], NetworkError::ProxyLogin),
    ] {
        let proxy = Proxy::new(answers);
        let end = through(&format!("socks5h://{}", proxy.address));
        assert_eq!((end.errors, end.code), (message(error), Some(5)));
        assert!(proxy.received.join().expect("it was asked").starts_with(b"\x05"));
    }
}

#[test]
fn unreachable_proxy_is_reported() {
    let closed = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
    let address = closed.local_addr().expect("an address");
    drop(closed);
    let proxies =
        [format!("http://{address}"), format!("socks5h://{address}"), "http://cfimg.invalid:1".into()];
    // Each connection is tried more than once, with a wait in between.
    let tries = proxies.map(|proxy| thread::spawn(move || through(&proxy)));
    for end in tries.map(|tried| tried.join().expect("the program ends")) {
        assert_eq!((end.errors, end.code), (message(NetworkError::NoProxy), Some(5)));
    }
}

#[test]
fn invalid_proxy_variable_is_never_bypassed() {
    for value in ["htttp://me:hush@127.0.0.1:1", "http://me:hush@", "127.0.0.1:port"] {
        for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            let end = run_command(with_token(&["show", SAMPLE_ID]).env(variable, value));
            assert!(end.errors.starts_with(&format!("cfimg: {variable} ")), "{}", end.errors);
            assert!(!end.errors.contains("hush"), "{}", end.errors);
            assert_eq!(end.code, Some(2));
        }
    }
}

#[test]
fn proxy_password_may_hold_any_character() {
    // Both mean `me:p@s:s/w#d%`.
    for login in ["me:p@s:s/w#d%", "me:p%40s%3as%2Fw%23d%25"] {
        let proxy = Proxy::new(vec![(usize::MAX, b"HTTP/1.1 403 Forbidden\r\n\r\n")]);
        let end = through(&format!("http://{login}@{}", proxy.address));
        assert_eq!(end.code, Some(5), "{}", end.errors);
        let received = String::from_utf8(proxy.received.join().expect("it was asked")).expect("UTF-8");
        assert!(received.contains("Basic bWU6cEBzOnMvdyNkJQ=="), "{received}");
    }
    let answers = vec![(3, &b"\x05\x02"[..]), (3 + 2 + 2 + 1 + 10, b"\x01\x01")];
    let proxy = Proxy::new(answers);
    let end = through(&format!("socks5h://me:p@s:s/w#d%@{}", proxy.address));
    assert_eq!(end.code, Some(5), "{}", end.errors);
    let received = proxy.received.join().expect("it was asked");
    assert!(received.ends_with(b"\x01\x02me\x0ap@s:s/w#d%"), "{received:?}");
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn unreadable_certificates_variable_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let garbage = folder.path().join("garbage.pem");
    std::fs::write(&garbage, "no certificate").expect("a file");
    let empty = tempfile::tempdir().expect("a folder");
    for (variable, value) in [
        ("SSL_CERT_FILE", garbage.as_path()),
        ("SSL_CERT_FILE", &folder.path().join("missing")),
        ("SSL_CERT_FILE", folder.path()),
        ("SSL_CERT_DIR", &folder.path().join("missing")),
        ("SSL_CERT_DIR", empty.path()),
    ] {
        let end = run_command(
            with_token(&["show", SAMPLE_ID]).env(variable, value).env("HTTPS_PROXY", "http://127.0.0.1:1"),
        );
        assert!(end.errors.starts_with(&format!("cfimg: {variable} ")), "{}", end.errors);
        assert_eq!(end.code, Some(2), "{variable} {value:?}");
    }
}
