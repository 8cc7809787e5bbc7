//! The client for delivery hosts: fetches pictures without credentials.
//!
//! It is separate from the API client, so that no token can reach another host. It sends no `Referer`, keeps no
//! cookies and follows no redirects. URLs appear neither in its errors nor in the log, because they may be
//! signed.

mod error;
mod error_messages;
mod partial;
mod retry;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{ClientBuilder, Method, Response};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout};
use url::Url;

use super::body::{self, OnProgress, Patience, Sink};
use super::error::{Code, NetworkError, ResponseInfo, UnexpectedResponse};
use super::{envelope, http_client, http_headers, network_error};
use crate::domain::loopback::is_this_machine;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::verification::Reply;

pub use error::DeliveryError;
pub use error_messages::delivery_failure;
pub use partial::{IsEnough, PartialBody};

/// Bytes to read of an error's text. Its first line is enough.
const MAX_ERROR_BYTES: usize = 16 * 1024;

/// A client for delivery hosts. Clones share connections. Cheap to create: nothing is read or sent before the
/// first request.
#[derive(Clone)]
pub struct Delivery(Arc<Shared>);

struct Shared {
    connect: Duration,
    stall: Duration,
    clients: Clients,
}

/// HTTP clients, created when they are needed.
#[derive(Default)]
struct Clients {
    /// For other machines.
    remote: OnceCell<reqwest::Client>,
    /// For servers on this machine, which are contacted without a proxy.
    local: OnceCell<reqwest::Client>,
    /// For such without TLS, so that no certificates are read.
    local_without_tls: OnceCell<reqwest::Client>,
}

/// A downloaded picture.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivered {
    pub bytes: Vec<u8>,
    /// The server's media type, such as `image/webp`, in lower case. Untrusted text.
    pub content_type: Option<String>,
    pub date: Option<Timestamp>,
    /// From the request to the last byte.
    pub took: Duration,
}

/// A picture that was written to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// Its size.
    pub bytes: u64,
    /// The server's media type, such as `image/webp`, in lower case. Untrusted text.
    pub content_type: Option<String>,
    pub date: Option<Timestamp>,
    /// From the request to the last byte.
    pub took: Duration,
}

/// What is known about a picture's file without downloading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// 200 to 299.
    pub status: u16,
    /// The server's media type, such as `image/webp`, in lower case. Untrusted text.
    pub content_type: Option<String>,
    /// In bytes.
    pub length: Option<u64>,
    pub date: Option<Timestamp>,
    /// The response time.
    pub took: Duration,
}

impl Delivery {
    /// A client that allows 5 seconds for a connection, and 20 seconds without data.
    pub fn new() -> Self {
        Self::with_limits(Duration::from_secs(5), Duration::from_secs(20))
    }

    /// A client with its own time limits, for connecting and for waiting without data.
    pub fn with_limits(connect: Duration, stall: Duration) -> Self {
        Self(Arc::new(Shared { connect, stall, clients: Clients::default() }))
    }

    /// Fetches a picture of at most `cap` bytes. `accept` lists the formats that can be decoded; the server
    /// chooses among them. Dropping the future cancels the request.
    pub async fn get(
        &self,
        url: &str,
        accept: &str,
        cap: u64,
        on_progress: &OnProgress<'_>,
    ) -> Result<Delivered, DeliveryError> {
        let mut bytes = Vec::new();
        let Saved { content_type, date, took, .. } =
            self.fetch(url, accept, cap, &mut body::collect(&mut bytes), on_progress).await?;
        Ok(Delivered { bytes, content_type, date, took })
    }

    /// Writes a picture of at most `cap` bytes as it arrives. After an error, `to` may contain a part of it. A
    /// picture that is lost in transit is fetched again, as long as nothing was written.
    pub async fn save(
        &self,
        url: &str,
        accept: &str,
        cap: u64,
        to: &mut (dyn io::Write + Send),
        on_progress: &OnProgress<'_>,
    ) -> Result<Saved, DeliveryError> {
        let wrote = AtomicBool::new(false);
        let mut sink = |chunk: &[u8], _| {
            wrote.store(true, Ordering::Relaxed);
            to.write_all(chunk)
        };
        retry::while_lost(&wrote, &mut sink, |sink| async move {
            let result = self.fetch(url, accept, cap, sink, on_progress).await;
            (sink, result)
        })
        .await
    }

    /// Requests only the headers of a picture. If they don't show whether it is a picture, or why access was
    /// denied, a GET request reads the start of the body.
    pub async fn head(&self, url: &str, accept: &str) -> Result<Head, DeliveryError> {
        let started = Instant::now();
        let target = RequestUrl::read(url)?;
        let response = self.send(Method::HEAD, &target, accept).await?;
        let headers = response.headers();
        let response_info = Box::new(http_headers::response_info(response.status().as_u16(), headers));
        target.check(&response, &response_info)?;
        let code = http_headers::delivery_code(headers).map(|code| Code::bare(&code));
        let is_success = response.status().is_success();
        if code.is_none()
            && (matches!(response_info.status, 401 | 403) || (is_success && !is_picture(&response)))
        {
            tracing::debug!(
                method = "HEAD",
                host = target.host,
                status = response_info.status,
                "inconclusive"
            );
            return self.first_bytes(url, accept, started).await;
        }
        if code.is_some() || !is_success {
            log_refusal("HEAD", &target.host, &response_info, code.as_ref());
            return Err(DeliveryError::Refused { host: target.host, response_info, code });
        }
        tracing::debug!(method = "HEAD", host = target.host, status = response_info.status);
        Ok(Head::new(&response, &response_info, started))
    }

    /// Answers [`Self::head`] with a GET request's headers and the start of its body.
    async fn first_bytes(&self, url: &str, accept: &str, started: Instant) -> Result<Head, DeliveryError> {
        let (host, response_info, mut response) = self.open(url, accept).await?;
        let head = Head::new(&response, &response_info, started);
        let may_be_picture = is_picture_type(head.content_type.as_deref());
        let mut start = Vec::new();
        loop {
            match body::next_chunk(&mut response, self.0.stall).await {
                Ok(Some(chunk)) => start.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(network_error) => return Err(DeliveryError::Network { host, network_error }),
            }
            if !start.is_empty() && (may_be_picture || start.len() > MAX_ERROR_BYTES) {
                break;
            }
        }
        if start.is_empty() {
            return Err(DeliveryError::unexpected(host, response_info, UnexpectedResponse::Empty));
        }
        if may_be_picture {
            return Ok(head);
        }
        match envelope::plain_code(String::from_utf8_lossy(&start).trim()) {
            Some(code) => {
                log_refusal("GET", &host, &response_info, Some(&code));
                Err(DeliveryError::Refused { host, response_info, code: Some(code) })
            }
            None => Err(DeliveryError::unexpected(host, response_info, UnexpectedResponse::Foreign)),
        }
    }

    async fn fetch(
        &self,
        url: &str,
        accept: &str,
        cap: u64,
        sink: &mut Sink<'_>,
        on_progress: &OnProgress<'_>,
    ) -> Result<Saved, DeliveryError> {
        let started = Instant::now();
        let (host, response_info, response) = self.open(url, accept).await?;
        let content_type = http_headers::content_type(response.headers());
        let read = body::read(response, cap, self.patience(), sink, on_progress).await;
        let took = started.elapsed();
        let bytes = read.map_err(|error| DeliveryError::from_body(error, host.clone(), cap))?;
        tracing::debug!(method = "GET", host, status = response_info.status, ms = took.as_millis(), bytes);
        if bytes == 0 {
            return Err(DeliveryError::unexpected(host, response_info, UnexpectedResponse::Empty));
        }
        Ok(Saved { bytes, content_type, date: response_info.date, took })
    }

    /// The speed is measured over half a minute.
    fn patience(&self) -> Patience {
        let stall = self.0.stall;
        Patience { stall, window: stall + stall / 2 }
    }

    /// Sends a GET request. Returns the host and a response whose body has not been read.
    async fn open(
        &self,
        url: &str,
        accept: &str,
    ) -> Result<(String, Box<ResponseInfo>, Response), DeliveryError> {
        let target = RequestUrl::read(url)?;
        let response = self.send(Method::GET, &target, accept).await?;
        let response_info =
            Box::new(http_headers::response_info(response.status().as_u16(), response.headers()));
        target.check(&response, &response_info)?;
        let in_header = http_headers::delivery_code(response.headers()).map(|code| Code::bare(&code));
        if in_header.is_some() || !response.status().is_success() {
            return Err(self.refusal(target.host, response_info, in_header, response).await);
        }
        Ok((target.host, response_info, response))
    }

    /// The error for an error response. Its code comes from the header or from the body, its text from the body.
    async fn refusal(
        &self,
        host: String,
        response_info: Box<ResponseInfo>,
        in_header: Option<Code>,
        mut response: Response,
    ) -> DeliveryError {
        let mut text = Vec::new();
        // A body that breaks off or never ends is still useful.
        let read = async {
            while let Ok(Some(chunk)) = response.chunk().await {
                text.extend_from_slice(&chunk);
                if text.len() > MAX_ERROR_BYTES {
                    break;
                }
            }
        };
        _ = timeout(self.0.stall, read).await;
        let in_body = envelope::plain_code(String::from_utf8_lossy(&text).trim());
        // The body adds a text to the header's code. A different code in the body is not trusted.
        let code = match (in_body, in_header) {
            (Some(in_body), Some(header)) if in_body.code != header.code => Some(header),
            (in_body, header) => in_body.or(header),
        };
        log_refusal("GET", &host, &response_info, code.as_ref());
        DeliveryError::Refused { host, response_info, code }
    }

    async fn send(
        &self,
        method: Method,
        target: &RequestUrl,
        accept: &str,
    ) -> Result<Response, DeliveryError> {
        let clients = &self.0.clients;
        let cell = match (target.url.scheme(), is_this_machine(&target.url)) {
            (_, false) => &clients.remote,
            ("http", true) => &clients.local_without_tls,
            (_, true) => &clients.local,
        };
        let configure = |builder: ClientBuilder| builder.referer(false).no_gzip();
        let client =
            cell.get_or_try_init(|| http_client::client(&target.url, self.0.connect, configure)).await;
        let http = client.map_err(DeliveryError::Setup)?;
        let accept = HeaderValue::from_str(accept).unwrap_or(HeaderValue::from_static("*/*"));
        let request = http.request(method, target.url.clone()).header(ACCEPT, accept);
        let network_error = match timeout(self.0.stall, request.send()).await {
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(error)) => network_error::network_error(error),
            Err(_) => NetworkError::ResponseTimeout,
        };
        tracing::debug!(host = target.host, ?network_error);
        Err(DeliveryError::Network { host: target.host.clone(), network_error })
    }
}

impl Head {
    fn new(response: &Response, response_info: &ResponseInfo, started: Instant) -> Self {
        let headers = response.headers();
        Self {
            status: response_info.status,
            content_type: http_headers::content_type(headers),
            length: http_headers::text(headers, "content-length").and_then(|length| length.parse().ok()),
            date: response_info.date,
            took: started.elapsed(),
        }
    }
}

/// Whether a successful response's headers describe a complete picture.
fn is_picture(response: &Response) -> bool {
    let headers = response.headers();
    response.status().as_u16() == 200
        && http_headers::text(headers, "content-length") != Some("0")
        && is_picture_type(http_headers::content_type(headers).as_deref())
}

/// Whether a picture may have this media type. Error pages are text or JSON.
fn is_picture_type(content_type: Option<&str>) -> bool {
    content_type
        .is_none_or(|kind| !kind.starts_with("text/") && !kind.ends_with("/json") && !kind.ends_with("+json"))
}

/// Leaves out the host's text, which may repeat the URL with its signature.
fn log_refusal(method: &str, host: &str, response_info: &ResponseInfo, code: Option<&Code>) {
    let code = code.map(|code| &code.code);
    tracing::debug!(method, host, status = response_info.status, code, cf_ray = response_info.ray, "refused");
}

/// A URL that may be requested.
struct RequestUrl {
    url: Url,
    host: String,
}

impl RequestUrl {
    fn read(url: &str) -> Result<Self, DeliveryError> {
        let url = Url::parse(&percent_encode_for_display(url)).map_err(|_| DeliveryError::NotAUrl)?;
        if url.cannot_be_a_base() || !url.username().is_empty() || url.password().is_some() {
            return Err(DeliveryError::NotAUrl);
        }
        let host = http_client::host(&url);
        if http_client::is_secure(&url) { Ok(Self { url, host }) } else { Err(DeliveryError::Insecure(host)) }
    }

    /// Rejects responses that are no picture's, whatever their status.
    fn check(&self, response: &Response, response_info: &ResponseInfo) -> Result<(), DeliveryError> {
        let headers = response.headers();
        let unexpected = if response.status().is_redirection() {
            UnexpectedResponse::Redirect(http_client::redirect_host(&self.url, headers))
        } else if http_headers::text(headers, "cf-mitigated") == Some("challenge") {
            UnexpectedResponse::Challenge
        } else if response.status().is_success()
            && http_headers::content_type(headers).is_some_and(|kind| kind == "text/html")
        {
            UnexpectedResponse::Html
        } else {
            return Ok(());
        };
        tracing::debug!(host = self.host, status = response_info.status, ?unexpected);
        Err(DeliveryError::unexpected(self.host.clone(), Box::new(response_info.clone()), unexpected))
    }
}

impl Default for Delivery {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Delivery(…)")
    }
}

/// Prints the number of bytes, not the bytes.
impl std::fmt::Debug for Delivered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Delivered({} bytes, {:?}, {:?})", self.bytes.len(), self.content_type, self.took)
    }
}

/// Interprets a HEAD response.
pub fn reply(response: &Result<Head, DeliveryError>) -> Reply {
    match response {
        Ok(head) => Reply::Opens(head.status),
        Err(error @ DeliveryError::Refused { response_info, .. }) if error.is_access_denied() => {
            Reply::Refused(response_info.status, delivery_failure(error))
        }
        Err(error) => Reply::Failed(delivery_failure(error)),
    }
}
