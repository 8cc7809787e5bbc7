//! The query for the width of `●`, and its response.
//!
//! Terminals for East Asian languages may draw such signs two columns wide. The query writes one at the start of the second
//! row, and asks where the cursor is then. What was there must be drawn again.

/// CUP, the sign, and CPR.
pub(super) const QUERY: &str = "\x1b[2;1H●\x1b[6n";

/// The cells that the query may write over, as column and row, from 0.
pub const MEASURED_CELLS: [(u16, u16); 2] = [(0, 1), (1, 1)];

/// Parses the bytes of the response after `ESC [`. Returns whether the sign is wide. In the second row no key has the same
/// sequence: xterm's F3 with Shift is `1;2R`.
#[cfg(unix)]
pub(super) fn is_wide(csi: &str) -> Option<bool> {
    match csi {
        "2;2R" => Some(false),
        "2;3R" => Some(true),
        _ => None,
    }
}
