//! Scenarios of several images that the browser was not started for.

use super::browse::listed;
use super::*;

fn marked(images: &[(&str, bool)]) -> Scenario {
    let mut scenario = Scenario::new();
    scenario.press("<esc>b");
    let images = images.iter().map(|(id, signed)| listed(id, *signed)).collect();
    scenario.page(Page { images, next: None });
    scenario.press("*");
    scenario
}

/// Responds that the first `opened` images were opened, and the others were not.
fn fail_to_open(scenario: &mut Scenario, opened: usize) {
    for (at, effect) in std::mem::take(&mut scenario.effects).into_iter().enumerate() {
        let Effect::Open(url) = effect else { panic!("{effect:?}") };
        let outcome = if at < opened { Ok(()) } else { Err(failure(&format!("No browser {at}"))) };
        scenario.event(Event::Opened { url, outcome });
    }
}

#[test]
fn one_page_has_the_urls_of_all_images() {
    let mut scenario = marked(&[("a", false), ("b", false), ("c", false)]);
    scenario.press("o");
    fail_to_open(&mut scenario, 0);
    let all = ["a", "b", "c"].map(|id| url(id, "public")).join("\n");
    let Some(Overlay::Url { url: shown, failure: why }) = &scenario.model.overlay else { panic!("a page") };
    assert_eq!((shown.text(), why), (&*all, &Some(failure("No browser 0"))));
    assert!(matches!(&scenario.press("y")[..], [Effect::Copy(text)] if text.text() == all));
    scenario.deliver();
    assert_eq!(scenario.done(), "Copied 3 URLs");
    scenario.press("<esc>");
    assert_eq!(scenario.model.overlay, None, "there is one page");
}

#[test]
fn page_has_only_what_was_not_opened() {
    let mut scenario = marked(&[("a", false), ("b", false)]);
    scenario.press("o");
    fail_to_open(&mut scenario, 0);
    scenario.press("<esc>o");
    fail_to_open(&mut scenario, 1);
    assert!(matches!(&scenario.press("y")[..], [Effect::Copy(text)] if text.text() == url("b", "public")));
    scenario.deliver();
    assert_eq!(scenario.done(), "Copied URL");
}

#[test]
fn page_with_signed_urls_says_until_when_they_are_valid() {
    let mut scenario = marked(&[(CAT, true), ("b", false)]);
    scenario.press("o");
    scenario.effects.retain(|effect| !matches!(effect, Effect::Open(_)));
    scenario.sign();
    scenario.effects.retain(|effect| matches!(effect, Effect::Open(_)));
    fail_to_open(&mut scenario, 0);
    scenario.press("y");
    scenario.deliver();
    scenario.assert_done(&["1 signed", "13:00"]);
}
