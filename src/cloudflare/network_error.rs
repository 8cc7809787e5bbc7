//! Classifies network errors. The HTTP libraries report them as chains of errors; each class has its own hint.

use std::error::Error as StdError;
use std::io;

use super::error::{Error, NetworkError};
use crate::domain::sanitize::sanitize;
use crate::domain::width::cut_end;

/// The error for a request without a complete response. Leaves out the URL.
pub(super) fn classify(error: reqwest::Error, host: String) -> Error {
    Error::Network { host, network_error: network_error(error) }
}

/// Why a request got no complete response. Leaves out the URL, which may be signed.
pub(super) fn network_error(error: reqwest::Error) -> NetworkError {
    classify_cause(&error.without_url())
}

/// Whether the response was complete, but its compressed data was corrupt.
pub(super) fn is_bad_compression(error: &reqwest::Error) -> bool {
    error.is_decode() && chain(error).all(|cause| connection_loss(cause).is_none()) && !error.is_timeout()
}

/// An error and its causes, in one line.
pub(super) fn describe(error: &reqwest::Error) -> String {
    let causes: Vec<String> = chain(error).map(ToString::to_string).collect();
    causes.join(": ")
}

fn classify_cause(error: &reqwest::Error) -> NetworkError {
    if error.is_timeout() {
        return if error.is_connect() { NetworkError::ConnectTimeout } else { NetworkError::ResponseTimeout };
    }
    if let Some(network_error) = chain(error).find_map(|cause| proxy_error(&cause.to_string())) {
        return network_error;
    }
    // Check for DNS first: the resolver's own error is an I/O error without a kind.
    if chain(error).any(|cause| cause.to_string() == "dns error") {
        return NetworkError::Dns;
    }
    for cause in chain(error) {
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return match tls {
                rustls::Error::InvalidCertificate(why) => {
                    NetworkError::Certificate(cut_end(&sanitize(&why.to_string()), 200).into_owned())
                }
                _ => NetworkError::Tls,
            };
        }
        if let Some(network_error) = connection_loss(cause) {
            return network_error;
        }
        // The second message means that the server spoke first.
        let words = cause.to_string();
        if words.starts_with("invalid HTTP") || words == "received unexpected message from connection" {
            return NetworkError::NotHttp;
        }
    }
    NetworkError::Other(cut_end(&sanitize(&describe(error)), 200).into_owned())
}

/// What a cause says about the proxy, if anything. The libraries do not make these types public.
fn proxy_error(words: &str) -> Option<NetworkError> {
    let words = ["tunnel error: ", "SOCKS error: "].iter().find_map(|prefix| words.strip_prefix(prefix))?;
    Some(if words.contains("underlying connection") {
        NetworkError::NoProxy
    } else if words.contains("auth") {
        NetworkError::ProxyLogin
    } else {
        NetworkError::ProxyRefused
    })
}

/// What a cause says about the connection, if anything.
fn connection_loss(cause: &(dyn StdError + 'static)) -> Option<NetworkError> {
    if let Some(io) = cause.downcast_ref::<io::Error>() {
        return match io.kind() {
            io::ErrorKind::ConnectionRefused => Some(NetworkError::Refused),
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown => Some(NetworkError::Unreachable),
            io::ErrorKind::TimedOut => Some(NetworkError::ConnectTimeout),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Some(NetworkError::Broken),
            _ => None,
        };
    }
    // The HTTP libraries' types are private. These messages have not changed since their first versions.
    let words = cause.to_string();
    let broken = [
        "connection closed before message completed",
        "end of file before message length reached",
        "error reading a body from connection",
        "http2 error",
    ];
    broken.iter().any(|w| words.contains(w)).then_some(NetworkError::Broken)
}

/// An error and its causes. `source` skips an I/O error's inner error, which contains the TLS error.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        inside.map(|inside| inside as &(dyn StdError + 'static)).or_else(|| error.source())
    })
}
