//! Why a text does not name an image.

use super::InvalidId;
use super::secret::{holds_credential, holds_signature};

/// Why a text does not name an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("{0}.")]
    Id(#[from] InvalidId),
    /// It contains a URL, but none that names an image.
    #[error(
        "This URL contains no image. Paste an image ID, or a delivery URL such as \
         https://imagedelivery.net/ACCOUNT-HASH/IMAGE-ID/VARIANT."
    )]
    Url,
    /// The address of a page of Cloudflare's dashboard.
    #[error(
        "This is the address of a dashboard page, not of an image. Paste an image ID from that page, or a \
         delivery URL."
    )]
    Dashboard,
    /// It contains a credential. Sent as an ID, it would end up in a URL, a log and the history.
    #[error(
        "This looks like an API token or key. It wasn't sent or stored. To store a token, run `cfimg login`."
    )]
    Token,
    /// It contains a signature, in a place where no URL is expected.
    #[error("This looks like a signed URL, which is a secret. Don't use a URL here.")]
    Signature,
}

impl Refusal {
    /// Why a value other than an image ID must not be sent. `None` if it may be.
    pub fn of_value(text: &str) -> Option<Self> {
        if holds_credential(text) {
            return Some(Self::Token);
        }
        holds_signature(text).then_some(Self::Signature)
    }
}
