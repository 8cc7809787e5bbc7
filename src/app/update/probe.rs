//! Probes pictures for the sizes that a copy format contains and that are not known yet.
//!
//! Sizes that cannot be probed are left out, and the notice says so.

use super::delivery::{self, DeliveryRequest, name};
use super::verify::note_flexible_disabled;
use crate::app::delivery::{DeliveryTarget, PendingProbe, ProbeJob, UrlState};
use crate::app::{Effect, Model, Notice, PictureInfo, PictureSource, RequestId};
use crate::domain::account::group_thousands;
use crate::domain::copy_as::CannotCopy;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::variant_selection::Plain;
use crate::domain::{CopyAs, DeliveryUrl, Failure, FailureKind, VariantOptions};

/// The most pictures to probe for one copy. With a hundred thousand marked images, probing would take hours.
const MAX_PROBES: usize = 200;

/// Probes the sizes that the format contains and that are not known. `None` if there is nothing to probe.
pub(super) fn start(
    model: &mut Model,
    targets: &[DeliveryTarget],
    form: &CopyAs,
    is_confirmed: bool,
) -> Option<Vec<Effect>> {
    let options = model.lookup.options();
    let mut wanted = Vec::new();
    let mut count = 0;
    for (at, target) in targets.iter().enumerate() {
        let sources = target.urls_without_size(form).into_iter();
        let sources = sources.filter_map(|(url, picture)| source(target, url, &picture, options));
        for (source, picture) in sources {
            count += 1;
            // Count the rest for the warning, but do not collect them.
            if count <= MAX_PROBES {
                wanted.push((at, source, picture));
            }
        }
    }
    if wanted.is_empty() {
        return None;
    }
    if count > MAX_PROBES {
        if !form.lists_widths() {
            return None;
        }
        model.notice = Some(Notice::Warning(format!(
            "Not copied: the widths of {} pictures are not known, and {MAX_PROBES} are the most that are asked for at once. \
             Mark fewer images.",
            group_thousands(count as u64)
        )));
        return Some(vec![]);
    }
    // A key pressed twice while they are probed starts nothing new.
    let mut before = model.delivery.probe_jobs.iter();
    if before.any(|job| job.form == *form && are_same(&job.targets, targets)) {
        return Some(vec![]);
    }
    model.notice = Some(Notice::Done(match wanted.len() {
        1 => "Asking for the picture's size…".to_owned(),
        many => format!("Asking for the sizes of {many} pictures…"),
    }));
    let mut job = ProbeJob { is_confirmed, form: form.clone(), targets: targets.to_vec(), awaited: vec![] };
    let mut effects = Vec::new();
    for (target, source, picture) in wanted {
        let request = model.next_request();
        let is_private = matches!(source, PictureSource::Signed { .. });
        job.awaited.push(PendingProbe { request, target, picture, is_private });
        effects.push(Effect::ProbeSize { request, source });
    }
    model.delivery.probe_jobs.push(job);
    Some(effects)
}

/// Handles a probe's response. When the last probe completes, resumes the copy.
pub(super) fn on_size_probed(
    model: &mut Model,
    request: RequestId,
    response: Result<PictureInfo, Failure>,
) -> Vec<Effect> {
    let awaits = |one: &ProbeJob| one.awaited.iter().position(|awaited| awaited.request == request);
    let all = model.delivery.probe_jobs.iter();
    let Some((at, place)) = all.enumerate().find_map(|(at, one)| Some((at, awaits(one)?))) else {
        return vec![];
    };
    let job = &mut model.delivery.probe_jobs[at];
    let PendingProbe { target, picture, is_private, .. } = job.awaited.remove(place);
    let mut effects = Vec::new();
    if let Err(failure) = &response
        && is_private
        && failure.kind == FailureKind::Credentials
    {
        // Without a key, the other private pictures would only fail the same way, each with a request.
        for failing in job.awaited.extract_if(.., |awaited| awaited.is_private) {
            job.targets[failing.target].probe_failure.get_or_insert_with(|| failure.clone().into());
            effects.push(Effect::Abort(failing.request));
        }
    }
    let target = &mut job.targets[target];
    let own =
        (percent_encode_for_display(target.picture.as_str()) == picture).then(|| target.variant.clone());
    let id = target.id.clone();
    let failure = response.as_ref().err().cloned();
    match response {
        Ok(info) => {
            target.set_size(&picture, (info.width, info.height));
            if model.lookup.shown().is_some_and(|shown| shown.id == id) {
                model.preview.record_for(&id, &picture, &info);
            }
        }
        Err(failure) => _ = target.probe_failure.get_or_insert(failure.into()),
    }
    let is_last = job.awaited.is_empty();
    if let Some(variant) = own {
        note_flexible_disabled(model, &variant, failure.as_ref());
    }
    if is_last {
        let ProbeJob { form, targets, is_confirmed, .. } = model.delivery.probe_jobs.remove(at);
        model.notice = None;
        let delivery_request = DeliveryRequest::copy_as(form);
        // The probes may have shown that the URLs do not work.
        if is_confirmed || !delivery::stop_if_known_to_fail(model, &targets, &delivery_request) {
            effects.extend(delivery::sign_or_complete(model, targets, delivery_request));
        }
    }
    effects
}

/// Leaves out variants whose widths are not known. Returns a warning if none is left in a format that lists them.
pub(super) fn leave_out(targets: &mut [DeliveryTarget], form: &CopyAs) -> Option<String> {
    if !form.lists_widths() {
        return None;
    }
    let many = targets.len() > 1;
    for target in targets {
        let all = target.srcset_variants.len();
        target.srcset_variants.retain(|other| other.width.is_some());
        target.left_out = all - target.srcset_variants.len();
        if target.srcset_variants.is_empty() {
            let whose = if many { format!(" ({})", name(target)) } else { String::new() };
            return Some(match &target.probe_failure {
                Some(failure) => format!("Not copied{whose}: no variant's width could be had. {failure}"),
                None => format!("Not copied{whose}. {}", CannotCopy::NoWidths),
            });
        }
    }
    None
}

/// What is said about sizes that are left out, to follow a comma.
pub(super) fn srcset_note(targets: &[DeliveryTarget], form: &CopyAs) -> Option<String> {
    let left_out: usize = targets.iter().map(|target| target.left_out).sum();
    let sizeless = targets.iter().filter(|target| form.has_size() && target.size.0.is_none()).count();
    let why = targets.iter().find_map(|target| target.probe_failure.as_ref());
    let why = why.map(|failure| format!(" ({})", failure.what)).unwrap_or_default();
    Some(match (left_out, sizeless, targets.len()) {
        (0, 0, _) => return None,
        (0, _, 1) => format!("without its size{why}"),
        (0, some, _) => format!("without the sizes of {}{why}", group_thousands(some as u64)),
        (1, ..) => format!("without 1 variant whose width could not be had{why}"),
        (some, ..) => {
            format!("without {} variants whose widths could not be had{why}", group_thousands(some as u64))
        }
    })
}

/// Whether these are the same variants of the same images, whatever is known of their sizes.
fn are_same(before: &[DeliveryTarget], targets: &[DeliveryTarget]) -> bool {
    let same = |(a, b): (&DeliveryTarget, &DeliveryTarget)| a.id == b.id && a.urls().eq(b.urls());
    before.len() == targets.len() && before.iter().zip(targets).all(same)
}

/// Where to probe a picture. `None` if no URL opens it.
fn source(
    target: &DeliveryTarget,
    url: &UrlState,
    picture: &str,
    options: &[VariantOptions],
) -> Option<(PictureSource, String)> {
    let opens = |url: &DeliveryUrl| target.access.plain(url.variant(), options) != Plain::Forbidden;
    let source = match url {
        UrlState::ToSign(_) => PictureSource::Signed { id: target.id.clone(), url: picture.to_owned() },
        UrlState::Plain(url) if opens(url) => PictureSource::Open(picture.to_owned()),
        UrlState::Plain(_) | UrlState::Signed(_) => return None,
    };
    Some((source, picture.to_owned()))
}
