//! Explains a pasted URL, or the selected variant's.

use crate::app::selection::url_to_act_on;
use crate::app::{Action, Effect, Model, Notice, Overlay, RequestId, SensitiveText};
use crate::domain::Failure;
use crate::domain::explain::{self, Expiry, Explanation, Signature};

/// Remembers a pasted URL so that it can be explained. If it is signed, checks the signature at once, to warn of one
/// that does not work.
pub(crate) fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    let read = explain::explain(text, &[], model.now);
    let requested = model.lookup.requested.as_ref().filter(|_| read.is_ok());
    model.explain.pasted =
        requested.map(|requested| (requested.id.clone(), SensitiveText::from(text.to_owned())));
    let signed = read.is_ok_and(|explanation| explanation.signature != Signature::None);
    if signed && model.offline.is_none() {
        return explain_effect(model, SensitiveText::from(text.to_owned()), false);
    }
    // Otherwise a warning about the URL pasted before would be taken for one about this URL.
    let before = model.explain.request.take_if(|(_, wanted)| !*wanted);
    before.map(|(before, _)| Effect::Abort(before)).into_iter().collect()
}

/// Forgets the pasted URL once another image is shown or requested. Called after every message.
pub(crate) fn forget_pasted(model: &mut Model) {
    let requested = model.lookup.requested.as_ref().map(|requested| &requested.id);
    model.explain.pasted.take_if(|(id, _)| Some(&*id) != requested);
}

/// Explains the pasted URL, or else the selected variant's.
pub(crate) fn explain(model: &mut Model) -> Vec<Effect> {
    let text = if let Some((_, pasted)) = &model.explain.pasted {
        pasted.clone()
    } else {
        let Some(url) = url_to_act_on(model, "explained", false) else { return vec![] };
        let active = model.delivery.signed_url_for(&url).map(|active| active.url.expose());
        SensitiveText::from(active.unwrap_or_else(|| url.as_str().to_owned()))
    };
    explain_effect(model, text, true)
}

/// Handles an explanation. If the user did not ask for it, only warns of a signature that does not work.
pub(crate) fn on_explained(
    model: &mut Model,
    request: RequestId,
    response: Result<(Box<Explanation>, Option<Failure>), Failure>,
) -> Vec<Effect> {
    let Some((_, wanted)) = model.explain.request.take_if(|(awaited, _)| *awaited == request) else {
        return vec![];
    };
    let zone = model.time_zone();
    let (explanation, unchecked) = match response {
        Ok(explained) => explained,
        Err(failure) => {
            model.notice = wanted.then(|| Notice::Warning(failure.to_string()));
            return vec![];
        }
    };
    if !wanted {
        if model.explain.pasted.is_none() {
            return vec![];
        }
        let words = match (&explanation.signature, explanation.expiry) {
            (_, Expiry::Expired(_)) => {
                explanation.expiry.describe(model.now, &zone).map(|words| format!("The pasted URL {words}."))
            }
            (Signature::Bad(why), _) => {
                Some(format!("The pasted URL's signature is invalid: {}.", why.describe()))
            }
            _ => None,
        };
        if let Some(words) = words {
            model.warn(format!("{words} Press {} for details.", model.keymap.key_of(&Action::Explain)));
        }
        return vec![];
    }
    let mut lines = explanation.lines(model.now, &zone);
    let own =
        model.lookup.shown().filter(|image| image.id == *explanation.url.id()).and_then(|image| image.hash());
    if let (Some(own), Some((_, hash))) = (own, lines.iter_mut().find(|(label, _)| *label == "Account hash"))
    {
        hash.push_str(if own == explanation.url.hash() { " (this account)" } else { " (another account)" });
    }
    lines.extend(unchecked.map(|failure| ("Note", failure.to_string())));
    if !model.can_open_overlay() {
        model.done(format!(
            "The explanation is ready. Press {} to show it.",
            model.keymap.key_of(&Action::Explain)
        ));
        return vec![];
    }
    model.notice = None;
    model.push_overlay(Overlay::Table { title: "URL explained", rows: lines });
    vec![]
}

fn explain_effect(model: &mut Model, text: SensitiveText, wanted: bool) -> Vec<Effect> {
    let request = model.next_request();
    let before = model.explain.request.replace((request, wanted));
    let mut effects: Vec<_> = before.map(|(before, _)| Effect::Abort(before)).into_iter().collect();
    effects.push(Effect::Explain { request, text });
    effects
}
