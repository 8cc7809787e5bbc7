//! Journeys with marked images: what is done with all of them at once.

use super::browsing::{ids, listed, more, page};
use super::*;
use crate::domain::Shapes;
use std::sync::Arc;

#[test]
fn marked_images_are_copied_and_opened_together() {
    let mut journey = Journey::browsing(9, None);
    let [Effect::Copy(urls)] = &journey.press("  y")[..] else { panic!("a copy") };
    assert_eq!(urls.text(), format!("{}\n{}", url("img0", "public"), url("img1", "public")));
    journey.event(Event::Copied { text: urls.clone(), outcome: Ok("OSC 52".into()) });
    assert_eq!(journey.model.notice, Some(Notice::Done("Copied 2 URLs (OSC 52)".into())));
    assert_eq!(journey.press("*o"), [], "nine are asked about first");
    assert!(journey.warning().starts_with("Not opened: 9 images are marked."), "{}", journey.warning());
    assert_eq!(journey.press("o").len(), 9);
    journey.press("u");
    assert_eq!(journey.press("ky").len(), 1, "no mark: the image under the cursor");
}

#[test]
fn a_browser_is_not_given_a_thousand_tabs() {
    let mut journey = Journey::browsing(1000, None);
    assert_eq!(journey.press("*oo"), []);
    assert!(
        journey.warning().starts_with("Not opened: 1,000 images are marked, and 100 are"),
        "{}",
        journey.warning()
    );
    assert_eq!(journey.press("y").len(), 1, "their URLs are copied");
}

#[test]
fn marked_private_images_are_asked_about() {
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey.page(Page { images: vec![listed("a", false), listed("b", true)], next: None });
    assert_eq!(journey.press("*y"), []);
    assert!(
        journey.warning().starts_with("Not copied: 1 of the 2 URLs will answer 403"),
        "{}",
        journey.warning()
    );
    assert!(matches!(&journey.press("y")[..], [Effect::Copy(urls)] if urls.text().lines().count() == 2));
}

#[test]
fn the_list_read_anew_keeps_the_cursor_on_its_image_and_the_marks() {
    let mut journey = Journey::browsing(9, None);
    journey.press("j jR");
    journey.page(page(["new".to_owned()].into_iter().chain(ids(9)), None));
    assert_eq!((journey.model.browse.cursor, journey.shown_id()), (4, Some("img3")));
    assert!(journey.model.browse.is_marked(2), "img1");
    assert_eq!(journey.model.browse.marked().len(), 1);
    journey.press("R");
    journey.page(page(["new".to_owned()], None));
    assert_eq!((journey.model.browse.cursor, journey.shown_id()), (0, Some("new")), "img3 is gone");
    assert_eq!(journey.model.browse.marked().len(), 0);
}

#[test]
fn mark_all_waits_for_the_filter() {
    let mut journey = Journey::browsing(9, None);
    journey.press("/5<enter>*");
    assert_eq!(journey.model.browse.marked().len(), 0);
    journey.found(1, vec![5]);
    assert_eq!(journey.model.browse.marked().len(), 1);
    assert_eq!(journey.done(), "Marked 1 image");
    journey.press("u/57<enter>*<esc>");
    journey.found(journey.model.browse.filter.generation, vec![5]);
    assert_eq!(journey.model.browse.marked().len(), 0, "cancelled");
}

#[test]
fn mark_all_waits_for_the_whole_list() {
    let mut journey = Journey::with_more(1000);
    journey.press("/7<enter>");
    journey.found(1, vec![7, 70]);
    let request = journey.page_awaited();
    assert_eq!(journey.press("*"), [], "the filter's request is in flight");
    assert_eq!(journey.page_awaited(), request);
    assert_eq!(journey.model.browse.marked().len(), 0);
    journey.press("j");
    journey.page(page(["new7".to_owned()], Some(more())));
    journey.found(1, vec![7, 70, 1000]);
    assert_eq!(journey.model.browse.marked().len(), 0);
    journey.page(page(["last7".to_owned()], None));
    assert_eq!(journey.model.browse.marked().len(), 0, "the last page is not searched yet");
    journey.found(1, vec![7, 70, 1000, 1001]);
    assert_eq!(journey.done(), "Marked 4 images");
    let [Effect::Copy(urls)] = &journey.press("y")[..] else { panic!("a copy") };
    assert_eq!(urls.text().lines().count(), 4);

    let mut journey = Journey::with_more(1000);
    journey.press("*");
    assert!(journey.fetches_a_page(), "all means all, without a filter too");
    journey.page(page(["last".to_owned()], None));
    assert_eq!(journey.done(), "Marked 1,001 images");
}

#[test]
fn mark_all_marks_nothing_if_cancelled_failed_or_changed() {
    let waiting = || {
        let mut journey = Journey::with_more(1000);
        journey.press("/7<enter>");
        journey.found(1, vec![7]);
        journey.press("*");
        journey
    };
    let mut journey = waiting();
    let request = journey.page_awaited();
    assert_eq!(journey.press("<esc>"), [Effect::Abort(request)]);
    assert!(!journey.model.browse.filter.marks_when_loaded);
    assert!(journey.model.browse.filter.is_on());

    let mut journey = waiting();
    journey.event(Event::PageFetched(journey.page_awaited(), Err(failure("No answer"))));
    assert!(journey.warning().starts_with("Nothing is marked"), "{}", journey.warning());
    journey.press("L");
    journey.page(page([], None));
    assert_eq!(journey.model.browse.marked().len(), 0);

    let mut journey = waiting();
    journey.event(Event::BudgetTold(crate::domain::Budget { left: 1, limit: 1200 }));
    journey.page(page([], Some(more())));
    assert!(journey.warning().starts_with("Nothing is marked"), "{}", journey.warning());
    assert!(!journey.model.browse.filter.marks_when_loaded);

    let mut journey = waiting();
    journey.press("/0<enter>");
    journey.page(page([], None));
    journey.found(journey.model.browse.filter.generation, vec![7]);
    assert_eq!(journey.model.browse.marked().len(), 0, "another filter was meant");

    let mut journey = waiting();
    journey.press("/<c-u>zz<enter>*");
    journey.page(page([], None));
    journey.found(journey.model.browse.filter.generation, vec![]);
    journey.found(journey.model.browse.filter.generation, vec![3]);
    assert!(journey.model.browse.is_fuzzy());
    assert_eq!(journey.model.browse.marked().len(), 0, "fuzzy matches are never marked");
    assert!(journey.warning().starts_with("Nothing is marked"), "{}", journey.warning());
}

#[test]
fn unmark_all_cancels_marks_that_wait_for_the_list() {
    let mut journey = Journey::with_more(9);
    journey.press(" *u");
    journey.page(page(["z".to_owned()], None));
    assert_eq!(journey.model.browse.marked().len(), 0);
}

#[test]
fn marked_images_without_variants_are_counted() {
    let bare = Image::read(r#"{"id":"bare","requireSignedURLs":false}"#).unwrap();
    let bare = std::sync::Arc::new(crate::domain::Shapes::default().listed(&bare));
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey.page(Page { images: vec![listed("a", false), bare], next: None });
    assert_eq!(journey.press("*y"), []);
    assert!(journey.warning().contains("1 of the 2 marked images"), "{}", journey.warning());
    assert!(matches!(&journey.press("y")[..], [Effect::Copy(urls)] if urls.text().lines().count() == 1));
}

#[test]
fn marked_images_of_unknown_access_are_counted_beside_signed_ones() {
    let unknown = |id| Arc::new(Shapes::default().listed(&image_with(id, "\"requireSignedURLs\":null")));
    let mut journey = Journey::new();
    journey.press("<esc>b");
    let images = vec![listed(CAT, true), unknown("a"), unknown("b"), listed("c", false)];
    journey.page(Page { images, next: None });
    journey.press("*y");
    journey.sign();
    journey.copied();
    assert_eq!(
        journey.done(),
        "Copied 4 URLs (clipboard), holds until 13:00, but whether 2 of them need a signature is unknown"
    );
}
