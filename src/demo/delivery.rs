//! Delivery: finds a picture by account hash, ID and variant, resizes it and encodes it in a format that the
//! client accepts.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::header::ACCEPT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::Response;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::ACCOUNT_HASH;
use super::delivery_fault::DeliveryFault;
use super::edge_headers::{self, CacheStatus};
use super::fault::FLEXIBLE_ID;
use super::picture::{Format, Picture, encode};
use super::resize::{resize, resized_size};
use super::response::{delivery_error, failure, with_header, with_type};
use super::signature;
use super::state::{Shared, lock};
use super::variant::Variant;

/// Responds to a request for a delivery URL.
pub(super) async fn respond(
    shared: &Arc<Shared>,
    parts: &Parts,
    hash: &str,
    id: &str,
    variant: &str,
) -> Response {
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
    if flexible && id != FLEXIBLE_ID {
        let message = "Flexible variants are not enabled on this account";
        return delivery_error(StatusCode::FORBIDDEN, 9429, message);
    }
    let Some(record) = shared.find(id) else {
        return delivery_error(StatusCode::NOT_FOUND, 9404, "Image not found");
    };
    let mut warnings = if flexible { edge_headers::option_warnings(variant) } else { Vec::new() };
    let Some(variant) = Variant::by_name(if flexible { "public" } else { variant }) else {
        let message = "Image access denied: no variant of this name";
        return delivery_error(StatusCode::FORBIDDEN, 9425, message);
    };
    let signed = record.private && !variant.public_always;
    if signed && let Err(refusal) = signature::check(parts.uri.path(), parts.uri.query(), Shared::now()) {
        let message = format!("Image access denied: {}", refusal.reason());
        return delivery_error(StatusCode::FORBIDDEN, 9425, &message);
    }
    let Some(picture) = record.picture else {
        return delivery_error(StatusCode::NOT_FOUND, 9404, "Image not found");
    };
    let format = choose_format(&picture, &parts.headers);
    let key = Key { picture, variant: Some(variant.name), format };
    let Some((file, cache)) = render(shared, key).await else { return render_failed() };
    if format != Format::Svg {
        warnings.extend(edge_headers::avif_warning(&parts.headers, resized_size(&picture, variant)));
    }
    let response = with_type(StatusCode::OK, format.content_type(), file.bytes.clone().into());
    let response = edge_headers::describe(response, file.bytes.len(), cache, &file.etag);
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
pub(super) async fn original(shared: &Arc<Shared>, picture: Picture) -> Response {
    let rendered = render(shared, Key { picture, variant: None, format: picture.format }).await;
    let Some((file, _)) = rendered else { return render_failed() };
    let response = with_type(StatusCode::OK, picture.format.content_type(), file.bytes.into());
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

/// Identifies a delivered file.
#[derive(Debug, Clone, PartialEq)]
struct Key {
    picture: Picture,
    /// `None`: as uploaded
    variant: Option<&'static str>,
    format: Format,
}

impl Key {
    fn bytes(&self) -> image::ImageResult<Vec<u8>> {
        match self.variant.and_then(Variant::by_name) {
            Some(variant) if self.format != Format::Svg => {
                let frames = self.picture.frames().iter().map(|frame| resize(frame, variant)).collect();
                encode(frames, self.format)
            }
            _ => self.picture.original(),
        }
    }
}

/// A cache of recently rendered files.
#[derive(Debug)]
pub(super) struct RenderCache {
    files: Mutex<VecDeque<(Key, File)>>,
    /// Rendering needs memory and CPU time, so at most two pictures are rendered at once
    render_permits: Semaphore,
}

#[derive(Debug, Clone)]
struct File {
    bytes: Bytes,
    etag: String,
    /// In Unix seconds
    rendered_at: u64,
}

/// The size of the cache in bytes.
const MAX_CACHED_BYTES: usize = 8 << 20;

/// How many seconds a file stays in the cache: the `max-age` of public pictures.
const LIFETIME: u64 = 14_400;

impl Default for RenderCache {
    fn default() -> Self {
        Self { files: Mutex::default(), render_permits: Semaphore::new(2) }
    }
}

impl RenderCache {
    fn get(&self, key: &Key, now: u64) -> Option<File> {
        let mut files = lock(&self.files);
        files.retain(|(_, file)| now.saturating_sub(file.rendered_at) < LIFETIME);
        files.iter().find(|(cached, _)| cached == key).map(|(_, file)| file.clone())
    }

    fn insert(&self, key: Key, file: File) {
        let mut files = lock(&self.files);
        files.push_back((key, file));
        while files.iter().map(|(_, file)| file.bytes.len()).sum::<usize>() > MAX_CACHED_BYTES {
            files.pop_front();
        }
    }
}

async fn render(shared: &Arc<Shared>, key: Key) -> Option<(File, CacheStatus)> {
    let _permit = shared.render_cache.render_permits.acquire().await.ok()?;
    let now = Shared::now();
    // Looked up only now, because the task before may have rendered the same file.
    if let Some(file) = shared.render_cache.get(&key, now) {
        let age = now.saturating_sub(file.rendered_at);
        return Some((file, CacheStatus::Hit(age)));
    }
    let render_key = key.clone();
    let file = tokio::task::spawn_blocking(move || {
        let bytes = Bytes::from(render_key.bytes().ok()?);
        let etag = format!("\"cf{}\"", hex::encode(&Sha256::digest(&bytes)[..16]));
        Some(File { bytes, etag, rendered_at: now })
    });
    let file = file.await.ok()??;
    shared.render_cache.insert(key, file.clone());
    Some((file, CacheStatus::Miss))
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
