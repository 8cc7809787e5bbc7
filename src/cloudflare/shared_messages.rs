//! Messages that errors of the API and of delivery hosts share.

use std::time::Duration;

use super::body::MAX_SAVE_BYTES;
use super::error::{NetworkError, Setup};
use crate::domain::sanitize::sanitize;

pub(super) fn no_client(setup: &Setup) -> (String, String) {
    match setup {
        Setup::Variable { variable, why } => (format!("{variable} cannot be used"), why.clone()),
        Setup::Other(words) => (
            "The HTTP client could not be made".into(),
            format!(
                "It says: “{words}”. This machine's certificates may be unreadable: check SSL_CERT_FILE."
            ),
        ),
    }
}

/// The message for a network error. `base` names the source of the host name, for the hint.
pub(super) fn no_response(host: &str, network_error: &NetworkError, base: &str) -> (String, String) {
    match network_error {
        NetworkError::Dns => (
            format!("The host {host} was not found"),
            format!("Its name does not resolve: check the network connection, and {base}."),
        ),
        NetworkError::Refused => (
            format!("{host} refuses the connection"),
            format!("Nothing listens there: check {base}, and that its server runs."),
        ),
        NetworkError::Unreachable => (
            format!("{host} cannot be reached"),
            "No network leads there: check the connection, VPN or firewall.".into(),
        ),
        NetworkError::Certificate(why) => (
            format!("{host} did not prove its identity"),
            format!(
                "Its certificate is not accepted ({why}), and nothing was sent. Check this machine's clock; behind a \
                 company's proxy, let SSL_CERT_FILE name its certificates."
            ),
        ),
        NetworkError::Tls => (
            format!("No secure connection to {host}"),
            format!("It does not speak TLS as we do: check {base}, and what stands in between."),
        ),
        NetworkError::ConnectTimeout => (
            format!("{host} does not answer"),
            "No connection was made in time: check the network, VPN or firewall, then try again.".into(),
        ),
        NetworkError::ResponseTimeout => (
            format!("{host} takes too long"),
            "No whole answer came in time: try again in a moment; www.cloudflarestatus.com tells of outages."
                .into(),
        ),
        NetworkError::TooSlow => (
            format!("{host} sends too slowly"),
            "Less than 1 kB a second came for half a minute: check the network, then try again.".into(),
        ),
        NetworkError::Broken => (
            format!("The connection to {host} broke off"),
            "It was closed before the answer was whole, each time: check the network, then try again.".into(),
        ),
        NetworkError::NotHttp => (
            format!("{host} does not speak HTTP"),
            format!("What answered is another kind of server: check {base}."),
        ),
        NetworkError::NoProxy => (
            "The proxy does not answer".into(),
            format!("{host} is asked through it: check HTTPS_PROXY, or ALL_PROXY where that is not set."),
        ),
        NetworkError::ProxyLogin => (
            "The proxy wants to know who asks".into(),
            "Put your name and password for it into HTTPS_PROXY, as http://NAME:PASSWORD@HOST:PORT.".into(),
        ),
        NetworkError::ProxyRefused => (
            format!("The proxy makes no connection to {host}"),
            "It forbids that host, or cannot reach it: ask who runs it, or name another in HTTPS_PROXY."
                .into(),
        ),
        NetworkError::Other(words) => (
            format!("{host} could not be asked"),
            format!("The network says: “{words}”. Check the connection, then try again."),
        ),
    }
}

pub(super) fn too_large(cap: u64) -> (String, String) {
    // Don't suggest saving to a file if that is what failed.
    let or_save = if cap < MAX_SAVE_BYTES { ", or save it into a file" } else { "" };
    let cap = if cap >= 1 << 20 { format!("{} MiB", cap >> 20) } else { format!("{cap} bytes") };
    (
        "The picture's file is too large".into(),
        format!("It has more than {cap}; the rest was not read. Choose a smaller variant{or_save}."),
    )
}

pub(super) fn not_written(words: &str) -> (String, String) {
    (
        "The bytes could not be written".into(),
        format!("The system says: “{}”. Check the disk, then try again.", sanitize(words)),
    )
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
