//! What can go wrong between a question and its answer, told apart as far as anybody acts on it.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::delivery_code::{DeliveryRefusal, Fault};
use crate::domain::{Account, ApiMessage, Endless, FailureKind};

/// Why the API did not give what was asked. [`failure`](super::failure) puts it into sentences for people; the words
/// here are for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The API answered that it will not.
    #[error("the API refused: HTTP {}, {codes:?}", response_info.status)]
    Refused {
        /// The answer.
        response_info: ResponseInfo,
        /// Its `errors` and those of `error_chain`; may be empty.
        codes: Vec<ApiMessage>,
        /// Its `messages`.
        messages: Vec<ApiMessage>,
    },
    /// Too many requests, and waiting would take longer than anybody watches, or did not help.
    #[error("rate limited: HTTP {}, wait {:?}", response_info.status, response_info.wait)]
    RateLimited {
        /// The answer; its `wait` is how long the API asks to wait.
        response_info: ResponseInfo,
        /// Its `errors`; may be empty.
        codes: Vec<ApiMessage>,
    },
    /// An answer that is not the API's, or not the one asked for.
    #[error("odd answer: HTTP {}, {unexpected:?}", response_info.status)]
    Unexpected {
        /// The answer.
        response_info: ResponseInfo,
        /// What is odd about it.
        unexpected: UnexpectedResponse,
    },
    /// No answer: the network, or what stands in for it.
    #[error("no answer from {host}: {network_error:?}")]
    Network {
        /// The host that was asked.
        host: String,
        /// What happened.
        network_error: NetworkError,
    },
    /// The base URL is plain http (or no http at all) on another machine: nothing was sent.
    #[error("{0} is not asked without TLS")]
    Insecure(String),
    /// The credentials hold what no HTTP header can carry: nothing was sent.
    #[error("the credentials do not fit a header")]
    Unsendable,
    /// No account was named, and the credentials see none.
    #[error("the credentials see no account")]
    NoAccount,
    /// No account was named, and the credentials see several: those of the first page.
    #[error("the credentials see several accounts")]
    SeveralAccounts(Vec<Account>),
    /// The list does not come to an end: it is not followed any further, and nothing was sent.
    #[error("the list does not end: {0:?}")]
    Endless(Endless),
    /// The HTTP client could not be made: nothing was sent.
    #[error("no HTTP client: {0:?}")]
    Setup(Setup),
    /// An original of more bytes than were to be read.
    #[error("more than {cap} bytes")]
    TooLarge {
        /// How many were to be read, in bytes.
        cap: u64,
    },
    /// What came could not be written, with the system's words.
    #[error("not written: {0}")]
    Write(String),
}

/// What is worth keeping of an answer that was not the one hoped for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResponseInfo {
    /// The HTTP status.
    pub status: u16,
    /// `cf-ray`, made visible.
    pub ray: Option<String>,
    /// `Retry-After`, as time from the answer on.
    pub wait: Option<Duration>,
    /// The server's clock (`Date`): it tells whether this machine's is off.
    pub date: Option<Timestamp>,
}

/// The code of a delivery error, with its words. Both were made visible, and are cut where they are long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The code's digits; APIs have sent them as numbers and as strings.
    pub code: String,
    /// The API's own words; may be empty.
    pub words: String,
}

/// What is odd about an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnexpectedResponse {
    /// It has no body.
    Empty,
    /// JSON that stops in its middle.
    Cut,
    /// Its compression is broken.
    Garbled,
    /// An HTML page.
    Html,
    /// A page that asks whether we are human (`cf-mitigated: challenge`).
    Challenge,
    /// It points elsewhere; holds the host, made visible, where it names one. Nothing was sent there.
    Redirect(Option<String>),
    /// More than is read of any answer.
    TooLarge,
    /// Neither HTML nor the API's envelope: `[]`, plain text, another program's JSON.
    NotTheApis,
    /// An envelope without the result that was asked for.
    NoResult,
    /// An envelope whose result is no image: the ID collides with another route of the API.
    NoId,
    /// An image with another ID than the one asked for; holds that ID.
    OtherImage(String),
}

/// Why there is no HTTP client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setup {
    /// An environment variable that cannot be used. The reason holds no secret.
    Variable {
        /// Its name.
        variable: &'static str,
        /// Why, in sentences.
        why: String,
    },
    /// The HTTP library's words, made visible.
    Other(String),
}

impl Setup {
    pub(super) fn kind(&self) -> FailureKind {
        match self {
            Self::Variable { .. } => FailureKind::Usage,
            Self::Other(_) => FailureKind::Other,
        }
    }
}

/// What happened on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkError {
    /// The host's name was not found.
    Dns,
    /// Nothing listens there.
    Refused,
    /// No way leads there.
    Unreachable,
    /// The host did not prove that it is the one asked for; holds the reason.
    Certificate(String),
    /// TLS failed otherwise, such as where the host does not speak it.
    Tls,
    /// No connection in time.
    ConnectTimeout,
    /// No whole answer in time.
    ResponseTimeout,
    /// The answer comes, but too slowly.
    TooSlow,
    /// The connection broke off before the answer was whole.
    Broken,
    /// What came is not HTTP.
    NotHttp,
    /// The proxy that `HTTPS_PROXY` or `ALL_PROXY` names does not answer.
    NoProxy,
    /// The proxy wants to know who asks.
    ProxyLogin,
    /// The proxy makes no connection to the host.
    ProxyRefused,
    /// Anything else, in the network library's words, made visible.
    Other(String),
}

impl Error {
    /// What kind it is: it decides exit codes.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Refused { response_info, codes, .. }
                if response_info.is_server_problem() && !is_permanent(response_info.status, codes) =>
            {
                FailureKind::Network
            }
            Self::Refused { response_info, codes, .. } => refusal_kind(response_info.status, codes),
            Self::Setup(setup) => setup.kind(),
            Self::Unexpected { unexpected: UnexpectedResponse::NoId, .. }
            | Self::TooLarge { .. }
            | Self::Write(_) => FailureKind::Other,
            Self::RateLimited { .. } | Self::Unexpected { .. } | Self::Network { .. } | Self::Endless(_) => {
                FailureKind::Network
            }
            Self::Insecure(_) => FailureKind::Usage,
            Self::Unsendable | Self::NoAccount | Self::SeveralAccounts(_) => FailureKind::Credentials,
        }
    }
}

impl ResponseInfo {
    /// Whether the API has trouble of its own. Its codes then say nothing of the person's: 10000 comes with 500 too.
    pub(super) fn is_server_problem(&self) -> bool {
        matches!(self.status, 408 | 500..)
    }
}

impl Code {
    /// A code without words.
    pub(super) fn bare(code: &str) -> Self {
        Self { code: code.to_owned(), words: String::new() }
    }
}

/// Codes that tell of an image that is not there.
pub(super) const NOT_FOUND: &[&str] = &["5404"];
/// Codes of credentials, permission, or an account that they do not open. 7000 and 7003 are a malformed account ID.
const CREDENTIALS: &[&str] =
    &["5403", "10000", "9109", "9106", "6003", "6111", "6103", "7003", "7000", "9103", "10001"];

/// A request that the API finds bad.
const BAD_REQUEST: &[&str] = &["5400"];

/// The first code that we know: it decides what is said, and the kind.
pub(super) fn leading_code(codes: &[ApiMessage]) -> Option<&str> {
    let known = [NOT_FOUND, CREDENTIALS, BAD_REQUEST].concat();
    codes.iter().map(|message| message.code.as_str()).find(|code| known.contains(code))
}

fn refusal_kind(status: u16, codes: &[ApiMessage]) -> FailureKind {
    if let Some(refusal) = delivery_refusal(status, codes) {
        return refusal.kind;
    }
    match leading_code(codes) {
        Some(code) if NOT_FOUND.contains(&code) => FailureKind::NotFound,
        Some(code) if CREDENTIALS.contains(&code) => FailureKind::Credentials,
        None if matches!(status, 401 | 403) => FailureKind::Credentials,
        _ => FailureKind::Other,
    }
}

/// What the delivery table says, if the first code is one of delivery: the endpoint of originals sends those too.
pub(super) fn delivery_refusal(status: u16, codes: &[ApiMessage]) -> Option<DeliveryRefusal> {
    DeliveryRefusal::from_code(&codes.first()?.code, status)
}

/// Whether a code of delivery says that another try fails too, whatever the status suggests.
pub(super) fn is_permanent(status: u16, codes: &[ApiMessage]) -> bool {
    delivery_refusal(status, codes).is_some_and(|refusal| refusal.fault != Fault::Transient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_decide_whatever_the_status() {
        let kind = |status, code: &str| {
            let response_info = ResponseInfo { status, ..ResponseInfo::default() };
            let code = ApiMessage::new(code, "", None, None);
            Error::Refused { response_info, codes: vec![code], messages: vec![] }.kind()
        };
        for code in ["5403", "6003", "6103", "6111", "7000", "7003", "9103", "9106", "9109", "10000", "10001"]
        {
            assert_eq!(kind(400, code), FailureKind::Credentials, "{code}");
        }
        assert_eq!(kind(403, "5404"), FailureKind::NotFound);
        assert_eq!(kind(409, "4242"), FailureKind::Other);
        assert_eq!(kind(401, "4242"), FailureKind::Credentials);
        assert_eq!(kind(502, "9109"), FailureKind::Network, "trouble of its own");
    }
}
