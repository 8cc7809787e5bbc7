//! Warnings about URLs that will not open, and how to deliver them nevertheless.

use super::state::Target;
use crate::app::keymap::key_of;
use crate::app::message::DeliveryAction;
use crate::app::{Action, Model};
use crate::domain::account::group_thousands;
use crate::domain::delivery_plan::NotSigned;
use crate::domain::signing::is_flexible;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::{CopyAs, DeliveryPlan, NoVariant, SignMode, VariantOptions};

/// A past participle for sentences with *not*.
pub(super) fn participle(action: &DeliveryAction) -> &'static str {
    match action {
        DeliveryAction::Open => "opened",
        DeliveryAction::Copy(_) => "copied",
        DeliveryAction::Verify => "verified",
        DeliveryAction::Show(_) => "signed",
    }
}

/// The keys that ask for an action. A copy format is chosen in a dialog.
pub(super) fn keys_of(action: &DeliveryAction) -> String {
    match action {
        DeliveryAction::Copy(form) if *form != CopyAs::Url => {
            format!("{} and {}", key_of(&Action::CopyAs), key_of(&Action::Confirm))
        }
        action => key_of(&Action::Deliver(action.clone())),
    }
}

/// How to deliver URLs that do not open: `Press y again to copy it unsigned`. `None` for actions that are about the
/// signature.
pub(super) fn repeat(action: &DeliveryAction, many: bool, how: &str) -> Option<String> {
    let verb = match action {
        DeliveryAction::Open => "open",
        DeliveryAction::Copy(_) => "copy",
        DeliveryAction::Verify | DeliveryAction::Show(_) => return None,
    };
    let it = if many { "them" } else { "it" };
    Some(format!("Press {} again to {verb} {it} {how}", keys_of(action)))
}

/// The warning that no signature would open URLs, with the key that delivers them unsigned. `None` if all open.
pub(super) fn unsignable(
    targets: &[Target],
    action: &DeliveryAction,
    options: &[VariantOptions],
    mode: SignMode,
) -> Option<String> {
    let (mut refused, mut all, mut first) = (0_u64, 0_u64, None);
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
    let again = repeat(action, all > 1, "unsigned");
    Some(if all > 1 {
        let again = again.map(|again| format!(" {again}.")).unwrap_or_default();
        let (refused, all) = (group_thousands(refused), group_thousands(all));
        format!("Not {}: {refused} of the {all} URLs will answer 403. {why}{again}", participle(action))
    } else {
        let again = again.map(|again| format!(" {again}: it will answer 403.")).unwrap_or_default();
        format!("Not {}. {why}{again}", participle(action))
    })
}

/// The warning that URLs are known not to work, with the key that delivers them anyway. `None` if none is.
pub(super) fn known_to_fail(model: &Model, targets: &[Target], action: &DeliveryAction) -> Option<String> {
    let faults: Vec<String> = targets.iter().filter_map(|target| fault(model, target)).collect();
    let why = faults.first()?;
    let again = repeat(action, targets.len() > 1, "anyway");
    let again = again.map(|again| format!(" {again}.")).unwrap_or_default();
    Some(match targets.len() {
        1 => format!("Not {}. {why}{again}", participle(action)),
        many => format!(
            "Not {}: {} of the {} URLs are known not to work. {why}{again}",
            participle(action),
            group_thousands(faults.len() as u64),
            group_thousands(many as u64)
        ),
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
    match (targets.iter().filter(is_refused).count(), targets.len()) {
        (0, _) => None,
        (_, 1) => {
            Some("The image needs signed URLs, and this one is not signed: it will answer 403.".to_owned())
        }
        (count, _) => Some(format!(
            "{} of the images need signed URLs, which these are not: they will answer 403.",
            group_thousands(count as u64)
        )),
    }
}

/// That it is unknown whether unsigned URLs need a signature. `None` if that is known of all.
pub(super) fn unsure(model: &Model, targets: &[Target]) -> Option<String> {
    let options = model.lookup.options();
    let is_unsure = |target: &&Target| target.unsigned_plan(options) == Some(DeliveryPlan::Unsure);
    match (targets.iter().filter(is_unsure).count(), targets.len()) {
        (0, _) => None,
        (1, 1) => Some("Whether it needs a signature is unknown.".to_owned()),
        (1, _) => Some("Whether 1 of them needs a signature is unknown.".to_owned()),
        (many, _) => {
            Some(format!("Whether {} of them need a signature is unknown.", group_thousands(many as u64)))
        }
    }
}

/// Why a target's URL is known not to work, from the image, the delivery host or the preview.
fn fault(model: &Model, target: &Target) -> Option<String> {
    let shown = model.lookup.shown().filter(|image| image.id == target.id);
    if let Some(draft) = shown.filter(|image| image.draft) {
        return Some(NoVariant::Draft.failure(draft).to_string());
    }
    if is_flexible(&target.variant) && model.delivery.flexible_is_off {
        return Some(
            "Flexible variants are off in this account (9429), so this URL will not open: switch them on in the \
             dashboard under Images › Variants, or choose a named variant."
                .to_owned(),
        );
    }
    let failure = model.preview.refused(&percent_encode_for_display(target.picture.as_str()))?;
    Some(format!("The delivery host refused this URL. {failure}"))
}
