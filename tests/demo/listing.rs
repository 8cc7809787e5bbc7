//! The two lists, page by page.

use std::collections::HashSet;

use cfimg::demo::{DRAFT_ID, FIXTURE_IMAGES, Options};
use serde_json::Value;

use crate::{Harness, encoded};

/// All pages of a list, from the first to the one without a token.
async fn list_all(harness: &Harness, query: &str) -> Vec<Value> {
    let (mut images, mut token) = (Vec::new(), String::new());
    loop {
        let mut page = harness
            .images(&format!("/v2?{query}&continuation_token={}", encoded(&token)))
            .await
            .result("images_images_list_response_v2");
        images.append(page["images"].as_array_mut().expect("an array"));
        match page["continuation_token"].take() {
            Value::String(next) => token = next,
            end => {
                assert_eq!(end, Value::Null);
                return images;
            }
        }
    }
}

fn field<'a>(images: &'a [Value], name: &str) -> Vec<&'a str> {
    images.iter().map(|image| image[name].as_str().expect("a text")).collect()
}

#[tokio::test]
async fn tokens_page_through_the_list_without_duplicates() {
    let harness = Harness::with(Options { images: 250, ..Options::default() }).await;
    let newest_first = list_all(&harness, "per_page=40").await;
    let ids = field(&newest_first, "id");
    assert_eq!((ids.len(), ids.iter().collect::<HashSet<_>>().len()), (250, 250));
    assert!(field(&newest_first, "uploaded").is_sorted_by(|a, b| a >= b), "newest first");
    assert!(!ids.contains(&DRAFT_ID), "drafts never appear");

    let oldest_first = list_all(&harness, "per_page=10&sort_order=asc").await;
    assert!(field(&oldest_first, "id").iter().eq(ids.iter().rev()));

    let listed = newest_first.iter().find(|image| image["filename"] == "panorama.jpg").expect("a fixture");
    let id = listed["id"].as_str().expect("an ID");
    assert_eq!(listed, &harness.image(id).await.result("images_image_response_single"));
    let generated = newest_first
        .iter()
        .find(|i| i["filename"].as_str().is_some_and(|f| f.contains("-0001")))
        .expect("one");
    let id = generated["id"].as_str().expect("an ID");
    assert_eq!(generated, &harness.image(id).await.result("images_image_response_single"));
}

#[tokio::test]
async fn full_last_page_has_no_token() {
    let harness = Harness::with(Options { images: 20, ..Options::default() }).await;
    let first = harness.images("/v2?per_page=10").await.result("images_images_list_response_v2");
    let token = first["continuation_token"].as_str().expect("another page");
    let last = harness.images(&format!("/v2?per_page=10&continuation_token={token}")).await;
    let last = last.result("images_images_list_response_v2");
    assert_eq!(last["images"].as_array().map(Vec::len), Some(10));
    assert!(last.get("continuation_token").is_some_and(Value::is_null));
}

#[tokio::test]
async fn seed_changes_only_computed_images() {
    let list = async |seed| {
        let harness = Harness::with(Options { images: 60, seed, ..Options::default() }).await;
        let images = list_all(&harness, "").await;
        field(&images, "id").into_iter().map(str::to_owned).collect::<HashSet<_>>()
    };
    let (one, again, other) = (list(1).await, list(1).await, list(2).await);
    assert_eq!(one, again);
    assert_eq!(one.intersection(&other).count(), FIXTURE_IMAGES);
}

#[tokio::test]
async fn filters_select_matching_images() {
    let harness = Harness::with(Options { images: 400, ..Options::default() }).await;
    let all = list_all(&harness, "").await;
    let count = |matches: &dyn Fn(&Value) -> bool| all.iter().filter(|image| matches(image)).count();

    let by_design = list_all(&harness, "creator=design&per_page=10").await;
    assert_eq!(by_design.len(), count(&|image| image["creator"] == "design"));
    assert!(by_design.len() > 3);
    let by_nobody = list_all(&harness, "creator=&per_page=10").await;
    assert_eq!(by_nobody.len(), count(&|image| image["creator"].is_null() || image["creator"] == ""));
    assert!(by_nobody.len() > 20);
    let urgent =
        list_all(&harness, "meta.priority%5Bgte%3Anumber%5D=8&meta.region.name%5Beq%5D=eu-west&per_page=10")
            .await;
    assert_eq!(
        urgent.len(),
        count(&|image| {
            let meta = &image["meta"];
            meta["priority"].as_u64().is_some_and(|priority| priority >= 8)
                && meta["region"]["name"] == "eu-west"
        })
    );
    assert!(!urgent.is_empty());
}

#[tokio::test]
async fn bad_parameter_errors_name_the_parameter() {
    let harness = Harness::new().await;
    let token = harness.images("/v2?per_page=10").await.json()["result"]["continuation_token"].take();
    let token = token.as_str().expect("another page");
    for query in [
        "per_page=9",
        "per_page=10001",
        "per_page=many",
        "sort_order=newest",
        "continuation_token=rubbish",
        &format!("continuation_token={token}x"),
        &format!("continuation_token={token}&sort_order=asc"),
        &format!("continuation_token={token}&creator=design"),
        "meta.a%5Bnot-eq%5D=1",
    ] {
        assert_eq!(harness.images(&format!("/v2?{query}")).await.refusal(), (400, 5400), "{query}");
    }
    assert_eq!(harness.images("/v1?page=0").await.refusal(), (400, 5400));
    for (path, pointer) in [
        ("/v2?per_page=9.5", "/per_page"),
        ("/v2?sort_order=newest", "/sort_order"),
        ("/v2?continuation_token=rubbish", "/continuation_token"),
        ("/v2?meta.a%5Bx%5D=1", "/meta.a[x]"),
        ("/v2?meta.a%2Fb~%5Bx%5D=1", "/meta.a~1b~0[x]"),
        ("/v1?page=x", "/page"),
    ] {
        let error = harness.images(path).await.json()["errors"][0].take();
        assert_eq!(error["source"]["pointer"], pointer, "{path}");
        assert!(error["documentation_url"].as_str().is_some_and(|url| url.starts_with("https://")));
    }
}

#[tokio::test]
async fn parameters_accept_sdk_notations() {
    let harness = Harness::new().await;
    let schema = "images_images_list_response_v2";
    let ten = harness.images("/v2?per_page=10&sort_order=desc").await.result(schema);
    for query in ["per_page=10.0", "per_page=1e1", "per_page=10.0&sort_order=&continuation_token="] {
        assert_eq!(harness.images(&format!("/v2?{query}")).await.result(schema), ten, "{query}");
    }
    let all = harness.images("/v2?per_page=").await.result(schema);
    assert_eq!(all["images"].as_array().map(Vec::len), Some(FIXTURE_IMAGES));
    let old = harness.images("/v1?page=1.0&per_page=10.0").await;
    assert_eq!(old.result("images_images_list_response")["images"], ten["images"]);
    assert_eq!(old.json()["messages"][0]["source"]["pointer"], "/page", "the older list is deprecated");
    let flagged = harness.images("/v2?meta.flag%5Beq%5D=True&meta.priority%5Beq%5D=5.0").await.result(schema);
    assert_eq!(field(flagged["images"].as_array().expect("an array"), "filename"), ["banner.webp"]);
}

#[tokio::test]
async fn legacy_list_pages_by_number() {
    let harness = Harness::with(Options { images: 45, ..Options::default() }).await;
    let mut ids = Vec::new();
    for (page, length) in [(1, 20), (2, 20), (3, 5), (4, 0)] {
        let list = harness
            .images(&format!("/v1?per_page=20&page={page}"))
            .await
            .result("images_images_list_response");
        let images = list["images"].as_array().expect("an array");
        assert_eq!(images.len(), length);
        assert!(list.get("continuation_token").is_none());
        ids.extend(field(images, "id").into_iter().map(str::to_owned));
    }
    assert_eq!(field(&list_all(&harness, "").await, "id"), ids);
    let second = harness.images("/v1?per_page=10&page=2&creator=user-8812").await.json();
    assert_eq!(second["result"]["images"], Value::Array(Vec::new()), "the filter is applied before paging");
}
