//! One try: a GET sent, and its answer read up to a cap.

use std::sync::{Mutex, PoisonError};

use reqwest::Response;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, LOCATION};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

use super::error::{Answered, Error, Odd};
use super::http_headers;
use super::retry::Pace;
use super::trouble;
use crate::domain::host::is_this_machine;
use crate::domain::safe_text::visible;
use crate::domain::{Budget, Credentials};

/// What is read of an answer at most, in bytes after decompression: a thousand images take half a megabyte.
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/// Where requests go out.
pub(super) struct Transport {
    base: Url,
    credentials: Credentials,
    pace: Pace,
    /// Made when first needed: reading the machine's certificate authorities takes milliseconds that the first frame
    /// must not wait for.
    http: OnceCell<reqwest::Client>,
    budget: Mutex<Option<Budget>>,
}

/// An answer, whole, whatever it holds.
pub(super) struct Answer {
    pub(super) answered: Answered,
    /// `cf-images`, which carries the code of a plain-text error: `err=5404`.
    pub(super) images: Option<String>,
    /// Whether the server calls it HTML.
    pub(super) html: bool,
    pub(super) body: Vec<u8>,
}

impl Transport {
    pub(super) fn new(base: Url, credentials: Credentials, pace: Pace) -> Self {
        Self { base, credentials, pace, http: OnceCell::new(), budget: Mutex::new(None) }
    }

    pub(super) fn budget(&self) -> Option<Budget> {
        *self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends one GET; `path` begins with a slash and is encoded already.
    pub(super) async fn get(&self, path: &str) -> Result<Answer, Error> {
        let secure = match self.base.scheme() {
            "https" => true,
            "http" => is_this_machine(&self.base),
            _ => false,
        };
        if !secure {
            return Err(Error::Insecure(self.host()));
        }
        let url = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        let headers = self.headers().ok_or(Error::Unsendable)?;
        let http = self.http.get_or_try_init(|| self.client()).await?;
        let started = Instant::now();
        let sent = http.get(url).headers(headers).timeout(self.pace.answer).send().await;
        let took = || started.elapsed().as_millis();
        let response = match sent {
            Ok(response) => response,
            Err(error) => {
                let error = trouble::told(error, self.host());
                tracing::debug!(method = "GET", path, ms = took(), %error);
                return Err(error);
            }
        };
        let answer = self.read(response).await;
        match &answer {
            Ok(Answer { answered: Answered { status, ray, .. }, body, .. }) => {
                tracing::debug!(method = "GET", path, status, ms = took(), bytes = body.len(), cf_ray = ray);
            }
            Err(error) => tracing::debug!(method = "GET", path, ms = took(), %error),
        }
        answer
    }

    async fn read(&self, mut response: Response) -> Result<Answer, Error> {
        let headers = response.headers();
        if let Some(budget) = http_headers::budget(headers) {
            *self.budget.lock().unwrap_or_else(PoisonError::into_inner) = Some(budget);
        }
        let answered = http_headers::answered(response.status().as_u16(), headers);
        let odd = |odd| Error::Odd { answered: answered.clone(), odd };
        if response.status().is_redirection() {
            return Err(odd(Odd::Redirect(self.pointed_to(headers))));
        }
        if http_headers::text(headers, "cf-mitigated") == Some("challenge") {
            return Err(odd(Odd::Challenge));
        }
        let html =
            http_headers::text(headers, "content-type").is_some_and(|kind| kind.starts_with("text/html"));
        let images = http_headers::text(headers, "cf-images").map(str::to_owned);
        if response.content_length().is_some_and(|length| length > MAX_ANSWER as u64) {
            return Err(odd(Odd::TooLarge));
        }
        // The length that the server announces is a hint at best, and says nothing of what decompression makes of it:
        // what has come is counted, and returning closes the connection.
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > MAX_ANSWER => return Err(odd(Odd::TooLarge)),
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) if trouble::is_bad_compression(&error) => return Err(odd(Odd::Garbled)),
                Err(error) => return Err(trouble::told(error, self.host())),
            }
        }
        Ok(Answer { answered, images, html, body })
    }

    /// The host that a redirect points to, made visible.
    fn pointed_to(&self, headers: &HeaderMap) -> Option<String> {
        let location = String::from_utf8_lossy(headers.get(LOCATION)?.as_bytes()).into_owned();
        let url = self.base.join(&location).ok()?;
        Some(visible(url.host_str()?).into_owned())
    }

    /// The host asked, for sentences.
    fn host(&self) -> String {
        let host = self.base.host_str().unwrap_or_default();
        match self.base.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// The credentials' headers: in no `Debug`, and on no request but ours.
    fn headers(&self) -> Option<HeaderMap> {
        let secret = |text: String| {
            let mut value = HeaderValue::from_str(&text).ok()?;
            value.set_sensitive(true);
            Some(value)
        };
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        match &self.credentials {
            Credentials::Token(token) => {
                headers.insert(AUTHORIZATION, secret(format!("Bearer {}", token.expose()))?);
            }
            Credentials::Key { email, key } => {
                headers.insert(HeaderName::from_static("x-auth-email"), secret(email.clone())?);
                headers.insert(HeaderName::from_static("x-auth-key"), secret(key.expose().to_owned())?);
            }
        }
        Some(headers)
    }

    async fn client(&self) -> Result<reqwest::Client, Error> {
        let (base, connect) = (self.base.clone(), self.pace.connect);
        let made = tokio::task::spawn_blocking(move || {
            // Somebody else may have installed one already; any will do.
            _ = rustls::crypto::ring::default_provider().install_default();
            let builder = || {
                let builder = reqwest::Client::builder()
                    .user_agent(concat!("cfimg/", env!("CARGO_PKG_VERSION")))
                    .redirect(reqwest::redirect::Policy::none())
                    .connect_timeout(connect);
                // A proxy meant for the outside cannot reach a server on this machine.
                if is_this_machine(&base) { builder.no_proxy() } else { builder }
            };
            if base.scheme() == "http" {
                return builder().tls_certs_only([]).build();
            }
            // The machine's own verifier, with what its owner trusts; where the machine trusts nobody (a bare
            // container), Mozilla's list.
            builder().build().or_else(|_| {
                let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
                let roots = roots.iter().filter_map(|root| reqwest::Certificate::from_der(root).ok());
                builder().tls_certs_only(roots).build()
            })
        });
        match made.await {
            Ok(Ok(client)) => Ok(client),
            Ok(Err(error)) => Err(Error::Setup(visible(&trouble::words(&error.without_url())).into_owned())),
            Err(error) => Err(Error::Setup(error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Secret;

    #[test]
    fn headers_do_not_print_secrets() {
        let secret = Secret::parse("hush").unwrap();
        let key = Credentials::Key { email: "hush@example.com".into(), key: secret.clone() };
        for credentials in [Credentials::Token(secret), key] {
            let base = "https://api.cloudflare.com/client/v4".parse().unwrap();
            let headers = Transport::new(base, credentials, Pace::default()).headers().unwrap();
            assert!(headers.len() > 1 && !format!("{headers:?}").contains("hush"), "{headers:?}");
        }
    }
}
