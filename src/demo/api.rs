//! The API: checks rate limit, faults and authentication, then dispatches by route.

use std::sync::Arc;

use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::auth::{Caller, has_expired};
use super::connection::ConnectionHandle;
use super::fault::Fault;
use super::fixtures::DEPRECATION_NOTE_ID;
use super::query::parameter;
use super::rate_limit::Allowance;
use super::response::{
    failure, failures, json as json_text, plain_error, rate_limited, success, success_with_messages,
    with_header,
};
use super::route::Route;
use super::signature::KEYS;
use super::state::Shared;
use super::variant::{VARIANTS, Variant};
use super::{FAULTY_ACCOUNT_ID, delivery, fault_response, listing, user};

/// Responds to an API request; `number` counts the requests to this server.
pub(super) async fn respond(
    shared: &Arc<Shared>,
    connection: &ConnectionHandle,
    parts: &Parts,
    route: &Route,
    number: u64,
) -> Response {
    let allowance = shared.take_allowance();
    let response = if !allowance.granted {
        rate_limited(allowance.seconds)
    } else if let Some(fault) = Fault::random(&shared.options, number) {
        fault_response::respond(fault, shared, connection, success(())).await
    } else if parts.method != Method::GET && parts.method != Method::HEAD {
        let message = format!("Method {} not available for that URI.", parts.method);
        with_header(failure(StatusCode::METHOD_NOT_ALLOWED, 7001, &message), "allow", "GET, HEAD")
    } else if let Route::Api(segments) = route {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        dispatch(shared, connection, parts, &segments).await.unwrap_or_else(|refusal| *refusal)
    } else {
        // Unknown paths are rejected before authentication.
        no_route(parts.uri.path())
    };
    let response = with_header(response, "ratelimit", &allowance.header());
    with_header(response, "ratelimit-policy", &Allowance::policy())
}

async fn dispatch(
    shared: &Arc<Shared>,
    connection: &ConnectionHandle,
    parts: &Parts,
    segments: &[&str],
) -> Result<Response, Box<Response>> {
    let is_verification = matches!(segments, [.., "tokens", "verify"]);
    if is_verification && has_expired(&parts.headers) {
        return Ok(user::expired_token());
    }
    let caller = Caller::authenticate(&parts.headers).map_err(|refusal| {
        let is_unknown = is_verification && refusal.status() == StatusCode::UNAUTHORIZED;
        if is_unknown { Box::new(user::invalid_token()) } else { refusal }
    })?;
    let query = parts.uri.query().unwrap_or_default();
    match *segments {
        ["accounts"] => Ok(user::accounts(caller, query)),
        ["user"] => Ok(user::details(caller)),
        ["memberships"] => Ok(user::memberships(caller, query)),
        ["user", "tokens", "verify"] => Ok(user::verify_token(caller)),
        ["accounts", account] => Ok(success(user::account_json(caller.account(account)?))),
        ["accounts", account, "tokens", "verify"] => {
            caller.account(account)?;
            Ok(user::verify_account_token(caller))
        }
        ["accounts", account, "images", ref route @ ..] => {
            caller.may_read_images(account)?;
            Ok(images(shared, connection, query, route, account == FAULTY_ACCOUNT_ID).await)
        }
        _ => Ok(no_route(parts.uri.path())),
    }
}

async fn images(
    shared: &Arc<Shared>,
    connection: &ConnectionHandle,
    query: &str,
    route: &[&str],
    faulty: bool,
) -> Response {
    match *route {
        ["v1", "stats"] if faulty => {
            let count = format!(r#"{{"current":{}.0,"allowed":1e5}}"#, shared.store.len());
            let body =
                format!(r#"{{"result":{{"count":{count}}},"success":true,"errors":[],"messages":[]}}"#);
            json_text(StatusCode::OK, body)
        }
        ["v1", "stats"] => {
            success(json!({ "count": { "current": shared.store.len(), "allowed": allowed(shared) } }))
        }
        ["v1", "variants"] => {
            let variants: Map<String, Value> =
                VARIANTS.iter().map(|v| (v.name.to_owned(), v.to_json())).collect();
            success(json!({ "variants": variants }))
        }
        ["v1", "variants", name, ref flat @ ..] => match Variant::by_name(name) {
            Some(variant) if !flat.is_empty() => success(variant.to_json()),
            Some(variant) => success(json!({ "variant": variant.to_json() })),
            None => failure(StatusCode::NOT_FOUND, 5404, "Variant not found"),
        },
        ["v1", "keys"] => {
            let keys: Vec<Value> =
                KEYS.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
            success(json!({ "keys": keys }))
        }
        ["v2"] => {
            match parameter(query, "creator").as_deref().and_then(Fault::by_id) {
                Some(fault) => {
                    // Remove the fault from the query, so that the normal response lists all images.
                    let others = query.split('&').filter(|pair| !pair.starts_with("creator="));
                    let query = others.collect::<Vec<_>>().join("&");
                    let normal = listing::cursor_list(shared, &query, faulty).await;
                    fault_response::respond(fault, shared, connection, normal).await
                }
                None => listing::cursor_list(shared, query, faulty).await,
            }
        }
        ["v1"] => listing::numbered_list(shared, query).await,
        ["v1", id] => match Fault::by_id(id) {
            Some(fault) => fault_response::respond(fault, shared, connection, image(shared, id)).await,
            None => image(shared, id),
        },
        ["v1", id, "blob"] => match shared.store.find(id).and_then(|record| record.picture) {
            Some(picture) => delivery::original(shared, picture).await,
            None => not_found(id),
        },
        _ => no_route("images"),
    }
}

/// One image; includes drafts.
fn image(shared: &Shared, id: &str) -> Response {
    match shared.store.find(id) {
        Some(record) if id == DEPRECATION_NOTE_ID => {
            let note = json!({
                "code": 5411,
                "message": "Numbers in custom metadata will be returned as strings from 2027-06-01",
                "documentation_url": "https://developers.cloudflare.com/images/upload-images/",
                "source": { "pointer": "/meta/sku" },
            });
            success_with_messages(record.to_json(&shared.base), vec![note])
        }
        Some(record) => success(record.to_json(&shared.base)),
        None => not_found(id),
    }
}

/// No such image. Both forms were observed at the live service. Here, an ID in the form of a UUID gets the
/// envelope, any other the plain text.
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
    (shared.store.len() + 1).next_multiple_of(100_000)
}
