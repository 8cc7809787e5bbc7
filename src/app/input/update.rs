//! Typed and pasted text: for a dialog's line, the filter, or the Image pane.

use crate::app::{Edit, Model, Pane};
use crate::domain::secret::holds_credential;
use crate::domain::{Reference, Refusal};

/// What follows from text that was entered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Entered {
    /// Nothing follows.
    Text,
    /// The filter's text changed: the list has to be searched.
    FilterText,
    /// The Image pane names an image, which is looked up at once.
    Reference,
}

/// Edits the line that takes keys.
pub(crate) fn edit(model: &mut Model, edit: Edit) -> Entered {
    if let Some(overlay) = &mut model.overlay {
        if overlay.line_mut().is_some_and(|line| line.edit(edit)) {
            overlay.go_to_first_row();
        }
    } else if model.focus != Pane::Browse {
        model.input.edit(edit);
    } else if model.browse.filter.line.edit(edit) {
        return Entered::FilterText;
    }
    Entered::Text
}

/// Inserts pasted text where it belongs. A single ID or URL is looked up at once; anything else waits in the Image
/// pane.
pub(crate) fn paste(model: &mut Model, text: &str) -> Entered {
    if holds_credential(text) {
        paste_beside_credential(model, text);
        return Entered::Text;
    }
    if model.focus == Pane::Image && model.overlay.is_none() && model.input.is_partly_typed() {
        model.input.insert(text);
        return Entered::Text;
    }
    if text.trim().is_empty() {
        return Entered::Text;
    }
    if let Some(overlay) = &mut model.overlay
        && let Some(line) = overlay.line_mut()
    {
        line.insert(text);
        overlay.go_to_first_row();
    } else if model.is_filtering() {
        model.browse.filter.line.insert(text);
        return Entered::FilterText;
    } else {
        model.input.replace(text);
        // Check what the input kept, which is bounded, rather than the paste, which may be a whole file.
        if Reference::is_clean(model.input.text()) {
            return Entered::Reference;
        }
        model.focus_pane(Pane::Image);
    }
    Entered::Text
}

/// Keeps a credential off the screen: the Image pane gets only the ID in the pasted text, if any.
fn paste_beside_credential(model: &mut Model, text: &str) {
    if model.is_in_line() || model.is_filtering() {
        model.warn(Refusal::Token.to_string());
        return;
    }
    let read = Reference::read(text);
    model.input.replace(&read.as_ref().map_or(String::new(), Reference::to_text));
    model.input.refusal = read.err().map(|refusal| refusal.to_string());
    model.focus_pane(Pane::Image);
}
