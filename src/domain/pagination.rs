//! Paging through an account's images: the query, a page, and the continuation after it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, PoisonError};

use super::Image;

/// Which images to list, and how. The server applies all of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Only images of this creator. An empty string asks for images without one.
    pub creator: Option<String>,
    /// Only images whose metadata has this value at this key. Dots separate keys, and a key may end with one of the
    /// API's operators (`priority[gte:number]`). At most [`ListQuery::MAX_META`].
    pub meta: Vec<(String, String)>,
    /// Whether the latest upload comes first, or the earliest.
    pub newest_first: bool,
    /// Images on the first page, if fewer of them arrive sooner.
    pub first: Option<u16>,
    /// Images per page, clamped to [`ListQuery::PER_PAGE`].
    pub per_page: u16,
}

impl ListQuery {
    /// The number of metadata conditions that the API accepts.
    pub const MAX_META: usize = 5;

    /// The page sizes that the API accepts. Cloudflare documents two upper limits; this is the smaller one.
    pub const PER_PAGE: std::ops::RangeInclusive<u16> = 10..=1000;
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            creator: None,
            meta: Vec::new(),
            newest_first: true,
            first: None,
            per_page: *Self::PER_PAGE.end(),
        }
    }
}

/// One page of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// In the list's order. A page may be empty without being the last.
    pub images: Vec<Image>,
    /// How many entries were left out because they are not images.
    pub skipped: usize,
    /// `None` after the last page.
    pub next: Option<Continuation>,
}

/// Where the list continues. It also detects cycles in a list: a repetition among the last [`MAX_SEEN`] tokens at once,
/// and a longer cycle after a few rounds.
#[derive(Clone, Default)]
pub struct Continuation {
    token: String,
    per_page: u16,
    /// Number of pages before this one.
    pages: usize,
    /// Hashes of the last tokens, as a ring buffer.
    seen: Vec<u64>,
    /// The hash of the token at the last power of two of pages, for Brent's cycle detection.
    anchor: u64,
    /// Number of consecutive pages without new images, up to this one.
    empty: usize,
    endless: Option<Endless>,
    /// Shared by all continuations of a list.
    seen_images: Arc<Mutex<Seen>>,
}

/// The number of tokens to remember. With 1000 images per page they cover four million images, in 32 kB.
pub const MAX_SEEN: usize = 4096;

/// Consecutive pages without new images after which the list ends.
pub const MAX_EMPTY: usize = 100;

/// Image IDs to remember while paging: 260 pages, in about 10 MB.
const MAX_SEEN_IMAGES: usize = 1 << 18;

/// Why a list has no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endless {
    /// A token was repeated.
    Cycle,
    /// [`MAX_EMPTY`] pages in a row were empty.
    Empty,
    /// [`MAX_EMPTY`] pages in a row had almost only images of earlier pages.
    RepeatedPages,
}

/// The images seen while paging through the list.
///
/// Each image is stored with the page that it came from, so that fetching a page again does not count as a repetition.
#[derive(Default)]
struct Seen {
    /// The page on which an image came first, by the hash of its ID.
    page_of: HashMap<u64, usize>,
    /// The hashes, oldest first.
    order: VecDeque<u64>,
    /// The images of the last page whose number was a power of two, for Brent's cycle detection. They reveal a cycle
    /// that is longer than `order`.
    anchor: HashSet<u64>,
    anchor_page: usize,
    /// How many images of the anchor came again after they had been forgotten.
    returned: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PageOutcome {
    New,
    /// No images.
    Empty,
    /// Almost only images of earlier pages.
    Repeats,
    /// The images of a page of long ago.
    Cycle,
}

impl Seen {
    /// Removes images that came on earlier pages, and duplicates on this page.
    fn retain_new(&mut self, page: usize, images: &mut Vec<Image>, capacity: usize) -> PageOutcome {
        let total = images.len();
        let mut on_page = HashSet::with_capacity(total);
        let mut repeated = 0;
        images.retain(|image| {
            let hash = hash(image.id.as_str());
            if !on_page.insert(hash) {
                return false;
            }
            if self.page_of.get(&hash).is_some_and(|first| *first < page) {
                repeated += 1;
                return false;
            }
            if self.page_of.insert(hash, page).is_none() {
                self.order.push_back(hash);
                self.returned += usize::from(page > self.anchor_page && self.anchor.contains(&hash));
            }
            true
        });
        while self.order.len() > capacity {
            self.order.pop_front().map(|oldest| self.page_of.remove(&oldest));
        }
        if self.returned > 0 && self.returned * 2 >= self.anchor.len() {
            return PageOutcome::Cycle;
        }
        if page.is_power_of_two() && page > self.anchor_page {
            (self.anchor, self.anchor_page, self.returned) = (on_page, page, 0);
        }
        if total == 0 {
            PageOutcome::Empty
        } else if (total - repeated) * 10 < total {
            // A few new images among many old ones do not count: at that rate the list has no end.
            PageOutcome::Repeats
        } else {
            PageOutcome::New
        }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl Continuation {
    /// The continuation after a page whose response named `token`. `before` is the continuation that asked for the
    /// page; `None` for the first page. Removes the images of earlier pages from `images`.
    pub fn after_page(before: Option<&Self>, token: String, per_page: u16, images: &mut Vec<Image>) -> Self {
        let mut continuation = before.cloned().unwrap_or_default();
        let outcome = continuation.retain_new(images);
        let hash = hash(&token);
        let repeated =
            continuation.pages > 0 && (continuation.anchor == hash || continuation.seen.contains(&hash));
        let position = continuation.pages % MAX_SEEN;
        continuation.pages += 1;
        continuation.empty = if outcome == PageOutcome::New { 0 } else { continuation.empty + 1 };
        let too_many = continuation.empty >= MAX_EMPTY;
        continuation.endless = match outcome {
            _ if repeated => Some(Endless::Cycle),
            PageOutcome::Cycle => Some(Endless::Cycle),
            PageOutcome::Empty => too_many.then_some(Endless::Empty),
            PageOutcome::Repeats => too_many.then_some(Endless::RepeatedPages),
            PageOutcome::New => None,
        };
        if continuation.pages.is_power_of_two() {
            continuation.anchor = hash;
        }
        match continuation.seen.get_mut(position) {
            Some(oldest) => *oldest = hash,
            None => continuation.seen.push(hash),
        }
        Self { token, per_page, ..continuation }
    }

    /// Removes the images of all pages before the last one.
    pub fn remove_seen(&self, images: &mut Vec<Image>) {
        self.retain_new(images);
    }

    fn retain_new(&self, images: &mut Vec<Image>) -> PageOutcome {
        let mut seen = self.seen_images.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain_new(self.pages + 1, images, MAX_SEEN_IMAGES)
    }

    /// The API's continuation token. Untrusted.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The page size that is known to fit into a response.
    pub fn per_page(&self) -> u16 {
        self.per_page
    }

    /// Why the list must not be followed further. `None` if it may be.
    pub fn endless(&self) -> Option<Endless> {
        self.endless
    }
}

/// Equal if they lead to the same page. What was seen before does not matter.
impl PartialEq for Continuation {
    fn eq(&self, other: &Self) -> bool {
        let position =
            |continuation: &Self| (continuation.per_page, continuation.pages, continuation.endless);
        self.token == other.token && position(self) == position(other)
    }
}

impl Eq for Continuation {}

impl fmt::Debug for Continuation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Continuation")
            .field("token", &self.token)
            .field("pages", &self.pages)
            .field("endless", &self.endless)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows tokens until the list ends or there are no more tokens. Returns the number of pages, and why the list
    /// ended.
    fn followed(tokens: impl IntoIterator<Item = String>, empty: bool) -> (usize, Option<Endless>) {
        followed_with(tokens, |page| if empty { vec![] } else { vec![page] })
    }

    fn images(ids: impl IntoIterator<Item = usize>) -> Vec<Image> {
        ids.into_iter().map(|id| Image::read(&format!(r#"{{"id":"{id}"}}"#)).unwrap()).collect()
    }

    /// Same as [`followed`], with pages of these images.
    fn followed_with<Ids: IntoIterator<Item = usize>>(
        tokens: impl IntoIterator<Item = String>,
        ids: impl Fn(usize) -> Ids,
    ) -> (usize, Option<Endless>) {
        let mut continuation: Option<Continuation> = None;
        for (page, token) in tokens.into_iter().enumerate() {
            let next = Continuation::after_page(continuation.as_ref(), token, 1000, &mut images(ids(page)));
            if next.endless().is_some() {
                return (page + 1, next.endless());
            }
            continuation = Some(next);
        }
        (usize::MAX, None)
    }

    #[test]
    fn token_cycle_ends_list_at_first_repetition() {
        for (before, length) in [(0, 1), (1, 1), (0, 2), (3, 7), (5, 4000)] {
            let tokens = (0..before + length).chain((before..before + length).cycle());
            let (pages, endless) = followed(tokens.map(|n| n.to_string()), false);
            assert_eq!((pages, endless), (before + length + 1, Some(Endless::Cycle)), "{before}+{length}");
        }
    }

    #[test]
    fn token_cycle_longer_than_memory_ends_list() {
        let length = 2 * MAX_SEEN;
        let (pages, endless) = followed((0..length).cycle().map(|n| n.to_string()), false);
        assert_eq!(endless, Some(Endless::Cycle));
        assert!(pages <= 3 * length, "{pages}");
    }

    #[test]
    fn long_list_is_no_cycle_and_memory_is_bounded() {
        let mut continuation = None;
        for page in 0..3 * MAX_SEEN {
            let mut images = images((page % 50 == 0).then_some(page));
            continuation =
                Some(Continuation::after_page(continuation.as_ref(), page.to_string(), 1000, &mut images));
        }
        let continuation = continuation.unwrap();
        assert_eq!(continuation.endless(), None);
        assert_eq!(continuation.seen.len(), MAX_SEEN);
    }

    #[test]
    fn empty_pages_are_followed_up_to_limit() {
        let (pages, endless) = followed((0..).map(|n: u32| n.to_string()), true);
        assert_eq!((pages, endless), (MAX_EMPTY, Some(Endless::Empty)));
    }

    #[test]
    fn pages_of_old_images_count_as_empty() {
        let tokens = || (0..2000).map(|n: u32| n.to_string());
        for (name, new_pages, ids) in [
            ("the same page", 1, (|_| (0..20).collect()) as fn(usize) -> Vec<usize>),
            ("two pages in turn", 2, |page| (page % 2 * 20..page % 2 * 20 + 20).collect()),
            ("fifty pages in turn", 50, |page| (page % 50 * 20..page % 50 * 20 + 20).collect()),
            ("old pages mixed with empty ones", 1, |page| (0..page % 2 * 20).collect()),
            ("one new image among many old ones", 1, |page| (0..20).chain([1000 + page]).collect()),
        ] {
            let (pages, endless) = followed_with(tokens(), ids);
            assert!(matches!(endless, Some(Endless::RepeatedPages | Endless::Empty)), "{name}: {endless:?}");
            assert!((MAX_EMPTY..=new_pages + MAX_EMPTY + 1).contains(&pages), "{name}: {pages}");
        }
    }

    #[test]
    fn new_images_reset_the_limit() {
        let tokens = || (0..400).map(|n: u32| n.to_string());
        let overlapping = |page: usize| page * 10..page * 10 + 20;
        assert_eq!(followed_with(tokens(), overlapping), (usize::MAX, None));
        let mostly_old = |page: usize| if page.is_multiple_of(99) { page..page + 10 } else { 0..10 };
        assert_eq!(followed_with(tokens(), mostly_old), (usize::MAX, None), "a new page before the limit");
    }

    #[test]
    fn images_of_earlier_pages_are_removed() {
        let ids =
            |images: &[Image]| images.iter().map(|i| i.id.as_str().to_owned()).collect::<Vec<_>>().join(" ");
        let follow = |before: Option<&Continuation>, token: &str, page: &[usize]| {
            let mut images = images(page.iter().copied());
            let continuation = Continuation::after_page(before, token.to_owned(), 1000, &mut images);
            (continuation, ids(&images))
        };
        let (first, outcome) = follow(None, "1", &[1, 2, 1]);
        assert_eq!(outcome, "1 2");
        assert_eq!(follow(Some(&first), "2", &[2, 3]).1, "3");
        let (second, outcome) = follow(Some(&first), "2", &[2, 3]);
        assert_eq!(outcome, "3", "the same page fetched again");
        assert_eq!(follow(Some(&second), "3", &[3, 1, 4]).1, "4");
    }

    #[test]
    fn image_cycle_longer_than_memory_is_detected() {
        let mut seen = Seen::default();
        let mut cycle_at = None;
        for page in 1..=400 {
            let first = page % 100 * 10;
            if seen.retain_new(page, &mut images(first..first + 10), 500) == PageOutcome::Cycle {
                cycle_at.get_or_insert(page);
            }
            assert!(seen.order.len() <= 500 && seen.page_of.len() == seen.order.len());
        }
        assert!(cycle_at.is_some_and(|page| page <= 300), "{cycle_at:?}");
        let mut seen = Seen::default();
        for page in 1..=400 {
            assert_eq!(seen.retain_new(page, &mut images(page * 10..page * 10 + 10), 500), PageOutcome::New);
        }
    }
}
