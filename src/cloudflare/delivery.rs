//! The delivery hosts: pictures as the world fetches them, without credentials. A client of its own, so that no token can
//! reach another host; it sends no `Referer`, keeps no cookie, follows no redirect, and no URL is in its errors or the log,
//! for a signature may be in it.

mod begin;
pub(super) mod sentence;

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

use super::body::{self, BodyError, OnProgress, Patience, Sink};
use super::error::{Answered, Code, Odd, Setup, Trouble};
use super::{answer, connection, http_headers, trouble};
use crate::domain::FailureKind;
use crate::domain::delivery_code::DeliveryRefusal;
use crate::domain::host::is_this_machine;
use crate::domain::url_text::usable;
use crate::domain::verification::Reply;

pub use begin::{Begun, Enough};
pub use sentence::delivery_failure;

/// What is read of an error's text, in bytes: its first line tells all.
const MAX_ERROR: usize = 16 * 1024;

/// The most bytes of a picture that are saved into a file: many times what Cloudflare takes.
pub const MOST_SAVED: u64 = 256 << 20;

/// The pauses before a picture that was lost on the way is fetched again.
const PAUSES: [Duration; 2] = [Duration::from_millis(250), Duration::from_millis(500)];

/// A client of the delivery hosts. Clones share their connections. Cheap: nothing is read or sent before the first
/// request.
#[derive(Clone)]
pub struct Delivery(Arc<Shared>);

struct Shared {
    connect: Duration,
    stall: Duration,
    outside: OnceCell<reqwest::Client>,
    /// For servers on this machine, which are asked without a proxy.
    here: OnceCell<reqwest::Client>,
    /// For those of them that are plain http: no certificates are read.
    here_plain: OnceCell<reqwest::Client>,
}

/// A picture's file.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Its bytes, as they were sent.
    pub bytes: Vec<u8>,
    /// What the server calls them, such as `image/webp`, in lower case. Foreign text.
    pub content_type: Option<String>,
    /// The server's clock.
    pub date: Option<Timestamp>,
    /// How long it took, from the request to the last byte.
    pub took: Duration,
}

/// A picture's file that went into a writer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// How many bytes it has.
    pub bytes: u64,
    /// What the server calls them, such as `image/webp`, in lower case. Foreign text.
    pub content_type: Option<String>,
    /// The server's clock.
    pub date: Option<Timestamp>,
    /// How long it took, from the request to the last byte.
    pub took: Duration,
}

/// What is told of a picture's file without fetching it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The HTTP status: 200 to 299.
    pub status: u16,
    /// What the server calls it, such as `image/webp`, in lower case. Foreign text.
    pub content_type: Option<String>,
    /// How many bytes it has.
    pub length: Option<u64>,
    /// The server's clock.
    pub date: Option<Timestamp>,
    /// How long the answer took.
    pub took: Duration,
}

/// Why a picture was not delivered. [`delivery_failure`] puts it into sentences; the words here are for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// The host answered that it will not.
    #[error("{host} refused: HTTP {}, {code:?}", answered.status)]
    Refused {
        /// The host that was asked.
        host: String,
        /// The answer.
        answered: Box<Answered>,
        /// Its code and words, where it has them.
        code: Option<Code>,
    },
    /// An answer that is no picture.
    #[error("odd answer from {host}: HTTP {}, {odd:?}", answered.status)]
    Odd {
        /// The host that was asked.
        host: String,
        /// The answer.
        answered: Box<Answered>,
        /// What is odd about it.
        odd: Odd,
    },
    /// More bytes than were to be read.
    #[error("more than {cap} bytes")]
    TooLarge {
        /// How many were to be read.
        cap: u64,
    },
    /// No answer, or none to its end.
    #[error("no answer from {host}: {trouble:?}")]
    Network {
        /// The host that was asked.
        host: String,
        /// What happened.
        trouble: Trouble,
    },
    /// Plain http to another machine, or no http at all: nothing was sent.
    #[error("{0} is not asked without TLS")]
    Insecure(String),
    /// Not a URL, or one with a password in it: nothing was sent.
    #[error("not a URL")]
    NotAUrl,
    /// What came could not be written, with the system's words.
    #[error("not written: {0}")]
    Write(String),
    /// The HTTP client could not be made: nothing was sent.
    #[error("no HTTP client: {0:?}")]
    Setup(Setup),
}

impl Delivery {
    /// A client that gives up where no connection is made in 5 seconds, or nothing comes for 20.
    pub fn new() -> Self {
        Self::with_limits(Duration::from_secs(5), Duration::from_secs(20))
    }

    /// A client with limits of its own: how long a connection may take, and how long nothing may come.
    pub fn with_limits(connect: Duration, stall: Duration) -> Self {
        let (outside, here, here_plain) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self(Arc::new(Shared { connect, stall, outside, here, here_plain }))
    }

    /// Fetches a picture of `cap` bytes at most. `accept` names the types that can be decoded; delivery chooses by it.
    /// Dropping the future ends the request.
    pub async fn get(
        &self,
        url: &str,
        accept: &str,
        cap: u64,
        on_progress: &OnProgress<'_>,
    ) -> Result<Delivered, DeliveryError> {
        let mut bytes = Vec::new();
        let mut sink = |chunk: &[u8]| {
            bytes.extend_from_slice(chunk);
            Ok(())
        };
        let Saved { content_type, date, took, .. } =
            self.fetch(url, accept, cap, &mut sink, on_progress).await?;
        Ok(Delivered { bytes, content_type, date, took })
    }

    /// Writes a picture of `cap` bytes at most, as it comes. After an error the writer may hold a part of it. What is lost
    /// on the way is fetched again, as long as nothing was written.
    pub async fn save(
        &self,
        url: &str,
        accept: &str,
        cap: u64,
        to: &mut (dyn io::Write + Send),
        on_progress: &OnProgress<'_>,
    ) -> Result<Saved, DeliveryError> {
        let wrote = AtomicBool::new(false);
        let mut sink = |chunk: &[u8]| {
            wrote.store(true, Ordering::Relaxed);
            to.write_all(chunk)
        };
        for pause in PAUSES {
            match self.fetch(url, accept, cap, &mut sink, on_progress).await {
                Err(error) if error.is_loss() && !wrote.load(Ordering::Relaxed) => {
                    tokio::time::sleep(pause).await;
                }
                ended => return ended,
            }
        }
        self.fetch(url, accept, cap, &mut sink, on_progress).await
    }

    /// Asks what would be delivered, without its bytes. If the headers leave open whether this is a picture, or why access
    /// was denied, a GET request reads the start of the body.
    pub async fn head(&self, url: &str, accept: &str) -> Result<Head, DeliveryError> {
        let started = Instant::now();
        let asked = Asked::read(url)?;
        let response = self.send(Method::HEAD, &asked, accept).await?;
        let headers = response.headers();
        let answered = Box::new(http_headers::answered(response.status().as_u16(), headers));
        asked.check(&response, &answered)?;
        let code = http_headers::delivery_code(headers).map(|code| Code::bare(&code));
        let is_success = response.status().is_success();
        if code.is_none() && (matches!(answered.status, 401 | 403) || (is_success && !is_picture(&response)))
        {
            tracing::debug!(method = "HEAD", host = asked.host, status = answered.status, "inconclusive");
            return self.first_bytes(url, accept, started).await;
        }
        if code.is_some() || !is_success {
            log_refusal("HEAD", &asked.host, &answered, code.as_ref());
            return Err(DeliveryError::Refused { host: asked.host, answered, code });
        }
        tracing::debug!(method = "HEAD", host = asked.host, status = answered.status);
        Ok(Head::new(&response, &answered, started))
    }

    /// Answers [`Self::head`] from a GET request's headers and the start of its body.
    async fn first_bytes(&self, url: &str, accept: &str, started: Instant) -> Result<Head, DeliveryError> {
        let (host, answered, mut response) = self.begun(url, accept).await?;
        let head = Head::new(&response, &answered, started);
        let may_be_picture = is_picture_type(head.content_type.as_deref());
        let mut start = Vec::new();
        loop {
            match timeout(self.0.stall, response.chunk()).await {
                Ok(Ok(Some(chunk))) => start.extend_from_slice(&chunk),
                Ok(Ok(None)) => break,
                Ok(Err(error)) => {
                    return Err(DeliveryError::Network { host, trouble: trouble::of(error) });
                }
                Err(_) => return Err(DeliveryError::Network { host, trouble: Trouble::AnswerTimeout }),
            }
            if !start.is_empty() && (may_be_picture || start.len() > MAX_ERROR) {
                break;
            }
        }
        if start.is_empty() {
            return Err(DeliveryError::Odd { host, answered, odd: Odd::Empty });
        }
        if may_be_picture {
            return Ok(head);
        }
        match answer::plain_code(String::from_utf8_lossy(&start).trim()) {
            Some(code) => {
                log_refusal("GET", &host, &answered, Some(&code));
                Err(DeliveryError::Refused { host, answered, code: Some(code) })
            }
            None => Err(DeliveryError::Odd { host, answered, odd: Odd::NotTheApis }),
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
        let (host, answered, response) = self.begun(url, accept).await?;
        let content_type = http_headers::content_type(response.headers());
        let read = body::read(response, cap, self.patience(), sink, on_progress).await;
        let took = started.elapsed();
        let bytes = read.map_err(|error| not_read(error, &host, cap))?;
        tracing::debug!(method = "GET", host, status = answered.status, ms = took.as_millis(), bytes);
        if bytes == 0 {
            return Err(DeliveryError::Odd { host, answered, odd: Odd::Empty });
        }
        Ok(Saved { bytes, content_type, date: answered.date, took })
    }

    /// The speed is measured over half a minute.
    fn patience(&self) -> Patience {
        let stall = self.0.stall;
        Patience { stall, over: stall + stall / 2 }
    }

    /// Asks for a picture: the host, and its answer, whose body is still to come.
    async fn begun(
        &self,
        url: &str,
        accept: &str,
    ) -> Result<(String, Box<Answered>, Response), DeliveryError> {
        let asked = Asked::read(url)?;
        let response = self.send(Method::GET, &asked, accept).await?;
        let answered = Box::new(http_headers::answered(response.status().as_u16(), response.headers()));
        asked.check(&response, &answered)?;
        let in_header = http_headers::delivery_code(response.headers()).map(|code| Code::bare(&code));
        if in_header.is_some() || !response.status().is_success() {
            return Err(self.refusal(asked.host, answered, in_header, response).await);
        }
        Ok((asked.host, answered, response))
    }

    /// The error of an answer that is one: its code from the header, or from the text, whose words are kept.
    async fn refusal(
        &self,
        host: String,
        answered: Box<Answered>,
        in_header: Option<Code>,
        mut response: Response,
    ) -> DeliveryError {
        let mut text = Vec::new();
        // Where the text breaks off or has no end, what came of it tells as much.
        let read = async {
            while let Ok(Some(chunk)) = response.chunk().await {
                text.extend_from_slice(&chunk);
                if text.len() > MAX_ERROR {
                    break;
                }
            }
        };
        _ = timeout(self.0.stall, read).await;
        let said = answer::plain_code(String::from_utf8_lossy(&text).trim());
        // The text adds words to the header's code; another code in it is not trusted.
        let code = match (said, in_header) {
            (Some(said), Some(header)) if said.code != header.code => Some(header),
            (said, header) => said.or(header),
        };
        log_refusal("GET", &host, &answered, code.as_ref());
        DeliveryError::Refused { host, answered, code }
    }

    async fn send(&self, method: Method, asked: &Asked, accept: &str) -> Result<Response, DeliveryError> {
        let cell = match (asked.url.scheme(), is_this_machine(&asked.url)) {
            (_, false) => &self.0.outside,
            ("http", true) => &self.0.here_plain,
            (_, true) => &self.0.here,
        };
        let quiet = |builder: ClientBuilder| builder.referer(false).no_gzip();
        let made = cell.get_or_try_init(|| connection::client(&asked.url, self.0.connect, quiet)).await;
        let http = made.map_err(DeliveryError::Setup)?;
        let accept = HeaderValue::from_str(accept).unwrap_or(HeaderValue::from_static("*/*"));
        let request = http.request(method, asked.url.clone()).header(ACCEPT, accept);
        let trouble = match timeout(self.0.stall, request.send()).await {
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(error)) => trouble::of(error),
            Err(_) => Trouble::AnswerTimeout,
        };
        tracing::debug!(host = asked.host, ?trouble);
        Err(DeliveryError::Network { host: asked.host.clone(), trouble })
    }
}

impl Head {
    fn new(response: &Response, answered: &Answered, started: Instant) -> Self {
        let headers = response.headers();
        Self {
            status: answered.status,
            content_type: http_headers::content_type(headers),
            length: http_headers::text(headers, "content-length").and_then(|length| length.parse().ok()),
            date: answered.date,
            took: started.elapsed(),
        }
    }
}

/// Whether the headers of a success are those of a whole picture.
fn is_picture(response: &Response) -> bool {
    let headers = response.headers();
    response.status().as_u16() == 200
        && http_headers::text(headers, "content-length") != Some("0")
        && is_picture_type(http_headers::content_type(headers).as_deref())
}

/// Whether a picture may have this content type: error pages are text or JSON.
fn is_picture_type(content_type: Option<&str>) -> bool {
    content_type
        .is_none_or(|kind| !kind.starts_with("text/") && !kind.ends_with("/json") && !kind.ends_with("+json"))
}

/// Why a body was not read to its end.
fn not_read(error: BodyError, host: &str, cap: u64) -> DeliveryError {
    match error {
        BodyError::TooLarge => DeliveryError::TooLarge { cap },
        BodyError::Network(trouble) => DeliveryError::Network { host: host.to_owned(), trouble },
        BodyError::Write(error) => DeliveryError::Write(error.to_string()),
    }
}

/// The host's words are left out: they may repeat the URL, signature and all.
fn log_refusal(method: &str, host: &str, answered: &Answered, code: Option<&Code>) {
    let code = code.map(|code| &code.code);
    tracing::debug!(method, host, status = answered.status, code, cf_ray = answered.ray, "refused");
}

/// A URL that may be asked.
struct Asked {
    url: Url,
    host: String,
}

impl Asked {
    fn read(url: &str) -> Result<Self, DeliveryError> {
        let url = Url::parse(&usable(url)).map_err(|_| DeliveryError::NotAUrl)?;
        if url.cannot_be_a_base() || !url.username().is_empty() || url.password().is_some() {
            return Err(DeliveryError::NotAUrl);
        }
        let host = connection::host(&url);
        if connection::is_secure(&url) { Ok(Self { url, host }) } else { Err(DeliveryError::Insecure(host)) }
    }

    /// What no picture's answer is, whatever its status.
    fn check(&self, response: &Response, answered: &Answered) -> Result<(), DeliveryError> {
        let headers = response.headers();
        let odd = if response.status().is_redirection() {
            Odd::Redirect(connection::pointed_to(&self.url, headers))
        } else if http_headers::text(headers, "cf-mitigated") == Some("challenge") {
            Odd::Challenge
        } else if response.status().is_success()
            && http_headers::content_type(headers).is_some_and(|kind| kind == "text/html")
        {
            Odd::Html
        } else {
            return Ok(());
        };
        tracing::debug!(host = self.host, status = answered.status, ?odd);
        Err(DeliveryError::Odd { host: self.host.clone(), answered: Box::new(answered.clone()), odd })
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

/// How many bytes there are, not what they are.
impl std::fmt::Debug for Delivered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Delivered({} bytes, {:?}, {:?})", self.bytes.len(), self.content_type, self.took)
    }
}

/// What a delivery host did with a URL, by its answer to HEAD.
pub fn reply(answer: &Result<Head, DeliveryError>) -> Reply {
    match answer {
        Ok(head) => Reply::Opens(head.status),
        Err(error @ DeliveryError::Refused { answered, .. }) if error.is_access_denied() => {
            Reply::Refused(answered.status, delivery_failure(error))
        }
        Err(error) => Reply::Failed(delivery_failure(error)),
    }
}

impl DeliveryError {
    /// What kind it is: it decides exit codes.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Refused { .. } => self.refusal().map_or(FailureKind::Other, |refusal| refusal.kind),
            Self::Odd { .. } | Self::Network { .. } => FailureKind::Network,
            Self::Insecure(_) | Self::NotAUrl => FailureKind::Usage,
            Self::Setup(setup) => setup.kind(),
            Self::TooLarge { .. } | Self::Write(_) => FailureKind::Other,
        }
    }

    /// Whether a success was lost on the way: its body was empty, or its connection broke.
    fn is_loss(&self) -> bool {
        match self {
            Self::Odd { odd, answered, .. } => *odd == Odd::Empty && (200..300).contains(&answered.status),
            Self::Network { trouble, .. } => *trouble == Trouble::Broken,
            _ => false,
        }
    }

    /// What the host's refusal means; `None` if this is another error.
    pub fn refusal(&self) -> Option<DeliveryRefusal> {
        let Self::Refused { answered, .. } = self else { return None };
        Some(DeliveryRefusal::of(answered.status, self.code()))
    }

    /// Whether the host denied access: code 9425, or a 401 or 403 without a code. An anti-bot page is another error.
    pub fn is_access_denied(&self) -> bool {
        self.refusal().is_some_and(DeliveryRefusal::is_access)
    }

    /// The server's code, where it has one: `9425` is worth another try with a key fetched anew.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code: Some(code), .. } => Some(&code.code),
            _ => None,
        }
    }

    /// The server's clock, where it answered: a clock that is off makes signatures lapse early.
    pub fn date(&self) -> Option<Timestamp> {
        match self {
            Self::Refused { answered, .. } | Self::Odd { answered, .. } => answered.date,
            _ => None,
        }
    }
}
