//! Journeys of a second start: what an earlier run has listed is there, and is brought up to date.

use std::sync::Arc;

use super::browsing::{ids, more, page};
use super::*;
use crate::app::browse::Paging;
use crate::app::{IndexState, KeptPage, PassEnd, Wait};
use crate::domain::{Budget, Listed, Shapes};

impl Journey {
    /// Browse, where an earlier run has listed so many images.
    fn stored(count: usize, whole: bool) -> Self {
        let mut journey = Self::new();
        journey.press("<esc>b");
        journey.event(Event::IndexPart(page(ids(count), None).images));
        let listed_at = journey.now - SignedDuration::from_hours(48);
        journey.event(Event::IndexRead(Ok(Some(IndexState { listed_at, whole }))));
        journey.effects.clear();
        journey
    }

    fn kept(&self) -> &KeptPage {
        let kept = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::KeepPage(kept) => Some(kept),
            _ => None,
        });
        kept.expect("a page is kept")
    }
}

#[test]
fn the_list_of_an_earlier_run_is_there_before_its_first_page() {
    let mut journey = Journey::stored(3, true);
    assert_eq!(journey.rows(), ["img0", "img1", "img2"]);
    assert!(journey.model.browse.is_of_before());
    assert_eq!(journey.shown_id(), Some("img0"));
    let old = journey.now - SignedDuration::from_hours(48);
    assert_eq!(journey.model.lookup.listed_at, Some(old), "and says how old it is");
    journey.page(page(["new".to_owned(), "img0".to_owned()], Some(more())));
    assert_eq!(journey.rows(), ["new", "img0", "img1", "img2"]);
    assert_eq!(journey.model.browse.cursor, 1, "the cursor stays on its image");
    assert_eq!((journey.kept().first, journey.kept().end), (true, None));
    assert!(journey.fetches_a_page(), "until a page holds nothing new");
    journey.effects.clear();
    journey.page(page(["img1".to_owned()], Some(more())));
    assert_eq!((journey.kept().first, journey.kept().end), (false, Some(PassEnd::CaughtUp)));
    assert_eq!((journey.fetches_a_page(), &journey.model.browse.paging), (false, &Paging::Whole));
    let told: Vec<bool> = (0..4).map(|row| journey.model.browse.told_at(row) > old).collect();
    assert_eq!(told, [true, true, true, false]);
    assert_eq!(journey.rows(), ["new", "img0", "img1", "img2"]);
}

#[test]
fn the_filter_ranks_what_is_new_before_what_is_old() {
    let mut journey = Journey::stored(3, true);
    journey.page(page(["new".to_owned(), "img0".to_owned()], Some(more())));
    journey.effects.clear();
    journey.page(page(["img1".to_owned()], Some(more())));
    let fed = journey.effects.iter().find_map(|effect| match effect {
        Effect::AddToSearch(images) => Some(images.iter().map(|image| image.id()).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(fed, Some(vec!["new", "img0", "img1", "img2"]));
    assert!(journey.effects.contains(&Effect::ClearSearch));
}

#[test]
fn a_list_that_was_not_whole_goes_on_where_it_ended() {
    let mut journey = Journey::stored(3, false);
    journey.page(page(ids(2), Some(more())));
    assert_eq!(journey.model.browse.index, crate::app::browse::Index::None, "nothing new");
    assert!(journey.fetches_a_page(), "the cursor is near the end of what is listed");
    journey.effects.clear();
    journey.page(page(ids(5), None));
    assert_eq!(journey.rows().len(), 5);
    assert_eq!(journey.kept().end, Some(PassEnd::Whole));
}

#[test]
fn an_empty_page_is_no_sign_that_nothing_is_new() {
    let mut journey = Journey::stored(3, true);
    journey.page(page([], Some(more())));
    assert!(journey.fetches_a_page());
}

#[test]
fn what_is_gone_is_dropped_by_a_pass_over_all() {
    let mut journey = Journey::stored(9, true);
    journey.page(page(ids(4), Some(more())));
    assert_eq!(journey.rows().len(), 9);
    journey.press("jjjj jjR");
    journey.page(page(ids(3), Some(more())));
    assert!(journey.fetches_a_page(), "though nothing is new");
    journey.page(page(["img5".to_owned()], None));
    assert_eq!(journey.rows(), ["img0", "img1", "img2", "img5"]);
    assert_eq!(journey.kept().end, Some(PassEnd::Whole));
    assert_eq!(journey.shown_id(), Some("img5"), "the row it was in is no more");
}

#[test]
fn bringing_up_to_date_leaves_the_last_fifth_of_the_requests_to_others() {
    let mut journey = Journey::stored(3, true);
    journey.event(Event::BudgetTold(Budget { left: 239, limit: 1200 }));
    journey.page(page(["new".to_owned()], Some(more())));
    assert!(!journey.fetches_a_page());
    assert_eq!(journey.rows().len(), 4);
}

#[test]
fn a_page_that_comes_before_the_index_stands_before_it() {
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey.page(page(["new".to_owned(), "img0".to_owned()], Some(more())));
    journey.event(Event::IndexPart(page(ids(3), None).images));
    assert_eq!(journey.rows(), ["new", "img0", "img1", "img2"]);
    let state = IndexState { listed_at: journey.now, whole: true };
    journey.event(Event::IndexRead(Ok(Some(state))));
    journey.page(page(["img1".to_owned()], Some(more())));
    assert_eq!(journey.model.browse.paging, Paging::Whole);
}

#[test]
fn without_an_index_the_list_is_read_as_ever_and_trouble_with_it_is_told() {
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey.event(Event::IndexRead(Ok(None)));
    journey.page(page(ids(3), None));
    assert_eq!(journey.rows().len(), 3);
    assert_eq!((journey.kept().first, journey.kept().end), (true, Some(PassEnd::Whole)));
    journey.event(Event::IndexFailed("The index is damaged.".to_owned()));
    assert_eq!(journey.warning(), "The index is damaged.");
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey.event(Event::IndexRead(Err("The index was damaged.".to_owned())));
    assert_eq!(journey.warning(), "The index was damaged.");
}

#[test]
fn the_apis_newer_word_on_an_image_is_listed_found_and_kept() {
    let mut journey = Journey::stored(3, true);
    journey.page(page(ids(3), None));
    journey.passes(200);
    journey.effects.clear();
    let signed = image_with("img0", "\"requireSignedURLs\":true");
    journey.answer("img0", Ok(signed.clone()));
    assert_eq!(journey.model.browse.row(0).unwrap().access(), signed.access);
    let kept = |effect: &Effect| matches!(effect, Effect::KeepImage(image) if image.id() == "img0");
    assert!(journey.effects.contains(&Effect::ClearSearch) && journey.effects.iter().any(kept));
    journey.press("r");
    journey.effects.clear();
    journey.answer("img0", Ok(signed));
    assert_eq!(journey.effects, [], "nothing new");
}

#[test]
fn the_cursor_stands_on_the_image_that_was_looked_up_until_a_person_moves_it() {
    let mut journey = Journey::new();
    journey.press("img2<enter>");
    journey.answer("img2", Ok(image("img2")));
    journey.event(Event::Drawn(Reach { wide: true, ..Reach::default() }));
    journey.page(page(ids(3), Some(more())));
    assert_eq!((journey.model.browse.cursor, journey.shown_id()), (2, Some("img2")));
    journey.press("i<c-u>img1<enter>");
    journey.answer("img1", Ok(image("img1")));
    assert_eq!(journey.model.browse.cursor, 1);
    journey.press("bkji<c-u>img2<enter>");
    journey.answer("img2", Ok(image("img2")));
    assert_eq!(journey.model.browse.cursor, 1, "it is where it was put");
}

#[test]
fn the_pause_of_a_page_is_shown_by_the_second() {
    let mut journey = Journey::new();
    journey.press("<esc>b");
    let wait = Wait { until: journey.now + SignedDuration::from_millis(2500), reason: "rate limited" };
    journey.event(Event::Waiting(journey.page_awaited(), wait.clone()));
    assert_eq!(journey.model.browse.wait, Some(wait));
    let in_millis =
        |journey: &Journey| next_wake(&journey.model).map(|at| at.duration_since(journey.now).as_millis());
    assert_eq!(in_millis(&journey), Some(500));
    journey.passes(500);
    assert_eq!(in_millis(&journey), Some(1000));
    journey.passes(2000);
    assert_eq!(in_millis(&journey), None);
    journey.page(page(ids(1), None));
    assert_eq!(journey.model.browse.wait, None);
}

#[test]
fn the_order_by_name_holds_what_an_earlier_run_was_told() {
    let mut journey = Journey::new();
    journey.press("<esc>bSS");
    journey.event(Event::IndexPart(page(["b".to_owned(), "d".to_owned()], None).images));
    journey.names_sorted();
    journey.event(Event::IndexRead(Ok(Some(IndexState { listed_at: journey.now, whole: true }))));
    journey.page(page(["c".to_owned(), "a".to_owned()], None));
    assert_eq!(journey.rows(), ["a", "c"], "the account has no others");
    let all: Vec<&str> =
        journey.model.browse.images().iter().map(|image: &std::sync::Arc<Listed>| image.id()).collect();
    assert_eq!(all, ["c", "a"]);
}

#[test]
fn a_whole_list_that_comes_before_the_index_takes_nothing_of_it_that_is_gone() {
    for first in ["img0", ""] {
        let mut journey = Journey::new();
        journey.press("<esc>b");
        journey.page(page(first.split_whitespace().map(str::to_owned), None));
        journey.event(Event::IndexPart(page(ids(3), None).images));
        let state = IndexState { listed_at: journey.now, whole: true };
        journey.event(Event::IndexRead(Ok(Some(state))));
        assert_eq!(journey.rows(), first.split_whitespace().collect::<Vec<_>>());
        assert_eq!(journey.model.browse.paging, Paging::Whole);
    }
}

#[test]
fn a_pass_over_all_that_is_stopped_drops_nothing_and_goes_on_where_it_stopped() {
    let mut journey = Journey::stored(900, true);
    journey.page(page(ids(4), Some(more())));
    journey.press("R");
    journey.page(page(ids(3), Some(more())));
    journey.press("<esc>");
    assert_eq!((journey.rows().len(), &journey.model.browse.paging), (900, &Paging::More));
    journey.press("L");
    let after = journey.effects.iter().find_map(|effect| match effect {
        Effect::FetchPage { after, .. } => Some(after.clone()),
        _ => None,
    });
    assert_eq!(after, Some(Some(more())));
    let request = journey.page_awaited();
    journey.event(Event::PageFetched(request, Err(failure("No answer"))));
    assert_eq!(journey.rows().len(), 900);
    journey.press("L");
    journey.page(page(["img5".to_owned()], None));
    assert_eq!(journey.rows(), ["img0", "img1", "img2", "img5"]);
}

#[test]
fn loading_on_after_a_failed_page_ends_where_it_meets_what_an_earlier_run_has_listed() {
    for whole in [true, false] {
        let mut journey = Journey::stored(900, whole);
        journey.page(page(["new".to_owned()], Some(more())));
        let request = journey.page_awaited();
        journey.event(Event::PageFetched(request, Err(failure("No answer"))));
        let effects = journey.press("L");
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::FetchPage { after, .. } if *after == Some(more()))),
            "it goes on where it stopped"
        );
        journey.effects.clear();
        journey.page(page(ids(2), Some(more())));
        assert_eq!(journey.fetches_a_page(), !whole, "what lies behind is known, or is not");
        assert_eq!((journey.rows().len(), journey.model.browse.to_the_end), (901, !whole));
        assert_eq!(journey.kept().end, whole.then_some(PassEnd::CaughtUp));
    }
}

#[test]
fn reading_anew_goes_to_the_end_also_where_the_index_is_being_read_or_caught_up_with() {
    for index_first in [true, false] {
        let mut journey = if index_first { Journey::stored(9, true) } else { Journey::new() };
        journey.press(if index_first { "R" } else { "<esc>bR" });
        if !index_first {
            journey.event(Event::IndexPart(page(ids(9), None).images));
            let state = IndexState { listed_at: journey.now, whole: true };
            journey.event(Event::IndexRead(Ok(Some(state))));
        }
        journey.effects.clear();
        journey.page(page(ids(2), Some(more())));
        assert!(journey.fetches_a_page(), "though nothing is new: {index_first}");
        journey.page(page(["img4".to_owned()], None));
        assert_eq!(journey.rows(), ["img0", "img1", "img4"]);
    }
}

#[test]
fn the_order_by_name_outlasts_new_places_and_follows_new_names() {
    let named = |id: &str, name: &str| {
        Arc::new(Shapes::default().listed(&image_with(id, &format!("\"filename\":\"{name}\""))))
    };
    let mut journey = Journey::new();
    journey.press("<esc>bSS");
    journey.event(Event::IndexPart(vec![named("1", "b"), named("2", "c"), named("3", "a")]));
    journey.names_sorted();
    assert_eq!(journey.rows(), ["3", "1", "2"]);
    journey.event(Event::IndexRead(Ok(Some(IndexState { listed_at: journey.now, whole: true }))));
    journey.press("R");
    journey.page(Page { images: vec![named("4", "bb"), named("1", "d")], next: Some(more()) });
    assert_eq!(journey.rows(), ["3", "4", "1", "2"]);
    journey.effects.clear();
    journey.page(Page { images: vec![named("3", "x")], next: None });
    assert_eq!(journey.rows(), ["3", "4", "1"], "2 is gone, and 4 stands before 1 in the list");
    journey.names_sorted();
    assert_eq!(journey.rows(), ["4", "1", "3"], "new names are sorted at the end of the pass");
}

#[test]
fn a_narrowed_list_fetches_no_more_by_itself() {
    let mut journey = Journey::browsing(3, Some(more()));
    journey.page(page(ids(4), Some(more())));
    journey.press("S");
    journey.page(page(ids(5), Some(more())));
    assert!(journey.effects.iter().all(|effect| !matches!(effect, Effect::FetchPage { .. })));
}

#[test]
fn an_index_that_comes_after_the_whole_list_brings_nothing_up_to_date() {
    let mut journey = Journey::browsing(3, None);
    let listed_at = journey.now + SignedDuration::from_hours(1);
    journey.event(Event::IndexRead(Ok(Some(IndexState { listed_at, whole: true }))));
    assert_eq!(journey.model.browse.index, crate::app::browse::Index::None);
    let mut journey = Journey::browsing(0, None);
    journey.event(Event::IndexRead(Ok(Some(IndexState { listed_at, whole: true }))));
    assert!(!journey.model.browse.is_of_before(), "nothing is of before");
    journey.press("L");
    assert!(!journey.model.browse.to_the_end, "nothing is left to load");
}

#[test]
fn a_pass_over_all_aborts_the_page_that_is_on_its_way() {
    let mut journey = Journey::browsing(3, Some(more()));
    let late = journey.page_awaited();
    assert!(journey.press("R").contains(&Effect::Abort(late)));
}

#[test]
fn the_filter_hears_of_newer_words_at_the_end_of_the_pass() {
    let mut journey = Journey::stored(3, true);
    journey.page(Page { images: vec![super::browsing::listed("img0", true)], next: Some(more()) });
    assert_eq!(journey.kept().end, Some(PassEnd::CaughtUp));
    assert!(journey.effects.contains(&Effect::ClearSearch), "it knew another word");
}

#[test]
fn parts_of_the_index_that_come_after_a_new_image_are_listed_all() {
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey.event(Event::IndexPart(page(ids(2), None).images));
    journey.page(page(["new".to_owned(), "img0".to_owned()], Some(more())));
    journey.event(Event::IndexPart(page(ids(4), None).images));
    assert_eq!(journey.rows(), ["new", "img0", "img1", "img2", "img3"]);
}
