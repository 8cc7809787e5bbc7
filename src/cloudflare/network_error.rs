//! Telling network troubles apart. The libraries below report them as chains of errors; the mend differs.

use std::error::Error as StdError;
use std::io;

use super::error::{Error, NetworkError};
use crate::domain::sanitize::sanitize;
use crate::domain::width::cut_end;

/// The error of a request that got no whole answer. The URL is left out of it.
pub(super) fn classify(error: reqwest::Error, host: String) -> Error {
    Error::Network { host, network_error: network_error(error) }
}

/// What happened to a request that got no whole answer. The URL, which may hold a signature, is left out of it.
pub(super) fn network_error(error: reqwest::Error) -> NetworkError {
    classify_cause(&error.without_url())
}

/// Whether what came was whole, but its compression broken.
pub(super) fn is_bad_compression(error: &reqwest::Error) -> bool {
    error.is_decode() && chain(error).all(|cause| connection_loss(cause).is_none()) && !error.is_timeout()
}

/// The words of an error and its causes, in one line.
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
    // The name comes first: the resolver's own error is an I/O error without a kind.
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
        // The second: it spoke before it was asked.
        let words = cause.to_string();
        if words.starts_with("invalid HTTP") || words == "received unexpected message from connection" {
            return NetworkError::NotHttp;
        }
    }
    NetworkError::Other(cut_end(&sanitize(&describe(error)), 200).into_owned())
}

/// What a cause says about the proxy, where it is about that. The libraries do not make these types public.
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

/// What a cause says about the connection, where it says anything.
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
    // The HTTP libraries' own types are not ours to name, and these words have stood in them since their first versions.
    let words = cause.to_string();
    let broken = [
        "connection closed before message completed",
        "end of file before message length reached",
        "error reading a body from connection",
        "http2 error",
    ];
    broken.iter().any(|w| words.contains(w)).then_some(NetworkError::Broken)
}

/// An error and its causes. An I/O error's inside is no cause to the standard library, but holds the TLS error.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        inside.map(|inside| inside as &(dyn StdError + 'static)).or_else(|| error.source())
    })
}
