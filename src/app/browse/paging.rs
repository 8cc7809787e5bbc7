//! How much of the list is loaded.

use jiff::Timestamp;

use crate::app::RequestId;
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
