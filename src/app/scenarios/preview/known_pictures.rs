//! Scenarios of what is known of pictures, and when it becomes outdated.

use super::*;
use crate::app::PictureInfo;
use crate::app::scenarios::url;
use crate::domain::picture_format::Format;

/// An image with known pictures of hero and public, which is then refreshed.
fn refreshed() -> Scenario {
    let mut scenario = Scenario::previewing(image("a"));
    scenario.draw_picture(info());
    scenario.wait(1000);
    scenario.press("k");
    scenario.draw_picture(info());
    scenario.wait(1000);
    scenario.press("jr");
    scenario
}

fn known(scenario: &Scenario, variant: &str) -> (bool, bool) {
    let url = url("a", variant);
    let preview = &scenario.model.preview;
    (preview.known(&url).is_some(), preview.confirmed(&url).is_some())
}

#[test]
fn known_pictures_are_dropped_for_another_image() {
    let mut scenario = Scenario::previewing(image("a"));
    scenario.draw_picture(info());
    assert!(known(&scenario, "public").0);
    scenario.press("i<c-u>b<enter>");
    scenario.respond("b", Ok(image("b")));
    assert!(!known(&scenario, "public").0);
}

#[test]
fn refresh_keeps_known_pictures_unconfirmed() {
    let mut scenario = refreshed();
    assert_eq!(["hero", "public"].map(|variant| known(&scenario, variant)), [(true, false); 2]);
    let probes =
        scenario.press("Y4").iter().filter(|effect| matches!(effect, Effect::ProbeSize { .. })).count();
    assert_eq!(probes, 3, "outdated sizes are not used");
}

#[test]
fn unchanged_picture_confirms_the_others() {
    let mut scenario = refreshed();
    scenario.draw_picture(PictureInfo { took: SignedDuration::from_secs(9), ..info() });
    assert_eq!(["hero", "public"].map(|variant| known(&scenario, variant)), [(true, true); 2]);
}

#[test]
fn changed_picture_drops_the_others() {
    for other in [
        PictureInfo { width: 1, ..info() },
        PictureInfo { height: 1, ..info() },
        PictureInfo { format: Format::Png, ..info() },
        PictureInfo { bytes: 1, ..info() },
    ] {
        let mut scenario = refreshed();
        scenario.draw_picture(other.clone());
        assert_eq!(
            ["hero", "public"].map(|variant| known(&scenario, variant)),
            [(false, false), (true, true)]
        );
        assert_eq!(scenario.model.preview.known(&url("a", "public")), Some(&other));
    }
}

#[test]
fn reuploaded_image_drops_known_pictures() {
    let at = |hour| {
        image_with("a", &format!(r#""requireSignedURLs":false,"uploaded":"2026-01-01T0{hour}:00:00Z""#))
    };
    for (hour, is_another) in [(1, false), (2, true)] {
        let mut scenario = Scenario::previewing(at(1));
        scenario.draw_picture(info());
        // Hide the preview, so that its response cannot tell the pictures apart.
        scenario.press("pp");
        scenario.event(Event::Drawn(Viewports { browse: LIST, ..Viewports::default() }));
        scenario.press("r");
        scenario.effects.clear();
        scenario.respond("a", Ok(at(hour)));
        assert_eq!(known(&scenario, "public").0, !is_another);
        let forgets = forget("a");
        assert_eq!(scenario.effects.contains(&forgets), is_another);
    }
}

#[test]
fn listed_upload_time_drops_no_pictures() {
    let mut scenario = Scenario::browsing(2, None);
    scenario.wait(1000);
    let shown = scenario.shown_id().unwrap().to_owned();
    let more = r#""requireSignedURLs":false,"uploaded":"2026-01-01T00:00:00Z""#;
    scenario.effects.clear();
    scenario.respond(&shown, Ok(image_with(&shown, more)));
    assert!(scenario.effects.iter().all(|effect| !matches!(effect, Effect::ForgetPictures(_))));
}
