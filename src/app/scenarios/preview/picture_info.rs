//! Scenarios of what a picture's response says about its variant and the account.

use super::*;
use crate::app::FetchedVia;

#[test]
fn original_is_not_recorded_for_variant() {
    for (by, known) in [(FetchedVia::Original, false), (FetchedVia::SignedBy("key".to_owned()), true)] {
        let mut scenario = Scenario::previewing(image_with(CAT, "\"requireSignedURLs\":true"));
        let info = PictureInfo { via: Some(by), ..info() };
        scenario.draw_picture(info.clone());
        let PictureSource::Plain(url) = url(CAT, "public") else { panic!("not a public URL") };
        assert_eq!(scenario.model.preview.known(&url).is_some(), known);
    }
}

#[test]
fn original_says_nothing_about_flexible_variants() {
    let mut scenario = Scenario::previewing(image_with(CAT, "\"requireSignedURLs\":true"));
    scenario.model.delivery.flexible_is_off = true;
    scenario.press("fw=4<enter>");
    scenario.wait(1000);
    scenario.draw_picture(PictureInfo { via: Some(FetchedVia::Original), ..info() });
    assert!(scenario.model.delivery.flexible_is_off);
}

#[test]
fn flexible_is_off_follows_picture_responses() {
    let off = || Err(Failure { code: "9429".into(), ..failure("Flexible variants are off") });
    let mut scenario = Scenario::previewing(image("a"));
    scenario.press("fw=4<enter>");
    scenario.wait(1000);
    let (late, source, _) = scenario.picture().unwrap();
    assert_eq!(source, url("a", "w=4"));
    scenario.press("k");
    scenario.wait(1000);
    scenario.event(Event::PictureShown(late, off()));
    assert!(!scenario.model.delivery.flexible_is_off, "stale responses are ignored");
    for (response, is_off) in [(off(), true), (Ok(info()), false)] {
        scenario.press("k");
        scenario.wait(1000);
        scenario.press("G");
        scenario.wait(1000);
        let request = scenario.model.preview.picture.pending_request().unwrap();
        scenario.event(Event::PictureShown(request, response));
        assert_eq!(scenario.model.delivery.flexible_is_off, is_off);
    }
}
