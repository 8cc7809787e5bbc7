//! Journeys with marked images: what is done with all of them at once.

use super::browsing::{ids, listed, page};
use super::*;

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
fn all_that_match_are_marked_once_that_is_known() {
    let mut journey = Journey::browsing(9, None);
    journey.press("/5<enter>*");
    assert_eq!(journey.model.browse.marked().len(), 0);
    assert!(journey.warning().starts_with("Not marked"), "{}", journey.warning());
    journey.event(Event::Found { generation: 1, matches: vec![5] });
    journey.press("*");
    assert_eq!(journey.model.browse.marked().len(), 1);
}
