//! The token itself: whether it is valid, and which accounts it can list.

use jiff::Timestamp;

use super::envelope::{self, Envelope};
use super::error::{Error, UnexpectedResponse};
use super::{ACCOUNTS_PER_PAGE, Client, OnWait, accounts};
use crate::domain::{Account, AccountId, Json};

/// The most pages of accounts that are loaded.
const MAX_PAGES: u64 = 20;

/// What Cloudflare knows of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenInfo {
    pub status: TokenStatus,
    /// `None` if it does not expire.
    pub expires: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenStatus {
    Active,
    Disabled,
    Expired,
}

impl Client {
    /// Checks the token of a user, or of `account` if it belongs to that. Cloudflare rejects a token that belongs to the
    /// other kind, as it does an invalid one.
    pub async fn verify_token(
        &self,
        account: Option<&AccountId>,
        on_wait: &OnWait<'_>,
    ) -> Result<TokenInfo, Error> {
        let owner = account.map_or_else(|| "user".to_owned(), |account| format!("accounts/{account}"));
        self.get(self.0.retry_policy.retries, &format!("/{owner}/tokens/verify"), token_info, on_wait).await
    }

    /// All accounts that the credentials can list.
    pub async fn accounts(&self, on_wait: &OnWait<'_>) -> Result<Vec<Account>, Error> {
        let mut all: Vec<Account> = Vec::new();
        for page in 1..=MAX_PAGES {
            let path = format!("/accounts?page={page}&per_page={ACCOUNTS_PER_PAGE}");
            let (found, pages) = self.get(self.0.retry_policy.retries, &path, accounts, on_wait).await?;
            all.extend(found);
            if page >= pages {
                break;
            }
        }
        Ok(all)
    }
}

fn token_info(envelope: &Envelope) -> Result<TokenInfo, Error> {
    let text = |key| match envelope::member(Json::parse(&envelope.result)?, key)? {
        Json::Text(text) => Some(text),
        _ => None,
    };
    let status = match text("status").as_deref() {
        Some("active") => TokenStatus::Active,
        Some("disabled") => TokenStatus::Disabled,
        Some("expired") => TokenStatus::Expired,
        _ => return Err(envelope.unexpected(UnexpectedResponse::NoResult)),
    };
    Ok(TokenInfo { status, expires: text("expires_on").and_then(|text| text.parse().ok()) })
}
