//! The commands to the search thread, and its results.

use std::sync::Arc;

use crate::domain::{ImageSummary, Query};

/// The matches of the newest query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchMatches {
    /// The generation passed with the query.
    pub generation: u64,
    /// Indices of the images in order of arrival. The best match comes first; equal matches are in the order of the
    /// list.
    pub matches: Vec<u32>,
    /// The number of images searched so far.
    pub searched: u32,
}

/// A result of the search thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SearchMessage {
    Matches(SearchMatches),
    /// All images sorted by name.
    Sorted {
        /// The generation passed with the request.
        generation: u64,
        /// Indices of the images in order of arrival.
        order: Vec<u32>,
    },
}

pub(super) type OnMessage = Box<dyn Fn(SearchMessage) + Send>;

pub(super) enum SearchCommand {
    Add(Vec<Arc<ImageSummary>>),
    Search(u64, Query),
    Sort(u64),
    Clear,
}
