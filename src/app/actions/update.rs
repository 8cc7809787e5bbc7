//! Opens the actions dialog, and chooses from it.

use super::rows::{Row, Run, all_rows};
use super::search::matches;
use super::state::ActionsDialog;
use crate::app::{Model, Overlay};

/// Opens the dialog, or closes it.
pub(crate) fn toggle(model: &mut Model) {
    if matches!(model.overlay, Some(Overlay::Actions(_))) {
        model.pop_overlay();
    } else {
        model.push_overlay(Overlay::Actions(ActionsDialog::default()));
    }
}

/// Updates which actions apply to what is below the dialog.
pub(crate) fn follow(model: &mut Model) {
    let Some(Overlay::Actions(mut dialog)) = model.overlay.clone() else { return };
    model.pop_overlay();
    dialog.available = all_rows(&model.keymap).iter().map(|row| row.applies(model)).collect();
    model.push_overlay(Overlay::Actions(dialog));
}

/// The number of rows that match. `None` without the dialog.
pub(crate) fn count(model: &Model) -> Option<usize> {
    match &model.overlay {
        Some(Overlay::Actions(dialog)) => Some(matches(&model.keymap, dialog.line.text()).len()),
        _ => None,
    }
}

/// Closes the dialog and returns what to run. Warns instead if that does not apply now.
pub(crate) fn choose(model: &mut Model) -> Option<Run> {
    let row = row_of_cursor(model)?;
    let dialog = model.overlay.clone()?;
    model.pop_overlay();
    if row.applies(model) {
        return Some(row.run);
    }
    model.push_overlay(dialog);
    model.warn(format!("Not available here: {}.", row.description));
    None
}

fn row_of_cursor(model: &Model) -> Option<Row> {
    let Some(Overlay::Actions(dialog)) = &model.overlay else { return None };
    let at = *matches(&model.keymap, dialog.line.text()).get(dialog.cursor)?;
    all_rows(&model.keymap).get(at).cloned()
}
