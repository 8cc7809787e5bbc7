//! The filter of the list.

use crate::app::text_input::TextInput;
use crate::domain::Access;
use crate::domain::filter::access_term;

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

    /// The access to which it narrows the list. `None` if to none.
    pub fn access(&self) -> Option<Access> {
        access_term::access_of(self.line.text())
    }

    /// The access to which the key for it narrows the list next. `None` for all images.
    pub fn next_access(&self) -> Option<Access> {
        match self.access() {
            None => Some(Access::Signed),
            Some(Access::Signed) => Some(Access::Public),
            Some(Access::Public) => Some(Access::Unknown),
            Some(Access::Unknown) => None,
        }
    }

    /// Whether the result is still unknown.
    pub fn is_searching(&self) -> bool {
        self.is_on() && (self.matches.is_none() || self.answered != self.generation)
    }
}
