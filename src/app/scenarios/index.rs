//! Journeys of a second start: what an earlier run has listed is there, and is brought up to date.

use std::sync::Arc;

use super::browse::{ids, more, page};
use super::*;
use crate::app::browse::Paging;
use crate::app::{IndexPage, IndexState, SyncEnd, Wait};
use crate::domain::{Budget, ImageSummary, UrlTemplates};

impl Scenario {
    /// Browse, where an earlier run has listed so many images.
    fn stored(count: usize, whole: bool) -> Self {
        let mut scenario = Self::new();
        scenario.press("<esc>b");
        scenario.event(Event::IndexChunk(page(ids(count), None).images));
        let listed_at = scenario.now - SignedDuration::from_hours(48);
        scenario.event(Event::IndexRead(Ok(Some(IndexState { listed_at, whole }))));
        scenario.effects.clear();
        scenario
    }

    fn stored_page(&self) -> &IndexPage {
        let stored = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::StorePage(stored) => Some(stored),
            _ => None,
        });
        stored.expect("a page is kept")
    }
}

#[test]
fn the_list_of_an_earlier_run_is_there_before_its_first_page() {
    let mut scenario = Scenario::stored(3, true);
    assert_eq!(scenario.rows(), ["img0", "img1", "img2"]);
    assert!(scenario.model.browse.is_from_earlier_run());
    assert_eq!(scenario.shown_id(), Some("img0"));
    let old = scenario.now - SignedDuration::from_hours(48);
    assert_eq!(scenario.model.lookup.listed_at, Some(old), "and says how old it is");
    scenario.page(page(["new".to_owned(), "img0".to_owned()], Some(more())));
    assert_eq!(scenario.rows(), ["new", "img0", "img1", "img2"]);
    assert_eq!(scenario.model.browse.cursor, 1, "the cursor stays on its image");
    assert_eq!((scenario.stored_page().first, scenario.stored_page().end), (true, None));
    assert!(scenario.fetches_a_page(), "until a page holds nothing new");
    scenario.effects.clear();
    scenario.page(page(["img1".to_owned()], Some(more())));
    assert_eq!((scenario.stored_page().first, scenario.stored_page().end), (false, Some(SyncEnd::CaughtUp)));
    assert_eq!((scenario.fetches_a_page(), &scenario.model.browse.paging), (false, &Paging::Complete));
    let is_new: Vec<bool> = (0..4).map(|row| scenario.model.browse.listed_at_of(row) > old).collect();
    assert_eq!(is_new, [true, true, true, false]);
    assert_eq!(scenario.rows(), ["new", "img0", "img1", "img2"]);
}

#[test]
fn the_filter_ranks_what_is_new_before_what_is_old() {
    let mut scenario = Scenario::stored(3, true);
    scenario.page(page(["new".to_owned(), "img0".to_owned()], Some(more())));
    scenario.effects.clear();
    scenario.page(page(["img1".to_owned()], Some(more())));
    let fed = scenario.effects.iter().find_map(|effect| match effect {
        Effect::AddToSearch(images) => Some(images.iter().map(|image| image.id()).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(fed, Some(vec!["new", "img0", "img1", "img2"]));
    assert!(scenario.effects.contains(&Effect::ClearSearch));
}

#[test]
fn a_list_that_was_not_whole_goes_on_where_it_ended() {
    let mut scenario = Scenario::stored(3, false);
    scenario.page(page(ids(2), Some(more())));
    assert_eq!(scenario.model.browse.index, crate::app::browse::Index::None, "nothing new");
    assert!(scenario.fetches_a_page(), "the cursor is near the end of what is listed");
    scenario.effects.clear();
    scenario.page(page(ids(5), None));
    assert_eq!(scenario.rows().len(), 5);
    assert_eq!(scenario.stored_page().end, Some(SyncEnd::Complete));
}

#[test]
fn an_empty_page_is_no_sign_that_nothing_is_new() {
    let mut scenario = Scenario::stored(3, true);
    scenario.page(page([], Some(more())));
    assert!(scenario.fetches_a_page());
}

#[test]
fn what_is_gone_is_dropped_by_a_pass_over_all() {
    let mut scenario = Scenario::stored(9, true);
    scenario.page(page(ids(4), Some(more())));
    assert_eq!(scenario.rows().len(), 9);
    scenario.press("jjjj jjR");
    scenario.page(page(ids(3), Some(more())));
    assert!(scenario.fetches_a_page(), "though nothing is new");
    scenario.page(page(["img5".to_owned()], None));
    assert_eq!(scenario.rows(), ["img0", "img1", "img2", "img5"]);
    assert_eq!(scenario.stored_page().end, Some(SyncEnd::Complete));
    assert_eq!(scenario.shown_id(), Some("img5"), "the row it was in is no more");
}

#[test]
fn bringing_up_to_date_leaves_the_last_fifth_of_the_requests_to_others() {
    let mut scenario = Scenario::stored(3, true);
    scenario.event(Event::BudgetChanged(Budget { left: 239, limit: 1200 }));
    scenario.page(page(["new".to_owned()], Some(more())));
    assert!(!scenario.fetches_a_page());
    assert_eq!(scenario.rows().len(), 4);
}

#[test]
fn a_page_that_comes_before_the_index_stands_before_it() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.page(page(["new".to_owned(), "img0".to_owned()], Some(more())));
    scenario.event(Event::IndexChunk(page(ids(3), None).images));
    assert_eq!(scenario.rows(), ["new", "img0", "img1", "img2"]);
    let state = IndexState { listed_at: scenario.now, whole: true };
    scenario.event(Event::IndexRead(Ok(Some(state))));
    scenario.page(page(["img1".to_owned()], Some(more())));
    assert_eq!(scenario.model.browse.paging, Paging::Complete);
}

#[test]
fn without_an_index_the_list_is_read_as_ever_and_trouble_with_it_is_told() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.event(Event::IndexRead(Ok(None)));
    scenario.page(page(ids(3), None));
    assert_eq!(scenario.rows().len(), 3);
    assert_eq!((scenario.stored_page().first, scenario.stored_page().end), (true, Some(SyncEnd::Complete)));
    scenario.event(Event::IndexFailed("The index is damaged.".to_owned()));
    assert_eq!(scenario.warning(), "The index is damaged.");
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.event(Event::IndexRead(Err("The index was damaged.".to_owned())));
    assert_eq!(scenario.warning(), "The index was damaged.");
}

#[test]
fn the_apis_newer_word_on_an_image_is_listed_found_and_kept() {
    let mut scenario = Scenario::stored(3, true);
    scenario.page(page(ids(3), None));
    scenario.wait(200);
    scenario.effects.clear();
    let signed = image_with("img0", "\"requireSignedURLs\":true");
    scenario.answer("img0", Ok(signed.clone()));
    assert_eq!(scenario.model.browse.row(0).unwrap().access(), signed.access);
    let stored = |effect: &Effect| matches!(effect, Effect::StoreImage(image) if image.id() == "img0");
    assert!(scenario.effects.contains(&Effect::ClearSearch) && scenario.effects.iter().any(stored));
    scenario.press("r");
    scenario.effects.clear();
    scenario.answer("img0", Ok(signed));
    assert_eq!(scenario.effects, [], "nothing new");
}

#[test]
fn the_cursor_stands_on_the_image_that_was_looked_up_until_a_person_moves_it() {
    let mut scenario = Scenario::new();
    scenario.press("img2<enter>");
    scenario.answer("img2", Ok(image("img2")));
    scenario.event(Event::Drawn(Viewports { wide: true, ..Viewports::default() }));
    scenario.page(page(ids(3), Some(more())));
    assert_eq!((scenario.model.browse.cursor, scenario.shown_id()), (2, Some("img2")));
    scenario.press("i<c-u>img1<enter>");
    scenario.answer("img1", Ok(image("img1")));
    assert_eq!(scenario.model.browse.cursor, 1);
    scenario.press("bkji<c-u>img2<enter>");
    scenario.answer("img2", Ok(image("img2")));
    assert_eq!(scenario.model.browse.cursor, 1, "it is where it was put");
}

#[test]
fn the_pause_of_a_page_is_shown_by_the_second() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    let wait = Wait { until: scenario.now + SignedDuration::from_millis(2500), reason: "rate limited" };
    scenario.event(Event::Waiting(scenario.pending_page(), wait.clone()));
    assert_eq!(scenario.model.browse.wait, Some(wait));
    let in_millis = |scenario: &Scenario| {
        next_wake(&scenario.model).map(|at| at.duration_since(scenario.now).as_millis())
    };
    assert_eq!(in_millis(&scenario), Some(500));
    scenario.wait(500);
    assert_eq!(in_millis(&scenario), Some(1000));
    scenario.wait(2000);
    assert_eq!(in_millis(&scenario), None);
    scenario.page(page(ids(1), None));
    assert_eq!(scenario.model.browse.wait, None);
}

#[test]
fn the_order_by_name_holds_what_an_earlier_run_was_told() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>bSS");
    scenario.event(Event::IndexChunk(page(["b".to_owned(), "d".to_owned()], None).images));
    scenario.names_sorted();
    scenario.event(Event::IndexRead(Ok(Some(IndexState { listed_at: scenario.now, whole: true }))));
    scenario.page(page(["c".to_owned(), "a".to_owned()], None));
    assert_eq!(scenario.rows(), ["a", "c"], "the account has no others");
    let all: Vec<&str> = scenario
        .model
        .browse
        .images()
        .iter()
        .map(|image: &std::sync::Arc<ImageSummary>| image.id())
        .collect();
    assert_eq!(all, ["c", "a"]);
}

#[test]
fn a_whole_list_that_comes_before_the_index_takes_nothing_of_it_that_is_gone() {
    for first in ["img0", ""] {
        let mut scenario = Scenario::new();
        scenario.press("<esc>b");
        scenario.page(page(first.split_whitespace().map(str::to_owned), None));
        scenario.event(Event::IndexChunk(page(ids(3), None).images));
        let state = IndexState { listed_at: scenario.now, whole: true };
        scenario.event(Event::IndexRead(Ok(Some(state))));
        assert_eq!(scenario.rows(), first.split_whitespace().collect::<Vec<_>>());
        assert_eq!(scenario.model.browse.paging, Paging::Complete);
    }
}

#[test]
fn a_pass_over_all_that_is_stopped_drops_nothing_and_goes_on_where_it_stopped() {
    let mut scenario = Scenario::stored(900, true);
    scenario.page(page(ids(4), Some(more())));
    scenario.press("R");
    scenario.page(page(ids(3), Some(more())));
    scenario.press("<esc>");
    assert_eq!((scenario.rows().len(), &scenario.model.browse.paging), (900, &Paging::More));
    scenario.press("L");
    let after = scenario.effects.iter().find_map(|effect| match effect {
        Effect::FetchPage { after, .. } => Some(after.clone()),
        _ => None,
    });
    assert_eq!(after, Some(Some(more())));
    let request = scenario.pending_page();
    scenario.event(Event::PageFetched(request, Err(failure("No answer"))));
    assert_eq!(scenario.rows().len(), 900);
    scenario.press("L");
    scenario.page(page(["img5".to_owned()], None));
    assert_eq!(scenario.rows(), ["img0", "img1", "img2", "img5"]);
}

#[test]
fn loading_on_after_a_failed_page_ends_where_it_meets_what_an_earlier_run_has_listed() {
    for whole in [true, false] {
        let mut scenario = Scenario::stored(900, whole);
        scenario.page(page(["new".to_owned()], Some(more())));
        let request = scenario.pending_page();
        scenario.event(Event::PageFetched(request, Err(failure("No answer"))));
        let effects = scenario.press("L");
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::FetchPage { after, .. } if *after == Some(more()))),
            "it goes on where it stopped"
        );
        scenario.effects.clear();
        scenario.page(page(ids(2), Some(more())));
        assert_eq!(scenario.fetches_a_page(), !whole, "what lies behind is known, or is not");
        assert_eq!((scenario.rows().len(), scenario.model.browse.to_the_end), (901, !whole));
        assert_eq!(scenario.stored_page().end, whole.then_some(SyncEnd::CaughtUp));
    }
}

#[test]
fn reading_anew_goes_to_the_end_also_where_the_index_is_being_read_or_caught_up_with() {
    for index_first in [true, false] {
        let mut scenario = if index_first { Scenario::stored(9, true) } else { Scenario::new() };
        scenario.press(if index_first { "R" } else { "<esc>bR" });
        if !index_first {
            scenario.event(Event::IndexChunk(page(ids(9), None).images));
            let state = IndexState { listed_at: scenario.now, whole: true };
            scenario.event(Event::IndexRead(Ok(Some(state))));
        }
        scenario.effects.clear();
        scenario.page(page(ids(2), Some(more())));
        assert!(scenario.fetches_a_page(), "though nothing is new: {index_first}");
        scenario.page(page(["img4".to_owned()], None));
        assert_eq!(scenario.rows(), ["img0", "img1", "img4"]);
    }
}

#[test]
fn the_order_by_name_outlasts_new_places_and_follows_new_names() {
    let named = |id: &str, name: &str| {
        Arc::new(UrlTemplates::default().summarize(&image_with(id, &format!("\"filename\":\"{name}\""))))
    };
    let mut scenario = Scenario::new();
    scenario.press("<esc>bSS");
    scenario.event(Event::IndexChunk(vec![named("1", "b"), named("2", "c"), named("3", "a")]));
    scenario.names_sorted();
    assert_eq!(scenario.rows(), ["3", "1", "2"]);
    scenario.event(Event::IndexRead(Ok(Some(IndexState { listed_at: scenario.now, whole: true }))));
    scenario.press("R");
    scenario.page(Page { images: vec![named("4", "bb"), named("1", "d")], next: Some(more()) });
    assert_eq!(scenario.rows(), ["3", "4", "1", "2"]);
    scenario.effects.clear();
    scenario.page(Page { images: vec![named("3", "x")], next: None });
    assert_eq!(scenario.rows(), ["3", "4", "1"], "2 is gone, and 4 stands before 1 in the list");
    scenario.names_sorted();
    assert_eq!(scenario.rows(), ["4", "1", "3"], "new names are sorted at the end of the pass");
}

#[test]
fn a_narrowed_list_fetches_no_more_by_itself() {
    let mut scenario = Scenario::browsing(3, Some(more()));
    scenario.page(page(ids(4), Some(more())));
    scenario.press("S");
    scenario.page(page(ids(5), Some(more())));
    assert!(scenario.effects.iter().all(|effect| !matches!(effect, Effect::FetchPage { .. })));
}

#[test]
fn an_index_that_comes_after_the_whole_list_brings_nothing_up_to_date() {
    let mut scenario = Scenario::browsing(3, None);
    let listed_at = scenario.now + SignedDuration::from_hours(1);
    scenario.event(Event::IndexRead(Ok(Some(IndexState { listed_at, whole: true }))));
    assert_eq!(scenario.model.browse.index, crate::app::browse::Index::None);
    let mut scenario = Scenario::browsing(0, None);
    scenario.event(Event::IndexRead(Ok(Some(IndexState { listed_at, whole: true }))));
    assert!(!scenario.model.browse.is_from_earlier_run(), "nothing is of before");
    scenario.press("L");
    assert!(!scenario.model.browse.to_the_end, "nothing is left to load");
}

#[test]
fn a_pass_over_all_aborts_the_page_that_is_on_its_way() {
    let mut scenario = Scenario::browsing(3, Some(more()));
    let late = scenario.pending_page();
    assert!(scenario.press("R").contains(&Effect::Abort(late)));
}

#[test]
fn the_filter_hears_of_newer_words_at_the_end_of_the_pass() {
    let mut scenario = Scenario::stored(3, true);
    scenario.page(Page { images: vec![super::browse::listed("img0", true)], next: Some(more()) });
    assert_eq!(scenario.stored_page().end, Some(SyncEnd::CaughtUp));
    assert!(scenario.effects.contains(&Effect::ClearSearch), "it knew another word");
}

#[test]
fn parts_of_the_index_that_come_after_a_new_image_are_listed_all() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.event(Event::IndexChunk(page(ids(2), None).images));
    scenario.page(page(["new".to_owned(), "img0".to_owned()], Some(more())));
    scenario.event(Event::IndexChunk(page(ids(4), None).images));
    assert_eq!(scenario.rows(), ["new", "img0", "img1", "img2", "img3"]);
}
