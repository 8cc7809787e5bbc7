//! What the search thread receives and sends.

use std::sync::Arc;

use crate::domain::{ImageSummary, Query};

#[derive(Debug)]
pub enum SearchCommand {
    /// Append images to those to search.
    Add(Vec<Arc<ImageSummary>>),
    /// Start a query, with its generation. An earlier query is dropped at once and not reported any more.
    Search(u64, Query),
    /// Report the images sorted by name, with this generation. The current query is answered first.
    Sort(u64),
    /// Drop all images, the query, and a pending sort.
    Clear,
}

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
