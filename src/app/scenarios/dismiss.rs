//! Scenarios of a lookup that failed: what stays on the screen, and how to get rid of its error.

use super::*;

/// A list of three images, and a lookup of an ID that no image has.
pub(super) fn failed_over_list() -> Scenario {
    let mut scenario = Scenario::browsing(3, None);
    scenario.press("j");
    scenario.paste("dog");
    scenario.respond("dog", Err(failure("Image not found")));
    scenario
}

fn names(scenario: &Scenario) -> (Option<&str>, &str, bool) {
    let lookup = &scenario.model.lookup;
    (scenario.shown_id(), scenario.model.input.text(), lookup.is_showing_previous())
}

#[test]
fn esc_dismisses_the_error_and_keeps_the_image() {
    let mut scenario = failed_over_list();
    assert_eq!(names(&scenario), (Some("img1"), "dog", true));
    assert_eq!(scenario.press("<esc>"), []);
    assert_eq!(names(&scenario), (Some("img1"), "img1", false));
    assert_eq!((scenario.model.problem(), scenario.model.focus), (None, Pane::Browse), "as before the paste");
    scenario.event(Event::Woke);
    assert_eq!(
        scenario.effects,
        [fetch(5, "img1")],
        "the list's data is refreshed, as after a cursor's rest"
    );
}

#[test]
fn esc_dismisses_a_failed_refresh() {
    let mut scenario = Scenario::shown();
    scenario.press("r");
    scenario.respond("cat", Err(failure("No answer")));
    scenario.press("<esc>");
    assert_eq!((names(&scenario), scenario.model.problem()), ((Some("cat"), "cat", false), None));
    assert_eq!(next_wake(&scenario.model), None, "its details are from the API");
}

#[test]
fn esc_settles_a_cancelled_lookup() {
    let mut scenario = Scenario::shown();
    scenario.paste("dog");
    scenario.press("<esc>");
    assert_eq!(names(&scenario), (Some("cat"), "dog", true));
    scenario.press("<esc>");
    assert_eq!(names(&scenario), (Some("cat"), "cat", false));
}

#[test]
fn esc_dismisses_a_refusal() {
    let mut scenario = Scenario::browsing(3, None);
    scenario.press("ia/../b<enter>");
    assert!(scenario.model.input.refusal.is_some());
    scenario.press("<esc>");
    assert_eq!((names(&scenario), scenario.model.problem()), ((Some("img0"), "img0", false), None));
    let mut first = Scenario::new();
    first.press("a/../b<enter>");
    assert!(first.model.problem().is_some());
    first.press("<esc>");
    assert_eq!((first.model.problem(), first.model.focus), (None, Pane::Browse), "no pane is empty");
}

#[test]
fn esc_dismisses_the_error_before_it_clears_the_filter() {
    let mut scenario = failed_over_list();
    scenario.press("/img<enter>");
    scenario.press("V<esc>");
    assert!(scenario.model.problem().is_some(), "a request is cancelled first");
    scenario.press("<esc>");
    assert_eq!((scenario.model.problem(), scenario.model.browse.filter.line.text()), (None, "img"));
    scenario.press("<esc>");
    assert!(!scenario.model.browse.filter.is_on());
}

#[test]
fn failed_first_lookup_goes_to_the_list_and_shows_its_first_image() {
    for list_first in [true, false] {
        let mut scenario = Scenario::new();
        scenario.event(Event::Started(Some("dog".to_owned().into())));
        let request = scenario.pending_request();
        let page = browse::page(["img0".to_owned(), "img1".to_owned()], None);
        if list_first {
            scenario.event(Event::Drawn(Viewports { browse: LIST, ..Viewports::default() }));
            scenario.page(page.clone());
        }
        scenario.event(Event::ImageFetched(request, Err(failure("Image not found"))));
        assert_eq!(scenario.model.focus, Pane::Browse);
        if !list_first {
            scenario.page(page);
        }
        assert_eq!(names(&scenario), (Some("img0"), "dog", true), "{list_first}");
        assert_eq!(scenario.model.problem(), Some(failure("Image not found").to_string()));
        assert_eq!(scenario.model.lookup.request_at, None, "its request would replace the error");
        scenario.press("<esc>");
        assert_eq!((names(&scenario), scenario.model.problem()), ((Some("img0"), "img0", false), None));
    }
}

#[test]
fn moving_in_the_list_dismisses_the_error() {
    let mut scenario = failed_over_list();
    scenario.press("bj");
    assert_eq!((names(&scenario), scenario.model.problem()), ((Some("img2"), "img2", false), None));
}

#[test]
fn enter_dismisses_the_error() {
    for keys in ["b<enter>", "<enter>"] {
        let mut scenario = failed_over_list();
        scenario.press(keys);
        assert_eq!((names(&scenario), scenario.model.problem()), ((Some("img1"), "img1", false), None));
    }
}

#[test]
fn notices_name_the_previous_image() {
    let skyline = || image_with("cat", r#""requireSignedURLs":false,"filename":"skyline.jpg""#);
    let mut scenario = Scenario::new();
    scenario.paste("cat");
    scenario.respond("cat", Ok(skyline()));
    scenario.paste("dog");
    scenario.respond("dog", Err(failure("Image not found")));
    for (key, expected) in
        [("y", "Copied URL of skyline.jpg"), ("o", "Opened variant public of skyline.jpg in the browser")]
    {
        scenario.press(key);
        scenario.deliver();
        assert_eq!(scenario.done(), expected);
    }
    scenario.press("<esc>y");
    scenario.deliver();
    assert_eq!(scenario.done(), "Copied URL");
}
