//! What the preview shows.

use super::state::Subject;
use crate::app::Model;
use crate::domain::{Image, PictureSource, Variant};

/// What to show: what takes the place of the selected variant's picture, or that.
pub(super) fn subject(model: &Model) -> Option<Subject> {
    let selected = selected(model);
    let instead =
        model.preview.instead.as_ref().filter(|instead| Some(&instead.selected) == selected.as_ref());
    instead.map(|instead| instead.shown.clone()).or(selected)
}

/// The selected variant's picture, or the original if there is no variant.
pub(super) fn selected(model: &Model) -> Option<Subject> {
    let image = model.lookup.shown().filter(|image| !image.draft)?;
    let id = image.id.clone();
    let Some(variant) = model.lookup.variant() else {
        return Some(Subject {
            source: PictureSource::Original(id.clone()),
            id,
            name: "original".to_owned(),
        });
    };
    Some(subject_of(model, image, variant))
}

/// The picture of a variant: the original's, if no URL opens it.
pub(super) fn subject_of(model: &Model, image: &Image, variant: &Variant) -> Subject {
    let source = PictureSource::of_variant(&variant.url, image.access, model.lookup.options())
        .unwrap_or_else(|_| PictureSource::Original(image.id.clone()));
    Subject { id: image.id.clone(), name: variant.name.clone(), source }
}
