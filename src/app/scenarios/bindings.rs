//! Scenarios of the key table.

use std::ptr;

use super::*;
use crate::app::keymap::{BINDINGS, Binding, row_of};

#[test]
fn every_binding_is_reachable_with_each_of_its_keys() {
    let mut browsing = Scenario::browsing(9, Some(browse::more()));
    browsing.press("jj");
    let mut scenarios =
        vec![Scenario::new(), Scenario::shown(), browsing, Scenario::previewing(image("cat"))];
    let mut unreached: Vec<(&Binding, Key)> =
        BINDINGS.iter().flat_map(|row| row.keys.iter().map(move |key| (row, *key))).collect();
    // Keys that lead to the contexts, from each of the states above.
    let steps = " ? <esc><enter> Y <esc>f <esc>P <esc>r L i <esc><esc><esc>/ x<enter> p <s-tab> <s-tab>";
    for keys in steps.split(' ') {
        for scenario in &mut scenarios {
            scenario.press(keys);
            unreached.retain(|(row, key)| {
                !row_of(&scenario.model, *key).is_some_and(|found| ptr::eq(found, *row))
            });
        }
    }
    assert!(unreached.is_empty(), "{unreached:?}");
}
