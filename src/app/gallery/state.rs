//! The state of the gallery: whether it is open, and the thumbnails near the cursor.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::TileSize;
use crate::domain::{Access, Failure, ImageSummary, PictureSource};

/// The most failures that are remembered. One more clears them.
const MAX_FAILURES: usize = 10_000;

/// The gallery: the list as a grid of thumbnails. It shares the list's cursor, marks, order and filter.
#[derive(Debug, Clone, Default)]
pub struct Gallery {
    /// Whether it takes the place of the list.
    pub is_open: bool,
    pub tile_size: TileSize,
    /// The thumbnails on the screen and a screen ahead, in the order in which they are fetched.
    pub(super) wanted: Vec<ThumbKey>,
    /// What is known of those.
    pub(super) thumbs: HashMap<ThumbKey, Thumb>,
    /// Why thumbnails have failed, also of those that are no longer wanted.
    pub(super) failures: HashMap<ThumbKey, Failure>,
    /// What `wanted` was last computed for.
    pub(super) window: Option<Window>,
    /// When to fetch what has become visible.
    pub(super) request_at: Option<Timestamp>,
    /// When the visible rows last changed.
    pub(super) moved_at: Timestamp,
    /// Whether the rows moved towards the start of the list.
    pub(super) is_moving_up: bool,
    /// Whether the note about the cost was shown.
    pub(super) has_noted_cost: bool,
}

/// The visible tiles, and what else their thumbnails depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) first: usize,
    /// The visible images.
    pub(super) images: Vec<Option<Arc<ImageSummary>>>,
    pub(super) tiles: usize,
    pub(super) cells: (u16, u16),
    pub(super) is_flexible_on: bool,
}

/// A thumbnail, as it is cached: a picture in a box of columns and rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ThumbKey {
    pub source: PictureSource,
    pub cells: (u16, u16),
    /// The size of a cell in pixels. A picture drawn for another font size is another thumbnail.
    pub cell: (u16, u16),
    /// That of the image.
    pub access: Access,
    /// When the image was uploaded. Another upload is another thumbnail.
    pub uploaded: Option<Timestamp>,
}

/// The progress of a thumbnail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thumb {
    Loading,
    /// It is in the cache of the frame.
    Shown,
}

impl Gallery {
    /// Why a thumbnail has failed.
    pub fn failure(&self, key: &ThumbKey) -> Option<&Failure> {
        self.failures.get(key)
    }

    /// Whether all wanted thumbnails are shown or have failed.
    pub fn is_complete(&self) -> bool {
        let is_done =
            |(key, thumb): (&ThumbKey, &Thumb)| *thumb == Thumb::Shown || self.failures.contains_key(key);
        self.window.is_some() && self.request_at.is_none() && self.thumbs.iter().all(is_done)
    }

    /// When thumbnails are due.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        self.request_at
    }

    /// Records that a thumbnail was drawn or failed. Ignores those that are no longer wanted.
    pub(crate) fn on_thumb_shown(&mut self, key: &ThumbKey, result: Result<(), Failure>) {
        let Some(thumb) = self.thumbs.get_mut(key) else { return };
        match result {
            Ok(()) => *thumb = Thumb::Shown,
            Err(failure) => {
                if self.failures.len() == MAX_FAILURES {
                    self.failures.clear();
                }
                self.failures.insert(key.clone(), failure);
            }
        }
    }

    /// Computes again which thumbnails are wanted: other variants may be cheaper now.
    pub(crate) fn on_options(&mut self) {
        self.window = None;
    }

    /// Tries failed thumbnails again.
    pub(crate) fn retry(&mut self) {
        self.failures.clear();
        self.redraw();
    }

    /// Requests all thumbnails again: the terminal no longer has them.
    pub(crate) fn redraw(&mut self) {
        self.window = None;
        self.wanted.clear();
        self.thumbs.clear();
    }
}
