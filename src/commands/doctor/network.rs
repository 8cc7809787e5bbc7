//! The connection to Cloudflare's API, without credentials.

use std::time::Duration;

use super::online::{Network, Online};
use super::report::{Check, Finding};
use crate::cloudflare::{Reached, Route, TrustStore};
use crate::domain::account::group_thousands;
use crate::domain::signing::clock_warning;

pub(super) const GROUP: &str = "Network";

pub(super) const CHECKS: &[Check<Online>] = &[
    Check { name: "proxy", run: |online| with(online, proxy) },
    Check { name: "API", run: |online| with(online, api) },
    Check { name: "TLS", run: |online| with(online, tls) },
    Check { name: "clock", run: |online| with(online, clock) },
];

/// A response that takes longer makes the program slow.
const SLOW: Duration = Duration::from_secs(2);

/// Parts of the names of authorities that issue certificates for Cloudflare's API.
const ISSUERS: [&str; 6] =
    ["cloudflare", "google trust services", "let's encrypt", "ssl corp", "sectigo", "digicert"];

const NO_CONNECTION: &str = "no connection";

fn with(online: &Online, check: fn(&Online, &Network) -> Finding) -> Finding {
    match &online.network {
        Some(network) => check(online, network),
        None => Finding::skipped("the base URL can't be used"),
    }
}

fn proxy(online: &Online, network: &Network) -> Finding {
    match &network.route {
        Ok(Route::ThisMachine) => Finding::ok("not used: the API is on this machine"),
        Ok(Route::Direct) => Finding::ok("none"),
        Ok(Route::Proxy { variable, url }) => {
            let exceptions = if online.setup.has_no_proxy { "; NO_PROXY has exceptions" } else { "" };
            Finding::ok(format!("{url} ({variable}{exceptions})"))
        }
        Err(failure) => Finding::failed(failure),
    }
}

fn api(_: &Online, network: &Network) -> Finding {
    match &network.reached {
        Err(_) if network.route.is_err() => Finding::skipped("the proxy can't be used"),
        Err(failure) => Finding::failed(failure),
        Ok(Reached { took, .. }) => {
            let text = format!("{} responded in {}", network.host, milliseconds(*took));
            if *took > SLOW {
                Finding::warning(text, "That is slow. Check the network, VPN or proxy.")
            } else {
                Finding::ok(text)
            }
        }
    }
}

fn tls(_: &Online, network: &Network) -> Finding {
    let Ok(Reached { trust, issuer, .. }) = &network.reached else {
        return Finding::skipped(NO_CONNECTION);
    };
    let store = match trust {
        TrustStore::NoTls => return Finding::ok("not used: the API is on this machine"),
        TrustStore::Variable(name) => format!("trusted authorities: {name}"),
        TrustStore::System => "trusted authorities: this machine's".to_owned(),
        TrustStore::BuiltIn => "trusted authorities: built in, as this machine has none".to_owned(),
    };
    let Some(issuer) = issuer else { return Finding::ok(store) };
    let lower = issuer.to_lowercase();
    let is_cloudflares = network.host.ends_with("cloudflare.com");
    if is_cloudflares && !ISSUERS.iter().any(|known| lower.contains(known)) {
        return Finding::warning(
            format!("certificate issued by “{issuer}”, which Cloudflare doesn't use; {store}"),
            "A proxy or antivirus program decrypts the connection, and can read the API token. Ask its \
             operator if that is intended.",
        );
    }
    Finding::ok(format!("certificate issued by {issuer}; {store}"))
}

/// A duration for messages: `1,234 ms`.
pub(super) fn milliseconds(took: Duration) -> String {
    let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    format!("{} ms", group_thousands(milliseconds))
}

fn clock(_: &Online, network: &Network) -> Finding {
    match (&network.reached, network.clock_off) {
        (Err(_), _) => Finding::skipped(NO_CONNECTION),
        (Ok(_), Some(off)) => {
            let warning = clock_warning(off);
            let (what, hint) = warning.split_once(". ").unwrap_or((&warning, ""));
            Finding::warning(what, hint)
        }
        (Ok(Reached { date: None, .. }), None) => Finding::unknown("the API's response has no date", ""),
        (Ok(_), None) => Finding::ok("within a minute of Cloudflare's"),
    }
}
