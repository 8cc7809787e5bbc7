//! Journeys with few of the account's requests left: other programs may need them.

use super::browsing::{listed, page};
use super::previewing::{facts, url};
use super::*;
use crate::app::preview::PictureSource;
use crate::domain::Budget;

#[test]
fn the_api_is_not_asked_for_pictures_of_its_last_requests_unless_a_person_does() {
    let mut journey = Journey::seeing();
    journey.event(Event::BudgetTold(Budget { left: 239, limit: 1200 }));
    journey.press("a<enter>");
    journey.answer("a", Ok(image_with("a", "\"requireSignedURLs\":true")));
    assert_eq!(journey.source(), None);
    let failure = journey.model.preview.picture.failure().unwrap().to_string();
    assert!(failure.starts_with("Not fetched. "), "{failure}");
    journey.press("r");
    assert!(journey.source().is_some());
    // What is shown was fetched already.
    journey.draws(facts());
    for again in
        [Event::Drawn(Reach { wide: true, preview: (50, 30), ..Reach::default() }), Event::PictureLost]
    {
        journey.effects.clear();
        journey.event(again);
        assert_eq!(journey.model.preview.picture.failure(), None);
        assert_eq!(journey.picture().unwrap().2, (50, 30));
        journey.draws(facts());
    }
    journey.press("r");
    let request = journey.model.preview.picture.awaited().expect("its bytes are here no more");
    journey.event(Event::PictureShown(request, Err(super::failure("No answer"))));
    journey.effects.clear();
    journey.event(Event::PictureLost);
    assert_eq!(journey.source(), None);
}

#[test]
fn what_may_be_wanted_next_is_fetched_from_delivery_hosts_alone_however_many_requests_are_left() {
    for left in [1200, 239] {
        let mut journey = Journey::seeing();
        journey.press("<esc>b");
        let images = [("a", true), ("b", false), ("c", false)].map(|(id, signed)| listed(id, signed));
        journey.page(Page { images: images.into(), next: None });
        journey.event(Event::BudgetTold(Budget { left, limit: 1200 }));
        journey.press("j");
        journey.passes(1000);
        journey.draws(facts());
        // The private one above would take its original from the API, or the keys.
        assert_eq!(journey.effects, [Effect::Prefetch(vec![url("c", "public")])], "{left}");
    }
}

#[test]
fn a_private_picture_walked_to_with_few_requests_left_is_fetched_when_a_person_asks() {
    let mut journey = Journey::seeing();
    journey.press("<esc>b");
    journey.page(page(["a".to_owned(), "b".to_owned()], None));
    journey.event(Event::BudgetTold(Budget { left: 239, limit: 1200 }));
    let private = || image_with("b", "\"requireSignedURLs\":true");
    journey.press("i<c-u>b<enter>");
    journey.answer("b", Ok(private()));
    journey.passes(1000);
    assert_eq!(journey.source(), None);
    journey.press("kj");
    journey.passes(1000);
    assert_eq!(journey.source(), None, "another variant is no other wish");
    journey.press("r");
    assert!(matches!(journey.source(), Some(PictureSource::Signed { .. })));
}

#[test]
fn loading_for_filter_goes_on_once_the_window_has_ended() {
    let mut journey = Journey::with_more(1000);
    journey.event(Event::BudgetTold(Budget { left: 239, limit: 1200 }));
    journey.press("/7");
    assert!(!journey.fetches_a_page());
    journey.passes(1_000);
    assert_eq!(next_wake(&journey.model), Some(journey.now + SignedDuration::from_secs(299)));
    journey.passes(298_000);
    assert!(!journey.fetches_a_page());
    journey.passes(1_000);
    assert!(journey.fetches_a_page());
}

#[test]
fn cursor_asks_again_once_the_window_has_ended() {
    let mut journey = Journey::browsing(9, None);
    journey.event(Event::BudgetTold(Budget { left: 239, limit: 1200 }));
    journey.passes(300_000);
    journey.press("j");
    journey.passes(500);
    assert!(journey.model.lookup.image.awaited().is_some());
}
