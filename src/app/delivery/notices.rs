//! The wording of notices about deliveries.

use super::state::Target;
use crate::app::{Model, SensitiveText};
use crate::domain::account::{group_thousands, image_count};
use crate::domain::sanitize::sanitize;
use crate::domain::time_format::validity;
use crate::domain::verification::Finding;
use crate::domain::width::cut_middle;
use crate::domain::{CopyAs, DeliveryUrl, ImageId, SignedUrl};

/// What was copied. Empty for the URL of the image shown. Any other image is named.
pub(super) fn describe_copied(model: &Model, form: &CopyAs, images: &[(&ImageId, Option<&str>)]) -> String {
    let label =
        model.preferences.copy_formats().into_iter().find(|(_, other)| other == form).map(|(label, _)| label);
    let label = sanitize(&label.unwrap_or_default()).into_owned();
    match images {
        [(id, filename)] => {
            let shown = is_plainly_shown(model, id);
            let of = if shown { String::new() } else { format!(" of {}", display_name(id, *filename)) };
            if *form == CopyAs::Url && shown { String::new() } else { format!("{label}{of}") }
        }
        many if *form == CopyAs::Url => format!("{} URLs", group_thousands(many.len() as u64)),
        many => format!("{label} of {}", image_count(many.len())),
    }
}

/// When the delivered URLs expire, and how many of the images that concerns. Empty if none is signed.
pub(super) fn validity_note(model: &Model, targets: &[Target]) -> String {
    let is_signed = |target: &&Target| target.urls().any(|url| url.signed.is_some());
    let count = targets.iter().filter(is_signed).count();
    if count == 0 {
        return String::new();
    }
    let signed = targets.iter().flat_map(Target::urls).filter_map(|url| url.signed.as_ref());
    // The earliest expiry counts; `None` is never.
    let expires = signed.filter_map(SignedUrl::expires).min();
    let valid = validity(expires, model.now, &model.time_zone());
    if count == targets.len() {
        return valid;
    }
    format!("{} signed, {valid}", group_thousands(count as u64))
}

/// That a URL was opened, with its image and variant unless those are still selected.
pub(super) fn opened(model: &Model, payload: &SensitiveText) -> String {
    let is_one = payload.description().is_empty();
    let of = DeliveryUrl::parse(payload.text()).ok().filter(|_| is_one).and_then(|url| {
        let variant = cut_middle(&sanitize(url.variant()), 40).into_owned();
        if !is_plainly_shown(model, url.id()) {
            let shown = model.lookup.shown().filter(|image| image.id == *url.id());
            let filename = shown.and_then(|image| image.filename.as_deref());
            return Some(format!("variant {variant} of {}", display_name(url.id(), filename)));
        }
        let selected = model.current_url();
        let is_selected = selected.is_none_or(|selected| selected.variant() == url.variant());
        (!is_selected).then(|| format!("variant {variant}"))
    });
    let plain = if is_one && payload.has_signature() { "Opened signed URL" } else { "Opened" };
    payload.done(&of.map_or(plain.to_owned(), |of| format!("Opened {of}")), "in the browser")
}

/// Whether an image is the one shown, and the one that was looked up last, so that it needs no name.
fn is_plainly_shown(model: &Model, id: &ImageId) -> bool {
    !model.lookup.is_showing_previous() && model.lookup.shown().is_some_and(|image| image.id == *id)
}

/// A target's name for the user.
pub(super) fn name(target: &Target) -> String {
    display_name(&target.id, target.filename.as_deref())
}

/// The name of a target's variant for the user.
pub(super) fn variant_name(target: &Target) -> String {
    cut_middle(&sanitize(&target.variant), 40).into_owned()
}

/// An image's name for the user: its file name, or else its ID.
fn display_name(id: &ImageId, filename: Option<&str>) -> String {
    let name = filename.filter(|name| !name.is_empty()).unwrap_or(id.as_str());
    cut_middle(&sanitize(name), 40).into_owned()
}

/// Whether a target belongs to the image shown, but not to its selected variant.
pub(super) fn is_other_variant(model: &Model, target: &Target) -> bool {
    model.lookup.shown().is_some_and(|image| image.id == target.id)
        && model.current_url().as_ref() != Some(&target.url.plain)
}

/// What a delivery host did with a target's URLs, and what that means.
pub(super) fn verified(model: &Model, target: &Target, finding: &Finding, off: Option<String>) -> String {
    let of = if !is_plainly_shown(model, &target.id) {
        format!("{}: ", name(target))
    } else if is_other_variant(model, target) {
        format!("{}: ", variant_name(target))
    } else {
        String::new()
    };
    let advice: Vec<String> = [finding.advice.clone(), off.unwrap_or_default()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    if advice.is_empty() {
        format!("{of}{}", finding.summary)
    } else {
        format!("{of}{}. {}", finding.summary, advice.join(" "))
    }
}
