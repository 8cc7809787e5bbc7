//! What keys act on: the selected variant, the marked images, or the URL in an overlay.

use super::delivery::ActiveSignedUrl;
use super::problem::nothing_shown;
use super::{Action, Model, Overlay, Pane};
use crate::domain::sanitize::sanitize;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::{Access, DeliveryUrl, NoVariant};

/// What a delivery key acts on now. Includes the access, as it decides which warning comes first.
#[derive(PartialEq)]
pub(super) enum Selection {
    Marked(usize),
    Shown(Option<DeliveryUrl>, Option<Access>),
}

impl Selection {
    pub(super) fn current(model: &Model) -> Self {
        if acts_on_marked(model) {
            Self::Marked(model.browse.marked().len())
        } else {
            Self::Shown(model.current_url(), model.lookup.shown().map(|image| image.access))
        }
    }
}

/// Whether keys act on the marked images: Browse has the focus, and there are some.
pub(super) fn acts_on_marked(model: &Model) -> bool {
    model.focus == Pane::Browse && model.overlay.is_none() && model.browse.marked().len() > 0
}

/// The current signed URL, if an overlay shows it.
pub(super) fn visible_signed_url(model: &Model) -> Option<&ActiveSignedUrl> {
    let active = model.delivery.active_url.as_ref()?;
    match &model.overlay {
        Some(Overlay::Signed) => Some(active),
        Some(Overlay::Url { url, .. }) if url.text() == active.url.expose() => Some(active),
        _ => None,
    }
}

/// Whether an overlay shows a URL that is not the selected variant's: the image may have changed since, or the copied
/// text was not a URL.
pub(super) fn overlay_shows_other_url(model: &Model) -> bool {
    let current = model.current_url();
    if let Some(active) = visible_signed_url(model) {
        return current.as_ref() != Some(&active.plain);
    }
    let Some(Overlay::Url { url, .. }) = &model.overlay else { return false };
    current.is_none_or(|current| percent_encode_for_display(current.as_str()) != url.text())
}

/// Whether there is an image to act on. Warns if not; `done` is a past participle for the sentence.
pub(super) fn image_to_act_on(model: &mut Model, done: &str) -> bool {
    let back = model.keymap.key_of(&Action::Back);
    let why = if overlay_shows_other_url(model) {
        format!("Not {done}: the URL on screen is another variant's. {back} closes it.")
    } else if let Some(awaited) = model.lookup.pending_other_id() {
        format!(
            "Not {done}: still looking up {}. Wait, or press {back} to cancel the lookup.",
            sanitize(awaited.as_str())
        )
    } else if model.lookup.shown().is_some() {
        return true;
    } else {
        nothing_shown(&model.keymap)
    };
    model.warn(why);
    false
}

/// The selected variant's URL. Warns if there is none, or if the image is a draft and `drafts_too` is not set.
pub(super) fn url_to_act_on(model: &mut Model, done: &str, drafts_too: bool) -> Option<DeliveryUrl> {
    if !image_to_act_on(model, done) {
        return None;
    }
    let image = model.lookup.shown()?;
    let why = match model.current_url() {
        None if image.draft => NoVariant::Draft,
        _ if image.draft && !drafts_too => NoVariant::Draft,
        None => NoVariant::None,
        Some(url) => return Some(url),
    };
    model.warn(why.failure(image).to_string());
    None
}
