//! The dialogs: lifetimes, copy formats, and a flexible variant.

use jiff::tz::TimeZone;

use crate::app::dialogs::{FlexibleDialog, LifetimeDialog, LifetimeRow, copy_formats};
use crate::app::selection::{acts_on_marked, image_to_act_on, url_to_act_on};
use crate::app::{Confirmation, DeliveryAction, Effect, Model, Notice, Overlay};
use crate::domain::signing::{Lifetime, Validity, expires_at};
use crate::domain::{Access, Flexible, Variant};

/// Opens the lifetime dialog. Warns instead if a signature is not needed or would not work.
pub(super) fn choose_lifetime(model: &mut Model) -> Vec<Effect> {
    if url_to_act_on(model, "signed", false).is_none() {
        return vec![];
    }
    if let Some(why) = model.unsigned_reason() {
        model.warn(format!("Not signed. {why}"));
        return vec![];
    }
    let cursor = model.delivery.lifetime.or_else(|| LifetimeDialog::row_of(model.preferences.lifetime));
    let cursor = cursor.or_else(|| LifetimeDialog::row_of(Lifetime::DEFAULT)).unwrap_or(0);
    model.push_overlay(Overlay::LifetimeDialog(LifetimeDialog { cursor, ..LifetimeDialog::default() }));
    vec![]
}

/// Opens the choice of copy formats.
pub(super) fn choose_copy_format(model: &mut Model, confirmation: Option<Confirmation>) -> Vec<Effect> {
    if !acts_on_marked(model) && !image_to_act_on(model, "copied") {
        return vec![];
    }
    // To confirm an unsigned copy, the user chooses the format here once more.
    model.confirmation =
        confirmation.filter(|confirmation| matches!(confirmation.action, DeliveryAction::Copy(_)));
    model.push_overlay(Overlay::CopyFormats(model.delivery.form));
    vec![]
}

/// Opens the dialog for a flexible variant, with the current one to be edited if there is one.
pub(super) fn build_flexible(model: &mut Model) -> Vec<Effect> {
    if url_to_act_on(model, "built", false).is_none() {
        return vec![];
    }
    let mut dialog = FlexibleDialog::default();
    if let Some(before) = &model.lookup.flexible {
        dialog.line.set(&before.name);
    }
    model.push_overlay(Overlay::Flexible(dialog));
    vec![]
}

/// Confirms a row by index.
pub(super) fn pick(model: &mut Model, row: usize, confirmation: Option<Confirmation>) -> Vec<Effect> {
    if row >= rows(model) {
        return vec![];
    }
    if let Some(cursor) = model.overlay.as_mut().and_then(Overlay::cursor_mut) {
        *cursor = row;
    }
    confirm(model, confirmation)
}

/// The number of rows of the dialog. Not taken from the viewport, as keys may arrive before the dialog is drawn.
pub(super) fn rows(model: &Model) -> usize {
    match &model.overlay {
        Some(Overlay::LifetimeDialog(_)) => LifetimeDialog::rows().count(),
        Some(Overlay::CopyFormats(_)) => copy_formats(&model.preferences).len(),
        _ => 0,
    }
}

/// Accepts the row under the cursor, or the typed text.
pub(super) fn confirm(model: &mut Model, confirmation: Option<Confirmation>) -> Vec<Effect> {
    match model.overlay.clone() {
        Some(Overlay::LifetimeDialog(lifetimes)) => confirm_lifetime(model, lifetimes),
        Some(Overlay::CopyFormats(row)) => {
            let Some((_, form)) = copy_formats(&model.preferences).into_iter().nth(row) else {
                return vec![];
            };
            model.delivery.form = row;
            model.pop_overlay();
            crate::app::delivery::update::start(model, DeliveryAction::Copy(form), confirmation)
        }
        Some(Overlay::Flexible(dialog)) => {
            confirm_flexible(model, &dialog);
            vec![]
        }
        _ => vec![],
    }
}

pub(super) fn complete(model: &mut Model) {
    if let Some(Overlay::Flexible(dialog)) = &mut model.overlay {
        dialog.complete();
    }
}

fn confirm_lifetime(model: &mut Model, mut lifetimes: LifetimeDialog) -> Vec<Effect> {
    let row = LifetimeDialog::rows().nth(lifetimes.cursor);
    let validity = match (&lifetimes.date, row) {
        (None, Some(LifetimeRow::For(lifetime))) => Validity::For(lifetime),
        (Some(date), _) => {
            let zone = model.zone.clone().unwrap_or(TimeZone::UTC);
            match expires_at(date.text(), &zone, model.now) {
                Ok(at) => Validity::Until(at),
                Err(why) => {
                    lifetimes.refusal = Some(why.to_string());
                    model.overlay = Some(Overlay::LifetimeDialog(lifetimes));
                    return vec![];
                }
            }
        }
        (None, _) => {
            lifetimes.date = Some(crate::app::text_input::TextInput::default());
            model.overlay = Some(Overlay::LifetimeDialog(lifetimes));
            return vec![];
        }
    };
    model.delivery.lifetime = Some(lifetimes.cursor);
    model.pop_overlay();
    crate::app::delivery::update::start(model, DeliveryAction::Show(validity), None)
}

/// Adds and selects the flexible variant. Errors are shown while typing, so invalid options are ignored here.
fn confirm_flexible(model: &mut Model, dialog: &FlexibleDialog) {
    let Some(Ok(options)) = dialog.read() else { return };
    let Some(url) = model.lookup.variant().and_then(|variant| options.url(&variant.url).ok()) else { return };
    model.lookup.select_flexible(Variant { name: url.variant().to_owned(), url });
    model.clear_overlays();
    warn_of_flexible(model);
}

/// Warns of what may keep the selected flexible variant from working as intended.
pub(super) fn warn_of_flexible(model: &mut Model) {
    let (Some(variant), Some(image)) = (&model.lookup.flexible, model.lookup.shown()) else { return };
    let warning = if image.access == Access::Signed {
        "This image needs signed URLs, and flexible variants do not work with those: this one will answer 403."
            .to_owned()
    } else if model.delivery.flexible_is_off {
        "Flexible variants are off in this account: switch them on in the dashboard under Images › Variants."
            .to_owned()
    } else {
        let notes = Flexible::of_url(&variant.name).map_or_else(|_| vec![], |options| options.notes());
        if notes.is_empty() {
            return;
        }
        let sentences: Vec<_> = notes.iter().map(|note| format!("{note}.")).collect();
        sentences.join(" ")
    };
    model.notice = Some(Notice::Warning(warning));
}
