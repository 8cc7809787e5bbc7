//! What is told of the list, and of what earlier runs have kept of it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::{Continuation, ImageSummary};

/// A page of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its images, in the list's order.
    pub images: Vec<Arc<ImageSummary>>,
    /// Where the next page is; nothing after the last.
    pub next: Option<Continuation>,
}

/// What is known of the list that earlier runs have kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexState {
    /// When it was last brought up to date.
    pub listed_at: Timestamp,
    /// Whether it holds all that the account had then.
    pub whole: bool,
}

/// A page of a pass over the account, to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPage {
    /// Its images.
    pub images: Vec<Arc<ImageSummary>>,
    /// Whether the pass begins with it.
    pub first: bool,
    /// Whether the pass ends with it.
    pub end: Option<SyncEnd>,
    /// When it came.
    pub at: Timestamp,
}

/// How a pass over the account has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncEnd {
    /// It has met what was listed before, and what was listed before is whole.
    CaughtUp,
    /// It has come to the end of the account: what it has not told of is gone.
    Complete,
}
