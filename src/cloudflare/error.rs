//! Errors of the API client, as finely divided as callers need to act on them.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::delivery_code::{DeliveryRefusal, Fault};
use crate::domain::{Account, ApiMessage, Endless, FailureKind};

/// Why an API request failed. [`failure`](super::failure) turns it into messages for users; the texts here are
/// for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The API responded with an error.
    #[error("the API rejected the request: HTTP {}, {codes:?}", response_info.status)]
    Refused {
        response_info: ResponseInfo,
        /// From `errors` and `error_chain`; may be empty.
        codes: Vec<ApiMessage>,
        messages: Vec<ApiMessage>,
    },
    /// Too many requests, and the wait would be too long or did not help.
    #[error("rate limited: HTTP {}, wait {:?}", response_info.status, response_info.wait)]
    RateLimited {
        /// Its `wait` is what the API asks for.
        response_info: ResponseInfo,
        /// From `errors`; may be empty.
        codes: Vec<ApiMessage>,
    },
    /// A response that is not the API's, or not the expected one.
    #[error("unexpected response: HTTP {}, {unexpected:?}", response_info.status)]
    Unexpected { response_info: ResponseInfo, unexpected: UnexpectedResponse },
    /// No response, because of the network or a proxy.
    #[error("no response from {host}: {network_error:?}")]
    Network { host: String, network_error: NetworkError },
    /// The base URL is not https and not on this machine. Nothing was sent.
    #[error("{0} needs TLS")]
    Insecure(String),
    /// The credentials contain characters that no HTTP header can carry. Nothing was sent.
    #[error("the credentials are not valid in a header")]
    Unsendable,
    /// No account was configured, and the credentials see none.
    #[error("no account")]
    NoAccount,
    /// No account was configured, and the credentials see several. Contains those of the first page.
    #[error("several accounts")]
    SeveralAccounts(Vec<Account>),
    /// The pages of the list do not end, so the next page was not requested.
    #[error("the list does not end: {0:?}")]
    Endless(Endless),
    /// The HTTP client could not be built. Nothing was sent.
    #[error("no HTTP client: {0:?}")]
    Setup(Setup),
    /// An original larger than `cap`.
    #[error("more than {cap} bytes")]
    TooLarge {
        /// In bytes.
        cap: u64,
    },
    /// The bytes could not be written; contains the system's message.
    #[error("not written: {0}")]
    Write(String),
}

/// Details of a response that turned out to be an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResponseInfo {
    pub status: u16,
    /// `cf-ray`, sanitized.
    pub ray: Option<String>,
    /// `Retry-After`, counted from the response.
    pub wait: Option<Duration>,
    /// The server's clock (`Date`), to detect a wrong clock on this machine.
    pub date: Option<Timestamp>,
}

/// The code and text of a delivery error. Both are sanitized and truncated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Digits; APIs have sent them as numbers and as strings.
    pub code: String,
    /// The API's own text; may be empty.
    pub words: String,
}

/// Why a response is unexpected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnexpectedResponse {
    Empty,
    /// Truncated JSON.
    Cut,
    /// The compressed data is corrupt.
    Garbled,
    Html,
    /// An anti-bot page (`cf-mitigated: challenge`).
    Challenge,
    /// A redirect, which is not followed. Contains the target host, sanitized, if there is one.
    Redirect(Option<String>),
    /// Larger than the client reads.
    TooLarge,
    /// Neither HTML nor the API's envelope: `[]`, plain text, another program's JSON.
    Foreign,
    /// An envelope without the expected result.
    NoResult,
    /// An envelope whose result is not an image: the ID collides with another route of the API.
    NoId,
    /// An image with a different ID than the requested one; contains that ID.
    OtherImage(String),
}

/// Why the HTTP client could not be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setup {
    /// An environment variable that cannot be used.
    Variable {
        variable: &'static str,
        /// In sentences; contains no secret.
        why: String,
    },
    /// The HTTP library's message, sanitized.
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

/// Why there was no complete response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkError {
    /// The host name does not resolve.
    Dns,
    /// Nothing listens on the port.
    Refused,
    Unreachable,
    /// The certificate was not accepted; contains the reason.
    Certificate(String),
    /// TLS failed for another reason, for example because the host does not speak it.
    Tls,
    /// No connection in time.
    ConnectTimeout,
    /// No complete response in time.
    ResponseTimeout,
    /// The response arrives too slowly.
    TooSlow,
    /// The connection was closed before the response was complete.
    Broken,
    /// The response is not HTTP.
    NotHttp,
    /// The proxy in `HTTPS_PROXY` or `ALL_PROXY` does not respond.
    NoProxy,
    /// The proxy requires a login.
    ProxyLogin,
    /// The proxy refuses to connect to the host.
    ProxyRefused,
    /// Any other error: the network library's message, sanitized.
    Other(String),
}

impl Error {
    /// Whether the API rejected the credentials, or what they are used for.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Refused { .. }) && self.kind() == FailureKind::Credentials
    }

    /// Whether Images isn't enabled in the account.
    pub fn is_not_enabled(&self) -> bool {
        matches!(self, Self::Refused { codes, .. } if codes.iter().any(|code| code.code == NOT_ENABLED))
    }

    /// The kind of failure, which decides the exit code.
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
    /// Whether this is a problem of the API itself. Its codes then say nothing about the user: 10000 comes with a
    /// 500 too.
    pub(super) fn is_server_problem(&self) -> bool {
        matches!(self.status, 408 | 500..)
    }
}

impl Code {
    pub(super) fn bare(code: &str) -> Self {
        Self { code: code.to_owned(), words: String::new() }
    }
}

/// The code for an image that does not exist.
pub(super) const NOT_FOUND: &str = "5404";
/// Images isn't enabled in the account.
pub(super) const NOT_ENABLED: &str = "5403";
/// Codes for bad credentials, missing permissions, or an account they have no access to. 7000 and 7003 mean a
/// malformed account ID.
const CREDENTIALS: &[&str] =
    &[NOT_ENABLED, "10000", "9109", "9106", "6003", "6111", "6103", "7003", "7000", "9103", "10001"];

/// The code for a request that the API considers invalid.
const BAD_REQUEST: &str = "5400";

/// The first known code. It decides the message and the kind of failure.
pub(super) fn leading_code(codes: &[ApiMessage]) -> Option<&str> {
    let is_known = |code: &&str| [NOT_FOUND, BAD_REQUEST].contains(code) || CREDENTIALS.contains(code);
    codes.iter().map(|message| message.code.as_str()).find(is_known)
}

fn refusal_kind(status: u16, codes: &[ApiMessage]) -> FailureKind {
    if let Some(refusal) = delivery_refusal(status, codes) {
        return refusal.kind;
    }
    match leading_code(codes) {
        Some(NOT_FOUND) => FailureKind::NotFound,
        Some(code) if CREDENTIALS.contains(&code) => FailureKind::Credentials,
        None if matches!(status, 401 | 403) => FailureKind::Credentials,
        _ => FailureKind::Other,
    }
}

/// What the table of delivery codes says, if the first code is one of them. The endpoint for originals sends
/// those codes too.
pub(super) fn delivery_refusal(status: u16, codes: &[ApiMessage]) -> Option<DeliveryRefusal> {
    DeliveryRefusal::from_code(&codes.first()?.code, status)
}

/// Whether a delivery code says that a retry would fail too, whatever the status suggests.
pub(super) fn is_permanent(status: u16, codes: &[ApiMessage]) -> bool {
    delivery_refusal(status, codes).is_some_and(|refusal| refusal.fault != Fault::Transient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kind_depends_on_code_before_status() {
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
