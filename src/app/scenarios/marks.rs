//! Scenarios of actions on all marked images.

use super::browse::{ids, listed, more, page};
use super::*;
use crate::domain::UrlTemplates;
use std::sync::Arc;

#[test]
fn marked_images_are_delivered_together() {
    let mut scenario = Scenario::browsing(9, None);
    let [Effect::Copy(urls)] = &scenario.press("  y")[..] else { panic!("a copy") };
    assert_eq!(urls.text(), format!("{}\n{}", url("img0", "public"), url("img1", "public")));
    scenario.event(Event::Copied { text: urls.clone(), outcome: Ok("OSC 52".into()) });
    scenario.assert_done(&["2", "(OSC 52)"]);
    assert_eq!(scenario.press("*o"), [], "nine need a confirmation");
    scenario.assert_warned(&["9"]);
    assert_eq!(scenario.press("o").len(), 9);
    scenario.press("u");
    assert_eq!(scenario.press("ky").len(), 1, "without marks: the image under the cursor");
}

#[test]
fn opening_too_many_marked_images_is_refused() {
    let mut scenario = Scenario::browsing(1000, None);
    assert_eq!(scenario.press("*oo"), []);
    scenario.assert_warned(&["1,000", "100"]);
    assert_eq!(scenario.press("y").len(), 1, "their URLs are copied");
}

#[test]
fn copying_marked_private_images_needs_confirmation() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.page(Page { images: vec![listed("a", false), listed("b", true)], next: None });
    assert_eq!(scenario.press("*y"), []);
    scenario.assert_warned(&["1", "2", "403"]);
    assert!(matches!(&scenario.press("y")[..], [Effect::Copy(urls)] if urls.text().lines().count() == 2));
}

#[test]
fn reload_keeps_cursor_and_marks() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("j jR");
    scenario.page(page(["new".to_owned()].into_iter().chain(ids(9)), None));
    assert_eq!((scenario.model.browse.cursor, scenario.shown_id()), (4, Some("img3")));
    assert!(scenario.model.browse.is_marked(2), "img1");
    assert_eq!(scenario.model.browse.marked().len(), 1);
    scenario.press("R");
    scenario.page(page(["new".to_owned()], None));
    assert_eq!((scenario.model.browse.cursor, scenario.shown_id()), (0, Some("new")), "img3 is gone");
    assert_eq!(scenario.model.browse.marked().len(), 0);
}

#[test]
fn mark_all_waits_for_the_filter() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("/5<enter>*");
    assert_eq!(scenario.model.browse.marked().len(), 0);
    scenario.filter_matched(1, vec![5]);
    assert_eq!(scenario.model.browse.marked().len(), 1);
    scenario.assert_done(&[]);
    scenario.press("u/57<enter>*<esc>");
    scenario.filter_matched(scenario.model.browse.filter.generation, vec![5]);
    assert_eq!(scenario.model.browse.marked().len(), 0, "cancelled");
}

#[test]
fn mark_all_waits_for_the_whole_list() {
    let mut scenario = Scenario::with_more(1000);
    scenario.press("/7<enter>");
    scenario.filter_matched(1, vec![7, 70]);
    let request = scenario.pending_page();
    assert_eq!(scenario.press("*"), [], "the filter's request is in flight");
    assert_eq!(scenario.pending_page(), request);
    assert_eq!(scenario.model.browse.marked().len(), 0);
    scenario.press("j");
    scenario.page(page(["new7".to_owned()], Some(more())));
    scenario.filter_matched(1, vec![7, 70, 1000]);
    assert_eq!(scenario.model.browse.marked().len(), 0);
    scenario.page(page(["last7".to_owned()], None));
    assert_eq!(scenario.model.browse.marked().len(), 0, "the last page is not searched yet");
    scenario.filter_matched(1, vec![7, 70, 1000, 1001]);
    scenario.assert_done(&["4"]);
    let [Effect::Copy(urls)] = &scenario.press("y")[..] else { panic!("a copy") };
    assert_eq!(urls.text().lines().count(), 4);

    let mut scenario = Scenario::with_more(1000);
    scenario.press("*");
    assert!(scenario.fetches_a_page(), "loads the whole list without a filter too");
    scenario.page(page(["last".to_owned()], None));
    scenario.assert_done(&["1,001"]);
}

#[test]
fn mark_all_marks_nothing_if_cancelled_failed_or_changed() {
    let waiting = || {
        let mut scenario = Scenario::with_more(1000);
        scenario.press("/7<enter>");
        scenario.filter_matched(1, vec![7]);
        scenario.press("*");
        scenario
    };
    let mut scenario = waiting();
    let request = scenario.pending_page();
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
    assert!(!scenario.model.browse.filter.marks_when_loaded);
    assert!(scenario.model.browse.filter.is_on());

    let mut scenario = waiting();
    scenario.event(Event::PageFetched(scenario.pending_page(), Err(failure("No answer"))));
    scenario.assert_warned(&["(no answer)"]);
    scenario.press("L");
    scenario.page(page([], None));
    assert_eq!(scenario.model.browse.marked().len(), 0);

    let mut scenario = waiting();
    scenario.event(Event::BudgetChanged(crate::domain::Budget { left: 1, limit: 1200 }));
    scenario.page(page([], Some(more())));
    scenario.assert_warned(&["L "]);
    assert!(!scenario.model.browse.filter.marks_when_loaded);

    let mut scenario = waiting();
    scenario.press("/0<enter>");
    scenario.page(page([], None));
    scenario.filter_matched(scenario.model.browse.filter.generation, vec![7]);
    assert_eq!(scenario.model.browse.marked().len(), 0, "the filter has changed");

    let mut scenario = waiting();
    scenario.press("/<c-u>zz<enter>*");
    scenario.page(page([], None));
    scenario.filter_matched(scenario.model.browse.filter.generation, vec![]);
    scenario.filter_matched(scenario.model.browse.filter.generation, vec![3]);
    assert!(scenario.model.browse.is_fuzzy());
    assert_eq!(scenario.model.browse.marked().len(), 0, "fuzzy matches are never marked");
    scenario.assert_warned(&["Space"]);
}

#[test]
fn unmark_all_cancels_marks_that_wait_for_the_list() {
    let mut scenario = Scenario::with_more(9);
    scenario.press(" *u");
    scenario.page(page(["z".to_owned()], None));
    assert_eq!(scenario.model.browse.marked().len(), 0);
}

#[test]
fn marked_images_without_variants_are_counted() {
    let bare = Image::read(r#"{"id":"bare","requireSignedURLs":false}"#).unwrap();
    let bare = std::sync::Arc::new(crate::domain::UrlTemplates::default().summarize(&bare));
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.page(Page { images: vec![listed("a", false), bare], next: None });
    assert_eq!(scenario.press("*y"), []);
    scenario.assert_warned(&["1", "2"]);
    assert!(matches!(&scenario.press("y")[..], [Effect::Copy(urls)] if urls.text().lines().count() == 1));
}

#[test]
fn copy_notice_counts_images_of_unknown_access() {
    let unknown =
        |id| Arc::new(UrlTemplates::default().summarize(&image_with(id, "\"requireSignedURLs\":null")));
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    let images = vec![listed(CAT, true), unknown("a"), unknown("b"), listed("c", false)];
    scenario.page(Page { images, next: None });
    scenario.press("*y");
    scenario.sign();
    scenario.copied();
    scenario.assert_warned(&["Copied 4 URLs, 1 signed, ", " 2 images "]);
}
