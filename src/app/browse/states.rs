//! The states that the list can be in: how far it is loaded, how it is ordered, what narrows it.

use jiff::Timestamp;

use crate::app::RequestId;
use crate::app::text_input::TextInput;
use crate::domain::Failure;

/// How far the list is loaded.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Paging {
    /// Nothing was asked.
    #[default]
    NotStarted,
    /// A page is on its way.
    Loading(RequestId),
    /// There is more to be had.
    More,
    /// A page could not be had. What is loaded stays; asking again goes on from there.
    Failed(Failure),
    /// All of it is here.
    Complete,
}

/// A failed page that is fetched again later without being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resume {
    /// When.
    pub at: Timestamp,
    /// Whether the list is then loaded to its end.
    pub to_the_end: bool,
}

/// What an earlier run has left of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Index {
    /// It was not asked for, or there is none.
    #[default]
    None,
    /// It is being read.
    Reading,
    /// It is in the list, which the pass brings up to date until a page holds nothing new; whether it is whole.
    CatchingUp {
        /// Whether it held all that the account had.
        whole: bool,
    },
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

impl Sort {
    /// The order in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::NewestFirst => "newest first",
            Self::OldestFirst => "oldest first",
            Self::ByName => "by name",
        }
    }
}

/// How the filter compares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Matching {
    #[default]
    Substrings,
    Fuzzy,
}

/// The filter's text, and what it found.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// What is typed.
    pub line: TextInput,
    /// Whether keys go to it.
    pub typing: bool,
    /// Tells one question from another; a later one has a greater number.
    pub generation: u64,
    /// The last question that was answered.
    pub answered: u64,
    /// Images that match, best first, by their place of arrival; nothing while none is known.
    pub(super) matches: Option<Vec<u32>>,
    /// What these are.
    pub(super) shown: Matching,
    /// What the last question asks for.
    pub(super) requested: Matching,
    /// How many images the last answer is about.
    pub(super) searched: usize,
    /// Whether the rest of the list is loaded for it.
    pub loads: bool,
    /// Whether all rows are marked once the list is loaded and searched.
    pub marks_when_loaded: bool,
}

impl Filter {
    /// Whether the list is narrowed.
    pub fn is_on(&self) -> bool {
        !self.line.text().trim().is_empty()
    }

    /// Whether what matches is not known yet.
    pub fn is_searching(&self) -> bool {
        self.is_on() && (self.matches.is_none() || self.answered != self.generation)
    }
}
