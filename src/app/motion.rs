//! Moves the focus to another pane, and a cursor or a scroll position in it.

use super::actions::update as actions;
use super::browse::{cursor, update as browse};
use super::dialogs::update as dialogs;
use super::gallery::update as gallery;
use super::preview::zoom;
use super::profiles::update as profiles;
use super::scroll::moved;
use super::{Effect, Model, Motion, Pane};

/// Focuses the next of the panes that are visible, in this order.
pub(super) fn focus_next(model: &mut Model, order: impl Iterator<Item = Pane>) -> Vec<Effect> {
    let panes: Vec<Pane> = order.filter(|pane| model.has(*pane)).collect();
    let at = panes.iter().position(|pane| *pane == model.focus).unwrap_or(0);
    match panes[(at + 1) % panes.len()] {
        Pane::Image => model.focus_image(),
        pane => model.focus_pane(pane),
    }
    cursor::follow_first(model).into_iter().collect()
}

/// Moves in what is on top.
pub(super) fn move_by(model: &mut Model, motion: Motion) -> Vec<Effect> {
    let rows = actions::count(model).or_else(|| profiles::count(model));
    let rows = rows.unwrap_or_else(|| dialogs::rows(model));
    if let Some(overlay) = &mut model.overlay {
        if let Some(cursor) = overlay.cursor_mut() {
            *cursor = moved(*cursor, motion, rows, model.viewports.overlay.height);
        } else if overlay.line().is_none() {
            model.overlay_scroll.by(motion, model.viewports.overlay);
        }
        return vec![];
    }
    move_in(model, model.focus, motion)
}

/// Moves in a pane, which may be another one than the focused one.
pub(super) fn move_in(model: &mut Model, pane: Pane, motion: Motion) -> Vec<Effect> {
    match pane {
        Pane::Image => {}
        Pane::Browse if model.is_gallery() => {
            let row = gallery::moved_in_grid(model, motion);
            return browse::move_to(model, row, motion);
        }
        Pane::Preview if zoom::pan(model, motion) => {}
        Pane::Browse | Pane::Preview => return browse::move_by(model, motion),
        Pane::Details => model.details.by(motion, model.viewports.details),
        Pane::Variants => model.lookup.move_selection(motion, model.viewports.variants.height),
    }
    vec![]
}
