//! Journeys through the filter.

use super::browsing::{ids, more, page};
use super::*;
use crate::domain::Query;

#[test]
fn the_filter_narrows_is_kept_and_left() {
    let mut journey = Journey::browsing(9, None);
    journey.press("jj");
    let effects = journey.press("/ab");
    let search =
        |generation, query: &str| Effect::Search { generation, query: Query::parse(query, &TimeZone::UTC) };
    assert_eq!(effects, [search(1, "a"), search(2, "ab")]);
    journey.event(Event::Found { generation: 1, matches: vec![0] });
    assert_eq!(journey.rows().len(), 9, "an answer to the question before");
    journey.event(Event::Found { generation: 2, matches: vec![5, 2] });
    assert_eq!(
        (journey.rows(), journey.shown_id()),
        (vec!["img5", "img2"], Some("img5")),
        "the best is shown"
    );
    journey.press("<down>");
    assert_eq!(journey.shown_id(), Some("img2"));
    journey.press("<enter>k");
    assert_eq!(journey.shown_id(), Some("img5"), "keys are keys again");
    journey.event(Event::Found { generation: 2, matches: vec![7, 5, 2] });
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
        matches!(&effects[..], [Effect::Search { query, .. }] if query.terms() == ["cat"]),
        "into the filter it is text"
    );
}

#[test]
fn a_filter_that_finds_nothing_keeps_the_cursors_image() {
    let mut journey = Journey::browsing(9, Some(more()));
    journey.press("jj/x");
    journey.event(Event::Found { generation: 1, matches: vec![] });
    assert_eq!((journey.rows().len(), journey.shown_id()), (0, Some("img2")));
    journey.press("<esc>");
    assert_eq!((journey.model.browse.cursor, journey.shown_id()), (2, Some("img2")));
    journey.press("/x");
    journey.event(Event::Found { generation: 3, matches: vec![] });
    journey.event(Event::Found { generation: 3, matches: vec![7] });
    assert_eq!(journey.shown_id(), Some("img7"), "the first match of a later page");
}

#[test]
fn esc_leaves_the_filter_while_a_listed_image_is_asked_for() {
    let mut journey = Journey::browsing(9, None);
    journey.press("/img");
    journey.event(Event::Found { generation: 3, matches: vec![4] });
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
    journey.event(Event::Found { generation: 1, matches: vec![] });
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
    journey.event(Event::Found { generation: 4, matches: vec![5, 0] });
    assert!(
        !journey.effects.iter().any(|effect| matches!(effect, Effect::Abort(_))),
        "{:?}",
        journey.effects
    );
    journey.answer("dog", Ok(image("dog")));
    assert_eq!(journey.shown_id(), Some("dog"));
}
