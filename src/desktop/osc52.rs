//! The clipboard of the terminal, by the escape sequence OSC 52.

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

/// The escape sequence by which the terminal puts `text` into the clipboard of the machine that it runs on.
pub(super) fn sequence(text: &str) -> String {
    // Growing would hold the text several times.
    let mut sequence = String::with_capacity(text.len().div_ceil(3) * 4 + 16);
    // Writing into a string cannot fail.
    let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence);
    sequence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_wrapped_and_cannot_break_out() {
        assert_eq!(sequence("https://a.b/ü"), "\x1b]52;c;aHR0cHM6Ly9hLmIvw7w=\x1b\\");
        assert_eq!(sequence("\x1b\\\x07"), "\x1b]52;c;G1wH\x1b\\");
        assert_eq!(sequence(""), "\x1b]52;c;\x1b\\");
    }
}
