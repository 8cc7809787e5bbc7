//! Pages of the list, and what the index stores of them.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Continuation, ImageSummary};

/// A page of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// In the list's order.
    pub images: Vec<Arc<ImageSummary>>,
    /// Where the next page starts. `None` after the last page.
    pub next: Option<Continuation>,
}

/// The state of the list in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexState {
    /// When the last sync ended.
    pub listed_at: Timestamp,
    /// Whether it held all images of the account at that time.
    pub whole: bool,
}

/// A page of a sync, to be stored in the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPage {
    pub images: Vec<Arc<ImageSummary>>,
    /// Whether it is the first page of the sync.
    pub first: bool,
    /// How the sync ends, if this is its last page.
    pub end: Option<SyncEnd>,
    /// When the page arrived.
    pub at: Timestamp,
}

/// How a sync ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncEnd {
    /// It reached images that were stored before, and those are complete.
    CaughtUp,
    /// It reached the end of the account: stored images that it did not list are gone.
    Complete,
}
