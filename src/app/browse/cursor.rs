//! The cursor of the list. The image under it is shown.

use jiff::{SignedDuration, Timestamp};

use super::state::CursorTarget;
use crate::app::scroll::Scroll;
use crate::app::{Effect, Model, Pane};
use crate::domain::Image;

/// How long the cursor rests on an image before its details are requested: longer than the repeat rate of a held key.
const CURSOR_REST: SignedDuration = SignedDuration::from_millis(200);

/// Shows the image under the cursor from the list, and schedules fetching its details.
pub(super) fn follow(model: &mut Model) -> Option<Effect> {
    let image = model.browse.row(model.browse.cursor)?.image()?;
    let is_shown = model.lookup.shown().is_some_and(|shown| shown.id == image.id);
    if is_shown && model.lookup.pending_other_id().is_none() {
        return None;
    }
    let listed_at = model.browse.listed_at_of(model.browse.cursor);
    show_known(model, image, listed_at)
}

/// Shows an image as it was known at a time, and schedules fetching its details.
pub(crate) fn show_known(model: &mut Model, image: Image, known_at: Timestamp) -> Option<Effect> {
    if !model.input.is_partly_typed() {
        model.input.replace(image.id.as_str());
    }
    model.details = Scroll::default();
    let request_at = model.now.saturating_add(CURSOR_REST).unwrap_or(model.now);
    model.lookup.show_listed(image, known_at, request_at)
}

/// Shows the image under the cursor if none is shown yet, unless the user may be typing an ID, or asked for another
/// image and went elsewhere than to the list. The failure of a lookup stays.
pub(crate) fn follow_first(model: &mut Model) -> Option<Effect> {
    let nothing = model.lookup.shown().is_none() && model.lookup.image.pending_request().is_none();
    let here = match model.focus {
        Pane::Browse => true,
        Pane::Image => false,
        _ => model.lookup.requested.is_none(),
    };
    if !nothing || !here {
        return None;
    }
    if model.lookup.image.failure().is_none() {
        return follow(model);
    }
    let image = model.browse.row(model.browse.cursor)?.image()?;
    let listed_at = model.browse.listed_at_of(model.browse.cursor);
    model.lookup.show_listed_below_failure(image, listed_at);
    None
}

/// Shows the image under a cursor that the user did not move, unless another pane has the focus or another image is
/// being looked up.
pub(super) fn follow_unless_elsewhere(model: &mut Model) -> Option<Effect> {
    let here = model.focus == Pane::Browse && model.lookup.pending_other_id().is_none();
    if here { follow(model) } else { None }
}

/// Goes to the last row if the cursor waits for that, and shows its image.
pub(super) fn go_to_last(model: &mut Model) -> Option<Effect> {
    let browse = &mut model.browse;
    if browse.cursor_target != CursorTarget::Last || !browse.has_last_row() {
        return None;
    }
    browse.cursor_target = CursorTarget::None;
    browse.cursor = browse.len().saturating_sub(1);
    follow_unless_elsewhere(model)
}

/// Moves a cursor that the user has not moved to the image shown.
pub(crate) fn move_cursor_to_shown(model: &mut Model) {
    if model.browse.cursor_target == CursorTarget::Shown {
        move_cursor_to_listed(model);
    }
}

/// Moves the cursor to the image shown, if a row shows it.
pub(super) fn move_cursor_to_listed(model: &mut Model) {
    if let Some(image) = model.lookup.shown() {
        model.browse.move_cursor_to_id(image.id.as_str());
    }
}
