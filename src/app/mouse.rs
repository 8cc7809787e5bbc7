//! What a click and the wheel do.

use super::browse::{cursor, update as browse};
use super::dialogs::update as dialogs;
use super::motion::{move_by, move_in};
use super::profiles::update as profiles;
use super::{Effect, LastClick, Model, Motion, Overlay, Pane, Target, ZoomStep, preview};

/// Rows that the wheel scrolls at once.
const WHEEL_ROWS: usize = 3;

/// Focuses and selects what was clicked. Around an overlay nothing can be hit, nor can a row that is gone.
pub(super) fn click(model: &mut Model, target: Target) -> Vec<Effect> {
    match (target, model.overlay.is_some()) {
        (Target::Pane(pane), false) => {
            focus(model, pane);
            return cursor::follow_first(model).into_iter().collect();
        }
        (Target::Row(Pane::Browse, row), false) if row < model.browse.len() => {
            focus(model, Pane::Browse);
            model.last_click = Some(LastClick { target, at: model.now });
            return browse::go_to_row(model, row);
        }
        (Target::Row(Pane::Variants, row), false) if row < model.lookup.variants().count() => {
            focus(model, Pane::Variants);
            model.last_click = Some(LastClick { target, at: model.now });
            model.lookup.selected = row;
        }
        (Target::OverlayRow(row), true)
            if row < profiles::count(model).unwrap_or_else(|| dialogs::rows(model)) =>
        {
            if let Some(cursor) = model.overlay.as_mut().and_then(Overlay::cursor_mut) {
                *cursor = row;
                model.last_click = Some(LastClick { target, at: model.now });
            }
        }
        _ => {}
    }
    vec![]
}

/// Focuses a pane, unless it has the focus: the picture keeps the full screen. A click on the list ends typing in its
/// filter.
fn focus(model: &mut Model, pane: Pane) {
    match pane {
        Pane::Image if model.focus != Pane::Image => model.focus_image(),
        _ if model.focus != pane || model.is_filtering() => model.focus_pane(pane),
        _ => {}
    }
}

/// Scrolls what the wheel is over, or zooms the picture on the full screen. Behind an overlay nothing moves.
pub(super) fn scroll(model: &mut Model, target: Target, motion: Motion) -> Vec<Effect> {
    if let Target::Picture(column, row) = target {
        if model.overlay.is_none() {
            let step = if motion == Motion::Up { ZoomStep::In } else { ZoomStep::Out };
            preview::zoom::zoom(model, step, Some((column, row)));
        }
        return vec![];
    }
    // A tile is as high as many rows.
    let rows = if model.is_gallery() && model.overlay.is_none() { 1 } else { WHEEL_ROWS };
    (0..rows).flat_map(|_| scroll_row(model, target, motion)).collect()
}

fn scroll_row(model: &mut Model, target: Target, motion: Motion) -> Vec<Effect> {
    match (target, model.overlay.is_some()) {
        (Target::Overlay | Target::OverlayRow(_), true) => move_by(model, motion),
        (Target::Pane(Pane::Preview), _) => vec![],
        (Target::Pane(pane) | Target::Row(pane, _), false) => move_in(model, pane, motion),
        _ => vec![],
    }
}
