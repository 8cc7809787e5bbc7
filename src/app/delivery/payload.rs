//! The text that a delivery copies or opens, and its notice.

use super::notices::{describe_copied, is_other_variant, name, validity_note, variant_name};
use super::state::Target;
use super::{probes, warnings};
use crate::app::{Effect, Model, Overlay, SensitiveText};
use crate::domain::account::image_count;
use crate::domain::copy_as::{Candidate, CannotCopy, CopyValues};
use crate::domain::qr::{QrCode, scan_warning};
use crate::domain::{CopyAs, Failure};

/// Opens a target in the browser.
pub(super) fn open(model: &Model, target: &Target, targets: &[Target]) -> Effect {
    let what = if targets.len() > 1 { image_count(targets.len()) } else { String::new() };
    let payload =
        SensitiveText::from(target.url.text()).with_description(what, validity_note(model, targets));
    let warning = warnings::delivered_anyway(model, std::slice::from_ref(target));
    Effect::Open(payload.with_warning(warning.or_else(|| warnings::unsure(model, targets))))
}

/// The URLs that were not opened as one text, to be copied. `None` if there are none.
pub(super) fn unopened(urls: &[(SensitiveText, Failure)]) -> Option<SensitiveText> {
    let (first, _) = urls.first()?;
    let texts: Vec<&str> = urls.iter().map(|(url, _)| url.text()).collect();
    let what = if urls.len() > 1 { format!("{} URLs", urls.len()) } else { String::new() };
    let text = SensitiveText::from(texts.join("\n"));
    let note = if text.has_signature() { first.note().to_owned() } else { String::new() };
    let warning = urls.iter().find_map(|(url, _)| url.warning());
    Some(text.with_description(what, note).with_warning(warning.map(str::to_owned)))
}

/// Copies all targets in a format.
pub(super) fn copy(model: &Model, form: &CopyAs, targets: &[Target]) -> Result<Effect, CannotCopy> {
    let text = lines(form, targets)?;
    let validity = if form.holds_url() { validity_note(model, targets) } else { String::new() };
    // Images of one account have the same variants, so one note is enough.
    let srcset_variants = targets.iter().find_map(|target| target.srcset_note.clone());
    let left_out = probes::left_out_note(targets, form);
    let note = [Some(validity).filter(|words| !words.is_empty()), srcset_variants, left_out];
    let note = note.into_iter().flatten().collect::<Vec<_>>().join(", ");
    let named: Vec<_> = targets.iter().map(|target| (&target.id, target.filename.as_deref())).collect();
    let mut what = describe_copied(model, form, &named);
    if let [target] = targets
        && form.holds_url()
        && is_other_variant(model, target)
    {
        let whole = if what.is_empty() { "URL" } else { &what };
        what = format!("{whole} of variant {}", variant_name(target));
    }
    let payload = SensitiveText::from(text).with_description(what, note);
    let warning = if form.holds_url() {
        warnings::delivered_anyway(model, targets).or_else(|| warnings::unsure(model, targets))
    } else {
        None
    };
    Ok(Effect::Copy(payload.with_warning(warning)))
}

/// The QR code of a target's URL, with what to know before it is scanned.
pub(super) fn qr(model: &Model, target: &Target) -> Result<Overlay, CannotCopy> {
    let url = target.url.text();
    QrCode::new(&url).ok_or(CannotCopy::TooLong)?;
    let targets = std::slice::from_ref(target);
    let note = target.url.signed.as_ref().map_or_else(String::new, |signed| {
        format!("Signed URL, {}. {}", validity_note(model, targets), scan_warning(signed.expires()))
    });
    let warning = warnings::delivered_anyway(model, targets).or_else(|| warnings::unsure(model, targets));
    let name = format!("{}, variant {}", name(target), variant_name(target));
    Ok(Overlay::Qr(SensitiveText::from(url).with_description(name, note).with_warning(warning)))
}

/// The copied text of all targets, one per line.
fn lines(form: &CopyAs, targets: &[Target]) -> Result<String, CannotCopy> {
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

fn render(form: &CopyAs, target: &Target) -> Result<String, CannotCopy> {
    let url = target.url.text();
    let srcset_variants: Vec<_> =
        target.srcset_variants.iter().map(|other| (other.url.text(), other.width)).collect();
    let candidates: Vec<_> =
        srcset_variants.iter().map(|(url, width)| Candidate { url, width: *width }).collect();
    form.render(&CopyValues {
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
