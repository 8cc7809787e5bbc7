//! Scenarios of the row that is marked in the list, and the image that is shown.

use super::browse::page;
use super::*;

impl Scenario {
    fn look_up(&mut self, id: &str) {
        self.paste(id);
        self.respond(id, Ok(image(id)));
    }
}

#[test]
fn cursor_goes_to_an_image_that_was_looked_up() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("jj");
    scenario.look_up("img5");
    assert_eq!((scenario.model.browse.cursor, scenario.model.is_cursor_shown()), (5, true));
    scenario.press("bj");
    assert_eq!(scenario.shown_id(), Some("img6"));
}

#[test]
fn cursor_goes_to_an_image_that_is_listed_later() {
    let mut scenario = Scenario::with_more(3);
    scenario.press("jj");
    scenario.look_up("img4");
    assert_eq!((scenario.model.browse.cursor, scenario.model.is_cursor_shown()), (2, false));
    scenario.press("L");
    scenario.page(page(["img3".to_owned(), "img4".to_owned()], None));
    assert_eq!((scenario.model.browse.cursor, scenario.model.is_cursor_shown()), (4, true));
}

#[test]
fn row_of_an_image_that_is_not_shown_is_not_the_shown_one() {
    let mut scenario = Scenario::browsing(3, None);
    assert!(scenario.model.is_cursor_shown());
    scenario.look_up("dog");
    assert!(!scenario.model.is_cursor_shown());
    scenario.press("bj");
    assert_eq!((scenario.shown_id(), scenario.model.is_cursor_shown()), (Some("img1"), true));
}

#[test]
fn all_images_again_keep_the_image_that_is_shown() {
    for clear in ["!", "<esc>"] {
        let mut scenario = Scenario::browsing(9, None);
        scenario.press("!!!");
        scenario.filter_matched(3, vec![7, 8]);
        scenario.look_up("img5");
        assert_eq!(scenario.model.browse.len(), 2);
        scenario.press(clear);
        assert_eq!((scenario.model.browse.cursor, scenario.shown_id()), (5, Some("img5")), "{clear}");
    }
}
