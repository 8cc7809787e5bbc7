//! The user's choice of colours and marks.

use std::str::FromStr;

/// A built-in theme.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// Dark or light, according to the terminal's background.
    #[default]
    Auto,
    /// Colours that are read on a dark background.
    Dark,
    /// Colours that are read on a light background.
    Light,
    /// The terminal's own 16 colours.
    Ansi,
    /// No colours.
    Mono,
}

/// The value of `marks` in `config.toml`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MarksChoice {
    /// Unicode, unless the terminal draws such marks two columns wide.
    #[default]
    Auto,
    /// `●` `○` `?`
    Unicode,
    /// `*` `-` `?`
    Ascii,
}

impl ThemeChoice {
    /// All choices with their names.
    pub const ALL: [(&str, Self); 5] = [
        ("auto", Self::Auto),
        ("dark", Self::Dark),
        ("light", Self::Light),
        ("ansi", Self::Ansi),
        ("mono", Self::Mono),
    ];
}

impl MarksChoice {
    /// All choices with their names.
    pub const ALL: [(&str, Self); 3] =
        [("auto", Self::Auto), ("unicode", Self::Unicode), ("ascii", Self::Ascii)];
}

/// No such theme. The message lists all names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use auto, dark, light, ansi or mono")]
pub struct NoThemeChoice;

/// No such marks. The message lists all names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use auto, unicode or ascii")]
pub struct NoMarksChoice;

impl FromStr for ThemeChoice {
    type Err = NoThemeChoice;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let entry = Self::ALL.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        entry.map(|(_, choice)| *choice).ok_or(NoThemeChoice)
    }
}

impl FromStr for MarksChoice {
    type Err = NoMarksChoice;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let entry = Self::ALL.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        entry.map(|(_, choice)| *choice).ok_or(NoMarksChoice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_accepts_exactly_the_listed_names() {
        for (word, choice) in ThemeChoice::ALL {
            assert_eq!(word.parse(), Ok(choice));
            assert!(NoThemeChoice.to_string().contains(word), "{word}");
        }
        for (word, choice) in MarksChoice::ALL {
            assert_eq!(word.parse(), Ok(choice));
            assert!(NoMarksChoice.to_string().contains(word), "{word}");
        }
        assert_eq!("Dark".parse(), Ok(ThemeChoice::Dark));
        assert_eq!("".parse::<ThemeChoice>(), Err(NoThemeChoice));
        assert_eq!("utf-8".parse::<MarksChoice>(), Err(NoMarksChoice));
    }
}
