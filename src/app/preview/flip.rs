//! Flips between the picture that is shown and the one shown before.

use super::state::{Instead, Shown};
use super::subject::{selected, subject_of};
use crate::app::Model;
use crate::domain::ImageId;

/// What must be selected first, so that everything on the screen is about the other picture.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Flip {
    /// Nothing was shown before.
    Nothing,
    /// The other picture is one of this image, which may be the one that is shown.
    Image(ImageId),
}

/// What to flip to.
pub(crate) fn other(model: &Model) -> Flip {
    model.preview.other().map_or(Flip::Nothing, |before| Flip::Image(before.subject.id.clone()))
}

/// Flips, once the other picture's image is shown.
pub(crate) fn flip(model: &mut Model) {
    let Some(Shown { subject, .. }) = model.preview.other().cloned() else { return };
    let Some(image) = model.lookup.shown().filter(|image| image.id == subject.id) else { return };
    let mut variants = model.lookup.variants();
    if let Some(at) = variants.position(|variant| subject_of(model, image, variant) == subject) {
        drop(variants);
        model.lookup.selected = at;
    }
    let selected = selected(model);
    model.preview.instead =
        selected.filter(|selected| *selected != subject).map(|selected| Instead { selected, shown: subject });
    model.preview.flip.is_comparing = true;
    model.preview.flip.is_switching = true;
}
