//! Delivered pictures: sizes, formats and signatures.

use cfimg::demo::{ACCOUNT_HASH, ANIMATED_ID, DRAFT_ID, Options, PRIVATE_ID, SAMPLE_ID, SIGNING_KEY, SVG_ID};
use hmac::{Hmac, KeyInit, Mac};
use image::{AnimationDecoder, ImageFormat};
use reqwest::{Method, StatusCode};

use crate::{Harness, Response};

impl Harness {
    async fn deliver(&self, path: &str, accept: &str) -> Response {
        let url = format!("{}{path}", self.server.delivery_base());
        Response::of(self.client.get(url).header("accept", accept)).await
    }
}

impl Response {
    /// The status and text of an error, after checking that the headers have the same code.
    fn delivery_refusal(&self) -> (u16, &str) {
        let text = self.text().trim_end();
        let code = text.strip_prefix("ERROR ").and_then(|rest| rest.get(..4)).expect("ERROR and a code");
        assert_eq!(self.header("cf-images"), format!("err={code}"));
        assert_eq!(self.header("cf-resized"), format!("err={code}"));
        (self.status.as_u16(), text)
    }
}

fn path(id: &str, variant: &str) -> String {
    format!("/{ACCOUNT_HASH}/{id}/{variant}")
}

/// A signed path, computed independently of the server.
fn signed(path: &str, key: &str, exp: Option<u64>) -> String {
    let text = exp.map_or_else(|| path.to_owned(), |exp| format!("{path}?exp={exp}"));
    let mut mac = <Hmac<sha2::Sha256> as KeyInit>::new_from_slice(key.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    let joint = if exp.is_some() { '&' } else { '?' };
    format!("{text}{joint}sig={}", hex::encode(mac.finalize().into_bytes()))
}

/// In the year 2100.
const LATER: u64 = 4_102_444_800;

#[tokio::test]
async fn variants_are_resized() {
    let harness = Harness::new().await;
    let valley = "1a2b3c4d-0001-4e5f-8a6b-7c8d9e0f1000"; // 1920×1280
    let favicon = "favicon"; // 32×32
    for (id, variant, size) in [
        (SAMPLE_ID, "thumbnail", (200, 200)),
        (valley, "thumbnail", (200, 133)),
        (valley, "hero", (1366, 768)),
        (valley, "public", (1152, 768)),
        (valley, "original", (1920, 1280)),
        (valley, "square", (400, 400)),
        (valley, "blurred", (320, 213)),
        (valley, "card", (600, 400)),
        (valley, "banner", (1200, 300)),
        (favicon, "thumbnail", (32, 32)),
        (favicon, "square", (400, 400)),
        (favicon, "banner", (32, 32)),
        ("1a2b3c4d-00e6-4e5f-8a6b-7c8d9e0f1000", "card", (600, 400)),
    ] {
        let response = harness.deliver(&path(id, variant), "*/*").await;
        assert_eq!(response.status, StatusCode::OK, "{id} {variant}");
        let picture = image::load_from_memory(&response.bytes).expect("a valid picture");
        assert_eq!((picture.width(), picture.height()), size, "{id} {variant}");
        assert!(response.header("cf-images").starts_with("internal=ok"));
        assert_eq!(response.header("content-length"), response.bytes.len().to_string());
    }
}

#[tokio::test]
async fn padding_is_white_and_blur_has_no_edges() {
    let harness = Harness::new().await;
    let card = harness.deliver(&path(PRIVATE_ID, "blurred"), "*/*").await;
    assert_eq!(card.status, StatusCode::OK, "this variant never needs a signature");
    let narrow = harness.deliver(&path("1a2b3c4d-00e8-4e5f-8a6b-7c8d9e0f1000", "card"), "image/png").await;
    let card = image::load_from_memory(&narrow.bytes).expect("a valid picture").into_rgb8();
    assert_eq!(card.get_pixel(5, 200).0, [255; 3]);
    assert_ne!(card.get_pixel(300, 390).0, [255; 3]);

    // The largest difference between adjacent pixels, which is small in a blurred picture.
    let step = |bytes: &[u8]| {
        let picture = image::load_from_memory(bytes).expect("a valid picture").into_luma8();
        picture
            .rows()
            .flat_map(|row| {
                row.collect::<Vec<_>>().windows(2).map(|p| p[0].0[0].abs_diff(p[1].0[0])).collect::<Vec<_>>()
            })
            .max()
    };
    let city = "1a2b3c4d-0002-4e5f-8a6b-7c8d9e0f1000";
    let sharp = harness.deliver(&path(city, "thumbnail"), "image/webp").await;
    let blurred = harness.deliver(&path(city, "blurred"), "image/webp").await;
    assert!(step(&sharp.bytes) > Some(40), "{:?}", step(&sharp.bytes));
    assert!(step(&blurred.bytes) < Some(20), "{:?}", step(&blurred.bytes));
}

#[tokio::test]
async fn format_follows_accept_header() {
    let harness = Harness::new().await;
    let banner = "f0c5a1e5-7e57-4a11-9d2b-5eaf00d5ea00"; // a WebP
    let valley = "1a2b3c4d-0001-4e5f-8a6b-7c8d9e0f1000"; // a JPEG
    let still = "1a2b3c4d-0009-4e5f-8a6b-7c8d9e0f1000"; // a GIF of one frame
    let chromium = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
    for (id, accept, format) in [
        (SAMPLE_ID, "*/*", ImageFormat::Png),
        (SAMPLE_ID, chromium, ImageFormat::WebP),
        (valley, "*/*", ImageFormat::Jpeg),
        (valley, chromium, ImageFormat::WebP),
        (valley, "image/avif", ImageFormat::Jpeg),
        (banner, "image/webp", ImageFormat::WebP),
        (banner, "image/webp;q=0, image/jpeg", ImageFormat::Jpeg),
        (still, "image/png", ImageFormat::Gif),
        (still, "image/webp", ImageFormat::WebP),
        (ANIMATED_ID, chromium, ImageFormat::Gif),
    ] {
        let response = harness.deliver(&path(id, "thumbnail"), accept).await;
        assert_eq!(image::guess_format(&response.bytes).ok(), Some(format), "{id} {accept}");
        assert_eq!(response.header("content-type"), format.to_mime_type());
        assert_eq!(response.header("vary"), "accept");
    }
    let svg = harness.deliver(&path(SVG_ID, "hero"), chromium).await;
    assert_eq!((svg.header("content-type"), svg.text().contains("512")), ("image/svg+xml", true));
}

#[tokio::test]
async fn resize_preserves_animation_and_transparency() {
    let harness = Harness::new().await;
    let gif = harness.deliver(&path(ANIMATED_ID, "thumbnail"), "*/*").await;
    let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(gif.bytes)).expect("a GIF");
    let frames = decoder.into_frames().collect_frames().expect("valid frames");
    assert_eq!((frames.len(), frames[0].buffer().dimensions()), (12, (200, 150)));
    assert_ne!(frames[0].buffer(), frames[6].buffer());
    let logo = harness.deliver(&path(SAMPLE_ID, "thumbnail"), "*/*").await;
    let logo = image::load_from_memory(&logo.bytes).expect("a valid picture").into_rgba8();
    assert_eq!((logo.get_pixel(0, 0).0[3], logo.get_pixel(100, 150).0[3]), (0, 255));
}

#[tokio::test]
async fn private_image_needs_a_valid_signature() {
    let harness = Harness::new().await;
    let path = path(PRIVATE_ID, "thumbnail");
    for url in [signed(&path, SIGNING_KEY, None), signed(&path, SIGNING_KEY, Some(LATER))] {
        let response = harness.deliver(&url, "*/*").await;
        assert_eq!(
            (response.status, response.header("content-type")),
            (StatusCode::OK, "image/jpeg"),
            "{url}"
        );
        assert!(response.header("cache-control").starts_with("private"));
    }
    let signed_path = signed(&path, SIGNING_KEY, Some(LATER));
    let wrong = "ERROR 9425: Image access denied: signature does not match";
    for (url, text) in [
        (path.clone(), "ERROR 9425: Image access denied: signature is required"),
        (signed(&path, SIGNING_KEY, Some(1_631_289_275)), "ERROR 9425: Image access denied: URL has expired"),
        (signed(&path, "another key", None), wrong),
        (signed_path.replace("4102444800", "4102444801"), wrong),
        (signed_path.replace("/thumbnail", "/hero"), wrong),
        (format!("/cdn-cgi/imagedelivery{signed_path}"), wrong),
        (format!("{signed_path}&w=9"), "ERROR 9425: Image access denied: query string is invalid"),
    ] {
        assert_eq!(harness.deliver(&url, "*/*").await.delivery_refusal(), (403, text), "{url}");
    }
    let zone_path = format!("/cdn-cgi/imagedelivery{path}");
    assert_eq!(harness.deliver(&signed(&zone_path, SIGNING_KEY, None), "*/*").await.status, StatusCode::OK);
}

#[tokio::test]
async fn delivery_errors_have_codes() {
    let harness = Harness::new().await;
    for (path, status, code) in [
        (path("00000000-0000-4000-8000-000000000000", "public"), 404, "9404"),
        (path(DRAFT_ID, "blurred"), 404, "9404"),
        (path(SAMPLE_ID, "huge"), 403, "9425"),
        (path(SAMPLE_ID, "w=400,fit=cover"), 403, "9429"),
        (format!("/OtherAccountHash000000/{SAMPLE_ID}/public"), 403, "9427"),
    ] {
        let response = harness.deliver(&path, "*/*").await;
        let (got, text) = response.delivery_refusal();
        assert_eq!((got, &text[6..10]), (status, code), "{path}");
    }
    let posted = harness
        .client
        .request(Method::POST, format!("{}{}", harness.server.delivery_base(), path(SAMPLE_ID, "hero")));
    assert_eq!(Response::of(posted).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn delivery_has_edge_headers() {
    let harness = Harness::new().await;
    let url = path(SAMPLE_ID, "thumbnail");
    let miss = harness.deliver(&url, "*/*").await;
    assert_eq!((miss.header("cf-cache-status"), miss.header("age")), ("MISS", ""));
    let hit = harness.deliver(&url, "*/*").await;
    assert_eq!(hit.header("cf-cache-status"), "HIT");
    assert!(hit.header("age").parse::<u64>().is_ok_and(|age| age < 60), "{}", hit.header("age"));
    for response in [&miss, &hit] {
        let resized = response.header("cf-resized");
        assert!(resized.starts_with("internal=ok/"), "{resized}");
        assert!(resized.contains(&format!(" l={} ", response.bytes.len())), "{resized}");
        assert!(response.header("cache-control").contains("max-age="));
        assert!(!response.headers.contains_key("warning") && response.headers.contains_key("cf-ray"));
    }
    let etag = miss.header("etag").to_owned();
    assert!(etag.len() > 2 && etag.starts_with('"') && etag.ends_with('"'));
    assert_eq!(hit.header("etag"), etag);
    assert_ne!(harness.deliver(&path(SAMPLE_ID, "square"), "*/*").await.header("etag"), etag);

    let again =
        harness.client.get(format!("{}{url}", harness.server.delivery_base())).header("if-none-match", &etag);
    let again = Response::of(again).await;
    assert_eq!((again.status, again.bytes.len()), (StatusCode::NOT_MODIFIED, 0));
}

#[tokio::test]
async fn warning_header_is_set_when_due() {
    let harness = Harness::new().await;
    let warning = async |path: &str, accept: &str| {
        let response = harness.deliver(path, accept).await;
        assert_eq!(response.status, StatusCode::OK, "{path}");
        response.header("warning").to_owned()
    };
    let flexible = |options: &str| path("fault-flexible", options);
    let cover = "cf-images 299 \"cover fit mode needs both width and height\"";
    assert_eq!(warning(&flexible("fit=cover,w=400"), "*/*").await, cover);
    assert_eq!(warning(&flexible("fit=cover,w=400,h=300"), "*/*").await, "");
    let dpr = "cf-images 299 \"dpr above 3 should never be used\"";
    assert_eq!(warning(&flexible("dpr=4,fit=cover,w=9"), "*/*").await, format!("{cover}, {dpr}"));

    let valley = "1a2b3c4d-0001-4e5f-8a6b-7c8d9e0f1000"; // 1920×1280
    let large = "cf-images 299 \"image is too large for AVIF\"";
    assert_eq!(warning(&path(valley, "original"), "image/avif,image/webp").await, large);
    assert_eq!(warning(&path(valley, "original"), "image/webp").await, "");
    assert_eq!(warning(&path(valley, "thumbnail"), "image/avif").await, "");
}

#[tokio::test]
async fn head_has_the_headers_of_get() {
    let harness = Harness::new().await;
    let url = format!("{}{}", harness.server.delivery_base(), path(SAMPLE_ID, "thumbnail"));
    let head = Response::of(harness.client.head(&url)).await;
    let get = Response::of(harness.client.get(&url)).await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("content-length"), get.bytes.len().to_string());
    assert_eq!(head.header("content-type"), get.header("content-type"));
    let url = format!("{}{}", harness.server.delivery_base(), path(PRIVATE_ID, "hero"));
    assert_eq!(Response::of(harness.client.head(&url)).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn computed_images_are_delivered() {
    let harness = Harness::with(Options { images: 60, ..Options::default() }).await;
    let list = harness.images("/v2").await.json();
    let images = list["result"]["images"].as_array().expect("an array");
    let computed =
        images.iter().filter(|image| image["filename"].as_str().is_some_and(|f| f.contains("-0000")));
    let mut count = 0;
    for image in computed {
        let url = image["variants"][0].as_str().expect("a URL");
        let public = image["requireSignedURLs"] == false;
        let response = Response::of(harness.client.get(url)).await;
        assert_eq!(response.status.is_success(), public, "{url}");
        count += u32::from(public);
    }
    assert!(count > 10, "{count}");
}
