//! Scenarios of verification and explanation in which something else happens first.

use super::signing::{opens, refused, signed_url};
use super::*;

#[test]
fn verify_notice_names_other_image() {
    let mut scenario = Scenario::shown();
    scenario.press("V");
    let effects = scenario.effects.clone();
    scenario.press("i<c-u>dog<enter>");
    scenario.respond("dog", Ok(image("dog")));
    scenario.effects = effects;
    scenario.respond_to_verify(opens(), None);
    scenario.assert_done(&["cat", "200"]);
}

#[test]
fn verify_notice_names_other_variant() {
    let mut scenario = Scenario::shown();
    scenario.press("V");
    let effects = scenario.effects.clone();
    scenario.press("j");
    assert_eq!(scenario.model.lookup.variant().unwrap().name, "thumbnail");
    scenario.effects = effects;
    scenario.respond_to_verify(opens(), None);
    scenario.assert_done(&["public", "200"]);
}

#[test]
fn late_open_notice_names_variant_and_image() {
    let opened = |meanwhile: &dyn Fn(&mut Scenario)| {
        let mut scenario = Scenario::private();
        scenario.press("o");
        scenario.sign();
        let [Effect::Open(payload)] = &scenario.effects[..] else { panic!("{:?}", scenario.effects) };
        let url = payload.clone();
        meanwhile(&mut scenario);
        scenario.event(Event::Opened { url, outcome: Ok(()) });
        scenario.done().to_owned()
    };
    let says = |text: &str| ["13:00", "public", CAT].map(|part| text.contains(part));
    assert_eq!(says(&opened(&|_| {})), [true, false, false]);
    let variant = |scenario: &mut Scenario| drop(scenario.press("j"));
    assert_eq!(says(&opened(&variant)), [true, true, false]);
    let other = |scenario: &mut Scenario| {
        scenario.press("i<c-u>dog<enter>");
        scenario.respond("dog", Ok(image("dog")));
    };
    assert_eq!(says(&opened(&other)), [true, true, true]);
}

#[test]
fn superseded_url_is_not_signed_again_when_denied() {
    let mut scenario = Scenario::private();
    scenario.press("V");
    scenario.sign();
    let effects = scenario.effects.clone();
    scenario.press("jy");
    scenario.sign();
    scenario.effects = effects;
    scenario.respond_to_verify(refused(), None);
    assert_eq!(scenario.effects, []);
    scenario.assert_warned(&["9425"]);
}

#[test]
fn wrong_clock_is_reported_with_denial() {
    let mut scenario = Scenario::shown();
    scenario.press("V");
    let late = scenario.now.checked_add(SignedDuration::from_mins(5)).unwrap();
    scenario.respond_to_verify(refused(), Some(late));
    scenario.assert_warned(&["403", "5 minutes"]);
}

#[test]
fn named_variant_does_not_enable_flexible() {
    let mut scenario = Scenario::shown();
    scenario.model.delivery.flexible_is_off = true;
    scenario.press("V");
    scenario.respond_to_verify(opens(), None);
    assert!(scenario.model.delivery.flexible_is_off);
}

#[test]
fn newer_explanation_aborts_older_one() {
    let mut scenario = Scenario::new();
    scenario.paste(&signed_url("public", None));
    let (first, _) = scenario.explain_request();
    scenario.respond(CAT, Ok(image(CAT)));
    assert!(scenario.press("e").contains(&Effect::Abort(first)));
}

#[test]
fn pasted_signature_is_not_explained_without_credentials() {
    let mut scenario = Scenario::with(Some(failure("No credentials")));
    let effects = scenario.paste(&signed_url("public", None));
    assert!(effects.iter().all(|effect| !matches!(effect, Effect::Explain { .. })), "{effects:?}");
}
