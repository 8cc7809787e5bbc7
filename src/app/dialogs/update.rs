//! Opens the dialogs, and reads what the user chose in them.

use super::state::{FlexibleDialog, LifetimeDialog, LifetimeRow};
use crate::app::text_input::TextInput;
use crate::app::{DeliveryAction, Model, Overlay};
use crate::domain::delivery_code::flexible_is_off;
use crate::domain::delivery_plan::NotSigned;
use crate::domain::signing::{Lifetime, Validity, expires_at};
use crate::domain::{Access, CopyAs, Flexible, Variant};

/// Opens the lifetime dialog for the selected variant's URL. Warns instead if a signature is not needed or would not
/// work.
pub(crate) fn open_lifetimes(model: &mut Model) {
    if let Some(why) = model.unsigned_reason() {
        model.warn(format!("Not signed. {why}"));
        return;
    }
    let cursor = model.dialogs.lifetime_row.or_else(|| LifetimeDialog::row_of(model.preferences.lifetime));
    let cursor = cursor.or_else(|| LifetimeDialog::row_of(Lifetime::DEFAULT)).unwrap_or(0);
    model.push_overlay(Overlay::LifetimeDialog(LifetimeDialog { cursor, ..LifetimeDialog::default() }));
}

/// Opens the choice of copy formats.
pub(crate) fn open_copy_formats(model: &mut Model) {
    let before = model.dialogs.format.as_ref();
    let row = copy_formats(model).iter().position(|(_, form)| Some(form) == before);
    model.push_overlay(Overlay::CopyFormats(row.unwrap_or(0)));
}

/// The rows of that dialog: label and format. A QR code is of one image only.
pub fn copy_formats(model: &Model) -> Vec<(String, CopyAs)> {
    let mut formats = model.preferences.copy_formats();
    if model.marked_to_act_on() > 0 {
        formats.retain(|(_, form)| *form != CopyAs::Qr);
    }
    formats
}

/// Opens the dialog for a flexible variant, with the current one to be edited if there is one.
pub(crate) fn open_flexible(model: &mut Model) {
    let mut dialog = FlexibleDialog::default();
    if let Some(before) = &model.lookup.flexible {
        dialog.line.set(&before.name);
    }
    model.push_overlay(Overlay::Flexible(dialog));
}

/// Accepts a row by index. Returns what the user chose to do, if anything.
pub(crate) fn pick(model: &mut Model, row: usize) -> Option<DeliveryAction> {
    if row >= rows(model) {
        return None;
    }
    if let Some(cursor) = model.overlay.as_mut().and_then(Overlay::cursor_mut) {
        *cursor = row;
    }
    confirm(model)
}

/// The number of rows of the dialog. Not taken from the viewport, as keys may arrive before the dialog is drawn.
pub(crate) fn rows(model: &Model) -> usize {
    match &model.overlay {
        Some(Overlay::LifetimeDialog(_)) => LifetimeDialog::rows().count(),
        Some(Overlay::CopyFormats(_)) => copy_formats(model).len(),
        _ => 0,
    }
}

/// Accepts the row under the cursor, or the typed text. Returns what the user chose to do, if anything.
pub(crate) fn confirm(model: &mut Model) -> Option<DeliveryAction> {
    match &model.overlay {
        Some(Overlay::LifetimeDialog(_)) => confirm_lifetime(model),
        Some(Overlay::CopyFormats(row)) => {
            let (_, form) = copy_formats(model).into_iter().nth(*row)?;
            model.dialogs.format = Some(form.clone());
            model.pop_overlay();
            Some(if form == CopyAs::Qr { DeliveryAction::ShowQr } else { DeliveryAction::Copy(form) })
        }
        Some(Overlay::Flexible(_)) => {
            confirm_flexible(model);
            None
        }
        _ => None,
    }
}

pub(crate) fn complete(model: &mut Model) {
    if let Some(Overlay::Flexible(dialog)) = &mut model.overlay {
        dialog.complete();
    }
}

/// The lifetime under the cursor, or the typed date. `None` while there is no valid date.
fn confirm_lifetime(model: &mut Model) -> Option<DeliveryAction> {
    let (now, zone) = (model.now, model.time_zone());
    let Some(Overlay::LifetimeDialog(dialog)) = &mut model.overlay else { return None };
    let validity = match (&dialog.date, LifetimeDialog::rows().nth(dialog.cursor)) {
        (None, Some(LifetimeRow::For(lifetime))) => Validity::For(lifetime),
        (None, _) => {
            dialog.date = Some(TextInput::default());
            return None;
        }
        (Some(date), _) => match expires_at(date.text(), &zone, now) {
            Ok(at) => Validity::Until(at),
            Err(why) => {
                dialog.refusal = Some(why.to_string());
                return None;
            }
        },
    };
    model.dialogs.lifetime_row = Some(dialog.cursor);
    model.pop_overlay();
    Some(DeliveryAction::Show(validity))
}

/// Adds and selects the flexible variant. Errors are shown while typing, so invalid options are ignored here.
fn confirm_flexible(model: &mut Model) {
    let Some(Overlay::Flexible(dialog)) = &model.overlay else { return };
    let Some(Ok(options)) = dialog.read() else { return };
    let Some(url) = model.lookup.variant().and_then(|variant| options.url(&variant.url).ok()) else { return };
    model.lookup.select_flexible(Variant { name: url.variant().to_owned(), url });
    model.clear_overlays();
    warn_of_flexible(model);
}

/// Warns of what may keep the selected flexible variant from working as intended.
pub(crate) fn warn_of_flexible(model: &mut Model) {
    let (Some(variant), Some(image)) = (&model.lookup.flexible, model.lookup.shown()) else { return };
    let warning = if image.access == Access::Signed {
        NotSigned::Flexible.to_string()
    } else if model.delivery.flexible_is_off {
        flexible_is_off()
    } else {
        let notes = Flexible::of_url(&variant.name).map_or_else(|_| vec![], |options| options.notes());
        if notes.is_empty() {
            return;
        }
        let sentences: Vec<_> = notes.iter().map(|note| format!("{note}.")).collect();
        sentences.join(" ")
    };
    model.warn(warning);
}
