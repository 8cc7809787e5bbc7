//! Tries the connection to the API without credentials, for `cfimg doctor`.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::ACCEPT;
use reqwest::tls::TlsInfo;
use tokio::time::Instant;
use url::Url;

use super::error::{Error, UnexpectedResponse};
use super::http_client::{self, TrustStore};
use super::issuer::issuer;
use super::{http_headers, network_error, proxy};
use crate::domain::loopback::is_this_machine;
use crate::domain::sanitize::sanitize;
use crate::domain::width::cut_end;

/// A path of the API that needs no credentials.
const PATH: &str = "/ips";

/// A connection to the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// From the start of the connection to the response's headers.
    pub took: Duration,
    /// The server's clock.
    pub date: Option<Timestamp>,
    pub trust: TrustStore,
    /// Who issued the server's certificate, sanitized.
    pub issuer: Option<String>,
}

/// How requests leave this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// Not at all.
    ThisMachine,
    Direct,
    /// Through a proxy.
    Proxy {
        /// The variable that names it.
        variable: &'static str,
        /// Its URL, without user name and password.
        url: String,
    },
}

/// Requests a public path of the API, within `limit`. Any response of an API counts, unless it is an outage.
pub async fn reach(base: &Url, limit: Duration) -> Result<Reached, Error> {
    let host = http_client::host(base);
    if !http_client::is_secure(base) {
        return Err(Error::Insecure(host));
    }
    let client = http_client::client_and_trust(base, limit, |builder| builder.tls_info(true));
    let (client, trust) = client.await.map_err(Error::Setup)?;
    let url = format!("{}{PATH}", base.as_str().trim_end_matches('/'));
    let started = Instant::now();
    let response = client.get(url).header(ACCEPT, "application/json").timeout(limit).send().await;
    let response = response.map_err(|error| network_error::classify(error, host))?;
    let took = started.elapsed();
    let headers = response.headers();
    let response_info = http_headers::response_info(response.status().as_u16(), headers);
    let is_json = http_headers::content_type(headers).is_none_or(|kind| kind.ends_with("json"));
    let unexpected = if response.status().is_redirection() {
        Some(UnexpectedResponse::Redirect(http_client::redirect_host(base, headers)))
    } else if http_headers::text(headers, "cf-mitigated") == Some("challenge") {
        Some(UnexpectedResponse::Challenge)
    } else if http_headers::content_type(headers).is_some_and(|kind| kind == "text/html") {
        Some(UnexpectedResponse::Html)
    } else {
        (!is_json).then_some(UnexpectedResponse::Foreign)
    };
    if response_info.is_server_problem() {
        return Err(Error::Refused { response_info, codes: Vec::new(), messages: Vec::new() });
    }
    if let Some(unexpected) = unexpected {
        return Err(Error::Unexpected { response_info, unexpected });
    }
    let certificate = response.extensions().get::<TlsInfo>().and_then(TlsInfo::peer_certificate);
    let issuer = certificate.and_then(issuer).map(|name| cut_end(&sanitize(&name), 60).into_owned());
    Ok(Reached { took, date: response_info.date, trust, issuer })
}

/// How requests to this host leave this machine, apart from the exceptions in `NO_PROXY`.
pub fn route(base: &Url) -> Result<Route, Error> {
    if is_this_machine(base) {
        return Ok(Route::ThisMachine);
    }
    let proxy = proxy::named_from_env(&http_client::env).map_err(Error::Setup)?;
    Ok(proxy.map_or(Route::Direct, |(variable, url)| Route::Proxy { variable, url: without_login(&url) }))
}

/// The host, for messages.
pub fn host(base: &Url) -> String {
    http_client::host(base)
}

fn without_login(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    sanitize(&format!("{scheme}://{host}")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn route_shows_no_login() {
        for (url, shown) in [
            ("http://me:hush@proxy.example:3128", "http://proxy.example:3128"),
            ("socks5h://hush:@[::1]:1080", "socks5h://[::1]:1080"),
            ("https://proxy.example:443", "https://proxy.example:443"),
        ] {
            assert_eq!(without_login(url), shown);
        }
    }
}
