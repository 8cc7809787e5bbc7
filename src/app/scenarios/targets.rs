//! Scenarios of opening, copying, and showing URLs.

use super::*;
use crate::app::problem::nothing_shown;
use crate::domain::variant_selection::NoVariant;

pub(super) fn no_variant(scenario: &Scenario, why: &NoVariant) -> String {
    why.failure(scenario.model.lookup.shown().unwrap()).to_string()
}

#[test]
fn pending_lookup_blocks_copy_and_open() {
    let mut scenario = Scenario::shown();
    scenario.press("i<c-u>dog<enter>");
    assert_eq!(scenario.press("yo<enter>"), []);
    assert_eq!(
        (scenario.model.overlay.clone(), scenario.warning().as_str()),
        (None, ""),
        "Enter says nothing"
    );
    scenario.press("y");
    scenario.assert_warned(&["dog"]);
}

#[test]
fn unsigned_private_copy_needs_confirmation() {
    let mut scenario = Scenario::new();
    scenario.press("cat<enter>");
    scenario.respond("cat", Ok(image_with("cat", r#""requireSignedURLs":true"#)));
    assert_eq!(scenario.press("y"), []);
    assert!(scenario.warning().contains("403"), "{}", scenario.warning());
    assert_eq!(texts_with_warning(&scenario.press("y")), [url("cat", "public")]);
    assert_eq!(scenario.press("yo"), [], "another action needs its own confirmation");
    assert_eq!(texts_with_warning(&scenario.press("o")), [url("cat", "public")]);
    assert_eq!(scenario.press("yky"), [], "another variant needs its own confirmation");
    let thumb = VariantOptions {
        name: "thumbnail".into(),
        never_require_signed_urls: Some(true),
        ..VariantOptions::default()
    };
    scenario.event(Event::OptionsFetched(RequestId(2), Ok(vec![thumb])));
    assert_eq!(scenario.press("Gy"), [copy(url("cat", "thumbnail"))], "always public");
}

#[test]
fn unsigned_copy_from_overlay_needs_confirmation() {
    let mut scenario = Scenario::new();
    scenario.press("cat<enter>");
    scenario.respond("cat", Ok(image_with("cat", r#""requireSignedURLs":true"#)));
    scenario.press("<enter>");
    assert_eq!(scenario.press("y"), []);
    assert!(scenario.warning().contains("403"), "{}", scenario.warning());
    assert_eq!(texts_with_warning(&scenario.press("y")), [url("cat", "public")]);
}

#[test]
fn draft_or_missing_variants_block_delivery() {
    let mut scenario = Scenario::new();
    assert_eq!(scenario.press("<tab>y"), []);
    assert_eq!(scenario.warning(), nothing_shown(&scenario.model.keymap));
    scenario.press("icat<enter>");
    scenario.respond("cat", Ok(image_with("cat", r#""draft":true"#)));
    for key in ["V", "s", "<enter>"] {
        assert_eq!(scenario.press(key), []);
        assert_eq!(scenario.warning(), no_variant(&scenario, &NoVariant::Draft));
    }
    for key in ["y", "o"] {
        assert_eq!(scenario.press(key), []);
        scenario.assert_warned(&[&no_variant(&scenario, &NoVariant::Draft)]);
        let effects = scenario.press(key);
        let [Effect::Copy(payload) | Effect::Open(payload)] = &effects[..] else { panic!("{effects:?}") };
        assert!(payload.text() == url("cat", "public") && payload.warning().is_some());
    }
    scenario.press("i<c-u>dog<enter>");
    scenario.respond("dog", Ok(Image::read(r#"{"id":"dog"}"#).unwrap()));
    assert_eq!(scenario.press("y"), []);
    assert_eq!(scenario.warning(), no_variant(&scenario, &NoVariant::None));
}

#[test]
fn refused_picture_url_needs_confirmation() {
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
        let mut scenario = Scenario::previewing(image("cat"));
        let request = scenario.model.preview.picture.pending_request().expect("no picture is loading");
        let refused = Failure { code: code.into(), kind, ..failure("No picture") };
        scenario.event(Event::PictureShown(request, Err(refused)));
        let effects = scenario.press("y");
        assert_eq!(effects.is_empty(), known, "{code}");
        if known {
            let effects = scenario.press("y");
            let [Effect::Copy(payload)] = &effects[..] else { panic!("{effects:?}") };
            assert!(payload.warning().is_some_and(|warning| warning.contains("No picture")), "{code}");
        }
        assert!(!scenario.press("ky").is_empty(), "another variant");
    }
}

#[test]
fn failed_copy_shows_url_overlay() {
    let mut scenario = Scenario::shown();
    scenario.press("y");
    let copied = |outcome| Event::Copied { text: url("cat", "public").into(), outcome };
    scenario.event(copied(Err(failure("Not copied"))));
    assert!(
        matches!(&scenario.model.overlay, Some(Overlay::Url { url: shown, failure: Some(_), .. }) if shown.text() == url("cat", "public"))
    );
    assert_eq!(scenario.press("y"), [copy(url("cat", "public"))], "retried from the overlay");
    scenario.press("<enter>i");
    scenario.event(copied(Err(failure("Not copied"))));
    assert_eq!(scenario.model.overlay, None, "typing is not interrupted");
    assert!(scenario.warning().contains(&url("cat", "public")));
    scenario.event(copied(Ok("OSC 52".into())));
    scenario.assert_done(&["(OSC 52)"]);
    scenario.press("x");
    assert_eq!(scenario.model.notice, None, "the notice stays until the next key");
}

#[test]
fn id_with_space_is_percent_encoded() {
    let mut scenario = Scenario::new();
    scenario.press("cat<enter>");
    scenario.respond("cat", Ok(image_with("a b", r#""requireSignedURLs":false"#)));
    assert_eq!(scenario.press("y"), [copy(url("a%20b", "public"))]);
}

#[test]
fn unknown_access_is_never_passed_off_as_public() {
    let mut scenario = Scenario::new();
    scenario.press("cat<enter>");
    scenario.respond("cat", Ok(image_with("cat", r#""requireSignedURLs":"no""#)));
    let [Effect::Copy(payload)] = &scenario.press("y")[..] else { panic!("a copy") };
    assert_eq!(payload.text(), url("cat", "public"));
    scenario.event(Event::Copied { text: payload.clone(), outcome: Ok("clipboard".into()) });
    let unsure = scenario.model.warning().unwrap_or_default().to_owned();
    let mut public = Scenario::shown();
    public.press("y");
    public.copied();
    let note = unsure.strip_prefix(public.done());
    assert!(note.is_some_and(|note| !note.is_empty()), "{unsure}");
}

#[test]
fn overlays_open_scroll_and_close() {
    let mut scenario = Scenario::shown();
    scenario.press("r<enter>");
    assert_eq!(scenario.model.overlay, None, "nothing during a lookup");
    scenario.press("<esc><enter>");
    assert!(matches!(&scenario.model.overlay, Some(Overlay::Url { failure: None, .. })));
    scenario.press("<enter>");
    assert_eq!(scenario.model.overlay, None);
    scenario.press("J");
    scenario.model.viewports.overlay = Viewport { rows: 50, height: 10, beyond: 30 };
    scenario.press("jjll");
    assert_eq!(scenario.model.overlay, Some(Overlay::Json));
    assert_eq!(scenario.model.overlay_scroll, crate::app::scroll::Scroll { top: 2, left: 16 });
    scenario.press("?");
    assert!(matches!(scenario.model.overlay, Some(Overlay::Actions(_))));
    scenario.press("?");
    assert_eq!(scenario.model.overlay, Some(Overlay::Json), "the lower overlay returns");
    assert_eq!(scenario.model.overlay_scroll.top, 2, "as it was scrolled");
    scenario.press("<esc>");
    assert_eq!(scenario.model.overlay, None);
}
