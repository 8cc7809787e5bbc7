//! Single images, originals, usage, variants and keys.

use cfimg::demo::{
    ACCOUNT_HASH, ANIMATED_ID, CUSTOM_ID, DEPRECATION_NOTE_ID, DRAFT_ID, FIXTURE_IMAGES, HOSTILE_ID, Options,
    PRIVATE_ID, SAMPLE_ID, SVG_ID,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{Harness, Response, encoded};

#[tokio::test]
async fn image_json_matches_cloudflares() {
    let harness = Harness::new().await;
    let response = harness.image(SAMPLE_ID).await;
    assert_eq!(response.header("content-type"), "application/json");
    assert!(response.header("cf-ray").ends_with("-DMO"));
    assert!(response.headers.contains_key("date"));
    let image = response.result("images_image_response_single");
    let base = format!("{}/{ACCOUNT_HASH}/{SAMPLE_ID}", harness.server.delivery_base());
    let variants = ["thumbnail", "hero", "original", "public", "square", "blurred", "card", "banner"];
    let expected = json!({
        "id": SAMPLE_ID, "filename": "logo.png", "meta": {"key": "value"}, "creator": "user-8812",
        "uploaded": "2014-01-02T02:20:00.123Z", "requireSignedURLs": false,
        "variants": variants.map(|name| format!("{base}/{name}")),
    });
    assert_eq!(image, expected);
}

#[tokio::test]
async fn image_lookup_accepts_any_encoded_id() {
    let harness = Harness::new().await;
    let custom =
        ["фото/日本語-100%.jpg", "a?b#c&d=e+f%2Fg.png", "products/4711/front.jpg", "favicon", "stats-2026"];
    for id in [SAMPLE_ID, PRIVATE_ID, CUSTOM_ID, HOSTILE_ID, ANIMATED_ID, SVG_ID, DRAFT_ID]
        .into_iter()
        .chain(custom)
    {
        let image = harness.image(id).await.result("images_image_response_single");
        assert_eq!(image["id"], id);
    }
    assert_eq!(
        harness.images(&format!("/v1/{CUSTOM_ID}")).await.refusal(),
        (404, 7003),
        "slashes must be encoded"
    );
}

#[tokio::test]
async fn delivery_url_escapes_only_reserved_characters() {
    let harness = Harness::new().await;
    for (id, written) in [
        (CUSTOM_ID, "blog/2026/hello world.png"),
        ("a?b#c&d=e+f%2Fg.png", "a%3Fb%23c&d=e+f%252Fg.png"),
        ("фото/日本語-100%.jpg", "фото/日本語-100%25.jpg"),
    ] {
        let image = harness.image(id).await.result("images_image_response_single");
        let url = format!("{}/{ACCOUNT_HASH}/{written}/thumbnail", harness.server.delivery_base());
        assert_eq!(image["variants"][0], url);
        let delivered = Response::of(harness.client.get(&url)).await;
        assert_eq!(delivered.status, StatusCode::OK, "{url}: {}", String::from_utf8_lossy(&delivered.bytes));
    }
}

#[tokio::test]
async fn draft_has_no_name_and_no_original() {
    let harness = Harness::new().await;
    let draft = harness.image(DRAFT_ID).await.result("images_image_response_single");
    assert_eq!((&draft["draft"], &draft["filename"]), (&json!(true), &Value::Null));
    assert_eq!(harness.images(&format!("/v1/{DRAFT_ID}/blob")).await.refusal(), (404, 5404));
    let sample = harness.image(SAMPLE_ID).await.json();
    assert!(sample["result"].get("draft").is_none(), "other images do not have the field");
}

#[tokio::test]
async fn deprecation_note_is_in_messages() {
    let harness = Harness::new().await;
    let response = harness.image(DEPRECATION_NOTE_ID).await;
    assert_eq!(response.result("images_image_response_single")["id"], DEPRECATION_NOTE_ID);
    let messages = response.json()["messages"].take();
    assert_eq!(messages.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&messages[0]["code"], &messages[0]["source"]["pointer"]),
        (&json!(5411), &json!("/meta/sku"))
    );
    assert!(messages[0]["message"].is_string() && messages[0]["documentation_url"].is_string());
    assert_eq!(harness.image(SAMPLE_ID).await.json()["messages"], json!([]));
}

#[tokio::test]
async fn hostile_text_is_sent_unchanged() {
    let harness = Harness::new().await;
    let image = harness.image(HOSTILE_ID).await.result("images_image_response_single");
    let filename = image["filename"].as_str().expect("a file name");
    assert!(['\u{1b}', '\0', '\u{202e}', '\r', '\n'].iter().all(|c| filename.contains(*c)));
    assert!(image["creator"].as_str().is_some_and(|creator| creator.contains('\u{9b}')));
}

#[tokio::test]
async fn metadata_preserves_numbers_and_key_order() {
    let harness = Harness::new().await;
    let response = harness.image("1a2b3c4d-00e8-4e5f-8a6b-7c8d9e0f1000").await;
    assert!(response.text().contains(r#""ratio":-1.5e-7,"huge":123456789012345678901234567890,"none":null"#));
    let private = harness.image(PRIVATE_ID).await.result("images_image_response_single");
    assert_eq!(private["requireSignedURLs"], true);
}

#[tokio::test]
async fn unknown_image_has_envelope_or_plain_error() {
    let harness = Harness::new().await;
    assert_eq!(harness.image("00000000-0000-4000-8000-000000000000").await.refusal(), (404, 5404));
    let plain = harness.image("no such image").await;
    assert_eq!((plain.status.as_u16(), plain.text()), (404, "ERROR 5404: Image not found\n"));
    assert_eq!(plain.header("cf-images"), "err=5404");
}

#[tokio::test]
async fn usage_variants_and_keys_are_served() {
    let harness = Harness::with(Options { images: 120, ..Options::default() }).await;
    let usage = harness.images("/v1/stats").await.result("images_images_stats_response");
    assert_eq!(usage, json!({ "count": { "current": 120, "allowed": 100_000 } }));

    let variants = harness.images("/v1/variants").await.result("images_image_variant_list_response");
    let blurred = &variants["variants"]["blurred"];
    assert_eq!(blurred["neverRequireSignedURLs"], true);
    assert_eq!(variants["variants"].as_object().map(serde_json::Map::len), Some(8));
    let one = harness.images("/v1/variants/blurred").await.result("images_image_variant_simple_response");
    assert_eq!(&one["variant"], blurred);
    let flat = harness.images("/v1/variants/blurred/flat").await.result("images_image_variant_flat_response");
    assert_eq!(&flat, blurred);
    assert_eq!(harness.images("/v1/variants/none").await.refusal(), (404, 5404));

    let keys = harness.images("/v1/keys").await.result("images_image_key_response_collection");
    assert_eq!(keys["keys"][0], json!({ "name": "default", "value": cfimg::demo::SIGNING_KEY }));
}

#[tokio::test]
async fn originals_have_their_format_and_size() {
    let harness = Harness::new().await;
    for (id, kind, size) in [
        (SAMPLE_ID, "png", (1024, 1024)),
        (PRIVATE_ID, "jpeg", (900, 1200)),
        (ANIMATED_ID, "gif", (320, 240)),
        ("f0c5a1e5-7e57-4a11-9d2b-5eaf00d5ea00", "webp", (1600, 500)),
    ] {
        let blob = harness.images(&format!("/v1/{}/blob", encoded(id))).await;
        assert_eq!(blob.header("content-type"), format!("image/{kind}"));
        let format = image::guess_format(&blob.bytes).expect("a known format");
        assert_eq!(format.extensions_str()[0].replace("jpg", "jpeg"), kind);
        let picture = image::load_from_memory(&blob.bytes).expect("a valid picture");
        assert_eq!((picture.width(), picture.height()), size);
    }
    let svg = harness.images(&format!("/v1/{SVG_ID}/blob")).await;
    assert_eq!(svg.header("content-type"), "image/svg+xml");
    assert!(svg.text().starts_with("<svg "));
}

#[tokio::test]
async fn only_get_and_head_are_allowed() {
    let harness = Harness::new().await;
    let path = format!("/accounts/{}/images/v1/{SAMPLE_ID}", cfimg::demo::ACCOUNT_ID);
    for method in [Method::POST, Method::DELETE, Method::PATCH, Method::PUT] {
        let response = Response::of(harness.request(method, &path).bearer_auth(cfimg::demo::TOKEN)).await;
        assert_eq!(response.refusal(), (405, 7001));
        assert_eq!(response.header("allow"), "GET, HEAD");
    }
    let head = Response::of(harness.request(Method::HEAD, &path).bearer_auth(cfimg::demo::TOKEN)).await;
    let get = harness.get(&path).await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
    assert_eq!(head.header("content-length"), get.bytes.len().to_string());
}

#[tokio::test]
async fn accounts_of_any_size_start() {
    for images in [0, 1, FIXTURE_IMAGES, 1_000_000] {
        let harness = Harness::with(Options { images, ..Options::default() }).await;
        let usage = harness.images("/v1/stats").await.result("images_images_stats_response");
        assert_eq!(usage["count"]["current"], images);
        assert_eq!(harness.image(SAMPLE_ID).await.status.is_success(), images > 0);
    }
}

#[tokio::test]
async fn requests_are_recorded() {
    let harness = Harness::new().await;
    let request = harness
        .request(Method::GET, "/accounts?page=1")
        .bearer_auth(cfimg::demo::TOKEN)
        .header("user-agent", "cfimg/0");
    Response::of(request).await;
    Response::of(harness.client.get(format!("{}/favicon.ico", harness.server.delivery_base()))).await;
    let requests = harness.server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(
        (requests[0].method.as_str(), requests[0].target.as_str()),
        ("GET", "/client/v4/accounts?page=1")
    );
    assert_eq!((requests[0].authorized, requests[0].user_agent.as_deref()), (true, Some("cfimg/0")));
    assert_eq!((requests[1].authorized, requests[1].target.as_str()), (false, "/favicon.ico"));
}
