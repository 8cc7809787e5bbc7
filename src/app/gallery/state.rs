//! The state of the gallery: whether it is open, and the thumbnails near the cursor.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::{Failure, PictureSource};

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
    /// The first visible row and the number of rows when `wanted` was last computed.
    pub(super) window: Option<(usize, usize)>,
    /// When to fetch what has become visible.
    pub(super) request_at: Option<Timestamp>,
    /// When the visible rows last changed.
    pub(super) moved_at: Timestamp,
    /// Whether the rows moved towards the start of the list.
    pub(super) is_moving_up: bool,
    /// Whether the user was told that pictures are billed.
    pub(super) has_noted_cost: bool,
}

/// A thumbnail, as it is cached: a picture in a box of columns and rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ThumbKey {
    pub source: PictureSource,
    pub cells: (u16, u16),
}

/// The progress of a thumbnail.
#[derive(Debug, Clone, PartialEq)]
pub enum Thumb {
    Loading,
    /// It is in the cache of the frame.
    Shown,
    Failed(Failure),
}

/// How large the tiles are. The usual size depends on the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TileSize(pub i8);

impl TileSize {
    /// The most steps from the usual size.
    const MOST: i8 = 4;

    /// The next larger size, or the next smaller one.
    #[must_use]
    pub fn step(self, larger: bool) -> Self {
        let step = if larger { 1 } else { -1 };
        Self((self.0 + step).clamp(-Self::MOST, Self::MOST))
    }
}

impl Gallery {
    /// The progress of a thumbnail. `None` if it is not near the cursor.
    pub fn thumb(&self, key: &ThumbKey) -> Option<&Thumb> {
        self.thumbs.get(key)
    }

    /// When thumbnails are due.
    pub(crate) fn next_wake(&self) -> Option<Timestamp> {
        self.request_at
    }

    /// Records that a thumbnail was drawn or failed. Ignores those that are no longer wanted.
    pub(crate) fn on_thumb_shown(&mut self, key: &ThumbKey, result: Result<(), Failure>) {
        if let Some(thumb) = self.thumbs.get_mut(key) {
            *thumb = match result {
                Ok(()) => Thumb::Shown,
                Err(failure) => Thumb::Failed(failure),
            };
        }
    }

    /// Requests all thumbnails again: the terminal no longer has them, or the tiles have another size.
    pub(crate) fn redraw(&mut self) {
        self.window = None;
        self.wanted.clear();
        self.thumbs.clear();
    }
}
