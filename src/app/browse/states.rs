//! The states of the list: how much is loaded, how it is sorted, and what the filter shows.

use jiff::Timestamp;

use crate::app::RequestId;
use crate::app::text_input::TextInput;
use crate::domain::Failure;

/// How much of the list is loaded.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Paging {
    /// Nothing was requested yet.
    #[default]
    NotStarted,
    /// The next page is in flight.
    Loading(RequestId),
    /// There are more pages.
    More,
    /// The last page request failed. Loaded pages stay, and another request continues from there.
    Failed(Failure),
    /// Every page is loaded.
    Complete,
}

/// An automatic retry of a failed page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resume {
    pub at: Timestamp,
    /// Whether the list is then loaded to its end.
    pub to_the_end: bool,
}

/// The state of the index within the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Index {
    /// It was not read, or there is none.
    #[default]
    None,
    /// It is being read.
    Reading,
    /// Its images are listed, and the sync continues until a page has no new image.
    CatchingUp {
        /// Whether it held all images of the account.
        whole: bool,
    },
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

impl Sort {
    pub fn label(self) -> &'static str {
        match self {
            Self::NewestFirst => "newest first",
            Self::OldestFirst => "oldest first",
            Self::ByName => "by name",
        }
    }
}

/// How the filter matches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Matching {
    #[default]
    Substrings,
    Fuzzy,
}

/// The filter's text, and its matches.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub line: TextInput,
    /// Whether keys go to it.
    pub typing: bool,
    /// Identifies the last search. Later searches have greater numbers.
    pub generation: u64,
    /// The last search that has a result.
    pub answered: u64,
    /// The places of matching images, best first. `None` until there is a result.
    pub(super) matches: Option<Vec<u32>>,
    /// How `matches` were found.
    pub(super) shown: Matching,
    /// How the last search matches.
    pub(super) requested: Matching,
    /// How many images the last result covers.
    pub(super) searched: usize,
    /// Whether the rest of the list is loaded for it.
    pub loads: bool,
    /// Whether all rows are to be marked once the list is loaded and searched.
    pub marks_when_loaded: bool,
}

impl Filter {
    /// Whether it narrows the list.
    pub fn is_on(&self) -> bool {
        !self.line.text().trim().is_empty()
    }

    /// Whether the result is still unknown.
    pub fn is_searching(&self) -> bool {
        self.is_on() && (self.matches.is_none() || self.answered != self.generation)
    }
}
