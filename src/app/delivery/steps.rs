//! The steps of a delivery. Each takes a [`Delivery`] and starts the next, or waits for a response as a [`Job`].
//!
//! ```text
//! start ─► probe ─► sign ─► finish ─► copied, opened, shown
//!   │        │      ▲  │       │
//!   │        │      │  │       └───► verify ─► reported
//!   ▼        ▼      │  ▼               │
//!  warned: repeat   └───── denied: the keys are fetched again, once
//!  to confirm
//! ```

use super::notices::{name, verified};
use super::payload;
use super::probes::{self, Unprobed};
use super::state::{ActiveSignedUrl, Confirmation, Delivery, Job, Probe, Step, Target, UnsignedPolicy};
use super::warnings;
use crate::app::message::{DeliveryAction, Effect, RequestId, Signatures, VerifyResult};
use crate::app::selection::acts_on_marked;
use crate::app::{Model, Overlay};
use crate::domain::delivery_code::DENIED;
use crate::domain::image::is_always_public;
use crate::domain::signing::{Validity, clock_is_off, clock_warning};
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::verification::{Reply, Verification};
use crate::domain::{
    CopyAs, DeliveryPlan, DeliveryUrl, Failure, FailureKind, PictureInfo, PictureSource, SignMode, SignedUrl,
};

/// Plans how the targets are delivered. URLs that will not open need a confirmation.
pub(super) fn start(
    model: &mut Model,
    action: DeliveryAction,
    mut targets: Vec<Target>,
    unsigned_policy: UnsignedPolicy,
) -> Vec<Effect> {
    let holds_url = !matches!(&action, DeliveryAction::Copy(form) if !form.holds_url());
    let mode = match action {
        DeliveryAction::Verify | DeliveryAction::Show(_) => SignMode::Always,
        _ if !holds_url || unsigned_policy == UnsignedPolicy::All => SignMode::Never,
        _ => SignMode::IfNeeded,
    };
    let options = model.lookup.options();
    for target in &mut targets {
        target.mark_urls_to_sign(options, mode);
    }
    if holds_url
        && unsigned_policy == UnsignedPolicy::Never
        && action != DeliveryAction::Verify
        && let Some(warning) = warnings::unsignable(&model.keymap, &targets, &action, options, mode)
            .or_else(|| warnings::known_to_fail(model, &targets, &action))
    {
        model.warn(warning);
        model.confirmation = Some(Confirmation { action, unsigned_policy: UnsignedPolicy::Unsignable });
        return vec![];
    }
    let validity = match action {
        DeliveryAction::Show(validity) => validity,
        _ => Validity::For(model.preferences.lifetime),
    };
    probe(model, Delivery { action, targets, unsigned_policy, validity })
}

/// Probes the sizes that a copy format contains and that are not known.
fn probe(model: &mut Model, delivery: Delivery) -> Vec<Effect> {
    let DeliveryAction::Copy(form) = &delivery.action else { return sign(model, delivery) };
    let unprobed = match probes::unprobed(&delivery.targets, form, model.lookup.options()) {
        Ok(unprobed) if unprobed.is_empty() => return sign(model, delivery),
        Ok(unprobed) => unprobed,
        Err(warning) => {
            model.warn(warning);
            return vec![];
        }
    };
    // A key pressed twice while they are probed starts nothing new.
    let is_same = |job: &Job| {
        let (before, targets) = (&job.delivery.targets, &delivery.targets);
        matches!(job.step, Step::Probe(_))
            && job.delivery.action == delivery.action
            && before.len() == targets.len()
            && before.iter().zip(targets).all(|(before, target)| before.is_same(target))
    };
    if model.delivery.jobs.iter().any(is_same) {
        return vec![];
    }
    let (mut probes, mut effects) = (Vec::new(), Vec::new());
    for Unprobed { target, source, picture } in unprobed {
        let request = model.next_request();
        let is_private = matches!(source, PictureSource::Signed { .. });
        probes.push(Probe { request, target, picture, is_private });
        effects.push(Effect::ProbeSize { request, source });
    }
    model.delivery.jobs.push(Job { delivery, step: Step::Probe(probes) });
    effects
}

/// Handles a probe's response. When the last probe completes, the delivery goes on.
pub(crate) fn on_size_probed(
    model: &mut Model,
    request: RequestId,
    response: &Result<PictureInfo, Failure>,
) -> Vec<Effect> {
    let mut jobs = model.delivery.jobs.iter_mut().enumerate();
    let Some((at, probe)) = jobs.find_map(|(at, job)| Some((at, job.take_probe(request)?))) else {
        return vec![];
    };
    let job = &mut model.delivery.jobs[at];
    let mut effects = Vec::new();
    if let Err(failure) = response
        && probe.is_private
        && failure.kind == FailureKind::Credentials
    {
        // Without a key, the other private pictures would only fail the same way, each with a request.
        effects.extend(job.fail_private_probes(failure).into_iter().map(Effect::Abort));
    }
    let target = &mut job.delivery.targets[probe.target];
    let is_own = percent_encode_for_display(target.picture.as_str()) == probe.picture;
    let variant = is_own.then(|| target.variant.clone());
    match response {
        Ok(info) => target.set_size(&probe.picture, (info.width, info.height)),
        Err(failure) => _ = target.probe_failure.get_or_insert_with(|| failure.clone().into()),
    }
    let is_last = job.requests().is_empty();
    if let Some(variant) = variant {
        model.delivery.note_flexible(&variant, response.as_ref().err());
    }
    if !is_last {
        return effects;
    }
    let Job { delivery, .. } = model.delivery.jobs.remove(at);
    model.notice = None;
    // The probes may have shown that the URLs do not work.
    if delivery.unsigned_policy == UnsignedPolicy::Never
        && let Some(warning) = warnings::known_to_fail(model, &delivery.targets, &delivery.action)
    {
        model.warn(warning);
        // The key may act on something else by now.
        if would_act_on(model, &delivery.targets) {
            let unsigned_policy = UnsignedPolicy::Unsignable;
            model.confirmation = Some(Confirmation { action: delivery.action, unsigned_policy });
        }
        return effects;
    }
    effects.extend(sign(model, delivery));
    effects
}

/// Requests the signatures that are needed, unless the current signed URL can be used again.
fn sign(model: &mut Model, mut delivery: Delivery) -> Vec<Effect> {
    if let DeliveryAction::Copy(form) = &delivery.action
        && let Some(warning) = probes::leave_out(&mut delivery.targets, form)
    {
        model.warn(warning);
        return vec![];
    }
    let to_sign: Vec<DeliveryUrl> = delivery.urls_to_sign().take(2).cloned().collect();
    let Some(first) = to_sign.first() else { return finish(model, delivery, false) };
    if !matches!(delivery.action, DeliveryAction::Show(_))
        && let Some(active) = model.delivery.signed_url_for(first)
    {
        delivery.validity = active.next_validity(model.now).unwrap_or(delivery.validity);
        if to_sign.len() == 1 && active.is_valid(model.now) {
            delivery.fill_signed_urls([active.url.clone()]);
            return finish(model, delivery, false);
        }
    }
    // A key pressed twice while the keys are fetched starts nothing new.
    let is_same = |job: &Job| {
        let before = &job.delivery;
        matches!(job.step, Step::Sign { .. })
            && before.action == delivery.action
            && before.validity == delivery.validity
            && before.targets == delivery.targets
    };
    if model.delivery.jobs.iter().any(is_same) {
        return vec![];
    }
    vec![request_signatures(model, delivery, None)]
}

fn request_signatures(model: &mut Model, delivery: Delivery, denied: Option<(SignedUrl, String)>) -> Effect {
    let request = model.next_request();
    let effect = Effect::Sign {
        request,
        urls: delivery.urls_to_sign().cloned().collect(),
        expires: delivery.validity.expires(model.now),
        refetch_keys: denied.is_some(),
    };
    model.delivery.jobs.push(Job { delivery, step: Step::Sign { request, denied } });
    effect
}

/// Handles signed URLs, and finishes the delivery that waited for them.
pub(crate) fn on_signed(
    model: &mut Model,
    request: RequestId,
    response: Result<Signatures, Failure>,
) -> Vec<Effect> {
    let Some(Job { mut delivery, step: Step::Sign { denied, .. } }) = take_job(model, request) else {
        return vec![];
    };
    let signatures = match (response, &denied) {
        (Ok(signatures), _) => signatures,
        (Err(_), Some((_, warning))) => {
            model.warn(warning.clone());
            return vec![];
        }
        (Err(failure), None) if delivery.action == DeliveryAction::Verify => {
            return verify(model, delivery, false, Some(failure.to_string()));
        }
        (Err(failure), None) => {
            warn_not_signed(model, delivery, &failure);
            return vec![];
        }
    };
    if let (Some((denied, warning)), [url]) = (&denied, &signatures.urls[..])
        && denied == url
    {
        model.warn(warning.clone());
        return vec![];
    }
    let to_sign: Vec<&DeliveryUrl> = delivery.urls_to_sign().take(2).collect();
    if let ([plain], [url]) = (&to_sign[..], &signatures.urls[..]) {
        let (plain, url, key) = ((*plain).clone(), url.clone(), signatures.key);
        model.set_active_url(ActiveSignedUrl { url, plain, key, validity: delivery.validity });
    }
    delivery.fill_signed_urls(signatures.urls);
    model.notice = None;
    finish(model, delivery, denied.is_some())
}

fn warn_not_signed(model: &mut Model, delivery: Delivery, failure: &Failure) {
    let targets = &delivery.targets;
    let shown = model.lookup.shown().map(|image| &image.id);
    let is_shown = targets.iter().any(|target| Some(&target.id) == shown);
    let many = targets.len() > 1;
    // The key may act on something else by now, and the user did not ask for that.
    let unsigned = warnings::unsigned_anyway(
        &model.keymap,
        &delivery.action,
        delivery.urls_to_sign().count(),
        targets.iter().flat_map(Target::urls).count(),
    );
    let unsigned = unsigned.filter(|_| would_act_on(model, targets));
    let rest = unsigned.as_deref().unwrap_or_default();
    let whose = if is_shown || many { String::new() } else { format!(" ({})", name(&targets[0])) };
    model.warn(format!("Not {}{whose}. {failure}{rest}", warnings::participle(&delivery.action)));
    if unsigned.is_some() {
        model.confirmation =
            Some(Confirmation { action: delivery.action, unsigned_policy: UnsignedPolicy::All });
    }
}

/// Hands the URLs over.
fn finish(model: &mut Model, delivery: Delivery, is_second_try: bool) -> Vec<Effect> {
    let Delivery { action, targets, .. } = &delivery;
    match action {
        DeliveryAction::Show(_) if targets.iter().all(|target| target.url.signed.is_none()) => {
            let why = targets.first().and_then(|target| {
                target.plan(&target.url, model.lookup.options(), SignMode::Always).unsigned_reason()
            });
            model.notice = None;
            if let Some(why) = why {
                model.warn(format!("Not signed. {why}"));
            }
            vec![]
        }
        DeliveryAction::Show(_) => {
            if model.can_open_overlay() {
                model.set_overlay(Overlay::Signed);
            }
            copy(model, &CopyAs::Url, targets)
        }
        DeliveryAction::Verify => {
            let plan = |target: &Target| target.plan(&target.url, model.lookup.options(), SignMode::Always);
            let not_signed = match targets.first().map(plan) {
                Some(DeliveryPlan::Refuse(why)) => Some(why.to_string()),
                _ => None,
            };
            verify(model, delivery, is_second_try, not_signed)
        }
        DeliveryAction::Open => {
            model.delivery.unopened.clear();
            targets.iter().map(|target| payload::open(model, target, targets)).collect()
        }
        DeliveryAction::Copy(form) => copy(model, form, targets),
        DeliveryAction::ShowQr => {
            show_qr(model, targets);
            vec![]
        }
    }
}

/// Shows the QR code of the first target's URL.
fn show_qr(model: &mut Model, targets: &[Target]) {
    let Some(target) = targets.first() else { return };
    match payload::qr(model, target) {
        Ok(_) if !model.can_open_overlay() => model.warn("QR code not shown, because text is being typed."),
        Ok(overlay) => model.set_overlay(overlay),
        Err(why) => model.warn(format!("Not shown. {why}")),
    }
}

fn copy(model: &mut Model, form: &CopyAs, targets: &[Target]) -> Vec<Effect> {
    match payload::copy(model, form, targets) {
        Ok(effect) => vec![effect],
        Err(why) => {
            model.warn(format!("Not copied. {why}"));
            vec![]
        }
    }
}

/// Asks the delivery host about the first target's URLs: the plain one, and the signed one if there is one.
fn verify(
    model: &mut Model,
    delivery: Delivery,
    is_second_try: bool,
    not_signed: Option<String>,
) -> Vec<Effect> {
    let Some(target) = delivery.targets.first() else { return vec![] };
    let (plain, signed) = (target.url.plain.clone(), target.url.signed.clone());
    let request = model.next_request();
    let superseded = model.delivery.jobs.extract_if(.., |job| matches!(job.step, Step::Verify { .. }));
    let mut effects: Vec<_> = superseded.flat_map(|job| job.requests()).map(Effect::Abort).collect();
    let step = Step::Verify { request, is_second_try, not_signed };
    model.delivery.jobs.push(Job { delivery, step });
    effects.push(Effect::Verify { request, plain, signed });
    effects
}

/// Handles a delivery host's reply. If it denies a URL that was signed with a cached key, the keys are fetched again
/// and the request is repeated once.
pub(crate) fn on_verified(
    model: &mut Model,
    request: RequestId,
    response: Result<Box<VerifyResult>, Failure>,
) -> Vec<Effect> {
    let Some(Job { mut delivery, step: Step::Verify { is_second_try, not_signed, .. } }) =
        take_job(model, request)
    else {
        return vec![];
    };
    let Some(target) = delivery.targets.first_mut() else { return vec![] };
    let VerifyResult { signed, plain, server } = response.map_or_else(
        |failure| VerifyResult { signed: None, plain: Some(Reply::Failed(failure)), server: None },
        |result| *result,
    );
    if let Some(reply) = signed.as_ref().or(plain.as_ref()) {
        model.delivery.note_flexible(&target.variant, reply.failure());
    }
    let finding = Verification {
        access: target.access,
        always_public: is_always_public(&target.variant, model.lookup.options()),
        signed: signed.as_ref(),
        not_signed: not_signed.as_deref(),
        plain: plain.as_ref(),
    }
    .finding();
    let off = server.and_then(|server| clock_is_off(server, model.now)).map(clock_warning);
    let is_expected = finding.is_expected && off.is_none();
    let report = verified(model, target, &finding, off);
    let is_denied = matches!(&signed, Some(Reply::Refused(_, failure)) if failure.code == DENIED);
    let active = model.delivery.active_url.as_ref().map(|active| &active.url);
    if is_denied
        && !is_second_try
        && let Some(denied) = target.url.signed.take_if(|signed| active == Some(&*signed))
    {
        return vec![request_signatures(model, delivery, Some((denied, report)))];
    }
    if is_expected {
        model.done(report);
    } else {
        model.warn(report);
    }
    vec![]
}

/// Aborts everything that waits for a response. `None` if nothing does.
pub(crate) fn cancel(model: &mut Model) -> Option<Vec<Effect>> {
    let jobs = std::mem::take(&mut model.delivery.jobs);
    let effects: Vec<_> = jobs.iter().flat_map(Job::requests).map(Effect::Abort).collect();
    (!effects.is_empty()).then_some(effects)
}

/// Takes the job that waits for this request.
fn take_job(model: &mut Model, request: RequestId) -> Option<Job> {
    let jobs = &mut model.delivery.jobs;
    let at = jobs.iter().position(|job| job.requests() == [request])?;
    Some(jobs.remove(at))
}

/// Whether a key pressed now acts on exactly these images.
fn would_act_on(model: &Model, targets: &[Target]) -> bool {
    if acts_on_marked(model) {
        let marked = model.browse.marked();
        return marked.len() == targets.len() && marked.zip(targets).all(|(a, b)| a.id() == b.id.as_str());
    }
    let current = model.current_url();
    matches!(targets, [target] if target.url.signed.is_none() && Some(&target.url.plain) == current.as_ref())
}
