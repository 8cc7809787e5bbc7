//! Builds the HTTP clients: proxy, trusted certificates, and where secrets may be sent.

use std::ffi::OsString;
use std::time::Duration;

use reqwest::ClientBuilder;
use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

use super::error::Setup;
use super::{certificates, network_error, proxy};
use crate::domain::loopback::is_this_machine;
use crate::domain::sanitize::sanitize;

/// Where the certificate authorities that a client trusts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustStore {
    /// None: the host is reached without TLS.
    NoTls,
    /// The file or folder in this environment variable.
    Variable(&'static str),
    /// This machine.
    System,
    /// Mozilla's list in the program, as this machine has none.
    BuiltIn,
}

/// A client for the host of `base` that follows no redirects. It is built on another thread, because reading the
/// machine's certificate authorities takes milliseconds. Fails if the environment names a proxy or certificates
/// that cannot be used.
pub(super) async fn client(
    base: &Url,
    connect: Duration,
    configure: fn(ClientBuilder) -> ClientBuilder,
) -> Result<reqwest::Client, Setup> {
    client_and_trust(base, connect, configure).await.map(|(client, _)| client)
}

/// The same, and what it trusts.
pub(super) async fn client_and_trust(
    base: &Url,
    connect: Duration,
    configure: fn(ClientBuilder) -> ClientBuilder,
) -> Result<(reqwest::Client, TrustStore), Setup> {
    let (local, plain) = (is_this_machine(base), base.scheme() == "http");
    let result = tokio::task::spawn_blocking(move || {
        // Fails if a provider is installed already; any will do.
        _ = rustls::crypto::ring::default_provider().install_default();
        // A proxy meant for the outside cannot reach a server on this machine.
        let proxy = if local { None } else { proxy::from_env(&env)? };
        let other = |error: reqwest::Error| {
            Setup::Other(sanitize(&network_error::describe(&error.without_url())).into_owned())
        };
        let proxy = proxy.map(|url| reqwest::Proxy::https(&url)).transpose().map_err(other)?;
        let proxy = proxy.map(|proxy| proxy.no_proxy(reqwest::NoProxy::from_env()));
        let builder = || {
            let builder = reqwest::Client::builder()
                .user_agent(concat!("cfimg/", env!("CARGO_PKG_VERSION")))
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(connect)
                .no_proxy();
            configure(proxy.iter().cloned().fold(builder, ClientBuilder::proxy))
        };
        if plain {
            return Ok((builder().tls_certs_only([]).build().map_err(other)?, TrustStore::NoTls));
        }
        let reads_variables = cfg!(all(unix, not(target_vendor = "apple")));
        let variable = if reads_variables { certificates::configured(&env)? } else { None };
        // Use the machine's own verifier, so that certificates its owner added are trusted. If the machine has
        // none (a bare container), use Mozilla's list.
        if let Ok(client) = builder().build() {
            return Ok((client, variable.map_or(TrustStore::System, TrustStore::Variable)));
        }
        if variable.is_some() {
            return Err(certificates::unusable(&env));
        }
        let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        let roots = roots.iter().filter_map(|root| reqwest::Certificate::from_der(root).ok());
        Ok((builder().tls_certs_only(roots).build().map_err(other)?, TrustStore::BuiltIn))
    });
    result.await.unwrap_or_else(|error| Err(Setup::Other(error.to_string())))
}

pub(super) fn env(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Whether secrets may be sent there: by https, or to this machine.
pub(super) fn is_secure(url: &Url) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => is_this_machine(url),
        _ => false,
    }
}

/// The host with its port, if it has one, for messages.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// The host that a redirect points to, sanitized.
pub(super) fn redirect_host(from: &Url, headers: &HeaderMap) -> Option<String> {
    let location = String::from_utf8_lossy(headers.get(LOCATION)?.as_bytes()).into_owned();
    let url = from.join(&location).ok()?;
    Some(sanitize(url.host_str()?).into_owned())
}
