//! The list of an account's images, page by page: what is asked for, and where it goes on.

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::Image;

/// Which images are listed, and how. What is set here the server itself sorts out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Only images of this creator; an empty one asks for those that have none.
    pub creator: Option<String>,
    /// Only images whose metadata has this value at this key: dots lead into objects, and a key may end with one of the
    /// API's operators (`priority[gte:number]`). [`ListQuery::MAX_META`] at most.
    pub meta: Vec<(String, String)>,
    /// The latest upload first, or the earliest.
    pub newest_first: bool,
    /// Images on the first page, where fewer are there sooner.
    pub first: Option<u16>,
    /// Images a page; what lies outside of [`ListQuery::PER_PAGE`] is taken for its nearer end.
    pub per_page: u16,
}

impl ListQuery {
    /// Conditions on metadata that the API takes.
    pub const MAX_META: usize = 5;

    /// Images that a page may have. Of the two limits that Cloudflare gives, this is the smaller.
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
    /// Its images, in the list's order. A page may have none and yet not be the last.
    pub images: Vec<Image>,
    /// Entries that are no image, and were left out.
    pub skipped: usize,
    /// Where the next page is; nothing after the last.
    pub next: Option<Continuation>,
}

/// Where a list goes on. It remembers the way, so that a list that leads in a circle is found out: every token among the
/// last [`MAX_SEEN`], and any circle that is longer after a few turns.
#[derive(Clone, PartialEq, Eq)]
pub struct Continuation {
    token: String,
    per_page: u16,
    /// Pages before this one.
    pages: usize,
    /// Hashes of the last tokens; a new one takes the place of the oldest.
    seen: Vec<u64>,
    /// The hash of the token at the last power of two of pages: what Brent's way of finding circles remembers.
    anchor: u64,
    /// Pages without images just before this one.
    empty: usize,
    endless: Option<Endless>,
}

/// Tokens that are remembered: with a thousand images a page, those of four million, in 32 kB.
pub const MAX_SEEN: usize = 4096;

/// Pages without images that are followed, one after the other.
pub const MAX_EMPTY: usize = 100;

/// Why a list is not followed any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Endless {
    /// A token came a second time.
    Circle,
    /// [`MAX_EMPTY`] pages in a row were empty.
    Empty,
}

impl Continuation {
    /// The way on from a page, which named `token` for the next one. `before` is how that page was asked for; nothing
    /// for the first.
    pub fn after_page(before: Option<&Self>, token: String, per_page: u16, was_empty: bool) -> Self {
        let mut way = before.cloned().unwrap_or(Self {
            token: String::new(),
            per_page,
            pages: 0,
            seen: Vec::new(),
            anchor: 0,
            empty: 0,
            endless: None,
        });
        let mut hasher = DefaultHasher::new();
        token.hash(&mut hasher);
        let hash = hasher.finish();
        let again = way.pages > 0 && (way.anchor == hash || way.seen.contains(&hash));
        let place = way.pages % MAX_SEEN;
        way.pages += 1;
        way.empty = if was_empty { way.empty + 1 } else { 0 };
        way.endless =
            if again { Some(Endless::Circle) } else { (way.empty >= MAX_EMPTY).then_some(Endless::Empty) };
        if way.pages.is_power_of_two() {
            way.anchor = hash;
        }
        match way.seen.get_mut(place) {
            Some(oldest) => *oldest = hash,
            None => way.seen.push(hash),
        }
        Self { token, per_page, ..way }
    }

    /// The API's continuation token. Foreign text.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Images a page that have been found to fit into an answer.
    pub fn per_page(&self) -> u16 {
        self.per_page
    }

    /// Why it makes no sense to go on; nothing where it does.
    pub fn endless(&self) -> Option<Endless> {
        self.endless
    }
}

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

    /// Follows tokens until the way ends or the tokens do; the number of pages that were followed, and why it ended.
    fn followed(tokens: impl IntoIterator<Item = String>, empty: bool) -> (usize, Option<Endless>) {
        let mut way: Option<Continuation> = None;
        for (page, token) in tokens.into_iter().enumerate() {
            let next = Continuation::after_page(way.as_ref(), token, 1000, empty);
            if next.endless().is_some() {
                return (page + 1, next.endless());
            }
            way = Some(next);
        }
        (usize::MAX, None)
    }

    #[test]
    fn a_circle_is_found_at_its_first_token() {
        for (before, around) in [(0, 1), (1, 1), (0, 2), (3, 7), (5, 4000)] {
            let tokens = (0..before + around).chain((before..before + around).cycle());
            let (pages, endless) = followed(tokens.map(|n| n.to_string()), false);
            assert_eq!((pages, endless), (before + around + 1, Some(Endless::Circle)), "{before}+{around}");
        }
    }

    #[test]
    fn a_circle_longer_than_the_memory_is_found_later() {
        let around = 2 * MAX_SEEN;
        let (pages, endless) = followed((0..around).cycle().map(|n| n.to_string()), false);
        assert_eq!(endless, Some(Endless::Circle));
        assert!(pages <= 3 * around, "{pages}");
    }

    #[test]
    fn memory_is_bounded_and_a_long_list_is_no_circle() {
        let mut way = None;
        for page in 0..3 * MAX_SEEN {
            way = Some(Continuation::after_page(way.as_ref(), page.to_string(), 1000, page % 50 != 0));
        }
        let way = way.unwrap();
        assert_eq!(way.endless(), None);
        assert_eq!(way.seen.len(), MAX_SEEN);
    }

    #[test]
    fn empty_pages_are_followed_for_a_while() {
        let (pages, endless) = followed((0..).map(|n: u32| n.to_string()), true);
        assert_eq!((pages, endless), (MAX_EMPTY, Some(Endless::Empty)));
    }
}
