//! What is said of what was handed out.

use jiff::tz::TimeZone;

use super::super::acting::is_unsure;
use crate::app::menu::forms;
use crate::app::signing::{Address, Item, until};
use crate::app::{Model, Parcel};
use crate::domain::account::grouped;
use crate::domain::safe_text::visible;
use crate::domain::width::cut_middle;
use crate::domain::{CopyAs, DeliveryUrl, ImageId};

/// What was copied, where it is not the URL of the image that is shown. An image is told by its ID and its file name.
pub(in crate::app::update) fn what(
    model: &Model,
    form: &CopyAs,
    images: &[(&ImageId, Option<&str>)],
) -> String {
    let label =
        forms(&model.preferences).into_iter().find(|(_, other)| other == form).map(|(label, _)| label);
    let label = visible(&label.unwrap_or_default()).into_owned();
    match images {
        [(id, filename)] => {
            let shown = Some(*id) == model.lookup.shown().map(|image| &image.id);
            let of = if shown { String::new() } else { format!(" of {}", called(id, *filename)) };
            if *form == CopyAs::Url && shown { String::new() } else { format!("{label}{of}") }
        }
        many if *form == CopyAs::Url => format!("{} URLs", grouped(many.len() as u64)),
        many => format!("{label} of {} images", grouped(many.len() as u64)),
    }
}

/// Until when what was handed out holds, or that nobody knows whether it works.
pub(super) fn note(model: &Model, items: &[Item]) -> String {
    let signed = || items.iter().flat_map(Item::addresses).filter(|url| matches!(url, Address::Signed(_)));
    let utc = TimeZone::UTC;
    let mut notes = Vec::new();
    if signed().next().is_some() {
        // The first to lapse counts, and one that never does is the last.
        let expires = signed().filter_map(Address::expires).min();
        notes.push(format!("holds {}", until(expires, model.now, model.zone.as_ref().unwrap_or(&utc))));
    }
    match items.iter().filter(|item| is_unsure(item, model.lookup.options())).count() {
        0 => {}
        1 if items.len() == 1 => notes.push("but whether it needs a signature is unknown".to_owned()),
        1 => notes.push("but whether 1 of them needs a signature is unknown".to_owned()),
        many => {
            let many = grouped(many as u64);
            notes.push(format!("but whether {many} of them need a signature is unknown"));
        }
    }
    notes.join(", ")
}

/// That a URL was opened, and of which image and variant, unless those are selected still.
pub(in crate::app::update) fn opened(model: &Model, parcel: &Parcel) -> String {
    let is_one = parcel.what().is_empty();
    let of = DeliveryUrl::parse(parcel.text()).ok().filter(|_| is_one).and_then(|url| {
        let variant = cut_middle(&visible(url.variant()), 40).into_owned();
        if model.lookup.shown().is_none_or(|image| image.id != *url.id()) {
            return Some(format!("variant {variant} of {}", called(url.id(), None)));
        }
        let selected = model.current_url();
        let is_selected = selected.is_none_or(|selected| selected.variant() == url.variant());
        (!is_selected).then(|| format!("variant {variant}"))
    });
    parcel.done(&of.map_or("Opened".to_owned(), |of| format!("Opened {of}")), "in the browser")
}

/// What a person calls an item.
pub(in crate::app::update) fn name(item: &Item) -> String {
    called(&item.id, item.filename.as_deref())
}

/// What a person calls an item's variant.
pub(in crate::app::update) fn variant_name(item: &Item) -> String {
    cut_middle(&visible(&item.variant), 40).into_owned()
}

/// What a person calls an image.
fn called(id: &ImageId, filename: Option<&str>) -> String {
    let name = filename.filter(|name| !name.is_empty()).unwrap_or(id.as_str());
    cut_middle(&visible(name), 40).into_owned()
}
