//! What a click or the wheel may hit on the screen.

use super::Pane;
use crate::domain::Key;

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
    /// A key's hint: a click presses the key.
    Key(Key),
}
