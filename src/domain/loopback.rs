//! Loopback URLs. Sending a token over plain http is safe only to this machine.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Whether the URL's host is `localhost`, in `127.0.0.0/8`, or `::1`. No name is resolved.
pub fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
        Some(Host::Ipv6(address)) => Ipv6Addr::is_loopback(&address),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_hosts_are_this_machine() {
        for (url, is) in [
            ("http://localhost:8787/client/v4", true),
            ("http://LOCALHOST", true),
            ("http://127.0.0.1:1", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:80/", true),
            ("http://2130706433/", true),
            ("http://localhost.example.com", false),
            ("http://127.0.0.1.example.com", false),
            ("http://0.0.0.0", false),
            ("http://192.168.0.1", false),
            ("http://localhost@example.com", false),
            ("data:localhost", false),
        ] {
            assert_eq!(is_this_machine(&Url::parse(url).unwrap()), is, "{url}");
        }
    }
}
