//! Lists images page by page: `/accounts/{account}/images/v2`.

use percent_encoding::utf8_percent_encode;
use serde_json::value::RawValue;

use super::envelope::Envelope;
use super::error::{Error, UnexpectedResponse};
use super::{Client, OnWait};
use crate::domain::image_id::RESERVED;
use crate::domain::{Continuation, Image, Json, ListQuery, Page};

/// The longest accepted continuation token, in bytes. It must fit into a URL.
const MAX_TOKEN: usize = 8 * 1024;

impl Client {
    /// One page of the list: the first, or the one after `after`. After an error, the same call requests the same
    /// page again. If a page is too large to read, requests fewer images.
    pub async fn list_page(
        &self,
        query: &ListQuery,
        after: Option<&Continuation>,
        on_wait: &OnWait<'_>,
    ) -> Result<Page, Error> {
        if let Some(endless) = after.and_then(Continuation::endless) {
            return Err(Error::Endless(endless));
        }
        let account = self.account(on_wait).await?;
        let (min, max) = (*ListQuery::PER_PAGE.start(), *ListQuery::PER_PAGE.end());
        let requested = after.map_or(query.first.unwrap_or(query.per_page), Continuation::per_page);
        let mut per_page = requested.clamp(min, max);
        let shrunk = |per_page| per_page < requested.clamp(min, max);
        // Later pages get more retries: a failure there would lose a long list.
        let retry_policy = &self.0.retry_policy;
        let retries = if after.is_some() { retry_policy.page_retries } else { retry_policy.retries };
        let read = loop {
            let path = format!("/accounts/{account}/images/v2?{}", parameters(query, after, per_page));
            match self.get(retries, &path, read, on_wait).await {
                Err(Error::Unexpected { unexpected: UnexpectedResponse::TooLarge, .. }) if per_page > min => {
                    per_page = (per_page / 2).max(min);
                }
                read => break read?,
            }
        };
        if let Some(image) = read.images.iter().find(|image| image.hash().is_some()) {
            self.remember_hash(image);
        }
        // A first page that is small on purpose says nothing about the size of the others.
        if after.is_none() && !shrunk(per_page) {
            per_page = query.per_page.clamp(min, max);
        }
        let mut images = read.images;
        let next = read.token.map(|token| Continuation::after_page(after, token, per_page, &mut images));
        if let (Some(after), None) = (after, &next) {
            after.remove_seen(&mut images);
        }
        Ok(Page { images, skipped: read.skipped, next })
    }
}

/// A page as parsed from the response.
struct ParsedPage {
    images: Vec<Image>,
    skipped: usize,
    token: Option<String>,
}

fn read(envelope: &Envelope) -> Result<ParsedPage, Error> {
    let unexpected = || envelope.unexpected(UnexpectedResponse::NoResult);
    let (mut entries, mut token) = (None, None);
    for (key, value) in Json::members(&envelope.result) {
        match key.as_str() {
            "images" => entries = serde_json::from_str::<Vec<&RawValue>>(value.get()).ok(),
            "continuation_token" => token = Json::parse(value.get()),
            _ => {}
        }
    }
    let token = match token {
        None | Some(Json::Null) => None,
        Some(Json::Text(token) | Json::Number(token)) if token.len() <= MAX_TOKEN => {
            Some(token).filter(|token| !token.is_empty())
        }
        // Treating it as the end would silently lose the rest of the list.
        Some(_) => return Err(unexpected()),
    };
    let entries = entries.ok_or_else(unexpected)?;
    let images: Vec<Image> = entries.iter().filter_map(|entry| Image::read(entry.get()).ok()).collect();
    Ok(ParsedPage { skipped: entries.len() - images.len(), images, token })
}

fn parameters(query: &ListQuery, after: Option<&Continuation>, per_page: u16) -> String {
    let mut parameters = vec![
        ("per_page".to_owned(), per_page.to_string()),
        ("sort_order".to_owned(), order(query).to_owned()),
    ];
    if let Some(creator) = &query.creator {
        parameters.push(("creator".to_owned(), creator.clone()));
    }
    for (key, wanted) in &query.meta {
        let operator = if key.ends_with(']') { "" } else { "[eq]" };
        parameters.push((format!("meta.{key}{operator}"), wanted.clone()));
    }
    if let Some(after) = after {
        parameters.push(("continuation_token".to_owned(), after.token().to_owned()));
    }
    let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let pairs: Vec<_> =
        parameters.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value))).collect();
    pairs.join("&")
}

fn order(query: &ListQuery) -> &'static str {
    if query.newest_first { "desc" } else { "asc" }
}
