//! Journeys in which what is shown, or what lies on top, is another by the time a key is pressed or an answer comes.

use std::time::Duration;

use super::browsing::listed;
use super::signing::{HOUR, private, signed_url};
use super::*;
use crate::app::signing::Signatures;

/// A URL of this image's selected variant that could not be copied, over another image.
fn failed_copy(over: Image) -> Journey {
    let mut journey = Journey::shown();
    let [Effect::Copy(text)] = &journey.press("y")[..] else { panic!("a copy") };
    let text = text.clone();
    let id = over.id.as_str().to_owned();
    journey.press(&format!("i<c-u>{id}<enter>"));
    journey.answer(&id, Ok(over));
    journey.event(Event::Copied { text, outcome: Err(failure("Not copied")) });
    assert!(matches!(journey.model.overlay, Some(Overlay::Url { .. })));
    journey
}

#[test]
fn with_anothers_url_on_top_only_it_is_acted_on() {
    for key in ["Y", "V", "s", "f", "e"] {
        let mut journey = failed_copy(private(CAT));
        assert_eq!(journey.press(key), [], "{key}");
        assert!(journey.warning().contains("what lies on top is not"), "{key}: {}", journey.warning());
        assert!(matches!(journey.model.overlay, Some(Overlay::Url { .. })), "{key}");
    }
    let mut journey = failed_copy(private(CAT));
    assert_eq!(journey.press("yo"), [copy(url("cat", "public")), open(url("cat", "public"))]);
}

#[test]
fn with_anothers_signed_url_on_top_only_it_is_acted_on() {
    for key in ["Y", "s", "f"] {
        let mut journey = Journey::private();
        journey.press("s1");
        let asked = journey.effects.clone();
        journey.press("i<c-u>dog<enter>");
        journey.answer("dog", Ok(image("dog")));
        journey.effects = asked;
        journey.sign();
        assert!(matches!(journey.model.overlay, Some(Overlay::Signed(_))));
        assert_eq!(journey.press(key), [], "{key}");
        assert!(journey.warning().contains("what lies on top is not"), "{key}: {}", journey.warning());
        let [Effect::Copy(copied)] = &journey.press("y")[..] else { panic!("{:?}", journey.effects) };
        assert!(copied.text().starts_with(&url(CAT, "public")) && copied.has_signature());
    }
}

#[test]
fn a_private_url_on_top_is_not_copied_unsigned_when_its_variant_goes() {
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey.page(Page { images: vec![listed(CAT, true)], next: None });
    journey.now = journey.model.lookup.ask_at.unwrap();
    journey.event(Event::Woke);
    journey.press("<enter><enter>");
    assert!(matches!(journey.model.overlay, Some(Overlay::Url { .. })), "{:?}", journey.model.overlay);
    let other = format!(r#"{{"id":"{CAT}","requireSignedURLs":true,"variants":["{}"]}}"#, url(CAT, "other"));
    journey.answer(CAT, Ok(Image::read(&other).unwrap()));
    for key in ["y", "o"] {
        let effects = journey.press(key);
        assert!(effects.is_empty(), "{effects:?}");
        assert!(!journey.warning().is_empty());
    }
}

#[test]
fn of_an_image_of_which_nobody_knows_the_signed_url_that_is_seen_is_copied() {
    let mut journey = Journey::new();
    journey.press(&format!("{CAT}<enter>"));
    journey.answer(CAT, Ok(image_with(CAT, r#""requireSignedURLs":"no""#)));
    journey.press("s2");
    journey.sign();
    let expires = Some(journey.now.as_second() + HOUR);
    journey.press("y");
    assert_eq!(journey.copied(), signed_url("public", expires));
}

#[test]
fn what_turns_out_to_need_no_signature_is_not_shown_as_signed() {
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey.page(Page { images: vec![listed(CAT, true)], next: None });
    journey.now = journey.model.lookup.ask_at.unwrap();
    journey.event(Event::Woke);
    journey.press("s");
    journey.answer(CAT, Ok(image(CAT)));
    assert_eq!(journey.press("<enter>"), []);
    assert_eq!(journey.model.overlay, None);
    assert!(journey.warning().starts_with("Not signed. This image is public"), "{}", journey.warning());
}

#[test]
fn who_types_is_not_interrupted_by_a_signature() {
    let mut journey = Journey::private();
    journey.press("s2");
    let asked = journey.effects.clone();
    journey.press("i<c-u>do");
    journey.effects = asked.clone();
    journey.sign();
    assert_eq!((journey.press("q"), journey.model.input.text()), (vec![], "doq"));
    assert_eq!(journey.model.overlay, None);
    let mut journey = Journey::private();
    journey.press("s2");
    journey.press("fw=4");
    journey.effects = asked;
    journey.sign();
    assert_eq!(journey.done(), "Signed, holds until 13:00");
    journey.press("0");
    let Some(Overlay::Flexible(builder)) = &journey.model.overlay else { panic!("still being typed") };
    assert_eq!(builder.line.text(), "w=40");
    let text = crate::app::Parcel::from(url("cat", "public"));
    journey.event(Event::Copied { text, outcome: Err(failure("Not copied")) });
    assert!(matches!(journey.model.overlay, Some(Overlay::Flexible(_))));
    assert!(journey.warning().starts_with("Not copied"), "{}", journey.warning());
}

#[test]
fn only_what_was_to_be_signed_may_be_taken_unsigned() {
    // Marked images could not be signed: the image that is shown by then is asked about anew.
    let other = CAT.replace("107b", "207b");
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey.page(Page { images: vec![listed(CAT, true), listed(&other, true)], next: None });
    let sign = journey.press("*y").pop();
    journey.press("<enter>");
    journey.effects = sign.into_iter().collect();
    journey.refuse_to_sign();
    assert!(!matches!(&journey.press("y")[..], [Effect::Copy(_)]), "{:?}", journey.effects);
    // Another variant too.
    let mut journey = Journey::private();
    let sign = journey.press("y");
    journey.press("k");
    journey.effects = sign;
    journey.refuse_to_sign();
    assert!(!matches!(&journey.press("y")[..], [Effect::Copy(_)]), "{:?}", journey.effects);
}

#[test]
fn a_date_that_is_nearly_here_is_no_lifetime_any_more() {
    let mut journey = Journey::private();
    journey.press("s5");
    journey.press("2026-11-24 12:01<enter>");
    journey.sign();
    journey.press("<esc>");
    journey.now += Duration::from_secs(57);
    journey.press("y");
    let expires = Some(journey.now.as_second() + HOUR);
    assert!(
        matches!(&journey.effects[..], [Effect::Sign { expires: at, .. }] if *at == expires),
        "{:?}",
        journey.effects
    );
}

#[test]
fn what_was_pasted_or_given_is_not_printed_with_its_signature() {
    let pasted = "https://imagedelivery.net/H/a/public?exp=1&sig=abcdef";
    let input = Input::Paste(pasted.to_owned().into());
    let mut journey = Journey::new();
    let message = message_for(&journey.model, input.clone()).unwrap();
    let started = Event::Started(Some(pasted.to_owned().into()));
    journey.paste(pasted);
    // What was typed before it was recalled from.
    journey.press("i<up>");
    let printed = format!("{input:?} {message:?} {started:?} {:?} {:#?}", journey.effects, journey.model);
    assert!(!printed.contains("abcdef"), "{printed}");
}

#[test]
fn a_late_signature_changes_nothing() {
    let mut journey = Journey::private();
    let Some(Effect::Sign { request, .. }) = journey.press("y").pop() else { panic!("signing") };
    journey.press("<esc>");
    journey.event(Event::Signed(request, Ok(Signatures { urls: vec![], key: String::new() })));
    assert_eq!(journey.model.signing.held, None);
}

#[test]
fn marked_images_may_be_taken_unsigned_only_while_the_same_ones_are_marked() {
    let other = CAT.replace("107b", "207b");
    for (meanwhile, taken) in [("", true), ("gu ", false), ("gu*", true)] {
        let mut journey = Journey::new();
        journey.press("<esc>b");
        let images = vec![listed(CAT, true), listed(&other, true), listed("open", false)];
        journey.page(Page { images, next: None });
        let sign = journey.press("*y").pop();
        journey.press(meanwhile);
        journey.effects = sign.into_iter().collect();
        journey.refuse_to_sign();
        let copied = matches!(&journey.press("y")[..], [Effect::Copy(_)]);
        assert_eq!(copied, taken, "{meanwhile}: {}", journey.warning());
    }
}

#[test]
fn anothers_signed_url_that_could_not_be_copied_is_renewed_once_it_has_lapsed() {
    let mut journey = Journey::private();
    journey.press("y");
    journey.sign();
    let Some(Effect::Copy(text)) = journey.effects.last().cloned() else { panic!("a copy") };
    journey.press("i<c-u>dog<enter>");
    journey.answer("dog", Ok(image("dog")));
    journey.event(Event::Copied { text, outcome: Err(failure("Not copied")) });
    journey.now += Duration::from_hours(2);
    assert!(matches!(&journey.press("y")[..], [Effect::Sign { .. }]), "{:?}", journey.effects);
    journey.sign();
    assert!(journey.copied().starts_with(&url(CAT, "public")));
}

#[test]
fn what_is_no_url_is_copied_again_but_not_opened() {
    let mut journey = Journey::shown();
    let [Effect::Copy(text)] = &journey.press("Y2")[..] else { panic!("a copy") };
    let text = crate::app::Parcel::from(format!("{} 320w, {}", url("cat", "hero"), text.text()));
    journey.event(Event::Copied { text: text.clone(), outcome: Err(failure("Not copied")) });
    assert_eq!(journey.press("o"), []);
    assert!(journey.warning().starts_with("Not opened: what lies on top"), "{}", journey.warning());
    assert_eq!(journey.press("y"), [Effect::Copy(text)]);
}

#[test]
fn an_explanation_does_not_cover_what_is_being_typed() {
    let mut journey = Journey::shown();
    journey.press("e");
    let (request, text) = journey.explaining();
    journey.press("fw=4");
    let explanation = crate::domain::explain::explain(text.text(), &[], journey.now).unwrap();
    journey.event(Event::Explained { request, explanation: Ok((Box::new(explanation), None)) });
    assert!(matches!(journey.model.overlay, Some(Overlay::Flexible(_))), "{:?}", journey.model.overlay);
    assert_eq!(journey.done(), "Explained: e shows it");
}

#[test]
fn a_flexible_variant_is_that_of_every_marked_image() {
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey.page(Page { images: vec![listed("a", false), listed("b", false)], next: None });
    journey.press("*fw=4<enter>");
    let [Effect::Copy(urls)] = &journey.press("y")[..] else { panic!("{:?}", journey.effects) };
    assert_eq!(urls.text(), format!("{}\n{}", url("a", "w=4"), url("b", "w=4")));
}

#[test]
fn the_whole_url_is_there_again_when_what_lay_on_it_is_closed() {
    let is_url = |journey: &Journey| matches!(journey.model.overlay, Some(Overlay::Url { .. }));
    let mut journey = Journey::shown();
    journey.press("<enter>");
    for (opens, closes) in [("?", "?"), ("?", "<esc>"), ("Y", "<esc>"), ("Y?", "<esc><esc>"), ("f", "<esc>")]
    {
        journey.press(opens);
        assert!(!is_url(&journey), "{opens}");
        journey.press(closes);
        assert!(is_url(&journey), "{opens}{closes}");
    }
    assert!(matches!(&journey.press("Y2")[..], [Effect::Copy(_)]) && is_url(&journey));
    journey.press("V");
    assert!(is_url(&journey));
    journey.press("e");
    let (request, text) = journey.explaining();
    let explanation = crate::domain::explain::explain(text.text(), &[], journey.now).unwrap();
    journey.event(Event::Explained { request, explanation: Ok((Box::new(explanation), None)) });
    assert!(matches!(journey.model.overlay, Some(Overlay::Explained(..))));
    journey.press("<esc>");
    assert!(is_url(&journey));
    journey.press("<esc>");
    assert_eq!(journey.model.overlay, None);
    // Where another variant is chosen, that URL is not what is selected any more.
    journey.press("<enter>fw=4<enter>");
    assert_eq!(journey.model.overlay, None);
    // The signed URL takes the plain one's place.
    let mut journey = Journey::private();
    journey.press("<enter>s2");
    journey.sign();
    assert!(matches!(journey.model.overlay, Some(Overlay::Signed(_))));
    journey.press("<esc>");
    assert_eq!(journey.model.overlay, None);
    // Going to a pane closes all of it.
    journey.press("<enter>?<tab>");
    assert_eq!(journey.model.overlay, None);
    journey.press("?<esc>");
    assert_eq!(journey.model.overlay, None);
}
