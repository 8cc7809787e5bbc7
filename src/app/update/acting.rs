//! Acting on the selected variant: opening it, copying its URL, showing it whole.

use crate::app::scroll::Scroll;
use crate::app::{Action, Effect, Model, Notice, Overlay, Pane};
use crate::domain::Failure;
use crate::domain::account::grouped;
use crate::domain::choice::{NoVariant, Plain};
use crate::domain::safe_text::visible;
use crate::domain::url_text::usable;

/// What is said where no image is shown yet.
pub(super) const NOTHING_SHOWN: &str =
    "No image is shown yet. Press i, then type or paste an image ID or a delivery URL.";

/// Images that are opened without asking again.
const MANY: usize = 5;

/// Images that are opened at once at the most: no browser survives a tab for each of a hundred thousand.
const TOO_MANY: usize = 100;

/// Opens the selected variant, or copies its URL. Where that URL is known to answer 403, only when asked twice.
pub(super) fn act_on_variant(model: &mut Model, action: Action, armed: Option<&Action>) -> Vec<Effect> {
    let (verb, done, key) =
        if action == Action::Open { ("open", "opened", "o") } else { ("copy", "copied", "y") };
    if model.focus == Pane::Browse && model.overlay.is_none() && model.browse.marked().len() > 0 {
        return act_on_marked(model, action, armed);
    }
    let on_top = match &model.overlay {
        Some(Overlay::Url { url, .. }) => Some(url.clone()),
        _ => None,
    };
    let Some(url) = on_top.or_else(|| url_to_act_on(model, done)) else { return vec![] };
    if is_forbidden(model, &url) && armed != Some(&action) {
        model.notice = Some(Notice::Warning(format!(
            "Not {done}: this image needs signed URLs, so this URL will answer 403. Press {key} again to {verb} it unsigned."
        )));
        model.armed = Some(action);
        return vec![];
    }
    vec![effect(&action, url)]
}

/// Copies the marked images' URLs, a line each, or opens them all. Opening many, and URLs that are known to answer 403,
/// only when asked twice.
fn act_on_marked(model: &mut Model, action: Action, armed: Option<&Action>) -> Vec<Effect> {
    let wanted = model.lookup.variant().map(|variant| variant.name.clone());
    let (mut urls, mut forbidden) = (Vec::new(), 0_u64);
    for image in model.browse.marked() {
        let Some(variant) = image.preferred_variant(wanted.as_deref()) else { continue };
        if image.access().plain(&variant.name, model.lookup.options()) == Plain::Forbidden {
            forbidden += 1;
        }
        urls.push(usable(variant.url.as_str()).into_owned());
    }
    let opening = action == Action::Open;
    let doubt = match urls.len() {
        0 => Some("Nothing done: the marked images have no variants.".to_owned()),
        many if opening && many > TOO_MANY => Some(format!(
            "Not opened: {} images are marked, and {TOO_MANY} are the most that are opened at once. y copies all their URLs.",
            grouped(many as u64)
        )),
        all if forbidden > 0 => Some(format!(
            "Not {}: {} of the {} URLs will answer 403, as those images need signed ones. Press {} all unsigned.",
            if opening { "opened" } else { "copied" },
            grouped(forbidden),
            grouped(all as u64),
            if opening { "o again to open them" } else { "y again to copy them" },
        )),
        many if opening && many > MANY => Some(format!(
            "Not opened: {} images are marked. Press o again to open them all in the browser.",
            grouped(many as u64)
        )),
        _ => None,
    };
    let never = urls.is_empty() || (opening && urls.len() > TOO_MANY);
    if let Some(doubt) = doubt
        && (never || armed != Some(&action))
    {
        model.notice = Some(Notice::Warning(doubt));
        model.armed = Some(action);
        return vec![];
    }
    if opening { urls.into_iter().map(Effect::Open).collect() } else { vec![Effect::Copy(urls.join("\n"))] }
}

/// Shows the selected variant's URL whole. While a lookup runs: nothing; but one that nobody asked for, as it only brings
/// the list's word up to date, is in nobody's way.
pub(super) fn show_url(model: &mut Model) -> Vec<Effect> {
    if (model.lookup.image.awaited().is_none() || model.lookup.refreshes_listed())
        && let Some(url) = url_to_act_on(model, "shown")
    {
        model.overlay = Some(Overlay::Url { url, failure: None, scroll: Scroll::default() });
    }
    vec![]
}

/// Says that it was copied, and how many URLs where they are not one.
pub(super) fn copied(model: &mut Model, text: &str, way: &str) -> Vec<Effect> {
    let urls = text.lines().count();
    if urls > 1 {
        model.notice = Some(Notice::Done(format!("Copied {} URLs ({way})", grouped(urls as u64))));
        return vec![];
    }
    done(model, format!("Copied ({way})"))
}

/// Says that it was done.
pub(super) fn done(model: &mut Model, mut words: String) -> Vec<Effect> {
    if model.lookup.plain() == Some(Plain::Unsure) {
        words.push_str(", but whether it needs a signature is unknown");
    }
    model.notice = Some(Notice::Done(words));
    vec![]
}

/// Says why it was not done, and shows the URL whole, so that the person leaves with it all the same. A person who is
/// typing is not interrupted.
pub(super) fn failed(model: &mut Model, url: String, failure: Failure) -> Vec<Effect> {
    if model.focus == Pane::Image {
        model.notice = Some(Notice::Warning(format!("{failure} {url}")));
    } else {
        model.overlay = Some(Overlay::Url { url, failure: Some(failure), scroll: Scroll::default() });
    }
    vec![]
}

/// Whether this is the selected variant's URL, and will answer 403. What lies on top may be another's: the image under
/// it may have changed since.
fn is_forbidden(model: &Model, url: &str) -> bool {
    model.lookup.plain() == Some(Plain::Forbidden)
        && model.lookup.variant().is_some_and(|variant| usable(variant.url.as_str()) == url)
}

fn effect(action: &Action, url: String) -> Effect {
    if *action == Action::Open { Effect::Open(url) } else { Effect::Copy(url) }
}

/// The selected variant's URL, or a word on why there is none.
fn url_to_act_on(model: &mut Model, done: &str) -> Option<String> {
    let why = if let Some(awaited) = model.lookup.another_awaited() {
        format!(
            "Not {done}: {} is still being looked up. Press the key again when it is here, or Esc to stay with the image shown.",
            visible(awaited.as_str())
        )
    } else {
        match (model.lookup.shown(), model.lookup.variant()) {
            (None, _) => NOTHING_SHOWN.to_owned(),
            (Some(image), _) if image.draft => NoVariant::Draft.failure(image).to_string(),
            (Some(image), None) => NoVariant::None.failure(image).to_string(),
            (Some(_), Some(variant)) => return Some(usable(variant.url.as_str()).into_owned()),
        }
    };
    model.notice = Some(Notice::Warning(why));
    None
}
