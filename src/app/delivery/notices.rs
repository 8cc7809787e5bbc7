//! The wording of notices about deliveries.

use super::state::{Target, validity};
use crate::app::{Model, SensitiveText};
use crate::domain::account::{group_thousands, image_count};
use crate::domain::sanitize::sanitize;
use crate::domain::verification::Finding;
use crate::domain::width::cut_middle;
use crate::domain::{CopyAs, DeliveryPlan, DeliveryUrl, ImageId, SignedUrl};

/// What was copied. Empty for the URL of the image shown. Another image is described by its name.
pub(super) fn describe_copied(model: &Model, form: &CopyAs, images: &[(&ImageId, Option<&str>)]) -> String {
    let label =
        model.preferences.copy_formats().into_iter().find(|(_, other)| other == form).map(|(label, _)| label);
    let label = sanitize(&label.unwrap_or_default()).into_owned();
    match images {
        [(id, filename)] => {
            let shown = Some(*id) == model.lookup.shown().map(|image| &image.id);
            let of = if shown { String::new() } else { format!(" of {}", display_name(id, *filename)) };
            if *form == CopyAs::Url && shown { String::new() } else { format!("{label}{of}") }
        }
        many if *form == CopyAs::Url => format!("{} URLs", group_thousands(many.len() as u64)),
        many => format!("{label} of {}", image_count(many.len())),
    }
}

/// When the delivered URLs expire, and whether it is unknown if they work.
pub(super) fn validity_note(model: &Model, targets: &[Target]) -> String {
    let signed = || targets.iter().flat_map(Target::urls).filter_map(|url| url.signed.as_ref());
    let is_unsure =
        |target: &Target| target.unsigned_plan(model.lookup.options()) == Some(DeliveryPlan::Unsure);
    let mut notes = Vec::new();
    if signed().next().is_some() {
        // The earliest expiry counts; `None` is never.
        let expires = signed().filter_map(SignedUrl::expires).min();
        notes.push(validity(expires, model.now, &model.time_zone()));
    }
    match targets.iter().filter(|target| is_unsure(target)).count() {
        0 => {}
        1 if targets.len() == 1 => notes.push("but whether it needs a signature is unknown".to_owned()),
        1 => notes.push("but whether 1 of them needs a signature is unknown".to_owned()),
        many => {
            let many = group_thousands(many as u64);
            notes.push(format!("but whether {many} of them need a signature is unknown"));
        }
    }
    notes.join(", ")
}

/// That a URL was opened, with its image and variant unless those are still selected.
pub(super) fn opened(model: &Model, payload: &SensitiveText) -> String {
    let is_one = payload.description().is_empty();
    let of = DeliveryUrl::parse(payload.text()).ok().filter(|_| is_one).and_then(|url| {
        let variant = cut_middle(&sanitize(url.variant()), 40).into_owned();
        if model.lookup.shown().is_none_or(|image| image.id != *url.id()) {
            return Some(format!("variant {variant} of {}", display_name(url.id(), None)));
        }
        let selected = model.current_url();
        let is_selected = selected.is_none_or(|selected| selected.variant() == url.variant());
        (!is_selected).then(|| format!("variant {variant}"))
    });
    payload.done(&of.map_or("Opened".to_owned(), |of| format!("Opened {of}")), "in the browser")
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
    let of = if model.lookup.shown().is_none_or(|image| image.id != target.id) {
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
