//! Copies through the terminal, with the escape sequence OSC 52.

use std::ffi::OsString;

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

use super::error::MAX_TEXT;

/// GNU screen truncates strings: at 768 bytes since 4.2.1, at 256 before 4.0.3. With `ESC P` and `ESC \` this
/// fits both.
const SCREEN_CHUNK: usize = 252;

/// The program between us and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapper {
    None,
    /// GNU screen, which passes on only the content of DCS strings.
    Screen,
}

impl Wrapper {
    /// Decides from the environment. tmux sets `TERM=screen` too, so `TMUX` is checked first.
    pub(super) fn decide(variable: &impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| variable(name).is_some_and(|value| !value.is_empty());
        let is_screen = |term: OsString| {
            let term = term.to_string_lossy();
            term == "screen" || term.starts_with("screen.") || term.starts_with("screen-")
        };
        if set("TMUX") || !(set("STY") || variable("TERM").is_some_and(is_screen)) {
            Self::None
        } else {
            Self::Screen
        }
    }
}

/// The escape sequence that makes the terminal copy `text` to the clipboard of its own machine. `None` if the text is
/// too long.
pub(super) fn sequence(text: &str, wrapper: Wrapper) -> Option<String> {
    if text.len() > MAX_TEXT {
        return None;
    }
    // A growing string would be copied several times.
    let mut sequence = String::with_capacity(text.len().div_ceil(3) * 4 + 16);
    // Writing to a string cannot fail.
    let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence);
    Some(match wrapper {
        Wrapper::None => sequence,
        Wrapper::Screen => in_screen(&sequence),
    })
}

/// Splits a sequence into DCS strings, which screen unwraps and passes on one after the other.
fn in_screen(sequence: &str) -> String {
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
        sequence(text, Wrapper::None).unwrap()
    }

    #[test]
    fn text_is_base64_and_cannot_end_the_sequence() {
        assert_eq!(plain("https://a.b/ü"), "\x1b]52;c;aHR0cHM6Ly9hLmIvw7w=\x1b\\");
        assert_eq!(plain("\x1b\\\x07"), "\x1b]52;c;G1wH\x1b\\");
        assert_eq!(plain(""), "\x1b]52;c;\x1b\\");
    }

    #[test]
    fn screen_gets_dcs_strings_within_its_limit() {
        let short = sequence("x", Wrapper::Screen).unwrap();
        assert_eq!(short, "\x1bP\x1b]52;c;eA==\x07\x1b\\");
        for length in [181, 182, 183, 5000, MAX_TEXT] {
            let text = "x".repeat(length);
            let wrapped = sequence(&text, Wrapper::Screen).unwrap();
            let strings: Vec<&str> = wrapped.split_terminator("\x1b\\").collect();
            assert!(strings.iter().all(|string| string.starts_with("\x1bP") && string.len() + 2 <= 256));
            let passed_on: String = strings.iter().map(|string| &string[2..]).collect();
            assert_eq!(passed_on, plain(&text).replace("\x1b\\", "\x07"), "{length}");
        }
    }

    #[test]
    fn text_above_the_limit_is_refused() {
        for wrapper in [Wrapper::None, Wrapper::Screen] {
            assert!(sequence(&"x".repeat(MAX_TEXT), wrapper).is_some());
            assert_eq!(sequence(&"x".repeat(MAX_TEXT + 1), wrapper), None);
        }
        assert!(plain(&"x".repeat(MAX_TEXT)).len() <= 100_000);
    }

    #[test]
    fn wrapper_is_decided_by_the_environment() {
        for (variables, expected) in [
            (&[][..], Wrapper::None),
            (&[("TERM", "xterm-256color")], Wrapper::None),
            (&[("STY", "12.pts-0.host"), ("TERM", "xterm")], Wrapper::Screen),
            (&[("STY", "")], Wrapper::None),
            (&[("TERM", "screen")], Wrapper::Screen),
            (&[("TERM", "screen-256color-bce")], Wrapper::Screen),
            (&[("TERM", "screen.xterm-256color")], Wrapper::Screen),
            (&[("TERM", "screenly")], Wrapper::None),
            (&[("TERM", "screen"), ("TMUX", "/tmp/t,1,0")], Wrapper::None),
            (&[("TERM", "screen"), ("TMUX", "/tmp/t,1,0"), ("STY", "12.pts-0.host")], Wrapper::None),
            (&[("TERM", "screen"), ("TMUX", ""), ("STY", "12.pts-0.host")], Wrapper::Screen),
        ] {
            let variable = |name: &str| {
                variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
            };
            assert_eq!(Wrapper::decide(&variable), expected, "{variables:?}");
        }
    }
}
