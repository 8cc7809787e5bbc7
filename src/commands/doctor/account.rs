//! The account and its credentials.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::online::{Online, is_not_enabled, is_refused};
use super::report::{Check, Finding};
use super::setup::NoAccount;
use crate::cloudflare::{Error, TokenInfo, TokenStatus};
use crate::commands::token_check::TOKENS_PAGE;
use crate::domain::time_format::{ago, day};
use crate::domain::token_mistake::CREATE_TOKEN;
use crate::domain::{AccountId, FailureKind};

pub(super) const GROUP: &str = "Account";

pub(super) const CHECKS: &[Check<Online>] = &[
    Check { name: "profile", run: profile },
    Check { name: "credentials", run: credentials },
    Check { name: "token", run: token },
    Check { name: "account ID", run: account_id },
    Check { name: "permission", run: permission },
];

/// A token that expires sooner is worth a warning.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);

fn profile(online: &Online) -> Finding {
    let Some((name, warnings)) = &online.setup.profile else {
        return Finding::skipped(online.setup.no_account().unwrap_or("no credentials"));
    };
    if warnings.is_empty() { Finding::ok(name) } else { Finding::warning(name, warnings.join(" ")) }
}

fn credentials(online: &Online) -> Finding {
    match &online.setup.account {
        Ok(account) => Finding::ok(format!("{} from {}", account.credential(), account.credentials_by)),
        Err(NoAccount::Failed(failure)) => Finding::failed(failure),
        Err(NoAccount::NoSettings) => Finding::skipped("the settings can't be used"),
    }
}

fn token(online: &Online) -> Finding {
    let api = match online.responses() {
        Ok(api) => api,
        Err(why) => return Finding::skipped(why),
    };
    match api.token.as_ref() {
        None => Finding::skipped("an API key has no status"),
        Some(Ok(status)) => verified(status, online.now),
        Some(Err(error)) if is_refused(error) => Finding::error(
            FailureKind::Credentials,
            format!("Cloudflare rejected the API token ({})", api.failure(error).code),
            format!("It is wrong, or was deleted. Copy it again, or create one at {TOKENS_PAGE}."),
        ),
        Some(Err(error)) => Finding::failed(&api.failure(error)),
    }
}

fn verified(info: &TokenInfo, now: Timestamp) -> Finding {
    let invalid = |what: &str, hint: &str| Finding::error(FailureKind::Credentials, what, hint);
    match (info.status, info.expires) {
        (TokenStatus::Active, None) => Finding::ok("valid, never expires"),
        (TokenStatus::Active, Some(at)) if at.duration_since(now) < SOON => {
            Finding::warning(format!("valid, but expires {}", ago(at, now)), CREATE_TOKEN)
        }
        (TokenStatus::Active, Some(at)) => Finding::ok(format!("valid until {}", day(at, &TimeZone::UTC))),
        (TokenStatus::Expired, _) => invalid("it has expired", CREATE_TOKEN),
        (TokenStatus::Disabled, _) => invalid("it is disabled", &format!("Enable it at {TOKENS_PAGE}.")),
    }
}

fn account_id(online: &Online) -> Finding {
    let (api, in_use) = match (online.responses(), &online.setup.account) {
        (Ok(api), Ok(in_use)) => (api, in_use),
        (Err(why), _) => return Finding::skipped(why),
        (_, Err(_)) => return Finding::skipped("no credentials"),
    };
    match (&api.account, &in_use.id_by) {
        (Ok(id), Some(by)) => Finding::ok(format!("{} ({by})", short(id))),
        (Ok(id), None) => {
            Finding::ok(format!("{}, the only one that the {} can list", short(id), in_use.credential()))
        }
        (Err(_), _) if api.is_token_refused() => Finding::skipped("the credentials aren't valid"),
        // The message lists names, which are often e-mail addresses.
        (Err(Error::SeveralAccounts(_)), _) => Finding::error(
            FailureKind::Credentials,
            format!("the {} can list several accounts", in_use.credential()),
            "Set CLOUDFLARE_ACCOUNT_ID to one of them. `cfimg usage` lists them.",
        ),
        (Err(error), _) => Finding::failed(&api.failure(error)),
    }
}

fn permission(online: &Online) -> Finding {
    let api = match online.account() {
        Ok(api) => api,
        Err(why) => return Finding::skipped(why),
    };
    match &api.usage {
        Ok(_) => Finding::ok("Images Read"),
        Err(error) if is_not_enabled(error) => Finding::skipped("Images isn't enabled"),
        Err(error) if is_refused(error) && api.token.is_some() => Finding::error(
            FailureKind::Credentials,
            format!("Images Read is missing ({})", api.failure(error).code),
            "Add the permission Account · Cloudflare Images · Read to the token in the dashboard. If it has \
             it, check that the token is for this account.",
        ),
        Err(error) if is_refused(error) => Finding::failed(&api.failure(error)),
        // It is an error of the group Images.
        Err(error) => Finding::unknown(api.failure(error).headline(), ""),
    }
}

/// The ID without its middle: `023e…c353`.
fn short(id: &AccountId) -> String {
    let id = id.as_str();
    format!("{}…{}", &id[..4], &id[28..])
}
