//! Scenarios of the filter.

use super::*;
use crate::domain::{Budget, Query};

#[test]
fn filter_narrows_list_until_left() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("jj");
    let effects = scenario.press("/ab");
    let search =
        |generation, query: &str| Effect::Search { generation, query: Query::parse(query, &TimeZone::UTC) };
    assert_eq!(effects, [search(1, "a"), search(2, "ab")]);
    scenario.filter_matched(1, vec![0]);
    assert_eq!(scenario.rows().len(), 9, "a stale result");
    scenario.filter_matched(2, vec![5, 2]);
    assert_eq!(
        (scenario.rows(), scenario.shown_id()),
        (vec!["img5", "img2"], Some("img5")),
        "the best is shown"
    );
    scenario.press("<down>");
    assert_eq!(scenario.shown_id(), Some("img2"));
    scenario.press("<enter>k");
    assert_eq!(scenario.shown_id(), Some("img5"), "keys are commands again");
    scenario.filter_matched(2, vec![7, 5, 2]);
    assert_eq!(scenario.model.browse.cursor, 1, "a new match leaves the cursor on its image");
    scenario.press("<esc>");
    assert_eq!(
        (scenario.rows().len(), scenario.model.browse.cursor),
        (9, 5),
        "the whole list, on the same image"
    );
    scenario.press("/x<esc>");
    assert_eq!((scenario.model.focus, scenario.model.browse.filter.typing), (Pane::Browse, false));
    scenario.paste("cat");
    assert_eq!(scenario.model.focus, Pane::Variants, "a paste into the list is a lookup");
    scenario.press("/");
    let effects = scenario.paste("cat");
    assert!(
        matches!(&effects[..], [Effect::Search { query, .. }] if query.terms()[0].text == "cat"),
        "into the filter it is text"
    );
}

#[test]
fn filter_without_matches_keeps_image() {
    let mut scenario = Scenario::browsing(9, Some(more()));
    scenario.press("jj/x");
    scenario.filter_matched(1, vec![]);
    assert_eq!((scenario.rows().len(), scenario.shown_id()), (0, Some("img2")));
    scenario.press("<esc>");
    assert_eq!((scenario.model.browse.cursor, scenario.shown_id()), (2, Some("img2")));
    scenario.press("/x");
    scenario.filter_matched(3, vec![]);
    scenario.filter_matched(3, vec![7]);
    assert_eq!(scenario.shown_id(), Some("img7"), "the first match of a later page");
}

#[test]
fn esc_leaves_filter_before_cancelling_refresh() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("/img");
    scenario.filter_matched(3, vec![4]);
    scenario.wait(200);
    let request = scenario.pending_request();
    assert_eq!(scenario.press("<esc>"), []);
    assert_eq!((scenario.rows().len(), scenario.model.browse.cursor), (9, 4));
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
}

#[test]
fn cursor_returns_to_image_after_empty_filter() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("jjj/x");
    scenario.filter_matched(1, vec![]);
    assert_eq!(scenario.rows().len(), 9, "until the fuzzy search is done");
    scenario.filter_matched(2, vec![]);
    assert_eq!((scenario.rows().len(), scenario.shown_id()), (0, Some("img3")));
    scenario.press("<esc>");
    assert_eq!((scenario.model.browse.cursor, scenario.shown_id()), (3, Some("img3")));
}

#[test]
fn late_matches_do_not_interrupt_lookup() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("/img<enter>Ri<c-u>dog<enter>");
    scenario.effects.clear();
    scenario.page(page(ids(9), None));
    scenario.filter_matched(4, vec![5, 0]);
    assert!(
        !scenario.effects.iter().any(|effect| matches!(effect, Effect::Abort(_))),
        "{:?}",
        scenario.effects
    );
    scenario.respond("dog", Ok(image("dog")));
    assert_eq!(scenario.shown_id(), Some("dog"));
}

/// The last search that was requested.
fn last_search(scenario: &Scenario) -> (u64, &Query) {
    let search = scenario.effects.iter().rev().find_map(|effect| match effect {
        Effect::Search { generation, query } => Some((*generation, query)),
        _ => None,
    });
    search.expect("no search is requested")
}

#[test]
fn fuzzy_matches_are_shown_if_whole_list_has_no_match() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("/ig");
    scenario.effects.clear();
    scenario.filter_matched(2, vec![]);
    let (generation, query) = last_search(&scenario);
    assert!(generation == 3 && query.is_fuzzy());
    scenario.filter_matched(3, vec![4, 5]);
    assert!(scenario.model.browse.is_fuzzy());
    assert_eq!((scenario.rows(), scenario.shown_id()), (vec!["img4", "img5"], Some("img4")));
    scenario.press("<enter>j*");
    assert_eq!(scenario.model.browse.marked().len(), 0);
    scenario.assert_warned(&["Space"]);
    scenario.press(" ");
    assert_eq!(scenario.model.browse.marked().len(), 1, "single ones can be marked");
    scenario.press("/x<esc>");
    assert!(!scenario.model.browse.is_fuzzy());
    scenario.press("/\"ig\" ");
    scenario.effects.clear();
    scenario.filter_matched(scenario.model.browse.filter.generation, vec![]);
    assert_eq!((scenario.effects.len(), scenario.rows().len()), (0, 0), "a phrase is never fuzzy");
}

#[test]
fn nothing_is_similar_if_the_fuzzy_search_finds_nothing() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("/zz<enter>");
    scenario.filter_matched(2, vec![]);
    scenario.filter_matched(3, vec![]);
    assert!(!scenario.model.browse.is_fuzzy());
    scenario.press("*");
    scenario.assert_warned(&[]);
    assert_eq!(scenario.model.browse.marked().len(), 0);
}

#[test]
fn fuzzy_matches_wait_for_whole_list_and_for_its_search() {
    let mut scenario = Scenario::browsing(9, Some(more()));
    scenario.press("/ig");
    scenario.effects.clear();
    scenario.filter_matched(2, vec![]);
    assert_eq!((scenario.effects.len(), scenario.rows().len()), (0, 0));
    scenario.page(page(["zig".to_owned()], None));
    assert!(!scenario.effects.iter().any(|effect| matches!(effect, Effect::Search { .. })));
    scenario.event(Event::FilterMatched { generation: 2, matches: vec![], searched: 9 });
    assert!(!scenario.model.browse.is_fuzzy(), "the last page is not searched yet");
    scenario.filter_matched(2, vec![9]);
    assert_eq!((scenario.rows(), scenario.model.browse.is_fuzzy()), (vec!["zig"], false));

    let mut scenario = Scenario::browsing(9, Some(more()));
    scenario.press("/ig");
    scenario.filter_matched(2, vec![]);
    scenario.effects.clear();
    scenario.page(page([], None));
    assert!(last_search(&scenario).1.is_fuzzy(), "the last page held nothing new");
}

#[test]
fn new_image_that_matches_replaces_fuzzy_matches() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("/ig<enter>");
    scenario.filter_matched(2, vec![]);
    scenario.filter_matched(3, vec![4]);
    scenario.press("R");
    scenario.effects.clear();
    scenario.page(page(["zig".to_owned()], Some(more())));
    let (generation, query) = last_search(&scenario);
    assert!(generation == 4 && !query.is_fuzzy());
    assert_eq!(scenario.rows(), ["img4"], "until the result arrives");
    scenario.filter_matched(4, vec![9]);
    assert_eq!((scenario.rows(), scenario.model.browse.is_fuzzy()), (vec!["zig"], false));
}

#[test]
fn filter_loads_rest_of_list_until_it_is_left() {
    let mut scenario = Scenario::with_more(1000);
    assert!(!scenario.fetches_a_page());
    scenario.press("/7");
    assert!(scenario.fetches_a_page());
    scenario.press("7");
    assert!(!scenario.fetches_a_page(), "one request at a time");
    scenario.effects.clear();
    scenario.page(page((1000..2000).map(|n| format!("img{n}")), Some(more())));
    assert!(scenario.fetches_a_page());
    let request = scenario.pending_page();
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
    assert_eq!(scenario.model.browse.paging, crate::app::browse::Paging::More);
    scenario.press("/7<enter>");
    let request = scenario.pending_page();
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
    scenario.press("/7<backspace>");
    assert_eq!(scenario.model.browse.paging, crate::app::browse::Paging::More, "nothing is filtered");
    scenario.press("\"");
    assert_eq!(scenario.model.browse.paging, crate::app::browse::Paging::More, "the query is still empty");
}

#[test]
fn filter_loads_nothing_if_budget_is_low() {
    let mut scenario = Scenario::with_more(1000);
    scenario.event(Event::BudgetChanged(Budget { left: 239, limit: 1200 }));
    scenario.press("/7");
    assert!(!scenario.fetches_a_page());
    scenario.effects.clear();
    scenario.event(Event::BudgetChanged(Budget { left: 1199, limit: 1200 }));
    assert!(scenario.fetches_a_page(), "resumes when the budget is no longer low");
}

#[test]
fn stopped_loading_does_not_resume() {
    let mut scenario = Scenario::with_more(1000);
    scenario.press("/7<enter>L");
    scenario.filter_matched(1, vec![7, 70]);
    let request = scenario.pending_page();
    assert_eq!(scenario.press("<esc>"), [Effect::Abort(request)]);
    assert!(scenario.model.browse.filter.is_on());
    scenario.press("jk");
    assert!(!scenario.fetches_a_page());
    scenario.press("/8");
    assert!(scenario.fetches_a_page(), "another filter loads again");
}

#[test]
fn confirmation_is_dropped_if_image_changes() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    let images = ["a", "b"].map(|id| listed(id, true));
    scenario.page(Page { images: images.into(), next: None });
    scenario.press("/a<enter>");
    assert_eq!(scenario.press("y"), [], "a custom ID");
    assert!(scenario.model.confirmation.is_some());
    scenario.filter_matched(1, vec![1]);
    assert_eq!(scenario.shown_id(), Some("b"));
    assert_eq!(scenario.model.notice, None, "the notice asked for a second press");
    assert_eq!(scenario.press("y"), []);
    assert_eq!(texts_with_warning(&scenario.press("y")), [url("b", "public")]);
}

#[test]
fn confirmation_survives_new_pages() {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.page(Page { images: vec![listed("a", true)], next: Some(more()) });
    scenario.event(Event::IndexRead(Ok(None)));
    assert_eq!(scenario.press("jy"), [], "a custom ID");
    scenario.page(page(["z".to_owned()], None));
    assert_eq!(texts_with_warning(&scenario.press("y")), [url("a", "public")]);
}
