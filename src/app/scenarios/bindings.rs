//! Scenarios of the key table.

use std::ptr;

use super::*;
use crate::app::keymap::{Binding, row_of};
use crate::domain::Shortcut;

#[test]
fn every_binding_is_reachable_with_each_of_its_keys() {
    let mut browsing = Scenario::browsing(9, Some(browse::more()));
    browsing.press("jj");
    let mut scenarios = vec![
        Scenario::new(),
        Scenario::shown(),
        browsing,
        Scenario::previewing(image("cat")),
        Scenario::without_credentials(),
        dismiss::failed_over_list(),
        zoom::paused_and_zoomed(),
        Scenario::gallery(),
        profiles::choosing_among_many(),
    ];
    let keymap = Keymap::default();
    let mut unreached: Vec<(&Binding, Shortcut)> =
        keymap.rows().flat_map(|(row, keys)| keys.iter().map(move |key| (row, *key))).collect();
    // Keys that lead to the contexts, from each of the states above.
    let steps = " ? <esc><enter> Y <esc>w <esc>f <esc>P . z <esc>r L i <esc><esc><esc>b t <esc>/ x<enter> p <s-tab> <s-tab>";
    for keys in steps.split(' ') {
        for scenario in &mut scenarios {
            scenario.press(keys);
            unreached.retain(|(row, key)| {
                !row_of(&scenario.model, *key).is_some_and(|bound| ptr::eq(bound, *row))
            });
        }
    }
    assert!(unreached.is_empty(), "{unreached:?}");
}

#[test]
fn esc_steps_back_and_never_quits() {
    let mut scenario = Scenario::shown();
    scenario.press("<tab>r?");
    assert!(scenario.model.overlay.is_some());
    scenario.press("<esc>");
    assert!(scenario.model.overlay.is_none());
    assert!(scenario.model.lookup.image.pending_request().is_some());
    scenario.press("<esc>");
    assert!(scenario.model.lookup.image.pending_request().is_none());
    assert_eq!(scenario.model.focus, Pane::Details);
    scenario.press("i<esc>");
    assert_eq!(scenario.model.focus, Pane::Details, "the previous pane");
    scenario.press("<esc><esc>");
    assert_eq!(scenario.model.focus, Pane::Browse, "the list");
    assert!(!scenario.press("<esc><esc>").contains(&Effect::Quit));
    assert_eq!(scenario.model.focus, Pane::Browse);
}

#[test]
fn quit_suspend_and_repaint_keys() {
    let mut scenario = Scenario::new();
    assert_eq!(scenario.press("q"), [], "in Image it is text");
    assert_eq!(scenario.press("<c-c>"), [Effect::Quit]);
    assert_eq!(scenario.press("<tab>q"), [Effect::Quit]);
    assert_eq!(scenario.press("<c-z><c-l>"), [Effect::Suspend, Effect::Repaint]);
}

#[test]
fn tab_cycles_through_panes() {
    let mut scenario = Scenario::new();
    let mut seen = Vec::new();
    for key in ["<tab>", "<tab>", "<tab>", "<tab>", "<tab>", "<s-tab>"] {
        scenario.press(key);
        seen.push(scenario.model.focus);
    }
    assert_eq!(
        seen,
        [Pane::Browse, Pane::Variants, Pane::Details, Pane::Preview, Pane::Image, Pane::Preview]
    );
}
