//! Whether the API token is valid, and until when.

use jiff::Timestamp;

use super::envelope::{self, Envelope};
use super::error::UnexpectedResponse;
use super::retry::OnWait;
use super::{Client, Error};
use crate::domain::sanitize::sanitize;
use crate::domain::width::cut_end;
use crate::domain::{AccountId, Json};

/// What the API says about a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenStatus {
    /// `active`, `disabled` or `expired`; sanitized.
    pub status: String,
    /// `None` if it never expires.
    pub expires: Option<Timestamp>,
    /// `None` if it has been valid from the start.
    pub not_before: Option<Timestamp>,
}

impl Client {
    /// Verifies the token, from `/user/tokens/verify`, or for a token of an account, from
    /// `/accounts/{account}/tokens/verify`.
    pub async fn token_status(
        &self,
        of_account: Option<&AccountId>,
        on_wait: &OnWait<'_>,
    ) -> Result<TokenStatus, Error> {
        let owner = of_account.map_or_else(|| "/user".to_owned(), |account| format!("/accounts/{account}"));
        self.get(self.0.retry_policy.retries, &format!("{owner}/tokens/verify"), read, on_wait).await
    }
}

fn read(envelope: &Envelope) -> Result<TokenStatus, Error> {
    let member = |key| Json::parse(&envelope.result).and_then(|result| envelope::member(result, key));
    let text = |key| match member(key) {
        Some(Json::Text(text)) => Some(text),
        _ => None,
    };
    let time = |key| text(key).and_then(|time| time.parse().ok());
    let status = text("status").ok_or_else(|| envelope.unexpected(UnexpectedResponse::NoResult))?;
    let status = cut_end(&sanitize(&status), 40).into_owned();
    Ok(TokenStatus { status, expires: time("expires_on"), not_before: time("not_before") })
}
