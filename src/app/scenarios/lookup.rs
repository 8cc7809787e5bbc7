//! Scenarios of lookups.

use super::*;

#[test]
fn look_up_then_move_and_copy() {
    let mut scenario = Scenario::new();
    let effects = [fetch(1, "cat"), Effect::FetchOptions(RequestId(2)), Effect::AddToHistory("cat".into())];
    assert_eq!(scenario.press("cat<enter>"), effects);
    assert_eq!(scenario.model.focus, Pane::Variants, "before the response");
    scenario.respond("cat", Ok(image("cat")));
    assert_eq!(scenario.model.lookup.variant().unwrap().name, "public");
    assert_eq!(scenario.press("jy"), [copy(url("cat", "thumbnail"))]);
    assert_eq!(scenario.press("gGkko"), [open(url("cat", "hero"))]);
}

#[test]
fn newer_lookup_supersedes_older_one() {
    let mut scenario = Scenario::new();
    scenario.press("one<enter>");
    let late = scenario.pending_request();
    assert_eq!(
        scenario.press("i<c-u>two<enter>"),
        [Effect::Abort(late), fetch(3, "two"), Effect::AddToHistory("two".into())]
    );
    scenario.event(Event::ImageFetched(late, Ok(Box::new(image("one")))));
    assert_eq!(scenario.shown_id(), None);
    scenario.respond("two", Ok(image("two")));
    scenario.event(Event::ImageFetched(late, Ok(Box::new(image("one")))));
    assert_eq!(scenario.shown_id(), Some("two"));
}

#[test]
fn last_of_ten_quick_lookups_wins() {
    let mut scenario = Scenario::new();
    let mut requests = Vec::new();
    for n in 0..10 {
        scenario.press(&format!("i<c-u>img{n}<enter>"));
        requests.push((n, scenario.pending_request()));
    }
    for (n, request) in requests.into_iter().rev() {
        scenario.event(Event::ImageFetched(request, Ok(Box::new(image(&format!("img{n}"))))));
    }
    assert_eq!(scenario.shown_id(), Some("img9"));
}

#[test]
fn esc_cancels_lookup() {
    let mut scenario = Scenario::shown();
    scenario.press("i<c-u>dog<enter>");
    let request = scenario.pending_request();
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
    scenario.event(Event::ImageFetched(request, Ok(Box::new(image("dog")))));
    assert_eq!(scenario.shown_id(), Some("cat"));
    assert_eq!(next_wake(&scenario.model), None);
}

#[test]
fn image_stays_while_another_loads_or_fails() {
    let mut scenario = Scenario::shown();
    scenario.press("i<c-u>dog<enter>");
    assert_eq!(scenario.shown_id(), Some("cat"));
    scenario.respond("dog", Err(failure("No answer")));
    assert_eq!(scenario.shown_id(), Some("cat"));
    assert_eq!(scenario.warning(), failure("No answer").to_string());
    assert_eq!(
        scenario.press("r"),
        [forget("cat"), Effect::Abort(RequestId(2)), Effect::FetchOptions(RequestId(4)), fetch(5, "dog")]
    );
}

#[test]
fn another_image_resets_variant_and_scroll() {
    let mut scenario = Scenario::shown();
    let viewports = Viewport { rows: 50, height: 10, beyond: 0 };
    scenario.press("j<tab>");
    scenario.model.viewports.details = viewports;
    scenario.press("jjr");
    scenario.respond("cat", Ok(image("cat")));
    assert_eq!(scenario.model.details.top, 2, "the same image stays where it is");
    scenario.press("i<c-u>dog<enter>");
    scenario.respond("dog", Ok(image("dog")));
    assert_eq!(scenario.model.lookup.variant().unwrap().name, "public");
    assert_eq!(scenario.model.details.top, 0);
}

#[test]
fn pasted_url_selects_its_variant() {
    let mut scenario = Scenario::new();
    let effects = scenario.paste(&format!("https://imagedelivery.net/Hash/{CAT}/hero?sig=secret\n"));
    assert!(matches!(&effects[0], Effect::FetchImage { hash: Some(hash), .. } if hash == "Hash"));
    assert_eq!(lookups_stored(&effects), [CAT], "no signature in the history");
    scenario.respond(CAT, Ok(image(CAT)));
    assert_eq!(scenario.model.lookup.variant().unwrap().name, "hero");
    scenario.press("i<c-u><up>");
    assert_eq!(scenario.model.input.text(), CAT, "no signature in the history");
}

#[test]
fn image_from_command_line_is_looked_up() {
    let mut scenario = Scenario::new();
    scenario.event(Event::Started(Some("cat".to_owned().into())));
    assert_eq!(scenario.effects[..2], [Effect::ReadHistory, fetch(1, "cat")]);
    assert_eq!(scenario.model.focus, Pane::Variants);
    let mut refused = Scenario::new();
    refused.event(Event::Started(Some("a/../b".to_owned().into())));
    assert_eq!(refused.effects, [Effect::ReadHistory], "no request, and no history");
    assert_eq!(refused.model.focus, Pane::Image);
}

#[test]
fn lookup_without_credentials_fails_without_request() {
    let mut scenario = Scenario::with(Some(failure("No credentials")));
    assert_eq!(scenario.warning(), failure("No credentials").to_string(), "from the start");
    assert_eq!(scenario.press("cat<enter>r"), [Effect::AddToHistory("cat".into())], "no request");
    assert_eq!(scenario.warning(), failure("No credentials").to_string());
    assert_eq!(next_wake(&scenario.model), None);
}

#[test]
fn spinner_and_pause_wake_only_during_requests() {
    let mut scenario = Scenario::new();
    assert_eq!(next_wake(&scenario.model), None);
    scenario.press("cat<enter>");
    let began = scenario.now;
    assert_eq!(next_wake(&scenario.model), Some(began + SignedDuration::from_millis(250)));
    scenario.now = began + SignedDuration::from_millis(610);
    scenario.event(Event::Woke);
    assert_eq!(next_wake(&scenario.model), Some(began + SignedDuration::from_millis(750)));
    let wait = Wait { until: scenario.now + SignedDuration::from_secs(3), reason: "rate limited" };
    scenario.event(Event::Waiting(RequestId(99), wait.clone()));
    assert_eq!(scenario.model.lookup.wait, None, "another request's");
    scenario.event(Event::Waiting(scenario.pending_request(), wait.clone()));
    assert_eq!(scenario.model.lookup.wait, Some(wait.clone()));
    scenario.press("i<c-u>dog<enter>");
    assert_eq!(scenario.model.lookup.wait, None, "the newer request does not wait");
    scenario.event(Event::Waiting(scenario.pending_request(), wait));
    scenario.respond("dog", Ok(image("dog")));
    assert_eq!((scenario.model.lookup.wait.clone(), next_wake(&scenario.model)), (None, None));
}

#[test]
fn time_zone_is_loaded_with_first_lookup() {
    let mut scenario = Scenario::without_time_zone();
    assert!(scenario.press("cat<enter>").contains(&Effect::LoadTimeZone));
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
    scenario.event(Event::TimeZoneLoaded(zone.clone()));
    assert_eq!(scenario.model.zone, Some(zone));
    assert!(!scenario.press("i<c-u>dog<enter>").contains(&Effect::LoadTimeZone));
}

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
