//! Themes: styles by role.

mod color;
mod file;
mod role;
mod style;

pub use color::{ThemeColor, UnknownColor};
pub use file::ThemeFile;
pub use role::Role;
pub use style::ThemeStyle;

use super::theme_choice::ThemeChoice;

/// A built-in theme, or one of the user's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChosenTheme {
    BuiltIn(ThemeChoice),
    File(&'static ThemeFile),
}

/// The themes for a dark and for a light background.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Themes {
    pub dark: ChosenTheme,
    pub light: ChosenTheme,
}

impl Themes {
    /// The theme on this background. If the background is unknown and decides, it is the built-in one that reads on both.
    pub fn on(self, is_light: Option<bool>) -> ChosenTheme {
        match is_light {
            Some(true) => self.light,
            Some(false) => self.dark,
            None if self.dark == self.light => self.dark,
            None => ChosenTheme::default(),
        }
    }
}

impl From<ChosenTheme> for Themes {
    fn from(theme: ChosenTheme) -> Self {
        Self { dark: theme, light: theme }
    }
}

impl From<ThemeChoice> for Themes {
    fn from(choice: ThemeChoice) -> Self {
        ChosenTheme::BuiltIn(choice).into()
    }
}

impl Default for ChosenTheme {
    fn default() -> Self {
        Self::BuiltIn(ThemeChoice::default())
    }
}
