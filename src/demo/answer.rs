//! The shapes of answers: envelopes, plain text, HTML.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};

/// An envelope around a result; `extra` is what a successful answer tells beside it.
#[derive(Serialize)]
struct Envelope<T> {
    result: T,
    success: bool,
    errors: Vec<Value>,
    messages: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_info: Option<Value>,
}

/// A successful answer.
pub(super) fn success(result: impl Serialize) -> Response {
    enveloped(StatusCode::OK, result, Vec::new(), Vec::new(), None)
}

/// A successful answer with a message beside the result.
pub(super) fn success_saying(result: impl Serialize, message: Value) -> Response {
    enveloped(StatusCode::OK, result, Vec::new(), vec![message], None)
}

/// A successful answer that is one page of several.
pub(super) fn page(result: impl Serialize, result_info: Value) -> Response {
    enveloped(StatusCode::OK, result, Vec::new(), Vec::new(), Some(result_info))
}

/// A failure with one error.
pub(super) fn failure(status: StatusCode, code: u32, message: &str) -> Response {
    failures(status, vec![json!({ "code": code, "message": message })])
}

/// A failure with errors as they are.
pub(super) fn failures(status: StatusCode, errors: Vec<Value>) -> Response {
    enveloped(status, Value::Null, errors, Vec::new(), None)
}

/// A parameter that the API does not take.
pub(super) fn bad_parameter(message: &str) -> Response {
    failure(StatusCode::BAD_REQUEST, 5400, message)
}

fn enveloped(
    status: StatusCode,
    result: impl Serialize,
    errors: Vec<Value>,
    messages: Vec<Value>,
    result_info: Option<Value>,
) -> Response {
    let envelope = Envelope { result, success: status.is_success(), errors, messages, result_info };
    json(status, serde_json::to_vec(&envelope).expect("an answer holds nothing that JSON cannot"))
}

/// JSON as it is, which need not be JSON at all.
pub(super) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    with_type(status, "application/json", body.into())
}

/// A page as a proxy makes it.
pub(super) fn html(status: StatusCode) -> Response {
    let title = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or("Error"));
    let body = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
         <hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n"
    );
    with_type(status, "text/html; charset=UTF-8", body.into())
}

/// The images service's own plain text, with its code in the header `cf-images`.
pub(super) fn plain_error(status: StatusCode, code: u32, message: &str) -> Response {
    let body = format!("ERROR {code}: {message}\n");
    let response = with_type(status, "text/plain; charset=utf-8", body.into());
    with_header(response, "cf-images", &format!("err={code}"))
}

/// A body of a given type.
pub(super) fn with_type(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// The answer with one more header; its name is in lower case.
pub(super) fn with_header(mut response: Response, name: &'static str, value: &str) -> Response {
    let value = HeaderValue::from_str(value).expect("headers of this server are plain ASCII");
    response.headers_mut().insert(HeaderName::from_static(name), value);
    response
}
