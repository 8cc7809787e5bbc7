//! Journeys that copy what is no URL: IDs, and what the API says.

use super::browsing::listed;
use super::signing::private;
use super::*;

#[test]
fn an_id_and_the_json_are_copied_where_there_is_nothing_to_deliver() {
    for raw in [
        r#"{"id":"cat","draft":true,"requireSignedURLs":false}"#,
        r#"{"id":"cat","requireSignedURLs":false}"#,
    ] {
        let mut journey = Journey::new();
        journey.press("cat<enter>");
        journey.answer("cat", Ok(Image::read(raw).unwrap()));
        journey.press("Y7");
        assert_eq!((journey.copied().as_str(), journey.done()), ("cat", "Copied image ID (clipboard)"));
        journey.press("Y8");
        assert_eq!((journey.copied().as_str(), journey.done()), (raw, "Copied JSON (clipboard)"));
        assert_eq!(journey.press("Y1"), []);
        assert!(journey.warning().starts_with("This image "), "{}", journey.warning());
    }
    let mut journey = Journey::new();
    assert_eq!(journey.press("<esc>Y"), []);
    assert!(journey.warning().starts_with("No image is shown yet."), "{}", journey.warning());
    let mut journey = Journey::shown();
    journey.press("i<c-u>dog<enter>Y");
    assert!(journey.warning().starts_with("Not copied: dog is still"), "{}", journey.warning());
}

#[test]
fn the_json_of_a_private_image_says_that_its_urls_are_unsigned() {
    let mut journey = Journey::private();
    journey.press("Y8");
    assert_eq!(journey.copied(), &*private(CAT).raw);
    assert_eq!(journey.done(), "Copied JSON (clipboard), its URLs unsigned");
}

#[test]
fn the_json_of_marked_images_is_an_array_of_what_the_api_says_of_each() {
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey.page(Page { images: vec![listed("a", true), listed("b", false)], next: None });
    journey.event(Event::Woke);
    journey.now = journey.model.lookup.ask_at.unwrap();
    journey.event(Event::Woke);
    let a = image_with("a", r#""requireSignedURLs":true,"n":1.50"#);
    journey.answer("a", Ok(a.clone()));
    journey.press("*Y8");
    let array = journey.copied();
    let urls = ["hero", "public", "thumbnail"].map(|name| format!("\"{}\"", url("b", name))).join(",");
    let at = journey.model.browse.listed_at;
    let b = format!(
        r#"{{"id":"b","filename":null,"requireSignedURLs":false,"variants":[{urls}],"cfimg":{{"listed_at":"{at}"}}}}"#
    );
    assert_eq!(array, format!("[{},\n{b}]", a.raw), "the API's own words where they are here");
    assert_eq!(
        journey.done(),
        "Copied JSON of 2 images (clipboard), its URLs unsigned, as the list told just now"
    );
    journey.press("Y7");
    assert_eq!(
        (journey.copied().as_str(), journey.done()),
        ("a\nb", "Copied image ID of 2 images (clipboard)")
    );
}
