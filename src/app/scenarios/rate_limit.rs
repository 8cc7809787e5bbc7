//! Scenarios with a low budget: the last requests are left to other programs.

use super::browse::{listed, page};
use super::preview::{info, url};
use super::*;
use crate::app::PictureSource;
use crate::domain::Budget;

#[test]
fn low_budget_fetches_pictures_only_on_request() {
    let mut scenario = Scenario::with_preview();
    scenario.event(Event::BudgetChanged(Budget { left: 239, limit: 1200 }));
    scenario.press("a<enter>");
    scenario.respond("a", Ok(image_with("a", "\"requireSignedURLs\":true")));
    assert_eq!(scenario.source(), None);
    let failure = scenario.model.preview.picture.failure().unwrap();
    assert_eq!((failure.kind, failure.code.as_str()), (FailureKind::Other, ""));
    scenario.press("r");
    assert!(scenario.source().is_some());
    // A picture that was fetched is drawn again without a request.
    scenario.draw_picture(info());
    for again in [
        Event::Drawn(Viewports { browse: LIST, preview: (50, 30), ..Viewports::default() }),
        Event::PictureLost,
    ] {
        scenario.effects.clear();
        scenario.event(again);
        assert_eq!(scenario.model.preview.picture.failure(), None);
        assert_eq!(scenario.picture().unwrap().2, (50, 30));
        scenario.draw_picture(info());
    }
    scenario.press("r");
    let request = scenario.model.preview.picture.pending_request().expect("its bytes are not cached");
    scenario.event(Event::PictureShown(request, Err(super::failure("No answer"))));
    scenario.effects.clear();
    scenario.event(Event::PictureLost);
    assert_eq!(scenario.source(), None);
}

#[test]
fn prefetch_uses_only_delivery_hosts() {
    for left in [1200, 239] {
        let mut scenario = Scenario::with_preview();
        scenario.press("<esc>b");
        let images = [("a", true), ("b", false), ("c", false)].map(|(id, signed)| listed(id, signed));
        scenario.page(Page { images: images.into(), next: None });
        scenario.event(Event::BudgetChanged(Budget { left, limit: 1200 }));
        scenario.press("j");
        scenario.wait(1000);
        scenario.draw_picture(info());
        // The private image above is not fetched ahead, as that would need the API.
        assert_eq!(scenario.effects, [Effect::Prefetch(vec![url("c", "public")])], "{left}");
    }
}

#[test]
fn low_budget_private_picture_waits_for_refresh() {
    let mut scenario = Scenario::with_preview();
    scenario.press("<esc>b");
    scenario.page(page(["a".to_owned(), "b".to_owned()], None));
    scenario.event(Event::BudgetChanged(Budget { left: 239, limit: 1200 }));
    let private = || image_with("b", "\"requireSignedURLs\":true");
    scenario.press("i<c-u>b<enter>");
    scenario.respond("b", Ok(private()));
    scenario.wait(1000);
    assert_eq!(scenario.source(), None);
    scenario.press("kj");
    scenario.wait(1000);
    assert_eq!(scenario.source(), None, "selecting another variant does not fetch");
    scenario.press("r");
    assert!(scenario.source().is_some_and(|source| !matches!(source, PictureSource::Plain(_))));
}

#[test]
fn filter_resumes_loading_after_budget_window() {
    let mut scenario = Scenario::with_more(1000);
    scenario.event(Event::BudgetChanged(Budget { left: 239, limit: 1200 }));
    scenario.press("/7");
    assert!(!scenario.fetches_a_page());
    scenario.wait(1_000);
    assert_eq!(next_wake(&scenario.model), Some(scenario.now + SignedDuration::from_secs(299)));
    scenario.wait(298_000);
    assert!(!scenario.fetches_a_page());
    scenario.wait(1_000);
    assert!(scenario.fetches_a_page());
}

#[test]
fn cursor_fetches_again_after_budget_window() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.event(Event::BudgetChanged(Budget { left: 239, limit: 1200 }));
    scenario.wait(300_000);
    scenario.press("j");
    scenario.wait(500);
    assert!(scenario.model.lookup.image.pending_request().is_some());
}
