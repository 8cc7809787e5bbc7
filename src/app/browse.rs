//! Browse: the account's images as the list tells of them, filtered, sorted and marked.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use jiff::Timestamp;

use super::line::Line;
use super::{Motion, RequestId};
use crate::domain::{Continuation, Failure, Listed};

/// Rows before the end at which the next page is fetched.
const AHEAD: usize = 200;

/// The list, and where a person stands in it.
#[derive(Debug, Clone)]
pub struct Browse {
    /// Whether a person wants to see it; until said, it is seen where there is room.
    pub wanted: Option<bool>,
    images: Vec<Arc<Listed>>,
    /// Hashes of their IDs: an image that stands on two pages is listed once.
    seen: HashSet<u64>,
    /// How far the list is loaded.
    pub paging: Paging,
    /// Where the next page begins.
    pub next: Option<Continuation>,
    /// Whether the list is loaded to its end without further asking.
    pub to_the_end: bool,
    /// Whether the page in flight begins the list anew.
    pub anew: bool,
    /// When the last page came.
    pub listed_at: Timestamp,
    /// How many images the account holds, as its usage says.
    pub total: Option<u64>,
    /// Images by their place of arrival, where their order is not that of arrival.
    rows: Option<Vec<u32>>,
    sort: Sort,
    /// The row under the cursor.
    pub cursor: usize,
    /// The image that it was on last, by its place of arrival: a filter that finds nothing leaves it none.
    stood: Option<u32>,
    /// Marked images, by their place of arrival.
    marks: BTreeSet<u32>,
    /// The filter.
    pub filter: Filter,
}

/// How far the list is loaded.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Paging {
    /// Nothing was asked.
    #[default]
    NotBegun,
    /// A page is on its way.
    Loading(RequestId),
    /// There is more to be had.
    More,
    /// A page could not be had. What is loaded stays; asking again goes on from there.
    Failed(Failure),
    /// All of it is here.
    Whole,
}

/// The order of the rows, where no filter ranks them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// As the API lists them.
    #[default]
    NewestFirst,
    /// The other way round.
    OldestFirst,
    /// By name, letters before their case.
    ByName,
}

/// The filter's text, and what it found.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What is typed.
    pub line: Line,
    /// Whether keys go to it.
    pub typing: bool,
    /// Tells one question from another; a later one has a greater number.
    pub generation: u64,
    /// The last question that was answered.
    pub answered: u64,
    /// Images that match, best first, by their place of arrival; nothing while none is known.
    found: Option<Vec<u32>>,
}

impl Filter {
    /// Whether the list is narrowed.
    pub fn is_on(&self) -> bool {
        !self.line.text().trim().is_empty()
    }
}

impl Sort {
    /// The order in words.
    pub fn word(self) -> &'static str {
        match self {
            Self::NewestFirst => "newest first",
            Self::OldestFirst => "oldest first",
            Self::ByName => "by name",
        }
    }
}

impl Browse {
    /// Nothing listed yet.
    pub(super) fn new() -> Self {
        Self {
            wanted: None,
            images: vec![],
            seen: HashSet::new(),
            paging: Paging::NotBegun,
            next: None,
            to_the_end: false,
            anew: false,
            listed_at: Timestamp::UNIX_EPOCH,
            total: None,
            rows: None,
            sort: Sort::NewestFirst,
            cursor: 0,
            stood: None,
            marks: BTreeSet::new(),
            filter: Filter::default(),
        }
    }

    /// The images in the order of arrival.
    pub fn images(&self) -> &[Arc<Listed>] {
        &self.images
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.as_ref().map_or(self.images.len(), Vec::len)
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The image of a row.
    pub fn row(&self, row: usize) -> Option<&Arc<Listed>> {
        self.images.get(self.place(row)? as usize)
    }

    /// Whether a row is marked.
    pub fn is_marked(&self, row: usize) -> bool {
        self.place(row).is_some_and(|place| self.marks.contains(&place))
    }

    /// The marked images, in the order of arrival.
    pub fn marked(&self) -> impl ExactSizeIterator<Item = &Arc<Listed>> {
        self.marks.iter().map(|place| &self.images[*place as usize])
    }

    /// The order of the rows.
    pub fn sort(&self) -> Sort {
        self.sort
    }

    /// Whether the cursor is near the end of what is loaded, and no filter is in between.
    pub fn wants_more(&self) -> bool {
        self.paging == Paging::More
            && (self.to_the_end || (self.rows.is_none() && self.cursor + AHEAD >= self.images.len()))
    }

    /// Takes a page. An image that is here already is not listed again. Returns the images that are new.
    pub fn take(&mut self, page: Vec<Arc<Listed>>, next: Option<Continuation>) -> Vec<Arc<Listed>> {
        let cursor = self.place(self.cursor);
        let fresh: Vec<_> = page.into_iter().filter(|image| self.seen.insert(hash(image.id()))).collect();
        self.images.extend(fresh.iter().cloned());
        self.paging = if next.is_some() { Paging::More } else { Paging::Whole };
        self.next = next;
        if !self.filter.is_on() && self.sort != Sort::NewestFirst {
            self.arrange(cursor);
        }
        fresh
    }

    /// Forgets the list, to be read anew. The filter, the order and the marks' images stay wanted.
    pub fn forget(&mut self) {
        self.images.clear();
        self.seen.clear();
        self.marks.clear();
        self.rows = None;
        self.filter.found = None;
        self.cursor = 0;
        self.stood = None;
    }

    /// Moves the cursor; tells whether it stands on another image.
    pub fn move_by(&mut self, motion: Motion, page: usize) -> bool {
        let before = self.cursor;
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
        let rows: Vec<u32> = (0..self.len()).filter_map(|row| self.place(row)).collect();
        self.marks.extend(rows);
    }

    /// Takes every mark away.
    pub fn unmark_all(&mut self) {
        self.marks.clear();
    }

    /// Sorts the rows another way, the cursor on the same image.
    pub fn sort_next(&mut self) {
        let cursor = self.place(self.cursor);
        self.sort = match self.sort {
            Sort::NewestFirst => Sort::OldestFirst,
            Sort::OldestFirst => Sort::ByName,
            Sort::ByName => Sort::NewestFirst,
        };
        self.arrange(cursor);
    }

    /// Asks another question of the filter. What the one before found stays until its answer is there.
    pub fn ask(&mut self) {
        self.filter.generation += 1;
        if !self.filter.is_on() {
            let cursor = self.place(self.cursor);
            self.filter.found = None;
            self.arrange(cursor);
        }
    }

    /// Takes the filter's answer. One to another question changes nothing.
    pub fn found(&mut self, generation: u64, matches: Vec<u32>, first: bool) {
        if generation != self.filter.generation || !self.filter.is_on() {
            return;
        }
        let cursor = self.place(self.cursor);
        self.filter.answered = generation;
        self.filter.found = Some(matches);
        self.arrange(cursor);
        if first {
            self.cursor = 0;
        }
    }

    /// Lays the rows out anew, the cursor on the image that it was on.
    fn arrange(&mut self, cursor: Option<u32>) {
        let all = || (0..u32::try_from(self.images.len()).unwrap_or(u32::MAX)).collect::<Vec<_>>();
        self.rows = match (&self.filter.found, self.sort) {
            (Some(found), _) => Some(found.clone()),
            (None, Sort::NewestFirst) => None,
            (None, Sort::OldestFirst) => Some(all().into_iter().rev().collect()),
            (None, Sort::ByName) => {
                let mut rows = all();
                rows.sort_by_cached_key(|place| self.images[*place as usize].name().to_lowercase());
                Some(rows)
            }
        };
        self.stood = cursor.or(self.stood);
        let row = match (&self.rows, self.stood) {
            (_, None) => None,
            (None, Some(place)) => Some(place as usize),
            (Some(rows), Some(place)) => rows.iter().position(|row| *row == place),
        };
        self.cursor = row.unwrap_or(0);
    }

    fn place(&self, row: usize) -> Option<u32> {
        match &self.rows {
            Some(rows) => rows.get(row).copied(),
            None => u32::try_from(row).ok().filter(|_| row < self.images.len()),
        }
    }
}

fn hash(id: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Image, Shapes};

    fn page(ids: &[&str]) -> Vec<Arc<Listed>> {
        let image = |id: &&str| Image::read(&format!(r#"{{"id":"{id}"}}"#)).unwrap();
        ids.iter().map(|id| Arc::new(Shapes::default().listed(&image(id)))).collect()
    }

    fn rows(browse: &Browse) -> Vec<&str> {
        (0..browse.len()).filter_map(|row| browse.row(row)).map(|image| image.id()).collect()
    }

    fn browse() -> Browse {
        let mut browse = Browse::new();
        browse.take(page(&["c", "a", "B"]), None);
        browse
    }

    #[test]
    fn an_image_on_two_pages_is_listed_once() {
        let mut browse = browse();
        assert_eq!(browse.take(page(&["B", "d"]), None).len(), 1);
        assert_eq!(rows(&browse), ["c", "a", "B", "d"]);
        assert_eq!(browse.paging, Paging::Whole);
    }

    #[test]
    fn the_cursor_stays_on_its_image_through_sorting_and_new_pages() {
        let mut browse = browse();
        browse.cursor = 1;
        for order in [["B", "a", "c"], ["a", "B", "c"], ["c", "a", "B"]] {
            browse.sort_next();
            assert_eq!(rows(&browse), order);
            assert_eq!(browse.row(browse.cursor).unwrap().id(), "a");
        }
        browse.sort_next();
        browse.take(page(&["z"]), None);
        assert_eq!(rows(&browse), ["z", "B", "a", "c"]);
        assert_eq!(browse.row(browse.cursor).unwrap().id(), "a");
    }

    #[test]
    fn the_filter_gives_the_whole_list_back_with_the_cursor_on_the_same_image() {
        let mut browse = browse();
        browse.filter.line.set("x");
        browse.ask();
        browse.found(1, vec![2, 0], true);
        assert_eq!(rows(&browse), ["B", "c"]);
        browse.found(0, vec![1], true);
        assert_eq!(rows(&browse), ["B", "c"], "an answer to another question");
        browse.cursor = 1;
        browse.filter.line.set("");
        browse.ask();
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
