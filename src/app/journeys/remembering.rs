//! Journeys with what is known of pictures, and until when it holds.

use super::previewing::facts;
use super::*;
use crate::app::preview::PictureFacts;

/// Preview has had hero and public of an image, which is then fetched again.
fn fetched_again() -> Journey {
    let mut journey = Journey::looking_at(image("a"));
    journey.draws(facts());
    journey.passes(1000);
    journey.press("k");
    journey.draws(facts());
    journey.passes(1000);
    journey.press("jr");
    journey
}

fn known(journey: &Journey, variant: &str) -> (bool, bool) {
    let url = url("a", variant);
    let preview = &journey.model.preview;
    (preview.known(&url).is_some(), preview.certain(&url).is_some())
}

#[test]
fn another_image_takes_the_place_of_what_was_known() {
    let mut journey = Journey::looking_at(image("a"));
    journey.draws(facts());
    assert!(known(&journey, "public").0);
    journey.press("i<c-u>b<enter>");
    journey.answer("b", Ok(image("b")));
    assert!(!known(&journey, "public").0);
}

#[test]
fn what_is_fetched_again_stays_but_is_not_relied_on_until_it_is_here() {
    let mut journey = fetched_again();
    assert_eq!(["hero", "public"].map(|variant| known(&journey, variant)), [(true, false); 2]);
    let asks = journey.press("Y4").iter().filter(|effect| matches!(effect, Effect::Measure { .. })).count();
    assert_eq!(asks, 3, "no size is told that may be another's");
}

#[test]
fn a_picture_that_is_as_it_was_speaks_for_the_others() {
    let mut journey = fetched_again();
    journey.draws(PictureFacts { took: SignedDuration::from_secs(9), ..facts() });
    assert_eq!(["hero", "public"].map(|variant| known(&journey, variant)), [(true, true); 2]);
}

#[test]
fn a_picture_that_is_another_now_speaks_against_the_others() {
    for other in [
        PictureFacts { width: 1, ..facts() },
        PictureFacts { height: 1, ..facts() },
        PictureFacts { mime: "image/png", ..facts() },
        PictureFacts { bytes: 1, ..facts() },
    ] {
        let mut journey = fetched_again();
        journey.draws(other.clone());
        assert_eq!(
            ["hero", "public"].map(|variant| known(&journey, variant)),
            [(false, false), (true, true)]
        );
        assert_eq!(journey.model.preview.known(&url("a", "public")), Some(&other));
    }
}

#[test]
fn an_image_that_was_uploaded_anew_under_its_id_is_another() {
    let at = |hour| {
        image_with("a", &format!(r#""requireSignedURLs":false,"uploaded":"2026-01-01T0{hour}:00:00Z""#))
    };
    for (hour, is_another) in [(1, false), (2, true)] {
        let mut journey = Journey::looking_at(at(1));
        journey.draws(facts());
        // As where no picture is seen that could tell.
        journey.press("pp");
        journey.event(Event::Drawn(Reach { wide: true, ..Reach::default() }));
        journey.press("r");
        journey.effects.clear();
        journey.answer("a", Ok(at(hour)));
        assert_eq!(known(&journey, "public").0, !is_another);
        let forgets = forget("a");
        assert_eq!(journey.effects.contains(&forgets), is_another);
    }
}

#[test]
fn what_the_list_told_of_an_upload_is_no_sign_of_another() {
    let mut journey = Journey::browsing(2, None);
    journey.passes(1000);
    let told = journey.shown_id().unwrap().to_owned();
    let more = r#""requireSignedURLs":false,"uploaded":"2026-01-01T00:00:00Z""#;
    journey.effects.clear();
    journey.answer(&told, Ok(image_with(&told, more)));
    assert!(journey.effects.iter().all(|effect| !matches!(effect, Effect::ForgetPictures(_))));
}
