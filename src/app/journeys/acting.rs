//! Journeys that end in the browser, on the clipboard, or with a URL on the screen.

use super::*;

#[test]
fn nothing_is_copied_of_the_image_before_while_another_is_looked_up() {
    let mut journey = Journey::shown();
    journey.press("i<c-u>dog<enter>");
    assert_eq!(journey.press("yo<enter>"), []);
    assert_eq!((journey.model.overlay.clone(), journey.warning().as_str()), (None, ""), "Enter says nothing");
    journey.press("y");
    assert!(journey.warning().starts_with("Not copied: dog is still being looked up."));
}

#[test]
fn a_private_images_url_is_copied_only_when_asked_twice() {
    let mut journey = Journey::new();
    journey.press("cat<enter>");
    journey.answer("cat", Ok(image_with("cat", r#""requireSignedURLs":true"#)));
    assert_eq!(journey.press("y"), []);
    assert!(journey.warning().contains("403"), "{}", journey.warning());
    assert_eq!(texts(&journey.press("y")), [url("cat", "public")]);
    assert_eq!(journey.press("yo"), [], "another wish is asked for anew");
    assert_eq!(texts(&journey.press("o")), [url("cat", "public")]);
    assert_eq!(journey.press("yky"), [], "another variant too");
    let thumb = VariantOptions {
        name: "thumbnail".into(),
        never_require_signed_urls: Some(true),
        ..VariantOptions::default()
    };
    journey.event(Event::OptionsFetched(RequestId(2), Ok(vec![thumb])));
    assert_eq!(journey.press("Gy"), [copy(url("cat", "thumbnail"))], "public all the same");
}

#[test]
fn a_private_images_whole_url_is_copied_only_when_asked_twice() {
    let mut journey = Journey::new();
    journey.press("cat<enter>");
    journey.answer("cat", Ok(image_with("cat", r#""requireSignedURLs":true"#)));
    journey.press("<enter>");
    assert_eq!(journey.press("y"), []);
    assert!(journey.warning().contains("403"), "{}", journey.warning());
    assert_eq!(texts(&journey.press("y")), [url("cat", "public")]);
}

#[test]
fn a_draft_and_an_image_without_variants_say_so() {
    let mut journey = Journey::new();
    assert_eq!(journey.press("<tab>y"), []);
    assert!(journey.warning().starts_with("No image is shown yet."));
    journey.press("icat<enter>");
    journey.answer("cat", Ok(image_with("cat", r#""draft":true"#)));
    for key in ["V", "s", "<enter>"] {
        assert_eq!(journey.press(key), []);
        assert!(journey.warning().starts_with("This image is a draft."), "{}", journey.warning());
    }
    for key in ["y", "o"] {
        assert_eq!(journey.press(key), []);
        assert!(journey.warning().contains("This image is a draft."), "{}", journey.warning());
        let effects = journey.press(key);
        let [Effect::Copy(parcel) | Effect::Open(parcel)] = &effects[..] else { panic!("{effects:?}") };
        assert!(parcel.text() == url("cat", "public") && parcel.warning().is_some());
    }
    journey.press("i<c-u>dog<enter>");
    journey.answer("dog", Ok(Image::read(r#"{"id":"dog"}"#).unwrap()));
    assert_eq!(journey.press("y"), []);
    assert!(journey.warning().starts_with("This image has no variants."), "{}", journey.warning());
}

#[test]
fn a_url_whose_picture_the_host_refused_is_copied_only_when_asked_twice() {
    for (code, kind, known) in [
        ("9404", FailureKind::NotFound, true),
        ("9413", FailureKind::Other, true),
        ("9422", FailureKind::Other, true),
        ("HTTP 404", FailureKind::NotFound, true),
        ("HTTP 403", FailureKind::Credentials, true),
        ("HTTP 503", FailureKind::Network, false),
        ("9522", FailureKind::Network, false),
        ("", FailureKind::Other, false),
        ("10000", FailureKind::Credentials, false),
    ] {
        let mut journey = Journey::looking_at(image("cat"));
        let request = journey.model.preview.picture.awaited().expect("a picture is awaited");
        let refused = Failure { code: code.into(), kind, ..failure("No picture") };
        journey.event(Event::PictureShown(request, Err(refused)));
        let effects = journey.press("y");
        assert_eq!(effects.is_empty(), known, "{code}");
        if known {
            let effects = journey.press("y");
            let [Effect::Copy(parcel)] = &effects[..] else { panic!("{effects:?}") };
            assert!(parcel.warning().is_some_and(|warning| warning.contains("No picture")), "{code}");
        }
        assert!(!journey.press("ky").is_empty(), "another variant");
    }
}

#[test]
fn a_url_that_could_not_be_copied_is_shown_whole() {
    let mut journey = Journey::shown();
    journey.press("y");
    let copied = |outcome| Event::Copied { text: url("cat", "public").into(), outcome };
    journey.event(copied(Err(failure("Not copied"))));
    assert!(
        matches!(&journey.model.overlay, Some(Overlay::Url { url: shown, failure: Some(_), .. }) if shown.text() == url("cat", "public"))
    );
    assert_eq!(journey.press("y"), [copy(url("cat", "public"))], "to be tried again from there");
    journey.press("<enter>i");
    journey.event(copied(Err(failure("Not copied"))));
    assert_eq!(journey.model.overlay, None, "who is typing is not interrupted");
    assert!(journey.warning().contains(&url("cat", "public")));
    journey.event(copied(Ok("OSC 52".into())));
    assert_eq!(journey.model.notice, Some(Notice::Done("Copied (OSC 52)".into())));
    journey.press("x");
    assert_eq!(journey.model.notice, None, "it is said until the next key");
}

#[test]
fn an_odd_id_is_copied_as_one_word() {
    let mut journey = Journey::new();
    journey.press("cat<enter>");
    journey.answer("cat", Ok(image_with("a b", r#""requireSignedURLs":false"#)));
    assert_eq!(journey.press("y"), [copy(url("a%20b", "public"))]);
}

#[test]
fn unknown_access_is_never_passed_off_as_public() {
    let mut journey = Journey::new();
    journey.press("cat<enter>");
    journey.answer("cat", Ok(image_with("cat", r#""requireSignedURLs":"no""#)));
    let [Effect::Copy(parcel)] = &journey.press("y")[..] else { panic!("a copy") };
    assert_eq!(parcel.text(), url("cat", "public"));
    journey.event(Event::Copied { text: parcel.clone(), outcome: Ok("clipboard".into()) });
    assert_eq!(journey.done(), "Copied (clipboard), but whether it needs a signature is unknown");
}

#[test]
fn the_whole_url_the_json_and_the_help_lie_on_top_and_close() {
    let mut journey = Journey::shown();
    journey.press("r<enter>");
    assert_eq!(journey.model.overlay, None, "while a lookup runs: nothing");
    journey.press("<esc><enter>");
    assert!(matches!(&journey.model.overlay, Some(Overlay::Url { failure: None, .. })));
    journey.press("<enter>");
    assert_eq!(journey.model.overlay, None);
    journey.press("J");
    assert_eq!(journey.model.overlay, None, "J is for Details");
    journey.press("<s-tab>J");
    journey.model.reach.overlay = Extent { rows: 50, height: 10, beyond: 30 };
    journey.press("jjll");
    let Some(Overlay::Json(scroll)) = &journey.model.overlay else { panic!("the JSON") };
    assert_eq!((scroll.top, scroll.left), (2, 16));
    journey.press("?");
    assert!(matches!(journey.model.overlay, Some(Overlay::Help(_))));
    journey.press("?");
    assert!(matches!(journey.model.overlay, Some(Overlay::Json(_))), "what lay beneath is there still");
    journey.press("<esc>");
    assert_eq!(journey.model.overlay, None);
    journey.press("?i");
    assert_eq!((journey.model.overlay.clone(), journey.model.focus), (None, Pane::Image));
}
