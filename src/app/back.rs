//! What Esc does: one step back.

use super::browse::{cursor, pages, search, update as browse};
use super::custom_command::update as custom_command;
use super::delivery::update as delivery;
use super::lookup::update as lookup;
use super::preview::update as preview;
use super::save::update as save;
use super::{Effect, Model, Pane};

/// Closes what is on top; else leaves the text field; else cancels a request; else dismisses the
/// problem of a lookup; else clears the filter; else closes the gallery; else goes to the list.
pub(super) fn go_back(model: &mut Model) -> Vec<Effect> {
    if let Some(effects) = save::cancel_in_dialog(model) {
        return cancelled(model, effects);
    }
    save::keep_text(model);
    if model.pop_overlay() {
        return vec![];
    }
    if model.is_full_screen() {
        preview::leave_full_screen(model);
        return vec![];
    }
    if model.is_filtering() {
        return search::leave_filter(model).unwrap_or_default();
    }
    if model.focus == Pane::Image {
        return leave_image(model);
    }
    if let Some(effects) = cancel_requested(model) {
        return cancelled(model, effects);
    }
    if lookup::dismiss(model) {
        if model.focus == Pane::Variants
            && let Some(pane) = model.lookup.pane_before.take()
        {
            model.focus_pane(pane);
        }
        return cursor::follow_first(model).into_iter().collect();
    }
    if let Some(effects) = search::leave_filter(model) {
        return effects;
    }
    if model.is_gallery() {
        model.gallery.is_open = false;
        return vec![];
    }
    if let Some(abort) = model.lookup.cancel() {
        return cancelled(model, vec![abort]);
    }
    match preview::cancel(model) {
        Some(abort) => cancelled(model, vec![abort]),
        None if model.focus != Pane::Browse && !model.needs_credentials => browse::show(model),
        None => vec![],
    }
}

/// Leaves the Image pane for the pane before it, or for the list while no other pane has anything to show.
fn leave_image(model: &mut Model) -> Vec<Effect> {
    let is_empty = model.lookup.shown().is_none() && model.lookup.image.pending_request().is_none();
    model.focus_pane(if is_empty { Pane::Browse } else { model.before_image });
    model.input.refusal = None;
    cursor::follow_first(model).into_iter().collect()
}

/// Cancels what the user asked for: not a lookup that follows the cursor, as Esc has more relevant things to cancel
/// first.
fn cancel_requested(model: &mut Model) -> Option<Vec<Effect>> {
    if let Some(effects) =
        delivery::cancel(model).or_else(|| save::cancel(model)).or_else(|| custom_command::cancel(model))
    {
        return Some(effects);
    }
    if !model.lookup.is_refreshing_listed()
        && let Some(abort) = model.lookup.cancel()
    {
        return Some(vec![abort]);
    }
    pages::stop_loading(model)
}

fn cancelled(model: &mut Model, effects: Vec<Effect>) -> Vec<Effect> {
    model.done("Cancelled");
    effects
}
