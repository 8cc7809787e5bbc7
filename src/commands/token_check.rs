//! Checks what a token may do, for `cfimg login`, `cfimg login --status` and `cfimg doctor`.

use jiff::Timestamp;

use crate::cloudflare::{Client, Error, MessageContext, TokenInfo, TokenStatus, failure, ignore_waits};
use crate::domain::token_mistake::{CREATE_TOKEN, TOKENS_PAGE};
use crate::domain::{AccountId, Credentials, Failure, FailureKind, Secret};

/// The state of an account's credentials.
#[derive(Debug, Clone)]
pub(super) enum TokenState {
    /// They may read images. `None` if they don't expire, or if that is unknown.
    Valid { expires: Option<Timestamp> },
    /// With the failure that explains it.
    Invalid { code: &'static str, failure: Failure },
    /// Its command was not run.
    NotChecked,
}

/// The result of a verification that got a response.
#[derive(Debug, Clone)]
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
            Self::NotChecked => "not-checked",
        }
    }

    pub(super) fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Valid { .. } | Self::NotChecked => None,
            Self::Invalid { failure, .. } => Some(failure),
        }
    }

    pub(super) fn invalid(code: &'static str, failure: Failure) -> Self {
        Self::Invalid { code, failure }
    }
}

/// Checks a token by itself: as that of a user, else as that of `account`. Fails if it is known and can't be used, or if
/// there is no response.
pub(super) async fn verify(
    client: &Client,
    token: &Secret,
    account: Option<&AccountId>,
) -> Result<Verified, TokenState> {
    // Older tokens don't show whose they are.
    let owners = match account {
        Some(account) if token.expose().starts_with("cfat_") => vec![Some(account)],
        Some(account) => vec![None, Some(account)],
        None => vec![None],
    };
    let context = || client.about(None, None);
    let mut rejected = Error::NoAccount;
    for owner in owners {
        match client.verify_token(owner, &ignore_waits).await {
            Ok(info) if info.status == TokenStatus::Active => return Ok(Verified::Active(info)),
            Ok(TokenInfo { status, .. }) => return Err(inactive(status)),
            Err(error) if error.is_refused() => rejected = error,
            Err(error) => return Err(unknown(&error, &context())),
        }
    }
    Ok(Verified::Rejected(rejected))
}

/// Checks the credentials of a client: whether they may read the images of its account. `verified` is what a
/// verification found; `None` for credentials that are no token.
pub(super) async fn check_images(client: &Client, verified: Option<&Verified>) -> TokenState {
    let usage = client.usage(&ignore_waits).await;
    judge(usage.as_ref().err(), verified, &client.about(None, None))
}

/// The state of credentials. `images` is why the account's usage could not be read.
pub(super) fn judge(
    images: Option<&Error>,
    verified: Option<&Verified>,
    context: &MessageContext,
) -> TokenState {
    match (images, verified) {
        (None, Some(Verified::Active(info))) => TokenState::Valid { expires: info.expires },
        // What works is valid, whatever the verification is.
        (None, _) => TokenState::Valid { expires: None },
        (Some(error), _) if error.is_not_enabled() => {
            TokenState::invalid("no-images", failure(error, context))
        }
        (Some(error), Some(Verified::Active(_))) if error.is_refused() => no_permission(error, context),
        (Some(error), None) if error.kind() == FailureKind::Credentials => {
            TokenState::invalid("rejected", failure(error, context))
        }
        (Some(error), Some(Verified::Rejected(rejected))) if error.kind() == FailureKind::Credentials => {
            rejected_token(rejected, context)
        }
        (Some(error), _) => unknown(error, context),
    }
}

/// The state of an account's credentials.
pub(super) async fn check(
    client: &Client,
    credentials: &Credentials,
    account: Option<&AccountId>,
) -> TokenState {
    let verified = match credentials {
        Credentials::Token(token) => match verify(client, token, account).await {
            Ok(verified) => Some(verified),
            Err(state) => return state,
        },
        // Only tokens can be verified.
        Credentials::Key { .. } => None,
    };
    check_images(client, verified.as_ref()).await
}

/// A token that Cloudflare does not know.
pub(super) fn rejected_token(error: &Error, context: &MessageContext) -> TokenState {
    let failure = Failure {
        what: "Cloudflare rejected the API token".to_owned(),
        hint: format!("It is wrong, or was deleted. Copy it again, or create one at {TOKENS_PAGE}."),
        ..failure(error, context)
    };
    TokenState::invalid("rejected", failure)
}

fn no_permission(error: &Error, context: &MessageContext) -> TokenState {
    let account = context
        .account
        .as_ref()
        .map_or_else(String::new, |account| format!(" in account {}", account.short()));
    let failure = Failure {
        what: format!("The API token lacks the permission Images Read{account}"),
        hint: format!(
            "The token itself is valid. Add the permission Account · Cloudflare Images · Read to it at {TOKENS_PAGE}, for \
             this account, and try again."
        ),
        ..failure(error, context)
    };
    TokenState::invalid("no-permission", failure)
}

pub(super) fn inactive(status: TokenStatus) -> TokenState {
    let (code, what, hint) = match status {
        TokenStatus::Expired => ("expired", "The API token has expired", CREATE_TOKEN.to_owned()),
        TokenStatus::Disabled | TokenStatus::Active => {
            ("disabled", "The API token is disabled", format!("Enable it at {TOKENS_PAGE}, and try again."))
        }
    };
    TokenState::invalid(code, Failure::new(FailureKind::Credentials, what, hint))
}

pub(super) fn unknown(error: &Error, context: &MessageContext) -> TokenState {
    let failure = failure(error, context);
    let code = if failure.kind == FailureKind::Network { "unreachable" } else { "unknown" };
    TokenState::invalid(code, failure)
}
