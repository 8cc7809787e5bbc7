//! Finds what an action applies to: the selected variant, or every marked image.
//!
//! The result is a list of [`DeliveryTarget`]s, which [`super::delivery`] signs if needed, and delivers.

use super::copy_metadata;
use super::delivery::{self, DeliveryRequest};
use crate::app::delivery::{ActiveSignedUrl, DeliveryAction, DeliveryTarget, SrcsetVariant, UrlState};
use crate::app::keymap::key_of;
use crate::app::problem::nothing_shown;
use crate::app::scroll::Scroll;
use crate::app::{Action, Confirmation, Effect, Model, Notice, Overlay, Pane, SensitiveText, UnsignedPolicy};
use crate::domain::account::group_thousands;
use crate::domain::copy_as::SrcsetCandidates;
use crate::domain::sanitize::sanitize;
use crate::domain::signing::is_flexible;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::variant::certain_size;
use crate::domain::variant_selection::{NoVariant, Plain};
use crate::domain::{Access, CopyAs, DeliveryUrl, Failure, Flexible, Image, Variant, VariantOptions};

/// The most images that are opened without a confirmation.
const MAX_UNCONFIRMED_OPENS: usize = 5;

/// The most images that are opened at once. No browser survives a hundred thousand tabs.
const MAX_OPENS: usize = 100;

/// Opens, copies or verifies the selected variant, or opens or copies those of all marked images.
pub(super) fn act(
    model: &mut Model,
    delivery_request: DeliveryRequest,
    confirmation: Option<Confirmation>,
) -> Vec<Effect> {
    let confirmation = confirmation.filter(|confirmation| confirmation.action == delivery_request.action);
    if acts_on_marked(model) && delivery_request.delivery_action != DeliveryAction::Verify {
        return act_on_marked(model, delivery_request, confirmation.as_ref());
    }
    // This delivery was decided before and failed at the last step: repeat that step.
    if let Some(Overlay::Url { url, failure: Some(_), .. }) = &model.overlay
        && overlay_shows_other_url(model)
        && visible_signed_url(model).is_none()
        && let Some(effect) = delivery::delivery_effect(&delivery_request.delivery_action, url.clone())
    {
        return vec![effect];
    }
    let Some(target) = target(model, &delivery_request) else { return vec![] };
    delivery::start(
        model,
        vec![target],
        delivery_request,
        confirmation.map_or(UnsignedPolicy::None, |confirmation| confirmation.unsigned_policy),
    )
}

/// Whether keys act on the marked images: Browse has the focus, and there are some.
pub(super) fn acts_on_marked(model: &Model) -> bool {
    model.focus == Pane::Browse && model.overlay.is_none() && model.browse.marked().len() > 0
}

/// What a delivery key acts on now. Includes the access, as it decides which warning comes first.
#[derive(PartialEq)]
pub(super) enum Target {
    Marked(usize),
    Shown(Option<DeliveryUrl>, Option<Access>),
}

impl Target {
    pub(super) fn current(model: &Model) -> Self {
        if acts_on_marked(model) {
            Self::Marked(model.browse.marked().len())
        } else {
            Self::Shown(model.current_url(), model.lookup.shown().map(|image| image.access))
        }
    }
}

/// Copies in a format chosen in the dialog, which acts on what was current when the dialog was opened.
pub(super) fn act_from_dialog(
    model: &mut Model,
    form: CopyAs,
    confirmation: Option<Confirmation>,
) -> Vec<Effect> {
    model.pop_overlay();
    match form {
        CopyAs::Id | CopyAs::Json => copy_metadata::copy(model, &form),
        _ => act(model, DeliveryRequest::copy_as(form), confirmation),
    }
}

/// Acts on every marked image. Opening many of them needs a confirmation.
fn act_on_marked(
    model: &mut Model,
    delivery_request: DeliveryRequest,
    confirmation: Option<&Confirmation>,
) -> Vec<Effect> {
    let wanted = model.lookup.variant().map(|variant| variant.name.clone());
    // A flexible variant's options fit every image, though no image lists it.
    let flexible =
        wanted.as_deref().filter(|name| is_flexible(name)).and_then(|name| Flexible::of_url(name).ok());
    let plain = delivery_request.delivery_action == DeliveryAction::Open
        || delivery_request.delivery_action == DeliveryAction::Copy(CopyAs::Url);
    let marked = model.browse.marked();
    // A vector that grows is in memory twice.
    let mut targets = Vec::with_capacity(marked.len());
    targets.extend(marked.filter_map(|listed| {
        let mut variant = listed.preferred_variant(wanted.as_deref())?;
        if let Some(options) = &flexible {
            let url = options.url(&variant.url).ok()?;
            variant = Variant { name: url.variant().to_owned(), url };
        }
        if plain {
            let url = model.on_domain(&variant.url);
            return Some(target_of_url(&url, &variant.name, listed.access(), listed.filename()));
        }
        Some(target_of_variant(model, &listed.image()?, &variant, &delivery_request.delivery_action))
    }));
    let opening = delivery_request.delivery_action == DeliveryAction::Open;
    let marked = model.browse.marked().len();
    let warning = match targets.len() {
        0 => Some("Nothing done: the marked images have no variants.".to_owned()),
        many if opening && many > MAX_OPENS => Some(format!(
            "Not opened: {} images are marked, and {MAX_OPENS} are the most that are opened at once. {} copies all their URLs.",
            group_thousands(many as u64),
            key_of(&Action::Copy)
        )),
        many if opening && many > MAX_UNCONFIRMED_OPENS => Some(format!(
            "Not opened: {} images are marked. Press {} again to open them all in the browser.",
            group_thousands(many as u64),
            key_of(&Action::Open)
        )),
        some if some < marked => {
            let lacking = group_thousands((marked - some) as u64);
            let key = match &delivery_request.action {
                Action::Confirm => format!("{} and {}", key_of(&Action::CopyAs), key_of(&Action::Confirm)),
                action => key_of(action),
            };
            Some(format!(
                "Not {}: {lacking} of the {} marked images have no variants. Press {key} again to take the other {}.",
                delivery_request.done(),
                group_thousands(marked as u64),
                group_thousands(some as u64)
            ))
        }
        _ => None,
    };
    let is_impossible = targets.is_empty() || (opening && targets.len() > MAX_OPENS);
    if let Some(warning) = warning
        && (is_impossible || confirmation.is_none())
    {
        model.notice = Some(Notice::Warning(warning));
        model.confirmation =
            Some(Confirmation { action: delivery_request.action, unsigned_policy: UnsignedPolicy::None });
        return vec![];
    }
    delivery::start(
        model,
        targets,
        delivery_request,
        confirmation.map_or(UnsignedPolicy::None, |confirmation| confirmation.unsigned_policy),
    )
}

/// Shows the selected variant's full URL, signed if there is a signed URL that is still valid. Does nothing during a
/// lookup, except one that only refreshes an image shown from the list.
pub(super) fn show_url(model: &mut Model) -> Vec<Effect> {
    if (model.lookup.image.pending_request().is_none() || model.lookup.is_refreshing_listed())
        && let Some(url) = url_to_act_on(model, "shown")
    {
        let active = model.delivery.signed_url_for(&url).is_some_and(|active| active.holds(model.now));
        model.set_overlay(if active {
            Overlay::Signed(Scroll::default())
        } else {
            let url = percent_encode_for_display(url.as_str()).into_owned().into();
            Overlay::Url { url, failure: None, scroll: Scroll::default() }
        });
    }
    vec![]
}

/// Reports a delivery, with a warning if the URL does not work.
pub(super) fn on_delivered(model: &mut Model, payload: &SensitiveText, words: String) -> Vec<Effect> {
    model.notice = Some(match payload.warning() {
        Some(warning) => Notice::Warning(format!("{words}. {warning}")),
        None => Notice::Done(words),
    });
    vec![]
}

/// Reports that a delivery failed, and shows the full URL so that the user can still copy it by hand. Does not open an
/// overlay while the user is typing.
pub(super) fn on_failed(model: &mut Model, url: SensitiveText, failure: Failure) -> Vec<Effect> {
    if model.can_open_overlay() {
        model.set_overlay(Overlay::Url { url, failure: Some(failure), scroll: Scroll::default() });
    } else {
        // Never show a signature below the input: the user did not ask to see it there.
        let url = if url.has_signature() { "" } else { url.text() };
        model.notice = Some(Notice::Warning(format!("{failure} {url}").trim_end().to_owned()));
    }
    vec![]
}

/// The selected variant, or that of the signed URL in the overlay, as a target. Sets a notice if there is none.
pub(super) fn target(model: &mut Model, delivery_request: &DeliveryRequest) -> Option<DeliveryTarget> {
    if let Some(active) = visible_signed_url(model)
        && model.current_url().as_ref() != Some(&active.of)
    {
        return Some(target_of_url(&active.of, active.of.variant(), Access::Signed, None));
    }
    let url = url_to_deliver(model, delivery_request)?;
    let mut target = target_of_variant(
        model,
        model.lookup.shown()?,
        model.lookup.variant()?,
        &delivery_request.delivery_action,
    );
    // If access is unknown and the user had the URL signed, they mean the signed one.
    if target.access == Access::Unknown && model.delivery.signed_url_for(&url).is_some() {
        target.access = Access::Signed;
    }
    Some(target)
}

/// The current signed URL, if an overlay shows it.
fn visible_signed_url(model: &Model) -> Option<&ActiveSignedUrl> {
    let active = model.delivery.active_url.as_ref()?;
    match &model.overlay {
        Some(Overlay::Signed(_)) => Some(active),
        Some(Overlay::Url { url, .. }) if url.text() == active.url.expose() => Some(active),
        _ => None,
    }
}

/// Whether an overlay shows a URL that is not the selected variant's: the image may have changed since, or the copied
/// text was not a URL.
fn overlay_shows_other_url(model: &Model) -> bool {
    let current = model.current_url();
    if let Some(active) = visible_signed_url(model) {
        return current.as_ref() != Some(&active.of);
    }
    let Some(Overlay::Url { url, .. }) = &model.overlay else { return false };
    current.is_none_or(|current| percent_encode_for_display(current.as_str()) != url.text())
}

/// Whether there is an image to act on. Sets a notice if not.
pub(super) fn image_to_act_on(model: &mut Model, done: &str) -> bool {
    let back = key_of(&Action::Back);
    let why = if overlay_shows_other_url(model) {
        format!(
            "Not {done}: what lies on top is not of the variant that is selected. Close it with {back} first."
        )
    } else if let Some(awaited) = model.lookup.pending_other_id() {
        format!(
            "Not {done}: {} is still being looked up. Press the key again when it is here, or {back} to stay with the image shown.",
            sanitize(awaited.as_str())
        )
    } else if model.lookup.shown().is_some() {
        return true;
    } else {
        nothing_shown()
    };
    model.notice = Some(Notice::Warning(why));
    false
}

/// The selected variant's URL. Sets a notice if there is none.
pub(super) fn url_to_act_on(model: &mut Model, done: &str) -> Option<DeliveryUrl> {
    if !image_to_act_on(model, done) {
        return None;
    }
    url_of_shown(model, false)
}

/// The same for opening or copying. These accept a draft's URL, which [`delivery::start`] warns of.
fn url_to_deliver(model: &mut Model, delivery_request: &DeliveryRequest) -> Option<DeliveryUrl> {
    if !image_to_act_on(model, delivery_request.done()) {
        return None;
    }
    url_of_shown(
        model,
        matches!(delivery_request.delivery_action, DeliveryAction::Open | DeliveryAction::Copy(_)),
    )
}

fn url_of_shown(model: &mut Model, drafts_too: bool) -> Option<DeliveryUrl> {
    let image = model.lookup.shown()?;
    let why = match model.current_url() {
        None if image.draft => NoVariant::Draft,
        _ if image.draft && !drafts_too => NoVariant::Draft,
        None => NoVariant::None,
        Some(url) => return Some(url),
    };
    model.notice = Some(Notice::Warning(why.failure(image).to_string()));
    None
}

/// A target of which only the URL matters.
fn target_of_url(url: &DeliveryUrl, variant: &str, access: Access, filename: Option<&str>) -> DeliveryTarget {
    DeliveryTarget {
        id: url.id().clone(),
        filename: filename.map(str::to_owned),
        variant: variant.to_owned(),
        access,
        size: (None, None),
        url: UrlState::Plain(url.clone()),
        plain: url.clone(),
        picture: url.clone(),
        srcset_variants: vec![],
        srcset_note: None,
        left_out: 0,
        probe_failure: None,
    }
}

/// A target with everything that the format needs.
fn target_of_variant(
    model: &Model,
    image: &Image,
    variant: &Variant,
    delivery_action: &DeliveryAction,
) -> DeliveryTarget {
    let url = model.on_domain(&variant.url);
    let (srcset_variants, srcset_note) = if matches!(delivery_action, DeliveryAction::Copy(form) if form.lists_widths())
    {
        let candidates =
            SrcsetCandidates::for_variant(&variant.name, &image.variants, model.lookup.options());
        let other = |variant: &&Variant| SrcsetVariant {
            url: UrlState::Plain(model.on_domain(&variant.url)),
            picture: percent_encode_for_display(variant.url.as_str()).into_owned(),
            width: size(model, image, variant).map(|(width, _)| width),
        };
        (candidates.variants.iter().map(other).collect(), candidates.describe())
    } else {
        (vec![], None)
    };
    DeliveryTarget {
        size: size(model, image, variant).unzip(),
        picture: variant.url.clone(),
        srcset_variants,
        srcset_note,
        ..target_of_url(&url, &variant.name, image.access, image.filename.as_deref())
    }
}

/// A variant's width and height in pixels, if the preview has fetched it or the account's options make them certain.
fn size(model: &Model, image: &Image, variant: &Variant) -> Option<(u32, u32)> {
    if let Some(info) = model.preview.confirmed(&percent_encode_for_display(variant.url.as_str())) {
        return Some((info.width, info.height));
    }
    certain_size(&variant.name, model.lookup.options(), image.is_svg())
}

/// Whether it is unknown if the plain URL works.
pub(super) fn is_unsure(target: &DeliveryTarget, options: &[VariantOptions]) -> bool {
    target.access.plain(&target.variant, options) == Plain::Unsure && matches!(target.url, UrlState::Plain(_))
}
