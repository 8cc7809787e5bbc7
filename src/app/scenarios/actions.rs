//! Scenarios of the actions dialog.

use super::*;
use crate::app::actions::{ActionsDialog, Row, Run, matches as matching, rows};
use crate::app::keymap::GROUPS;

fn dialog(scenario: &Scenario) -> &ActionsDialog {
    let Some(Overlay::Actions(dialog)) = &scenario.model.overlay else {
        panic!("{:?}", scenario.model.overlay)
    };
    dialog
}

/// The description of the row under the cursor.
fn selected(scenario: &Scenario) -> &'static str {
    let dialog = dialog(scenario);
    &rows()[matching(&scenario.model.keymap, dialog.line.text())[dialog.cursor]].description
}

fn is_available(scenario: &Scenario, description: &str) -> bool {
    let at = rows().iter().position(|row| row.description == description).unwrap();
    dialog(scenario).available[at]
}

#[test]
fn three_keys_open_it_outside_text() {
    for key in ["?", ":", "<c-p>"] {
        let mut scenario = Scenario::shown();
        scenario.press(key);
        assert_eq!(dialog(&scenario).line.text(), "", "{key}");
        scenario.press("i?<esc>");
        assert_eq!(scenario.model.overlay, None, "{key}: Esc closes it at once");
        scenario.press("i");
        scenario.press(key);
        assert_eq!(scenario.model.overlay, None, "{key} in a text field");
    }
}

#[test]
fn question_mark_closes_it_while_nothing_is_typed() {
    let mut scenario = Scenario::shown();
    scenario.press("??");
    assert_eq!(scenario.model.overlay, None);
    scenario.press("?x?");
    assert_eq!(dialog(&scenario).line.text(), "x?");
    scenario.press("<backspace><backspace>?");
    assert_eq!(scenario.model.overlay, None);
}

#[test]
fn enter_runs_the_best_match() {
    let mut scenario = Scenario::shown();
    scenario.press("?markdown<enter>");
    assert!(matches!(scenario.model.overlay, Some(Overlay::CopyFormats(_))));
    scenario.press("<esc>?clipboard<enter>");
    assert_eq!(scenario.model.overlay, None);
    assert!(scenario.effects.contains(&copy(url("cat", "public"))), "{:?}", scenario.effects);
    assert_eq!(scenario.press("?exit<enter>"), [Effect::Quit]);
}

#[test]
fn unavailable_action_says_so_and_does_nothing() {
    let mut scenario = Scenario::shown();
    scenario.press("?unmark all");
    assert_eq!(selected(&scenario), "Unmark all");
    assert!(!is_available(&scenario, "Unmark all") && is_available(&scenario, "Copy the URL"));
    assert_eq!(scenario.press("<enter>"), []);
    scenario.assert_warned(&["Unmark all"]);
    assert_eq!(dialog(&scenario).line.text(), "unmark all", "it stays open");
    scenario.press("<esc>?zzz<enter>");
    assert_eq!(dialog(&scenario).line.text(), "zzz", "nothing matches");
}

#[test]
fn availability_is_that_of_what_is_below() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("?");
    for (description, available) in
        [("Mark or unmark the image", true), ("Keep the filter and go to the list", false)]
    {
        assert_eq!(is_available(&scenario, description), available, "{description}");
    }
    scenario.press("mark or<enter>");
    assert_eq!(scenario.model.browse.marked().len(), 1);

    // A lookup ends while the dialog is open.
    let mut scenario = Scenario::shown();
    scenario.press("br?");
    assert!(is_available(&scenario, "Close, cancel or go back"));
    scenario.respond("cat", Ok(image("cat")));
    assert!(!is_available(&scenario, "Close, cancel or go back"));

    // Above another overlay, which returns.
    scenario.press("<esc><tab><enter>");
    assert!(matches!(scenario.model.overlay, Some(Overlay::Url { .. })));
    scenario.press("?");
    assert!(!is_available(&scenario, "Filter the list") && is_available(&scenario, "Open in the browser"));
    scenario.press("redraw");
    assert_eq!(scenario.press("<enter>"), [Effect::Repaint]);
    assert!(matches!(scenario.model.overlay, Some(Overlay::Url { .. })));
}

#[test]
fn filter_language_is_typed_into_the_filter() {
    let mut scenario = Scenario::browsing(9, None);
    scenario.press("?creator:<enter>");
    assert!(scenario.model.is_filtering());
    assert_eq!(scenario.model.browse.filter.line.text(), "creator:");
    let effects = scenario.press("x<esc>/a<enter>?signed:<enter>");
    assert_eq!(scenario.model.browse.filter.line.text(), "a signed:");
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Search { .. })));
    scenario.press("<esc>?exact phrase<enter>");
    assert_eq!(scenario.model.browse.filter.line.text(), "\"");
    scenario.press("<esc>?name, id, creator<enter>");
    assert_eq!((scenario.model.is_filtering(), scenario.model.browse.filter.line.text()), (true, ""));
}

#[test]
fn keys_choose_a_row_while_text_is_typed() {
    let mut scenario = Scenario::shown();
    scenario.press("?");
    scenario.model.viewports.overlay.height = 10;
    for (keys, cursor) in [
        ("<up>", 0),
        ("<down><c-n>", 2),
        ("<c-p>", 1),
        ("<pgdn>", 10),
        ("<pgup>", 1),
        ("<home><end>", 1),
        ("c", 0),
        (&"<down>".repeat(99), matching(&Keymap::default(), "c").len() - 1),
    ] {
        scenario.press(keys);
        assert_eq!(dialog(&scenario).cursor, cursor, "{keys}");
    }
    scenario.press("<home>b<end>d");
    assert_eq!(dialog(&scenario).line.text(), "bcd");
}

#[test]
fn every_binding_has_exactly_one_row() {
    let keymap = Keymap::default();
    for (binding, _) in keymap.rows() {
        let same = |row: &&Row| row.description == binding.description;
        let found: Vec<_> = rows().iter().filter(same).collect();
        let [row] = found[..] else { panic!("{binding:?}: {found:?}") };
        assert!(binding.keys.iter().all(|key| row.keys(&keymap).contains(&key.to_string())), "{row:?}");
        let runs = |row: &&Row| row.run == Run::Action(binding.action.clone());
        // Two keys show the picture full screen. One of them does so only in the gallery.
        let most = if binding.action == Action::FullScreenPicture { 2 } else { 1 };
        assert!(rows().iter().filter(runs).count() <= most, "{:?} is listed twice", binding.action);
    }
}

#[test]
fn rows_are_short_sentences_under_every_heading() {
    for (group, title) in GROUPS {
        assert!(rows().iter().any(|row| row.group == group), "{title}");
    }
    for row in rows() {
        let text = &*row.description;
        assert!(text.starts_with(char::is_uppercase) && !text.ends_with('.'), "{text}");
        assert!(crate::domain::width::columns(text) <= 50, "{text}");
    }
}

#[test]
fn paste_goes_into_its_line() {
    let mut scenario = Scenario::shown();
    scenario.press("?");
    scenario.paste("browser\n");
    assert_eq!(selected(&scenario), "Open in the browser");
}
