//! Delivers URLs: signs those that need it, then opens, copies, verifies or shows them.
//!
//! A delivery keeps the images that it was started with, whatever is shown when the signatures arrive.

mod notices;

use super::probe;
use super::targets::acts_on_marked;
use crate::app::delivery::{
    ActiveSignedUrl, DeliveryAction, DeliveryTarget, Pending, PendingVerify, Signatures, UrlState, Validity,
    has_passed,
};
use crate::app::keymap::key_of;
use crate::app::scroll::Scroll;
use crate::app::{
    Action, Confirmation, Effect, Model, Notice, Overlay, RequestId, SensitiveText, UnsignedPolicy,
};
use crate::domain::account::group_thousands;
use crate::domain::copy_as::{Candidate, CannotCopy, Copied};
use crate::domain::signing::{UnsignedReason, check_signable, is_flexible};
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::variant_selection::NoVariant;
use crate::domain::{Access, CopyAs, DeliveryUrl, Failure};
use notices::validity_note;
pub(super) use notices::{describe_copied, name, opened, variant_name};

/// What the user wants done with URLs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct DeliveryRequest {
    /// The action that asks for it again.
    pub action: Action,
    pub delivery_action: DeliveryAction,
    /// How long the URLs are to be valid. `None` to choose the default.
    pub validity: Option<Validity>,
}

impl DeliveryRequest {
    pub(super) fn open() -> Self {
        Self { action: Action::Open, delivery_action: DeliveryAction::Open, validity: None }
    }

    pub(super) fn copy() -> Self {
        Self { action: Action::Copy, delivery_action: DeliveryAction::Copy(CopyAs::Url), validity: None }
    }

    pub(super) fn copy_as(form: CopyAs) -> Self {
        Self { action: Action::Confirm, delivery_action: DeliveryAction::Copy(form), validity: None }
    }

    pub(super) fn verify() -> Self {
        Self { action: Action::Verify, delivery_action: DeliveryAction::Verify, validity: None }
    }

    pub(super) fn show(validity: Validity) -> Self {
        Self { action: Action::Sign, delivery_action: DeliveryAction::Show, validity: Some(validity) }
    }

    /// A past participle for sentences with *not*.
    pub(super) fn done(&self) -> &'static str {
        match self.delivery_action {
            DeliveryAction::Open => "opened",
            DeliveryAction::Copy(_) => "copied",
            DeliveryAction::Verify => "verified",
            DeliveryAction::Show => "signed",
        }
    }

    /// How to ask for it again: `Press y again to copy it unsigned`.
    fn again(&self, many: bool) -> Option<String> {
        let it = if many { "them" } else { "it" };
        let key = key_of(&self.action);
        Some(match (&self.action, &self.delivery_action) {
            (Action::Confirm, DeliveryAction::Copy(_)) => {
                format!("Press {} and {key} again to copy {it} unsigned", key_of(&Action::CopyAs))
            }
            (_, DeliveryAction::Open) => format!("Press {key} again to open {it} unsigned"),
            (_, DeliveryAction::Copy(_)) => format!("Press {key} again to copy {it} unsigned"),
            (_, DeliveryAction::Verify | DeliveryAction::Show) => return None,
        })
    }

    fn needs_url(&self) -> bool {
        !matches!(&self.delivery_action, DeliveryAction::Copy(form) if !form.holds_url())
    }
}

/// Delivers the targets, once their URLs are signed. URLs that no signature would open need a confirmation.
pub(super) fn start(
    model: &mut Model,
    mut targets: Vec<DeliveryTarget>,
    delivery_request: DeliveryRequest,
    unsigned_policy: UnsignedPolicy,
) -> Vec<Effect> {
    if delivery_request.needs_url() {
        let unsignable = if unsigned_policy == UnsignedPolicy::All {
            None
        } else {
            mark_urls_to_sign(model, &mut targets, &delivery_request)
        };
        if unsigned_policy == UnsignedPolicy::None
            && delivery_request.delivery_action != DeliveryAction::Verify
            && let Some(words) = unsignable.or_else(|| known_to_fail(model, &targets, &delivery_request))
        {
            model.notice = Some(Notice::Warning(words));
            model.confirmation = Some(Confirmation {
                action: delivery_request.action,
                unsigned_policy: UnsignedPolicy::Unsignable,
            });
            return vec![];
        }
    }
    if let DeliveryAction::Copy(form) = &delivery_request.delivery_action
        && let Some(effects) = probe::start(model, &targets, form, unsigned_policy != UnsignedPolicy::None)
    {
        return effects;
    }
    sign_or_complete(model, targets, delivery_request)
}

/// Continues a delivery once the sizes of its pictures are known, or could not be probed.
pub(super) fn sign_or_complete(
    model: &mut Model,
    mut targets: Vec<DeliveryTarget>,
    delivery_request: DeliveryRequest,
) -> Vec<Effect> {
    if let DeliveryAction::Copy(form) = &delivery_request.delivery_action
        && let Some(words) = probe::leave_out(&mut targets, form)
    {
        model.notice = Some(Notice::Warning(words));
        return vec![];
    }
    let to_sign: Vec<&DeliveryUrl> = targets.iter().flat_map(urls_to_sign).collect();
    let Some(first) = to_sign.first().copied().cloned() else {
        if delivery_request.delivery_action == DeliveryAction::Show {
            model.notice =
                targets.first().and_then(|target| unsigned_notice(model, target)).map(Notice::Warning);
            return vec![];
        }
        return complete(model, targets, delivery_request.delivery_action, Validity::Until(0), false);
    };
    let active = model.delivery.signed_url_for(&first);
    let validity = delivery_request
        .validity
        .or_else(|| validity_of(active, model))
        .unwrap_or(Validity::For(model.preferences.lifetime));
    if to_sign.len() == 1
        && delivery_request.validity.is_none()
        && let Some(active) = active.filter(|active| active.holds(model.now))
    {
        let url = active.url.clone();
        fill_signed_urls(&mut targets, [url]);
        return complete(model, targets, delivery_request.delivery_action, validity, false);
    }
    // A key pressed twice while the keys are fetched starts nothing new.
    let is_same = |pending: &Pending| {
        pending.delivery_action == delivery_request.delivery_action
            && pending.validity == validity
            && pending.targets == targets
    };
    if model.delivery.pending.iter().any(is_same) {
        return vec![];
    }
    model.notice = Some(Notice::Done("Signing…".to_owned()));
    let pending = Pending {
        request: model.next_request(),
        delivery_action: delivery_request.delivery_action,
        targets,
        validity,
        denied: None,
    };
    vec![sign_effect(model, pending)]
}

/// Handles signed URLs, and completes the delivery that waited for them.
pub(super) fn on_signed(
    model: &mut Model,
    request: RequestId,
    response: Result<Signatures, Failure>,
) -> Vec<Effect> {
    let pending = &mut model.delivery.pending;
    let Some(at) = pending.iter().position(|pending| pending.request == request) else { return vec![] };
    let mut pending = pending.remove(at);
    let signatures = match response {
        Ok(signatures) => signatures,
        Err(failure) => return on_sign_failed(model, pending, &failure),
    };
    let wanted: Vec<DeliveryUrl> = pending.targets.iter().flat_map(urls_to_sign).cloned().collect();
    if let (Some((denied, words)), [url]) = (&pending.denied, &signatures.urls[..])
        && denied == url
    {
        model.notice = Some(Notice::Warning(words.clone()));
        return vec![];
    }
    if let ([of], [url]) = (&wanted[..], &signatures.urls[..]) {
        let (of, url, key) = (of.clone(), url.clone(), signatures.key);
        model.delivery.pasted = None;
        model.delivery.active_url = Some(ActiveSignedUrl { url, of, key, validity: pending.validity });
    }
    fill_signed_urls(&mut pending.targets, signatures.urls);
    model.notice = None;
    let again = pending.denied.is_some();
    complete(model, pending.targets, pending.delivery_action, pending.validity, again)
}

/// Queues a delivery, and requests its signatures.
pub(super) fn sign_effect(model: &mut Model, pending: Pending) -> Effect {
    let effect = Effect::Sign {
        request: pending.request,
        urls: pending.targets.iter().flat_map(urls_to_sign).cloned().collect(),
        expires: pending.validity.expires(model.now),
        refetch_keys: pending.denied.is_some(),
    };
    model.delivery.pending.push(pending);
    effect
}

/// Aborts everything that waits for a signature, a size or a delivery host. `None` if nothing does.
pub(super) fn cancel(model: &mut Model) -> Option<Vec<Effect>> {
    let pending = std::mem::take(&mut model.delivery.pending);
    let job = std::mem::take(&mut model.delivery.probe_jobs);
    let pending_verify = model.delivery.pending_verify.take();
    let requests = pending.into_iter().map(|pending| pending.request);
    let sizes = job.into_iter().flat_map(|job| job.awaited).map(|awaited| awaited.request);
    let requests = requests.chain(sizes).chain(pending_verify.map(|pending_verify| pending_verify.request));
    let effects: Vec<_> = requests.map(Effect::Abort).collect();
    (!effects.is_empty()).then_some(effects)
}

/// The effect for a text that was delivered before. `None` if the action does not deliver it directly.
pub(super) fn delivery_effect(delivery_action: &DeliveryAction, payload: SensitiveText) -> Option<Effect> {
    match delivery_action {
        // Several URLs, or a `srcset`, cannot be opened.
        DeliveryAction::Open if !payload.text().contains(char::is_whitespace) => Some(Effect::Open(payload)),
        DeliveryAction::Copy(CopyAs::Url) => Some(Effect::Copy(payload)),
        _ => None,
    }
}

fn on_sign_failed(model: &mut Model, pending: Pending, failure: &Failure) -> Vec<Effect> {
    if let Some((_, denied)) = &pending.denied {
        model.notice = Some(Notice::Warning(denied.clone()));
        return vec![];
    }
    if pending.delivery_action == DeliveryAction::Verify {
        return verify_plain(model, pending, failure.to_string());
    }
    let action = match &pending.delivery_action {
        DeliveryAction::Open => Action::Open,
        DeliveryAction::Copy(CopyAs::Url) => Action::Copy,
        DeliveryAction::Copy(_) => Action::Confirm,
        DeliveryAction::Verify => Action::Verify,
        DeliveryAction::Show => Action::Sign,
    };
    let delivery_request =
        DeliveryRequest { action, delivery_action: pending.delivery_action, validity: None };
    let same =
        pending.targets.iter().any(|target| Some(&target.id) == model.lookup.shown().map(|image| &image.id));
    let many = pending.targets.len() > 1;
    // The key may act on something else by now, and the user did not ask for that.
    let again = delivery_request.again(many).filter(|_| would_act_on(model, &pending.targets));
    let rest = again.as_ref().map(|again| format!(" {again}: it will answer 403.")).unwrap_or_default();
    let whose = if same || many { String::new() } else { format!(" ({})", name(&pending.targets[0])) };
    model.notice = Some(Notice::Warning(format!("Not {}{whose}: {failure}{rest}", delivery_request.done())));
    if again.is_some() {
        model.confirmation =
            Some(Confirmation { action: delivery_request.action, unsigned_policy: UnsignedPolicy::All });
    }
    vec![]
}

/// Asks the delivery host about a target's URLs: the signed one if there is one, and the plain one.
fn verify(
    model: &mut Model,
    target: DeliveryTarget,
    validity: Validity,
    again: bool,
    not_signed: Option<String>,
) -> Vec<Effect> {
    let (plain, signed) = match &target.url {
        UrlState::Plain(url) | UrlState::ToSign(url) => (url.clone(), None),
        UrlState::Signed(signed) => (target.plain.clone(), Some(signed.clone())),
    };
    let request = model.next_request();
    model.notice = Some(Notice::Done("Asking the delivery host…".to_owned()));
    let before =
        model.delivery.pending_verify.replace(PendingVerify { request, target, validity, again, not_signed });
    let mut effects: Vec<_> = before.map(|before| Effect::Abort(before.request)).into_iter().collect();
    effects.push(Effect::Verify { request, plain, signed });
    effects
}

/// Asks about the plain URL only, as nothing can be signed.
fn verify_plain(model: &mut Model, pending: Pending, why: String) -> Vec<Effect> {
    let Some(target) = pending.targets.into_iter().next() else { return vec![] };
    verify(model, target, pending.validity, false, Some(why))
}

/// Whether a key pressed now acts on exactly these images.
fn would_act_on(model: &Model, targets: &[DeliveryTarget]) -> bool {
    if acts_on_marked(model) {
        let marked = model.browse.marked();
        return marked.len() == targets.len() && marked.zip(targets).all(|(a, b)| a.id() == b.id.as_str());
    }
    let current = model.current_url();
    matches!(targets, [target] if matches!(&target.url, UrlState::Plain(url) | UrlState::ToSign(url) if Some(url) == current.as_ref()))
}

/// Why a target's URL is not signed.
fn unsigned_notice(model: &Model, target: &DeliveryTarget) -> Option<String> {
    let why = check_target_signable(model, target).err()?;
    Some(format!("Not signed. {why}"))
}

fn check_target_signable(model: &Model, target: &DeliveryTarget) -> Result<(), UnsignedReason> {
    let UrlState::Plain(url) = &target.url else { return Ok(()) };
    check_signable(url, target.access, model.lookup.options())
}

/// Marks the URLs that need a signature. Returns a warning about those that no signature would open.
fn mark_urls_to_sign(
    model: &Model,
    targets: &mut [DeliveryTarget],
    delivery_request: &DeliveryRequest,
) -> Option<String> {
    let options = model.lookup.options();
    let mut unsignable: Option<UnsignedReason> = None;
    let (mut forbidden, mut all) = (0_u64, 0_u64);
    // If access is unknown, the URL stays unsigned, except for actions that are about the signature.
    let skips_unknown =
        !matches!(delivery_request.delivery_action, DeliveryAction::Show | DeliveryAction::Verify);
    for target in targets {
        let access = target.access;
        for url_state in target.urls_mut() {
            let UrlState::Plain(url) = &*url_state else { continue };
            all += 1;
            if skips_unknown && access == Access::Unknown {
                continue;
            }
            match check_signable(url, access, options) {
                Ok(()) => *url_state = UrlState::ToSign(url.clone()),
                Err(why) if why.works_unsigned() => {}
                Err(why) => {
                    forbidden += 1;
                    unsignable.get_or_insert(why);
                }
            }
        }
    }
    let why = unsignable?;
    let again = delivery_request
        .again(all > 1)
        .map(|again| format!(" {again}: it will answer 403."))
        .unwrap_or_default();
    Some(if all > 1 {
        format!(
            "Not {}: {} of the {} URLs will answer 403. {why}{}",
            delivery_request.done(),
            group_thousands(forbidden),
            group_thousands(all),
            again.replace(": it will answer 403", "")
        )
    } else {
        format!("Not {}. {why}{again}", delivery_request.done())
    })
}

/// The warning that URLs are known not to work, with the key that delivers them anyway. `None` if none is.
fn known_to_fail(
    model: &Model,
    targets: &[DeliveryTarget],
    delivery_request: &DeliveryRequest,
) -> Option<String> {
    let faults: Vec<String> = targets.iter().filter_map(|target| fault(model, target)).collect();
    let why = faults.first()?;
    let again =
        delivery_request.again(targets.len() > 1).map(|again| again.replace(" unsigned", " nevertheless"));
    let again = again.map(|again| format!(" {again}.")).unwrap_or_default();
    Some(match targets.len() {
        1 => format!("Not {}. {why}{again}", delivery_request.done()),
        many => format!(
            "Not {}: {} of the {} URLs are known not to work. {why}{again}",
            delivery_request.done(),
            group_thousands(faults.len() as u64),
            group_thousands(many as u64)
        ),
    })
}

/// Warns if URLs are known not to work, and prepares the confirmation that delivers them. Returns whether it did.
pub(super) fn stop_if_known_to_fail(
    model: &mut Model,
    targets: &[DeliveryTarget],
    delivery_request: &DeliveryRequest,
) -> bool {
    let Some(words) = known_to_fail(model, targets, delivery_request) else { return false };
    model.notice = Some(Notice::Warning(words));
    // The key may act on something else by now.
    if would_act_on(model, targets) {
        model.confirmation = Some(Confirmation {
            action: delivery_request.action.clone(),
            unsigned_policy: UnsignedPolicy::Unsignable,
        });
    }
    true
}

/// Why a target's URL is known not to work, from the image, the delivery host or the preview.
fn fault(model: &Model, target: &DeliveryTarget) -> Option<String> {
    let shown = model.lookup.shown().filter(|image| image.id == target.id);
    if let Some(draft) = shown.filter(|image| image.draft) {
        return Some(NoVariant::Draft.failure(draft).to_string());
    }
    if is_flexible(&target.variant) && model.delivery.flexible_is_off {
        return Some(
            "Flexible variants are off in this account (9429), so this URL will not open: switch them on in the \
             dashboard under Images › Variants, or choose a named variant."
                .to_owned(),
        );
    }
    let failure = model.preview.refused(&percent_encode_for_display(target.picture.as_str()))?;
    Some(format!("The delivery host refused this URL. {failure}"))
}

/// The warning about URLs that are delivered although they do not work.
fn url_warnings(model: &Model, targets: &[DeliveryTarget]) -> Option<String> {
    let unsigned = |target: &&DeliveryTarget| {
        target.access == Access::Signed
            && matches!(target.url, UrlState::Plain(_))
            && !check_target_signable(model, target).is_err_and(UnsignedReason::works_unsigned)
    };
    if let Some(why) = targets.iter().find_map(|target| fault(model, target)) {
        return Some(why);
    }
    let count = targets.iter().filter(unsigned).count();
    match (count, targets.len()) {
        (0, _) => None,
        (_, 1) => {
            Some("The image needs signed URLs, and this one is not signed: it will answer 403.".to_owned())
        }
        (count, _) => Some(format!(
            "{} of the images need signed URLs, which these are not: they will answer 403.",
            group_thousands(count as u64)
        )),
    }
}

fn urls_to_sign(target: &DeliveryTarget) -> impl Iterator<Item = &DeliveryUrl> {
    target.urls().filter_map(|url| match url {
        UrlState::ToSign(url) => Some(url),
        UrlState::Plain(_) | UrlState::Signed(_) => None,
    })
}

fn fill_signed_urls(
    targets: &mut [DeliveryTarget],
    urls: impl IntoIterator<Item = crate::domain::SignedUrl>,
) {
    let mut urls = urls.into_iter();
    for url_state in targets.iter_mut().flat_map(DeliveryTarget::urls_mut) {
        if matches!(url_state, UrlState::ToSign(_))
            && let Some(url) = urls.next()
        {
            *url_state = UrlState::Signed(url);
        }
    }
}

/// How long a URL is signed again for: as before, unless that was until a date that has passed.
fn validity_of(active: Option<&ActiveSignedUrl>, model: &Model) -> Option<Validity> {
    Some(active?.validity).filter(|validity| !has_passed(*validity, model.now))
}

fn complete(
    model: &mut Model,
    targets: Vec<DeliveryTarget>,
    delivery_action: DeliveryAction,
    validity: Validity,
    again: bool,
) -> Vec<Effect> {
    match delivery_action {
        DeliveryAction::Show if !model.can_open_overlay() => {
            model.notice = Some(Notice::Done(format!("Signed, {}", validity_note(model, &targets))));
            vec![]
        }
        DeliveryAction::Show => {
            model.set_overlay(Overlay::Signed(Scroll::default()));
            vec![]
        }
        DeliveryAction::Verify => {
            let Some(target) = targets.into_iter().next() else { return vec![] };
            let not_signed = check_target_signable(model, &target).err().filter(|why| !why.works_unsigned());
            verify(model, target, validity, again, not_signed.map(|why| why.to_string()))
        }
        DeliveryAction::Open => targets
            .iter()
            .map(|target| {
                let what =
                    if targets.len() > 1 { format!("{} images", targets.len()) } else { String::new() };
                let payload = SensitiveText::from(target.url.text())
                    .with_description(what, validity_note(model, &targets));
                Effect::Open(payload.with_warning(url_warnings(model, std::slice::from_ref(target))))
            })
            .collect(),
        DeliveryAction::Copy(form) => match lines(&form, &targets) {
            Ok(text) => {
                let validity_text =
                    if form.holds_url() { validity_note(model, &targets) } else { String::new() };
                // Images of one account have the same variants, so one note is enough.
                let srcset_variants = targets.iter().find_map(|target| target.srcset_note.clone());
                let unknown = probe::srcset_note(&targets, &form);
                let note = [Some(validity_text).filter(|words| !words.is_empty()), srcset_variants, unknown];
                let note = note.into_iter().flatten().collect::<Vec<_>>().join(", ");
                let named: Vec<_> =
                    targets.iter().map(|target| (&target.id, target.filename.as_deref())).collect();
                let mut what = describe_copied(model, &form, &named);
                if let [target] = &targets[..]
                    && form.holds_url()
                    && is_other_variant(model, target)
                {
                    let whole = if what.is_empty() { "URL" } else { &what };
                    what = format!("{whole} of variant {}", variant_name(target));
                }
                let payload = SensitiveText::from(text).with_description(what, note);
                let warning = if form.holds_url() { url_warnings(model, &targets) } else { None };
                vec![Effect::Copy(payload.with_warning(warning))]
            }
            Err(why) => {
                model.notice = Some(Notice::Warning(format!("Not copied. {why}")));
                vec![]
            }
        },
    }
}

/// Whether a target belongs to the image shown, but not to its selected variant.
pub(super) fn is_other_variant(model: &Model, target: &DeliveryTarget) -> bool {
    model.lookup.shown().is_some_and(|image| image.id == target.id)
        && model.current_url().as_ref() != Some(&target.plain)
}

/// The copied text of all targets, one per line.
fn lines(form: &CopyAs, targets: &[DeliveryTarget]) -> Result<String, CannotCopy> {
    let mut lines = String::new();
    for (at, target) in targets.iter().enumerate() {
        if at > 0 {
            lines.push('\n');
        }
        lines.push_str(&render(form, target)?);
        if at == 0 {
            // They are about as long.
            lines.reserve_exact((lines.len() + 1) * (targets.len() - 1));
        }
    }
    Ok(lines)
}

fn render(form: &CopyAs, target: &DeliveryTarget) -> Result<String, CannotCopy> {
    let url = target.url.text();
    let srcset_variants: Vec<_> =
        target.srcset_variants.iter().map(|other| (other.url.text(), other.width)).collect();
    let candidates: Vec<_> =
        srcset_variants.iter().map(|(url, width)| Candidate { url, width: *width }).collect();
    form.render(&Copied {
        url: &url,
        id: &target.id,
        filename: target.filename.as_deref(),
        variant: &target.variant,
        width: target.size.0,
        height: target.size.1,
        variants: &candidates,
        raw: None,
    })
}
