//! The two lists: with continuation tokens, and the older one with page numbers.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::filter::Filter;
use super::query::{BadParameter, descending, integer, parameter, parameters};
use super::record::{ImageJson, Record};
use super::response::{bad_parameter, failure, success, success_with_messages};
use super::state::Shared;

/// The allowed page sizes.
const PER_PAGE: std::ops::RangeInclusive<usize> = 10..=10_000;

/// `…/images/v2`: pages linked by continuation tokens. If `endless`, every page is the first again, with a new cursor.
pub(super) async fn cursor_list(shared: &Arc<Shared>, query: &str, endless: bool) -> Response {
    spawn_page(shared, query, move |shared, query| {
        let filter = Filter::parse(query)?;
        let per_page = integer(query, "per_page", PER_PAGE, 1000)?;
        let ascending = !descending(query, "sort_order", true)?;
        let listing = Listing { shared, filter, ascending };
        let from = match parameter(query, "continuation_token") {
            Some(token) => listing
                .parse_token(query, &token)
                .ok_or_else(|| BadParameter::new("continuation_token", "Invalid continuation token"))?,
            None => 0,
        };
        let (records, next) = if endless {
            (listing.page(0, per_page).0, Some(from.saturating_add(1)))
        } else {
            listing.page(from, per_page)
        };
        let continuation_token = next.map_or(Value::Null, |position| listing.token(query, position).into());
        Ok(success(Page {
            images: to_json_list(&records, shared),
            continuation_token: Some(continuation_token),
        }))
    })
    .await
}

/// `…/images/v1`: numbered pages, newest first. A page past the end is empty.
pub(super) async fn numbered_list(shared: &Arc<Shared>, query: &str) -> Response {
    spawn_page(shared, query, |shared, query| {
        let filter = Filter::parse(query)?;
        let per_page = integer(query, "per_page", PER_PAGE, 1000)?;
        let page = integer(query, "page", 1..=usize::MAX, 1)?;
        let listing = Listing { shared, filter, ascending: false };
        let before = (page - 1).saturating_mul(per_page);
        let from = if listing.filter.is_empty() {
            Some(before as u64)
        } else if before == 0 {
            Some(0)
        } else {
            listing.page(0, before).1
        };
        let records = from.map_or_else(Vec::new, |from| listing.page(from, per_page).0);
        let page = Page { images: to_json_list(&records, shared), continuation_token: None };
        Ok(success_with_messages(page, vec![deprecation_note()]))
    })
    .await
}

/// Computes a page on a blocking thread. Ten thousand images take a while, and other responses must not wait.
async fn spawn_page(
    shared: &Arc<Shared>,
    query: &str,
    page: impl FnOnce(&Shared, &str) -> Result<Response, BadParameter> + Send + 'static,
) -> Response {
    let (shared, query) = (Arc::clone(shared), query.to_owned());
    match tokio::task::spawn_blocking(move || page(&shared, &query)).await {
        Ok(Ok(response)) => response,
        Ok(Err(refusal)) => bad_parameter(5400, &refusal),
        Err(_) => failure(StatusCode::INTERNAL_SERVER_ERROR, 10000, "Internal error"),
    }
}

#[derive(Serialize)]
struct Page<'a> {
    images: Vec<ImageJson<'a>>,
    /// A string, or null at the end; absent in the older list
    #[serde(skip_serializing_if = "Option::is_none")]
    continuation_token: Option<Value>,
}

fn to_json_list<'a>(records: &'a [Record], shared: &Shared) -> Vec<ImageJson<'a>> {
    records.iter().map(|record| record.to_json(&shared.base)).collect()
}

/// The note in every response of the older list.
fn deprecation_note() -> Value {
    serde_json::json!({
        "code": 5410,
        "message": "This endpoint is deprecated: use /accounts/{account_id}/images/v2",
        "documentation_url":
            "https://developers.cloudflare.com/api/resources/images/subresources/v2/methods/list/",
        "source": { "pointer": "/page" },
    })
}

/// The images of a list in order.
struct Listing<'a> {
    shared: &'a Shared,
    filter: Filter,
    ascending: bool,
}

impl Listing<'_> {
    /// Up to `count` images from a position, and the position of the next page, if any.
    fn page(&self, from: u64, count: usize) -> (Vec<Record>, Option<u64>) {
        let length = self.shared.store.len();
        let mut records = Vec::new();
        for position in from..length {
            let record = self.shared.store.at(if self.ascending { position } else { length - 1 - position });
            if self.filter.matches(&record) {
                if records.len() == count {
                    return (records, Some(position));
                }
                records.push(record);
            }
        }
        (records, None)
    }

    /// A token contains a position, and a checksum over the list it belongs to.
    fn token(&self, query: &str, position: u64) -> String {
        let mut token = position.to_be_bytes().to_vec();
        token.extend_from_slice(&self.checksum(query, position));
        URL_SAFE_NO_PAD.encode(token)
    }

    fn parse_token(&self, query: &str, token: &str) -> Option<u64> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let position = u64::from_be_bytes(*bytes.first_chunk()?);
        (bytes[8..] == self.checksum(query, position)).then_some(position)
    }

    fn checksum(&self, query: &str, position: u64) -> [u8; 24] {
        let options = &self.shared.options;
        let mut hash = Sha256::new();
        hash.update(format!("{position} {} {} {}", self.ascending, options.seed, options.images));
        for (key, value) in parameters(query).filter(|(key, _)| key == "creator" || key.starts_with("meta."))
        {
            hash.update(format!("\n{key}={value}"));
        }
        *hash.finalize().first_chunk().expect("SHA-256 has 32 bytes")
    }
}
