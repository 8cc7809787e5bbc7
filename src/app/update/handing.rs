//! Handing out URLs: signed where they need it, and with a word on until when they hold.
//!
//! What was asked for is done with the images that it was asked of, whatever is shown when the signature comes.

mod told;

use super::acting::acts_on_marked;
use super::measuring;
use crate::app::keys::key_of;
use crate::app::scroll::Scroll;
use crate::app::signing::{Address, Asked, Deed, Held, Item, Pending, Signatures, Term};
use crate::app::{Action, Armed, Effect, Leave, Model, Notice, Overlay, Parcel, RequestId};
use crate::domain::account::grouped;
use crate::domain::choice::NoVariant;
use crate::domain::copy_as::{Candidate, CannotCopy, Copied};
use crate::domain::signing::{WhyNot, is_flexible, may_sign};
use crate::domain::url_text::usable;
use crate::domain::{Access, CopyAs, DeliveryUrl, Failure};
use told::note;
pub(super) use told::{name, opened, variant_name, what};

/// What a person wants done with URLs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wish {
    /// The action that asks for it again.
    pub action: Action,
    pub deed: Deed,
    /// For how long the URLs are to hold; nothing where that is left to us.
    pub term: Option<Term>,
}

impl Wish {
    pub(super) fn open() -> Self {
        Self { action: Action::Open, deed: Deed::Open, term: None }
    }

    pub(super) fn copy() -> Self {
        Self { action: Action::Copy, deed: Deed::Copy(CopyAs::Url), term: None }
    }

    pub(super) fn copy_as(form: CopyAs) -> Self {
        Self { action: Action::Take, deed: Deed::Copy(form), term: None }
    }

    pub(super) fn verify() -> Self {
        Self { action: Action::Verify, deed: Deed::Verify, term: None }
    }

    pub(super) fn show(term: Term) -> Self {
        Self { action: Action::Sign, deed: Deed::Show, term: Some(term) }
    }

    /// That it was done, in a sentence with *not*.
    pub(super) fn done(&self) -> &'static str {
        match self.deed {
            Deed::Open => "opened",
            Deed::Copy(_) => "copied",
            Deed::Verify => "verified",
            Deed::Show => "signed",
        }
    }

    /// How it is asked for again: `Press y again to copy it unsigned`.
    fn again(&self, many: bool) -> Option<String> {
        let it = if many { "them" } else { "it" };
        let key = key_of(&self.action);
        Some(match (&self.action, &self.deed) {
            (Action::Take, Deed::Copy(_)) => {
                format!("Press {} and {key} again to copy {it} unsigned", key_of(&Action::CopyAs))
            }
            (_, Deed::Open) => format!("Press {key} again to open {it} unsigned"),
            (_, Deed::Copy(_)) => format!("Press {key} again to copy {it} unsigned"),
            (_, Deed::Verify | Deed::Show) => return None,
        })
    }

    fn needs_url(&self) -> bool {
        !matches!(&self.deed, Deed::Copy(form) if !form.holds_url())
    }
}

/// Does with these what is wished, once their URLs are signed. What no signature would open is only taken when asked
/// twice.
pub(super) fn hand(model: &mut Model, mut items: Vec<Item>, wish: Wish, leave: Leave) -> Vec<Effect> {
    if wish.needs_url() {
        let in_vain = if leave == Leave::All { None } else { prepare(model, &mut items, &wish) };
        if leave == Leave::None
            && wish.deed != Deed::Verify
            && let Some(words) = in_vain.or_else(|| known_not_to_work(model, &items, &wish))
        {
            model.notice = Some(Notice::Warning(words));
            model.armed = Some(Armed { action: wish.action, leave: Leave::InVain });
            return vec![];
        }
    }
    if let Deed::Copy(form) = &wish.deed
        && let Some(effects) = measuring::ask(model, &items, form, leave != Leave::None)
    {
        return effects;
    }
    go_on(model, items, wish)
}

/// Does with these what is wished, once the sizes of their pictures are known, as far as they are to be had.
pub(super) fn go_on(model: &mut Model, mut items: Vec<Item>, wish: Wish) -> Vec<Effect> {
    if let Deed::Copy(form) = &wish.deed
        && let Some(words) = measuring::leave_out(&mut items, form)
    {
        model.notice = Some(Notice::Warning(words));
        return vec![];
    }
    let to_sign: Vec<&DeliveryUrl> = items.iter().flat_map(urls_to_sign).collect();
    let Some(first) = to_sign.first().copied().cloned() else {
        if wish.deed == Deed::Show {
            model.notice = items.first().and_then(|item| why_not(model, item)).map(Notice::Warning);
            return vec![];
        }
        return finish(model, items, wish.deed, Term::Until(0), false);
    };
    let held = model.signing.held_of(&first);
    let term = wish.term.or_else(|| term_of(held, model)).unwrap_or(Term::For(model.preferences.lifetime));
    if to_sign.len() == 1
        && wish.term.is_none()
        && let Some(held) = held.filter(|held| held.holds(model.now))
    {
        let url = held.url.clone();
        fill(&mut items, [url]);
        return finish(model, items, wish.deed, term, false);
    }
    // A key pressed twice while the keys are fetched asks for nothing else.
    let doubled =
        |pending: &Pending| pending.deed == wish.deed && pending.term == term && pending.items == items;
    if model.signing.pending.iter().any(doubled) {
        return vec![];
    }
    model.notice = Some(Notice::Done("Signing…".to_owned()));
    let pending = Pending { request: model.next_request(), deed: wish.deed, items, term, denied: None };
    vec![ask(model, pending)]
}

/// Takes signed URLs, and does what they were wanted for.
pub(super) fn signed(
    model: &mut Model,
    request: RequestId,
    answer: Result<Signatures, Failure>,
) -> Vec<Effect> {
    let pending = &mut model.signing.pending;
    let Some(at) = pending.iter().position(|pending| pending.request == request) else { return vec![] };
    let mut pending = pending.remove(at);
    let signatures = match answer {
        Ok(signatures) => signatures,
        Err(failure) => return not_signed(model, pending, &failure),
    };
    let wanted: Vec<DeliveryUrl> = pending.items.iter().flat_map(urls_to_sign).cloned().collect();
    if let (Some((denied, words)), [url]) = (&pending.denied, &signatures.urls[..])
        && denied == url
    {
        model.notice = Some(Notice::Warning(words.clone()));
        return vec![];
    }
    if let ([of], [url]) = (&wanted[..], &signatures.urls[..]) {
        let (of, url, key) = (of.clone(), url.clone(), signatures.key);
        model.signing.pasted = None;
        model.signing.held = Some(Held { url, of, key, term: pending.term });
    }
    fill(&mut pending.items, signatures.urls);
    model.notice = None;
    let again = pending.denied.is_some();
    finish(model, pending.items, pending.deed, pending.term, again)
}

/// Signs a pending wish's URLs.
pub(super) fn ask(model: &mut Model, pending: Pending) -> Effect {
    let effect = Effect::Sign {
        request: pending.request,
        urls: pending.items.iter().flat_map(urls_to_sign).cloned().collect(),
        expires: pending.term.expires(model.now),
        anew: pending.denied.is_some(),
    };
    model.signing.pending.push(pending);
    effect
}

/// Stops whatever waits for a signature, a size or a delivery host.
pub(super) fn stop(model: &mut Model) -> Option<Vec<Effect>> {
    let pending = std::mem::take(&mut model.signing.pending);
    let measuring = std::mem::take(&mut model.signing.measuring);
    let asked = model.signing.asked.take();
    let requests = pending.into_iter().map(|pending| pending.request);
    let sizes = measuring.into_iter().flat_map(|measuring| measuring.awaited).map(|awaited| awaited.request);
    let requests = requests.chain(sizes).chain(asked.map(|asked| asked.request));
    let effects: Vec<_> = requests.map(Effect::Abort).collect();
    (!effects.is_empty()).then_some(effects)
}

/// A parcel to whom it goes; nothing where it goes to neither.
pub(super) fn hand_over(deed: &Deed, parcel: Parcel) -> Option<Effect> {
    match deed {
        // Several URLs, or a `srcset`, are nothing to open.
        Deed::Open if !parcel.text().contains(char::is_whitespace) => Some(Effect::Open(parcel)),
        Deed::Copy(CopyAs::Url) => Some(Effect::Copy(parcel)),
        _ => None,
    }
}

fn not_signed(model: &mut Model, pending: Pending, failure: &Failure) -> Vec<Effect> {
    if let Some((_, denied)) = &pending.denied {
        model.notice = Some(Notice::Warning(denied.clone()));
        return vec![];
    }
    if pending.deed == Deed::Verify {
        return verify_plain(model, pending, failure.to_string());
    }
    let action = match &pending.deed {
        Deed::Open => Action::Open,
        Deed::Copy(CopyAs::Url) => Action::Copy,
        Deed::Copy(_) => Action::Take,
        Deed::Verify => Action::Verify,
        Deed::Show => Action::Sign,
    };
    let wish = Wish { action, deed: pending.deed, term: None };
    let same = pending.items.iter().any(|item| Some(&item.id) == model.lookup.shown().map(|image| &image.id));
    let many = pending.items.len() > 1;
    // What the key would act on may be another by now, whose URL nobody asked for.
    let again = wish.again(many).filter(|_| would_act_on(model, &pending.items));
    let rest = again.as_ref().map(|again| format!(" {again}: it will answer 403.")).unwrap_or_default();
    let whose = if same || many { String::new() } else { format!(" ({})", name(&pending.items[0])) };
    model.notice = Some(Notice::Warning(format!("Not {}{whose}: {failure}{rest}", wish.done())));
    if again.is_some() {
        model.armed = Some(Armed { action: wish.action, leave: Leave::All });
    }
    vec![]
}

/// Asks the delivery host about an item's URLs: the signed one if there is one, and the plain one.
fn verify(model: &mut Model, item: Item, term: Term, again: bool, not_signed: Option<String>) -> Vec<Effect> {
    let (plain, signed) = match &item.url {
        Address::Plain(url) | Address::ToSign(url) => (url.clone(), None),
        Address::Signed(signed) => (item.plain.clone(), Some(signed.clone())),
    };
    let request = model.next_request();
    model.notice = Some(Notice::Done("Asking the delivery host…".to_owned()));
    let before = model.signing.asked.replace(Asked { request, item, term, again, not_signed });
    let mut effects: Vec<_> = before.map(|before| Effect::Abort(before.request)).into_iter().collect();
    effects.push(Effect::Verify { request, plain, signed });
    effects
}

/// Asks about the plain URL alone, as nothing can be signed.
fn verify_plain(model: &mut Model, pending: Pending, why: String) -> Vec<Effect> {
    let Some(item) = pending.items.into_iter().next() else { return vec![] };
    verify(model, item, pending.term, false, Some(why))
}

/// Whether a key pressed now acts on these images, and no others.
fn would_act_on(model: &Model, items: &[Item]) -> bool {
    if acts_on_marked(model) {
        let marked = model.browse.marked();
        return marked.len() == items.len() && marked.zip(items).all(|(a, b)| a.id() == b.id.as_str());
    }
    let current = model.current_url();
    matches!(items, [item] if matches!(&item.url, Address::Plain(url) | Address::ToSign(url) if Some(url) == current.as_ref()))
}

/// Why an item's URL is not signed.
fn why_not(model: &Model, item: &Item) -> Option<String> {
    let why = may_sign_of(model, item).err()?;
    Some(format!("Not signed. {why}"))
}

fn may_sign_of(model: &Model, item: &Item) -> Result<(), WhyNot> {
    let Address::Plain(url) = &item.url else { return Ok(()) };
    may_sign(url, item.access, model.lookup.options())
}

/// Finds out which URLs need a signature. Returns a word on those that none would open.
fn prepare(model: &Model, items: &mut [Item], wish: &Wish) -> Option<String> {
    let options = model.lookup.options();
    let mut in_vain: Option<WhyNot> = None;
    let (mut forbidden, mut all) = (0_u64, 0_u64);
    // A URL of an image of which nobody knows is given as it is, unless a person asks for a signature, or for both sides.
    let sure = !matches!(wish.deed, Deed::Show | Deed::Verify);
    for item in items {
        let access = item.access;
        for address in item.addresses_mut() {
            let Address::Plain(url) = &*address else { continue };
            all += 1;
            if sure && access == Access::Unknown {
                continue;
            }
            match may_sign(url, access, options) {
                Ok(()) => *address = Address::ToSign(url.clone()),
                Err(why) if why.works_unsigned() => {}
                Err(why) => {
                    forbidden += 1;
                    in_vain.get_or_insert(why);
                }
            }
        }
    }
    let why = in_vain?;
    let again = wish.again(all > 1).map(|again| format!(" {again}: it will answer 403.")).unwrap_or_default();
    Some(if all > 1 {
        format!(
            "Not {}: {} of the {} URLs will answer 403. {why}{}",
            wish.done(),
            grouped(forbidden),
            grouped(all),
            again.replace(": it will answer 403", "")
        )
    } else {
        format!("Not {}. {why}{again}", wish.done())
    })
}

/// Why URLs are known not to work, and how to have them nevertheless.
fn known_not_to_work(model: &Model, items: &[Item], wish: &Wish) -> Option<String> {
    let faults: Vec<String> = items.iter().filter_map(|item| fault(model, item)).collect();
    let why = faults.first()?;
    let again = wish.again(items.len() > 1).map(|again| again.replace(" unsigned", " nevertheless"));
    let again = again.map(|again| format!(" {again}.")).unwrap_or_default();
    Some(match items.len() {
        1 => format!("Not {}. {why}{again}", wish.done()),
        many => format!(
            "Not {}: {} of the {} URLs are known not to work. {why}{again}",
            wish.done(),
            grouped(faults.len() as u64),
            grouped(many as u64)
        ),
    })
}

/// Says why URLs are known not to work, if they are; asked for again, they are handed over.
pub(super) fn stop_if_known_not_to_work(model: &mut Model, items: &[Item], wish: &Wish) -> bool {
    let Some(words) = known_not_to_work(model, items, wish) else { return false };
    model.notice = Some(Notice::Warning(words));
    // What the key would act on may be another by now.
    if would_act_on(model, items) {
        model.armed = Some(Armed { action: wish.action.clone(), leave: Leave::InVain });
    }
    true
}

/// Why an item's URL is known not to work: what the image, the delivery host or Preview has told.
fn fault(model: &Model, item: &Item) -> Option<String> {
    let shown = model.lookup.shown().filter(|image| image.id == item.id);
    if let Some(draft) = shown.filter(|image| image.draft) {
        return Some(NoVariant::Draft.failure(draft).to_string());
    }
    if is_flexible(&item.variant) && model.signing.flexible_is_off {
        return Some(
            "Flexible variants are off in this account (9429), so this URL will not open: switch them on in the \
             dashboard under Images › Variants, or choose a named variant."
                .to_owned(),
        );
    }
    let failure = model.preview.refused(&usable(item.picture.as_str()))?;
    Some(format!("The delivery host refused this URL. {failure}"))
}

/// What is wrong with URLs that are handed over nevertheless.
fn url_warnings(model: &Model, items: &[Item]) -> Option<String> {
    let unsigned = |item: &&Item| {
        item.access == Access::Signed
            && matches!(item.url, Address::Plain(_))
            && !may_sign_of(model, item).is_err_and(WhyNot::works_unsigned)
    };
    if let Some(why) = items.iter().find_map(|item| fault(model, item)) {
        return Some(why);
    }
    let count = items.iter().filter(unsigned).count();
    match (count, items.len()) {
        (0, _) => None,
        (_, 1) => {
            Some("The image needs signed URLs, and this one is not signed: it will answer 403.".to_owned())
        }
        (count, _) => Some(format!(
            "{} of the images need signed URLs, which these are not: they will answer 403.",
            grouped(count as u64)
        )),
    }
}

fn urls_to_sign(item: &Item) -> impl Iterator<Item = &DeliveryUrl> {
    item.addresses().filter_map(|address| match address {
        Address::ToSign(url) => Some(url),
        Address::Plain(_) | Address::Signed(_) => None,
    })
}

fn fill(items: &mut [Item], urls: impl IntoIterator<Item = crate::domain::SignedUrl>) {
    let mut urls = urls.into_iter();
    for address in items.iter_mut().flat_map(Item::addresses_mut) {
        if matches!(address, Address::ToSign(_))
            && let Some(url) = urls.next()
        {
            *address = Address::Signed(url);
        }
    }
}

/// For how long a URL is signed again: as before, unless that was until a date that is past.
fn term_of(held: Option<&Held>, model: &Model) -> Option<Term> {
    Some(held?.term).filter(|term| !term.has_passed(model.now))
}

fn finish(model: &mut Model, items: Vec<Item>, deed: Deed, term: Term, again: bool) -> Vec<Effect> {
    match deed {
        Deed::Show if !model.may_cover() => {
            model.notice = Some(Notice::Done(format!("Signed, {}", note(model, &items))));
            vec![]
        }
        Deed::Show => {
            model.lay_alone(Overlay::Signed(Scroll::default()));
            vec![]
        }
        Deed::Verify => {
            let Some(item) = items.into_iter().next() else { return vec![] };
            let not_signed = may_sign_of(model, &item).err().filter(|why| !why.works_unsigned());
            verify(model, item, term, again, not_signed.map(|why| why.to_string()))
        }
        Deed::Open => items
            .iter()
            .map(|item| {
                let what = if items.len() > 1 { format!("{} images", items.len()) } else { String::new() };
                let parcel = Parcel::from(item.url.text()).with_words(what, note(model, &items));
                Effect::Open(parcel.with_warning(url_warnings(model, std::slice::from_ref(item))))
            })
            .collect(),
        Deed::Copy(form) => match lines(&form, &items) {
            Ok(text) => {
                let held = if form.holds_url() { note(model, &items) } else { String::new() };
                // Images of one account have the same variants.
                let others = items.iter().find_map(|item| item.others_words.clone());
                let unknown = measuring::words(&items, &form);
                let note = [Some(held).filter(|words| !words.is_empty()), others, unknown];
                let note = note.into_iter().flatten().collect::<Vec<_>>().join(", ");
                let named: Vec<_> = items.iter().map(|item| (&item.id, item.filename.as_deref())).collect();
                let mut what = what(model, &form, &named);
                if let [item] = &items[..]
                    && form.holds_url()
                    && is_of_another_variant(model, item)
                {
                    let whole = if what.is_empty() { "URL" } else { &what };
                    what = format!("{whole} of variant {}", variant_name(item));
                }
                let parcel = Parcel::from(text).with_words(what, note);
                let warning = if form.holds_url() { url_warnings(model, &items) } else { None };
                vec![Effect::Copy(parcel.with_warning(warning))]
            }
            Err(why) => {
                model.notice = Some(Notice::Warning(format!("Not copied. {why}")));
                vec![]
            }
        },
    }
}

/// Whether an item is of the image that is shown, but not of its selected variant.
pub(super) fn is_of_another_variant(model: &Model, item: &Item) -> bool {
    model.lookup.shown().is_some_and(|image| image.id == item.id)
        && model.current_url().as_ref() != Some(&item.plain)
}

/// What is copied of all items, a line each.
fn lines(form: &CopyAs, items: &[Item]) -> Result<String, CannotCopy> {
    let mut lines = String::new();
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            lines.push('\n');
        }
        lines.push_str(&render(form, item)?);
    }
    Ok(lines)
}

fn render(form: &CopyAs, item: &Item) -> Result<String, CannotCopy> {
    let url = item.url.text();
    let others: Vec<_> = item.others.iter().map(|other| (other.address.text(), other.width)).collect();
    let candidates: Vec<_> = others.iter().map(|(url, width)| Candidate { url, width: *width }).collect();
    form.render(&Copied {
        url: &url,
        id: &item.id,
        filename: item.filename.as_deref(),
        variant: &item.variant,
        width: item.size.0,
        height: item.size.1,
        variants: &candidates,
        raw: None,
    })
}
