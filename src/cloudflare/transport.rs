//! Sends one GET request and reads its response, up to a size limit.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{RequestBuilder, Response};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use url::Url;

use super::error::{Error, ResponseInfo, UnexpectedResponse};
use super::http_client;
use super::http_headers;
use super::network_error;
use super::quota::Quota;
use super::retry::{OnWait, RetryPolicy};
use crate::domain::Credentials;
use crate::domain::secret::redacted;

/// The largest response to read, in bytes after decompression. A thousand images take half a megabyte.
const MAX_RESPONSE: usize = 8 * 1024 * 1024;

pub(super) struct Transport {
    base: Url,
    credentials: Credentials,
    retry_policy: RetryPolicy,
    /// Built when first needed. Reading the machine's certificate authorities takes milliseconds, which must not
    /// delay the first frame.
    http: OnceCell<reqwest::Client>,
    pub(super) quota: Quota,
    /// The server's clock from the last response, and when that arrived.
    clock: Mutex<Option<(Timestamp, Instant)>>,
}

/// A complete response, not yet parsed.
pub(super) struct ApiResponse {
    pub(super) response_info: ResponseInfo,
    /// The code in `cf-images` or `Cf-Resized`, which come with a plain-text error.
    pub(super) header_code: Option<String>,
    /// Whether `Content-Type` says HTML.
    pub(super) html: bool,
    pub(super) body: Vec<u8>,
}

impl Transport {
    pub(super) fn new(base: Url, credentials: Credentials, retry_policy: RetryPolicy) -> Self {
        let quota = Quota::new(retry_policy.waits_for_quota, retry_policy.time_scale);
        Self { base, credentials, retry_policy, http: OnceCell::new(), quota, clock: Mutex::new(None) }
    }

    /// The server's current time, based on its last response.
    pub(super) fn server_now(&self) -> Option<Timestamp> {
        let (server_time, at) = (*self.clock.lock().unwrap_or_else(PoisonError::into_inner))?;
        server_time.checked_add(at.elapsed()).ok()
    }

    /// Sends one GET, once the quota allows it. `path` starts with a slash and is percent-encoded.
    pub(super) async fn get(&self, path: &str, on_wait: &OnWait<'_>) -> Result<ApiResponse, Error> {
        let _permit = self.quota.permit(on_wait).await;
        let started = Instant::now();
        let response = self.send(path, "application/json", Some(self.retry_policy.answer)).await?;
        let response = self.read(response).await;
        let ms = started.elapsed().as_millis();
        let path = &*redacted(path);
        match &response {
            Ok(ApiResponse { response_info: ResponseInfo { status, ray, .. }, body, .. }) => {
                tracing::debug!(method = "GET", path, status, ms, bytes = body.len(), cf_ray = ray);
            }
            Err(error) => tracing::debug!(method = "GET", path, ms, %error),
        }
        response
    }

    /// Sends one GET and returns the response with its body unread. `limit` bounds the whole request, including
    /// the body.
    pub(super) async fn send(
        &self,
        path: &str,
        accept: &'static str,
        limit: Option<Duration>,
    ) -> Result<Response, Error> {
        if !http_client::is_secure(&self.base) {
            return Err(Error::Insecure(http_client::host(&self.base)));
        }
        let url = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        let mut headers = self.headers().ok_or(Error::Unsendable)?;
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        let http = self.http.get_or_try_init(|| self.client()).await?;
        let started = Instant::now();
        let request = http.get(url).headers(headers);
        let sent = limit.into_iter().fold(request, RequestBuilder::timeout).send().await;
        sent.map_err(|error| {
            let error = network_error::classify(error, self.host());
            tracing::debug!(method = "GET", path = &*redacted(path), ms = started.elapsed().as_millis(), %error);
            error
        })
    }

    /// Records the remaining quota and the server's clock.
    pub(super) fn note_budget(&self, status: u16, headers: &HeaderMap) {
        if let Some(date) = http_headers::date(headers) {
            *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
        }
        if let Some((budget, resets_in)) = http_headers::budget(headers) {
            self.quota.note(budget, resets_in);
        }
        if status == 429
            && let Some(wait) = http_headers::response_info(status, headers).wait
        {
            self.quota.note_used_up(wait);
        }
    }

    pub(super) async fn read(&self, mut response: Response) -> Result<ApiResponse, Error> {
        let headers = response.headers();
        self.note_budget(response.status().as_u16(), headers);
        let response_info = http_headers::response_info(response.status().as_u16(), headers);
        let unexpected = |unexpected| Error::Unexpected { response_info: response_info.clone(), unexpected };
        if response.status().is_redirection() {
            return Err(unexpected(UnexpectedResponse::Redirect(http_client::redirect_host(
                &self.base, headers,
            ))));
        }
        if http_headers::text(headers, "cf-mitigated") == Some("challenge") {
            return Err(unexpected(UnexpectedResponse::Challenge));
        }
        let html =
            http_headers::text(headers, "content-type").is_some_and(|kind| kind.starts_with("text/html"));
        let header_code = http_headers::delivery_code(headers);
        if response.content_length().is_some_and(|length| length > MAX_RESPONSE as u64) {
            return Err(unexpected(UnexpectedResponse::TooLarge));
        }
        // `Content-Length` may be wrong, and does not count decompressed bytes. So the received bytes are
        // counted, and returning closes the connection.
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > MAX_RESPONSE => {
                    return Err(unexpected(UnexpectedResponse::TooLarge));
                }
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) if network_error::is_bad_compression(&error) => {
                    return Err(unexpected(UnexpectedResponse::Garbled));
                }
                Err(error) => return Err(network_error::classify(error, self.host())),
            }
        }
        Ok(ApiResponse { response_info, header_code, html, body })
    }

    /// The host, for messages.
    pub(super) fn host(&self) -> String {
        http_client::host(&self.base)
    }

    /// The credentials' headers, marked as sensitive so that `Debug` does not print them.
    fn headers(&self) -> Option<HeaderMap> {
        let secret = |text: String| {
            let mut value = HeaderValue::from_str(&text).ok()?;
            value.set_sensitive(true);
            Some(value)
        };
        let mut headers = HeaderMap::new();
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
        http_client::client(&self.base, self.retry_policy.connect, |builder| builder)
            .await
            .map_err(Error::Setup)
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
            let headers = Transport::new(base, credentials, RetryPolicy::default()).headers().unwrap();
            assert!(!headers.is_empty() && !format!("{headers:?}").contains("hush"), "{headers:?}");
        }
    }
}
