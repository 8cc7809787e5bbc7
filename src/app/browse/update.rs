//! Browses the list: paging, the cursor, the filter, and marks.

use std::sync::Arc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::app::browse::{Index, Paging, Resume, Sort};
use crate::app::keymap::key_of;
use crate::app::scroll::Scroll;
use crate::app::{
    Action, Effect, IndexPage, IndexState, Model, Motion, Notice, Page, Pane, RequestId, SyncEnd, Wait,
};
use crate::domain::account::group_thousands;
use crate::domain::{Failure, FailureKind, Image, ImageSummary, Query, UrlTemplates};

/// How long the cursor rests on an image before its details are requested: longer than the repeat rate of a held key.
const CURSOR_REST: SignedDuration = SignedDuration::from_millis(200);

/// The pause before a failed page is retried automatically. Each further failure doubles it.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(15);

/// Consecutive failures after which pages are no longer retried automatically.
const MAX_FAILURES: u32 = 5;

/// Shows Browse and focuses it, or hides it if it has the focus.
pub(crate) fn toggle(model: &mut Model) -> Vec<Effect> {
    if model.focus == Pane::Browse {
        model.browse.wanted = Some(false);
        return crate::app::update::focus(model, Pane::Variants);
    }
    show(model)
}

/// Shows Browse and focuses it. Starts loading the list.
pub(crate) fn show(model: &mut Model) -> Vec<Effect> {
    model.browse.wanted = Some(true);
    let mut effects = crate::app::update::focus(model, Pane::Browse);
    effects.extend(start(model));
    effects.extend(follow_first(model));
    effects
}

/// Starts loading the list if Browse is visible and it was not started.
pub(crate) fn start(model: &mut Model) -> Vec<Effect> {
    if model.has_browse() { start_hidden(model) } else { vec![] }
}

/// Starts loading the list if it was not started.
pub(crate) fn start_hidden(model: &mut Model) -> Vec<Effect> {
    if model.browse.paging != Paging::NotStarted || model.offline.is_some() {
        return vec![];
    }
    let mut effects = vec![Effect::ReadIndex];
    effects.extend(fetch_total(model));
    model.browse.index = Index::Reading;
    // The filter's dates are in the local time zone.
    if model.zone.is_none() {
        effects.push(Effect::LoadTimeZone);
    }
    effects.push(fetch(model));
    effects
}

/// Loads the list to its end, or resumes where it stopped.
pub(crate) fn load_all(model: &mut Model) -> Vec<Effect> {
    let mut effects = show(model);
    if model.offline.is_some() {
        return effects;
    }
    model.browse.to_the_end = true;
    model.browse.failures = 0;
    match model.browse.paging {
        Paging::More | Paging::Failed(_) => effects.push(fetch(model)),
        Paging::Complete => {
            model.browse.to_the_end = false;
            model.notice = Some(Notice::Done("All images are listed".to_owned()));
        }
        Paging::NotStarted | Paging::Loading(_) => {}
    }
    effects
}

/// Lists the whole account again: new images come first, and deleted ones are dropped at the end.
pub(crate) fn reload(model: &mut Model) -> Vec<Effect> {
    let mut effects = show(model);
    if model.offline.is_some() || effects.iter().any(|effect| matches!(effect, Effect::FetchPage { .. })) {
        return effects;
    }
    if let Paging::Loading(request) = model.browse.paging {
        effects.push(Effect::Abort(request));
    }
    model.browse.start_sync();
    model.browse.failures = 0;
    model.browse.to_the_end = true;
    effects.extend(fetch_total(model));
    effects.push(fetch(model));
    effects.extend(crate::app::lookup::update::reload_options(model));
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
        Ok(page) => {
            model.browse.failures = 0;
            let first = model.browse.next.is_none();
            let before = model.browse.id_under_cursor().map(str::to_owned);
            model.browse.listed_at = model.now;
            let stored_images = page.images.clone();
            let changes = model.browse.add_page(page.images, page.next);
            let end = match (&model.browse.paging, &model.browse.next) {
                (Paging::Complete, None) => Some(SyncEnd::Complete),
                (Paging::Complete, Some(_)) => Some(SyncEnd::CaughtUp),
                _ => None,
            };
            let tidied = end.is_some() && model.browse.remove_missing();
            let mut effects = Vec::new();
            // Changes to listed images are rare; the search worker gets them at the end of the sync.
            model.browse.stale |= changes.changed;
            if tidied || (end.is_some() && model.browse.stale) {
                effects.extend(restart_search(model));
            } else {
                effects.extend(add_to_search(model, changes.fresh));
            }
            effects.push(Effect::StorePage(IndexPage { images: stored_images, first, end, at: model.now }));
            if end.is_some() {
                model.browse.to_the_end = false;
            }
            move_cursor_to_shown(model);
            if tidied && before.is_some() && model.browse.id_under_cursor() != before.as_deref() {
                effects.extend(follow_unless_elsewhere(model));
            }
            effects.extend(follow_first(model));
            effects.extend(search_fuzzily(model));
            finish_marking(model);
            effects.extend(load_more(model));
            effects
        }
        Err(failure) => {
            let to_the_end = std::mem::take(&mut model.browse.to_the_end);
            model.browse.failures += 1;
            model.browse.resume = resume_at(model, &failure).map(|at| Resume { at, to_the_end });
            if std::mem::take(&mut model.browse.filter.marks_when_loaded) {
                model.notice = Some(Notice::Warning(format!(
                    "Nothing is marked: couldn't load the whole list. {failure} Press {} to go on loading.",
                    key_of(&Action::LoadAll)
                )));
            }
            model.browse.paging = Paging::Failed(failure);
            vec![]
        }
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

/// Fetches a failed page again once its pause is over.
pub(crate) fn resume(model: &mut Model) -> Option<Effect> {
    let resume = model.browse.resume.filter(|resume| resume.at <= model.now)?;
    model.browse.resume = None;
    if !matches!(model.browse.paging, Paging::Failed(_)) || model.is_budget_low() {
        return None;
    }
    model.browse.to_the_end = resume.to_the_end;
    Some(fetch(model))
}

/// Stops retrying to load the list to its end. Returns whether it was going to.
pub(crate) fn give_up_resuming(model: &mut Model) -> bool {
    model.browse.resume.take_if(|resume| resume.to_the_end).is_some()
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
    let catches_up = std::mem::take(&mut model.browse.index) == Index::Reading;
    match read {
        Ok(Some(IndexState { listed_at, whole })) => {
            model.browse.listed_before = listed_at;
            // If the whole list arrived before the index, it stays complete.
            if catches_up && model.browse.paging != Paging::Complete {
                model.browse.index = Index::CatchingUp { whole };
            }
        }
        Ok(None) => {}
        Err(why) => model.notice = Some(Notice::Warning(why)),
    }
    let mut effects = follow_first(model);
    effects.extend(load_more(model));
    effects
}

/// Records that the page in flight pauses before its next attempt.
pub(crate) fn waiting(model: &mut Model, request: RequestId, wait: Wait) {
    if model.browse.paging == Paging::Loading(request) {
        model.browse.wait = Some(wait);
    }
}

/// Updates the list with the API's details of an image.
pub(crate) fn on_image_updated(model: &mut Model, image: &Image) -> Vec<Effect> {
    let listed = Arc::new(UrlTemplates::default().summarize(image));
    if !model.browse.replace(&listed) {
        return vec![];
    }
    let mut effects = restart_search(model);
    effects.push(Effect::StoreImage(listed));
    effects
}

/// Moves a cursor that the user has not moved to the image shown.
pub(crate) fn move_cursor_to_shown(model: &mut Model) {
    if !model.browse.moved
        && let Some(image) = model.lookup.shown()
    {
        model.browse.move_cursor_to_id(image.id.as_str());
    }
}

/// Adds images to the search worker. If the filter shows fuzzy matches, repeats the search, as one may match exactly.
fn add_to_search(model: &mut Model, fresh: Vec<Arc<ImageSummary>>) -> Vec<Effect> {
    if fresh.is_empty() {
        return vec![];
    }
    let mut effects = vec![Effect::AddToSearch(fresh)];
    if model.browse.filter.is_on() && model.browse.is_searching_fuzzily() {
        model.browse.restart_search();
        effects.push(search(model));
    }
    effects
}

/// Replaces the search worker's images with the current list.
fn restart_search(model: &mut Model) -> Vec<Effect> {
    model.browse.stale = false;
    let mut effects = vec![Effect::ClearSearch, Effect::AddToSearch(model.browse.images().to_vec())];
    if model.browse.filter.is_on() {
        model.browse.restart_search();
        effects.push(search(model));
    }
    effects.extend(sort_names(model));
    effects
}

/// Asks the search worker to sort by name if that is the order. Sorting here would delay keys.
fn sort_names(model: &mut Model) -> Option<Effect> {
    model.browse.request_name_order().map(Effect::SortByName)
}

/// Stops loading to the end, and what waits for it. `None` if there is nothing to stop.
pub(crate) fn stop_loading(model: &mut Model) -> Option<Vec<Effect>> {
    let marks = std::mem::take(&mut model.browse.filter.marks_when_loaded);
    let Paging::Loading(request) = model.browse.paging else { return marks.then(Vec::new) };
    if !std::mem::take(&mut model.browse.to_the_end) {
        return marks.then(Vec::new);
    }
    model.browse.filter.loads = false;
    model.browse.paging = Paging::More;
    model.browse.wait = None;
    Some(vec![Effect::Abort(request)])
}

/// Aborts a page request that only the filter needed.
fn stop_unwanted(model: &mut Model) -> Option<Effect> {
    let Paging::Loading(request) = model.browse.paging else { return None };
    if model.browse.wants_a_page() {
        return None;
    }
    model.browse.paging = Paging::More;
    model.browse.wait = None;
    Some(Effect::Abort(request))
}

/// Moves the cursor, and shows the image under it.
pub(crate) fn move_by(model: &mut Model, motion: Motion) -> Vec<Effect> {
    let moved = model.browse.move_by(motion, model.viewports.browse.height);
    let mut effects = if moved { follow(model) } else { vec![] };
    effects.extend(load_more(model));
    effects
}

/// Shows the image under the cursor from the list, and schedules fetching its details.
pub(crate) fn follow(model: &mut Model) -> Vec<Effect> {
    let Some(image) = model.browse.row(model.browse.cursor).and_then(|listed| listed.image()) else {
        return vec![];
    };
    if model.lookup.shown().is_some_and(|shown| shown.id == image.id)
        && model.lookup.pending_other_id().is_none()
    {
        return vec![];
    }
    if !model.input.is_partly_typed() {
        model.input.replace(image.id.as_str());
    }
    model.details = Scroll::default();
    let request_at = model.now.saturating_add(CURSOR_REST).unwrap_or(model.now);
    let listed_at = model.browse.listed_at_of(model.browse.cursor);
    let aborted = model.lookup.show_listed(image, listed_at, request_at);
    aborted.map(Effect::Abort).into_iter().collect()
}

/// Shows the image under the cursor if none is shown yet and Browse has the focus.
pub(crate) fn follow_first(model: &mut Model) -> Vec<Effect> {
    let nothing = model.lookup.shown().is_none() && model.lookup.image.pending_request().is_none();
    if nothing && model.focus == Pane::Browse { follow(model) } else { vec![] }
}

/// Shows the image under a cursor that the user did not move, unless they are elsewhere or wait for another image.
fn follow_unless_elsewhere(model: &mut Model) -> Vec<Effect> {
    let here = model.focus == Pane::Browse && model.lookup.pending_other_id().is_none();
    if here { follow(model) } else { vec![] }
}

/// Searches for the filter's current text.
pub(crate) fn start_search(model: &mut Model) -> Vec<Effect> {
    model.browse.start_search();
    if !model.browse.filter.is_on() {
        let mut effects: Vec<Effect> = stop_unwanted(model).into_iter().collect();
        effects.extend(follow(model));
        return effects;
    }
    model.browse.filter.loads = !query(model).is_empty();
    let mut effects = vec![search(model)];
    effects.extend(load_more(model));
    effects
}

fn query(model: &Model) -> Query {
    let zone = model.zone.clone().unwrap_or(TimeZone::UTC);
    Query::parse(model.browse.filter.line.text(), &zone)
}

fn search(model: &Model) -> Effect {
    let query = query(model);
    let query = if model.browse.is_searching_fuzzily() { query.fuzzy() } else { query };
    Effect::Search { generation: model.browse.filter.generation, query }
}

/// Starts a fuzzy search if it is now known that nothing in the whole list matches exactly.
fn search_fuzzily(model: &mut Model) -> Option<Effect> {
    let browse = &mut model.browse;
    let finds_nothing = browse.is_complete() && browse.is_empty() && !browse.is_searching_fuzzily();
    if !finds_nothing || !browse.filter.is_on() || !query(model).may_be_fuzzy() {
        return None;
    }
    model.browse.start_fuzzy_search();
    Some(search(model))
}

/// Focuses the filter.
pub(crate) fn filter(model: &mut Model) -> Vec<Effect> {
    let effects = show(model);
    model.browse.filter.typing = true;
    effects
}

/// Clears and leaves the filter. All rows return, the cursor stays on its image, and pages are no longer loaded for the
/// filter. `None` if there is no filter.
pub(crate) fn leave_filter(model: &mut Model) -> Option<Vec<Effect>> {
    let filter = &mut model.browse.filter;
    if model.focus != Pane::Browse || !(filter.typing || filter.is_on()) {
        return None;
    }
    filter.typing = false;
    filter.line.set("");
    model.browse.start_search();
    Some(stop_unwanted(model).into_iter().collect())
}

/// Handles matches. If nothing in the whole list matches, starts a fuzzy search instead of showing an empty list.
pub(crate) fn on_matches(
    model: &mut Model,
    generation: u64,
    matches: Vec<u32>,
    searched: u32,
) -> Vec<Effect> {
    if model.browse.finds_nothing(generation, &matches, searched) && query(model).may_be_fuzzy() {
        model.browse.start_fuzzy_search();
        return vec![search(model)];
    }
    let moved = model.browse.set_matches(generation, matches, searched);
    finish_marking(model);
    if moved { follow_unless_elsewhere(model) } else { vec![] }
}

/// Marks every row, once the list is completely loaded and searched.
pub(crate) fn mark_all(model: &mut Model) -> Vec<Effect> {
    if model.browse.is_complete() || model.browse.paging == Paging::NotStarted {
        if model.browse.is_fuzzy() {
            warn_of_fuzzy_marks(model);
        } else {
            model.browse.mark_all();
        }
        return vec![];
    }
    model.browse.filter.marks_when_loaded = true;
    if model.browse.paging == Paging::Complete {
        return vec![];
    }
    model.browse.to_the_end = true;
    let back = key_of(&Action::Back);
    model.notice =
        Some(Notice::Done(format!("Loading the whole list to mark all that match; {back} cancels")));
    match model.browse.paging {
        Paging::More | Paging::Failed(_) => vec![fetch(model)],
        _ => vec![],
    }
}

/// Marks the rows if that was waiting for the list, and the list is now complete.
fn finish_marking(model: &mut Model) {
    if !model.browse.filter.marks_when_loaded || !model.browse.is_complete() {
        return;
    }
    model.browse.filter.marks_when_loaded = false;
    if model.browse.is_fuzzy() {
        warn_of_fuzzy_marks(model);
        return;
    }
    model.browse.mark_all();
    model.notice = Some(match model.browse.len() {
        0 => Notice::Warning("Nothing is marked: no image matches.".to_owned()),
        1 => Notice::Done("Marked 1 image".to_owned()),
        many => Notice::Done(format!("Marked {} images", group_thousands(many as u64))),
    });
}

fn warn_of_fuzzy_marks(model: &mut Model) {
    model.notice = Some(Notice::Warning(format!(
        "Nothing is marked: no image matches, these are only similar. {} marks one of them.",
        key_of(&Action::Mark)
    )));
}

/// Switches the sort order. The notice says if the order covers only what is loaded, or is hidden by the filter.
pub(crate) fn sort(model: &mut Model) -> Vec<Effect> {
    let browse = &mut model.browse;
    browse.sort_next();
    let word = browse.sort().label();
    model.notice = Some(if browse.filter.is_on() {
        Notice::Done(format!("Best match first; {word} without the filter"))
    } else if browse.sort() == Sort::NewestFirst || browse.paging == Paging::Complete || browse.to_the_end {
        Notice::Done(format!("Sorted {word}"))
    } else {
        Notice::Done(format!("Sorted {word}, as far as loaded: {} loads the rest", key_of(&Action::LoadAll)))
    });
    sort_names(model).into_iter().collect()
}

/// Goes to the variants of the image under the cursor. Does nothing while another image is looked up.
pub(crate) fn show_variants(model: &mut Model) -> Vec<Effect> {
    if model.lookup.pending_other_id().is_some() {
        return vec![];
    }
    let mut effects = follow(model);
    effects.extend(crate::app::update::focus(model, Pane::Variants));
    effects
}

/// Requests the next page if it is wanted. If less than a fifth of the quota is left, only the user's keys do that.
pub(crate) fn load_more(model: &mut Model) -> Vec<Effect> {
    if !model.browse.wants_more() {
        return vec![];
    }
    if model.is_budget_low() {
        if std::mem::take(&mut model.browse.to_the_end) {
            let unmarked = std::mem::take(&mut model.browse.filter.marks_when_loaded);
            let unmarked = if unmarked { "Nothing is marked. " } else { "" };
            model.notice = Some(Notice::Warning(format!(
                "{unmarked}The list stops here: less than a fifth of the account's requests are left, and other programs may need \
                 them. {} loads one more page.",
                key_of(&Action::LoadAll)
            )));
        }
        return vec![];
    }
    vec![fetch(model)]
}

/// Requests the number of images. A failure is not reported: the list works without it, or with the previous number.
fn fetch_total(model: &mut Model) -> Vec<Effect> {
    let request = model.next_request();
    let superseded = model.browse.total.start(request).map(Effect::Abort);
    superseded.into_iter().chain([Effect::FetchTotal(request)]).collect()
}

fn fetch(model: &mut Model) -> Effect {
    let request = model.next_request();
    model.browse.paging = Paging::Loading(request);
    model.browse.wait = None;
    model.browse.resume = None;
    Effect::FetchPage { request, after: model.browse.next.clone() }
}
