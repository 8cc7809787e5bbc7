//! Messages that errors of the API and of delivery hosts share.

use std::time::Duration;

use super::body::MAX_SAVE_BYTES;
use super::error::{NetworkError, Setup};
use crate::domain::sanitize::sanitize;

/// The hint for a rate limit without a known end.
pub(super) const WAIT_MINUTES: &str = "Wait a few minutes, then try again.";

pub(super) fn no_client(setup: &Setup) -> (String, String) {
    match setup {
        Setup::Variable { variable, why } => (format!("{variable} can't be used"), why.clone()),
        Setup::Other(words) => (
            "The HTTP client couldn't start".into(),
            format!("Error: “{words}”. This machine's certificates may be unreadable; check SSL_CERT_FILE."),
        ),
    }
}

/// The message for a network error. `base` names the source of the host name, for the hint.
pub(super) fn no_response(host: &str, network_error: &NetworkError, base: &str) -> (String, String) {
    match network_error {
        NetworkError::Dns => (
            format!("Host {host} not found"),
            format!("Its name doesn't resolve. Check the network, and {base}."),
        ),
        NetworkError::Refused => (
            format!("{host} refused the connection"),
            format!("Check {base}, and that the server is running."),
        ),
        NetworkError::Unreachable => {
            (format!("{host} can't be reached"), "Check the network, VPN or firewall.".into())
        }
        NetworkError::Certificate(why) => (
            format!("The certificate of {host} isn't trusted"),
            format!(
                "Nothing was sent (TLS error: {why}). Check this machine's clock. Behind a company proxy, \
                 set SSL_CERT_FILE to its certificates."
            ),
        ),
        NetworkError::Tls => (
            format!("Couldn't connect to {host} securely"),
            format!("The TLS handshake failed. Check {base}, and any proxy in between."),
        ),
        NetworkError::ConnectTimeout => (
            format!("Couldn't connect to {host} (timeout)"),
            "Check the network, VPN or firewall, then try again.".into(),
        ),
        NetworkError::ResponseTimeout => (
            format!("{host} timed out"),
            format!("No complete response arrived in time. {}", try_later(None)),
        ),
        NetworkError::TooSlow => (
            format!("{host} is too slow"),
            "It sent less than 1 kB a second for 30 seconds. Check the network, then try again.".into(),
        ),
        NetworkError::Broken => (
            format!("The connection to {host} was closed early"),
            "The response was incomplete every time. Check the network, then try again.".into(),
        ),
        NetworkError::NotHttp => (
            format!("{host} doesn't speak HTTP"),
            format!("Another kind of server is running there. Check {base}."),
        ),
        NetworkError::NoProxy => (
            "Couldn't connect to the proxy".into(),
            format!("It is needed to reach {host}. Check HTTPS_PROXY, or ALL_PROXY if that isn't set."),
        ),
        NetworkError::ProxyLogin => (
            "The proxy requires a login".into(),
            "Add your name and password to HTTPS_PROXY, as http://NAME:PASSWORD@HOST:PORT.".into(),
        ),
        NetworkError::ProxyRefused => (
            format!("The proxy couldn't connect to {host}"),
            "It blocks the host or can't reach it. Ask its operator, or set another proxy in HTTPS_PROXY."
                .into(),
        ),
        NetworkError::Other(words) => (
            format!("The request to {host} failed"),
            format!("Network error: “{words}”. Check the network, then try again."),
        ),
    }
}

/// The same in a few words.
pub(super) fn short_no_response(network_error: &NetworkError) -> &'static str {
    match network_error {
        NetworkError::Dns => "Host not found",
        NetworkError::Refused => "Connection refused",
        NetworkError::Unreachable => "Host can't be reached",
        NetworkError::Certificate(_) | NetworkError::Tls => "TLS error",
        NetworkError::ConnectTimeout | NetworkError::ResponseTimeout => "Timed out",
        NetworkError::TooSlow => "Too slow",
        NetworkError::Broken => "Connection closed early",
        NetworkError::NotHttp | NetworkError::Other(_) => "Network error",
        NetworkError::NoProxy | NetworkError::ProxyLogin | NetworkError::ProxyRefused => "Proxy error",
    }
}

pub(super) fn too_large(cap: u64) -> (String, String) {
    // Don't suggest saving to a file if that is what failed.
    let or_save = if cap < MAX_SAVE_BYTES { ", or save it to a file" } else { "" };
    let cap = if cap >= 1 << 20 { format!("{} MiB", cap >> 20) } else { format!("{cap} bytes") };
    (format!("The picture's file is too large (limit {cap})"), format!("Choose a smaller variant{or_save}."))
}

pub(super) fn not_written(words: &str) -> (String, String) {
    (
        "Couldn't write the picture".into(),
        format!("System error: {}. Check the disk, then try again.", sanitize(words)),
    )
}

/// The hint for an outage: after `wait`, if the server asked for one.
pub(super) fn try_later(wait: Option<Duration>) -> String {
    let when = wait.map_or_else(|| "later".to_owned(), |wait| format!("in {}", duration(wait)));
    format!("Try again {when}; outages are listed at www.cloudflarestatus.com.")
}

/// A wait for a message, in whole seconds, rounded up.
pub(super) fn duration(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_is_in_whole_units() {
        for (ms, expected) in [
            (1, "1 s"),
            (59_000, "59 s"),
            (60_000, "1 min"),
            (125_000, "2 min 5 s"),
            (3_600_000, "1 h 0 min"),
            (7_320_000, "2 h 2 min"),
        ] {
            assert_eq!(duration(Duration::from_millis(ms)), expected);
        }
    }
}
