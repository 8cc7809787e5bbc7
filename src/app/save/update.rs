//! Opens the dialog, starts to save, and reports the result.

use super::state::{SaveDialog, SaveJob, SaveSubject};
use crate::app::message::{PictureToSave, SaveCount, SaveOutcome, SavedFile};
use crate::app::selection::{acts_on_marked, image_to_act_on};
use crate::app::{Action, Effect, Model, Overlay, RequestId};
use crate::domain::account::{bytes, group_thousands, image_count};
use crate::domain::delivery_plan::NotSigned;
use crate::domain::file_name::file_name;
use crate::domain::sanitize::sanitize;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::{Failure, Image, NoVariant, PictureSource, Variant};

/// Opens the dialog for the selected variant, or for the marked images.
pub(crate) fn open(model: &mut Model) {
    if model.save.job.is_some() {
        model.warn(format!("Still saving. Wait, or {} to cancel.", model.keymap.then_press(&Action::Back)));
        return;
    }
    let subject = if acts_on_marked(model) {
        let variant = model.lookup.variant().map(|variant| variant.name.clone());
        SaveSubject::Marked { count: model.browse.marked().len(), variant }
    } else {
        if !image_to_act_on(model, "saved") {
            return;
        }
        let Some(image) = model.lookup.shown() else { return };
        if image.draft {
            model.warn(NoVariant::Draft.failure(image).to_string());
            return;
        }
        of_image(model, image, model.lookup.variant())
    };
    let unsaved = model.save.unsaved.take().filter(|dialog| dialog.subject == subject);
    let dialog = unsaved.map_or_else(|| SaveDialog::new(subject), |dialog| *dialog);
    model.push_overlay(Overlay::Save(dialog));
}

/// The picture of the image shown that the dialog saves by default: the selected variant if it can be fetched, or else the
/// original. `None` without an image.
pub(crate) fn default_picture(model: &Model) -> Option<Result<PictureSource, Failure>> {
    let image = model.lookup.shown()?;
    if image.draft {
        return Some(Err(NoVariant::Draft.failure(image)));
    }
    Some(Ok(match of_image(model, image, model.lookup.variant()) {
        SaveSubject::Image { variant: Some((_, Ok(variant))), .. } => variant.source,
        _ => original_of(image).source,
    }))
}

fn of_image(model: &Model, image: &Image, variant: Option<&Variant>) -> SaveSubject {
    let known = variant.and_then(|variant| {
        let info = model.preview.confirmed(&percent_encode_for_display(variant.url.as_str()))?;
        Some(info.format.extension())
    });
    let picture = |variant: &Variant| {
        let source = PictureSource::of_variant(&variant.url, image.access, model.lookup.options())?;
        Ok(PictureToSave { source, name: file_name(image, Some(&variant.name), known) })
    };
    SaveSubject::Image {
        original: original_of(image),
        variant: variant.map(|variant| (variant.name.clone(), picture(variant))),
        is_format_known: known.is_some(),
    }
}

fn original_of(image: &Image) -> PictureToSave {
    PictureToSave { source: PictureSource::Original(image.id.clone()), name: file_name(image, None, None) }
}

/// Chooses between the original and the variant.
pub(crate) fn toggle_original(model: &mut Model) {
    if model.save.job.is_some() {
        return;
    }
    if let Some(Overlay::Save(dialog)) = &mut model.overlay {
        dialog.toggle_original();
    }
}

/// Starts to save. Several pictures are saved while the user goes on.
pub(crate) fn confirm(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Save(dialog)) = &mut model.overlay else { return vec![] };
    if model.save.job.is_some() {
        return vec![];
    }
    let path = dialog.line.text().trim().to_owned();
    let picture = match &dialog.subject {
        _ if path.is_empty() => Err(Failure::usage("No path given", "Enter a path.")),
        SaveSubject::Marked { variant, .. } => {
            let (original, variant) = (dialog.original, variant.clone());
            return vec![save_marked(model, original, variant.as_deref(), path)];
        }
        SaveSubject::Image { variant: Some((_, Err(why))), .. } if !dialog.original => Err(no_url(*why)),
        SaveSubject::Image { variant: Some((_, Ok(variant))), .. } if !dialog.original => Ok(variant.clone()),
        SaveSubject::Image { original, .. } => Ok(original.clone()),
    };
    let replace = dialog.existing.take();
    let picture = match picture {
        Ok(picture) => picture,
        Err(failure) => {
            dialog.failure = Some(failure);
            return vec![];
        }
    };
    dialog.failure = None;
    let dialog = dialog.clone();
    let request = model.next_request();
    start(model, request, dialog, SaveCount::default());
    vec![Effect::SavePicture { request, picture, path, replace }]
}

fn no_url(why: NotSigned) -> Failure {
    Failure::other("This variant can't be fetched", format!("{why} Or save the original."))
}

fn start(model: &mut Model, request: RequestId, dialog: SaveDialog, count: SaveCount) {
    model.save.job = Some(Box::new(SaveJob { request, dialog, count, done: 0 }));
}

fn save_marked(model: &mut Model, original: bool, wanted: Option<&str>, folder: String) -> Effect {
    let (mut pictures, mut count) = (Vec::with_capacity(model.browse.marked().len()), SaveCount::default());
    for image in model.browse.marked().filter_map(|listed| listed.image()) {
        match marked_picture(model, &image, original, wanted) {
            Ok(picture) => pictures.push(picture),
            Err(failure) => count.fail(file_name(&image, None, None), failure),
        }
    }
    let request = model.next_request();
    let Some(Overlay::Save(dialog)) = model.overlay.clone() else { return Effect::Abort(request) };
    model.pop_overlay();
    start(model, request, dialog, count);
    Effect::SavePictures { request, pictures, folder }
}

fn marked_picture(
    model: &Model,
    image: &Image,
    original: bool,
    wanted: Option<&str>,
) -> Result<PictureToSave, Failure> {
    if original {
        return Ok(original_of(image));
    }
    let variant = image.preferred_variant(wanted).map(|at| &image.variants[at]);
    let variant = variant.ok_or_else(|| NoVariant::None.failure(image))?;
    let source = PictureSource::of_variant(&variant.url, image.access, model.lookup.options());
    Ok(PictureToSave { source: source.map_err(no_url)?, name: file_name(image, Some(&variant.name), None) })
}

/// Reports the result of saving one picture. If it was not saved, the dialog says why.
pub(crate) fn on_saved(model: &mut Model, request: RequestId, response: Result<SaveOutcome, Failure>) {
    let Some(mut job) = model.save.job.take_if(|job| job.request == request) else { return };
    let typed = job.dialog.line.clone();
    let failure = match response {
        Ok(SaveOutcome::Saved(file)) => {
            if matches!(model.overlay, Some(Overlay::Save(_))) {
                model.pop_overlay();
            }
            model.done(saved(&file));
            return;
        }
        Ok(SaveOutcome::Exists(path)) => {
            job.dialog.line.set(&path);
            let failure = already_exists(&path);
            job.dialog.existing = Some(path);
            failure
        }
        Err(failure) => {
            job.dialog.failure = Some(failure.clone());
            failure
        }
    };
    if let Some(Overlay::Save(dialog)) = &mut model.overlay
        && dialog.line == typed
    {
        *dialog = job.dialog;
    } else {
        let save = model.keymap.press(&Action::Save);
        model.warn(format!("Not saved. {failure} {save} to retry."));
        job.dialog.forget_result();
        model.save.unsaved = Some(Box::new(job.dialog));
    }
}

fn already_exists(path: &str) -> Failure {
    Failure::other(format!("{} already exists", sanitize(path)), "The file was not changed.")
}

/// `Saved logo.webp to ~/pictures (21.4 kB, WebP)`
fn saved(file: &SavedFile) -> String {
    let format = file.format.map(|format| format!(", {format}")).unwrap_or_default();
    let (name, folder) = (sanitize(&file.name), sanitize(&file.folder));
    format!("Saved {name} to {folder} ({}{format})", bytes(file.bytes))
}

/// Counts the pictures that are saved.
pub(crate) fn on_progress(model: &mut Model, request: RequestId, done: usize) {
    if let Some(job) = model.save.job.as_mut().filter(|job| job.request == request) {
        job.done = done;
    }
}

/// Reports the result of saving several pictures.
pub(crate) fn on_all_saved(model: &mut Model, request: RequestId, response: Result<SaveCount, Failure>) {
    let Some(job) = model.save.job.take_if(|job| job.request == request) else { return };
    let SaveSubject::Marked { count: total, .. } = job.dialog.subject else { return };
    let count = match response {
        Ok(count) => count,
        Err(failure) => {
            model.warn(format!("Not saved. {failure}"));
            model.save.unsaved = Some(Box::new(job.dialog));
            return;
        }
    };
    let folder = sanitize(&count.folder).into_owned();
    let failed = count.failed + job.count.failed;
    let Some((name, failure)) = job.count.first_failure.or(count.first_failure) else {
        model.done(format!("Saved {} to {folder}", image_count(count.saved)));
        return;
    };
    let name = sanitize(&name);
    model.warn(format!(
        "Saved {} of {} to {folder}; {} failed. First failure ({name}): {failure}",
        group_thousands(count.saved as u64),
        image_count(total),
        group_thousands(failed as u64),
    ));
}

/// Cancels the save in progress. `None` if there is none. Its dialog stays.
pub(crate) fn cancel(model: &mut Model) -> Option<Vec<Effect>> {
    let job = model.save.job.take()?;
    if !matches!(model.overlay, Some(Overlay::Save(_))) {
        model.save.unsaved = Some(Box::new(job.dialog));
    }
    Some(vec![Effect::Abort(job.request)])
}

/// Cancels the save that the open dialog waits for. `None` if it waits for none.
pub(crate) fn cancel_in_dialog(model: &mut Model) -> Option<Vec<Effect>> {
    matches!(model.overlay, Some(Overlay::Save(_))).then(|| cancel(model))?
}

/// Call this when the dialog is closed: `w` opens it again with the same text.
pub(crate) fn keep_text(model: &mut Model) {
    if let Some(Overlay::Save(dialog)) = &model.overlay
        && dialog.failure.is_some()
    {
        let mut dialog = dialog.clone();
        dialog.forget_result();
        model.save.unsaved = Some(Box::new(dialog));
    }
}
