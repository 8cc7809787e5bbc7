//! The query for the width of `●`, and its response.
//!
//! Terminals for East Asian languages may draw such signs two columns wide. The query writes one at the start of the second
//! row, and asks where the cursor is then. What was there must be drawn again.

use super::environment::TerminalEnv;

/// CUP, the sign, and CPR.
const QUERY: &str = "\x1b[2;1H●\x1b[6n";

/// The cells that the query may write over, as column and row, from 0.
pub const MEASURED_CELLS: [(u16, u16); 2] = [(0, 1), (1, 1)];

/// The query to write to the terminal. `None` if the terminal might not understand it, or has no room.
pub fn mark_width_query(env: &TerminalEnv) -> Option<&'static str> {
    let window = env.window.unwrap_or_default();
    let has_room = window.columns > 3 && window.rows > 1;
    (has_room && env.understands_queries()).then_some(QUERY)
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Window;

    #[test]
    fn query_needs_room_and_a_terminal_that_understands_it() {
        let env = |term: &str, columns, rows| TerminalEnv {
            term: term.into(),
            can_query: true,
            window: Some(Window { columns, rows, ..Window::default() }),
            ..TerminalEnv::default()
        };
        assert_eq!(mark_width_query(&env("xterm", 80, 24)), Some("\x1b[2;1H●\x1b[6n"));
        for env in [env("xterm", 3, 24), env("xterm", 80, 1), env("linux", 80, 24)] {
            assert_eq!(mark_width_query(&env), None);
        }
    }
}
