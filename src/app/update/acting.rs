//! Acting on the selected variant, or on every marked image: opening, copying, showing.
//!
//! What is asked for here is made into items, which [`super::handing`] signs where that is needed, and hands out.

use super::handing::{self, Wish};
use super::telling;
use crate::app::keys::key_of;
use crate::app::lookup::nothing_shown;
use crate::app::scroll::Scroll;
use crate::app::signing::{Address, Deed, Held, Item, Other};
use crate::app::{Action, Armed, Effect, Leave, Model, Notice, Overlay, Pane, Parcel};
use crate::domain::account::grouped;
use crate::domain::choice::{NoVariant, Plain};
use crate::domain::copy_as::Alike;
use crate::domain::safe_text::visible;
use crate::domain::signing::is_flexible;
use crate::domain::url_text::usable;
use crate::domain::variant::certain_size;
use crate::domain::{Access, CopyAs, DeliveryUrl, Failure, Flexible, Image, Variant, VariantOptions};

/// Images that are opened without asking again.
const MANY: usize = 5;

/// Images that are opened at once at the most: no browser survives a tab for each of a hundred thousand.
const TOO_MANY: usize = 100;

/// Opens, copies or verifies the selected variant, or opens or copies those of all marked images.
pub(super) fn act(model: &mut Model, wish: Wish, armed: Option<Armed>) -> Vec<Effect> {
    let armed = armed.filter(|armed| armed.action == wish.action);
    if acts_on_marked(model) && wish.deed != Deed::Verify {
        return act_on_marked(model, wish, armed.as_ref());
    }
    // What could not be handed over was asked for and settled: it is what the key means.
    if let Some(Overlay::Url { url, failure: Some(_), .. }) = &model.overlay
        && on_top_is_another(model)
        && held_on_top(model).is_none()
        && let Some(effect) = handing::hand_over(&wish.deed, url.clone())
    {
        return vec![effect];
    }
    let Some(item) = item(model, &wish) else { return vec![] };
    handing::hand(model, vec![item], wish, armed.map_or(Leave::None, |armed| armed.leave))
}

/// Whether a key acts on the marked images: Browse has the focus, and there are some.
pub(super) fn acts_on_marked(model: &Model) -> bool {
    model.focus == Pane::Browse && model.overlay.is_none() && model.browse.marked().len() > 0
}

/// What a key that hands over URLs acts on now: the access is part of it, as it decides what is said first.
#[derive(PartialEq)]
pub(super) enum Target {
    Marked(usize),
    Shown(Option<DeliveryUrl>, Option<Access>),
}

impl Target {
    pub(super) fn of(model: &Model) -> Self {
        if acts_on_marked(model) {
            Self::Marked(model.browse.marked().len())
        } else {
            Self::Shown(model.current_url(), model.lookup.shown().map(|image| image.access))
        }
    }
}

/// The same with the image that a menu was opened for: the marked ones, where Browse has the focus and there are any.
pub(super) fn act_from_menu(model: &mut Model, form: CopyAs, armed: Option<Armed>) -> Vec<Effect> {
    model.lift();
    match form {
        CopyAs::Id | CopyAs::Json => telling::copy(model, &form),
        _ => act(model, Wish::copy_as(form), armed),
    }
}

/// What is done with every marked image. Opening many only when asked twice.
fn act_on_marked(model: &mut Model, wish: Wish, armed: Option<&Armed>) -> Vec<Effect> {
    let wanted = model.lookup.variant().map(|variant| variant.name.clone());
    // Its options fit every image, though no list names it.
    let flexible =
        wanted.as_deref().filter(|name| is_flexible(name)).and_then(|name| Flexible::of_url(name).ok());
    let plain = wish.deed == Deed::Open || wish.deed == Deed::Copy(CopyAs::Url);
    let items: Vec<Item> = model
        .browse
        .marked()
        .filter_map(|listed| {
            let mut variant = listed.preferred_variant(wanted.as_deref())?;
            if let Some(options) = &flexible {
                let url = options.url(&variant.url).ok()?;
                variant = Variant { name: url.variant().to_owned(), url };
            }
            if plain {
                let url = model.on_domain(&variant.url);
                return Some(bare_item(&url, &variant.name, listed.access(), listed.filename()));
            }
            Some(whole_item(model, &listed.image()?, &variant, &wish.deed))
        })
        .collect();
    let opening = wish.deed == Deed::Open;
    let marked = model.browse.marked().len();
    let warning = match items.len() {
        0 => Some("Nothing done: the marked images have no variants.".to_owned()),
        many if opening && many > TOO_MANY => Some(format!(
            "Not opened: {} images are marked, and {TOO_MANY} are the most that are opened at once. {} copies all their URLs.",
            grouped(many as u64),
            key_of(&Action::Copy)
        )),
        many if opening && many > MANY => Some(format!(
            "Not opened: {} images are marked. Press {} again to open them all in the browser.",
            grouped(many as u64),
            key_of(&Action::Open)
        )),
        some if some < marked => {
            let lacking = grouped((marked - some) as u64);
            let key = match &wish.action {
                Action::Take => format!("{} and {}", key_of(&Action::CopyAs), key_of(&Action::Take)),
                action => key_of(action),
            };
            Some(format!(
                "Not {}: {lacking} of the {} marked images have no variants. Press {key} again to take the other {}.",
                wish.done(),
                grouped(marked as u64),
                grouped(some as u64)
            ))
        }
        _ => None,
    };
    let never = items.is_empty() || (opening && items.len() > TOO_MANY);
    if let Some(warning) = warning
        && (never || armed.is_none())
    {
        model.notice = Some(Notice::Warning(warning));
        model.armed = Some(Armed { action: wish.action, leave: Leave::None });
        return vec![];
    }
    handing::hand(model, items, wish, armed.map_or(Leave::None, |armed| armed.leave))
}

/// Shows the selected variant's URL whole: the signed one, where there is one that still holds. While a lookup runs:
/// nothing; but one that nobody asked for, as it only brings the list's word up to date, is in nobody's way.
pub(super) fn show_url(model: &mut Model) -> Vec<Effect> {
    if (model.lookup.image.awaited().is_none() || model.lookup.refreshes_listed())
        && let Some(url) = url_to_act_on(model, "shown")
    {
        let held = model.signing.held_of(&url).is_some_and(|held| held.holds(model.now));
        model.lay_alone(if held {
            Overlay::Signed(Scroll::default())
        } else {
            let url = usable(url.as_str()).into_owned().into();
            Overlay::Url { url, failure: None, scroll: Scroll::default() }
        });
    }
    vec![]
}

/// Says that it was done, with a warning if it does not work.
pub(super) fn handed_over(model: &mut Model, parcel: &Parcel, words: String) -> Vec<Effect> {
    model.notice = Some(match parcel.warning() {
        Some(warning) => Notice::Warning(format!("{words}. {warning}")),
        None => Notice::Done(words),
    });
    vec![]
}

/// Says why it was not done, and shows the URL whole, so that the person leaves with it all the same. A person who is
/// typing is not interrupted.
pub(super) fn failed(model: &mut Model, url: Parcel, failure: Failure) -> Vec<Effect> {
    if model.may_cover() {
        model.lay_alone(Overlay::Url { url, failure: Some(failure), scroll: Scroll::default() });
    } else {
        // Under the input stands no signature: nobody asked to see it there.
        let url = if url.has_signature() { "" } else { url.text() };
        model.notice = Some(Notice::Warning(format!("{failure} {url}").trim_end().to_owned()));
    }
    vec![]
}

/// The selected variant as an item, or that of the signed URL on top; or a word on why there is none.
pub(super) fn item(model: &mut Model, wish: &Wish) -> Option<Item> {
    if let Some(held) = held_on_top(model)
        && model.current_url().as_ref() != Some(&held.of)
    {
        return Some(bare_item(&held.of, held.of.variant(), Access::Signed, None));
    }
    let url = url_to_hand_on(model, wish)?;
    let mut item = whole_item(model, model.lookup.shown()?, model.lookup.variant()?, &wish.deed);
    // Where nobody knows and a person had it signed, that URL is the one they see and mean.
    if item.access == Access::Unknown && model.signing.held_of(&url).is_some() {
        item.access = Access::Signed;
    }
    Some(item)
}

/// The signed URL in hand, where it lies on top.
fn held_on_top(model: &Model) -> Option<&Held> {
    let held = model.signing.held.as_ref()?;
    match &model.overlay {
        Some(Overlay::Signed(_)) => Some(held),
        Some(Overlay::Url { url, .. }) if url.text() == held.url.expose() => Some(held),
        _ => None,
    }
}

/// Whether a URL lies on top that is not the selected variant's: the image under it may have changed since, or what was
/// to be copied was no URL.
fn on_top_is_another(model: &Model) -> bool {
    let current = model.current_url();
    if let Some(held) = held_on_top(model) {
        return current.as_ref() != Some(&held.of);
    }
    let Some(Overlay::Url { url, .. }) = &model.overlay else { return false };
    current.is_none_or(|current| usable(current.as_str()) != url.text())
}

/// Whether there is an image to act on; or a word on why there is none.
pub(super) fn image_to_act_on(model: &mut Model, done: &str) -> bool {
    let back = key_of(&Action::Back);
    let why = if on_top_is_another(model) {
        format!(
            "Not {done}: what lies on top is not of the variant that is selected. Close it with {back} first."
        )
    } else if let Some(awaited) = model.lookup.another_awaited() {
        format!(
            "Not {done}: {} is still being looked up. Press the key again when it is here, or {back} to stay with the image shown.",
            visible(awaited.as_str())
        )
    } else if model.lookup.shown().is_some() {
        return true;
    } else {
        nothing_shown()
    };
    model.notice = Some(Notice::Warning(why));
    false
}

/// The selected variant's URL, or a word on why there is none.
pub(super) fn url_to_act_on(model: &mut Model, done: &str) -> Option<DeliveryUrl> {
    if !image_to_act_on(model, done) {
        return None;
    }
    url_of_shown(model, false)
}

/// The same to be opened or copied: then a draft's URL counts too, which [`handing::hand`] warns of.
fn url_to_hand_on(model: &mut Model, wish: &Wish) -> Option<DeliveryUrl> {
    if !image_to_act_on(model, wish.done()) {
        return None;
    }
    url_of_shown(model, matches!(wish.deed, Deed::Open | Deed::Copy(_)))
}

fn url_of_shown(model: &mut Model, drafts_too: bool) -> Option<DeliveryUrl> {
    let image = model.lookup.shown()?;
    let why = match model.current_url() {
        None if image.draft => NoVariant::Draft,
        _ if image.draft && !drafts_too => NoVariant::Draft,
        None => NoVariant::None,
        Some(url) => return Some(url),
    };
    model.notice = Some(Notice::Warning(why.failure(image).to_string()));
    None
}

/// An item of which only the URL matters.
fn bare_item(url: &DeliveryUrl, variant: &str, access: Access, filename: Option<&str>) -> Item {
    Item {
        id: url.id().clone(),
        filename: filename.map(str::to_owned),
        variant: variant.to_owned(),
        access,
        size: (None, None),
        url: Address::Plain(url.clone()),
        plain: url.clone(),
        picture: url.clone(),
        others: vec![],
        others_words: None,
        left_out: 0,
        unmeasured: None,
    }
}

/// An item with all that its form needs.
fn whole_item(model: &Model, image: &Image, variant: &Variant, deed: &Deed) -> Item {
    let url = model.on_domain(&variant.url);
    let (others, others_words) = if matches!(deed, Deed::Copy(form) if form.lists_widths()) {
        let alike = Alike::to(&variant.name, &image.variants, model.lookup.options());
        let other = |variant: &&Variant| Other {
            address: Address::Plain(model.on_domain(&variant.url)),
            picture: usable(variant.url.as_str()).into_owned(),
            width: size(model, image, variant).map(|(width, _)| width),
        };
        (alike.variants.iter().map(other).collect(), alike.words())
    } else {
        (vec![], None)
    };
    Item {
        size: size(model, image, variant).unzip(),
        picture: variant.url.clone(),
        others,
        others_words,
        ..bare_item(&url, &variant.name, image.access, image.filename.as_deref())
    }
}

/// A variant's width and height in pixels: as its bytes told them, where Preview has had it, or where what the account
/// says makes them certain.
fn size(model: &Model, image: &Image, variant: &Variant) -> Option<(u32, u32)> {
    if let Some(facts) = model.preview.certain(&usable(variant.url.as_str())) {
        return Some((facts.width, facts.height));
    }
    certain_size(&variant.name, model.lookup.options(), image.is_svg())
}

/// Whether nobody knows if the plain URL works.
pub(super) fn is_unsure(item: &Item, options: &[VariantOptions]) -> bool {
    item.access.plain(&item.variant, options) == Plain::Unsure && matches!(item.url, Address::Plain(_))
}
