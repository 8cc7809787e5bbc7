//! The targets of a delivery: the selected variant, or that of every marked image.

use super::state::{SrcsetVariant, Target, TargetUrl};
use super::warnings::participle;
use crate::app::Model;
use crate::app::message::DeliveryAction;
use crate::app::selection::{url_to_act_on, visible_signed_url};
use crate::domain::copy_as::SrcsetCandidates;
use crate::domain::signing::is_flexible;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::variant::certain_size;
use crate::domain::{Access, CopyAs, DeliveryUrl, Flexible, Image, Variant};

/// The selected variant, or that of the signed URL in the overlay. Warns if there is none.
pub(super) fn selected(model: &mut Model, action: &DeliveryAction) -> Option<Target> {
    if let Some(active) = visible_signed_url(model)
        && model.current_url().as_ref() != Some(&active.plain)
    {
        return Some(of_url(active.plain.clone(), active.plain.variant(), Access::Signed, None));
    }
    // A draft's URL can be opened and copied, with a warning.
    let drafts_too = *action == DeliveryAction::Open || action.is_format();
    let url = url_to_act_on(model, participle(action), drafts_too)?;
    let mut target = of_variant(model, model.lookup.shown()?, model.lookup.variant()?, action);
    // If access is unknown and the user had the URL signed, they mean the signed one.
    if target.access == Access::Unknown && model.delivery.signed_url_for(&url).is_some() {
        target.access = Access::Signed;
    }
    Some(target)
}

/// The variants of all marked images that have one.
pub(super) fn marked(model: &Model, action: &DeliveryAction) -> Vec<Target> {
    let wanted = model.lookup.variant().map(|variant| variant.name.clone());
    // A flexible variant's options fit every image, though no image lists it.
    let flexible =
        wanted.as_deref().filter(|name| is_flexible(name)).and_then(|name| Flexible::of_url(name).ok());
    let needs_only_url = matches!(action, DeliveryAction::Open | DeliveryAction::Copy(CopyAs::Url));
    let marked = model.browse.marked();
    // A vector that grows is in memory twice.
    let mut targets = Vec::with_capacity(marked.len());
    targets.extend(marked.filter_map(|listed| {
        let mut variant = listed.preferred_variant(wanted.as_deref())?;
        if let Some(options) = &flexible {
            let url = options.url(&variant.url).ok()?;
            variant = Variant { name: url.variant().to_owned(), url };
        }
        if needs_only_url {
            let url = model.on_domain(&variant.url);
            return Some(of_url(url, &variant.name, listed.access(), listed.filename()));
        }
        Some(of_variant(model, &listed.image()?, &variant, action))
    }));
    targets
}

/// A target of which only the URL matters.
fn of_url(url: DeliveryUrl, variant: &str, access: Access, filename: Option<&str>) -> Target {
    Target {
        id: url.id().clone(),
        filename: filename.map(str::to_owned),
        variant: variant.to_owned(),
        access,
        size: (None, None),
        picture: url.clone(),
        url: TargetUrl::new(url),
        srcset_variants: vec![],
        srcset_note: None,
        left_out: 0,
        probe_failure: None,
    }
}

/// A target with everything that the format needs.
fn of_variant(model: &Model, image: &Image, variant: &Variant, action: &DeliveryAction) -> Target {
    let (srcset_variants, srcset_note) = if matches!(action, DeliveryAction::Copy(form) if form.lists_widths())
    {
        let candidates =
            SrcsetCandidates::for_variant(&variant.name, &image.variants, model.lookup.options());
        let other = |variant: &&Variant| SrcsetVariant {
            url: TargetUrl::new(model.on_domain(&variant.url)),
            picture: percent_encode_for_display(variant.url.as_str()).into_owned(),
            width: size(model, image, variant).map(|(width, _)| width),
        };
        (candidates.variants.iter().map(other).collect(), candidates.describe())
    } else {
        (vec![], None)
    };
    let url = model.on_domain(&variant.url);
    Target {
        size: size(model, image, variant).unzip(),
        picture: variant.url.clone(),
        srcset_variants,
        srcset_note,
        ..of_url(url, &variant.name, image.access, image.filename.as_deref())
    }
}

/// A variant's width and height in pixels, if the preview has fetched it or the account's options make them certain.
fn size(model: &Model, image: &Image, variant: &Variant) -> Option<(u32, u32)> {
    if let Some(info) = model.preview.confirmed(&percent_encode_for_display(variant.url.as_str())) {
        return Some((info.width, info.height));
    }
    certain_size(&variant.name, model.lookup.options(), image.is_svg())
}
