//! Journeys with what is made of URLs: forms to paste, flexible variants, the delivery host's word, explanations.

use super::signing::{HOUR, KEY, delivers, denied, private, signed_url};
use super::*;
use crate::app::signing::Address;
use crate::domain::SigningKey;

#[test]
fn a_form_is_chosen_signed_and_remembered() {
    let mut journey = Journey::private();
    journey.press("Y2");
    journey.sign();
    let copied = journey.copied();
    assert!(copied.starts_with("![logo](https://") && copied.contains("sig="), "{copied}");
    assert_eq!(journey.done(), "Copied Markdown (clipboard), holds until 13:00");
    journey.press("Y<enter>");
    assert_eq!(journey.copied(), copied, "the last form, and the URL in hand");
    journey.press("Y7");
    assert_eq!(journey.copied(), CAT);
    assert_eq!(journey.done(), "Copied image ID (clipboard)", "no URL is in it, so nothing lapses");
    journey.press("Y4");
    assert!(
        journey.warning().starts_with("Not copied. No variant's width is known"),
        "{}",
        journey.warning()
    );
    let wide = r#"{"options":{"width":200,"height":100,"fit":"cover"}}"#;
    let options = ["hero", "public"].map(|name| VariantOptions::read(name, wide));
    journey.event(Event::OptionsFetched(RequestId(2), Ok(options.to_vec())));
    journey.press("Y4");
    assert!(matches!(journey.effects.last(), Some(Effect::Sign { urls, .. }) if urls.len() == 3));
    journey.sign();
    assert!(journey.copied().ends_with(" 200w"));
    journey.press("Y3");
    assert!(journey.copied().contains(r#"width="200" height="100" alt="logo""#));
    journey.press("Y9");
    assert!(matches!(journey.model.overlay, Some(Overlay::Forms(2))), "there is no ninth");
}

#[test]
fn a_form_without_a_key_is_copied_unsigned_when_chosen_again() {
    let mut journey = Journey::private();
    journey.press("Y2");
    journey.refuse_to_sign();
    assert!(
        journey.warning().contains("Press Y and Enter again to copy it unsigned"),
        "{}",
        journey.warning()
    );
    let [Effect::Copy(parcel)] = &journey.press("Y<enter>")[..] else { panic!("a copy") };
    assert_eq!(parcel.text(), format!("![logo]({})", url(CAT, "public")));
    assert!(matches!(&journey.press("Y<enter>")[..], [Effect::Sign { .. }]), "each time anew");
}

#[test]
fn templates_of_ones_own_are_forms_too() {
    let mut journey = Journey::shown();
    let template = crate::domain::copy_as::Template::parse("<{id}>").unwrap();
    journey.model.preferences.templates = vec![("mine".to_owned(), template)];
    journey.press("Y9");
    assert_eq!(journey.copied(), "<cat>");
    assert_eq!(journey.done(), "Copied mine (clipboard)");
}

#[test]
fn verifying_asks_with_the_url_in_hand_and_says_what_comes() {
    let mut journey = Journey::private();
    journey.press("V");
    journey.sign();
    let asked = journey.answer_verify(Ok(delivers()), Some(journey.now));
    assert!(matches!(asked, Address::Signed(_)));
    assert_eq!(journey.done(), "public: 200 · image/webp · 84.1 kB · 23 ms");
    let mut journey = Journey::shown();
    journey.press("V");
    let late = journey.now.checked_add(SignedDuration::from_mins(5)).unwrap();
    assert!(matches!(journey.answer_verify(Ok(delivers()), Some(late)), Address::Plain(_)));
    assert!(
        journey.warning().starts_with(
            "public: 200 · image/webp · 84.1 kB · 23 ms. This machine's clock is 5 minutes behind"
        ),
        "{}",
        journey.warning()
    );
}

#[test]
fn a_denied_signature_is_tried_once_more_with_keys_fetched_anew() {
    let mut journey = Journey::private();
    journey.press("V");
    journey.sign_with("an-old-key");
    journey.answer_verify(Err(denied()), None);
    assert!(matches!(&journey.effects[..], [Effect::Sign { anew: true, .. }]), "{:?}", journey.effects);
    journey.sign();
    journey.answer_verify(Ok(delivers()), None);
    assert!(journey.done().starts_with("public: 200"));
    assert_eq!(
        journey.model.signing.held.as_ref().unwrap().url.expose(),
        signed_url("public", Some(journey.now.as_second() + HOUR))
    );
}

#[test]
fn a_denial_is_final_where_the_keys_are_the_same_or_deny_again() {
    for second in [KEY, "another"] {
        let mut journey = Journey::private();
        journey.press("V");
        journey.sign();
        journey.answer_verify(Err(denied()), None);
        journey.sign_with(second);
        if second != KEY {
            journey.answer_verify(Err(denied()), None);
        }
        assert_eq!(journey.effects, []);
        assert_eq!(
            journey.warning().matches("The delivery host denies access (9425)").count(),
            1,
            "{}",
            journey.warning()
        );
    }
}

#[test]
fn a_flexible_variant_becomes_the_selected_one() {
    let mut journey = Journey::shown();
    journey.press("fwid<tab>400,fi<tab>cov<tab><enter>");
    assert_eq!(journey.model.overlay, None);
    assert_eq!(journey.press("y"), [copy(url("cat", "w=400,fit=cover"))]);
    assert_eq!(journey.press("ky"), [copy(url("cat", "thumbnail"))], "it is a row below the others");
    assert_eq!(
        journey.press("Gr"),
        [Effect::Abort(RequestId(2)), Effect::FetchOptions(RequestId(3)), fetch(4, "cat")]
    );
    journey.answer("cat", Ok(image("cat")));
    assert_eq!(journey.press("y"), [copy(url("cat", "w=400,fit=cover"))], "kept when refreshed");
    journey.press("V");
    journey.answer_verify(Err(Failure { code: "9429".into(), ..failure("Flexible variants are off") }), None);
    assert!(journey.model.signing.flexible_is_off);
    journey.press("i<c-u>dog<enter>");
    journey.answer("dog", Ok(image("dog")));
    assert_eq!(journey.press("y"), [copy(url("dog", "public"))], "another image has its own");
}

#[test]
fn what_is_not_right_is_not_taken_and_private_images_have_none() {
    let mut journey = Journey::shown();
    journey.press("fw=wide<enter>");
    assert!(matches!(journey.model.overlay, Some(Overlay::Flexible(_))));
    journey.press("<esc>");
    assert_eq!(journey.model.overlay, None);
    let mut journey = Journey::private();
    journey.press("fw=4<enter>");
    assert!(journey.warning().contains("flexible variants do not work"), "{}", journey.warning());
    assert_eq!(journey.press("y"), []);
    assert!(
        journey.warning().starts_with("Not copied. Flexible variants do not work"),
        "{}",
        journey.warning()
    );
}

#[test]
fn a_pasted_signature_is_explained_and_one_that_opens_nothing_is_told() {
    let mut journey = Journey::new();
    let lapsed = signed_url("public", Some(100));
    journey.paste(&lapsed);
    let (request, text) = journey.explaining();
    let keys = [SigningKey::parse("default", KEY).unwrap()];
    let explain = |text: &str, keys: &[SigningKey], now| {
        Ok((Box::new(crate::domain::explain::explain(text, keys, now).unwrap()), None))
    };
    journey.event(Event::Explained { request, explanation: explain(text.text(), &keys, journey.now) });
    assert!(
        journey.warning().starts_with("The pasted URL's signature lapsed 1970-01-01"),
        "{}",
        journey.warning()
    );
    journey.answer(CAT, Ok(private(CAT)));
    journey.press("e");
    let (request, text) = journey.explaining();
    journey.event(Event::Explained { request, explanation: explain(text.text(), &keys, journey.now) });
    let Some(Overlay::Explained(lines, _)) = &journey.model.overlay else { panic!("lines") };
    assert!(lines.contains(&("Account hash", "H (this account's)".to_owned())), "{lines:?}");
    assert!(lines.contains(&("Signature", "good, by the key default".to_owned())), "{lines:?}");
    // A good one is not talked about.
    let mut journey = Journey::new();
    journey.paste(&signed_url("public", None));
    let (request, text) = journey.explaining();
    journey.event(Event::Explained { request, explanation: explain(text.text(), &keys, journey.now) });
    assert_eq!(journey.model.notice, None);
    assert_eq!(journey.paste(&url("cat", "public")).len(), 3, "nor is one without a signature");
}
