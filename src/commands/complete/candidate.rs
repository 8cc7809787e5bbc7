//! A value that is offered.

use crate::domain::sanitize::is_unsafe;

/// A value for the word at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The whole word. It contains no control characters.
    pub(super) value: String,
    /// In one line; may be empty.
    pub(super) description: String,
    /// Whether the description, an image's file name, matched rather than the value.
    pub(super) by_name: bool,
}

/// Whether a character can't be typed or would change what the terminal shows.
pub(super) fn is_unprintable(c: char) -> bool {
    c.is_control() || is_unsafe(c)
}
