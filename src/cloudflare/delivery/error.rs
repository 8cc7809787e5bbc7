//! Errors of delivery hosts.

use jiff::Timestamp;

use crate::cloudflare::body::BodyError;
use crate::cloudflare::error::{Code, NetworkError, ResponseInfo, Setup, UnexpectedResponse};
use crate::domain::FailureKind;
use crate::domain::delivery_code::DeliveryRefusal;

/// Why a picture was not delivered. [`delivery_failure`](super::delivery_failure) turns it into messages; the texts here are for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// The host responded with an error.
    #[error("{host} rejected the request: HTTP {}, {code:?}", response_info.status)]
    Refused { host: String, response_info: Box<ResponseInfo>, code: Option<Code> },
    /// The response is not a picture.
    #[error("unexpected response from {host}: HTTP {}, {unexpected:?}", response_info.status)]
    Unexpected { host: String, response_info: Box<ResponseInfo>, unexpected: UnexpectedResponse },
    /// The picture is larger than `cap`.
    #[error("more than {cap} bytes")]
    TooLarge {
        /// In bytes.
        cap: u64,
    },
    /// No response, or an incomplete one.
    #[error("no response from {host}: {network_error:?}")]
    Network { host: String, network_error: NetworkError },
    /// Not https and not on this machine. Nothing was sent.
    #[error("{0} needs TLS")]
    Insecure(String),
    /// Not a URL, or one that contains a password. Nothing was sent.
    #[error("not a URL")]
    NotAUrl,
    /// The bytes could not be written; contains the system's message.
    #[error("not written: {0}")]
    Write(String),
    /// The HTTP client could not be built. Nothing was sent.
    #[error("no HTTP client: {0:?}")]
    Setup(Setup),
}

impl DeliveryError {
    pub(super) fn unexpected(
        host: String,
        response_info: Box<ResponseInfo>,
        unexpected: UnexpectedResponse,
    ) -> Self {
        Self::Unexpected { host, response_info, unexpected }
    }

    pub(super) fn from_body(error: BodyError, host: String, cap: u64) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge { cap },
            BodyError::Network(network_error) => Self::Network { host, network_error },
            BodyError::Write(error) => Self::Write(error.to_string()),
        }
    }

    /// The kind of failure, which decides the exit code.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Refused { .. } => self.refusal().map_or(FailureKind::Other, |refusal| refusal.kind),
            Self::Unexpected { .. } | Self::Network { .. } => FailureKind::Network,
            Self::Insecure(_) | Self::NotAUrl => FailureKind::Usage,
            Self::Setup(setup) => setup.kind(),
            Self::TooLarge { .. } | Self::Write(_) => FailureKind::Other,
        }
    }

    /// Whether a successful response was lost in transit: the body was empty, or the connection was closed.
    pub(super) fn is_lost_response(&self) -> bool {
        match self {
            Self::Unexpected { unexpected, response_info, .. } => {
                *unexpected == UnexpectedResponse::Empty && (200..300).contains(&response_info.status)
            }
            Self::Network { network_error, .. } => *network_error == NetworkError::Broken,
            _ => false,
        }
    }

    /// What the host's error means; `None` if this is not an error response.
    pub fn refusal(&self) -> Option<DeliveryRefusal> {
        let Self::Refused { response_info, .. } = self else { return None };
        Some(DeliveryRefusal::new(response_info.status, self.code()))
    }

    /// Whether the host denied access: code 9425, or a 401 or 403 without a code. An anti-bot page is a different
    /// error.
    pub fn is_access_denied(&self) -> bool {
        self.refusal().is_some_and(DeliveryRefusal::is_access)
    }

    /// The server's error code, if any. After `9425`, it is worth fetching the keys again.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code: Some(code), .. } => Some(&code.code),
            _ => None,
        }
    }

    /// The server's clock, if it responded. If this machine's clock is wrong, signatures expire early.
    pub fn date(&self) -> Option<Timestamp> {
        match self {
            Self::Refused { response_info, .. } | Self::Unexpected { response_info, .. } => {
                response_info.date
            }
            _ => None,
        }
    }
}
