//! Scenarios without credentials.

use super::*;

#[test]
fn d_starts_the_demo_wherever_the_focus_is() {
    for before in ["", "<tab>", "<esc>b"] {
        let mut scenario = Scenario::without_credentials();
        scenario.press(before);
        assert_eq!(scenario.press("d"), [Effect::SwitchProfile(ProfileName::Demo)], "{before}");
    }
}

#[test]
fn d_is_text_after_other_text() {
    let mut scenario = Scenario::without_credentials();
    assert_eq!(scenario.press("xd"), []);
    assert_eq!(scenario.model.input.text(), "xd");
}

#[test]
fn d_does_nothing_else_with_invalid_credentials() {
    let mut scenario = Scenario::with(Some(failure("CLOUDFLARE_API_TOKEN cannot be used")));
    assert!(!scenario.model.needs_credentials);
    assert_eq!(scenario.press("<esc>d"), []);
}

#[test]
fn demo_that_cannot_start_is_reported() {
    let mut scenario = Scenario::without_credentials();
    scenario.press("d");
    scenario.event(Event::SwitchFailed(ProfileName::Demo, failure("No free port")));
    scenario.assert_warned(&["No free port"]);
    assert_eq!(scenario.press("d"), [Effect::SwitchProfile(ProfileName::Demo)], "once more");
}
