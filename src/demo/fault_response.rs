//! Responses with a fault.

use std::convert::Infallible;
use std::sync::atomic::Ordering;

use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::http::header::CONTENT_LENGTH;
use axum::response::Response;
use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};

use super::connection::ConnectionHandle;
use super::fault::Fault;
use super::response::{
    failure, failures, html, json as json_text, rate_limited, success, with_header, with_type,
};
use super::state::Shared;
use super::{ACCOUNT_ID, SAMPLE_ID};

/// `normal` is the response without the fault.
pub(super) async fn respond(
    fault: Fault,
    shared: &Shared,
    connection: &ConnectionHandle,
    normal: Response,
) -> Response {
    let ok = StatusCode::OK;
    let internal = || failure(StatusCode::INTERNAL_SERVER_ERROR, 10000, "Internal error");
    match fault {
        Fault::Html500 => html(StatusCode::INTERNAL_SERVER_ERROR),
        Fault::Internal => internal(),
        Fault::Html502 => html(StatusCode::BAD_GATEWAY),
        Fault::RateLimited => rate_limited(1),
        Fault::LongRateLimit => rate_limited(240),
        Fault::Unauthorized => {
            failure(StatusCode::FORBIDDEN, 9109, "Unauthorized to access requested resource")
        }
        Fault::Flaky if shared.flaky.fetch_add(1, Ordering::Relaxed) % 3 < 2 => internal(),
        Fault::FlakyCut if shared.flaky_cut.fetch_add(1, Ordering::Relaxed) % 3 < 2 => truncated_body(true),
        Fault::OtherId => match shared.store.find(SAMPLE_ID) {
            Some(sample) => success(sample.to_json(&shared.base)),
            None => normal,
        },
        Fault::AccessNull => with_access(normal, Some(Value::Null)).await,
        Fault::AccessMissing => with_access(normal, None).await,
        Fault::Errors => failures(StatusCode::BAD_REQUEST, errors()),
        Fault::Messages => edit_envelope(normal, |envelope| envelope["messages"] = messages().into()).await,
        Fault::Reset => {
            connection.reset();
            std::future::pending().await
        }
        Fault::Hang => std::future::pending().await,
        Fault::Cut => truncated_body(true),
        Fault::Slow => truncated_body(false),
        Fault::Half => {
            json_text(ok, r#"{"result":{"id":"107b9558-dd06-4bbd-5fef-9c2c16bb7900","filename":"lo"#)
        }
        Fault::Empty => json_text(ok, ""),
        Fault::Challenge => {
            let page = "<!DOCTYPE html><html lang=\"en-US\"><head><title>Just a moment...</title></head>\
                        <body><noscript>Enable JavaScript and cookies to continue</noscript></body></html>";
            let page = with_type(StatusCode::FORBIDDEN, "text/html; charset=UTF-8", page.into());
            with_header(page, "cf-mitigated", "challenge")
        }
        Fault::Array => json_text(ok, "[]"),
        Fault::NoId => success(json!({ "count": { "current": 1, "allowed": 100_000 } })),
        Fault::Null => success(()),
        Fault::Types => json_text(ok, TYPES),
        Fault::Deep => {
            let (open, close) = ("[".repeat(10_000), "]".repeat(10_000));
            let image =
                format!(r#"{{"id":"fault-deep","filename":"deep.png","meta":{{"deep":{open}{close}}}}}"#);
            json_text(ok, format!(r#"{{"result":{image},"success":true,"errors":[],"messages":[]}}"#))
        }
        Fault::LongName => {
            let name = format!("{}.png", "x".repeat(996));
            success(json!({ "id": "fault-long-name", "filename": name, "requireSignedURLs": false }))
        }
        Fault::CodeError => json_text(StatusCode::BAD_REQUEST, r#"{"code":1001,"error":"Bad request"}"#),
        Fault::Huge => huge(),
        Fault::Redirect => {
            // The same server under another name, so that `requests` shows whether the client followed, and
            // with which headers.
            let place = format!(
                "http://localhost:{}/client/v4/accounts/{ACCOUNT_ID}/images/v1/moved",
                shared.addr.port()
            );
            with_header(with_type(StatusCode::FOUND, "text/plain", Body::empty()), "location", &place)
        }
        // It is a flaky fault's turn to succeed, or only delivery differs.
        Fault::Flaky | Fault::FlakyCut | Fault::Delivery => normal,
    }
}

const TYPES: &str = r#"{"result":{"id":"fault-types","filename":42,"meta":"text","creator":["a"],"uploaded":1700000000,
"requireSignedURLs":"yes","variants":{"public":true},"draft":"no"},"success":true,"errors":[],"messages":[]}"#;

/// Changes the envelope of a normal response.
async fn edit_envelope(normal: Response, edit: impl FnOnce(&mut Value)) -> Response {
    let (status, body) = (normal.status(), normal.into_body());
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let Ok(mut envelope) = serde_json::from_slice(&bytes) else { return json_text(status, bytes) };
    edit(&mut envelope);
    json_text(status, envelope.to_string())
}

/// Sets the access of an image, or of all images of a list; `None` removes it.
async fn with_access(normal: Response, access: Option<Value>) -> Response {
    edit_envelope(normal, |envelope| {
        let result = &mut envelope["result"];
        let images = match result.get_mut("images").and_then(Value::as_array_mut) {
            Some(images) => images.as_mut_slice(),
            None => std::slice::from_mut(result),
        };
        for image in images.iter_mut().filter_map(Value::as_object_mut) {
            image.remove("requireSignedURLs");
            image.extend(access.clone().map(|access| ("requireSignedURLs".to_owned(), access)));
        }
    })
    .await
}

/// Errors with every possible field, in plain and in hostile text.
fn errors() -> Vec<Value> {
    let docs = "https://developers.cloudflare.com/api/resources/images/";
    vec![
        json!({
            "code": 5400, "message": "Metadata must be an object", "documentation_url": docs,
            "source": { "pointer": "/meta" },
        }),
        json!({
            "code": 5455, "message": "Custom IDs cannot require signed URLs", "documentation_url": docs,
            "source": { "pointer": "/requireSignedURLs" },
            "error_chain": [{ "code": 5456, "message": "The image has a custom ID" }],
        }),
        json!({
            "code": 5457, "message": "Bad\u{1b}]0;owned\u{7} name\u{202e}", "documentation_url": format!("{docs}\u{1b}[2J"),
            "source": { "pointer": "/file\u{9b}31mname" },
        }),
    ]
}

fn messages() -> Vec<Value> {
    let message = |number: usize, text: &str| {
        json!({
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
    let mut response = json_text(StatusCode::OK, Body::from_stream(parts));
    response.headers_mut().insert(CONTENT_LENGTH, (HALF.len() * 2).into());
    response
}

/// A gigabyte that could be an image until its end.
fn huge() -> Response {
    let spaces = Bytes::from(vec![b' '; 1 << 16]);
    let rest = stream::repeat(spaces).take((1 << 30) >> 16);
    let first = stream::iter([Bytes::from(r#"{"result":{"id":"fault-huge","filename":""#)]);
    json_text(StatusCode::OK, Body::from_stream(first.chain(rest).map(Ok::<_, Infallible>)))
}
