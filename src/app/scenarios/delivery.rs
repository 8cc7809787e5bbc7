//! Scenarios of copy formats, flexible variants, verification, and explanations.

use super::probe::info_of;
use super::signing::{HOUR, KEY, opens, private, refused, signed_url};
use super::*;
use crate::domain::delivery_code::flexible_is_off;
use crate::domain::delivery_plan::{NotSigned, PLAIN_URL_REFUSED};
use crate::domain::verification::Reply;
use crate::domain::{CopyAs, SigningKey};

#[test]
fn copy_format_is_signed_and_remembered() {
    let mut scenario = Scenario::private();
    scenario.press("Y2");
    scenario.sign();
    let copied = scenario.copied();
    assert!(copied.starts_with("![logo](https://") && copied.contains("sig="), "{copied}");
    scenario.assert_done(&[CopyAs::Markdown.label(), "13:00"]);
    scenario.press("Y<enter>");
    assert_eq!(scenario.copied(), copied, "the last format, with the current signed URL");
    scenario.press("Y7");
    assert_eq!(scenario.copied(), CAT);
    scenario.assert_done(&[CopyAs::Id.label()]);
    assert!(!scenario.done().contains("13:00"), "no URL is in it, so nothing expires");
    let wide = r#"{"options":{"width":200,"height":100,"fit":"cover"}}"#;
    let options = ["hero", "public"].map(|name| VariantOptions::read(name, wide));
    scenario.event(Event::OptionsFetched(RequestId(2), Ok(options.to_vec())));
    scenario.press("Y4");
    assert!(matches!(scenario.effects.last(), Some(Effect::Sign { urls, .. }) if urls.len() == 3));
    scenario.sign();
    assert!(scenario.copied().ends_with(" 200w"));
    scenario.assert_done(&[CopyAs::Srcset.label(), "13:00", " 1 variant"]);
    scenario.press("Y3");
    assert!(scenario.copied().contains(r#"width="200" height="100" alt="logo""#));
    let formats = scenario.model.preferences.copy_formats().len();
    scenario.send(Message::Action(Action::CopyAs));
    scenario.send(Message::Action(Action::Pick(formats)));
    assert!(matches!(scenario.model.overlay, Some(Overlay::CopyFormats(2))), "there is no such format");
}

#[test]
fn srcset_contains_variants_of_same_shape() {
    let mut scenario = Scenario::shown();
    let options = |name, fit: &str, width, height| {
        let raw = format!(r#"{{"options":{{"fit":"{fit}","width":{width},"height":{height}}}}}"#);
        VariantOptions::read(name, &raw)
    };
    let account = [
        options("hero", "cover", 400, 200),
        options("public", "pad", 300, 300),
        options("thumbnail", "pad", 200, 200),
    ];
    scenario.event(Event::OptionsFetched(RequestId(2), Ok(account.to_vec())));
    scenario.press("Y4");
    let whole = [url("cat", "thumbnail") + " 200w", url("cat", "public") + " 300w"].join(", ");
    assert_eq!(scenario.copied(), whole);
    scenario.assert_done(&[CopyAs::Srcset.label(), " 1 variant"]);
    scenario.press("kY4");
    assert_eq!(scenario.copied(), url("cat", "hero") + " 400w");
    scenario.assert_done(&[CopyAs::Srcset.label(), " 2 variants"]);
}

#[test]
fn confirmation_holds_for_the_keys_that_it_names() {
    for (warned_by, repeated_by, copies) in [
        ("y", "y", true),
        ("y", "Y1", true),
        ("Y2", "Y3", true),
        ("y", "Y2", false),
        ("Y2", "y", false),
        ("y", "o", false),
    ] {
        let mut scenario = Scenario::private();
        scenario.press(warned_by);
        scenario.fail_to_sign();
        scenario.press(repeated_by);
        let delivers = scenario
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Copy(_) | Effect::ProbeSize { .. }));
        assert_eq!(delivers, copies, "{warned_by} {repeated_by}");
    }
}

#[test]
fn unsigned_copy_format_needs_confirmation() {
    let mut scenario = Scenario::private();
    scenario.press("Y2");
    scenario.fail_to_sign();
    scenario.assert_warned(&["Y", "Enter"]);
    assert_eq!(
        scenario.model.confirmation,
        Some(Confirmation {
            action: DeliveryAction::Copy(CopyAs::Markdown),
            unsigned_policy: UnsignedPolicy::All
        })
    );
    let [Effect::Copy(payload)] = &scenario.press("Y<enter>")[..] else { panic!("a copy") };
    assert_eq!(payload.text(), format!("![logo]({})", url(CAT, "public")));
    assert!(matches!(&scenario.press("Y<enter>")[..], [Effect::Sign { .. }]), "requested each time");
}

#[test]
fn variant_from_settings_is_selected_first() {
    let mut scenario = Scenario::new();
    scenario.model.lookup.preferred = Some("hero".to_owned());
    scenario.press("cat<enter>");
    scenario.respond("cat", Ok(image("cat")));
    assert_eq!(scenario.press("y"), [copy(url("cat", "hero"))]);
    scenario.paste(&url("dog", "thumbnail"));
    scenario.respond("dog", Ok(image("dog")));
    assert_eq!(scenario.press("y"), [copy(url("dog", "thumbnail"))], "the pasted URL's comes first");
}

#[test]
fn domain_from_settings_applies_to_urls() {
    let mut scenario = Scenario::private();
    scenario.model.preferences.domain = Some("img.example.com".parse().unwrap());
    let on_domain = format!("https://img.example.com/cdn-cgi/imagedelivery/H/{CAT}/public");
    scenario.press("y");
    scenario.sign();
    assert!(scenario.copied().starts_with(&on_domain));
    assert_eq!(scenario.model.current_url().unwrap().as_str(), on_domain);
}

#[test]
fn user_templates_are_copy_formats() {
    let mut scenario = Scenario::shown();
    let template = crate::domain::copy_as::Template::parse("<{id}>").unwrap();
    scenario.model.preferences.templates = vec![("mine".to_owned(), template)];
    scenario.press("YG<enter>");
    assert_eq!(scenario.copied(), "<cat>");
    scenario.assert_done(&["mine"]);
}

#[test]
fn verify_private_image_checks_both_urls() {
    let mut scenario = Scenario::private();
    scenario.press("V");
    scenario.sign();
    let Some(Effect::Verify { plain, .. }) = scenario.effects.last() else {
        panic!("{:?}", scenario.effects)
    };
    assert_eq!(plain.as_str(), url(CAT, "public"), "the plain URL is unchanged");
    assert!(scenario.respond_to_both(opens(), refused(), Some(scenario.now)).is_some());
    scenario.assert_done(&["200", "403"]);
    scenario.press("V");
    scenario.respond_to_both(opens(), opens(), None);
    scenario.assert_warned(&["200"]);
    scenario.press("V");
    scenario.respond_to_both(opens(), Reply::Failed(failure("Busy")), None);
    scenario.assert_warned(&["200", "Busy"]);
}

#[test]
fn verify_public_image_checks_plain_url_only() {
    let mut scenario = Scenario::shown();
    scenario.press("V");
    assert_eq!(scenario.respond_to_verify(opens(), None), None);
    scenario.assert_done(&["200"]);
    scenario.press("V");
    scenario.respond_to_verify(refused(), None);
    scenario.assert_warned(&["403"]);
    scenario.press("V");
    let late = scenario.now.checked_add(SignedDuration::from_mins(5)).unwrap();
    scenario.respond_to_verify(opens(), Some(late));
    scenario.assert_warned(&["200", "5 minutes"]);
}

#[test]
fn verify_without_signature_says_why() {
    let mut scenario = Scenario::private();
    scenario.press("V");
    scenario.fail_to_sign();
    assert_eq!(scenario.respond_to_verify(refused(), None), None);
    scenario.assert_warned(&["403", "The signing keys may not be read"]);
    let mut scenario = Scenario::new();
    scenario.press("cat<enter>");
    scenario.respond("cat", Ok(private("cat")));
    scenario.press("V");
    assert_eq!(scenario.respond_to_verify(refused(), None), None, "a custom ID");
    scenario.assert_warned(&[&NotSigned::CustomId.to_string()]);
}

#[test]
fn verify_always_public_variant() {
    let mut scenario = Scenario::private();
    let never = VariantOptions::read("public", r#"{"neverRequireSignedURLs":true}"#);
    scenario.event(Event::OptionsFetched(RequestId(2), Ok(vec![never])));
    scenario.press("V");
    assert_eq!(scenario.respond_to_verify(opens(), None), None);
    scenario.assert_done(&["200"]);
}

#[test]
fn verify_unknown_access_checks_both_urls() {
    let mut scenario = Scenario::new();
    scenario.press(&format!("{CAT}<enter>"));
    scenario.respond(CAT, Ok(image_with(CAT, r#""requireSignedURLs":null"#)));
    scenario.press("V");
    scenario.sign();
    assert!(scenario.respond_to_both(opens(), refused(), None).is_some());
    scenario.assert_done(&["200", "403"]);
}

#[test]
fn esc_cancels_verification() {
    let mut scenario = Scenario::shown();
    scenario.press("V");
    let Some(Effect::Verify { request, .. }) = scenario.effects.last().cloned() else {
        panic!("{:?}", scenario.effects)
    };
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
    let cancelled = scenario.model.notice.clone();
    scenario.assert_done(&[]);
    scenario.event(Event::Verified(
        request,
        Ok(Box::new(crate::app::VerifyResult { signed: None, plain: Some(opens()), server: None })),
    ));
    assert_eq!(scenario.model.notice, cancelled, "a stale response changes nothing");
}

#[test]
fn denied_signature_is_retried_with_refetched_keys() {
    let mut scenario = Scenario::private();
    scenario.press("V");
    scenario.sign_with("an-old-key");
    scenario.respond_to_verify(refused(), None);
    assert!(
        matches!(&scenario.effects[..], [Effect::Sign { refetch_keys: true, .. }]),
        "{:?}",
        scenario.effects
    );
    scenario.sign();
    scenario.respond_to_verify(opens(), None);
    scenario.assert_done(&["200"]);
    assert_eq!(
        scenario.model.delivery.active_url.as_ref().unwrap().url.expose(),
        signed_url("public", Some(scenario.now.as_second() + HOUR))
    );
}

#[test]
fn repeated_denial_is_final() {
    for second in [KEY, "another"] {
        let mut scenario = Scenario::private();
        scenario.press("V");
        scenario.sign();
        scenario.respond_to_verify(refused(), None);
        scenario.sign_with(second);
        if second != KEY {
            scenario.respond_to_verify(refused(), None);
        }
        assert_eq!(scenario.effects, []);
        assert_eq!(scenario.warning().matches("9425").count(), 1, "{}", scenario.warning());
    }
}

#[test]
fn flexible_variant_is_built_and_selected() {
    let mut scenario = Scenario::shown();
    scenario.press("fwid<tab>400,fi<tab>cov<tab><enter>");
    assert_eq!(scenario.model.overlay, None);
    assert_eq!(scenario.press("y"), [copy(url("cat", "w=400,fit=cover"))]);
    assert_eq!(scenario.press("ky"), [copy(url("cat", "thumbnail"))], "the last row");
    assert_eq!(
        scenario.press("Gr"),
        [forget("cat"), Effect::Abort(RequestId(2)), Effect::FetchOptions(RequestId(3)), fetch(4, "cat")]
    );
    scenario.respond("cat", Ok(image("cat")));
    assert_eq!(scenario.press("y"), [copy(url("cat", "w=400,fit=cover"))], "kept when refreshed");
    scenario.press("V");
    let off = Failure { code: "9429".into(), ..failure("Flexible variants are off") };
    scenario.respond_to_verify(Reply::Failed(off), None);
    assert!(scenario.model.delivery.flexible_is_off);
    for (key, delivers) in [("y", true), ("o", true), ("Y2", false)] {
        assert_eq!(scenario.press(key), [], "{key}");
        scenario.assert_warned(&[&flexible_is_off()]);
        let effects = scenario.press(key.replace("Y2", "Y<enter>").as_str());
        let [Effect::Copy(payload) | Effect::Open(payload)] = &effects[..] else { panic!("{effects:?}") };
        assert!(payload.warning().is_some() && payload.text().contains("w=400"));
        if delivers {
            let (text, outcome) = (payload.clone(), Ok("clipboard".into()));
            scenario.event(Event::Copied { text, outcome });
            scenario.assert_warned(&["Copied", payload.warning().unwrap()]);
        }
    }
    assert_eq!(scenario.press("ky"), [copy(url("cat", "thumbnail"))], "named variants work");
    scenario.press("G");
    scenario.press("V");
    scenario.respond_to_verify(opens(), None);
    assert!(!scenario.model.delivery.flexible_is_off, "flexible variants are on again");
    scenario.press("i<c-u>dog<enter>");
    scenario.respond("dog", Ok(image("dog")));
    assert_eq!(scenario.press("y"), [copy(url("dog", "public"))], "another image has its own");
}

#[test]
fn pasted_flexible_variant_is_selected_with_its_warnings() {
    let mut scenario = Scenario::new();
    scenario.paste("https://imagedelivery.net/H/cat/w=400,new=1");
    scenario.respond("cat", Ok(image("cat")));
    assert_eq!(scenario.model.lookup.variant().map(|variant| variant.name.as_str()), Some("w=400,new=1"));
    scenario.assert_warned(&["new"]);
    assert_eq!(scenario.press("y"), [copy(url("cat", "w=400,new=1"))]);
    scenario.press("r");
    scenario.respond("cat", Ok(image("cat")));
    assert_eq!(scenario.press("y"), [copy(url("cat", "w=400,new=1"))], "kept when refreshed");
    let mut scenario = Scenario::shown();
    scenario.press("fwid=4<enter>");
    scenario.assert_warned(&["width"]);
    assert_eq!(scenario.press("y"), [copy(url("cat", "wid=4"))]);
}

#[test]
fn invalid_or_private_flexible_variant_is_refused() {
    let mut scenario = Scenario::shown();
    scenario.press("fw=wide<enter>");
    assert!(matches!(scenario.model.overlay, Some(Overlay::Flexible(_))));
    scenario.press("<esc>");
    assert_eq!(scenario.model.overlay, None);
    let mut scenario = Scenario::private();
    scenario.press("fw=4<enter>");
    scenario.assert_warned(&[&NotSigned::Flexible.to_string()]);
    assert_eq!(scenario.press("y"), []);
    scenario.assert_warned(&[&NotSigned::Flexible.to_string(), PLAIN_URL_REFUSED]);
}

#[test]
fn pasted_expired_signature_is_reported() {
    let mut scenario = Scenario::new();
    let expired = signed_url("public", Some(100));
    scenario.paste(&expired);
    let (request, text) = scenario.explain_request();
    let keys = [SigningKey::parse("default", KEY).unwrap()];
    let explain = |text: &str, keys: &[SigningKey], now| {
        Ok((Box::new(crate::domain::explain::explain(text, keys, now).unwrap()), None))
    };
    scenario.event(Event::Explained(request, explain(text.text(), &keys, scenario.now)));
    scenario.assert_warned(&["1970-01-01"]);
    scenario.respond(CAT, Ok(private(CAT)));
    scenario.press("e");
    let (request, text) = scenario.explain_request();
    scenario.event(Event::Explained(request, explain(text.text(), &keys, scenario.now)));
    let Some(Overlay::Table { rows: lines, .. }) = &scenario.model.overlay else { panic!("lines") };
    assert!(lines.contains(&("Account hash", "H (this account)".to_owned())), "{lines:?}");
    assert!(lines.contains(&("Signature", "valid, signed with key default".to_owned())), "{lines:?}");
    // A good signature causes no notice.
    let mut scenario = Scenario::new();
    scenario.paste(&signed_url("public", None));
    let (request, text) = scenario.explain_request();
    scenario.event(Event::Explained(request, explain(text.text(), &keys, scenario.now)));
    assert_eq!(scenario.model.notice, None);
    assert_eq!(scenario.paste(&url("cat", "public")).len(), 3, "an unsigned URL is not explained");
}

#[test]
fn picture_size_beats_variant_options() {
    let mut scenario = Scenario::shown();
    let wide = r#"{"options":{"width":9999,"height":9999,"fit":"scale-down"}}"#;
    scenario.event(Event::OptionsFetched(RequestId(2), Ok(vec![VariantOptions::read("public", wide)])));
    scenario.press("Y3");
    assert!(matches!(&scenario.effects[..], [Effect::ProbeSize { .. }]), "a maximum is not a size");
    let id = ImageId::parse("cat").unwrap();
    scenario.model.preview.record_for(&id, &url("cat", "public"), &info_of((640, 480)));
    scenario.press("Y3");
    assert!(scenario.copied().contains(r#"width="640" height="480""#));
    scenario.press("Y4");
    assert_eq!(scenario.copied(), format!("{} 640w", url("cat", "public")));
}

#[test]
fn certain_size_from_options_needs_no_probe() {
    let options = |fit: &str| {
        let response = format!(r#"{{"options":{{"width":1366,"height":768,"fit":"{fit}"}}}}"#);
        Event::OptionsFetched(RequestId(2), Ok(vec![VariantOptions::read("public", &response)]))
    };
    for (name, fit, certain) in
        [("cat.png", "cover", true), ("cat.png", "scale-down", false), ("cat.SVG", "cover", false)]
    {
        let mut scenario = Scenario::new();
        scenario.press("cat<enter>");
        scenario.respond(
            "cat",
            Ok(image_with("cat", &format!(r#""requireSignedURLs":false,"filename":"{name}""#))),
        );
        scenario.event(options(fit));
        for form in ["Y3", "Y4"] {
            scenario.press(form);
            let at_once = matches!(&scenario.effects[..], [Effect::Copy(_)]);
            assert_eq!(at_once, certain, "{name} {fit}");
        }
    }
    for (flexible, certain) in
        [("w=4,h=3,fit=squeeze", true), ("w=4,h=3,fit=cover,dpr=2", false), ("w=4,h=3", false)]
    {
        let mut scenario = Scenario::shown();
        scenario.press(&format!("f{flexible}<enter>Y3"));
        assert_eq!(matches!(&scenario.effects[..], [Effect::Copy(_)]), certain, "{flexible}");
    }
}

#[test]
fn confirmation_is_dropped_if_response_changes_image() {
    let mut scenario = Scenario::shown();
    scenario.press("i<c-u>one<enter>");
    scenario.respond("one", Ok(private("one")));
    scenario.press("i<c-u>two<enter><esc>");
    scenario.press("i<c-u>two<enter>");
    scenario.respond("two", Ok(private("two")));
    assert_eq!(scenario.press("y"), [], "a custom ID");
    let awaited = {
        scenario.press("r");
        scenario.pending_request()
    };
    scenario.press("y");
    scenario.event(Event::ImageFetched(awaited, Ok(Box::new(private("three")))));
    assert_eq!(scenario.press("y"), [], "another image needs its own confirmation");
}
