//! The list, with its cursor, marks, order and filter.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::filter::{Filter, Matching};
use super::images::{Images, PageChanges};
use super::paging::{Index, Paging, Resume};
use crate::app::{Effect, Remote, RequestId, Wait};
use crate::domain::{Continuation, ImageSummary, insert_by_name};

/// How many rows before the end the next page is fetched.
const LOAD_AHEAD: usize = 200;

/// The list, with its cursor, marks, order and filter.
#[derive(Debug, Clone, Default)]
pub struct Browse {
    images: Images,
    /// The progress of the sync.
    pub paging: Paging,
    /// The automatic retry of a failed page.
    pub resume: Option<Resume>,
    /// Consecutive failed pages since the user last asked for one.
    pub failures: u32,
    /// Where the next page starts.
    pub next: Option<Continuation>,
    /// Whether the user asked for the current sync, so that a notice reports its end.
    pub is_reloading: bool,
    /// Whether pages are loaded to the end without further keys.
    pub to_the_end: bool,
    /// Whether the search worker has outdated data of some images.
    pub stale: bool,
    /// The pause before the next attempt of the page in flight.
    pub wait: Option<Wait>,
    /// The state of the index.
    pub index: Index,
    /// When the last page arrived.
    pub listed_at: Timestamp,
    /// When the images that the current sync has not listed yet were last listed.
    pub listed_before: Timestamp,
    /// The number of images in the account, by its usage statistics.
    pub total: Remote<u64>,
    /// All images by place, in the order of the rows. `None` if that is the order of arrival or the API's.
    order: Option<Vec<u32>>,
    sort: Sort,
    /// The order that the rows have now. It lags behind `sort` while the names are being sorted.
    sorted_as: Sort,
    /// Identifies the last request to sort by name. Later requests have greater numbers.
    sort_generation: u64,
    /// The row under the cursor.
    pub cursor: usize,
    pub cursor_target: CursorTarget,
    /// The image that was under the cursor before there were no rows.
    last_under_cursor: Option<u32>,
    /// The places of marked images.
    marks: BTreeSet<u32>,
    pub filter: Filter,
}

/// The order of the rows. A filter ranks them by match instead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// The API's order.
    #[default]
    NewestFirst,
    OldestFirst,
    /// Case-insensitive, with case as the tie-breaker.
    ByName,
}

/// Where the cursor goes automatically.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CursorTarget {
    /// To the image shown: the user has not moved the cursor yet.
    #[default]
    Shown,
    /// Nowhere.
    None,
    /// To the last row, once it is loaded.
    Last,
}

impl Sort {
    pub fn label(self) -> &'static str {
        match self {
            Self::NewestFirst => "newest first",
            Self::OldestFirst => "oldest first",
            Self::ByName => "by name",
        }
    }
}

impl Browse {
    /// When the countdown of a paused page request reaches the next second, or a failed page is retried.
    pub(crate) fn next_wake(&self, now: Timestamp) -> Option<Timestamp> {
        let second = self.wait.as_ref().and_then(|wait| {
            let left = wait.until.duration_since(now).as_millis();
            let millis = i64::try_from((left - 1) % 1000 + 1).ok().filter(|_| left > 0)?;
            now.checked_add(SignedDuration::from_millis(millis)).ok()
        });
        second.into_iter().chain(self.resume.map(|resume| resume.at)).min()
    }

    /// Records that the page in flight pauses before its next attempt.
    pub(crate) fn set_wait(&mut self, request: RequestId, wait: Wait) {
        if self.paging == Paging::Loading(request) {
            self.wait = Some(wait);
        }
    }

    /// Aborts the page in flight.
    pub(super) fn abort_page(&mut self) -> Option<Effect> {
        let Paging::Loading(request) = self.paging else { return None };
        self.paging = Paging::More;
        self.wait = None;
        Some(Effect::Abort(request))
    }

    /// The images in order of arrival.
    pub fn images(&self) -> &[Arc<ImageSummary>] {
        self.images.all()
    }

    /// How many of the loaded images need signed URLs.
    pub fn signed_count(&self) -> usize {
        self.images.signed_count()
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows().map_or(self.images.all().len(), <[u32]>::len)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn row(&self, row: usize) -> Option<&Arc<ImageSummary>> {
        self.images.all().get(self.place(row)? as usize)
    }

    pub fn id_under_cursor(&self) -> Option<&str> {
        self.row(self.cursor).map(|image| image.id())
    }

    pub fn is_marked(&self, row: usize) -> bool {
        self.place(row).is_some_and(|place| self.marks.contains(&place))
    }

    /// The marked images in order of arrival.
    pub fn marked(&self) -> impl ExactSizeIterator<Item = &Arc<ImageSummary>> {
        self.marks.iter().map(|place| &self.images.all()[*place as usize])
    }

    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// The number of images in the account, if known.
    pub fn total(&self) -> Option<u64> {
        self.total.value().copied()
    }

    /// How many images the current sync has listed.
    pub fn listed_count(&self) -> usize {
        self.images.confirmed_count()
    }

    /// Whether the account may have images that are not listed, which a filter cannot find.
    pub fn is_partial(&self) -> bool {
        let known_before = matches!(self.index, Index::Reading | Index::CatchingUp { whole: true });
        let loaded = self.images.all().len() as u64;
        self.paging != Paging::Complete
            && self.paging != Paging::NotStarted
            && !known_before
            && self.total().is_none_or(|total| total > loaded)
    }

    /// Whether all rows come from the index: the sync has not listed anything yet.
    pub fn is_from_earlier_run(&self) -> bool {
        self.listed_before > self.listed_at && !self.images.all().is_empty()
    }

    /// The list's data of the image with this ID, and when it was listed.
    pub fn summary_of(&self, id: &str) -> Option<(&Arc<ImageSummary>, Timestamp)> {
        let place = self.images.place_of(id)?;
        let listed_at = if self.images.is_confirmed(place) { self.listed_at } else { self.listed_before };
        Some((self.images.all().get(place as usize)?, listed_at))
    }

    /// When the image of a row was listed.
    pub fn listed_at_of(&self, row: usize) -> Timestamp {
        let confirmed = self.place(row).is_none_or(|place| self.images.is_confirmed(place));
        if confirmed { self.listed_at } else { self.listed_before }
    }

    pub fn wants_more(&self) -> bool {
        self.paging == Paging::More && self.wants_a_page()
    }

    /// Whether another page is useful: to load the list to its end, to search all of it, to catch up with the index, or
    /// because the cursor is near the end of an unfiltered, unsorted list.
    pub fn wants_a_page(&self) -> bool {
        let narrowed = self.filter.matches.is_some() || self.order.is_some();
        let near = !narrowed && self.cursor + LOAD_AHEAD >= self.images.all().len();
        let for_filter = self.filter.loads && self.filter.is_on() && self.index != Index::Reading;
        self.to_the_end || near || for_filter || matches!(self.index, Index::CatchingUp { .. })
    }

    /// Whether a page is loading for the filter.
    pub fn is_loading_for_filter(&self) -> bool {
        self.filter.loads && self.filter.is_on() && matches!(self.paging, Paging::Loading(_))
    }

    /// Whether the rows are the matches among all loaded images.
    pub fn is_searched(&self) -> bool {
        !self.filter.is_on()
            || (!self.filter.is_searching() && self.filter.searched == self.images.all().len())
    }

    /// Whether the rows are all that the account has.
    pub fn is_complete(&self) -> bool {
        self.paging == Paging::Complete && self.is_searched()
    }

    /// Whether the rows are fuzzy matches, shown because nothing matches exactly.
    pub fn is_fuzzy(&self) -> bool {
        let is_shown = self.filter.is_on() && self.filter.matches.is_some() && !self.is_empty();
        is_shown && self.filter.shown == Matching::Fuzzy
    }

    /// Starts a sync of the whole account at the newest image. Listed images stay, but the sync does not end on
    /// reaching them.
    pub fn start_sync(&mut self) {
        self.next = None;
        self.index = Index::None;
        if self.listed_at > Timestamp::UNIX_EPOCH {
            self.listed_before = self.listed_at;
        }
        self.images.start_sync();
    }

    /// Adds the sync's next page. Images that are listed already are not listed again.
    pub fn add_page(&mut self, page: Vec<Arc<ImageSummary>>, next: Option<Continuation>) -> PageChanges {
        let cursor = self.under_cursor();
        let has_images = !page.is_empty();
        let changes = self.images.add_page(page);
        self.paging = if next.is_some() { Paging::More } else { Paging::Complete };
        self.next = next;
        if let Index::CatchingUp { whole } = self.index
            && (self.paging == Paging::Complete || (has_images && changes.fresh.is_empty()))
        {
            self.index = Index::None;
            // The index covers everything beyond this page, so loading to the end stops here too. But if the earlier
            // run stopped early, there is a gap of unknown size, and its continuation token has expired: only a full
            // listing fills it.
            if whole {
                self.paging = Paging::Complete;
            }
        }
        self.rearrange(cursor);
        changes
    }

    /// Adds images from the index. Returns those that were not listed before.
    pub fn add_stored(&mut self, stored: Vec<Arc<ImageSummary>>) -> Vec<Arc<ImageSummary>> {
        let cursor = self.under_cursor();
        let from = self.images.count();
        let fresh = self.images.add_stored(stored);
        match &mut self.order {
            // Too many to insert one by one: they wait at the end until all names are sorted.
            Some(order) if self.sorted_as == Sort::ByName => order.extend(from..self.images.count()),
            _ => self.rearrange(cursor),
        }
        fresh
    }

    /// Replaces the list's data of one image by the API's. Returns whether it changed.
    pub fn replace(&mut self, image: &Arc<ImageSummary>) -> bool {
        self.images.place_of(image.id()).is_some_and(|place| self.images.replace(place, image))
    }

    /// At the end of a sync: drops images that it did not list, if it covered the whole account. Returns whether places
    /// changed. The cursor stays on its image, or else in its row.
    pub fn remove_missing(&mut self) -> bool {
        let (row, cursor) = (self.cursor, self.under_cursor());
        let Some(moved) = self.images.remove_missing(self.next.is_none()) else { return false };
        let new = |place: &u32| moved.get(*place as usize).copied().flatten();
        self.marks = self.marks.iter().filter_map(new).collect();
        self.filter.matches =
            self.filter.matches.take().map(|matches| matches.iter().filter_map(new).collect());
        // Filtering is enough: names have not changed, and sorting them takes longer than a frame.
        self.order = self.order.take().map(|order| order.iter().filter_map(new).collect());
        let new_cursor = cursor.as_ref().and_then(new);
        self.rearrange(new_cursor);
        if new_cursor.is_none() {
            self.cursor = row.min(self.len().saturating_sub(1));
        }
        true
    }

    /// Moves the cursor to the image with this ID, if a row shows it.
    pub fn move_cursor_to_id(&mut self, id: &str) {
        if let Some(row) = self.images.place_of(id).and_then(|place| self.row_of(place)) {
            self.cursor = row;
        }
    }

    /// Moves the cursor to a row, or to the last one before it. Returns whether its row changed.
    pub fn move_to(&mut self, row: usize) -> bool {
        self.cursor_target = CursorTarget::None;
        let row = row.min(self.len().saturating_sub(1));
        std::mem::replace(&mut self.cursor, row) != row
    }

    /// Marks or unmarks the row under the cursor.
    pub fn toggle_mark(&mut self) {
        let Some(place) = self.place(self.cursor) else { return };
        if !self.marks.remove(&place) {
            self.marks.insert(place);
        }
    }

    /// Marks every row.
    pub fn mark_all(&mut self) {
        // Merging two sets is fast; inserting a hundred thousand one by one would delay the key noticeably.
        let mut rows: BTreeSet<u32> = (0..self.len()).filter_map(|row| self.place(row)).collect();
        self.marks.append(&mut rows);
    }

    /// Removes all marks.
    pub fn unmark_all(&mut self) {
        self.filter.marks_when_loaded = false;
        self.marks.clear();
    }

    /// Switches to the next sort order, and keeps the cursor on its image. Sorting by name takes longer than a frame:
    /// see [`Self::request_name_order`].
    pub fn sort_next(&mut self) {
        let cursor = self.under_cursor();
        self.sort = match self.sort {
            Sort::NewestFirst => Sort::OldestFirst,
            Sort::OldestFirst => Sort::ByName,
            Sort::ByName => Sort::NewestFirst,
        };
        if self.sort != Sort::ByName {
            self.sorted_as = self.sort;
        }
        self.rearrange(cursor);
    }

    /// The number of a new request to sort by name, if that is the sort order. The rows stay as they are until the
    /// result arrives.
    pub fn request_name_order(&mut self) -> Option<u64> {
        (self.sort == Sort::ByName).then(|| {
            self.sort_generation += 1;
            self.sort_generation
        })
    }

    /// Accepts a name order of all images except those that arrived since. The cursor stays on its image. Ignores
    /// results of superseded requests.
    pub fn set_name_order(&mut self, generation: u64, order: Vec<u32>) {
        let is_awaited = generation == self.sort_generation && self.sort == Sort::ByName;
        if is_awaited && order.len() <= self.images.all().len() {
            let cursor = self.under_cursor();
            self.order = Some(order);
            self.sorted_as = Sort::ByName;
            self.rearrange(cursor);
        }
    }

    /// Whether no row comes after the loaded ones. The oldest image is last, or the newest if sorted oldest first.
    pub fn has_last_row(&self) -> bool {
        let newest_is_last = self.sort == Sort::OldestFirst && !self.filter.is_on();
        newest_is_last || self.paging == Paging::NotStarted || self.is_complete()
    }

    /// Leaves the cursor where it is once the last row is loaded.
    pub fn cancel_going_to_last(&mut self) {
        if self.cursor_target == CursorTarget::Last {
            self.cursor_target = CursorTarget::None;
        }
    }

    /// Starts a search. The previous matches stay until its result arrives.
    pub fn start_search(&mut self) {
        self.cancel_going_to_last();
        self.filter.marks_when_loaded = false;
        self.next_generation(Matching::Substrings);
        if !self.filter.is_on() {
            let cursor = self.under_cursor();
            self.filter.matches = None;
            self.move_cursor_to(cursor);
        }
    }

    /// Repeats the search on a changed list. Its result leaves the cursor on its image.
    pub fn restart_search(&mut self) {
        self.next_generation(Matching::Substrings);
        self.filter.answered = self.filter.generation;
    }

    /// Repeats the search with fuzzy matching. The cursor stays on its image if the exact search would have kept it
    /// there.
    pub fn start_fuzzy_search(&mut self) {
        let again = self.filter.answered == self.filter.generation;
        self.next_generation(Matching::Fuzzy);
        if again {
            self.filter.answered = self.filter.generation;
        }
    }

    /// Whether the last search is fuzzy.
    pub fn is_searching_fuzzily(&self) -> bool {
        self.filter.requested == Matching::Fuzzy
    }

    /// Whether a result means that nothing in the whole list matches exactly.
    pub fn finds_nothing(&self, generation: u64, matches: &[u32], searched: u32) -> bool {
        matches.is_empty()
            && generation == self.filter.generation
            && !self.is_searching_fuzzily()
            && self.paging == Paging::Complete
            && searched == self.images.count()
    }

    fn next_generation(&mut self, requested: Matching) {
        self.filter.generation += 1;
        self.filter.requested = requested;
        self.filter.searched = 0;
    }

    /// Accepts matches. The first result of a search moves the cursor to the best match. Returns whether the image under
    /// the cursor is to be shown: it is the best match, or another one than before. Ignores results of superseded
    /// searches.
    pub fn set_matches(&mut self, generation: u64, matches: Vec<u32>, searched: u32) -> bool {
        if generation != self.filter.generation || !self.filter.is_on() {
            return false;
        }
        self.filter.searched = searched as usize;
        self.filter.shown = self.filter.requested;
        let cursor = self.under_cursor();
        let first = self.filter.answered != generation;
        self.filter.answered = generation;
        self.filter.matches = Some(matches);
        self.move_cursor_to(cursor);
        if first {
            self.cursor = 0;
        }
        first || self.under_cursor() != cursor
    }

    /// Rebuilds the order after images were added. The cursor stays on its image.
    fn rearrange(&mut self, cursor: Option<u32>) {
        self.order = match self.sorted_as {
            Sort::NewestFirst => None,
            Sort::ByName => {
                let order = self.order.take().unwrap_or_default();
                Some(insert_by_name(&order, self.images.all(), order.len()))
            }
            Sort::OldestFirst => match self.images.order() {
                Some(order) => Some(order.iter().rev().copied().collect()),
                None => Some((0..self.images.count()).rev().collect()),
            },
        };
        self.move_cursor_to(cursor);
    }

    /// Moves the cursor to an image, or to the first row if no row shows it.
    fn move_cursor_to(&mut self, image: Option<u32>) {
        self.cursor = image.and_then(|place| self.row_of(place)).unwrap_or(0);
        self.last_under_cursor = image.filter(|_| self.is_empty());
    }

    fn row_of(&self, place: u32) -> Option<usize> {
        match self.rows() {
            None => Some(place as usize),
            Some(rows) => rows.iter().position(|row| *row == place),
        }
    }

    /// The image under the cursor, or the last one if there are no rows.
    fn under_cursor(&self) -> Option<u32> {
        self.place(self.cursor).or(self.last_under_cursor)
    }

    /// The places in the rows. `None` if all images are shown in order of arrival.
    fn rows(&self) -> Option<&[u32]> {
        self.filter.matches.as_deref().or(self.order.as_deref()).or(self.images.order())
    }

    fn place(&self, row: usize) -> Option<u32> {
        match self.rows() {
            Some(rows) => rows.get(row).copied(),
            None => u32::try_from(row).ok().filter(|place| *place < self.images.count()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Image, UrlTemplates, sort_by_name};

    fn page(ids: &[&str]) -> Vec<Arc<ImageSummary>> {
        let image = |id: &&str| Image::read(&format!(r#"{{"id":"{id}"}}"#)).unwrap();
        ids.iter().map(|id| Arc::new(UrlTemplates::default().summarize(&image(id)))).collect()
    }

    fn rows(browse: &Browse) -> Vec<&str> {
        (0..browse.len()).filter_map(|row| browse.row(row)).map(|image| image.id()).collect()
    }

    fn browse() -> Browse {
        let mut browse = Browse::default();
        browse.add_page(page(&["c", "a", "B"]), None);
        browse
    }

    #[test]
    fn add_page_lists_an_image_once() {
        let mut browse = browse();
        assert_eq!(browse.add_page(page(&["B", "d"]), None).fresh.len(), 1);
        assert_eq!(rows(&browse), ["c", "a", "B", "d"]);
        assert_eq!(browse.paging, Paging::Complete);
    }

    #[test]
    fn cursor_stays_on_image_when_sorting_and_loading() {
        let mut browse = browse();
        browse.cursor = 1;
        for order in [["B", "a", "c"], ["a", "B", "c"], ["c", "a", "B"]] {
            browse.sort_next();
            sort_names(&mut browse);
            assert_eq!(rows(&browse), order);
            assert_eq!(browse.row(browse.cursor).unwrap().id(), "a");
        }
        browse.sort_next();
        browse.add_page(page(&["z"]), None);
        assert_eq!(rows(&browse), ["z", "B", "a", "c"]);
        assert_eq!(browse.row(browse.cursor).unwrap().id(), "a");
        browse.sort_next();
        sort_names(&mut browse);
        browse.add_page(page(&["0", "C", "A", "b", "zz"]), None);
        assert_eq!(rows(&browse), ["0", "a", "A", "B", "b", "c", "C", "z", "zz"], "the page is sorted in");
        assert_eq!(browse.row(browse.cursor).unwrap().id(), "a");
    }

    /// Sorts the names if that is requested.
    fn sort_names(browse: &mut Browse) {
        if let Some(generation) = browse.request_name_order() {
            browse.set_name_order(generation, sort_by_name(browse.images()));
        }
    }

    #[test]
    fn rows_keep_their_order_until_names_are_sorted() {
        let mut browse = browse();
        browse.sort_next();
        assert_eq!(browse.request_name_order(), None);
        browse.sort_next();
        let late = browse.request_name_order().unwrap();
        let generation = browse.request_name_order().unwrap();
        browse.set_name_order(late, vec![0, 1, 2]);
        assert_eq!(rows(&browse), ["B", "a", "c"], "a stale result");
        browse.add_page(page(&["b"]), None);
        assert_eq!(rows(&browse), ["b", "B", "a", "c"]);
        browse.set_name_order(generation, vec![1, 2, 0]);
        assert_eq!(rows(&browse), ["a", "B", "b", "c"], "newer images are sorted in");
        browse.add_stored(page(&["aa"]));
        assert_eq!(rows(&browse), ["a", "B", "b", "c", "aa"]);
        sort_names(&mut browse);
        assert_eq!(rows(&browse), ["a", "aa", "B", "b", "c"]);
        let generation = browse.request_name_order().unwrap();
        browse.sort_next();
        browse.set_name_order(generation, vec![1, 2, 0]);
        assert_eq!(rows(&browse), ["c", "a", "B", "b", "aa"], "it is outdated");
    }

    #[test]
    fn clearing_filter_restores_list_and_cursor() {
        let mut browse = browse();
        browse.filter.line.set("x");
        browse.start_search();
        browse.set_matches(1, vec![2, 0], 3);
        assert_eq!(rows(&browse), ["B", "c"]);
        browse.set_matches(0, vec![1], 3);
        assert_eq!(rows(&browse), ["B", "c"], "a stale result");
        browse.cursor = 1;
        browse.filter.line.set("");
        browse.start_search();
        assert_eq!((rows(&browse), browse.cursor), (vec!["c", "a", "B"], 0));
    }

    #[test]
    fn marks_follow_images_when_sorting() {
        let mut browse = browse();
        browse.toggle_mark();
        browse.sort_next();
        let marked: Vec<_> = (0..3).map(|row| browse.is_marked(row)).collect();
        assert_eq!(marked, [false, false, true]);
        browse.mark_all();
        assert_eq!(browse.marked().len(), 3);
        browse.unmark_all();
        assert_eq!(browse.marked().len(), 0);
    }
}
