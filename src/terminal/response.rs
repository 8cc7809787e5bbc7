//! Parses the terminal's responses to the queries of [`super::detection`], [`super::default_colors`] and
//! [`super::mark_width`].

#[cfg(unix)]
use super::default_colors::parse_color;
#[cfg(unix)]
use super::mark_width::is_wide;
#[cfg(unix)]
use super::parser::Frame;
use crate::domain::Rgb;

/// The longest plausible side of a cell, in pixels.
const LONGEST_CELL: u16 = 400;

/// A response that matters for pictures or colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalResponse {
    /// XTVERSION: the terminal's name and version, such as `kitty(0.41.1)`.
    Version(String),
    /// DA1: the numbers of the terminal's features, such as 4 for sixel, without the first one, its class.
    Attributes(Vec<u16>),
    /// The size of a cell in pixels.
    Cell {
        /// From left to right.
        width: u16,
        /// From top to bottom.
        height: u16,
    },
    /// The size of all cells together in pixels.
    Cells {
        /// From left to right.
        width: u16,
        /// From top to bottom.
        height: u16,
    },
    /// OSC 10: the default foreground.
    Foreground(Rgb),
    /// OSC 11: the background colour.
    Background(Rgb),
    /// The terminal knows kitty's keyboard protocol.
    Keyboard,
    /// CPR: whether `●` is two columns wide.
    WideMarks(bool),
}

#[cfg(unix)]
impl TerminalResponse {
    pub(super) fn of_frame(frame: &Frame) -> Option<Self> {
        match frame {
            Frame::Csi(csi) => Self::of_csi(csi),
            Frame::String(opener, content) => Self::of_string(*opener, content),
            _ => None,
        }
    }

    /// Parses the bytes after `ESC [`: `?62;4c`, `6;19;10t`, `4;570;1000t`, `2;2R`. `None` if it is another sequence.
    fn of_csi(csi: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(csi).ok()?;
        if let Some(attributes) = text.strip_prefix('?').and_then(|text| text.strip_suffix('c')) {
            let numbers = attributes.split(';').skip(1).filter_map(|number| number.parse::<u16>().ok());
            return Some(Self::Attributes(numbers.collect()));
        }
        if text.strip_prefix('?').and_then(|text| text.strip_suffix('u')).is_some_and(is_number) {
            return Some(Self::Keyboard);
        }
        if let Some(is_wide) = is_wide(text) {
            return Some(Self::WideMarks(is_wide));
        }
        let mut numbers = text.strip_suffix('t')?.split(';').map(|number| number.parse::<u16>().ok());
        let (Some(kind), Some(height), Some(width), None) =
            (numbers.next()?, numbers.next()?, numbers.next()?, numbers.next())
        else {
            return None;
        };
        match kind {
            6 if is_a_cell(width, height) => Some(Self::Cell { width, height }),
            4 if width > 0 && height > 0 => Some(Self::Cells { width, height }),
            _ => None,
        }
    }

    /// Parses a control string: the opener `P` with `>|kitty(0.41.1)`, or `]` with `11;rgb:0/0/0`. `None` if it is another
    /// string.
    fn of_string(opener: u8, content: &[u8]) -> Option<Self> {
        if opener == b']' {
            return match std::str::from_utf8(content).ok()?.split_once(';')? {
                ("10", color) => parse_color(color).map(Self::Foreground),
                ("11", color) => parse_color(color).map(Self::Background),
                _ => None,
            };
        }
        let name = content.strip_prefix(b">|").filter(|_| opener == b'P')?;
        let name = String::from_utf8_lossy(name);
        // The name is logged and shown.
        let name: String = name.chars().filter(|c| matches!(c, ' '..='~')).take(60).collect();
        Some(Self::Version(name))
    }
}

#[cfg(unix)]
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a cell can have this size. Terminals without a window report zeros or absurd sizes.
pub(super) fn is_a_cell(width: u16, height: u16) -> bool {
    (1..=LONGEST_CELL).contains(&width) && (1..=LONGEST_CELL).contains(&height)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn responses_are_parsed() {
        use TerminalResponse::{
            Attributes, Background, Cell, Cells, Foreground, Keyboard, Version, WideMarks,
        };
        for (csi, expected) in [
            ("?62;4;22;28c", Some(Attributes(vec![4, 22, 28]))),
            ("?6c", Some(Attributes(vec![]))),
            ("?62;c", Some(Attributes(vec![]))),
            ("?4;6c", Some(Attributes(vec![6]))),
            ("6;19;10t", Some(Cell { width: 10, height: 19 })),
            ("6;0;0t", None),
            ("6;19;65535t", None),
            ("6;19t", None),
            ("6;19;10;1t", None),
            ("6;19;99999t", None),
            ("4;570;1000t", Some(Cells { width: 1000, height: 570 })),
            ("4;0;0t", None),
            ("8;30;100t", None),
            (">1;4000;41c", None),
            ("0n", None),
            ("?0u", Some(Keyboard)),
            ("?5u", Some(Keyboard)),
            ("?u", None),
            ("2;2R", Some(WideMarks(false))),
            ("2;3R", Some(WideMarks(true))),
            ("1;2R", None),
            ("12;3R", None),
            ("?2026;2$y", None),
        ] {
            assert_eq!(TerminalResponse::of_csi(csi.as_bytes()), expected, "{csi}");
        }
        let named = |name: &str| Some(Version(name.into()));
        assert_eq!(TerminalResponse::of_string(b'P', b">|foot(1.21.0)"), named("foot(1.21.0)"));
        assert_eq!(TerminalResponse::of_string(b'P', b">|Konsole 25.04.2"), named("Konsole 25.04.2"));
        assert_eq!(TerminalResponse::of_string(b'P', b">|a\xff\xe2\x80\xaeb"), named("ab"));
        assert_eq!(TerminalResponse::of_string(b']', b"11;rgb:ff/80/0"), Some(Background([255, 128, 0])));
        assert_eq!(TerminalResponse::of_string(b']', b"10;rgb:ff/80/0"), Some(Foreground([255, 128, 0])));
        for other in [&b"12;rgb:ff/80/0"[..], b"111;rgb:ff/80/0", b"rgb:ff/80/0", b"11;?", b"\xff;rgb:0/0/0"]
        {
            assert_eq!(TerminalResponse::of_string(b']', other), None, "{other:?}");
        }
        assert_eq!(TerminalResponse::of_string(b']', b">|kitty(0.41.1)"), None);
        assert_eq!(TerminalResponse::of_string(b'P', b"11;rgb:ff/80/0"), None);
        assert_eq!(TerminalResponse::of_string(b'P', b"1+r4d73=5c"), None);
        assert_eq!(TerminalResponse::of_string(b'_', b">|Gi=31;OK"), None);
    }
}
