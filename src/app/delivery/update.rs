//! Starts deliveries, and reports their ends.

use super::state::{Confirmation, UnsignedPolicy};
pub(crate) use super::steps::{cancel, on_signed, on_size_probed, on_verified};
use super::{metadata, notices, payload, steps, targets, warnings};
use crate::app::message::{DeliveryAction, Effect};
use crate::app::selection::{acts_on_marked, overlay_shows_other_url, url_to_act_on, visible_signed_url};
use crate::app::{Model, Overlay, SensitiveText};
use crate::domain::account::group_thousands;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::{CopyAs, Failure};

/// The most images that are opened without a confirmation.
const MAX_UNCONFIRMED_OPENS: usize = 5;

/// The most images that are opened at once. No browser survives a hundred thousand tabs.
const MAX_OPENS: usize = 100;

/// Delivers the selected variant, or opens or copies those of all marked images.
pub(crate) fn start(
    model: &mut Model,
    action: DeliveryAction,
    confirmation: Option<Confirmation>,
) -> Vec<Effect> {
    if let DeliveryAction::Copy(form @ (CopyAs::Id | CopyAs::Json)) = &action {
        return metadata::copy(model, form);
    }
    let confirmation = confirmation.filter(|confirmation| confirmation.allows(&action));
    let acts_on_marked =
        matches!(action, DeliveryAction::Open | DeliveryAction::Copy(_)) && acts_on_marked(model);
    let targets = if acts_on_marked {
        let targets = targets::marked(model, &action);
        if let Some((warning, can_confirm)) = warn_of_marked(model, &action, targets.len())
            && !(can_confirm && confirmation.is_some())
        {
            model.warn(warning);
            model.confirmation =
                can_confirm.then_some(Confirmation { action, unsigned_policy: UnsignedPolicy::Never });
            return vec![];
        }
        targets
    } else {
        if let Some(effect) = repeat_failed(model, &action) {
            return vec![effect];
        }
        let Some(target) = targets::selected(model, &action) else { return vec![] };
        vec![target]
    };
    let unsigned_policy =
        confirmation.map_or(UnsignedPolicy::Never, |confirmation| confirmation.unsigned_policy);
    steps::start(model, action, targets, unsigned_policy)
}

/// The last step of a failed delivery, if an overlay shows its URL.
fn repeat_failed(model: &Model, action: &DeliveryAction) -> Option<Effect> {
    let Some(Overlay::Url { url, failure: Some(_) }) = &model.overlay else { return None };
    if !overlay_shows_other_url(model) || visible_signed_url(model).is_some() {
        return None;
    }
    match action {
        // Several URLs, or a `srcset`, cannot be opened.
        DeliveryAction::Open if !url.text().contains(char::is_whitespace) => Some(Effect::Open(url.clone())),
        DeliveryAction::Copy(CopyAs::Url) => Some(Effect::Copy(url.clone())),
        _ => None,
    }
}

/// The warning before a delivery of `count` variants of the marked images, and whether the user can confirm it.
fn warn_of_marked(model: &Model, action: &DeliveryAction, count: usize) -> Option<(String, bool)> {
    let marked = model.browse.marked().len();
    let is_open = *action == DeliveryAction::Open;
    let all = group_thousands(marked as u64);
    Some(match count {
        0 => (format!("Not {}: the marked images have no variants.", warnings::participle(action)), false),
        many if is_open && many > MAX_OPENS => (
            format!(
                "Not opened: {} images are marked (limit {MAX_OPENS}). {} copies their URLs instead.",
                group_thousands(many as u64),
                warnings::keys_of(&model.keymap, &DeliveryAction::Copy(CopyAs::Url))
            ),
            false,
        ),
        many if is_open && many > MAX_UNCONFIRMED_OPENS => (
            format!(
                "This would open {} images in the browser. Press {} again to open them.",
                group_thousands(many as u64),
                warnings::keys_of(&model.keymap, action)
            ),
            true,
        ),
        some if some < marked => (
            format!(
                "Not {}: {} of the {all} marked images have no variants. Press {} again to {} the other {}.",
                warnings::participle(action),
                group_thousands((marked - some) as u64),
                warnings::keys_of(&model.keymap, action),
                warnings::verb(action).unwrap_or_default(),
                group_thousands(some as u64)
            ),
            true,
        ),
        _ => return None,
    })
}

/// Shows the selected variant's full URL, signed if there is a signed URL that is still valid. Does nothing during a
/// lookup, except one that only refreshes an image shown from the list.
pub(crate) fn show_url(model: &mut Model) -> Vec<Effect> {
    if (model.lookup.image.pending_request().is_none() || model.lookup.is_refreshing_listed())
        && let Some(url) = url_to_act_on(model, "shown", false)
    {
        let active = model.delivery.signed_url_for(&url).is_some_and(|active| active.is_valid(model.now));
        model.set_overlay(if active {
            Overlay::Signed
        } else {
            let url = percent_encode_for_display(url.as_str()).into_owned().into();
            Overlay::Url { url, failure: None }
        });
    }
    vec![]
}

/// Reports a copy to `destination`, which is named unless it is the clipboard itself.
pub(crate) fn on_copied(model: &mut Model, text: SensitiveText, outcome: Result<String, Failure>) {
    let what = match text.description() {
        "" if text.has_signature() => " signed URL",
        "" => " URL",
        _ => "",
    };
    match outcome {
        Ok(destination) => {
            let (verb, destination) = match destination.as_str() {
                "clipboard" => ("Copied", String::new()),
                // Terminals don't confirm it.
                "OSC 52" => ("Sent", "to the terminal (OSC 52)".to_owned()),
                other => ("Copied", format!("({other})")),
            };
            report(model, &text, text.done(&format!("{verb}{what}"), &destination));
        }
        Err(failure) => show_failed(model, text, failure),
    }
}

/// Reports that the browser was started.
pub(crate) fn on_opened(model: &mut Model, url: SensitiveText, outcome: Result<(), Failure>) {
    match outcome {
        Ok(()) => report(model, &url, notices::opened(model, &url)),
        Err(failure) => {
            model.delivery.unopened.push((url, failure));
            // One page for all images of a delivery.
            if let (Some(urls), Some((_, first))) =
                (payload::unopened(&model.delivery.unopened), model.delivery.unopened.first())
            {
                let first = first.clone();
                show_failed(model, urls, first);
            }
        }
    }
}

/// Reports a delivery, with a warning if the URL does not work.
fn report(model: &mut Model, payload: &SensitiveText, words: String) {
    match payload.warning() {
        Some(warning) => model.warn(format!("{words}. {warning}")),
        None => model.done(words),
    }
}

/// Shows the full URL of a failed delivery so that the user can still copy it by hand. Does not open an overlay while
/// the user is typing.
fn show_failed(model: &mut Model, url: SensitiveText, failure: Failure) {
    if model.can_open_overlay() {
        model.set_overlay(Overlay::Url { url, failure: Some(failure) });
    } else {
        // Never show a signature below the input: the user did not ask to see it there.
        let is_one = url.description().is_empty();
        let url = if is_one && !url.has_signature() { url.text() } else { "" };
        model.warn(format!("{failure} {url}").trim_end().to_owned());
    }
}
