//! Telling network troubles apart. The libraries below report them as chains of errors; the mend differs.

use std::error::Error as StdError;
use std::io;

use super::error::{Error, Trouble};
use crate::domain::safe_text::visible;
use crate::domain::width::cut_end;

/// The error of a request that got no whole answer. The URL is left out of it.
pub(super) fn told(error: reqwest::Error, host: String) -> Error {
    Error::Network { host, trouble: of(error) }
}

/// What happened to a request that got no whole answer. The URL, which may hold a signature, is left out of it.
pub(super) fn of(error: reqwest::Error) -> Trouble {
    trouble(&error.without_url())
}

/// Whether what came was whole, but its compression broken.
pub(super) fn is_bad_compression(error: &reqwest::Error) -> bool {
    error.is_decode() && chain(error).all(|cause| broken_off(cause).is_none()) && !error.is_timeout()
}

/// The words of an error and its causes, in one line.
pub(super) fn words(error: &reqwest::Error) -> String {
    let causes: Vec<String> = chain(error).map(ToString::to_string).collect();
    causes.join(": ")
}

fn trouble(error: &reqwest::Error) -> Trouble {
    if error.is_timeout() {
        return if error.is_connect() { Trouble::ConnectTimeout } else { Trouble::AnswerTimeout };
    }
    if let Some(trouble) = chain(error).find_map(|cause| of_proxy(&cause.to_string())) {
        return trouble;
    }
    // The name comes first: the resolver's own error is an I/O error without a kind.
    if chain(error).any(|cause| cause.to_string() == "dns error") {
        return Trouble::Dns;
    }
    for cause in chain(error) {
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return match tls {
                rustls::Error::InvalidCertificate(why) => {
                    Trouble::Certificate(cut_end(&visible(&why.to_string()), 200).into_owned())
                }
                _ => Trouble::Tls,
            };
        }
        if let Some(trouble) = broken_off(cause) {
            return trouble;
        }
        // The second: it spoke before it was asked.
        let words = cause.to_string();
        if words.starts_with("invalid HTTP") || words == "received unexpected message from connection" {
            return Trouble::NotHttp;
        }
    }
    Trouble::Other(cut_end(&visible(&words(error)), 200).into_owned())
}

/// What a cause says about the proxy, where it is about that. The libraries do not make these types public.
fn of_proxy(words: &str) -> Option<Trouble> {
    let words = ["tunnel error: ", "SOCKS error: "].iter().find_map(|begins| words.strip_prefix(begins))?;
    Some(if words.contains("underlying connection") {
        Trouble::NoProxy
    } else if words.contains("auth") {
        Trouble::ProxyLogin
    } else {
        Trouble::ProxyRefuses
    })
}

/// What a cause says about the connection, where it says anything.
fn broken_off(cause: &(dyn StdError + 'static)) -> Option<Trouble> {
    if let Some(io) = cause.downcast_ref::<io::Error>() {
        return match io.kind() {
            io::ErrorKind::ConnectionRefused => Some(Trouble::Refused),
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown => Some(Trouble::Unreachable),
            io::ErrorKind::TimedOut => Some(Trouble::ConnectTimeout),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => Some(Trouble::Broken),
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
    broken.iter().any(|w| words.contains(w)).then_some(Trouble::Broken)
}

/// An error and its causes. An I/O error's inside is no cause to the standard library, but holds the TLS error.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        inside.map(|inside| inside as &(dyn StdError + 'static)).or_else(|| error.source())
    })
}
