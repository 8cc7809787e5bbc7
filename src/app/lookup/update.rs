//! Looks up images: typed, pasted, or under the cursor.

use crate::app::lookup::nothing_shown;
use crate::app::scroll::Scroll;
use crate::app::{Effect, Model, Notice, Overlay, Pane, Remote, RequestId};
use crate::domain::secret::holds_credential;
use crate::domain::{Failure, Image, Reference, Refusal};

/// Starts the program, perhaps with an image from the command line.
pub(crate) fn start(model: &mut Model, image: Option<String>) -> Vec<Effect> {
    let mut effects = vec![Effect::ReadHistory];
    if let Some(image) = image {
        model.input.replace(&image);
        effects.extend(look_up(model));
    }
    effects
}

/// Looks up the image named in the Image pane. Refuses a text that cannot name one, without a request.
pub(crate) fn look_up(model: &mut Model) -> Vec<Effect> {
    let typed = model.input.text().to_owned();
    match Reference::read(&typed) {
        Ok(reference) => {
            let text = reference.to_text();
            if holds_credential(&typed) {
                model.input.replace(&text);
            }
            model.input.add_lookup(text.clone());
            crate::app::update::go_to(model, Pane::Variants);
            model.before_image = Pane::Variants;
            let mut effects = request_reference(model, reference);
            effects.extend(crate::app::update::pasted(model, &typed));
            effects.push(Effect::AddToHistory(text));
            effects
        }
        Err(refusal) => {
            if refusal == Refusal::Token {
                model.input.replace("");
            }
            model.input.refusal = Some(refusal.to_string());
            crate::app::update::focus(model, Pane::Image)
        }
    }
}

/// Resets the Image pane's text to the image that is shown or loading. What was typed or recalled there was not looked
/// up.
pub(crate) fn restore_input(model: &mut Model) {
    let shown = model.lookup.shown().map(|image| &image.id);
    let Some(id) = model.lookup.pending_other_id().or(shown).cloned() else { return };
    let names_it = Reference::read(model.input.text()).is_ok_and(|reference| reference.id == id);
    if model.input.is_changed() || !names_it {
        model.input.replace(id.as_str());
    }
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
            model.notice = Some(Notice::Warning(nothing_shown()));
            return vec![];
        }
    };
    let mut effects = reload_options(model);
    effects.extend(request_reference(model, reference));
    effects
}

/// Fetches the account's variant options again: they may have changed, or the last request may have failed.
pub(crate) fn reload_options(model: &mut Model) -> Vec<Effect> {
    let mut effects: Vec<Effect> = model.lookup.options.cancel().map(Effect::Abort).into_iter().collect();
    if model.offline.is_none() {
        effects.push(request_options(model));
    }
    effects
}

/// Inserts pasted text where it belongs. A single ID or URL is looked up at once; anything else waits in the Image
/// pane.
pub(crate) fn paste(model: &mut Model, text: &str) -> Vec<Effect> {
    if holds_credential(text) {
        return paste_beside_credential(model, text);
    }
    if model.focus == Pane::Image && model.overlay.is_none() && model.input.is_partly_typed() {
        model.input.insert(text);
        return vec![];
    }
    if text.trim().is_empty() {
        return vec![];
    }
    if let Some(line) = model.overlay.as_mut().and_then(Overlay::line_mut) {
        line.insert(text);
        return vec![];
    }
    if model.is_filtering() {
        model.browse.filter.line.insert(text);
        return crate::app::browse::update::start_search(model);
    }
    model.input.replace(text);
    // Check what the input kept, which is bounded, rather than the paste, which may be a whole file.
    if Reference::is_clean(model.input.text()) {
        return look_up(model);
    }
    crate::app::update::focus(model, Pane::Image)
}

/// Keeps a credential off the screen: the Image pane gets only the ID in the pasted text, if any.
fn paste_beside_credential(model: &mut Model, text: &str) -> Vec<Effect> {
    let read = Reference::read(text);
    if model.overlay.as_ref().is_some_and(|overlay| overlay.line().is_some()) || model.is_filtering() {
        model.notice = Some(Notice::Warning(Refusal::Token.to_string()));
        return vec![];
    }
    model.input.replace(&read.as_ref().map_or(String::new(), Reference::to_text));
    model.input.refusal = read.err().map(|refusal| refusal.to_string());
    crate::app::update::focus(model, Pane::Image)
}

/// Handles the response for an image. Ignores stale ones.
pub(crate) fn on_image_fetched(
    model: &mut Model,
    request: RequestId,
    response: Result<Box<Image>, Failure>,
) -> Vec<Effect> {
    let shown = model.lookup.shown().map(|image| image.id.clone());
    let before = model.lookup.shown().filter(|_| model.lookup.listed_at.is_none());
    let before = before.map(|image| image.uploaded);
    let loaded = response.is_ok();
    let flexible = model.lookup.flexible.clone();
    if !model.lookup.complete(request, response.map(|image| *image)) {
        return vec![];
    }
    if model.lookup.flexible != flexible {
        crate::app::update::warn_of_flexible(model);
    }
    if model.lookup.shown().map(|image| &image.id) != shown.as_ref() {
        model.details = Scroll::default();
        crate::app::browse::update::move_cursor_to_shown(model);
    }
    let Some(image) = model.lookup.shown().cloned().filter(|_| loaded) else { return vec![] };
    let mut effects = crate::app::browse::update::on_image_updated(model, &image);
    // A custom ID may have been reused for another upload.
    if shown.is_some_and(|id| id == image.id) && before.is_some_and(|uploaded| uploaded != image.uploaded) {
        effects.extend(crate::app::preview::update::replaced(model));
    }
    effects
}

/// Fetches an image shown from the list, once the cursor has rested on it.
pub(crate) fn request_rested(model: &mut Model) -> Vec<Effect> {
    if model.lookup.request_at.is_none_or(|at| at > model.now) {
        return vec![];
    }
    if model.is_budget_low() {
        model.lookup.request_at = None;
        return vec![];
    }
    match model.lookup.shown().map(|image| image.id.clone()) {
        Some(id) => {
            let mut effects = request_image(model, Reference { id, variant: None, hash: None });
            // Only if never tried: without the permission, every image that the cursor passes would cost another two
            // requests.
            if model.offline.is_none() && model.lookup.options == Remote::Idle {
                effects.push(request_options(model));
            }
            effects
        }
        None => vec![],
    }
}

fn request_reference(model: &mut Model, reference: Reference) -> Vec<Effect> {
    let mut effects = request_image(model, reference);
    let options = &model.lookup.options;
    if model.offline.is_none() && options.value().is_none() && options.pending_request().is_none() {
        effects.push(request_options(model));
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
    let mut effects = Vec::new();
    let request = model.next_request();
    if let Some(superseded) = model.lookup.image.start(request) {
        effects.push(Effect::Abort(superseded));
    }
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

fn request_options(model: &mut Model) -> Effect {
    let request = model.next_request();
    model.lookup.options.start(request);
    Effect::FetchOptions(request)
}
