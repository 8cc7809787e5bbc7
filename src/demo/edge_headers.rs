//! The headers that Cloudflare's edge adds to a picture.

use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::http::header::{ACCEPT, IF_NONE_MATCH};
use axum::response::Response;

use super::response::with_header;

/// The longest side, in pixels, of the AVIF images that Cloudflare makes.
const AVIF_SIDE: u32 = 1200;

/// Adds the headers that every delivered picture has; `length` is in bytes, and `age` in seconds since it came into the
/// edge's cache, if it was there.
pub(super) fn describe(response: Response, length: usize, age: Option<u64>, etag: &str) -> Response {
    let (source, status) = if age.is_some() { ("h", "HIT") } else { ("m", "MISS") };
    let resized = format!("internal=ok/{source} q=0 n=1+1 c=0+1 v=2026.10.0 l={length} f=true");
    let response = with_header(response, "cf-resized", &resized);
    let response = with_header(response, "cf-cache-status", status);
    let response = with_header(response, "etag", etag);
    match age {
        Some(age) => with_header(response, "age", &age.to_string()),
        None => response,
    }
}

/// Turns the response into a 304 without a body if the client has the file already.
pub(super) fn conditional(mut response: Response, request: &HeaderMap, etag: &str) -> Response {
    let known =
        request.get_all(IF_NONE_MATCH).into_iter().filter_map(|value| value.to_str().ok()).any(|value| {
            value.split(',').map(str::trim).any(|tag| tag == "*" || tag.trim_start_matches("W/") == etag)
        });
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = axum::body::Body::empty();
    }
    response
}

/// Adds a `warning` header with all texts, if there are any.
pub(super) fn with_warnings(response: Response, texts: &[String]) -> Response {
    if texts.is_empty() {
        return response;
    }
    let warnings: Vec<String> = texts.iter().map(|text| format!("cf-images 299 \"{text}\"")).collect();
    with_header(response, "warning", &warnings.join(", "))
}

/// The warning for a picture that is too large for the AVIF that the client accepts.
pub(super) fn avif_warning(request: &HeaderMap, (width, height): (u32, u32)) -> Option<String> {
    let accepted = request.get_all(ACCEPT).into_iter().filter_map(|value| value.to_str().ok());
    let avif =
        accepted.flat_map(|value| value.split(',')).any(|range| range.trim().starts_with("image/avif"));
    (avif && width.max(height) > AVIF_SIDE).then(|| "image is too large for AVIF".to_owned())
}

/// The warnings for the options of a flexible variant.
pub(super) fn option_warnings(options: &str) -> Vec<String> {
    let value = |names: &[&str]| {
        let mut pairs = options.split(',').filter_map(|option| option.split_once('='));
        pairs.find(|(name, _)| names.contains(name)).map(|(_, value)| value)
    };
    let mut warnings = Vec::new();
    let sides = value(&["w", "width"]).is_some() && value(&["h", "height"]).is_some();
    if let Some(fit @ ("cover" | "crop" | "pad")) = value(&["fit"])
        && !sides
    {
        warnings.push(format!("{fit} fit mode needs both width and height"));
    }
    if value(&["dpr"]).and_then(|dpr| dpr.parse::<f64>().ok()).is_some_and(|dpr| dpr > 3.0) {
        warnings.push("dpr above 3 should never be used".to_owned());
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn option_warnings_follow_the_documentation() {
        assert_eq!(option_warnings("w=400,h=300,fit=cover,dpr=3"), Vec::<String>::new());
        assert_eq!(option_warnings("fit=cover,w=400"), ["cover fit mode needs both width and height"]);
        assert_eq!(
            option_warnings("height=4,fit=pad,dpr=3.5"),
            ["pad fit mode needs both width and height", "dpr above 3 should never be used"]
        );
    }
}
