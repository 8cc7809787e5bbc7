//! Delivery: finds a picture by account hash, ID and variant, resizes it and encodes it in a format that the
//! client accepts.

use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;

use super::ACCOUNT_HASH;
use super::delivery_fault::DeliveryFault;
use super::edge_headers;
use super::fault::Fault;
use super::picture::{Format, Picture};
use super::render::Key;
use super::resize::resized_size;
use super::response::{delivery_error, failure, with_header, with_type};
use super::signature;
use super::state::Shared;
use super::variant::Variant;

/// Responds to a request for a delivery URL.
pub(super) async fn respond(shared: &Shared, parts: &Parts, hash: &str, id: &str, variant: &str) -> Response {
    if parts.method != Method::GET && parts.method != Method::HEAD {
        let refusal = failure(StatusCode::METHOD_NOT_ALLOWED, 7001, "Method not available for that URI.");
        return with_header(refusal, "allow", "GET, HEAD");
    }
    if hash != ACCOUNT_HASH {
        return delivery_error(StatusCode::FORBIDDEN, 9427, "Account hash is wrong");
    }
    if let Some(fault) = DeliveryFault::by_id(id) {
        return fault.respond();
    }
    let flexible = variant.contains('=');
    if flexible && Fault::by_id(id) != Some(Fault::Delivery) {
        let message = "Flexible variants are not enabled on this account";
        return delivery_error(StatusCode::FORBIDDEN, 9429, message);
    }
    let Some(record) = shared.store.find(id) else {
        return delivery_error(StatusCode::NOT_FOUND, 9404, "Image not found");
    };
    let mut warnings = if flexible { edge_headers::option_warnings(variant) } else { Vec::new() };
    let Some(variant) = Variant::by_name(if flexible { "public" } else { variant }) else {
        let message = "Image access denied: no variant of this name";
        return delivery_error(StatusCode::FORBIDDEN, 9425, message);
    };
    let (signed, now) = (record.private && !variant.public_always, Shared::now());
    if signed && let Err(refusal) = signature::check(parts.uri.path(), parts.uri.query(), now) {
        let message = format!("Image access denied: {refusal}");
        return delivery_error(StatusCode::FORBIDDEN, 9425, &message);
    }
    let Some(picture) = record.picture else {
        return delivery_error(StatusCode::NOT_FOUND, 9404, "Image not found");
    };
    let format = choose_format(&picture, &parts.headers);
    let key = Key { picture, variant: Some(variant), format };
    let Some((file, age)) = shared.render_cache.render(key, now).await else { return render_failed() };
    if format != Format::Svg {
        warnings.extend(edge_headers::avif_warning(&parts.headers, resized_size(&picture, variant)));
    }
    let response = with_type(StatusCode::OK, format.media_type(), file.bytes.clone().into());
    let response = edge_headers::describe(response, file.bytes.len(), age, &file.etag);
    let internal = format!("internal=ok/- q=0 n=1+1 c=0+1 v=2026.10.0 l={}", file.bytes.len());
    let response = with_header(response, "cf-images", &internal);
    let response = edge_headers::with_warnings(response, &warnings);
    let caching = if signed { "private, max-age=60" } else { "public, max-age=14400" };
    let response = with_header(response, "cache-control", caching);
    let response = with_header(response, "x-content-type-options", "nosniff");
    edge_headers::conditional(with_header(response, "vary", "accept"), &parts.headers, &file.etag)
}

fn render_failed() -> Response {
    delivery_error(StatusCode::INTERNAL_SERVER_ERROR, 9524, "Internal error")
}

/// The bytes as they were uploaded.
pub(super) async fn original(shared: &Shared, picture: Picture) -> Response {
    let key = Key { picture, variant: None, format: picture.format };
    let rendered = shared.render_cache.render(key, Shared::now()).await;
    let Some((file, _)) = rendered else { return render_failed() };
    let response = with_type(StatusCode::OK, picture.format.media_type(), file.bytes.into());
    with_header(response, "x-content-type-options", "nosniff")
}

/// The format to deliver: WebP if the client accepts it, else the uploaded format, with PNG or JPEG instead of
/// WebP. An animation stays a GIF, because our encoder has no animated WebP. AVIF is never served.
fn choose_format(picture: &Picture, headers: &HeaderMap) -> Format {
    match picture.format {
        Format::Svg => Format::Svg,
        Format::Gif if picture.is_animated() => Format::Gif,
        _ if accepts_webp(headers) => Format::WebP,
        Format::WebP if picture.is_transparent() => Format::Png,
        Format::WebP => Format::Jpeg,
        uploaded => uploaded,
    }
}

/// Whether WebP is accepted explicitly. `*/*` does not mean that the client can decode it.
fn accepts_webp(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let explicit = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("image/webp"));
        let refused = parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)));
        explicit && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webp_needs_explicit_accept() {
        let accepts = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, axum::http::HeaderValue::from_static(value));
            accepts_webp(&headers)
        };
        assert!(accepts("image/avif,image/webp,image/apng,*/*;q=0.8"));
        assert!(accepts("text/html, IMAGE/WEBP;q=0.1"));
        assert!(!accepts("*/*"));
        assert!(!accepts("image/*"));
        assert!(!accepts("image/webp;q=0, image/png"));
    }
}
