//! Colours in theme files.

use std::fmt::{self, Display};
use std::str::FromStr;

use crate::domain::color::{ColorDepth, Rgb};
use crate::domain::indexed_color::{color_of, nearest_of_16, nearest_of_256};
use crate::domain::typo::closest;

/// The terminal's own colours. Each has a bright variant.
const NAMES: [&str; 8] = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

const DEFAULT: &str = "default";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThemeColor {
    /// The terminal's default foreground or background.
    Default,
    /// One of 256. The first 16 are the terminal's own.
    Indexed(u8),
    Rgb(Rgb),
}

impl ThemeColor {
    pub const BLACK: Self = Self::Indexed(0);
    pub const BRIGHT_WHITE: Self = Self::Indexed(15);

    /// The nearest colour that a terminal of this depth has.
    #[must_use]
    pub fn at(self, depth: ColorDepth) -> Self {
        match (self, depth) {
            (Self::Rgb(rgb), ColorDepth::Indexed) => Self::Indexed(nearest_of_256(rgb)),
            (Self::Rgb(rgb), ColorDepth::Ansi) => Self::Indexed(nearest_of_16(rgb)),
            (Self::Indexed(number @ 16..), ColorDepth::Ansi) => {
                Self::Indexed(nearest_of_16(color_of(number)))
            }
            _ => self,
        }
    }

    /// Whether every terminal with colours has it.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Default | Self::Indexed(..16))
    }

    /// The value. xterm's, if the terminal's user may have changed it; `None` for the default.
    pub fn rgb(self) -> Option<Rgb> {
        match self {
            Self::Default => None,
            Self::Indexed(number) => Some(color_of(number)),
            Self::Rgb(rgb) => Some(rgb),
        }
    }
}

/// No colour. The message ends with what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColor {
    near: Option<String>,
}

impl std::error::Error for UnknownColor {}

impl Display for UnknownColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.near {
            Some(near) => write!(f, "unknown colour: did you mean `{near}`?"),
            None => {
                f.write_str("unknown colour: use a name such as bright-blue, a number up to 255, or #7aa2f7")
            }
        }
    }
}

impl FromStr for ThemeColor {
    type Err = UnknownColor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(digits) = text.strip_prefix('#') {
            return hexadecimal(digits).map(Self::Rgb).ok_or(UnknownColor { near: None });
        }
        if let Ok(number) = text.parse() {
            return Ok(Self::Indexed(number));
        }
        let found = (0..).zip(names()).find(|(_, name)| name.eq_ignore_ascii_case(text));
        match found {
            Some((number, _)) => Ok(Self::Indexed(number)),
            None if text.eq_ignore_ascii_case(DEFAULT) => Ok(Self::Default),
            None => {
                let all: Vec<String> = names().chain([DEFAULT.to_owned()]).collect();
                let near = closest(text, all.iter().map(String::as_str)).map(str::to_owned);
                Err(UnknownColor { near })
            }
        }
    }
}

/// The names of the terminal's own colours, by number.
fn names() -> impl Iterator<Item = String> {
    NAMES.map(str::to_owned).into_iter().chain(NAMES.map(|name| format!("bright-{name}")))
}

/// The colour of six digits, or of three.
fn hexadecimal(digits: &str) -> Option<Rgb> {
    let number = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    match digits.len() {
        _ if digits.starts_with('+') => None,
        6 => Some([red, green, blue]),
        3 => Some([green & 15, blue >> 4, blue & 15].map(|digit| digit * 17)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_accepts_names_numbers_and_values() {
        for (text, color) in [
            ("default", ThemeColor::Default),
            ("black", ThemeColor::Indexed(0)),
            ("Yellow", ThemeColor::Indexed(3)),
            ("bright-yellow", ThemeColor::Indexed(11)),
            ("bright-white", ThemeColor::BRIGHT_WHITE),
            ("114", ThemeColor::Indexed(114)),
            ("#7aa2f7", ThemeColor::Rgb([0x7a, 0xa2, 0xf7])),
            ("#7AF", ThemeColor::Rgb([0x77, 0xaa, 0xff])),
        ] {
            assert_eq!(text.parse(), Ok(color), "{text}");
        }
        for (text, near) in [
            ("yelow", Some("yellow")),
            ("bright_blue", Some("bright-blue")),
            ("defualt", Some("default")),
            ("256", None),
            ("-1", None),
            ("#7aa2f", None),
            ("#+aa2f7", None),
            ("#ääb", None),
            ("7aa2f7", None),
            ("", None),
            ("orange", None),
        ] {
            let near = near.map(str::to_owned);
            assert_eq!(text.parse::<ThemeColor>(), Err(UnknownColor { near }), "{text}");
        }
    }

    #[test]
    fn few_colors_show_the_nearest() {
        let blue = ThemeColor::Rgb([0x7a, 0xa2, 0xf7]);
        assert_eq!(blue.at(ColorDepth::Rgb), blue);
        assert_eq!(blue.at(ColorDepth::Indexed), ThemeColor::Indexed(111));
        assert_eq!(blue.at(ColorDepth::Ansi), ThemeColor::Indexed(12));
        assert_eq!(ThemeColor::Indexed(114).at(ColorDepth::Ansi), ThemeColor::Indexed(10));
        for own in [ThemeColor::Default, ThemeColor::BLACK] {
            assert_eq!(own.at(ColorDepth::Ansi), own);
        }
    }
}
