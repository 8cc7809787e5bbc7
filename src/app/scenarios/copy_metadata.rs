//! Scenarios that copy IDs and JSON.

use super::browse::listed;
use super::signing::private;
use super::targets::no_variant;
use super::*;
use crate::app::problem::nothing_shown;
use crate::domain::CopyAs;
use crate::domain::variant_selection::NoVariant;

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
        assert_eq!(scenario.copied(), "cat");
        scenario.assert_done(&[CopyAs::Id.label()]);
        scenario.press("Y8");
        assert_eq!(scenario.copied(), raw);
        scenario.assert_done(&[CopyAs::Json.label()]);
        assert_eq!(scenario.press("Y1"), []);
        let why = if raw.contains("draft") { NoVariant::Draft } else { NoVariant::None };
        assert_eq!(scenario.warning(), no_variant(&scenario, &why));
    }
    let mut scenario = Scenario::new();
    assert_eq!(scenario.press("<esc>Y"), []);
    assert_eq!(scenario.warning(), nothing_shown(&scenario.model.keymap));
    let mut scenario = Scenario::shown();
    scenario.press("i<c-u>dog<enter>Y");
    scenario.assert_warned(&["dog"]);
}

#[test]
fn copied_json_of_private_image_notes_unsigned_urls() {
    let mut scenario = Scenario::private();
    scenario.press("Y8");
    assert_eq!(scenario.copied(), &*private(CAT).raw);
    let with_note = scenario.done().to_owned();
    let mut public = Scenario::shown();
    public.press("Y8");
    public.copied();
    let note = with_note.strip_prefix(public.done());
    assert!(note.is_some_and(|note| !note.is_empty()), "{with_note}");
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
    assert_eq!(array, format!("[{},\n{b}]", a.raw), "the API's JSON if available");
    let age = crate::domain::time_format::ago(at, scenario.now);
    scenario.assert_done(&[CopyAs::Json.label(), "2", &age]);
    scenario.press("Y7");
    assert_eq!(scenario.copied(), "a\nb");
    scenario.assert_done(&[CopyAs::Id.label(), "2"]);
}
