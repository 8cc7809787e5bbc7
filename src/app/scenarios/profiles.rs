//! Scenarios in which the user switches to another profile.

use super::*;
use crate::app::profiles::take_over;

fn row(name: &str, account: &str) -> ProfileRow {
    ProfileRow {
        name: ProfileName::Named(name.to_owned()),
        account: account.to_owned(),
        source: "config.toml".to_owned(),
        needs_terminal: false,
    }
}

fn named(name: &str) -> ProfileName {
    ProfileName::Named(name.to_owned())
}

/// A scenario with an image and these profiles, of which the first one is in use.
fn with_profiles(names: &[&str]) -> Scenario {
    let mut scenario = Scenario::shown();
    let rows: Vec<_> = names.iter().map(|name| row(name, &format!("Account of {name}"))).collect();
    scenario.model.profiles = Profiles { current: rows.first().map(|row| row.name.clone()), rows };
    scenario
}

fn switch(name: &str) -> Effect {
    Effect::SwitchProfile(named(name))
}

/// A scenario with a dialog of more profiles than there are digits.
pub(super) fn choosing_among_many() -> Scenario {
    let names: Vec<String> = (1..=12).map(|number| format!("client-{number}")).collect();
    let mut scenario = with_profiles(&names.iter().map(String::as_str).collect::<Vec<_>>());
    scenario.press("a");
    scenario
}

#[test]
fn a_chooses_another_profile_from_every_pane() {
    for before in ["", "b", "<tab>", "P", "t"] {
        for keys in ["aj<enter>", "a2", "a<down><enter>"] {
            let mut scenario = with_profiles(&["default", "work"]);
            scenario.press(before);
            let effects = scenario.press(keys);
            assert_eq!(effects, [switch("work")], "{before} {keys}");
            assert_eq!(scenario.model.overlay, None);
        }
    }
}

#[test]
fn esc_and_profile_in_use_change_nothing() {
    for keys in ["a<esc>", "aq", "a<enter>", "a1", "a9<esc>"] {
        let mut scenario = with_profiles(&["default", "work"]);
        assert_eq!(scenario.press(keys), [], "{keys}");
        assert_eq!(scenario.model.overlay, None, "{keys}");
        assert_eq!(scenario.shown_id(), Some("cat"));
    }
}

#[test]
fn without_another_profile_the_notice_says_how_to_add_one() {
    for names in [&[][..], &["default"]] {
        let mut scenario = with_profiles(names);
        assert_eq!(scenario.press("a"), []);
        assert_eq!(scenario.model.overlay, None);
        scenario.assert_warned(&["cfimg login --profile NAME"]);
    }
    let mut scenario = with_profiles(&["work"]);
    scenario.model.profiles.current = None;
    assert_eq!(scenario.press("a1"), [switch("work")], "none is in use");
}

#[test]
fn many_profiles_are_searched_by_name_and_account() {
    for (keys, expected) in [
        ("account -12<enter>", Some("client-12")),
        ("T-1<down><down><enter>", Some("client-11")),
        ("<c-n><enter>", Some("client-2")),
        ("nobody<enter>", None),
    ] {
        let effects = choosing_among_many().press(keys);
        assert_eq!(effects, expected.map(switch).into_iter().collect::<Vec<_>>(), "{keys}");
    }
}

#[test]
fn profile_that_cannot_be_used_leaves_everything_as_it_is() {
    let mut scenario = with_profiles(&["default", "work"]);
    scenario.press("a2");
    scenario.event(Event::SwitchFailed(named("work"), failure("token_command failed")));
    scenario.assert_warned(&["work", "token_command failed"]);
    assert_eq!(
        (scenario.shown_id(), &scenario.model.profiles.current),
        (Some("cat"), &Some(named("default")))
    );
    scenario.press("a2");
    scenario.event(Event::SwitchCancelled);
    scenario.assert_done(&[]);
}

#[test]
fn next_model_has_the_time_zone_and_says_what_was_cancelled() {
    let old = with_profiles(&["default", "work"]).model;
    let mut new = Model::default();
    new.profiles.current = Some(named("work"));
    take_over(&old, &mut new);
    assert_eq!(new.zone, old.zone);
    assert_eq!(new.notice, Some(Notice::Done("Switched to work".to_owned())));
    assert!(new.lookup.shown().is_none() && new.delivery.jobs.is_empty());
}
