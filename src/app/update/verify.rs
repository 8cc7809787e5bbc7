//! Verifies a URL at the delivery host, and explains a pasted URL.

use jiff::tz::TimeZone;

use super::delivery::{self, name, variant_name};
use crate::app::delivery::{DeliveryAction, Pending, UrlState, VerifyResult};
use crate::app::keymap::key_of;
use crate::app::scroll::Scroll;
use crate::app::{Action, Effect, Model, Notice, Overlay, RequestId, SensitiveText};
use crate::domain::Failure;
use crate::domain::explain::{self, Expiry, Explanation, Signature};
use crate::domain::image::is_always_public;
use crate::domain::signing::{DENIED, clock_is_off, clock_warning, is_flexible};
use crate::domain::verification::{Reply, Verification};

/// The delivery host's error code for flexible variants being off.
const FLEXIBLE_IS_OFF: &str = "9429";

/// Handles a delivery host's reply. If it denies a URL that was signed with a cached key, the keys are fetched again
/// and the request is repeated once.
pub(super) fn on_verified(model: &mut Model, request: RequestId, result: VerifyResult) -> Vec<Effect> {
    let Some(pending_verify) =
        model.delivery.pending_verify.take_if(|pending_verify| pending_verify.request == request)
    else {
        return vec![];
    };
    let VerifyResult { signed, plain, server } = result;
    let off = server.and_then(|server| clock_is_off(server, model.now)).map(clock_warning);
    if let Some(reply) = signed.as_ref().or(plain.as_ref()) {
        note_flexible_disabled(model, &pending_verify.target.variant, reply.failure());
    }
    let finding = Verification {
        access: pending_verify.target.access,
        always_public: is_always_public(&pending_verify.target.variant, model.lookup.options()),
        signed: signed.as_ref(),
        not_signed: pending_verify.not_signed.as_deref(),
        plain: plain.as_ref(),
    }
    .finding();
    let same = Some(&pending_verify.target.id) == model.lookup.shown().map(|image| &image.id);
    let of = if !same {
        format!("{}: ", name(&pending_verify.target))
    } else if delivery::is_other_variant(model, &pending_verify.target) {
        format!("{}: ", variant_name(&pending_verify.target))
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
    if let UrlState::Signed(url) = &pending_verify.target.url
        && denied
        && !pending_verify.again
    {
        let denied = url.clone();
        let mut target = pending_verify.target;
        let url = model
            .delivery
            .active_url
            .as_ref()
            .filter(|active| active.url == denied)
            .map(|active| active.of.clone());
        if let Some(url) = url {
            target.url = UrlState::ToSign(url);
            model.notice = Some(Notice::Done("Denied: fetching the keys anew…".to_owned()));
            let pending = Pending {
                request: model.next_request(),
                delivery_action: DeliveryAction::Verify,
                targets: vec![target],
                validity: pending_verify.validity,
                denied: Some((denied, words)),
            };
            return vec![delivery::sign_effect(model, pending)];
        }
    }
    model.notice = Some(if finding.is_expected && advice.is_empty() {
        Notice::Done(words)
    } else {
        Notice::Warning(words)
    });
    vec![]
}

/// Records whether flexible variants are off, from a delivery host's response for a variant. `None` means it was
/// delivered.
pub(super) fn note_flexible_disabled(model: &mut Model, variant: &str, failure: Option<&Failure>) {
    match failure {
        Some(failure) if failure.code == FLEXIBLE_IS_OFF => model.delivery.flexible_is_off = true,
        None if is_flexible(variant) => model.delivery.flexible_is_off = false,
        _ => {}
    }
}

/// Remembers a pasted URL so that it can be explained. If it is signed, checks the signature at once, to warn of one
/// that does not work.
pub(super) fn pasted(model: &mut Model, text: &str) -> Vec<Effect> {
    let read = explain::explain(text, &[], model.now);
    let requested = model.lookup.requested.as_ref().filter(|_| read.is_ok());
    model.delivery.pasted =
        requested.map(|requested| (requested.id.clone(), SensitiveText::from(text.to_owned())));
    let signed = read.is_ok_and(|explanation| explanation.signature != Signature::None);
    if signed && model.offline.is_none() {
        return explain_effect(model, SensitiveText::from(text.to_owned()), false);
    }
    // Otherwise a warning about the URL pasted before would be taken for one about this URL.
    let before = model.delivery.explaining.take_if(|(_, wanted)| !*wanted);
    before.map(|(before, _)| Effect::Abort(before)).into_iter().collect()
}

/// Forgets the pasted URL once another image is shown or requested. Called after every message.
pub(super) fn forget_pasted(model: &mut Model) {
    let requested = model.lookup.requested.as_ref().map(|requested| &requested.id);
    model.delivery.pasted.take_if(|(id, _)| Some(&*id) != requested);
}

/// Explains the pasted URL, or else the selected variant's.
pub(super) fn explain(model: &mut Model) -> Vec<Effect> {
    let text = if let Some((_, pasted)) = &model.delivery.pasted {
        pasted.clone()
    } else {
        let Some(url) = super::targets::url_to_act_on(model, "explained") else { return vec![] };
        let active = model.delivery.signed_url_for(&url).map(|active| active.url.expose());
        SensitiveText::from(active.unwrap_or_else(|| url.as_str().to_owned()))
    };
    explain_effect(model, text, true)
}

/// Handles an explanation. If the user did not ask for it, only warns of a signature that does not work.
pub(super) fn on_explained(
    model: &mut Model,
    request: RequestId,
    response: Result<(Box<Explanation>, Option<Failure>), Failure>,
) -> Vec<Effect> {
    let Some((_, wanted)) = model.delivery.explaining.take_if(|(awaited, _)| *awaited == request) else {
        return vec![];
    };
    let zone = model.zone.clone().unwrap_or(TimeZone::UTC);
    let (explanation, unchecked) = match response {
        Ok(explained) => explained,
        Err(failure) => {
            model.notice = wanted.then(|| Notice::Warning(failure.to_string()));
            return vec![];
        }
    };
    if !wanted {
        if model.delivery.pasted.is_none() {
            return vec![];
        }
        let words = match (&explanation.signature, explanation.expiry) {
            (_, Expiry::Expired(_)) => explanation
                .expiry
                .describe(model.now, &zone)
                .map(|words| format!("The pasted URL's signature {words}.")),
            (Signature::Bad(why), _) => {
                Some(format!("The pasted URL's signature is bad: {}.", why.describe()))
            }
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
    if !model.can_open_overlay() {
        model.notice = Some(Notice::Done(format!("Explained: {} shows it", key_of(&Action::Explain))));
        return vec![];
    }
    model.notice = None;
    model.push_overlay(Overlay::Explained(lines, Scroll::default()));
    vec![]
}

fn explain_effect(model: &mut Model, text: SensitiveText, wanted: bool) -> Vec<Effect> {
    let request = model.next_request();
    let before = model.delivery.explaining.replace((request, wanted));
    let mut effects: Vec<_> = before.map(|(before, _)| Effect::Abort(before)).into_iter().collect();
    effects.push(Effect::Explain { request, text });
    effects
}
