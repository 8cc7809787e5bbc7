//! Scenarios of a later run, which lists the index and brings it up to date.

use std::sync::Arc;

use super::*;
use crate::app::{IndexPage, IndexState, SyncEnd, Wait};
use crate::domain::{Budget, ImageSummary, UrlTemplates};

impl Scenario {
    /// Browse with `count` images from the index.
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
        stored.expect("no page is stored")
    }
}

#[test]
fn index_is_listed_before_first_page() {
    let mut scenario = Scenario::stored(3, true);
    assert_eq!(scenario.rows(), ["img0", "img1", "img2"]);
    assert!(scenario.model.browse.is_from_earlier_run());
    assert_eq!(scenario.shown_id(), Some("img0"));
    let old = scenario.now - SignedDuration::from_hours(48);
    assert_eq!(scenario.model.lookup.listed_at, Some(old), "with the age of the list");
    scenario.page(page(["new".to_owned(), "img0".to_owned()], Some(more())));
    assert_eq!(scenario.rows(), ["new", "img0", "img1", "img2"]);
    assert_eq!(scenario.model.browse.cursor, 1, "the cursor stays on its image");
    assert_eq!((scenario.stored_page().first, scenario.stored_page().end), (true, None));
    assert!(scenario.fetches_a_page(), "until a page has nothing new");
    scenario.effects.clear();
    scenario.page(page(["img1".to_owned()], Some(more())));
    assert_eq!((scenario.stored_page().first, scenario.stored_page().end), (false, Some(SyncEnd::CaughtUp)));
    assert_eq!((scenario.fetches_a_page(), &scenario.model.browse.paging), (false, &Paging::Complete));
    let is_new: Vec<bool> = (0..4).map(|row| scenario.model.browse.listed_at_of(row) > old).collect();
    assert_eq!(is_new, [true, true, true, false]);
    assert_eq!(scenario.rows(), ["new", "img0", "img1", "img2"]);
}

#[test]
fn search_gets_new_images_before_stored_ones() {
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
fn incomplete_index_continues_loading() {
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
fn empty_page_does_not_end_catching_up() {
    let mut scenario = Scenario::stored(3, true);
    scenario.page(page([], Some(more())));
    assert!(scenario.fetches_a_page());
}

#[test]
fn reload_drops_deleted_stored_images() {
    let mut scenario = Scenario::stored(9, true);
    scenario.page(page(ids(4), Some(more())));
    assert_eq!(scenario.rows().len(), 9);
    scenario.press("jjjj jjR");
    scenario.page(page(ids(3), Some(more())));
    assert!(scenario.fetches_a_page(), "although nothing is new");
    scenario.page(page(["img5".to_owned()], None));
    assert_eq!(scenario.rows(), ["img0", "img1", "img2", "img5"]);
    assert_eq!(scenario.stored_page().end, Some(SyncEnd::Complete));
    assert_eq!(scenario.shown_id(), Some("img5"), "its row no longer exists");
}

#[test]
fn catching_up_stops_if_budget_is_low() {
    let mut scenario = Scenario::stored(3, true);
    scenario.event(Event::BudgetChanged(Budget { left: 239, limit: 1200 }));
    scenario.page(page(["new".to_owned()], Some(more())));
    assert!(!scenario.fetches_a_page());
    assert_eq!(scenario.rows().len(), 4);
}

#[test]
fn page_before_index_is_listed_first() {
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
fn missing_or_damaged_index_is_survived() {
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
fn fetched_details_update_list_search_and_index() {
    let mut scenario = Scenario::stored(3, true);
    scenario.page(page(ids(3), None));
    scenario.wait(200);
    scenario.effects.clear();
    let signed = image_with("img0", "\"requireSignedURLs\":true");
    scenario.respond("img0", Ok(signed.clone()));
    assert_eq!(scenario.model.browse.row(0).unwrap().access(), signed.access);
    let stored = |effect: &Effect| matches!(effect, Effect::StoreImage(image) if image.id() == "img0");
    assert!(scenario.effects.contains(&Effect::ClearSearch) && scenario.effects.iter().any(stored));
    scenario.press("r");
    scenario.effects.clear();
    scenario.respond("img0", Ok(signed));
    assert_eq!(scenario.effects, [], "nothing new");
}

#[test]
fn cursor_follows_lookups() {
    let mut scenario = Scenario::new();
    scenario.press("img2<enter>");
    scenario.respond("img2", Ok(image("img2")));
    scenario.event(Event::Drawn(Viewports { browse: LIST, ..Viewports::default() }));
    scenario.page(page(ids(3), Some(more())));
    assert_eq!((scenario.model.browse.cursor, scenario.shown_id()), (2, Some("img2")));
    scenario.press("i<c-u>img1<enter>");
    scenario.respond("img1", Ok(image("img1")));
    assert_eq!(scenario.model.browse.cursor, 1);
    scenario.press("bkji<c-u>img2<enter>");
    scenario.respond("img2", Ok(image("img2")));
    assert_eq!(scenario.model.browse.cursor, 2, "also one that the user has moved");
}

#[test]
fn page_pause_counts_down_by_seconds() {
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
fn name_order_drops_deleted_stored_images() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>bSS");
    scenario.event(Event::IndexChunk(page(["b".to_owned(), "d".to_owned()], None).images));
    scenario.names_sorted();
    scenario.event(Event::IndexRead(Ok(Some(IndexState { listed_at: scenario.now, whole: true }))));
    scenario.page(page(["c".to_owned(), "a".to_owned()], None));
    assert_eq!(scenario.rows(), ["a", "c"], "the account has no other images");
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
fn complete_list_ignores_late_index() {
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
fn stopped_reload_drops_nothing_and_resumes() {
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
fn resumed_loading_stops_at_stored_images() {
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
        assert_eq!(scenario.fetches_a_page(), !whole, "the rest is stored, or not");
        assert_eq!((scenario.rows().len(), scenario.model.browse.to_the_end), (901, !whole));
        assert_eq!(scenario.stored_page().end, whole.then_some(SyncEnd::CaughtUp));
    }
}

#[test]
fn reload_goes_to_end_despite_index() {
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
        assert!(scenario.fetches_a_page(), "although nothing is new: {index_first}");
        scenario.page(page(["img4".to_owned()], None));
        assert_eq!(scenario.rows(), ["img0", "img1", "img4"]);
    }
}

#[test]
fn name_order_survives_reload_and_renames() {
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
fn sorted_list_loads_no_more_pages() {
    let mut scenario = Scenario::browsing(3, Some(more()));
    scenario.page(page(ids(4), Some(more())));
    scenario.press("S");
    scenario.page(page(ids(5), Some(more())));
    assert!(scenario.effects.iter().all(|effect| !matches!(effect, Effect::FetchPage { .. })));
}

#[test]
fn late_index_does_not_start_catching_up() {
    let mut scenario = Scenario::browsing(3, None);
    let listed_at = scenario.now + SignedDuration::from_hours(1);
    scenario.event(Event::IndexRead(Ok(Some(IndexState { listed_at, whole: true }))));
    assert_eq!(scenario.model.browse.index, crate::app::browse::Index::None);
    let mut scenario = Scenario::browsing(0, None);
    scenario.event(Event::IndexRead(Ok(Some(IndexState { listed_at, whole: true }))));
    assert!(!scenario.model.browse.is_from_earlier_run(), "nothing is from an earlier run");
    scenario.press("L");
    assert!(!scenario.model.browse.to_the_end, "nothing is left to load");
}

#[test]
fn reload_aborts_page_in_flight() {
    let mut scenario = Scenario::browsing(3, Some(more()));
    let late = scenario.pending_page();
    assert!(scenario.press("R").contains(&Effect::Abort(late)));
}

#[test]
fn search_gets_changed_images_at_sync_end() {
    let mut scenario = Scenario::stored(3, true);
    scenario.page(Page { images: vec![listed("img0", true)], next: Some(more()) });
    assert_eq!(scenario.stored_page().end, Some(SyncEnd::CaughtUp));
    assert!(scenario.effects.contains(&Effect::ClearSearch), "it had outdated data");
}

#[test]
fn index_chunks_after_new_image_are_listed() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.event(Event::IndexChunk(page(ids(2), None).images));
    scenario.page(page(["new".to_owned(), "img0".to_owned()], Some(more())));
    scenario.event(Event::IndexChunk(page(ids(4), None).images));
    assert_eq!(scenario.rows(), ["new", "img0", "img1", "img2", "img3"]);
}
