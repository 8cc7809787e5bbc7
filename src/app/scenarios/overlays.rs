//! Scenarios in which the image or the overlay changes before a key is pressed or a response arrives.

use std::time::Duration;

use super::browse::listed;
use super::signing::{HOUR, private, signed_url};
use super::*;
use crate::app::Signatures;
use crate::domain::delivery_plan::WhyPublic;

/// A scenario whose copy failed after `over` was looked up: the overlay shows the other image's URL.
fn failed_copy(over: Image) -> Scenario {
    let mut scenario = Scenario::shown();
    let [Effect::Copy(text)] = &scenario.press("y")[..] else { panic!("a copy") };
    let text = text.clone();
    let id = over.id.as_str().to_owned();
    scenario.press(&format!("i<c-u>{id}<enter>"));
    scenario.respond(&id, Ok(over));
    scenario.event(Event::Copied { text, outcome: Err(failure("Not copied")) });
    assert!(matches!(scenario.model.overlay, Some(Overlay::Url { .. })));
    scenario
}

#[test]
fn url_overlay_of_other_image_limits_actions() {
    for key in ["Y", "V", "s", "f", "e"] {
        let mut scenario = failed_copy(private(CAT));
        assert_eq!(scenario.press(key), [], "{key}");
        scenario.assert_warned(&["Esc"]);
        assert!(matches!(scenario.model.overlay, Some(Overlay::Url { .. })), "{key}");
    }
    let mut scenario = failed_copy(private(CAT));
    assert_eq!(scenario.press("yo"), [copy(url("cat", "public")), open(url("cat", "public"))]);
}

#[test]
fn signed_overlay_of_other_image_limits_actions() {
    for key in ["Y", "s", "f"] {
        let mut scenario = Scenario::private();
        scenario.press("s1");
        let effects = scenario.effects.clone();
        scenario.press("i<c-u>dog<enter>");
        scenario.respond("dog", Ok(image("dog")));
        scenario.effects = effects;
        scenario.sign();
        assert!(matches!(scenario.model.overlay, Some(Overlay::Signed)));
        assert_eq!(scenario.press(key), [], "{key}");
        scenario.assert_warned(&["Esc"]);
        let [Effect::Copy(copied)] = &scenario.press("y")[..] else { panic!("{:?}", scenario.effects) };
        assert!(copied.text().starts_with(&url(CAT, "public")) && copied.has_signature());
    }
}

#[test]
fn url_overlay_of_removed_private_variant_copies_nothing() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.page(Page { images: vec![listed(CAT, true)], next: None });
    scenario.now = scenario.model.lookup.request_at.unwrap();
    scenario.event(Event::Woke);
    scenario.press("<enter><enter>");
    assert!(matches!(scenario.model.overlay, Some(Overlay::Url { .. })), "{:?}", scenario.model.overlay);
    let other = format!(r#"{{"id":"{CAT}","requireSignedURLs":true,"variants":["{}"]}}"#, url(CAT, "other"));
    scenario.respond(CAT, Ok(Image::read(&other).unwrap()));
    for key in ["y", "o"] {
        let effects = scenario.press(key);
        assert!(effects.is_empty(), "{effects:?}");
        assert!(!scenario.warning().is_empty());
    }
}

#[test]
fn unknown_access_copies_visible_signed_url() {
    let mut scenario = Scenario::new();
    scenario.press(&format!("{CAT}<enter>"));
    scenario.respond(CAT, Ok(image_with(CAT, r#""requireSignedURLs":"no""#)));
    scenario.press("s2");
    scenario.sign();
    let expires = Some(scenario.now.as_second() + HOUR);
    scenario.press("y");
    assert_eq!(scenario.copied(), signed_url("public", expires));
}

#[test]
fn signing_is_refused_once_image_is_public() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.page(Page { images: vec![listed(CAT, true)], next: None });
    scenario.now = scenario.model.lookup.request_at.unwrap();
    scenario.event(Event::Woke);
    scenario.press("s");
    scenario.respond(CAT, Ok(image(CAT)));
    assert_eq!(scenario.press("<enter>"), []);
    assert_eq!(scenario.model.overlay, None);
    scenario.assert_warned(&[&WhyPublic::Image.to_string()]);
}

#[test]
fn late_signature_does_not_interrupt_typing() {
    let mut scenario = Scenario::private();
    scenario.press("s2");
    let effects = scenario.effects.clone();
    scenario.press("i<c-u>do");
    scenario.effects = effects.clone();
    scenario.sign();
    assert_eq!((scenario.press("q"), scenario.model.input.text()), (vec![], "doq"));
    assert_eq!(scenario.model.overlay, None);
    let mut scenario = Scenario::private();
    scenario.press("s2");
    scenario.press("fw=4");
    scenario.effects = effects;
    scenario.sign();
    scenario.copied();
    scenario.assert_done(&["13:00"]);
    scenario.press("0");
    let Some(Overlay::Flexible(dialog)) = &scenario.model.overlay else { panic!("still being typed") };
    assert_eq!(dialog.line.text(), "w=40");
    let text = crate::app::SensitiveText::from(url("cat", "public"));
    scenario.event(Event::Copied { text, outcome: Err(failure("Not copied")) });
    assert!(matches!(scenario.model.overlay, Some(Overlay::Flexible(_))));
    scenario.assert_warned(&[&failure("Not copied").to_string()]);
}

#[test]
fn unsigned_confirmation_applies_only_to_same_targets() {
    // Marked images could not be signed. The image shown since needs its own confirmation.
    let other = CAT.replace("107b", "207b");
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.page(Page { images: vec![listed(CAT, true), listed(&other, true)], next: None });
    let sign = scenario.press("*y").pop();
    scenario.press("<enter>");
    scenario.effects = sign.into_iter().collect();
    scenario.fail_to_sign();
    assert!(!matches!(&scenario.press("y")[..], [Effect::Copy(_)]), "{:?}", scenario.effects);
    // So does another variant.
    let mut scenario = Scenario::private();
    let sign = scenario.press("y");
    scenario.press("k");
    scenario.effects = sign;
    scenario.fail_to_sign();
    assert!(!matches!(&scenario.press("y")[..], [Effect::Copy(_)]), "{:?}", scenario.effects);
}

#[test]
fn passed_expiry_date_is_not_reused() {
    let mut scenario = Scenario::private();
    scenario.press("s5");
    scenario.press("2026-11-24 12:01<enter>");
    scenario.sign();
    scenario.press("<esc>");
    scenario.now += Duration::from_secs(57);
    scenario.press("y");
    let expires = Some(scenario.now.as_second() + HOUR);
    assert!(
        matches!(&scenario.effects[..], [Effect::Sign { expires: at, .. }] if *at == expires),
        "{:?}",
        scenario.effects
    );
}

#[test]
fn debug_of_input_redacts_pasted_signature() {
    let pasted = "https://imagedelivery.net/H/a/public?exp=1&sig=abcdef";
    let input = Input::Paste(pasted.to_owned().into());
    let mut scenario = Scenario::new();
    let message = message_for(&scenario.model, input.clone()).unwrap();
    let started = Event::Started(Some(pasted.to_owned().into()));
    scenario.paste(pasted);
    // The recalled lookup keeps the typed line.
    scenario.press("i<up>");
    let printed = format!("{input:?} {message:?} {started:?} {:?} {:#?}", scenario.effects, scenario.model);
    assert!(!printed.contains("abcdef"), "{printed}");
}

#[test]
fn stale_signature_is_ignored() {
    let mut scenario = Scenario::private();
    let Some(Effect::Sign { request, .. }) = scenario.press("y").pop() else { panic!("signing") };
    scenario.press("<esc>");
    scenario.event(Event::Signed(request, Ok(Signatures { urls: vec![], key: String::new() })));
    assert_eq!(scenario.model.delivery.active_url, None);
}

#[test]
fn unsigned_confirmation_needs_same_marks() {
    let other = CAT.replace("107b", "207b");
    for (meanwhile, taken) in [("", true), ("gu ", false), ("gu*", true)] {
        let mut scenario = Scenario::new();
        scenario.press("<esc>b");
        let images = vec![listed(CAT, true), listed(&other, true), listed("open", false)];
        scenario.page(Page { images, next: None });
        let sign = scenario.press("*y").pop();
        scenario.press(meanwhile);
        scenario.effects = sign.into_iter().collect();
        scenario.fail_to_sign();
        let copied = matches!(&scenario.press("y")[..], [Effect::Copy(_)]);
        assert_eq!(copied, taken, "{meanwhile}: {}", scenario.warning());
    }
}

#[test]
fn expired_overlay_url_is_signed_again() {
    let mut scenario = Scenario::private();
    scenario.press("y");
    scenario.sign();
    let Some(Effect::Copy(text)) = scenario.effects.last().cloned() else { panic!("a copy") };
    scenario.press("i<c-u>dog<enter>");
    scenario.respond("dog", Ok(image("dog")));
    scenario.event(Event::Copied { text, outcome: Err(failure("Not copied")) });
    scenario.now += Duration::from_hours(2);
    assert!(matches!(&scenario.press("y")[..], [Effect::Sign { .. }]), "{:?}", scenario.effects);
    scenario.sign();
    assert!(scenario.copied().starts_with(&url(CAT, "public")));
}

#[test]
fn failed_srcset_copy_can_be_retried_not_opened() {
    let mut scenario = Scenario::shown();
    let [Effect::Copy(text)] = &scenario.press("Y2")[..] else { panic!("a copy") };
    let text = crate::app::SensitiveText::from(format!("{} 320w, {}", url("cat", "hero"), text.text()));
    scenario.event(Event::Copied { text: text.clone(), outcome: Err(failure("Not copied")) });
    assert_eq!(scenario.press("o"), []);
    scenario.assert_warned(&["Esc"]);
    assert_eq!(scenario.press("y"), [Effect::Copy(text)]);
}

#[test]
fn explanation_does_not_interrupt_typing() {
    let mut scenario = Scenario::shown();
    scenario.press("e");
    let (request, text) = scenario.explain_request();
    scenario.press("fw=4");
    let explanation = crate::domain::explain::explain(text.text(), &[], scenario.now).unwrap();
    scenario.event(Event::Explained(request, Ok((Box::new(explanation), None))));
    assert!(matches!(scenario.model.overlay, Some(Overlay::Flexible(_))), "{:?}", scenario.model.overlay);
    scenario.assert_done(&["e "]);
}

#[test]
fn flexible_variant_applies_to_marked_images() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.page(Page { images: vec![listed("a", false), listed("b", false)], next: None });
    scenario.press("*fw=4<enter>");
    let [Effect::Copy(urls)] = &scenario.press("y")[..] else { panic!("{:?}", scenario.effects) };
    assert_eq!(urls.text(), format!("{}\n{}", url("a", "w=4"), url("b", "w=4")));
}

#[test]
fn url_overlay_returns_after_upper_overlay() {
    let is_url = |scenario: &Scenario| matches!(scenario.model.overlay, Some(Overlay::Url { .. }));
    let mut scenario = Scenario::shown();
    scenario.press("<enter>");
    for (opens, closes) in [("?", "?"), ("?", "<esc>"), ("Y", "<esc>"), ("Y?", "<esc><esc>"), ("f", "<esc>")]
    {
        scenario.press(opens);
        assert!(!is_url(&scenario), "{opens}");
        scenario.press(closes);
        assert!(is_url(&scenario), "{opens}{closes}");
    }
    assert!(matches!(&scenario.press("Y2")[..], [Effect::Copy(_)]) && is_url(&scenario));
    scenario.press("V");
    assert!(is_url(&scenario));
    scenario.press("e");
    let (request, text) = scenario.explain_request();
    let explanation = crate::domain::explain::explain(text.text(), &[], scenario.now).unwrap();
    scenario.event(Event::Explained(request, Ok((Box::new(explanation), None))));
    assert!(matches!(scenario.model.overlay, Some(Overlay::Table { .. })));
    scenario.press("<esc>");
    assert!(is_url(&scenario));
    scenario.press("<esc>");
    assert_eq!(scenario.model.overlay, None);
    // Selecting another variant closes the overlay of a URL that is no longer selected.
    scenario.press("<enter>fw=4<enter>");
    assert_eq!(scenario.model.overlay, None);
    // The signed URL replaces the plain one.
    let mut scenario = Scenario::private();
    scenario.press("<enter>s2");
    scenario.sign();
    assert!(matches!(scenario.model.overlay, Some(Overlay::Signed)));
    scenario.press("<esc>");
    assert_eq!(scenario.model.overlay, None);
    // Focusing a pane closes all overlays.
    scenario.press("<enter>Ji");
    assert_eq!(scenario.model.overlay, None);
    scenario.press("<esc>?<esc>");
    assert_eq!(scenario.model.overlay, None);
}

#[test]
fn tab_stays_in_a_dialog() {
    for dialog in ["Y", "s", "J", "?", "w"] {
        for key in ["<tab>", "<s-tab>"] {
            let mut scenario = Scenario::private();
            scenario.press(dialog);
            let focus = scenario.model.focus;
            assert!(scenario.model.overlay.is_some(), "{dialog}");
            scenario.press(key);
            assert!(scenario.model.overlay.is_some(), "{dialog} {key}");
            assert_eq!(scenario.model.focus, focus, "{dialog} {key}");
        }
    }
}
