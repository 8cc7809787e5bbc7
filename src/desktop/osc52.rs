//! Copies through the terminal, with the escape sequence OSC 52.

use std::ffi::OsString;

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

use super::error::MAX_TEXT;

/// GNU screen truncates strings: at 768 bytes since 4.2.1, at 256 before 4.0.3. With `ESC P` and `ESC \` this
/// fits both.
const SCREEN_CHUNK: usize = 252;

/// Whether GNU screen is between us and the terminal. It passes on only the content of DCS strings. tmux sets
/// `TERM=screen` too, so `TMUX` is checked first.
pub(super) fn is_in_screen(variable: &impl Fn(&str) -> Option<OsString>) -> bool {
    let set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let is_screen = |term: OsString| {
        let term = term.to_string_lossy();
        term == "screen" || term.starts_with("screen.") || term.starts_with("screen-")
    };
    !set("TMUX") && (set("STY") || variable("TERM").is_some_and(is_screen))
}

/// The escape sequence that makes the terminal copy `text` to the clipboard of its own machine. `None` if the text is
/// too long.
pub(super) fn sequence(text: &str, in_screen: bool) -> Option<String> {
    if text.len() > MAX_TEXT {
        return None;
    }
    // A growing string would be copied several times.
    let mut sequence = String::with_capacity(text.len().div_ceil(3) * 4 + 16);
    // Writing to a string cannot fail.
    let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence);
    Some(if in_screen { wrap_for_screen(&sequence) } else { sequence })
}

/// Splits a sequence into DCS strings, which screen unwraps and passes on one after the other.
fn wrap_for_screen(sequence: &str) -> String {
    // `ESC \` would end the outer string; BEL ends the inner one as well.
    let inner = sequence.strip_suffix("\x1b\\").unwrap_or(sequence).to_owned() + "\x07";
    // All of it is ASCII.
    let chunks = inner.as_bytes().chunks(SCREEN_CHUNK).map(String::from_utf8_lossy);
    chunks.flat_map(|chunk| ["\x1bP".into(), chunk, "\x1b\\".into()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        sequence(text, false).unwrap()
    }

    #[test]
    fn text_is_base64_and_cannot_end_the_sequence() {
        assert_eq!(plain("https://a.b/ü"), "\x1b]52;c;aHR0cHM6Ly9hLmIvw7w=\x1b\\");
        assert_eq!(plain("\x1b\\\x07"), "\x1b]52;c;G1wH\x1b\\");
        assert_eq!(plain(""), "\x1b]52;c;\x1b\\");
    }

    #[test]
    fn screen_gets_dcs_strings_within_its_limit() {
        let short = sequence("x", true).unwrap();
        assert_eq!(short, "\x1bP\x1b]52;c;eA==\x07\x1b\\");
        for length in [181, 182, 183, 5000, MAX_TEXT] {
            let text = "x".repeat(length);
            let wrapped = sequence(&text, true).unwrap();
            let strings: Vec<&str> = wrapped.split_terminator("\x1b\\").collect();
            assert!(strings.iter().all(|string| string.starts_with("\x1bP") && string.len() + 2 <= 256));
            let passed_on: String = strings.iter().map(|string| &string[2..]).collect();
            assert_eq!(passed_on, plain(&text).replace("\x1b\\", "\x07"), "{length}");
        }
    }

    #[test]
    fn text_above_the_limit_is_refused() {
        for in_screen in [false, true] {
            assert!(sequence(&"x".repeat(MAX_TEXT), in_screen).is_some());
            assert_eq!(sequence(&"x".repeat(MAX_TEXT + 1), in_screen), None);
        }
        assert!(plain(&"x".repeat(MAX_TEXT)).len() <= 100_000);
    }

    #[test]
    fn screen_is_recognised_by_the_environment() {
        for (variables, expected) in [
            (&[][..], false),
            (&[("TERM", "xterm-256color")], false),
            (&[("STY", "12.pts-0.host"), ("TERM", "xterm")], true),
            (&[("STY", "")], false),
            (&[("TERM", "screen")], true),
            (&[("TERM", "screen-256color-bce")], true),
            (&[("TERM", "screen.xterm-256color")], true),
            (&[("TERM", "screenly")], false),
            (&[("TERM", "screen"), ("TMUX", "/tmp/t,1,0")], false),
            (&[("TERM", "screen"), ("TMUX", "/tmp/t,1,0"), ("STY", "12.pts-0.host")], false),
            (&[("TERM", "screen"), ("TMUX", ""), ("STY", "12.pts-0.host")], true),
        ] {
            let variable = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
            };
            assert_eq!(is_in_screen(&variable), expected, "{variables:?}");
        }
    }
}
