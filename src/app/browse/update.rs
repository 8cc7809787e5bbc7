//! The list's pane: goes to it, and moves in it.

use super::cursor::{follow, follow_first};
use super::pages::{fetch, fetch_total, load_more};
use super::paging::{Index, Paging};
use super::search::{self, sort_names};
use super::state::{CursorTarget, Sort};
use crate::app::scroll::moved;
use crate::app::{Action, Edit, Effect, Model, Motion, Pane};

/// Goes to the list. Starts loading it.
pub(crate) fn show(model: &mut Model) -> Vec<Effect> {
    model.focus_pane(Pane::Browse);
    let mut effects = start_hidden(model);
    effects.extend(follow_first(model));
    effects
}

/// Starts loading the list if it is visible and was not started.
pub(crate) fn start(model: &mut Model) -> Vec<Effect> {
    if model.viewports.browse.height > 0 { start_hidden(model) } else { vec![] }
}

/// Starts loading the list if it was not started.
pub(crate) fn start_hidden(model: &mut Model) -> Vec<Effect> {
    if model.browse.paging != Paging::NotStarted || model.offline.is_some() {
        return vec![];
    }
    let mut effects = vec![Effect::ReadIndex];
    effects.extend(fetch_total(model));
    model.browse.index = Index::Reading;
    // The filter's dates are in the local time zone.
    if model.zone.is_none() {
        effects.push(Effect::LoadTimeZone);
    }
    effects.push(fetch(model));
    effects
}

/// Loads the list to its end, or resumes where it stopped.
pub(crate) fn load_all(model: &mut Model) -> Vec<Effect> {
    let mut effects = show(model);
    if model.offline.is_some() {
        return effects;
    }
    model.browse.to_the_end = true;
    model.browse.failures = 0;
    match model.browse.paging {
        Paging::More | Paging::Failed(_) => effects.push(fetch(model)),
        Paging::Complete => {
            model.browse.to_the_end = false;
            model.done("The whole list is loaded");
        }
        Paging::NotStarted | Paging::Loading(_) => {}
    }
    effects
}

/// Moves the cursor, and shows the image under it. To reach the last image, loads the list to its end.
pub(crate) fn move_by(model: &mut Model, motion: Motion) -> Vec<Effect> {
    let row = moved(model.browse.cursor, motion, model.browse.len(), model.viewports.browse.height);
    move_to(model, row, motion)
}

/// Moves the cursor to a row, and shows the image under it. To reach the last image, loads the list to its end.
pub(crate) fn move_to(model: &mut Model, row: usize, motion: Motion) -> Vec<Effect> {
    let moved = model.browse.move_to(row);
    let mut effects: Vec<Effect> = if moved { follow(model) } else { None }.into_iter().collect();
    if motion == Motion::Last {
        effects.extend(load_to_last(model));
    }
    effects.extend(load_more(model));
    effects
}

/// Loads the list to its end if its last row is not loaded yet. The cursor goes there then.
fn load_to_last(model: &mut Model) -> Option<Effect> {
    if model.browse.has_last_row() {
        return None;
    }
    model.browse.cursor_target = CursorTarget::Last;
    if model.offline.is_some() || !model.browse.is_partial() {
        return None;
    }
    model.browse.to_the_end = true;
    matches!(model.browse.paging, Paging::More | Paging::Failed(_)).then(|| fetch(model))
}

/// Moves the cursor to a row, which must exist, and shows its image.
pub(crate) fn go_to_row(model: &mut Model, row: usize) -> Vec<Effect> {
    model.browse.cursor_target = CursorTarget::None;
    model.browse.cursor = row;
    let aborted = follow(model);
    aborted.into_iter().chain(load_more(model)).collect()
}

/// Goes to the variants of the image under the cursor. Does nothing while another image is looked up.
pub(crate) fn show_variants(model: &mut Model) -> Option<Effect> {
    if model.lookup.pending_other_id().is_some() {
        return None;
    }
    let aborted = follow(model);
    model.focus_pane(Pane::Variants);
    aborted
}

/// Focuses the filter.
pub(crate) fn filter(model: &mut Model) -> Vec<Effect> {
    let effects = show(model);
    model.browse.filter.typing = true;
    effects
}

/// Focuses the filter and types a text at its end.
pub(crate) fn open_filter(model: &mut Model, text: &str) -> Vec<Effect> {
    let mut effects = filter(model);
    if text.is_empty() {
        return effects;
    }
    let line = &mut model.browse.filter.line;
    line.edit(Edit::GoToEnd);
    let space = if line.text().is_empty() || line.text().ends_with(' ') { "" } else { " " };
    for c in space.chars().chain(text.chars()) {
        line.edit(Edit::InsertChar(c));
    }
    effects.extend(search::start(model));
    effects
}

/// Goes to the list, and switches its sort order. The notice says if the order covers only what is loaded, or is hidden
/// by the filter.
pub(crate) fn sort(model: &mut Model) -> Vec<Effect> {
    let mut effects = show(model);
    let browse = &mut model.browse;
    browse.sort_next();
    let word = browse.sort().label();
    let notice = if browse.filter.is_on() {
        format!("Sorted {word}. With a filter, the best matches come first.")
    } else if browse.sort() == Sort::NewestFirst || browse.paging == Paging::Complete || browse.to_the_end {
        format!("Sorted {word}")
    } else {
        format!("Sorted the loaded images {word}. {} loads the rest.", model.keymap.key_of(&Action::LoadAll))
    };
    model.done(notice);
    effects.extend(sort_names(model));
    effects
}
