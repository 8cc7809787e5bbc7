//! Warnings about URLs that will not open, and how to deliver them anyway.

use super::state::Target;
use crate::app::message::DeliveryAction;
use crate::app::{Action, Keymap, Model};
use crate::domain::account::{group_thousands, image_count};
use crate::domain::delivery_code::flexible_is_off;
use crate::domain::delivery_plan::{NotSigned, PLAIN_URL_REFUSED};
use crate::domain::signing::is_flexible;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::{DeliveryPlan, NoVariant, SignMode, VariantOptions};

/// A past participle for sentences with *not*.
pub(super) fn participle(action: &DeliveryAction) -> &'static str {
    match action {
        DeliveryAction::Open => "opened",
        DeliveryAction::Copy(_) => "copied",
        DeliveryAction::ShowQr => "shown",
        DeliveryAction::Verify => "verified",
        DeliveryAction::Show(_) => "signed",
    }
}

/// The keys of an action. A copy format is chosen in a dialog.
pub(super) fn keys_of(keymap: &Keymap, action: &DeliveryAction) -> String {
    match action {
        action if action.needs_dialog() => {
            format!("{} and {}", keymap.key_of(&Action::CopyAs), keymap.key_of(&Action::Confirm))
        }
        action => keymap.key_of(&Action::Deliver(action.clone())),
    }
}

/// The verb of an action that works without a signature.
pub(super) fn verb(action: &DeliveryAction) -> Option<&'static str> {
    match action {
        DeliveryAction::Open => Some("open"),
        DeliveryAction::Copy(_) => Some("copy"),
        DeliveryAction::ShowQr => Some("show"),
        DeliveryAction::Verify | DeliveryAction::Show(_) => None,
    }
}

/// How to deliver URLs that do not open: `Press y again to copy it anyway.` `None` for actions that are about the
/// signature.
pub(super) fn repeat(keymap: &Keymap, action: &DeliveryAction, many: bool) -> Option<String> {
    let it = if many { "them" } else { "it" };
    Some(format!("Press {} again to {} {it} anyway.", keys_of(keymap, action), verb(action)?))
}

/// That `refused` of `all` plain URLs would be refused.
pub(super) fn refused_plain(refused: usize, all: usize) -> String {
    if all == 1 {
        return PLAIN_URL_REFUSED.to_owned();
    }
    let (refused, all) = (group_thousands(refused as u64), group_thousands(all as u64));
    format!("{refused} of the {all} plain URLs would be refused (403).")
}

/// The warning that no signature would open URLs, with the key that delivers them unsigned. `None` if all open.
pub(super) fn unsignable(
    keymap: &Keymap,
    targets: &[Target],
    action: &DeliveryAction,
    options: &[VariantOptions],
    mode: SignMode,
) -> Option<String> {
    let (mut refused, mut all, mut first) = (0, 0, None);
    for (target, url) in targets.iter().flat_map(|target| target.urls().map(move |url| (target, url))) {
        all += 1;
        if let DeliveryPlan::Refuse(why) = target.plan(url, options, mode)
            && why != NotSigned::ByMode
        {
            refused += 1;
            first.get_or_insert(why);
        }
    }
    let why = first?;
    let done = participle(action);
    let anyway = repeat(keymap, action, all > 1).map(|again| (refused_plain(refused, all), again));
    Some(match anyway {
        None => format!("Not {done}. {why}"),
        Some((fate, again)) if all == 1 => format!("Not {done}. {why} {fate} {again}"),
        // The reason is about the first of those that would be refused.
        Some((fate, again)) => format!("Not {done}. {fate} {why} {again}"),
    })
}

/// What happens to plain URLs, and the key that delivers them anyway. Starts with a space.
pub(super) fn unsigned_anyway(
    keymap: &Keymap,
    action: &DeliveryAction,
    refused: usize,
    all: usize,
) -> Option<String> {
    Some(format!(" {} {}", refused_plain(refused, all), repeat(keymap, action, all > 1)?))
}

/// The warning that URLs are known not to work, with the key that delivers them anyway. `None` if none is.
pub(super) fn known_to_fail(model: &Model, targets: &[Target], action: &DeliveryAction) -> Option<String> {
    let faults: Vec<String> = targets.iter().filter_map(|target| fault(model, target)).collect();
    let why = faults.first()?;
    let again =
        repeat(&model.keymap, action, targets.len() > 1).map(|again| format!(" {again}")).unwrap_or_default();
    let done = participle(action);
    Some(match targets.len() {
        1 => format!("Not {done}. {why}{again}"),
        all => {
            let (bad, all) = (group_thousands(faults.len() as u64), group_thousands(all as u64));
            format!("Not {done}: {bad} of the {all} URLs wouldn't open. {why}{again}")
        }
    })
}

/// The warning about URLs that are delivered although they do not work. `None` if all may open.
pub(super) fn delivered_anyway(model: &Model, targets: &[Target]) -> Option<String> {
    if let Some(why) = targets.iter().find_map(|target| fault(model, target)) {
        return Some(why);
    }
    let options = model.lookup.options();
    let is_refused =
        |target: &&Target| matches!(target.unsigned_plan(options), Some(DeliveryPlan::Refuse(_)));
    match targets.iter().filter(is_refused).count() {
        0 => None,
        count => Some(refused_plain(count, targets.len())),
    }
}

/// The warning that unsigned URLs of images of unknown access may not open. `None` if all accesses are known.
pub(super) fn unsure(model: &Model, targets: &[Target]) -> Option<String> {
    let options = model.lookup.options();
    let is_unsure = |target: &&Target| target.unsigned_plan(options) == Some(DeliveryPlan::Unsure);
    match (targets.iter().filter(is_unsure).count(), targets.len()) {
        (0, _) => None,
        (1, 1) => Some("Access is unknown, so the plain URL may be refused (403).".to_owned()),
        (count, _) => Some(format!(
            "The access of {} is unknown, so plain URLs may be refused (403).",
            image_count(count)
        )),
    }
}

/// Why a target's URL is known not to work, from the image, the delivery host or the preview.
fn fault(model: &Model, target: &Target) -> Option<String> {
    let shown = model.lookup.shown().filter(|image| image.id == target.id);
    if let Some(draft) = shown.filter(|image| image.draft) {
        return Some(NoVariant::Draft.failure(draft).to_string());
    }
    if is_flexible(&target.variant) && model.delivery.flexible_is_off {
        return Some(flexible_is_off());
    }
    let failure = model.preview.refused(&percent_encode_for_display(target.picture.as_str()))?;
    Some(format!("The delivery host refused this URL. {failure}"))
}
