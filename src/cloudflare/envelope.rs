//! Parses API responses: the envelope, and everything that has been seen in its place.

use serde_json::value::RawValue;
use tokio::task::JoinError;

use super::error::{Code, Error, ResponseInfo, UnexpectedResponse, is_permanent};
use super::http_headers;
use super::transport::ApiResponse;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::redacted;
use crate::domain::width::cut_end;
use crate::domain::{Account, AccountId, ApiMessage, Json};

/// The largest response to parse on the current thread, in bytes. Parsing it takes a tenth of a frame.
const MAX_INLINE_BYTES: usize = 64 * 1024;

/// The width of the API's own text in a message, in columns.
const MAX_WORDS: usize = 200;

/// How many entries of `errors` and of `messages` to read per response.
pub(super) const MAX_CODES: usize = 8;

/// The codes of a rate limit, whatever the status.
const RATE_LIMIT: &[&str] = &["971", "10429"];

/// The envelope of a successful response.
pub(super) struct Envelope {
    /// `result` as received: any JSON but null.
    pub(super) result: String,
    /// `result_info.total_pages`.
    pub(super) total_pages: Option<u64>,
    /// From `messages`, without the notice of a token check. Also from `errors`, if the envelope claims success
    /// nevertheless.
    pub(super) messages: Vec<ApiMessage>,
    pub(super) response_info: ResponseInfo,
}

impl Envelope {
    /// The error for an envelope with an unexpected result.
    pub(super) fn unexpected(&self, unexpected: UnexpectedResponse) -> Error {
        Error::Unexpected { response_info: self.response_info.clone(), unexpected }
    }
}

/// Parses a response: returns what `read` extracts from the envelope, and the envelope's messages. Large
/// responses are parsed on another thread, so that the event loop stays responsive.
pub(super) async fn read_as<T: Send + 'static>(
    response: ApiResponse,
    read: fn(&Envelope) -> Result<T, Error>,
) -> Result<(T, Vec<ApiMessage>), Error> {
    let large = response.body.len() > MAX_INLINE_BYTES;
    let read = move || {
        let envelope = self::read(response)?;
        Ok((read(&envelope)?, envelope.messages))
    };
    if !large {
        return read();
    }
    match tokio::task::spawn_blocking(read).await.map_err(JoinError::try_into_panic) {
        Ok(read) => read,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // The runtime is shutting down, and this task with it.
        Err(Err(_)) => std::future::pending().await,
    }
}

/// Parses a response. Any field may be null, absent or of another type. A success needs a 2xx status, a result,
/// and nothing that contradicts it.
fn read(response: ApiResponse) -> Result<Envelope, Error> {
    // One invalid byte in a name should not lose the rest.
    let body = String::from_utf8_lossy(&response.body);
    let body = body.trim_start_matches('\u{feff}').trim();
    let response_info = response.response_info;
    let members = Json::members(body);
    let is_object = !members.is_empty() || (body.starts_with('{') && Json::parse(body).is_some());
    if !is_object {
        return Err(no_object(body, response_info, response.html, response.header_code.as_deref()));
    }
    let (mut success, mut result, mut codes, mut total_pages) = (None, None, Vec::new(), None);
    let (mut is_envelope, mut code, mut text) = (false, String::new(), String::new());
    let mut messages = Vec::new();
    for (key, value) in members {
        is_envelope |= matches!(key.as_str(), "success" | "result" | "errors");
        match key.as_str() {
            "success" => success = serde_json::from_str::<bool>(value.get()).ok(),
            "result" if value.get() != "null" => result = Some(value),
            "errors" => read_messages(value.get(), &mut codes),
            "messages" => read_messages(value.get(), &mut messages),
            "result_info" => {
                total_pages =
                    Json::parse(value.get()).and_then(|info| member(info, "total_pages")).and_then(number);
            }
            // Some gateways respond with `{code, error}` and no envelope.
            "code" => code = digits(Json::parse(value.get())).unwrap_or_default(),
            "error" | "message" => {
                if let Some(Json::Text(words)) = Json::parse(value.get()) {
                    text = words;
                }
            }
            _ => {}
        }
    }
    if codes.is_empty() && !is_envelope && !code.is_empty() {
        codes.push(ApiMessage::new(&code, &text, None, None));
        is_envelope = true;
    }
    if !is_envelope && response_info.status != 429 {
        // Another program's JSON, for example because the base URL is wrong.
        return Err(Error::Unexpected { response_info, unexpected: UnexpectedResponse::Foreign });
    }
    let ok = (200..300).contains(&response_info.status) && success.unwrap_or(codes.is_empty());
    messages.retain(|message| !message.is_token_notice());
    match result.map(RawValue::get) {
        Some(result) if ok => {
            messages.splice(..0, codes);
            Ok(Envelope { result: result.to_owned(), total_pages, messages, response_info })
        }
        None if ok => Err(Error::Unexpected { response_info, unexpected: UnexpectedResponse::NoResult }),
        _ => Err(refused(response_info, codes, messages)),
    }
}

/// A member of an object; the last one if the name is repeated.
pub(super) fn member(json: Json, key: &str) -> Option<Json> {
    let Json::Object(members) = json else { return None };
    members.into_iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
}

/// A non-negative integer, written as a number or as a string: `7`, `"7"`, `7.0`, `1e5`.
pub(super) fn number(json: Json) -> Option<u64> {
    let (Json::Number(text) | Json::Text(text)) = json else { return None };
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        let is_count = number.is_finite() && number >= 0.0 && number.fract() == 0.0;
        is_count.then(|| format!("{:.0}", number.abs()))?.parse().ok()
    })
}

/// Parses an account; `None` if it has no valid ID.
pub(super) fn account(json: Json) -> Option<Account> {
    let Json::Object(members) = json else { return None };
    let (mut id, mut name) = (None, String::new());
    for (key, value) in members {
        match (key.as_str(), value) {
            ("id", Json::Text(text)) => id = AccountId::parse(&text).ok(),
            ("name", Json::Text(text)) => name = text,
            _ => {}
        }
    }
    Some(Account { id: id?, name })
}

fn no_object(body: &str, response_info: ResponseInfo, html: bool, header_code: Option<&str>) -> Error {
    let code = plain_code(body).or_else(|| header_code.map(Code::bare));
    if let Some(Code { code, words }) = code {
        let code = ApiMessage { code, text: words, ..ApiMessage::default() };
        return refused(response_info, vec![code], Vec::new());
    }
    if response_info.status == 429 {
        return refused(response_info, Vec::new(), Vec::new());
    }
    let unexpected = if body.is_empty() {
        UnexpectedResponse::Empty
    } else if html || body.starts_with('<') {
        UnexpectedResponse::Html
    } else if Json::parse(body).is_none() && body.starts_with(['{', '[', '"']) {
        UnexpectedResponse::Cut
    } else {
        UnexpectedResponse::Foreign
    };
    Error::Unexpected { response_info, unexpected }
}

/// The code of a plain-text error: `ERROR 5404: Image not found`, or the edge's `error code: 1015`.
pub(super) fn plain_code(body: &str) -> Option<Code> {
    let line = body.lines().next()?;
    let rest = line.strip_prefix("ERROR ").or_else(|| line.strip_prefix("error code: "))?;
    let (code, text) = rest.split_once(':').unwrap_or((rest, ""));
    http_headers::is_code(code.trim())
        .then(|| Code { code: code.trim().to_owned(), words: shorten(text.trim()) })
}

fn refused(response_info: ResponseInfo, codes: Vec<ApiMessage>, messages: Vec<ApiMessage>) -> Error {
    let is_rate_limit = response_info.status == 429 && !is_permanent(response_info.status, &codes);
    if is_rate_limit || ApiMessage::any(&codes, RATE_LIMIT) {
        Error::RateLimited { response_info, codes }
    } else {
        Error::Refused { response_info, codes, messages }
    }
}

/// Reads the entries of `errors` or `messages`, each followed by its `error_chain`. Reads one more than
/// [`MAX_CODES`], so that the message can say that there are more. Entries are parsed one by one, because all of
/// them may be too large.
fn read_messages(entries: &str, into: &mut Vec<ApiMessage>) {
    match serde_json::from_str::<Vec<&RawValue>>(entries) {
        Ok(entries) => {
            for entry in entries {
                if into.len() > MAX_CODES {
                    break;
                }
                read_message(entry.get(), into);
            }
        }
        Err(_) => read_message(entries, into),
    }
}

fn read_message(entry: &str, into: &mut Vec<ApiMessage>) {
    let string = |json: &str| serde_json::from_str::<String>(json).ok();
    let (mut code, mut text, mut pointer, mut link, mut chain) = (None, string(entry), None, None, None);
    for (key, value) in Json::members(entry) {
        let value = value.get();
        match key.as_str() {
            "code" => code = any_code(Json::parse(value)),
            "message" => text = string(value).or(text),
            "documentation_url" => link = string(value).or(link),
            "source" => {
                let inside = Json::members(value).into_iter().rev().find(|(key, _)| key == "pointer");
                pointer = string(inside.map_or(value, |(_, pointer)| pointer.get())).or(pointer);
            }
            "error_chain" => chain = Some(value),
            _ => {}
        }
    }
    let message = ApiMessage::new(
        &code.unwrap_or_default(),
        &text.unwrap_or_default(),
        pointer.as_deref(),
        link.as_deref(),
    );
    if !message.is_empty() && !into.contains(&message) {
        into.push(message);
    }
    if let Some(chain) = chain.filter(|_| into.len() <= MAX_CODES) {
        read_messages(chain, into);
    }
}

/// A code in an envelope: `7003`, `"7003"`, or a word.
fn any_code(code: Option<Json>) -> Option<String> {
    match code? {
        Json::Number(text) | Json::Text(text) => Some(text),
        _ => None,
    }
}

fn digits(code: Option<Json>) -> Option<String> {
    any_code(code).filter(|text| http_headers::is_code(text))
}

fn shorten(text: &str) -> String {
    cut_end(&sanitize(&redacted(text)), MAX_WORDS).into_owned()
}
