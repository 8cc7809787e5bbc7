//! Checks what a token may do, for `cfimg login` and `cfimg login --status`.

use jiff::Timestamp;

use crate::cloudflare::{Client, Error, TokenInfo, TokenStatus, failure, ignore_waits};
use crate::domain::token_mistake::CREATE_TOKEN;
use crate::domain::{AccountId, Credentials, Failure, FailureKind};

/// The page that edits tokens.
pub(super) const TOKENS_PAGE: &str = "https://dash.cloudflare.com/profile/api-tokens";

/// The state of an account's credentials.
#[derive(Debug, Clone)]
pub(super) enum TokenState {
    /// They may read images. `None` if they don't expire, or if that is unknown.
    Valid { expires: Option<Timestamp> },
    /// With the failure that explains it.
    Invalid { code: &'static str, failure: Failure },
}

/// The result of a verification that got a response.
pub(super) enum Verified {
    Active(TokenInfo),
    /// Cloudflare does not know the token as one of the kind that was asked for.
    Rejected(Error),
}

impl TokenState {
    /// A word of the contract: in columns and JSON.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Valid { .. } => "valid",
            Self::Invalid { code, .. } => code,
        }
    }

    pub(super) fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Valid { .. } => None,
            Self::Invalid { failure, .. } => Some(failure),
        }
    }

    pub(super) fn invalid(code: &'static str, failure: Failure) -> Self {
        Self::Invalid { code, failure }
    }
}

/// Checks a token by itself: as that of a user, else as that of `account`. Fails if it is known and can't be used, or if
/// there is no response.
pub(super) async fn verify(client: &Client, account: Option<&AccountId>) -> Result<Verified, TokenState> {
    let mut rejected = None;
    for account in [None, account].into_iter().take(1 + usize::from(account.is_some())) {
        match client.verify_token(account, &ignore_waits).await {
            Ok(TokenInfo { status: TokenStatus::Active, expires }) => {
                return Ok(Verified::Active(TokenInfo { status: TokenStatus::Active, expires }));
            }
            Ok(TokenInfo { status, .. }) => return Err(inactive(status)),
            Err(error) if error.kind() == FailureKind::Credentials => rejected = Some(error),
            Err(error) => return Err(unknown(client, &error)),
        }
    }
    match rejected {
        Some(error) => Ok(Verified::Rejected(error)),
        None => Err(unknown(client, &Error::NoAccount)),
    }
}

/// Checks the credentials of a client: whether they may read the images of its account. `verified` is what a
/// verification found; `None` for credentials that are no token.
pub(super) async fn check_images(client: &Client, verified: Option<&Verified>) -> TokenState {
    match (client.usage(&ignore_waits).await, verified) {
        (Ok(_), verified) => TokenState::Valid {
            expires: match verified {
                Some(Verified::Active(info)) => info.expires,
                _ => None,
            },
        },
        (Err(error), _) if is_code(&error, "5403") => {
            TokenState::invalid("no-images", failure(&error, &client.about(None, None)))
        }
        (Err(error), Some(Verified::Active(_))) if is_refused(&error) => no_permission(client, &error),
        (Err(error), Some(Verified::Rejected(rejected))) if is_refused(&error) => {
            rejected_token(client, rejected)
        }
        (Err(error), None) if error.kind() == FailureKind::Credentials => {
            TokenState::invalid("rejected", failure(&error, &client.about(None, None)))
        }
        (Err(error), _) => unknown(client, &error),
    }
}

/// The state of an account's credentials.
pub(super) async fn check(
    client: &Client,
    credentials: &Credentials,
    account: Option<&AccountId>,
) -> TokenState {
    let verified = match credentials {
        Credentials::Token(_) => match verify(client, account).await {
            Ok(verified) => Some(verified),
            Err(state) => return state,
        },
        // Only tokens can be verified.
        Credentials::Key { .. } => None,
    };
    check_images(client, verified.as_ref()).await
}

/// A token that Cloudflare does not know.
pub(super) fn rejected_token(client: &Client, error: &Error) -> TokenState {
    let failure = Failure {
        what: "Cloudflare rejected the API token".to_owned(),
        hint: format!("It is wrong, or was deleted. Copy it again, or create one at {TOKENS_PAGE}."),
        ..failure(error, &client.about(None, None))
    };
    TokenState::invalid("rejected", failure)
}

fn no_permission(client: &Client, error: &Error) -> TokenState {
    let context = client.about(None, None);
    let account =
        context.account.as_ref().map_or_else(String::new, |account| format!(" in account {account}"));
    let failure = Failure {
        what: format!("The API token lacks the permission Images Read{account}"),
        hint: format!(
            "The token itself is valid. Add the permission Account · Cloudflare Images · Read to it at {TOKENS_PAGE}, for \
             this account, and try again."
        ),
        ..failure(error, &context)
    };
    TokenState::invalid("no-permission", failure)
}

fn inactive(status: TokenStatus) -> TokenState {
    let (code, what, hint) = match status {
        TokenStatus::Expired => ("expired", "The API token has expired", CREATE_TOKEN.to_owned()),
        TokenStatus::Disabled | TokenStatus::Active => {
            ("disabled", "The API token is disabled", format!("Enable it at {TOKENS_PAGE}, and try again."))
        }
    };
    TokenState::invalid(code, Failure::new(FailureKind::Credentials, what, hint))
}

pub(super) fn unknown(client: &Client, error: &Error) -> TokenState {
    let failure = failure(error, &client.about(None, None));
    let code = if failure.kind == FailureKind::Network { "unreachable" } else { "unknown" };
    TokenState::invalid(code, failure)
}

fn is_refused(error: &Error) -> bool {
    matches!(error, Error::Refused { .. }) && error.kind() == FailureKind::Credentials
}

fn is_code(error: &Error, code: &str) -> bool {
    matches!(error, Error::Refused { codes, .. } if codes.iter().any(|message| message.code == code))
}
