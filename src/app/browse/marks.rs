//! Marks all rows of the list.

use super::pages::fetch;
use super::paging::Paging;
use crate::app::{Action, Effect, Model};
use crate::domain::account::image_count;

/// Marks every row, once the list is completely loaded and searched.
pub(crate) fn mark_all(model: &mut Model) -> Option<Effect> {
    if model.browse.is_complete() || model.browse.paging == Paging::NotStarted {
        mark_rows(model);
        return None;
    }
    model.browse.filter.marks_when_loaded = true;
    if model.browse.paging == Paging::Complete {
        return None;
    }
    model.browse.to_the_end = true;
    matches!(model.browse.paging, Paging::More | Paging::Failed(_)).then(|| fetch(model))
}

/// Marks the rows if that was waiting for the list, and the list is now complete.
pub(super) fn finish_marking(model: &mut Model) {
    if !model.browse.filter.marks_when_loaded || !model.browse.is_complete() {
        return;
    }
    model.browse.filter.marks_when_loaded = false;
    if !mark_rows(model) {
        return;
    }
    match model.browse.len() {
        0 => {}
        count => model.done(format!("Marked {}", image_count(count))),
    }
}

/// Marks every row, unless they match only approximately. Returns whether it did.
fn mark_rows(model: &mut Model) -> bool {
    if model.browse.filter.is_on() && model.browse.is_empty() {
        model.warn("Nothing marked: no images match.");
        return false;
    }
    if !model.browse.is_fuzzy() {
        model.browse.mark_all();
        return true;
    }
    let key = model.keymap.key_of(&Action::Mark);
    model.warn(format!("Nothing marked: no images match exactly. {key} marks a single image."));
    false
}
