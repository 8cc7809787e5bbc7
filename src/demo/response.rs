//! Builds responses: envelopes, plain text, HTML.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Value, json};

use super::query::BadParameter;

#[derive(Serialize)]
struct Envelope<T> {
    result: T,
    success: bool,
    errors: Vec<Value>,
    messages: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    result_info: Option<Value>,
}

pub(super) fn success(result: impl Serialize) -> Response {
    envelope_response(StatusCode::OK, result, Vec::new(), Vec::new(), None)
}

/// A successful response with messages next to the result.
pub(super) fn success_with_messages(result: impl Serialize, messages: Vec<Value>) -> Response {
    envelope_response(StatusCode::OK, result, Vec::new(), messages, None)
}

/// A successful response with one page of several.
pub(super) fn page(result: impl Serialize, result_info: Value) -> Response {
    envelope_response(StatusCode::OK, result, Vec::new(), Vec::new(), Some(result_info))
}

/// A failure with one error.
pub(super) fn failure(status: StatusCode, code: u32, message: &str) -> Response {
    let mut error = json!({ "code": code, "message": message });
    if let Some(url) = documentation_url(code) {
        error["documentation_url"] = url.into();
    }
    failures(status, vec![error])
}

/// Codes for which the live API sent no link (10000, 5404, 7003, 9106) have none here.
fn documentation_url(code: u32) -> Option<&'static str> {
    Some(match code {
        971 => "https://developers.cloudflare.com/fundamentals/api/reference/limits/",
        5400 => "https://developers.cloudflare.com/api/resources/images/",
        5403 => "https://developers.cloudflare.com/images/get-started/",
        6003 => "https://developers.cloudflare.com/api/resources/accounts/methods/list/",
        9109 => "https://developers.cloudflare.com/fundamentals/api/troubleshooting/",
        _ => return None,
    })
}

/// A failure with the given errors.
pub(super) fn failures(status: StatusCode, errors: Vec<Value>) -> Response {
    envelope_response(status, Value::Null, errors, Vec::new(), None)
}

/// The response to a request over the limit, to be repeated after this many seconds.
pub(super) fn rate_limited(seconds: u64) -> Response {
    let message = "Please wait and consider throttling your request speed";
    with_header(failure(StatusCode::TOO_MANY_REQUESTS, 971, message), "retry-after", &seconds.to_string())
}

/// The error for a parameter that the API rejects; `code` differs between its services.
pub(super) fn bad_parameter(code: u32, bad: &BadParameter) -> Response {
    // The escapes of RFC 6901.
    let pointer = format!("/{}", bad.name.replace('~', "~0").replace('/', "~1"));
    let error = json!({
        "code": code, "message": bad.message, "documentation_url": documentation_url(code),
        "source": { "pointer": pointer },
    });
    failures(StatusCode::BAD_REQUEST, vec![error])
}

fn envelope_response(
    status: StatusCode,
    result: impl Serialize,
    errors: Vec<Value>,
    messages: Vec<Value>,
    result_info: Option<Value>,
) -> Response {
    let envelope = Envelope { result, success: status.is_success(), errors, messages, result_info };
    json(status, serde_json::to_vec(&envelope).expect("the response can be serialized"))
}

/// A body labelled as JSON, which may be invalid.
pub(super) fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    with_type(status, "application/json", body.into())
}

/// An error page as a proxy sends it.
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

/// An error of the delivery service, with its code in the body and in both documented headers.
pub(super) fn delivery_error(status: StatusCode, code: u32, message: &str) -> Response {
    with_header(plain_error(status, code, message), "cf-resized", &format!("err={code}"))
}

pub(super) fn with_type(status: StatusCode, content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Adds a header; its name is in lower case.
pub(super) fn with_header(mut response: Response, name: &'static str, value: &str) -> Response {
    let value = HeaderValue::from_str(value).expect("headers of this server are plain ASCII");
    response.headers_mut().insert(HeaderName::from_static(name), value);
    response
}
