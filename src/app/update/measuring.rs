//! The sizes of pictures that a form tells: what is not certain is asked for, of the pictures themselves.
//!
//! What cannot be had is left out, and that is said.

use super::handing::{self, Wish, name};
use super::verifying::learn_of_flexible;
use crate::app::signing::{Address, Awaited, Item, Measuring};
use crate::app::{Effect, Model, Notice, PictureFacts, PictureSource, RequestId};
use crate::domain::account::grouped;
use crate::domain::choice::Plain;
use crate::domain::copy_as::CannotCopy;
use crate::domain::url_text::usable;
use crate::domain::{CopyAs, DeliveryUrl, Failure, FailureKind, VariantOptions};

/// Pictures that are asked about at once at the most: who marks a hundred thousand images would wait for hours.
const MOST: usize = 200;

/// Asks for the sizes that a form tells and that are not known. Nothing where there is nothing to ask.
pub(super) fn ask(
    model: &mut Model,
    items: &[Item],
    form: &CopyAs,
    nevertheless: bool,
) -> Option<Vec<Effect>> {
    let options = model.lookup.options();
    let mut wanted = Vec::new();
    let mut count = 0;
    for (at, item) in items.iter().enumerate() {
        let sources = item.unknown(form).into_iter();
        let sources = sources.filter_map(|(url, picture)| source(item, url, &picture, options));
        for (source, picture) in sources {
            count += 1;
            // More than are asked for at once are only counted.
            if count <= MOST {
                wanted.push((at, source, picture));
            }
        }
    }
    if wanted.is_empty() {
        return None;
    }
    if count > MOST {
        if !form.lists_widths() {
            return None;
        }
        model.notice = Some(Notice::Warning(format!(
            "Not copied: the widths of {} pictures are not known, and {MOST} are the most that are asked for at once. \
             Mark fewer images.",
            grouped(count as u64)
        )));
        return Some(vec![]);
    }
    // A key pressed twice while they are asked for asks for nothing else.
    let mut before = model.signing.measuring.iter();
    if before.any(|measuring| measuring.form == *form && are_same(&measuring.items, items)) {
        return Some(vec![]);
    }
    model.notice = Some(Notice::Done(match wanted.len() {
        1 => "Asking for the picture's size…".to_owned(),
        many => format!("Asking for the sizes of {many} pictures…"),
    }));
    let mut measuring =
        Measuring { nevertheless, form: form.clone(), items: items.to_vec(), awaited: vec![] };
    let mut effects = Vec::new();
    for (item, source, picture) in wanted {
        let request = model.next_request();
        let is_private = matches!(source, PictureSource::Signed { .. });
        measuring.awaited.push(Awaited { request, item, picture, is_private });
        effects.push(Effect::Measure { request, source });
    }
    model.signing.measuring.push(measuring);
    Some(effects)
}

/// Takes what a picture's first bytes tell. With the last of those that were asked for, what was wished goes on.
pub(super) fn measured(
    model: &mut Model,
    request: RequestId,
    answer: Result<PictureFacts, Failure>,
) -> Vec<Effect> {
    let awaits = |one: &Measuring| one.awaited.iter().position(|awaited| awaited.request == request);
    let all = model.signing.measuring.iter();
    let Some((at, place)) = all.enumerate().find_map(|(at, one)| Some((at, awaits(one)?))) else {
        return vec![];
    };
    let measuring = &mut model.signing.measuring[at];
    let Awaited { item, picture, is_private, .. } = measuring.awaited.remove(place);
    let mut effects = Vec::new();
    if let Err(failure) = &answer
        && is_private
        && failure.kind == FailureKind::Credentials
    {
        // Where there is no key, the others would only ask for it again, each with a request.
        for in_vain in measuring.awaited.extract_if(.., |awaited| awaited.is_private) {
            measuring.items[in_vain.item].unmeasured.get_or_insert_with(|| failure.clone().into());
            effects.push(Effect::Abort(in_vain.request));
        }
    }
    let item = &mut measuring.items[item];
    let own = (usable(item.picture.as_str()) == picture).then(|| item.variant.clone());
    let id = item.id.clone();
    let failure = answer.as_ref().err().cloned();
    match answer {
        Ok(facts) => {
            item.measured(&picture, (facts.width, facts.height));
            if model.lookup.shown().is_some_and(|shown| shown.id == id) {
                model.preview.learn_of(&id, &picture, &facts);
            }
        }
        Err(failure) => _ = item.unmeasured.get_or_insert(failure.into()),
    }
    let is_last = measuring.awaited.is_empty();
    if let Some(variant) = own {
        learn_of_flexible(model, &variant, failure.as_ref());
    }
    if is_last {
        let Measuring { form, items, nevertheless, .. } = model.signing.measuring.remove(at);
        model.notice = None;
        let wish = Wish::copy_as(form);
        // The measurement may have told that the URLs do not work.
        if nevertheless || !handing::stop_if_known_not_to_work(model, &items, &wish) {
            effects.extend(handing::go_on(model, items, wish));
        }
    }
    effects
}

/// Leaves out the variants whose widths are not known. A word where none is left, and the form is a list of them.
pub(super) fn leave_out(items: &mut [Item], form: &CopyAs) -> Option<String> {
    if !form.lists_widths() {
        return None;
    }
    let many = items.len() > 1;
    for item in items {
        let all = item.others.len();
        item.others.retain(|other| other.width.is_some());
        item.left_out = all - item.others.len();
        if item.others.is_empty() {
            let whose = if many { format!(" ({})", name(item)) } else { String::new() };
            return Some(match &item.unmeasured {
                Some(failure) => format!("Not copied{whose}: no variant's width could be had. {failure}"),
                None => format!("Not copied{whose}. {}", CannotCopy::NoWidths),
            });
        }
    }
    None
}

/// What is said of sizes that are not told, to stand after a comma.
pub(super) fn words(items: &[Item], form: &CopyAs) -> Option<String> {
    let left_out: usize = items.iter().map(|item| item.left_out).sum();
    let sizeless = items.iter().filter(|item| form.tells_size() && item.size.0.is_none()).count();
    let why = items.iter().find_map(|item| item.unmeasured.as_ref());
    let why = why.map(|failure| format!(" ({})", failure.what)).unwrap_or_default();
    Some(match (left_out, sizeless, items.len()) {
        (0, 0, _) => return None,
        (0, _, 1) => format!("without its size{why}"),
        (0, some, _) => format!("without the sizes of {}{why}", grouped(some as u64)),
        (1, ..) => format!("without 1 variant whose width could not be had{why}"),
        (some, ..) => {
            format!("without {} variants whose widths could not be had{why}", grouped(some as u64))
        }
    })
}

/// Whether these are the same variants of the same images, whatever is known of them by now.
fn are_same(before: &[Item], items: &[Item]) -> bool {
    let same = |(a, b): (&Item, &Item)| a.id == b.id && a.addresses().eq(b.addresses());
    before.len() == items.len() && before.iter().zip(items).all(same)
}

/// Where a picture's size is to be had; nothing where no URL opens it.
fn source(
    item: &Item,
    url: &Address,
    picture: &str,
    options: &[VariantOptions],
) -> Option<(PictureSource, String)> {
    let opens = |url: &DeliveryUrl| item.access.plain(url.variant(), options) != Plain::Forbidden;
    let source = match url {
        Address::ToSign(_) => PictureSource::Signed { id: item.id.clone(), url: picture.to_owned() },
        Address::Plain(url) if opens(url) => PictureSource::Open(picture.to_owned()),
        Address::Plain(_) | Address::Signed(_) => return None,
    };
    Some((source, picture.to_owned()))
}
