//! The one place where errors become sentences, each with its mend.

use super::error::Error;
use crate::domain::{AccountId, Failure, ImageId};

/// What a sentence may name besides the error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// The image asked for.
    pub image: Option<ImageId>,
    /// The account asked.
    pub account: Option<AccountId>,
    /// The account hash of the delivery URL that was pasted.
    pub url_hash: Option<String>,
    /// The hash of the account in use, once a delivery URL of its own has told it.
    pub account_hash: Option<String>,
    /// Whether the credentials are e-mail and key, so that no sentence speaks of a token.
    pub by_key: bool,
}

/// What happened, why, and what to do about it.
pub fn failure(error: &Error, _about: &About) -> Failure {
    Failure::new(error.kind(), error.to_string(), "")
}
