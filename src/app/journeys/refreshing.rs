//! Journeys of fetching again.

use super::*;

#[test]
fn refresh_keeps_the_selected_variant_and_what_is_shown() {
    let mut journey = Journey::shown();
    journey.press("j");
    journey.event(Event::OptionsFetched(RequestId(2), Ok(vec![])));
    assert_eq!(journey.press("r"), [forget("cat"), Effect::FetchOptions(RequestId(3)), fetch(4, "cat")]);
    assert_eq!(journey.press("y"), [copy(url("cat", "thumbnail"))], "the same image: its URL is known");
    journey.answer("cat", Ok(image_with("cat", r#""requireSignedURLs":false,"filename":"new.png""#)));
    assert_eq!(journey.model.lookup.variant().unwrap().name, "thumbnail");
    assert_eq!(journey.model.lookup.shown().unwrap().filename.as_deref(), Some("new.png"));
}

#[test]
fn refresh_tells_variants_of_one_name_apart() {
    let two = r#"{"id":"cat","requireSignedURLs":false,"variants":["https://a.example/MTt4OTd0b0w5aj/cat/w","https://b.example/MTt4OTd0b0w5aj/cat/w"]}"#;
    let mut journey = Journey::new();
    journey.press("cat<enter>");
    journey.answer("cat", Ok(Image::read(two).unwrap()));
    journey.press("jr");
    journey.answer("cat", Ok(Image::read(two).unwrap()));
    assert_eq!(journey.press("y"), [copy("https://b.example/MTt4OTd0b0w5aj/cat/w".into())]);
    // Where the URL is another than before, the name still tells.
    journey.press("r");
    let moved = two.replace("b.example", "c.example").replace("/cat/w\",", "/cat/first\",");
    journey.answer("cat", Ok(Image::read(&moved).unwrap()));
    assert_eq!(journey.press("y"), [copy("https://c.example/MTt4OTd0b0w5aj/cat/w".into())]);
}

#[test]
fn refreshing_while_another_is_looked_up_asks_for_that_one_again() {
    let mut journey = Journey::shown();
    journey.press("i<c-u>dog<enter>");
    let superseded = journey.awaited();
    let effects = journey.press("r");
    assert!(effects.contains(&Effect::Abort(superseded)), "{effects:?}");
    assert!(effects.contains(&fetch(journey.awaited().0, "dog")), "{effects:?}");
    journey.press("<esc>r");
    assert!(journey.effects.contains(&fetch(journey.awaited().0, "cat")), "cancelled: what is shown again");
}
