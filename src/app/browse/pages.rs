//! Requests for the list's pages.

use std::mem;

use super::paging::Paging;
use crate::app::problem::FEW_REQUESTS_LEFT;
use crate::app::{Action, Effect, Model};

/// Requests the next page if it is wanted. If less than a fifth of the quota is left, only keys do that.
pub(crate) fn load_more(model: &mut Model) -> Option<Effect> {
    if !model.browse.wants_more() {
        return None;
    }
    if !model.is_budget_low() {
        return Some(fetch(model));
    }
    if mem::take(&mut model.browse.to_the_end) {
        model.browse.cancel_going_to_last();
        let unmarked = mem::take(&mut model.browse.filter.marks_when_loaded);
        let unmarked = if unmarked { "Nothing marked. " } else { "" };
        let key = model.keymap.key_of(&Action::LoadAll);
        model.warn(format!(
            "{unmarked}Stopped loading. {FEW_REQUESTS_LEFT} Press {key} to load one more page."
        ));
    }
    None
}

pub(super) fn fetch(model: &mut Model) -> Effect {
    let request = model.next_request();
    model.browse.paging = Paging::Loading(request);
    model.browse.wait = None;
    model.browse.resume = None;
    Effect::FetchPage { request, after: model.browse.next.clone() }
}

/// Requests the number of images. A failure is not reported: the list works without it, or with the previous number.
pub(super) fn fetch_total(model: &mut Model) -> impl Iterator<Item = Effect> + use<> {
    let request = model.next_request();
    model.browse.total.start(request).into_iter().chain([Effect::FetchTotal(request)])
}

/// Fetches a failed page again once its pause is over.
pub(crate) fn resume(model: &mut Model) -> Option<Effect> {
    let resume = model.browse.resume.take_if(|resume| resume.at <= model.now)?;
    if !matches!(model.browse.paging, Paging::Failed(_)) || model.is_budget_low() {
        return None;
    }
    model.browse.to_the_end = resume.to_the_end;
    Some(fetch(model))
}

/// Stops loading the list to its end, an automatic retry of that, and the marking that waits for it. `None` if there is
/// nothing to stop.
pub(crate) fn stop_loading(model: &mut Model) -> Option<Vec<Effect>> {
    let browse = &mut model.browse;
    let marks = mem::take(&mut browse.filter.marks_when_loaded);
    browse.cancel_going_to_last();
    if matches!(browse.paging, Paging::Loading(_)) && mem::take(&mut browse.to_the_end) {
        browse.filter.loads = false;
        browse.is_reloading = false;
        return browse.abort_page().map(|abort| vec![abort]);
    }
    (marks || browse.resume.take_if(|resume| resume.to_the_end).is_some()).then(Vec::new)
}

/// Aborts a page request that only the filter needed.
pub(super) fn stop_unwanted(model: &mut Model) -> Option<Effect> {
    if model.browse.wants_a_page() { None } else { model.browse.abort_page() }
}
