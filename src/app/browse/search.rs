//! Filters and sorts the list, with the help of the search worker.

use std::sync::Arc;

use super::cursor::{follow, follow_unless_elsewhere};
use super::marks::finish_marking;
use super::pages::{load_more, stop_unwanted};
use crate::app::{Effect, Model, Pane};
use crate::domain::{ImageSummary, Query};

/// Searches for the filter's current text.
pub(crate) fn start(model: &mut Model) -> Vec<Effect> {
    model.browse.start_search();
    if !model.browse.filter.is_on() {
        return stop_unwanted(model).into_iter().chain(follow(model)).collect();
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
) -> Option<Effect> {
    if model.browse.finds_nothing(generation, &matches, searched) && query(model).may_be_fuzzy() {
        model.browse.start_fuzzy_search();
        return Some(search(model));
    }
    let moved = model.browse.set_matches(generation, matches, searched);
    finish_marking(model);
    if moved { follow_unless_elsewhere(model) } else { None }
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
