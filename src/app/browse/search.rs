//! Filters and sorts the list, with the help of the search worker.

use std::sync::Arc;

use super::cursor::{follow_first, follow_unless_elsewhere, go_to_last, move_cursor_to_listed};
use super::marks::finish_marking;
use super::pages::{load_more, stop_unwanted};
use crate::app::{Edit, Effect, Model};
use crate::domain::filter::access_term;
use crate::domain::{ImageSummary, Query};

/// Searches for the filter's current text.
pub(crate) fn start(model: &mut Model) -> Vec<Effect> {
    model.browse.start_search();
    if !model.browse.filter.is_on() {
        move_cursor_to_listed(model);
        return stop_unwanted(model).into_iter().chain(follow_first(model)).collect();
    }
    model.browse.filter.loads = !query(model).is_empty();
    [search(model)].into_iter().chain(load_more(model)).collect()
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
    let followed = if moved { follow_unless_elsewhere(model) } else { None };
    followed.into_iter().chain(go_to_last(model)).collect()
}

/// Narrows the list to the next access. What else was typed into the filter stays.
pub(crate) fn filter_next_access(model: &mut Model) -> Vec<Effect> {
    let next = model.browse.filter.next_access();
    let line = &mut model.browse.filter.line;
    let text = access_term::with_access(line.text(), next);
    line.set(&text);
    // The next typed letter starts another word.
    if text.ends_with(' ') {
        line.edit(Edit::InsertChar(' '));
    }
    start(model)
}

/// Clears and leaves the filter. All rows return, the cursor stays on its image, and pages are no longer loaded for the
/// filter. `None` if there is no filter.
pub(crate) fn leave_filter(model: &mut Model) -> Option<Vec<Effect>> {
    let filter = &mut model.browse.filter;
    if !(filter.typing || filter.is_on()) {
        return None;
    }
    filter.typing = false;
    filter.line.set("");
    model.browse.start_search();
    move_cursor_to_listed(model);
    Some(stop_unwanted(model).into_iter().collect())
}

/// Starts a fuzzy search if it is now known that nothing in the whole list matches exactly.
pub(super) fn search_fuzzily(model: &mut Model) -> Option<Effect> {
    let browse = &mut model.browse;
    let finds_nothing = browse.is_complete() && browse.is_empty() && !browse.is_searching_fuzzily();
    if !finds_nothing || !browse.filter.is_on() || !query(model).may_be_fuzzy() {
        return None;
    }
    model.browse.start_fuzzy_search();
    Some(search(model))
}

/// Adds images to the search worker. If the filter shows fuzzy matches, repeats the search, as one may match exactly.
pub(super) fn add_to_search(model: &mut Model, fresh: Vec<Arc<ImageSummary>>) -> Vec<Effect> {
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
pub(super) fn restart_search(model: &mut Model) -> Vec<Effect> {
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
pub(super) fn sort_names(model: &mut Model) -> Option<Effect> {
    model.browse.request_name_order().map(Effect::SortByName)
}

fn search(model: &Model) -> Effect {
    let query = query(model);
    let query = if model.browse.is_searching_fuzzily() { query.fuzzy() } else { query };
    Effect::Search { generation: model.browse.filter.generation, query }
}

fn query(model: &Model) -> Query {
    Query::parse(model.browse.filter.line.text(), &model.time_zone())
}
