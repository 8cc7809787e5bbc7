//! How a person wants pictures to be drawn.

use std::str::FromStr;

/// How pictures are drawn: what `--picture` says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PictureChoice {
    /// The best that the terminal can do, which it is asked.
    #[default]
    Auto,
    /// kitty's graphics, by its Unicode placeholders.
    Kitty,
    /// Sixels.
    Sixel,
    /// iTerm2's inline images.
    Iterm2,
    /// Two pixels a cell, in any terminal that has colours.
    Halfblocks,
    /// Not at all.
    Off,
}

impl PictureChoice {
    /// Every choice, with the word for it.
    pub const ALL: [(&str, Self); 6] = [
        ("auto", Self::Auto),
        ("kitty", Self::Kitty),
        ("sixel", Self::Sixel),
        ("iterm2", Self::Iterm2),
        ("halfblocks", Self::Halfblocks),
        ("off", Self::Off),
    ];
}

/// The text is none of the words. The message names them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there are auto, kitty, sixel, iterm2, halfblocks, off")]
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
    fn each_word_is_a_choice_and_no_other() {
        for (word, choice) in PictureChoice::ALL {
            assert_eq!(word.parse(), Ok(choice));
            assert!(NoPictureChoice.to_string().contains(word), "{word}");
        }
        assert_eq!("Sixel".parse(), Ok(PictureChoice::Sixel));
        assert_eq!("sixels".parse::<PictureChoice>(), Err(NoPictureChoice));
        assert_eq!("".parse::<PictureChoice>(), Err(NoPictureChoice));
    }
}
