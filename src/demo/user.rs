//! The caller and their accounts: what SDKs request to choose an account, and wrangler for `whoami`.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::auth::{Account, Caller, EMAIL};
use super::query::{BadParameter, descending, integer, parameter};
use super::response::{bad_parameter, failure, page, success, success_with_messages};

/// `/accounts`, oldest first unless `direction` says otherwise. `name` matches any part of a name.
pub(super) fn accounts(caller: Caller, query: &str) -> Response {
    let shown = matching(caller, query, "name");
    let page = accounts_page(query, shown, PastEnd::LastPage, |account| account_json(*account));
    page.unwrap_or_else(|bad| bad_parameter(6003, &bad))
}

/// `/memberships` of the user, one per account.
pub(super) fn memberships(caller: Caller, query: &str) -> Response {
    if caller == Caller::AccountToken {
        return failure(StatusCode::FORBIDDEN, 10000, "Authentication error");
    }
    let shown = matching(caller, query, "account.name");
    let page = accounts_page(query, shown, PastEnd::Empty, |account| {
        json!({
            "id": account.id.chars().rev().collect::<String>(), "status": "accepted",
            "account": account_json(*account), "api_access_enabled": null,
            "roles": ["Cloudflare Images Read"],
            "permissions": { "images": { "read": caller != Caller::Powerless, "write": false } },
        })
    });
    page.unwrap_or_else(|bad| bad_parameter(6003, &bad))
}

/// `/user`, which account tokens may not read.
pub(super) fn details(caller: Caller) -> Response {
    if caller == Caller::AccountToken {
        return failure(StatusCode::FORBIDDEN, 9109, "Unauthorized to access requested resource");
    }
    success(json!({
        "id": "7c5dae5552338874e5053f2534d2767a", "email": EMAIL, "first_name": "Demo", "last_name": null,
        "username": "demo", "telephone": null, "country": null, "zipcode": null,
        "two_factor_authentication_enabled": false, "two_factor_authentication_locked": false,
        "created_on": "2013-11-05T07:11:56.234700Z", "modified_on": "2024-08-30T11:29:47.905100Z",
        "has_pro_zones": false, "has_business_zones": false, "has_enterprise_zones": false,
        "suspended": false, "organizations": [], "betas": [],
    }))
}

/// `/user/tokens/verify`, for tokens of a user.
pub(super) fn verify_token(caller: Caller) -> Response {
    if caller == Caller::AccountToken {
        return invalid_token();
    }
    verify_account_token(caller)
}

/// `/accounts/{account}/tokens/verify`
pub(super) fn verify_account_token(caller: Caller) -> Response {
    if caller == Caller::Key {
        return invalid_token();
    }
    success_with_messages(
        json!({ "id": "ed17574386854bf78a67040be0a770b0", "status": "active" }),
        vec![json!({ "code": 10000, "message": "This API Token is valid and active", "type": null })],
    )
}

/// The verification of a token that does not exist.
pub(super) fn invalid_token() -> Response {
    failure(StatusCode::UNAUTHORIZED, 1000, "Invalid API Token")
}

/// The verification of a token that has expired.
pub(super) fn expired_token() -> Response {
    success(json!({
        "id": "ed17574386854bf78a67040be0a770b0", "status": "expired", "expires_on": "2026-01-31T00:00:00Z",
    }))
}

/// An account as the API describes it.
pub(super) fn account_json(account: Account) -> Value {
    json!({
        "id": account.id, "name": account.name, "type": "standard", "created_on": account.created_on,
        "settings": { "enforce_twofactor": false, "abuse_contact_email": null },
    })
}

fn matching(caller: Caller, query: &str, name: &str) -> Vec<Account> {
    let wanted = parameter(query, name).unwrap_or_default().to_lowercase();
    caller
        .accounts()
        .iter()
        .filter(|account| account.name.to_lowercase().contains(&wanted))
        .copied()
        .collect()
}

/// What a page past the end contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PastEnd {
    /// As the live service does for accounts
    LastPage,
    Empty,
}

fn accounts_page(
    query: &str,
    mut accounts: Vec<Account>,
    past_end: PastEnd,
    to_json: impl Fn(&Account) -> Value,
) -> Result<Response, BadParameter> {
    let number = integer(query, "page", 1..=usize::MAX, 1)?;
    let per_page = integer(query, "per_page", 5..=50, 20)?;
    if descending(query, "direction", false)? {
        accounts.reverse();
    }
    let total_pages = accounts.len().div_ceil(per_page);
    let shown_page = if past_end == PastEnd::LastPage { number.min(total_pages) } else { number };
    let skipped = shown_page.saturating_sub(1).saturating_mul(per_page);
    let shown: Vec<Value> = accounts.iter().skip(skipped).take(per_page).map(to_json).collect();
    let result_info = json!({
        "page": number, "per_page": per_page, "total_pages": total_pages, "count": shown.len(),
        "total_count": accounts.len(),
    });
    Ok(page(shown, result_info))
}
