//! Journeys through the filter.

use super::browsing::{ids, listed, more, page};
use super::*;
use crate::domain::{Budget, Query};

#[test]
fn the_filter_narrows_is_kept_and_left() {
    let mut journey = Journey::browsing(9, None);
    journey.press("jj");
    let effects = journey.press("/ab");
    let search =
        |generation, query: &str| Effect::Search { generation, query: Query::parse(query, &TimeZone::UTC) };
    assert_eq!(effects, [search(1, "a"), search(2, "ab")]);
    journey.found(1, vec![0]);
    assert_eq!(journey.rows().len(), 9, "an answer to the question before");
    journey.found(2, vec![5, 2]);
    assert_eq!(
        (journey.rows(), journey.shown_id()),
        (vec!["img5", "img2"], Some("img5")),
        "the best is shown"
    );
    journey.press("<down>");
    assert_eq!(journey.shown_id(), Some("img2"));
    journey.press("<enter>k");
    assert_eq!(journey.shown_id(), Some("img5"), "keys are keys again");
    journey.found(2, vec![7, 5, 2]);
    assert_eq!(journey.model.browse.cursor, 1, "a new match leaves the cursor on its image");
    journey.press("<esc>");
    assert_eq!(
        (journey.rows().len(), journey.model.browse.cursor),
        (9, 5),
        "the whole list, on the same image"
    );
    journey.press("/x<esc>");
    assert_eq!((journey.model.focus, journey.model.browse.filter.typing), (Pane::Browse, false));
    journey.paste("cat");
    assert_eq!(journey.model.focus, Pane::Variants, "a paste into the list is a lookup");
    journey.press("/");
    let effects = journey.paste("cat");
    assert!(
        matches!(&effects[..], [Effect::Search { query, .. }] if query.terms()[0].text == "cat"),
        "into the filter it is text"
    );
}

#[test]
fn a_filter_that_finds_nothing_keeps_the_cursors_image() {
    let mut journey = Journey::browsing(9, Some(more()));
    journey.press("jj/x");
    journey.found(1, vec![]);
    assert_eq!((journey.rows().len(), journey.shown_id()), (0, Some("img2")));
    journey.press("<esc>");
    assert_eq!((journey.model.browse.cursor, journey.shown_id()), (2, Some("img2")));
    journey.press("/x");
    journey.found(3, vec![]);
    journey.found(3, vec![7]);
    assert_eq!(journey.shown_id(), Some("img7"), "the first match of a later page");
}

#[test]
fn esc_leaves_the_filter_while_a_listed_image_is_asked_for() {
    let mut journey = Journey::browsing(9, None);
    journey.press("/img");
    journey.found(3, vec![4]);
    journey.passes(200);
    let asked = journey.awaited();
    assert_eq!(journey.press("<esc>"), []);
    assert_eq!((journey.rows().len(), journey.model.browse.cursor), (9, 4));
    assert_eq!(journey.press("<esc>"), [Effect::Abort(asked)]);
}

#[test]
fn the_cursor_comes_back_to_its_image_where_nothing_matched() {
    let mut journey = Journey::browsing(9, None);
    journey.press("jjj/x");
    journey.found(1, vec![]);
    assert_eq!(journey.rows().len(), 9, "until it is known that nothing is similar either");
    journey.found(2, vec![]);
    assert_eq!((journey.rows().len(), journey.shown_id()), (0, Some("img3")));
    journey.press("<esc>");
    assert_eq!((journey.model.browse.cursor, journey.shown_id()), (3, Some("img3")));
}

#[test]
fn a_late_answer_of_the_filter_leaves_a_lookup_alone() {
    let mut journey = Journey::browsing(9, None);
    journey.press("/img<enter>Ri<c-u>dog<enter>");
    journey.effects.clear();
    journey.page(page(ids(9), None));
    journey.found(4, vec![5, 0]);
    assert!(
        !journey.effects.iter().any(|effect| matches!(effect, Effect::Abort(_))),
        "{:?}",
        journey.effects
    );
    journey.answer("dog", Ok(image("dog")));
    assert_eq!(journey.shown_id(), Some("dog"));
}

/// The last question to the filter.
fn asked(journey: &Journey) -> (u64, &Query) {
    let search = journey.effects.iter().rev().find_map(|effect| match effect {
        Effect::Search { generation, query } => Some((*generation, query)),
        _ => None,
    });
    search.expect("the filter is asked")
}

#[test]
fn fuzzy_matches_are_shown_if_whole_list_has_no_match() {
    let mut journey = Journey::browsing(9, None);
    journey.press("/ig");
    journey.effects.clear();
    journey.found(2, vec![]);
    let (generation, query) = asked(&journey);
    assert!(generation == 3 && query.is_fuzzy());
    journey.found(3, vec![4, 5]);
    assert!(journey.model.browse.is_fuzzy());
    assert_eq!((journey.rows(), journey.shown_id()), (vec!["img4", "img5"], Some("img4")));
    journey.press("<enter>j*");
    assert_eq!(journey.model.browse.marked().len(), 0);
    assert!(journey.warning().contains("no image matches"), "{}", journey.warning());
    journey.press(" ");
    assert_eq!(journey.model.browse.marked().len(), 1, "one by one they can be marked");
    journey.press("/x<esc>");
    assert!(!journey.model.browse.is_fuzzy());
    journey.press("/\"ig\" ");
    journey.effects.clear();
    journey.found(journey.model.browse.filter.generation, vec![]);
    assert_eq!((journey.effects.len(), journey.rows().len()), (0, 0), "a phrase is never fuzzy");
}

#[test]
fn fuzzy_matches_wait_for_whole_list_and_for_its_search() {
    let mut journey = Journey::browsing(9, Some(more()));
    journey.press("/ig");
    journey.effects.clear();
    journey.found(2, vec![]);
    assert_eq!((journey.effects.len(), journey.rows().len()), (0, 0));
    journey.page(page(["zig".to_owned()], None));
    assert!(!journey.effects.iter().any(|effect| matches!(effect, Effect::Search { .. })));
    journey.event(Event::Found { generation: 2, matches: vec![], searched: 9 });
    assert!(!journey.model.browse.is_fuzzy(), "the last page is not searched yet");
    journey.found(2, vec![9]);
    assert_eq!((journey.rows(), journey.model.browse.is_fuzzy()), (vec!["zig"], false));

    let mut journey = Journey::browsing(9, Some(more()));
    journey.press("/ig");
    journey.found(2, vec![]);
    journey.effects.clear();
    journey.page(page([], None));
    assert!(asked(&journey).1.is_fuzzy(), "the last page held nothing new");
}

#[test]
fn new_image_that_matches_replaces_fuzzy_matches() {
    let mut journey = Journey::browsing(9, None);
    journey.press("/ig<enter>");
    journey.found(2, vec![]);
    journey.found(3, vec![4]);
    journey.press("R");
    journey.effects.clear();
    journey.page(page(["zig".to_owned()], Some(more())));
    let (generation, query) = asked(&journey);
    assert!(generation == 4 && !query.is_fuzzy());
    assert_eq!(journey.rows(), ["img4"], "until the answer is there");
    journey.found(4, vec![9]);
    assert_eq!((journey.rows(), journey.model.browse.is_fuzzy()), (vec!["zig"], false));
}

#[test]
fn filter_loads_rest_of_list_until_it_is_left() {
    let mut journey = Journey::with_more(1000);
    assert!(!journey.fetches_a_page());
    journey.press("/7");
    assert!(journey.fetches_a_page());
    journey.press("7");
    assert!(!journey.fetches_a_page(), "one request at a time");
    journey.effects.clear();
    journey.page(page((1000..2000).map(|n| format!("img{n}")), Some(more())));
    assert!(journey.fetches_a_page());
    let request = journey.page_awaited();
    assert_eq!(journey.press("<esc>"), [Effect::Abort(request)]);
    assert_eq!(journey.model.browse.paging, crate::app::browse::Paging::More);
    journey.press("/7<enter>");
    let request = journey.page_awaited();
    assert_eq!(journey.press("<esc>"), [Effect::Abort(request)]);
    journey.press("/7<backspace>");
    assert_eq!(journey.model.browse.paging, crate::app::browse::Paging::More, "nothing is filtered");
    journey.press("\"");
    assert_eq!(journey.model.browse.paging, crate::app::browse::Paging::More, "nothing is asked for yet");
}

#[test]
fn filter_leaves_the_last_requests_to_others() {
    let mut journey = Journey::with_more(1000);
    journey.event(Event::BudgetTold(Budget { left: 239, limit: 1200 }));
    journey.press("/7");
    assert!(!journey.fetches_a_page());
    journey.effects.clear();
    journey.event(Event::BudgetTold(Budget { left: 1199, limit: 1200 }));
    assert!(journey.fetches_a_page(), "and goes on when there are enough again");
}

#[test]
fn stopped_loading_does_not_go_on_by_itself() {
    let mut journey = Journey::with_more(1000);
    journey.press("/7<enter>L");
    journey.found(1, vec![7, 70]);
    let request = journey.page_awaited();
    assert_eq!(journey.press("<esc>"), [Effect::Abort(request)]);
    assert!(journey.model.browse.filter.is_on());
    journey.press("jG");
    assert!(!journey.fetches_a_page());
    journey.press("/8");
    assert!(journey.fetches_a_page(), "another filter loads again");
}

#[test]
fn second_press_is_for_the_image_of_the_first() {
    let mut journey = Journey::new();
    journey.press("<esc>b");
    let images = ["a", "b"].map(|id| listed(id, true));
    journey.page(Page { images: images.into(), next: None });
    journey.press("/a<enter>");
    assert_eq!(journey.press("y"), [], "a custom ID");
    assert!(journey.model.armed.is_some());
    journey.found(1, vec![1]);
    assert_eq!(journey.shown_id(), Some("b"));
    assert_eq!(journey.model.notice, None, "it asked for a second press");
    assert_eq!(journey.press("y"), []);
    assert_eq!(texts(&journey.press("y")), [url("b", "public")]);
}

#[test]
fn second_press_stays_valid_while_other_pages_arrive() {
    let mut journey = Journey::new();
    journey.press("<esc>b");
    journey.page(Page { images: vec![listed("a", true)], next: Some(more()) });
    journey.event(Event::IndexRead(Ok(None)));
    assert_eq!(journey.press("jy"), [], "a custom ID");
    journey.page(page(["z".to_owned()], None));
    assert_eq!(texts(&journey.press("y")), [url("a", "public")]);
}
