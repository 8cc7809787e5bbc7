//! The user's choice of a way to draw pictures.

use std::str::FromStr;

/// The value of `--picture`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PictureChoice {
    /// The best protocol of the terminal, according to its response to a query.
    #[default]
    Auto,
    /// Kitty's graphics protocol, with Unicode placeholders.
    Kitty,
    Sixel,
    /// iTerm2's inline images.
    Iterm2,
    /// Two pixels per cell, in any terminal with colours.
    Halfblocks,
    /// No pictures.
    Off,
}

impl PictureChoice {
    /// All choices with their names.
    pub const ALL: [(&str, Self); 6] = [
        ("auto", Self::Auto),
        ("kitty", Self::Kitty),
        ("sixel", Self::Sixel),
        ("iterm2", Self::Iterm2),
        ("halfblocks", Self::Halfblocks),
        ("off", Self::Off),
    ];
}

/// Why no picture is drawn, without a full stop. `by` is the setting that turns pictures off.
pub fn turned_off_by(by: &str) -> String {
    format!("Pictures are turned off by {by}")
}

/// No such choice. The message lists all names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use auto, kitty, sixel, iterm2, halfblocks or off")]
pub struct NoPictureChoice;

impl FromStr for PictureChoice {
    type Err = NoPictureChoice;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let entry = Self::ALL.iter().find(|(word, _)| word.eq_ignore_ascii_case(text));
        entry.map(|(_, choice)| *choice).ok_or(NoPictureChoice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_accepts_exactly_the_listed_names() {
        for (word, choice) in PictureChoice::ALL {
            assert_eq!(word.parse(), Ok(choice));
            assert!(NoPictureChoice.to_string().contains(word), "{word}");
        }
        assert_eq!("Sixel".parse(), Ok(PictureChoice::Sixel));
        assert_eq!("sixels".parse::<PictureChoice>(), Err(NoPictureChoice));
        assert_eq!("".parse::<PictureChoice>(), Err(NoPictureChoice));
    }
}
