//! Journeys with a delivery host's word, and with pasted URLs, where something else has happened meanwhile.

use super::signing::{opens, refused, signed_url};
use super::*;

#[test]
fn a_word_on_another_image_than_the_one_shown_says_of_which() {
    let mut journey = Journey::shown();
    journey.press("V");
    let asked = journey.effects.clone();
    journey.press("i<c-u>dog<enter>");
    journey.answer("dog", Ok(image("dog")));
    journey.effects = asked;
    journey.answer_verify(opens(), None);
    assert!(journey.done().starts_with("cat: plain URL opens (200)"), "{}", journey.done());
}

#[test]
fn result_for_another_variant_than_the_selected_one_names_it() {
    let mut journey = Journey::shown();
    journey.press("V");
    let asked = journey.effects.clone();
    journey.press("j");
    assert_eq!(journey.model.lookup.variant().unwrap().name, "thumbnail");
    journey.effects = asked;
    journey.answer_verify(opens(), None);
    assert!(journey.done().starts_with("public: plain URL opens (200)"), "{}", journey.done());
}

#[test]
fn late_opening_names_variant_and_image() {
    let opened = |meanwhile: &dyn Fn(&mut Journey)| {
        let mut journey = Journey::private();
        journey.press("o");
        journey.sign();
        let [Effect::Open(parcel)] = &journey.effects[..] else { panic!("{:?}", journey.effects) };
        let url = parcel.clone();
        meanwhile(&mut journey);
        journey.event(Event::Opened { url, outcome: Ok(()) });
        journey.done().to_owned()
    };
    assert_eq!(opened(&|_| {}), "Opened in the browser, holds until 13:00");
    let variant = |journey: &mut Journey| drop(journey.press("j"));
    assert_eq!(opened(&variant), "Opened variant public in the browser, holds until 13:00");
    let other = |journey: &mut Journey| {
        journey.press("i<c-u>dog<enter>");
        journey.answer("dog", Ok(image("dog")));
    };
    assert_eq!(opened(&other), format!("Opened variant public of {CAT} in the browser, holds until 13:00"));
}

#[test]
fn a_denied_url_that_is_no_more_in_hand_is_not_signed_again() {
    let mut journey = Journey::private();
    journey.press("V");
    journey.sign();
    let asked = journey.effects.clone();
    journey.press("jy");
    journey.sign();
    journey.effects = asked;
    journey.answer_verify(refused(), None);
    assert_eq!(journey.effects, []);
    assert!(journey.warning().contains("denies access"), "{}", journey.warning());
}

#[test]
fn a_clock_that_is_off_is_told_with_a_denial() {
    let mut journey = Journey::shown();
    journey.press("V");
    let late = journey.now.checked_add(SignedDuration::from_mins(5)).unwrap();
    journey.answer_verify(refused(), Some(late));
    assert!(journey.warning().contains("This machine's clock is 5 minutes behind"), "{}", journey.warning());
}

#[test]
fn a_variant_with_a_name_tells_nothing_of_flexible_ones() {
    let mut journey = Journey::shown();
    journey.model.signing.flexible_is_off = true;
    journey.press("V");
    journey.answer_verify(opens(), None);
    assert!(journey.model.signing.flexible_is_off);
}

#[test]
fn a_newer_question_about_a_pasted_url_takes_the_place_of_the_one_before() {
    let mut journey = Journey::new();
    journey.paste(&signed_url("public", None));
    let (first, _) = journey.explaining();
    journey.answer(CAT, Ok(image(CAT)));
    assert!(journey.press("e").contains(&Effect::Abort(first)));
}

#[test]
fn without_credentials_a_pasted_signature_is_not_looked_at() {
    let mut journey = Journey::with(Some(failure("No credentials")));
    let effects = journey.paste(&signed_url("public", None));
    assert!(effects.iter().all(|effect| !matches!(effect, Effect::Explain { .. })), "{effects:?}");
}
