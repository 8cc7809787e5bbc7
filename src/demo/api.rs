//! The API: the limit, faults and access first, then the answer to each place.

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::access::Caller;
use super::answer::{failure, failures, page, plain_error, success, success_saying, with_header};
use super::fault::Fault;
use super::filter::parameters;
use super::limit::Allowance;
use super::route::{Place, Route};
use super::signature::KEYS;
use super::state::Shared;
use super::variant::{VARIANTS, Variant};
use super::wire::Line;
use super::{delivery, listing};

/// Answers a request to the API; `number` counts the requests to this server.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    line: &Line,
    parts: &Parts,
    route: Route,
    number: u64,
) -> Response {
    let allowance = shared.take_allowance();
    let response = if !allowance.granted {
        limited(allowance.seconds)
    } else if let Some(fault) = Fault::drawn(&shared.options, number) {
        fault.answer(shared, line).await
    } else if parts.method != Method::GET && parts.method != Method::HEAD {
        let message = format!("Method {} not available for that URI.", parts.method);
        with_header(failure(StatusCode::METHOD_NOT_ALLOWED, 7001, &message), "allow", "GET, HEAD")
    } else {
        routed(shared, line, parts, route).await.unwrap_or_else(|refusal| *refusal)
    };
    let response = with_header(response, "ratelimit", &allowance.header());
    with_header(response, "ratelimit-policy", &Allowance::policy())
}

/// The answer to one request too many.
pub(super) fn limited(seconds: u64) -> Response {
    let message = "Please wait and consider throttling your request speed";
    with_header(failure(StatusCode::TOO_MANY_REQUESTS, 971, message), "retry-after", &seconds.to_string())
}

async fn routed(
    shared: &Arc<Shared>,
    line: &Line,
    parts: &Parts,
    route: Route,
) -> Result<Response, Box<Response>> {
    // A path that leads nowhere is refused before anyone is asked who they are.
    match &route {
        Route::InAccount { account, .. }
            if account.len() == 32 && account.bytes().all(|b| b.is_ascii_hexdigit()) => {}
        Route::Accounts | Route::VerifyUserToken => {}
        _ => return Err(Box::new(no_route(parts.uri.path()))),
    }
    let caller = Caller::of(&parts.headers)?;
    let query = parts.uri.query().unwrap_or_default();
    match route {
        Route::Accounts => Ok(accounts(caller, query)),
        Route::VerifyUserToken => Ok(verified(caller)),
        Route::InAccount { account, place: Place::VerifyToken } => {
            if !caller.accounts().iter().any(|(id, _)| *id == account) {
                return Err(Box::new(failure(StatusCode::FORBIDDEN, 10000, "Authentication error")));
            }
            Ok(verified(caller))
        }
        Route::InAccount { account, place } => {
            caller.may_read_images(&account)?;
            Ok(in_account(shared, line, query, place).await)
        }
        Route::Delivery { .. } | Route::NoApi | Route::Nowhere => Ok(no_route(parts.uri.path())),
    }
}

async fn in_account(shared: &Arc<Shared>, line: &Line, query: &str, place: Place) -> Response {
    match place {
        Place::Image { id } => match Fault::by_id(&id) {
            Some(fault) => fault.answer(shared, line).await,
            None => image(shared, &id),
        },
        Place::Blob { id } => match shared.catalogue.find(&id).and_then(|record| record.picture) {
            Some(picture) => delivery::original(shared, picture).await,
            None => not_found(&id),
        },
        Place::Stats => {
            success(json!({ "count": { "current": shared.catalogue.len(), "allowed": allowed(shared) } }))
        }
        Place::Variants => {
            let variants: Map<String, Value> =
                VARIANTS.iter().map(|v| (v.name.to_owned(), v.to_json())).collect();
            success(json!({ "variants": variants }))
        }
        Place::Variant { name, flat } => match Variant::named(&name) {
            Some(variant) if flat => success(variant.to_json()),
            Some(variant) => success(json!({ "variant": variant.to_json() })),
            None => failure(StatusCode::NOT_FOUND, 5404, "Variant not found"),
        },
        Place::Keys => {
            let keys: Vec<Value> =
                KEYS.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
            success(json!({ "keys": keys }))
        }
        Place::List => listing::by_tokens(shared, query).await,
        Place::OldList => listing::by_pages(shared, query).await,
        Place::VerifyToken => no_route("tokens/verify"),
    }
}

/// One image, drafts included.
pub(super) fn image(shared: &Shared, id: &str) -> Response {
    match shared.catalogue.find(id) {
        Some(record) => success(record.to_json(&shared.base)),
        None => not_found(id),
    }
}

/// No such image. Both shapes were seen of the live service; here an ID in the shape of a UUID gets the envelope, any
/// other the plain text.
fn not_found(id: &str) -> Response {
    let uuid = id.len() == 36
        && id
            .char_indices()
            .all(|(at, c)| if matches!(at, 8 | 13 | 18 | 23) { c == '-' } else { c.is_ascii_hexdigit() });
    if uuid {
        failure(StatusCode::NOT_FOUND, 5404, "Image not found")
    } else {
        plain_error(StatusCode::NOT_FOUND, 5404, "Image not found")
    }
}

fn no_route(path: &str) -> Response {
    let message = format!("Could not route to {path}, perhaps your object identifier is invalid?");
    failures(
        StatusCode::NOT_FOUND,
        vec![
            json!({ "code": 7003, "message": message }),
            json!({ "code": 7000, "message": "No route for that URI" }),
        ],
    )
}

/// How many images the plan allows: more than there are, in round numbers.
fn allowed(shared: &Shared) -> u64 {
    (shared.catalogue.len() + 1).next_multiple_of(100_000)
}

fn accounts(caller: Caller, query: &str) -> Response {
    let number = |name: &str, otherwise: usize| {
        let value = parameters(query).find(|(key, _)| key == name);
        value.map_or(Some(otherwise), |(_, value)| value.parse().ok())
    };
    let (Some(page_number @ 1..), Some(per_page @ 5..=50)) = (number("page", 1), number("per_page", 20))
    else {
        return failure(
            StatusCode::BAD_REQUEST,
            6003,
            "Invalid request parameters: page is 1 or more, per_page 5 to 50",
        );
    };
    let all = caller.accounts();
    // Pages past the end repeat the last, as the live service does.
    let total_pages = all.len().div_ceil(per_page);
    let shown = page_number.min(total_pages);
    let accounts: Vec<Value> = all
        .iter()
        .skip((shown - 1) * per_page)
        .take(per_page)
        .map(|(id, name)| {
            json!({
                "id": id, "name": name, "type": "standard", "created_on": "2013-11-05T07:11:56.234700Z",
                "settings": { "enforce_twofactor": false, "abuse_contact_email": null },
            })
        })
        .collect();
    let count = accounts.len();
    page(
        accounts,
        json!({
            "page": page_number, "per_page": per_page, "total_pages": total_pages, "count": count,
            "total_count": all.len(),
        }),
    )
}

fn verified(caller: Caller) -> Response {
    if caller == Caller::Key {
        return failure(StatusCode::UNAUTHORIZED, 1000, "Invalid API Token");
    }
    let result = json!({ "id": "ed17574386854bf78a67040be0a770b0", "status": "active" });
    success_saying(
        result,
        json!({ "code": 10000, "message": "This API Token is valid and active", "type": null }),
    )
}
