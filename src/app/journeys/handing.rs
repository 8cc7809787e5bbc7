//! Journeys with what is made of URLs: forms to paste, flexible variants, the delivery host's word, explanations.

use super::measuring::facts_of;
use super::signing::{HOUR, KEY, opens, private, refused, signed_url};
use super::*;
use crate::domain::SigningKey;
use crate::domain::verification::Reply;

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
    let wide = r#"{"options":{"width":200,"height":100,"fit":"cover"}}"#;
    let options = ["hero", "public"].map(|name| VariantOptions::read(name, wide));
    journey.event(Event::OptionsFetched(RequestId(2), Ok(options.to_vec())));
    journey.press("Y4");
    assert!(matches!(journey.effects.last(), Some(Effect::Sign { urls, .. }) if urls.len() == 3));
    journey.sign();
    assert!(journey.copied().ends_with(" 200w"));
    assert_eq!(
        journey.done(),
        "Copied srcset of the variants (clipboard), holds until 13:00, without 1 variant of another shape"
    );
    journey.press("Y3");
    assert!(journey.copied().contains(r#"width="200" height="100" alt="logo""#));
    journey.press("Y9");
    assert!(matches!(journey.model.overlay, Some(Overlay::Forms(2))), "there is no ninth");
}

#[test]
fn a_srcset_holds_what_is_cut_like_the_selected_variant() {
    let mut journey = Journey::shown();
    let options = |name, fit: &str, width, height| {
        let raw = format!(r#"{{"options":{{"fit":"{fit}","width":{width},"height":{height}}}}}"#);
        VariantOptions::read(name, &raw)
    };
    let account = [
        options("hero", "cover", 400, 200),
        options("public", "pad", 300, 300),
        options("thumbnail", "pad", 200, 200),
    ];
    journey.event(Event::OptionsFetched(RequestId(2), Ok(account.to_vec())));
    journey.press("Y4");
    let whole = [url("cat", "thumbnail") + " 200w", url("cat", "public") + " 300w"].join(", ");
    assert_eq!(journey.copied(), whole);
    assert_eq!(
        journey.done(),
        "Copied srcset of the variants (clipboard), without 1 variant of another shape"
    );
    journey.press("kY4");
    assert_eq!(journey.copied(), url("cat", "hero") + " 400w");
    assert!(journey.done().ends_with(", without 2 variants of another shape"), "{}", journey.done());
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
fn the_variant_of_the_settings_is_the_one_to_start_with() {
    let mut journey = Journey::new();
    journey.model.lookup.preferred = Some("hero".to_owned());
    journey.press("cat<enter>");
    journey.answer("cat", Ok(image("cat")));
    assert_eq!(journey.press("y"), [copy(url("cat", "hero"))]);
    journey.paste(&url("dog", "thumbnail"));
    journey.answer("dog", Ok(image("dog")));
    assert_eq!(journey.press("y"), [copy(url("dog", "thumbnail"))], "the pasted URL's comes first");
}

#[test]
fn the_domain_of_the_settings_is_that_of_every_url() {
    let mut journey = Journey::private();
    journey.model.preferences.domain = Some("img.example.com".parse().unwrap());
    let on_domain = format!("https://img.example.com/cdn-cgi/imagedelivery/H/{CAT}/public");
    journey.press("y");
    journey.sign();
    assert!(journey.copied().starts_with(&on_domain));
    assert_eq!(journey.model.current_url().unwrap().as_str(), on_domain);
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
fn verifying_a_private_image_tells_both_sides() {
    let mut journey = Journey::private();
    journey.press("V");
    journey.sign();
    let Some(Effect::Verify { plain, .. }) = journey.effects.last() else { panic!("{:?}", journey.effects) };
    assert_eq!(plain.as_str(), url(CAT, "public"), "nothing is added to the plain URL");
    assert!(journey.answer_both(opens(), refused(), Some(journey.now)).is_some());
    assert_eq!(journey.done(), "signed URL opens (200); plain URL refused (403)");
    journey.press("V");
    journey.answer_both(opens(), opens(), None);
    assert!(journey.warning().starts_with("signed URL opens (200); plain URL opens (200). "), "a finding");
    journey.press("V");
    journey.answer_both(opens(), Reply::Failed(failure("Busy")), None);
    assert!(journey.warning().contains("plain URL could not be verified. Busy"), "{}", journey.warning());
}

#[test]
fn verifying_a_public_image_asks_about_the_plain_url_alone() {
    let mut journey = Journey::shown();
    journey.press("V");
    assert_eq!(journey.answer_verify(opens(), None), None);
    assert_eq!(journey.done(), "plain URL opens (200); no signature is required");
    journey.press("V");
    journey.answer_verify(refused(), None);
    assert!(journey.warning().starts_with("plain URL refused (403). "), "{}", journey.warning());
    journey.press("V");
    let late = journey.now.checked_add(SignedDuration::from_mins(5)).unwrap();
    journey.answer_verify(opens(), Some(late));
    assert!(
        journey.warning().contains("required. This machine's clock is 5 minutes behind"),
        "{}",
        journey.warning()
    );
}

#[test]
fn verifying_without_a_signature_says_why_there_is_none() {
    let mut journey = Journey::private();
    journey.press("V");
    journey.refuse_to_sign();
    assert_eq!(journey.answer_verify(refused(), None), None);
    assert!(journey.warning().starts_with("plain URL refused (403). No signed URL was tried: "));
    assert!(journey.warning().contains("The signing keys may not be read"), "{}", journey.warning());
    let mut journey = Journey::new();
    journey.press("cat<enter>");
    journey.answer("cat", Ok(private("cat")));
    journey.press("V");
    assert_eq!(journey.answer_verify(refused(), None), None, "a custom ID");
    assert!(journey.warning().contains("custom ID"), "{}", journey.warning());
}

#[test]
fn verifying_a_variant_that_never_requires_a_signature() {
    let mut journey = Journey::private();
    let never = VariantOptions::read("public", r#"{"neverRequireSignedURLs":true}"#);
    journey.event(Event::OptionsFetched(RequestId(2), Ok(vec![never])));
    journey.press("V");
    assert_eq!(journey.answer_verify(opens(), None), None);
    assert_eq!(journey.done(), "plain URL opens (200); this variant never requires a signature");
}

#[test]
fn verifying_where_the_access_is_unknown_tries_both() {
    let mut journey = Journey::new();
    journey.press(&format!("{CAT}<enter>"));
    journey.answer(CAT, Ok(image_with(CAT, r#""requireSignedURLs":null"#)));
    journey.press("V");
    journey.sign();
    assert!(journey.answer_both(opens(), refused(), None).is_some());
    assert_eq!(journey.done(), "signed URL opens (200); plain URL refused (403)");
}

#[test]
fn esc_cancels_a_verification() {
    let mut journey = Journey::shown();
    journey.press("V");
    let Some(Effect::Verify { request, .. }) = journey.effects.last().cloned() else {
        panic!("{:?}", journey.effects)
    };
    assert!(journey.press("<esc>").contains(&Effect::Abort(request)));
    journey.event(Event::Verified(
        request,
        Box::new(crate::app::signing::Verdict { signed: None, plain: Some(opens()), server: None }),
    ));
    assert_eq!(journey.done(), "Cancelled");
}

#[test]
fn a_denied_signature_is_tried_once_more_with_keys_fetched_anew() {
    let mut journey = Journey::private();
    journey.press("V");
    journey.sign_with("an-old-key");
    journey.answer_verify(refused(), None);
    assert!(matches!(&journey.effects[..], [Effect::Sign { anew: true, .. }]), "{:?}", journey.effects);
    journey.sign();
    journey.answer_verify(opens(), None);
    assert!(journey.done().starts_with("signed URL opens (200); "));
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
        journey.answer_verify(refused(), None);
        journey.sign_with(second);
        if second != KEY {
            journey.answer_verify(refused(), None);
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
        [forget("cat"), Effect::Abort(RequestId(2)), Effect::FetchOptions(RequestId(3)), fetch(4, "cat")]
    );
    journey.answer("cat", Ok(image("cat")));
    assert_eq!(journey.press("y"), [copy(url("cat", "w=400,fit=cover"))], "kept when refreshed");
    journey.press("V");
    let off = Failure { code: "9429".into(), ..failure("Flexible variants are off") };
    journey.answer_verify(Reply::Failed(off), None);
    assert!(journey.model.signing.flexible_is_off);
    for (key, handed_over) in [("y", true), ("o", true), ("Y2", false)] {
        assert_eq!(journey.press(key), [], "{key}");
        assert!(journey.warning().contains("Flexible variants are off"), "{}", journey.warning());
        let effects = journey.press(key.replace("Y2", "Y<enter>").as_str());
        let [Effect::Copy(parcel) | Effect::Open(parcel)] = &effects[..] else { panic!("{effects:?}") };
        assert!(parcel.warning().is_some() && parcel.text().contains("w=400"));
        if handed_over {
            let (text, outcome) = (parcel.clone(), Ok("clipboard".into()));
            journey.event(Event::Copied { text, outcome });
            assert!(journey.warning().starts_with("Copied"), "with a warning: {}", journey.warning());
        }
    }
    assert_eq!(journey.press("ky"), [copy(url("cat", "thumbnail"))], "named variants work");
    journey.press("G");
    journey.press("V");
    journey.answer_verify(opens(), None);
    assert!(!journey.model.signing.flexible_is_off, "they are on again");
    journey.press("i<c-u>dog<enter>");
    journey.answer("dog", Ok(image("dog")));
    assert_eq!(journey.press("y"), [copy(url("dog", "public"))], "another image has its own");
}

#[test]
fn pasted_flexible_variant_is_selected_with_its_warnings() {
    let mut journey = Journey::new();
    journey.paste("https://imagedelivery.net/H/cat/w=400,new=1");
    journey.answer("cat", Ok(image("cat")));
    assert_eq!(journey.model.lookup.variant().map(|variant| variant.name.as_str()), Some("w=400,new=1"));
    assert!(journey.warning().contains("“new”"), "{}", journey.warning());
    assert_eq!(journey.press("y"), [copy(url("cat", "w=400,new=1"))]);
    journey.press("r");
    journey.answer("cat", Ok(image("cat")));
    assert_eq!(journey.press("y"), [copy(url("cat", "w=400,new=1"))], "kept when refreshed");
    let mut journey = Journey::shown();
    journey.press("fwid=4<enter>");
    assert!(journey.warning().contains("did you mean width?"), "{}", journey.warning());
    assert_eq!(journey.press("y"), [copy(url("cat", "wid=4"))]);
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

#[test]
fn what_the_bytes_told_of_a_size_is_truer_than_what_the_account_says() {
    let mut journey = Journey::shown();
    let wide = r#"{"options":{"width":9999,"height":9999,"fit":"scale-down"}}"#;
    journey.event(Event::OptionsFetched(RequestId(2), Ok(vec![VariantOptions::read("public", wide)])));
    journey.press("Y3");
    assert!(matches!(&journey.effects[..], [Effect::Measure { .. }]), "a bound is no size");
    journey.model.preview.have_seen(&url("cat", "public"), &facts_of((640, 480)));
    journey.press("Y3");
    assert!(journey.copied().contains(r#"width="640" height="480""#));
    journey.press("Y4");
    assert_eq!(journey.copied(), format!("{} 640w", url("cat", "public")));
}

#[test]
fn a_size_is_told_where_what_the_account_says_makes_it_certain() {
    let options = |fit: &str| {
        let told = format!(r#"{{"options":{{"width":1366,"height":768,"fit":"{fit}"}}}}"#);
        Event::OptionsFetched(RequestId(2), Ok(vec![VariantOptions::read("public", &told)]))
    };
    for (name, fit, certain) in
        [("cat.png", "cover", true), ("cat.png", "scale-down", false), ("cat.SVG", "cover", false)]
    {
        let mut journey = Journey::new();
        journey.press("cat<enter>");
        journey.answer(
            "cat",
            Ok(image_with("cat", &format!(r#""requireSignedURLs":false,"filename":"{name}""#))),
        );
        journey.event(options(fit));
        for form in ["Y3", "Y4"] {
            journey.press(form);
            let at_once = matches!(&journey.effects[..], [Effect::Copy(_)]);
            assert_eq!(at_once, certain, "{name} {fit}");
        }
    }
    for (flexible, certain) in
        [("w=4,h=3,fit=squeeze", true), ("w=4,h=3,fit=cover,dpr=2", false), ("w=4,h=3", false)]
    {
        let mut journey = Journey::shown();
        journey.press(&format!("f{flexible}<enter>Y3"));
        assert_eq!(matches!(&journey.effects[..], [Effect::Copy(_)]), certain, "{flexible}");
    }
}

#[test]
fn what_is_to_be_asked_for_again_is_asked_of_the_image_that_is_shown() {
    let mut journey = Journey::shown();
    journey.press("i<c-u>one<enter>");
    journey.answer("one", Ok(private("one")));
    journey.press("i<c-u>two<enter><esc>");
    journey.press("i<c-u>two<enter>");
    journey.answer("two", Ok(private("two")));
    assert_eq!(journey.press("y"), [], "a custom ID");
    let awaited = {
        journey.press("r");
        journey.awaited()
    };
    journey.press("y");
    journey.event(Event::ImageFetched(awaited, Ok(Box::new(private("three")))));
    assert_eq!(journey.press("y"), [], "another image is asked about anew");
}
