//! What a click or the wheel may hit on the screen.

use jiff::{SignedDuration, Timestamp};

use super::Pane;
use crate::domain::Shortcut;

/// Two clicks on the same row within this time are a double click.
const DOUBLE_CLICK: SignedDuration = SignedDuration::from_millis(400);

/// A region of the screen, as the last frame drew it. The model may have changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Pane(Pane),
    /// A row of a pane's list, by its index in the list.
    Row(Pane, usize),
    /// The box on top of the panes.
    Overlay,
    /// A row that can be chosen in the overlay, by its index.
    OverlayRow(usize),
    /// The hint of a key or a chord: a click presses it.
    Shortcut(Shortcut),
    /// The picture on the full screen, at this column and row of it.
    Picture(u16, u16),
}

/// The last click, if no other action followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastClick {
    pub(super) target: Target,
    pub(super) at: Timestamp,
}

impl LastClick {
    /// Whether a click on this target is the second one of a double click.
    pub(super) fn is_doubled_by(self, target: Target, now: Timestamp) -> bool {
        let passed = now.duration_since(self.at);
        self.target == target && !passed.is_negative() && passed <= DOUBLE_CLICK
    }
}
