//! Brings the list up to date with the account: its pages, and what earlier runs stored of them in the index.

use std::mem;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::cursor::{follow_first, follow_unless_elsewhere, go_to_last, move_cursor_to_shown};
use super::marks::finish_marking;
use super::pages::{fetch, fetch_total, load_more};
use super::paging::{Index, Paging, Resume};
use super::search::{add_to_search, restart_search, search_fuzzily, sort_names};
use crate::app::{Effect, IndexPage, IndexState, Model, Page, RequestId, SyncEnd};
use crate::domain::account::image_count;
use crate::domain::{Failure, FailureKind, ImageSummary, UrlTemplates};

/// The pause before a failed page is retried automatically. Each further failure doubles it.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(15);

/// Consecutive failures after which pages are no longer retried automatically.
const MAX_FAILURES: u32 = 5;

/// Lists the whole account again: new images come first, and deleted ones are dropped at the end.
pub(crate) fn restart(model: &mut Model) -> Vec<Effect> {
    let mut effects: Vec<Effect> = model.browse.abort_page().into_iter().collect();
    model.browse.start_sync();
    model.browse.failures = 0;
    model.browse.is_reloading = true;
    model.browse.to_the_end = true;
    effects.extend(fetch_total(model));
    effects.push(fetch(model));
    effects
}

/// Handles a page. Ignores stale ones.
pub(crate) fn on_page_fetched(
    model: &mut Model,
    request: RequestId,
    response: Result<Page, Failure>,
) -> Vec<Effect> {
    if model.browse.paging != Paging::Loading(request) {
        return vec![];
    }
    model.browse.wait = None;
    match response {
        Ok(page) => add_page(model, page),
        Err(failure) => {
            on_page_failed(model, failure);
            vec![]
        }
    }
}

fn add_page(model: &mut Model, page: Page) -> Vec<Effect> {
    let browse = &mut model.browse;
    let first = browse.next.is_none();
    let before = browse.id_under_cursor().map(str::to_owned);
    browse.failures = 0;
    browse.listed_at = model.now;
    let images = page.images.clone();
    let changes = browse.add_page(page.images, page.next);
    let end = match (&browse.paging, &browse.next) {
        (Paging::Complete, None) => Some(SyncEnd::Complete),
        (Paging::Complete, Some(_)) => Some(SyncEnd::CaughtUp),
        _ => None,
    };
    browse.to_the_end &= end.is_none();
    let tidied = end.is_some() && browse.remove_missing();
    // Changes to listed images are rare; the search worker gets them at the end of the sync.
    browse.stale |= changes.changed;
    let mut effects = if tidied || (end.is_some() && browse.stale) {
        restart_search(model)
    } else {
        add_to_search(model, changes.fresh)
    };
    effects.push(Effect::StorePage(IndexPage { images, first, end, at: model.now }));
    move_cursor_to_shown(model);
    if tidied && before.is_some() && model.browse.id_under_cursor() != before.as_deref() {
        effects.extend(follow_unless_elsewhere(model));
    }
    effects.extend(follow_first(model));
    effects.extend(search_fuzzily(model));
    finish_marking(model);
    effects.extend(go_to_last(model));
    if end.is_some() && mem::take(&mut model.browse.is_reloading) && model.notice.is_none() {
        model.done(format!("Reloaded {}", image_count(model.browse.images().len())));
    }
    effects.extend(load_more(model));
    effects
}

fn on_page_failed(model: &mut Model, failure: Failure) {
    model.browse.failures += 1;
    let to_the_end = mem::take(&mut model.browse.to_the_end);
    model.browse.cancel_going_to_last();
    model.browse.resume = resume_at(model, &failure).map(|at| Resume { at, to_the_end });
    model.browse.paging = Paging::Failed(failure);
    if mem::take(&mut model.browse.filter.marks_when_loaded)
        && let Some(problem) = model.list_problem()
    {
        model.warn(format!("Nothing marked. {problem}"));
    }
}

/// When to retry a failed page. `None` if only the user or another sync can help. The API's own limit is not retried:
/// it may last for minutes.
fn resume_at(model: &Model, failure: &Failure) -> Option<Timestamp> {
    let browse = &model.browse;
    let limited = ["429", "971"].iter().any(|code| failure.code.contains(code));
    let endless = browse.next.as_ref().is_some_and(|next| next.endless().is_some());
    let passing = failure.kind == FailureKind::Network && !limited && !endless;
    let pause = FIRST_PAUSE * 2_i32.pow(browse.failures.clamp(1, MAX_FAILURES) - 1);
    (passing && browse.failures <= MAX_FAILURES).then(|| model.now.saturating_add(pause).ok()).flatten()
}

/// Adds images from the index. Ignores them if the whole list is loaded, as it lacks only deleted images.
pub(crate) fn on_index_chunk(model: &mut Model, stored: Vec<Arc<ImageSummary>>) -> Vec<Effect> {
    if model.browse.paging == Paging::Complete {
        return vec![];
    }
    let fresh = model.browse.add_stored(stored);
    move_cursor_to_shown(model);
    if fresh.is_empty() {
        return vec![];
    }
    let mut effects = add_to_search(model, fresh);
    effects.extend(sort_names(model));
    effects
}

/// Handles the end of the index: the sync continues until it reaches images that the index has.
pub(crate) fn on_index_read(model: &mut Model, read: Result<Option<IndexState>, String>) -> Vec<Effect> {
    // A sync of the whole account may have started since. It does not stop at known images.
    let catches_up = mem::take(&mut model.browse.index) == Index::Reading;
    match read {
        Ok(Some(IndexState { listed_at, whole })) => {
            model.browse.listed_before = listed_at;
            // If the whole list arrived before the index, it stays complete.
            if catches_up && model.browse.paging != Paging::Complete {
                model.browse.index = Index::CatchingUp { whole };
            }
        }
        Ok(None) => {}
        Err(why) => model.warn(why),
    }
    follow_first(model).into_iter().chain(load_more(model)).collect()
}

/// Updates the list with the API's details of the image that is shown.
pub(crate) fn on_image_updated(model: &mut Model) -> Vec<Effect> {
    let Some(image) = model.lookup.shown() else { return vec![] };
    let listed = Arc::new(UrlTemplates::default().summarize(image));
    if !model.browse.replace(&listed) {
        return vec![];
    }
    let mut effects = restart_search(model);
    effects.push(Effect::StoreImage(listed));
    effects
}
