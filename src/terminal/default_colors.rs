//! The query for the terminal's default foreground and background, and its responses.

#[cfg(unix)]
use crate::domain::Rgb;

/// OSC 10 and 11. Terminals that do not know them ignore them, so no response may ever come.
pub(super) const QUERY: &str = "\x1b]10;?\x1b\\\x1b]11;?\x1b\\";

/// Parses a colour in a response: `rgb:1e1e/1e1e/2e2e`, `rgba:1e/1e/2e/ff`, `#1e1e2e`.
#[cfg(unix)]
pub(super) fn parse_color(color: &str) -> Option<Rgb> {
    let parts: Vec<&str> =
        if let Some(digits) = color.strip_prefix('#').filter(|digits| digits.len() % 3 == 0) {
            let length = digits.len() / 3;
            vec![digits.get(..length)?, digits.get(length..2 * length)?, digits.get(2 * length..)?]
        } else if let Some(parts) = color.strip_prefix("rgb:") {
            parts.split('/').collect()
        } else {
            let mut parts: Vec<_> = color.strip_prefix("rgba:")?.split('/').collect();
            // How opaque it is.
            channel(parts.pop()?)?;
            parts
        };
    let [red, green, blue] = *parts else { return None };
    Some([channel(red)?, channel(green)?, channel(blue)?])
}

/// One to four hexadecimal digits as a byte: `f`, `ff` and `ffff` are the most.
#[cfg(unix)]
fn channel(digits: &str) -> Option<u8> {
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let most = 16_u32.pow(u32::try_from(digits.len()).ok().filter(|length| (1..=4).contains(length))?) - 1;
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
    u8::try_from((value * 255 + most / 2) / most).ok()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn colors_are_parsed_in_every_form() {
        for (color, expected) in [
            ("rgb:ffff/ffff/ffff", [255, 255, 255]),
            ("rgb:0000/2b2b/3636", [0, 0x2b, 0x36]),
            ("rgb:1e/1e/2e", [0x1e, 0x1e, 0x2e]),
            ("rgb:f/0/8", [255, 0, 0x88]),
            ("rgb:fff/000/800", [255, 0, 128]),
            ("rgba:fdfd/f6f6/e3e3/ffff", [0xfd, 0xf6, 0xe3]),
            ("rgba:1e/1e/2e/cc", [0x1e, 0x1e, 0x2e]),
            ("#FDF6E3", [0xfd, 0xf6, 0xe3]),
            ("#fdfdf6f6e3e3", [0xfd, 0xf6, 0xe3]),
        ] {
            assert_eq!(parse_color(color), Some(expected), "{color}");
        }
    }

    #[test]
    fn other_texts_are_no_color() {
        for text in [
            "?",
            "rgb:",
            "rgb:1/2",
            "rgb:1/2/3/4",
            "rgb:12345/0/0",
            "rgb:+1/0/0",
            "rgb:gg/00/00",
            "rgba:1/2/3",
            "#",
            "#12345",
            "#é00000",
            "white",
            "",
        ] {
            assert_eq!(parse_color(text), None, "{text}");
        }
    }
}
