//! Scenarios of refreshing.

use super::*;

#[test]
fn refresh_keeps_selected_variant_and_image() {
    let mut scenario = Scenario::shown();
    scenario.press("j");
    scenario.event(Event::OptionsFetched(RequestId(2), Ok(vec![])));
    assert_eq!(scenario.press("r"), [forget("cat"), Effect::FetchOptions(RequestId(3)), fetch(4, "cat")]);
    assert_eq!(scenario.press("y"), [copy(url("cat", "thumbnail"))], "the same image: its URL is known");
    scenario.respond("cat", Ok(image_with("cat", r#""requireSignedURLs":false,"filename":"new.png""#)));
    assert_eq!(scenario.model.lookup.variant().unwrap().name, "thumbnail");
    assert_eq!(scenario.model.lookup.shown().unwrap().filename.as_deref(), Some("new.png"));
}

#[test]
fn refresh_distinguishes_variants_with_same_name() {
    let two = r#"{"id":"cat","requireSignedURLs":false,"variants":["https://a.example/MTt4OTd0b0w5aj/cat/w","https://b.example/MTt4OTd0b0w5aj/cat/w"]}"#;
    let mut scenario = Scenario::new();
    scenario.press("cat<enter>");
    scenario.respond("cat", Ok(Image::read(two).unwrap()));
    scenario.press("jr");
    scenario.respond("cat", Ok(Image::read(two).unwrap()));
    assert_eq!(scenario.press("y"), [copy("https://b.example/MTt4OTd0b0w5aj/cat/w".into())]);
    // If the URL has changed, the variant is found by its name.
    scenario.press("r");
    let moved = two.replace("b.example", "c.example").replace("/cat/w\",", "/cat/first\",");
    scenario.respond("cat", Ok(Image::read(&moved).unwrap()));
    assert_eq!(scenario.press("y"), [copy("https://c.example/MTt4OTd0b0w5aj/cat/w".into())]);
}

#[test]
fn refresh_during_lookup_repeats_the_lookup() {
    let mut scenario = Scenario::shown();
    scenario.press("i<c-u>dog<enter>");
    let superseded = scenario.pending_request();
    let effects = scenario.press("r");
    assert!(effects.contains(&Effect::Abort(superseded)), "{effects:?}");
    assert!(effects.contains(&fetch(scenario.pending_request().0, "dog")), "{effects:?}");
    scenario.press("<esc>r");
    assert!(
        scenario.effects.contains(&fetch(scenario.pending_request().0, "cat")),
        "cancelled: what is shown again"
    );
}
