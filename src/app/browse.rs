//! Browse: the account's images as the list tells of them, filtered, sorted and marked.

mod images;
mod states;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use self::images::Images;
pub use self::images::Taken;
use self::states::Matching;
pub use self::states::{Filter, Index, Paging, Resume, Sort};
use super::{Motion, Remote, Wait};
use crate::domain::{Continuation, ImageSummary, insert_by_name};

/// Rows before the end at which the next page is fetched.
const LOAD_AHEAD: usize = 200;

/// The list, and where a person stands in it.
#[derive(Debug, Clone)]
pub struct Browse {
    /// Whether a person wants to see it; until said, it is seen where there is room.
    pub wanted: Option<bool>,
    images: Images,
    /// How far the pass over the account has come.
    pub paging: Paging,
    /// When a failed page is fetched again by itself.
    pub resume: Option<Resume>,
    /// Pages that failed, one after the other, since somebody asked for one.
    pub failures: u32,
    /// Where the next page begins.
    pub next: Option<Continuation>,
    /// Whether the list is loaded to its end without further asking.
    pub to_the_end: bool,
    /// Whether the filter does not know yet what the list says of some images now.
    pub stale: bool,
    /// The pause before the next try of the page in flight.
    pub wait: Option<Wait>,
    /// What an earlier run has left.
    pub index: Index,
    /// When the last page came.
    pub listed_at: Timestamp,
    /// When the pass before told of what this one has not told of yet.
    pub listed_before: Timestamp,
    /// How many images the account holds, as its usage says.
    pub total: Remote<u64>,
    /// All images by their place of arrival, where neither that nor the API's is their order.
    order: Option<Vec<u32>>,
    sort: Sort,
    /// What the rows are sorted by now: what they were before, while the names are being sorted.
    sorted_as: Sort,
    /// Tells one question for the order by name from another; a later one has a greater number.
    sorting: u64,
    /// The row under the cursor.
    pub cursor: usize,
    /// Whether a person has moved it.
    pub moved: bool,
    /// The image that the cursor was on, while there is no row.
    left: Option<u32>,
    /// Marked images, by their place of arrival.
    marks: BTreeSet<u32>,
    /// The filter.
    pub filter: Filter,
}

impl Browse {
    /// Nothing listed yet.
    pub(super) fn new() -> Self {
        Self {
            wanted: None,
            images: Images::default(),
            paging: Paging::NotStarted,
            resume: None,
            failures: 0,
            next: None,
            to_the_end: false,
            stale: false,
            wait: None,
            index: Index::None,
            listed_at: Timestamp::UNIX_EPOCH,
            listed_before: Timestamp::UNIX_EPOCH,
            total: Remote::Idle,
            order: None,
            sort: Sort::NewestFirst,
            sorted_as: Sort::NewestFirst,
            sorting: 0,
            cursor: 0,
            moved: false,
            left: None,
            marks: BTreeSet::new(),
            filter: Filter::default(),
        }
    }

    /// The images in the order of arrival.
    pub fn images(&self) -> &[Arc<ImageSummary>] {
        self.images.all()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows().map_or(self.images.all().len(), <[u32]>::len)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The image of a row.
    pub fn row(&self, row: usize) -> Option<&Arc<ImageSummary>> {
        self.images.all().get(self.place(row)? as usize)
    }

    /// The ID of the image under the cursor.
    pub fn id_under_cursor(&self) -> Option<&str> {
        self.row(self.cursor).map(|image| image.id())
    }

    /// Whether a row is marked.
    pub fn is_marked(&self, row: usize) -> bool {
        self.place(row).is_some_and(|place| self.marks.contains(&place))
    }

    /// The marked images, in the order of arrival.
    pub fn marked(&self) -> impl ExactSizeIterator<Item = &Arc<ImageSummary>> {
        self.marks.iter().map(|place| &self.images.all()[*place as usize])
    }

    /// The order of the rows.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// How many images the account holds, once that is known.
    pub fn total(&self) -> Option<u64> {
        self.total.value().copied()
    }

    /// How many of the images the pass has told of so far.
    pub fn listed_count(&self) -> usize {
        self.images.confirmed_count()
    }

    /// Whether the account has images that are not listed, as far as anybody knows: a filter does not find those.
    pub fn is_partial(&self) -> bool {
        let known_before = matches!(self.index, Index::Reading | Index::CatchingUp { whole: true });
        let loaded = self.images.all().len() as u64;
        self.paging != Paging::Complete
            && self.paging != Paging::NotStarted
            && !known_before
            && self.total().is_none_or(|total| total > loaded)
    }

    /// Whether what is listed is what an earlier run was told: the pass has told nothing yet.
    pub fn is_from_earlier_run(&self) -> bool {
        self.listed_before > self.listed_at && !self.images.all().is_empty()
    }

    /// What the list says of the image with this ID, and when it was told.
    pub fn summary_of(&self, id: &str) -> Option<(&Arc<ImageSummary>, Timestamp)> {
        let place = self.images.place_of(id)?;
        let listed_at = if self.images.is_confirmed(place) { self.listed_at } else { self.listed_before };
        Some((self.images.all().get(place as usize)?, listed_at))
    }

    /// When the list told of a row.
    pub fn listed_at_of(&self, row: usize) -> Timestamp {
        let confirmed = self.place(row).is_none_or(|place| self.images.is_confirmed(place));
        if confirmed { self.listed_at } else { self.listed_before }
    }

    /// Whether the next page is to be fetched.
    pub fn wants_more(&self) -> bool {
        self.paging == Paging::More && self.wants_a_page()
    }

    /// Whether a page is of use: the list is loaded to its end, for the filter, or brought up to date, or the cursor is near
    /// the end of what is loaded, and no filter in between.
    pub fn wants_a_page(&self) -> bool {
        let narrowed = self.filter.matches.is_some() || self.order.is_some();
        let near = !narrowed && self.cursor + LOAD_AHEAD >= self.images.all().len();
        let for_filter = self.filter.loads && self.filter.is_on() && self.index != Index::Reading;
        self.to_the_end || near || for_filter || matches!(self.index, Index::CatchingUp { .. })
    }

    /// Whether pages are loaded for the filter, one after the other.
    pub fn is_loading_for_filter(&self) -> bool {
        self.filter.loads && self.filter.is_on() && matches!(self.paging, Paging::Loading(_))
    }

    /// Whether the rows are what the filter finds in all that is loaded.
    pub fn is_searched(&self) -> bool {
        !self.filter.is_on()
            || (!self.filter.is_searching() && self.filter.searched == self.images.all().len())
    }

    /// Whether the rows are all that the account has of them.
    pub fn is_complete(&self) -> bool {
        self.paging == Paging::Complete && self.is_searched()
    }

    /// Whether the rows are not what matches: fuzzy matches, shown as nothing does.
    pub fn is_fuzzy(&self) -> bool {
        self.filter.is_on() && self.filter.matches.is_some() && self.filter.shown == Matching::Fuzzy
    }

    /// Begins a pass over the whole account with the newest image. What is listed stays, and is no end to it.
    pub fn start_sync(&mut self) {
        self.next = None;
        self.index = Index::None;
        if self.listed_at > Timestamp::UNIX_EPOCH {
            self.listed_before = self.listed_at;
        }
        self.images.start_sync();
    }

    /// Takes the pass's next page. An image that is here already is not listed again.
    pub fn add_page(&mut self, page: Vec<Arc<ImageSummary>>, next: Option<Continuation>) -> Taken {
        let cursor = self.under_cursor();
        let has_images = !page.is_empty();
        let taken = self.images.add_page(page);
        self.paging = if next.is_some() { Paging::More } else { Paging::Complete };
        self.next = next;
        if let Index::CatchingUp { whole } = self.index
            && (self.paging == Paging::Complete || (has_images && taken.fresh.is_empty()))
        {
            self.index = Index::None;
            // Behind it lies what an earlier run went over to the end, so that loading to the end ends here too. Where that
            // run was broken off, there is a gap of which nobody knows how far it goes, and its continuation token is gone:
            // only the whole list fills it.
            if whole {
                self.paging = Paging::Complete;
            }
        }
        self.rearrange(cursor);
        taken
    }

    /// Takes what an earlier run was told. Returns what is new of it.
    pub fn add_stored(&mut self, stored: Vec<Arc<ImageSummary>>) -> Vec<Arc<ImageSummary>> {
        let cursor = self.under_cursor();
        let from = self.images.count();
        let fresh = self.images.add_stored(stored);
        match &mut self.order {
            // There are too many to be put among the others here: they wait at the end until all names are sorted.
            Some(order) if self.sorted_as == Sort::ByName => order.extend(from..self.images.count()),
            _ => self.rearrange(cursor),
        }
        fresh
    }

    /// Takes the API's word on one image; tells whether the list said something else of it.
    pub fn replace(&mut self, image: &Arc<ImageSummary>) -> bool {
        self.images.place_of(image.id()).is_some_and(|place| self.images.replace(place, image))
    }

    /// Once a pass has ended: drops what it has not told of, where it went over the whole account. Tells whether images
    /// have other places now. The cursor stays on its image, or in its row.
    pub fn remove_missing(&mut self) -> bool {
        let (row, cursor) = (self.cursor, self.under_cursor());
        let Some(moved) = self.images.remove_missing(self.next.is_none()) else { return false };
        let new = |place: &u32| moved.get(*place as usize).copied().flatten();
        self.marks = self.marks.iter().filter_map(new).collect();
        self.filter.matches =
            self.filter.matches.take().map(|matches| matches.iter().filter_map(new).collect());
        // The names have not changed, and sorting them takes longer than a frame.
        self.order = self.order.take().map(|order| order.iter().filter_map(new).collect());
        let new_cursor = cursor.as_ref().and_then(new);
        self.rearrange(new_cursor);
        if new_cursor.is_none() {
            self.cursor = row.min(self.len().saturating_sub(1));
        }
        true
    }

    /// Puts the cursor on the image with this ID, where a row shows it.
    pub fn move_cursor_to_id(&mut self, id: &str) {
        if let Some(row) = self.images.place_of(id).and_then(|place| self.row_of(place)) {
            self.cursor = row;
        }
    }

    /// Moves the cursor; tells whether it stands on another image.
    pub fn move_by(&mut self, motion: Motion, page: usize) -> bool {
        let before = self.cursor;
        self.moved = true;
        self.cursor = super::scroll::moved(self.cursor, motion, self.len(), page);
        self.cursor != before
    }

    /// Marks the row under the cursor, or takes its mark away.
    pub fn toggle_mark(&mut self) {
        let Some(place) = self.place(self.cursor) else { return };
        if !self.marks.remove(&place) {
            self.marks.insert(place);
        }
    }

    /// Marks every row.
    pub fn mark_all(&mut self) {
        // As a set of its own, which is made at once: one by one a hundred thousand would take longer than a key may.
        let mut rows: BTreeSet<u32> = (0..self.len()).filter_map(|row| self.place(row)).collect();
        self.marks.append(&mut rows);
    }

    /// Takes every mark away.
    pub fn unmark_all(&mut self) {
        self.filter.marks_when_loaded = false;
        self.marks.clear();
    }

    /// Sorts the rows another way, the cursor on the same image. By name that takes longer than a frame: see
    /// [`Self::request_name_order`].
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

    /// Asks for the order by name, where that is the rows'. What they are in stays until the answer is there.
    pub fn request_name_order(&mut self) -> Option<u64> {
        (self.sort == Sort::ByName).then(|| {
            self.sorting += 1;
            self.sorting
        })
    }

    /// Takes the order by name of all images but those that came since; the cursor stays on its image. An answer to
    /// another question changes nothing.
    pub fn set_name_order(&mut self, generation: u64, order: Vec<u32>) {
        let is_awaited = generation == self.sorting && self.sort == Sort::ByName;
        if is_awaited && order.len() <= self.images.all().len() {
            let cursor = self.under_cursor();
            self.order = Some(order);
            self.sorted_as = Sort::ByName;
            self.rearrange(cursor);
        }
    }

    /// Asks another question of the filter. What the one before found stays until its answer is there.
    pub fn start_search(&mut self) {
        self.filter.marks_when_loaded = false;
        self.next_generation(Matching::Substrings);
        if !self.filter.is_on() {
            let cursor = self.under_cursor();
            self.filter.matches = None;
            self.move_cursor_to(cursor);
        }
    }

    /// Asks the filter its question once more, of a list that is read anew: the answer leaves the cursor on its image.
    pub fn restart_search(&mut self) {
        self.next_generation(Matching::Substrings);
        self.filter.answered = self.filter.generation;
    }

    /// Asks the same question for fuzzy matches. The cursor stays on its image if it would have for the answer before.
    pub fn start_fuzzy_search(&mut self) {
        let again = self.filter.answered == self.filter.generation;
        self.next_generation(Matching::Fuzzy);
        if again {
            self.filter.answered = self.filter.generation;
        }
    }

    /// Whether fuzzy matches were asked for.
    pub fn is_searching_fuzzily(&self) -> bool {
        self.filter.requested == Matching::Fuzzy
    }

    /// Whether an answer leaves nothing to show: the whole list was searched, and nothing matches.
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

    /// Takes the filter's answer; the first one to a question puts the cursor on the best match. Tells whether the cursor
    /// stands on another image then. An answer to another question changes nothing.
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
        self.under_cursor() != cursor
    }

    /// Arranges the rows after images have come; the cursor stays on its image.
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

    /// Puts the cursor on an image; on the first row where no row shows it.
    fn move_cursor_to(&mut self, image: Option<u32>) {
        self.cursor = image.and_then(|place| self.row_of(place)).unwrap_or(0);
        self.left = image.filter(|_| self.is_empty());
    }

    fn row_of(&self, place: u32) -> Option<usize> {
        match self.rows() {
            None => Some(place as usize),
            Some(rows) => rows.iter().position(|row| *row == place),
        }
    }

    /// The image under the cursor; where there is no row, the one that was.
    fn under_cursor(&self) -> Option<u32> {
        self.place(self.cursor).or(self.left)
    }

    /// The images in the rows, where they are not all in the order of arrival.
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
        let mut browse = Browse::new();
        browse.add_page(page(&["c", "a", "B"]), None);
        browse
    }

    #[test]
    fn an_image_on_two_pages_is_listed_once() {
        let mut browse = browse();
        assert_eq!(browse.add_page(page(&["B", "d"]), None).fresh.len(), 1);
        assert_eq!(rows(&browse), ["c", "a", "B", "d"]);
        assert_eq!(browse.paging, Paging::Complete);
    }

    #[test]
    fn the_cursor_stays_on_its_image_through_sorting_and_new_pages() {
        let mut browse = browse();
        browse.cursor = 1;
        for order in [["B", "a", "c"], ["a", "B", "c"], ["c", "a", "B"]] {
            browse.sort_next();
            answer(&mut browse);
            assert_eq!(rows(&browse), order);
            assert_eq!(browse.row(browse.cursor).unwrap().id(), "a");
        }
        browse.sort_next();
        browse.add_page(page(&["z"]), None);
        assert_eq!(rows(&browse), ["z", "B", "a", "c"]);
        assert_eq!(browse.row(browse.cursor).unwrap().id(), "a");
        browse.sort_next();
        answer(&mut browse);
        browse.add_page(page(&["0", "C", "A", "b", "zz"]), None);
        assert_eq!(rows(&browse), ["0", "a", "A", "B", "b", "c", "C", "z", "zz"], "a page in its places");
        assert_eq!(browse.row(browse.cursor).unwrap().id(), "a");
    }

    /// Sorts the names, where that is asked.
    fn answer(browse: &mut Browse) {
        if let Some(generation) = browse.request_name_order() {
            browse.set_name_order(generation, sort_by_name(browse.images()));
        }
    }

    #[test]
    fn rows_stay_as_they_are_until_their_names_are_sorted() {
        let mut browse = browse();
        browse.sort_next();
        assert_eq!(browse.request_name_order(), None);
        browse.sort_next();
        let late = browse.request_name_order().unwrap();
        let generation = browse.request_name_order().unwrap();
        browse.set_name_order(late, vec![0, 1, 2]);
        assert_eq!(rows(&browse), ["B", "a", "c"], "an answer to another question");
        browse.add_page(page(&["b"]), None);
        assert_eq!(rows(&browse), ["b", "B", "a", "c"]);
        browse.set_name_order(generation, vec![1, 2, 0]);
        assert_eq!(rows(&browse), ["a", "B", "b", "c"], "what came since is among them");
        browse.add_stored(page(&["aa"]));
        assert_eq!(rows(&browse), ["a", "B", "b", "c", "aa"]);
        answer(&mut browse);
        assert_eq!(rows(&browse), ["a", "aa", "B", "b", "c"]);
        let generation = browse.request_name_order().unwrap();
        browse.sort_next();
        browse.set_name_order(generation, vec![1, 2, 0]);
        assert_eq!(rows(&browse), ["c", "a", "B", "b", "aa"], "nobody wants it any more");
    }

    #[test]
    fn the_filter_gives_the_whole_list_back_with_the_cursor_on_the_same_image() {
        let mut browse = browse();
        browse.filter.line.set("x");
        browse.start_search();
        browse.set_matches(1, vec![2, 0], 3);
        assert_eq!(rows(&browse), ["B", "c"]);
        browse.set_matches(0, vec![1], 3);
        assert_eq!(rows(&browse), ["B", "c"], "an answer to another question");
        browse.cursor = 1;
        browse.filter.line.set("");
        browse.start_search();
        assert_eq!((rows(&browse), browse.cursor), (vec!["c", "a", "B"], 0));
    }

    #[test]
    fn marks_are_of_images_not_of_rows() {
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
