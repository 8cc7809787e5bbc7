//! The query for the width of `●`, and its response.
//!
//! Terminals for East Asian languages may draw such signs two columns wide. The query writes one at the start of the second
//! row, and asks where the cursor is then. What was there must be drawn again.

/// CUP, the sign, and CPR.
pub(super) const QUERY: &str = "\x1b[2;1H●\x1b[6n";

/// The same at the start of an empty line, which is empty again afterwards.
pub(super) const QUERY_IN_LINE: &str = "\r●\x1b[6n\r\x1b[K";

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

/// The same for [`QUERY_IN_LINE`], in any row.
#[cfg(unix)]
pub(super) fn is_wide_in_line(csi: &str) -> Option<bool> {
    let (row, column) = csi.strip_suffix('R')?.split_once(';')?;
    row.parse::<u16>().ok()?;
    match column {
        "2" => Some(false),
        "3" => Some(true),
        _ => None,
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn width_is_read_in_any_row() {
        for (csi, expected) in
            [("24;2R", Some(false)), ("1;3R", Some(true)), ("24;80R", None), ("?2;2R", None), ("2;2c", None)]
        {
            assert_eq!(is_wide_in_line(csi), expected, "{csi}");
        }
    }
}
