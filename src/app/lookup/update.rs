//! Looks up images: the one named in the Image pane, or under the cursor of the list.

use crate::app::problem::nothing_shown;
use crate::app::selection::image_to_act_on;
use crate::app::{Effect, Model, Motion, Pane, Remote};
use crate::domain::secret::holds_credential;
use crate::domain::{Reference, Refusal};

/// Looks up the image named in the Image pane. Refuses a text that cannot name one, without a request, and returns
/// `None`.
pub(crate) fn look_up(model: &mut Model) -> Option<Vec<Effect>> {
    let typed = model.input.text().to_owned();
    let reference = match Reference::read(&typed) {
        Ok(reference) => reference,
        Err(refusal) => {
            if refusal == Refusal::Token {
                model.input.replace("");
            }
            model.input.refusal = Some(refusal.to_string());
            model.focus_pane(Pane::Image);
            return None;
        }
    };
    let text = reference.to_text();
    if holds_credential(&typed) {
        model.input.replace(&text);
    }
    model.input.add_lookup(text.clone());
    let before = if model.focus == Pane::Image { model.before_image } else { model.focus };
    model.lookup.pane_before = Some(before);
    model.leave_for(Pane::Variants);
    model.before_image = Pane::Variants;
    let mut effects = request_reference(model, reference);
    effects.push(Effect::AddToHistory(text));
    Some(effects)
}

/// Fetches again the image that is loading or failed to load, or else the one shown.
pub(crate) fn refresh(model: &mut Model) -> Vec<Effect> {
    let image = &model.lookup.image;
    let missing = image.failure().is_some() || image.pending_request().is_some();
    let reference = match (&model.lookup.requested, model.lookup.shown()) {
        (Some(requested), _) if missing => requested.clone(),
        (_, Some(image)) => {
            let id = image.id.clone();
            // After a cancelled lookup the image shown is fetched, so the Image pane should name that one.
            if model.lookup.is_showing_previous() && !model.input.is_partly_typed() {
                model.input.replace(id.as_str());
            }
            Reference { id, variant: None, hash: None }
        }
        (Some(requested), None) => requested.clone(),
        (None, None) => {
            model.warn(nothing_shown(&model.keymap));
            return vec![];
        }
    };
    let mut effects = reload_options(model);
    effects.extend(request_reference(model, reference));
    model.lookup.refresh = model.lookup.image.pending_request();
    effects
}

/// Forgets a lookup that failed, was refused or was cancelled. The image shown is again the one that the Image pane
/// names. Returns `false` if there is none.
pub(crate) fn dismiss(model: &mut Model) -> bool {
    if !model.can_dismiss() {
        return false;
    }
    model.input.refusal = None;
    if model.lookup.can_dismiss() {
        model.lookup.dismiss(model.now);
    }
    if let Some(image) = model.lookup.shown() {
        model.input.restore(&image.id);
    }
    true
}

/// Selects a variant of the image shown, by index. Warns if there is none.
pub(crate) fn select_variant(model: &mut Model, index: usize) {
    if !image_to_act_on(model, "chosen") {
        return;
    }
    match model.lookup.variants().count() {
        0 => {
            let image = model.lookup.shown();
            let why = image.and_then(|image| Some(image.variant(None).err()?.failure(image).to_string()));
            model.warn(why.unwrap_or_default());
        }
        1 => model.warn(format!("No variant {}: this image has only 1 variant.", index + 1)),
        count if index >= count => {
            model.warn(format!("No variant {}: this image has {count} variants.", index + 1));
        }
        _ => model.lookup.selected = index,
    }
}

/// Selects the variant before or after the selected one.
pub(crate) fn step_variant(model: &mut Model, motion: Motion) {
    if image_to_act_on(model, "chosen") {
        model.lookup.move_selection(motion, 1);
    }
}

/// Fetches the account's variant options again: they may have changed, or the last request may have failed.
pub(crate) fn reload_options(model: &mut Model) -> Vec<Effect> {
    if model.offline.is_some() { vec![] } else { request_options(model) }
}

/// Fetches an image shown from the list, once the cursor has rested on it.
pub(crate) fn request_rested(model: &mut Model) -> Vec<Effect> {
    if model.lookup.request_at.take_if(|at| *at <= model.now).is_none() || model.is_budget_low() {
        return vec![];
    }
    let Some(id) = model.lookup.shown().map(|image| image.id.clone()) else { return vec![] };
    let mut effects = request_image(model, Reference { id, variant: None, hash: None });
    // Only if never tried: without the permission, every image that the cursor passes would cost another two requests.
    if model.offline.is_none() && model.lookup.options == Remote::Idle {
        effects.extend(request_options(model));
    }
    effects
}

/// Fetches the details of an image shown from the list, unless they are being fetched.
pub(crate) fn fetch_listed(model: &mut Model) -> Vec<Effect> {
    let id = model.lookup.shown().map(|image| image.id.clone());
    let id = id.filter(|_| model.lookup.image.pending_request().is_none());
    id.map_or(vec![], |id| request_image(model, Reference { id, variant: None, hash: None }))
}

fn request_reference(model: &mut Model, reference: Reference) -> Vec<Effect> {
    let mut effects = request_image(model, reference);
    let options = &model.lookup.options;
    if model.offline.is_none() && options.value().is_none() && options.pending_request().is_none() {
        effects.extend(request_options(model));
    }
    effects
}

fn request_image(model: &mut Model, reference: Reference) -> Vec<Effect> {
    model.lookup.request_at = None;
    model.lookup.cancelled = false;
    if let Some(failure) = model.offline.clone() {
        model.lookup.requested = Some(reference);
        model.lookup.image.fail(failure);
        return vec![];
    }
    let request = model.next_request();
    let mut effects: Vec<Effect> = model.lookup.image.start(request).into_iter().collect();
    let (id, hash) = (reference.id.clone(), reference.hash.clone());
    model.lookup.requested = Some(reference);
    model.lookup.since = model.now;
    model.lookup.wait = None;
    effects.push(Effect::FetchImage { request, id, hash });
    if model.zone.is_none() {
        effects.push(Effect::LoadTimeZone);
    }
    effects
}

/// Fetches the account's variant options if they were not requested yet.
pub(crate) fn need_options(model: &mut Model) -> Vec<Effect> {
    let is_idle = matches!(model.lookup.options, Remote::Idle);
    if is_idle && model.offline.is_none() { request_options(model) } else { vec![] }
}

fn request_options(model: &mut Model) -> Vec<Effect> {
    let request = model.next_request();
    let superseded = model.lookup.options.start(request);
    superseded.into_iter().chain([Effect::FetchOptions(request)]).collect()
}
