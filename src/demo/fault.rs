//! Faulty API responses: at random with `fail`, or requested by image ID.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::Response;
use futures_util::stream::{self, StreamExt};
use serde_json::Value;

use super::connection::ConnectionHandle;
use super::delivery_fault::DeliveryFault;
use super::record::Record;
use super::response::{failure, failures, html, json, success, with_header, with_type};
use super::state::Shared;
use super::synthetic::splitmix64;
use super::{ACCOUNT_ID, Options, SAMPLE_ID, api};

/// The image that is delivered in flexible variants. It keeps the size of `public`; the options only affect the
/// warnings.
pub(super) const FLEXIBLE_ID: &str = "fault-flexible";

/// Image IDs that produce a fault, with a description of the fault. Credentials are checked first. The list
/// produces the same faults with `creator=ID`. [`super::delivery_fault_id`] makes more IDs, for delivery errors.
pub const FAULT_IDS: &[(&str, &str)] = &[
    ("fault-500", "500 with an error envelope, code 10000"),
    ("fault-html", "502 with an HTML page"),
    ("fault-429", "429, code 971, to be tried again after 1 second"),
    ("fault-429-long", "429, code 971, to be tried again after 240 seconds"),
    ("fault-403", "403, code 9109"),
    ("fault-flaky", "500 twice, then an image like the sample, and so on in turn"),
    ("fault-reset", "the connection is reset before any answer"),
    ("fault-cut", "the connection breaks off in the middle of the body"),
    ("fault-half", "a whole answer whose JSON stops half-way"),
    ("fault-empty", "200 with an empty body"),
    ("fault-challenge", "403 with the page that bots get, and cf-mitigated"),
    ("fault-array", "200 with [] in the place of the envelope"),
    ("fault-no-id", "200 with a result that is no image"),
    ("fault-null", "200 with a result that is null"),
    ("fault-types", "200 with an image whose fields are of the wrong types"),
    ("fault-deep", "200 with metadata that is nested 10 000 deep"),
    ("fault-long-name", "200 with a file name of 1000 characters, four times what is allowed"),
    ("fault-code-error", "400 with {code, error} and no envelope"),
    ("fault-huge", "200 with a body of a gigabyte"),
    ("fault-slow", "half a body, and then nothing more"),
    ("fault-hang", "no answer at all, on a connection that stays open"),
    ("fault-redirect", "302 to another host name"),
    ("fault-flaky-cut", "a body that breaks off twice, then the sample image, and so on in turn"),
    ("fault-other-id", "200 with another image than was asked for"),
    ("fault-access-null", "200 with requireSignedURLs null"),
    ("fault-access-missing", "200 without requireSignedURLs"),
    ("fault-errors", "400 with three errors, with documentation_url, source.pointer and error_chain"),
    ("fault-messages", "200 with forty messages, of which some are long or hold escape sequences"),
    (FLEXIBLE_ID, "an image whose flexible variants are delivered, as if they were on, with due warnings"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Internal,
    Html500,
    Html502,
    Limited {
        seconds: u64,
    },
    Unauthorized,
    Flaky,
    Reset,
    Cut,
    Half,
    Empty,
    Challenge,
    Array,
    NoId,
    Null,
    Types,
    Deep,
    LongName,
    CodeError,
    Huge,
    Slow,
    Hang,
    Redirect,
    FlakyCut,
    OtherId,
    AccessNull,
    AccessMissing,
    Errors,
    Messages,
    /// The API's response is normal; delivery fails
    Delivery,
}

/// The faults that `fail` chooses from.
const RANDOM_FAULTS: [Fault; 7] = [
    Fault::Html500,
    Fault::Html502,
    Fault::Limited { seconds: 1 },
    Fault::Half,
    Fault::Reset,
    Fault::Empty,
    Fault::Challenge,
];

impl Fault {
    /// The fault for the request with this number, if any. Depends only on the seed and the number.
    pub(super) fn random(options: &Options, number: u64) -> Option<Self> {
        if options.fail <= 0.0 {
            return None;
        }
        let bits = splitmix64(options.seed.rotate_left(8) ^ number);
        // 32 bits are exact in a float, and precise enough for a share.
        let share = f64::from(u32::try_from(bits >> 32).unwrap_or_default()) / f64::from(u32::MAX);
        let index = usize::try_from(splitmix64(bits) % RANDOM_FAULTS.len() as u64).unwrap_or_default();
        (share <= options.fail).then(|| RANDOM_FAULTS[index])
    }

    /// The fault that an image ID requests.
    pub(super) fn by_id(id: &str) -> Option<Self> {
        Some(match id.strip_prefix("fault-")? {
            "500" => Self::Internal,
            "html" => Self::Html502,
            "429" => Self::Limited { seconds: 1 },
            "429-long" => Self::Limited { seconds: 240 },
            "403" => Self::Unauthorized,
            "flaky" => Self::Flaky,
            "reset" => Self::Reset,
            "cut" => Self::Cut,
            "half" => Self::Half,
            "empty" => Self::Empty,
            "challenge" => Self::Challenge,
            "array" => Self::Array,
            "no-id" => Self::NoId,
            "null" => Self::Null,
            "types" => Self::Types,
            "deep" => Self::Deep,
            "long-name" => Self::LongName,
            "code-error" => Self::CodeError,
            "huge" => Self::Huge,
            "slow" => Self::Slow,
            "hang" => Self::Hang,
            "redirect" => Self::Redirect,
            "flaky-cut" => Self::FlakyCut,
            "other-id" => Self::OtherId,
            "access-null" => Self::AccessNull,
            "access-missing" => Self::AccessMissing,
            "errors" => Self::Errors,
            "messages" => Self::Messages,
            _ if id == FLEXIBLE_ID || DeliveryFault::by_id(id).is_some() => Self::Delivery,
            _ => return None,
        })
    }

    /// `normal` is the response without the fault.
    pub(super) async fn respond(
        self,
        shared: &Arc<Shared>,
        connection: &ConnectionHandle,
        normal: Response,
    ) -> Response {
        let ok = StatusCode::OK;
        match self {
            Self::Internal => failure(StatusCode::INTERNAL_SERVER_ERROR, 10000, "Internal error"),
            Self::Html500 => html(StatusCode::INTERNAL_SERVER_ERROR),
            Self::Html502 => html(StatusCode::BAD_GATEWAY),
            Self::Limited { seconds } => api::rate_limited(seconds),
            Self::Unauthorized => {
                failure(StatusCode::FORBIDDEN, 9109, "Unauthorized to access requested resource")
            }
            Self::Flaky if shared.flaky.fetch_add(1, Ordering::Relaxed) % 3 < 2 => {
                failure(StatusCode::INTERNAL_SERVER_ERROR, 10000, "Internal error")
            }
            Self::FlakyCut if shared.flaky_cut.fetch_add(1, Ordering::Relaxed) % 3 < 2 => {
                truncated_body(true)
            }
            Self::Flaky | Self::FlakyCut | Self::Delivery => normal,
            Self::OtherId => api::image(shared, SAMPLE_ID),
            Self::AccessNull => {
                edit_envelope(normal, |envelope| set_access(envelope, Some(&Value::Null))).await
            }
            Self::AccessMissing => edit_envelope(normal, |envelope| set_access(envelope, None)).await,
            Self::Errors => failures(StatusCode::BAD_REQUEST, errors()),
            Self::Messages => {
                edit_envelope(normal, |envelope| envelope["messages"] = messages().into()).await
            }
            Self::Reset | Self::Hang => {
                if self == Self::Reset {
                    connection.reset();
                }
                std::future::pending().await
            }
            Self::Cut | Self::Slow => truncated_body(self == Self::Cut),
            Self::Half => {
                json(ok, r#"{"result":{"id":"107b9558-dd06-4bbd-5fef-9c2c16bb7900","filename":"lo"#)
            }
            Self::Empty => json(ok, ""),
            Self::Challenge => {
                let page = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a moment...</title></head>\
                            <body><noscript>Enable JavaScript and cookies to continue</noscript></body></html>";
                let page = with_type(StatusCode::FORBIDDEN, "text/html; charset=UTF-8", page.into());
                with_header(page, "cf-mitigated", "challenge")
            }
            Self::Array => json(ok, "[]"),
            Self::NoId => success(serde_json::json!({ "count": { "current": 1, "allowed": 100_000 } })),
            Self::Null => success(()),
            Self::Types => json(ok, TYPES),
            Self::Deep => {
                let (open, close) = ("[".repeat(10_000), "]".repeat(10_000));
                let image =
                    format!(r#"{{"id":"fault-deep","filename":"deep.png","meta":{{"deep":{open}{close}}}}}"#);
                json(ok, format!(r#"{{"result":{image},"success":true,"errors":[],"messages":[]}}"#))
            }
            Self::LongName => {
                let name = format!("{}.png", "x".repeat(996));
                success(
                    serde_json::json!({ "id": "fault-long-name", "filename": name, "requireSignedURLs": false }),
                )
            }
            Self::CodeError => json(StatusCode::BAD_REQUEST, r#"{"code":1001,"error":"Bad request"}"#),
            Self::Huge => huge(),
            Self::Redirect => {
                // The same server under another name, so that `requests` shows whether the client followed, and
                // with which headers.
                let place = format!(
                    "http://localhost:{}/client/v4/accounts/{ACCOUNT_ID}/images/v1/moved",
                    shared.addr.port()
                );
                with_header(with_type(StatusCode::FOUND, "text/plain", Body::empty()), "location", &place)
            }
        }
    }
}

const TYPES: &str = r#"{"result":{"id":"fault-types","filename":42,"meta":"text","creator":["a"],"uploaded":1700000000,
"requireSignedURLs":"yes","variants":{"public":true},"draft":"no"},"success":true,"errors":[],"messages":[]}"#;

/// The image of a fault: the sample under the fault's ID. `None` if the fault has no image.
pub(super) fn record(shared: &Shared, id: &str) -> Option<Record> {
    use Fault::{AccessMissing, AccessNull, Delivery, Flaky, FlakyCut, Messages};
    if !matches!(Fault::by_id(id)?, Flaky | FlakyCut | AccessNull | AccessMissing | Messages | Delivery) {
        return None;
    }
    let mut record = shared.store.find(SAMPLE_ID)?;
    record.id = id.to_owned().into();
    record.private = DeliveryFault::by_id(id).is_some_and(|fault| fault.signed);
    Some(record)
}

/// Changes the envelope of a normal response.
async fn edit_envelope(normal: Response, edit: impl FnOnce(&mut Value)) -> Response {
    let (status, body) = (normal.status(), normal.into_body());
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut envelope) = serde_json::from_slice(&bytes) else { return json(status, bytes) };
    edit(&mut envelope);
    json(status, envelope.to_string())
}

/// Sets the access of an image, or of all images of a list; `None` removes it.
fn set_access(envelope: &mut Value, access: Option<&Value>) {
    let result = &mut envelope["result"];
    let images = match result.get_mut("images").and_then(Value::as_array_mut) {
        Some(images) => images.as_mut_slice(),
        None => std::slice::from_mut(result),
    };
    for image in images.iter_mut().filter_map(Value::as_object_mut) {
        match access {
            Some(value) => image.insert("requireSignedURLs".to_owned(), value.clone()),
            None => image.remove("requireSignedURLs"),
        };
    }
}

/// Errors with every possible field, in plain and in hostile text.
fn errors() -> Vec<Value> {
    let docs = "https://developers.cloudflare.com/api/resources/images/";
    vec![
        serde_json::json!({
            "code": 5400, "message": "Metadata must be an object", "documentation_url": docs,
            "source": { "pointer": "/meta" },
        }),
        serde_json::json!({
            "code": 5455, "message": "Custom IDs cannot require signed URLs", "documentation_url": docs,
            "source": { "pointer": "/requireSignedURLs" },
            "error_chain": [{ "code": 5456, "message": "The image has a custom ID" }],
        }),
        serde_json::json!({
            "code": 5457, "message": "Bad\u{1b}]0;owned\u{7} name\u{202e}", "documentation_url": format!("{docs}\u{1b}[2J"),
            "source": { "pointer": "/file\u{9b}31mname" },
        }),
    ]
}

fn messages() -> Vec<Value> {
    let message = |number: usize, text: &str| {
        serde_json::json!({
            "code": 5500 + number, "message": text, "type": null,
            "documentation_url": "https://developers.cloudflare.com/images/", "source": { "pointer": "/meta" },
        })
    };
    let first = [
        "The field filename is deprecated",
        "\u{1b}[2J\u{1b}]0;owned\u{7} note\u{202e}",
        &"long ".repeat(1000),
    ];
    let rest = (first.len()..40).map(|number| message(number, "One note of many"));
    (0..).zip(first).map(|(number, text)| message(number, text)).chain(rest).collect()
}

/// The first half of an image with a `Content-Length` that promises more. Then the connection breaks, or stays
/// open without data.
fn truncated_body(breaks: bool) -> Response {
    const HALF: &str = r#"{"result":{"id":"fault-cut","filename":"half"#;
    let end = async move {
        if !breaks {
            std::future::pending::<()>().await;
        }
        // The half must be sent before the connection breaks.
        tokio::task::yield_now().await;
        Err(std::io::Error::from(std::io::ErrorKind::BrokenPipe))
    };
    let parts = stream::iter([Ok(HALF)]).chain(stream::once(end));
    let mut response = json(StatusCode::OK, Body::from_stream(parts));
    response.headers_mut().insert(CONTENT_LENGTH, (HALF.len() * 2).into());
    response
}

/// A gigabyte that could be an image until its end.
fn huge() -> Response {
    const PART: &str = concat!(
        "                                                                ",
        "                                                                ",
        "                                                                ",
        "                                                                "
    );
    let first =
        stream::iter([Ok::<_, std::io::Error>(r#"{"result":{"id":"fault-huge","filename":""#.to_owned())]);
    let rest = stream::repeat_with(|| Ok(PART.repeat(256))).take((1 << 30) / (PART.len() * 256));
    json(StatusCode::OK, Body::from_stream(first.chain(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_id_knows_exactly_the_listed_ids() {
        for (id, _) in FAULT_IDS {
            assert!(Fault::by_id(id).is_some(), "{id}");
        }
        assert_eq!(Fault::by_id("fault-unheard-of"), None);
        assert_eq!(Fault::by_id("logo"), None);
    }

    #[test]
    fn random_faults_follow_share_and_seed() {
        let draw = |fail, seed| -> Vec<Option<Fault>> {
            let options = Options { fail, seed, ..Options::default() };
            (0..2000).map(|number| Fault::random(&options, number)).collect()
        };
        let faults = draw(0.25, 7);
        let share = faults.iter().flatten().count();
        assert!((400..600).contains(&share), "{share}");
        assert!(RANDOM_FAULTS.iter().all(|fault| faults.contains(&Some(*fault))));
        assert_eq!(faults, draw(0.25, 7));
        assert_ne!(faults, draw(0.25, 8));
        assert!(draw(0.0, 7).iter().all(Option::is_none));
        assert!(draw(1.0, 7).iter().all(Option::is_some));
    }
}
