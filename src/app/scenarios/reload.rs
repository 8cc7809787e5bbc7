//! Scenarios of what is said after a reload that the user asked for, and while a key waits.

use super::browse::{ids, page};
use super::*;
use crate::app::browse::Paging;

/// A list of three images that is being reloaded.
fn reloading() -> Scenario {
    let mut scenario = Scenario::browsing(3, None);
    assert_eq!(scenario.model.notice, None, "nobody asked for the first list");
    scenario.press("R");
    scenario
}

#[test]
fn reload_says_that_it_is_done() {
    let mut scenario = reloading();
    assert_eq!(scenario.model.notice, None);
    scenario.page(page(ids(4), None));
    scenario.assert_done(&["4 images"]);
}

#[test]
fn reload_says_nothing_over_another_notice_or_if_cancelled() {
    let mut scenario = reloading();
    scenario.model.warn("Not copied.");
    scenario.page(page(ids(4), None));
    scenario.assert_warned(&["Not copied."]);
    let mut scenario = reloading();
    scenario.press("<esc>L");
    scenario.page(page(ids(4), None));
    assert_eq!(scenario.model.notice, None);
}

#[test]
fn refresh_says_that_it_is_done() {
    let mut scenario = Scenario::shown();
    scenario.press("r");
    scenario.respond("cat", Ok(image("cat")));
    scenario.assert_done(&[]);
    scenario.paste("dog");
    scenario.respond("dog", Ok(image("dog")));
    assert_eq!(scenario.model.notice, None, "a lookup shows itself");
    scenario.press("r<esc>");
    scenario.paste("cat");
    scenario.respond("cat", Ok(image("cat")));
    assert_eq!(scenario.model.notice, None, "the refresh was cancelled");
}

#[test]
fn nothing_is_reported_as_done_before_it_is() {
    for (keys, private) in [("V", false), ("Y3", false), ("y", true), ("V", true)] {
        let mut scenario = if private { Scenario::private() } else { Scenario::shown() };
        assert!(!scenario.press(keys).is_empty(), "{keys}");
        assert_eq!(scenario.model.notice, None, "{keys}: the message line shows the progress");
    }
    for keys in ["*", "G", "L", "J"] {
        let mut scenario = Scenario::with_more(1000);
        scenario.press(keys);
        assert_eq!(scenario.model.notice, None, "{keys}");
    }
}

#[test]
fn failed_list_says_what_is_missing_and_how_to_retry() {
    let timeout = |hint: &str| {
        let failure = Failure::new(FailureKind::Network, "Timeout", hint);
        Err(Failure { code: "504".to_owned(), ..failure })
    };
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    scenario.event(Event::PageFetched(scenario.pending_page(), timeout("Try again.")));
    assert_eq!(scenario.warning(), "Couldn't load the list (timeout, 504). Press L to retry.");
    let mut scenario = Scenario::with_more(1000);
    scenario.press("L");
    scenario.event(Event::PageFetched(scenario.pending_page(), timeout("Check the proxy. Try again.")));
    assert!(matches!(scenario.model.browse.paging, Paging::Failed(_)));
    assert_eq!(
        scenario.warning(),
        "Couldn't load the rest of the list (timeout, 504). Check the proxy. Press L to retry."
    );
}
