//! Scenarios that copy IDs and JSON.

use super::browse::listed;
use super::signing::private;
use super::*;

#[test]
fn id_and_json_are_copied_without_variants() {
    for raw in [
        r#"{"id":"cat","draft":true,"requireSignedURLs":false}"#,
        r#"{"id":"cat","requireSignedURLs":false}"#,
    ] {
        let mut scenario = Scenario::new();
        scenario.press("cat<enter>");
        scenario.respond("cat", Ok(Image::read(raw).unwrap()));
        scenario.press("Y7");
        assert_eq!((scenario.copied().as_str(), scenario.done()), ("cat", "Copied image ID (clipboard)"));
        scenario.press("Y8");
        assert_eq!((scenario.copied().as_str(), scenario.done()), (raw, "Copied JSON (clipboard)"));
        assert_eq!(scenario.press("Y1"), []);
        assert!(scenario.warning().starts_with("This image "), "{}", scenario.warning());
    }
    let mut scenario = Scenario::new();
    assert_eq!(scenario.press("<esc>Y"), []);
    assert!(scenario.warning().starts_with("No image is shown yet."), "{}", scenario.warning());
    let mut scenario = Scenario::shown();
    scenario.press("i<c-u>dog<enter>Y");
    assert!(scenario.warning().starts_with("Not copied: dog is still"), "{}", scenario.warning());
}

#[test]
fn copied_json_of_private_image_notes_unsigned_urls() {
    let mut scenario = Scenario::private();
    scenario.press("Y8");
    assert_eq!(scenario.copied(), &*private(CAT).raw);
    assert_eq!(scenario.done(), "Copied JSON (clipboard), its URLs unsigned");
}

#[test]
fn copied_json_of_marked_images_is_an_array() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.page(Page { images: vec![listed("a", true), listed("b", false)], next: None });
    scenario.event(Event::Woke);
    scenario.now = scenario.model.lookup.request_at.unwrap();
    scenario.event(Event::Woke);
    let a = image_with("a", r#""requireSignedURLs":true,"n":1.50"#);
    scenario.respond("a", Ok(a.clone()));
    scenario.press("*Y8");
    let array = scenario.copied();
    let urls = ["hero", "public", "thumbnail"].map(|name| format!("\"{}\"", url("b", name))).join(",");
    let at = scenario.model.browse.listed_at;
    let b = format!(
        r#"{{"id":"b","filename":null,"requireSignedURLs":false,"variants":[{urls}],"cfimg":{{"listed_at":"{at}"}}}}"#
    );
    assert_eq!(array, format!("[{},\n{b}]", a.raw), "the API's own words where they are here");
    assert_eq!(
        scenario.done(),
        "Copied JSON of 2 images (clipboard), its URLs unsigned, as the list told just now"
    );
    scenario.press("Y7");
    assert_eq!(
        (scenario.copied().as_str(), scenario.done()),
        ("a\nb", "Copied image ID of 2 images (clipboard)")
    );
}
