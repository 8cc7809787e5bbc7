//! The account and its credentials.

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::online::Online;
use super::report::{Check, Finding};
use super::setup::NoAccount;
use crate::cloudflare::{Error, sentence};
use crate::commands::token_check::{TokenState, Verified};
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
        Ok(account) => Finding::ok(format!("{} from {}", account.credential(), account.credential_source)),
        Err(NoAccount::Failed(failure)) => Finding::failed(failure),
        Err(NoAccount::NoSettings) => Finding::skipped("the settings can't be used"),
    }
}

fn token(online: &Online) -> Finding {
    let api = match online.responses() {
        Ok(api) => api,
        Err(why) => return Finding::skipped(why),
    };
    match &api.token {
        None => Finding::skipped("an API key has no status"),
        Some(Err(state)) => failed(state),
        Some(Ok(Verified::Rejected(_))) if api.is_token_refused() => failed(&api.state()),
        Some(Ok(Verified::Rejected(_))) => Finding::ok("valid"),
        Some(Ok(Verified::Active(info))) => match info.expires {
            None => Finding::ok("valid, never expires"),
            Some(at) if at.duration_since(online.now) < SOON => {
                Finding::warning(format!("valid, but expires {}", ago(at, online.now)), CREATE_TOKEN)
            }
            Some(at) => Finding::ok(format!("valid until {}", day(at, &TimeZone::UTC))),
        },
    }
}

fn failed(state: &TokenState) -> Finding {
    state.failure().map_or_else(|| Finding::ok("valid"), Finding::failed)
}

fn account_id(online: &Online) -> Finding {
    let (api, in_use) = match (online.responses(), &online.setup.account) {
        (Ok(api), Ok(in_use)) => (api, in_use),
        (Err(why), _) => return Finding::skipped(why),
        (_, Err(_)) => return Finding::skipped("no credentials"),
    };
    match (&api.account, &in_use.account_source) {
        (Ok(id), Some(source)) => Finding::ok(format!("{} ({source})", short(id))),
        (Ok(id), None) => {
            Finding::ok(format!("{}, the only one that the {} can list", short(id), in_use.credential()))
        }
        (Err(_), _) if api.is_token_refused() => Finding::skipped("the credentials aren't valid"),
        // The message lists names, which are often e-mail addresses.
        (Err(Error::SeveralAccounts(_)), _) => Finding::error(
            FailureKind::Credentials,
            format!("the {} can use several accounts", in_use.credential()),
            format!("{}. `cfimg usage` lists them.", sentence(&api.about.set_account("one of them"))),
        ),
        (Err(error), _) => Finding::failed(&api.failure(error)),
    }
}

fn permission(online: &Online) -> Finding {
    let api = match online.account() {
        Ok(api) => api,
        Err(why) => return Finding::skipped(why),
    };
    match api.state() {
        TokenState::Invalid { .. } if api.usage.as_ref().is_err_and(Error::is_not_enabled) => {
            Finding::skipped("Images isn't enabled")
        }
        TokenState::Invalid { failure, .. } if failure.kind == FailureKind::Credentials => {
            Finding::failed(&failure)
        }
        // It is an error of the group Images.
        TokenState::Invalid { failure, .. } => Finding::unknown(failure.headline(), ""),
        TokenState::Valid { .. } | TokenState::NotChecked => Finding::ok("Images Read"),
    }
}

/// The ID without its middle: `023e…c353`.
fn short(id: &AccountId) -> String {
    let id = id.as_str();
    format!("{}…{}", &id[..4], &id[28..])
}
