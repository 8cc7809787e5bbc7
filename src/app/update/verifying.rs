//! What the delivery host does with a URL, and what a pasted URL says.

use jiff::tz::TimeZone;

use super::handing::{self, name, variant_name};
use crate::app::keys::key_of;
use crate::app::scroll::Scroll;
use crate::app::signing::{Address, Deed, Pending, Verdict};
use crate::app::{Action, Effect, Model, Notice, Overlay, Parcel, RequestId};
use crate::domain::Failure;
use crate::domain::explain::{self, Expiry, Explanation, Signature};
use crate::domain::image::is_always_public;
use crate::domain::signing::{DENIED, clock_is_off, clock_words, is_flexible};
use crate::domain::verification::{Reply, Verification};

/// The code of a delivery host on which flexible variants are off.
const FLEXIBLE_IS_OFF: &str = "9429";

/// Takes what a delivery host did. Where it denies what was just signed, the keys are fetched anew, and it is asked once
/// more.
pub(super) fn verified(model: &mut Model, request: RequestId, verdict: Verdict) -> Vec<Effect> {
    let Some(asked) = model.signing.asked.take_if(|asked| asked.request == request) else { return vec![] };
    let Verdict { signed, plain, server } = verdict;
    let off = server.and_then(|server| clock_is_off(server, model.now)).map(clock_words);
    if let Some(reply) = signed.as_ref().or(plain.as_ref()) {
        learn_of_flexible(model, &asked.item.variant, reply.failure());
    }
    let finding = Verification {
        access: asked.item.access,
        always_public: is_always_public(&asked.item.variant, model.lookup.options()),
        signed: signed.as_ref(),
        not_signed: asked.not_signed.as_deref(),
        plain: plain.as_ref(),
    }
    .finding();
    let same = Some(&asked.item.id) == model.lookup.shown().map(|image| &image.id);
    let of = if !same {
        format!("{}: ", name(&asked.item))
    } else if handing::is_of_another_variant(model, &asked.item) {
        format!("{}: ", variant_name(&asked.item))
    } else {
        String::new()
    };
    let advice = [finding.advice, off.unwrap_or_default()];
    let advice: Vec<String> = advice.into_iter().filter(|words| !words.is_empty()).collect();
    let words = if advice.is_empty() {
        format!("{of}{}", finding.summary)
    } else {
        format!("{of}{}. {}", finding.summary, advice.join(" "))
    };
    let denied = matches!(&signed, Some(Reply::Refused(_, failure)) if failure.code == DENIED);
    if let Address::Signed(url) = &asked.item.url
        && denied
        && !asked.again
    {
        let denied = url.clone();
        let mut item = asked.item;
        let url = model.signing.held.as_ref().filter(|held| held.url == denied).map(|held| held.of.clone());
        if let Some(url) = url {
            item.url = Address::ToSign(url);
            model.notice = Some(Notice::Done("Denied: fetching the keys anew…".to_owned()));
            let pending = Pending {
                request: model.next_request(),
                deed: Deed::Verify,
                items: vec![item],
                term: asked.term,
                denied: Some((denied, words)),
            };
            return vec![handing::ask(model, pending)];
        }
    }
    model.notice = Some(if finding.is_expected && advice.is_empty() {
        Notice::Done(words)
    } else {
        Notice::Warning(words)
    });
    vec![]
}

/// Learns whether flexible variants are off from what a delivery host does with a variant: it delivers, or says why not.
pub(super) fn learn_of_flexible(model: &mut Model, variant: &str, failure: Option<&Failure>) {
    match failure {
        Some(failure) if failure.code == FLEXIBLE_IS_OFF => model.signing.flexible_is_off = true,
        None if is_flexible(variant) => model.signing.flexible_is_off = false,
        _ => {}
    }
}

/// Remembers a pasted URL that is signed, to be explained, and looks at its signature at once: who pastes one that opens
/// nothing is told.
pub(super) fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    let read = explain::explain(text, &[], model.now);
    let asked = model.lookup.asked.as_ref().filter(|_| read.is_ok());
    model.signing.pasted = asked.map(|asked| (asked.id.clone(), Parcel::from(text.to_owned())));
    let signed = read.is_ok_and(|explanation| explanation.signature != Signature::None);
    if signed && model.offline.is_none() {
        return ask(model, Parcel::from(text.to_owned()), false);
    }
    // What nobody asked of the URL that was pasted before would be told of this one.
    let before = model.signing.explaining.take_if(|(_, wanted)| !*wanted);
    before.map(|(before, _)| Effect::Abort(before)).into_iter().collect()
}

/// Forgets the URL that was pasted once another image is shown or asked for. Called after every message.
pub(super) fn forget_pasted(model: &mut Model) {
    let asked = model.lookup.asked.as_ref().map(|asked| &asked.id);
    model.signing.pasted.take_if(|(id, _)| Some(&*id) != asked);
}

/// Explains the URL that was pasted; else the selected variant's.
pub(super) fn explain(model: &mut Model) -> Vec<Effect> {
    let text = if let Some((_, pasted)) = &model.signing.pasted {
        pasted.clone()
    } else {
        let Some(url) = super::acting::url_to_act_on(model, "explained") else { return vec![] };
        let held = model.signing.held_of(&url).map(|held| held.url.expose());
        Parcel::from(held.unwrap_or_else(|| url.as_str().to_owned()))
    };
    ask(model, text, true)
}

/// Takes what a URL says. What nobody asked for is only told where the URL opens nothing.
pub(super) fn explained(
    model: &mut Model,
    request: RequestId,
    answer: Result<(Box<Explanation>, Option<Failure>), Failure>,
) -> Vec<Effect> {
    let Some((_, wanted)) = model.signing.explaining.take_if(|(awaited, _)| *awaited == request) else {
        return vec![];
    };
    let zone = model.zone.clone().unwrap_or(TimeZone::UTC);
    let (explanation, unchecked) = match answer {
        Ok(explained) => explained,
        Err(failure) => {
            model.notice = wanted.then(|| Notice::Warning(failure.to_string()));
            return vec![];
        }
    };
    if !wanted {
        if model.signing.pasted.is_none() {
            return vec![];
        }
        let words = match (&explanation.signature, explanation.expiry) {
            (_, Expiry::Lapsed(_)) => explanation
                .expiry
                .words(model.now, &zone)
                .map(|words| format!("The pasted URL's signature {words}.")),
            (Signature::Bad(why), _) => Some(format!("The pasted URL's signature is bad: {}.", why.words())),
            _ => None,
        };
        if let Some(words) = words {
            model.notice = Some(Notice::Warning(format!(
                "{words} Press {} to have the URL explained.",
                key_of(&Action::Explain)
            )));
        }
        return vec![];
    }
    let mut lines = explanation.lines(model.now, &zone);
    let own =
        model.lookup.shown().filter(|image| image.id == *explanation.url.id()).and_then(|image| image.hash());
    if let (Some(own), Some((_, hash))) = (own, lines.iter_mut().find(|(label, _)| *label == "Account hash"))
    {
        hash.push_str(if own == explanation.url.hash() {
            " (this account's)"
        } else {
            " (not this account's)"
        });
    }
    lines.extend(unchecked.map(|failure| ("Note", failure.to_string())));
    if !model.may_cover() {
        model.notice = Some(Notice::Done(format!("Explained: {} shows it", key_of(&Action::Explain))));
        return vec![];
    }
    model.notice = None;
    model.lay(Overlay::Explained(lines, Scroll::default()));
    vec![]
}

fn ask(model: &mut Model, text: Parcel, wanted: bool) -> Vec<Effect> {
    let request = model.next_request();
    let before = model.signing.explaining.replace((request, wanted));
    let mut effects: Vec<_> = before.map(|(before, _)| Effect::Abort(before)).into_iter().collect();
    effects.push(Effect::Explain { request, text });
    effects
}
