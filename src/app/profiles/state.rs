//! State of the profiles: which there are, which one is in use, and the dialog to choose from them.

use std::fmt;

use crate::app::text_input::TextInput;

/// With more profiles than there are digits, the user types to find one.
const DIGITS: usize = 9;

/// Names a profile: a set of account, credentials and settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProfileName {
    /// A profile of `config.toml` or the credentials file.
    Named(String),
    /// The credentials in environment variables.
    Environment,
    /// The embedded Cloudflare.
    Demo,
}

/// A profile to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileRow {
    pub name: ProfileName,
    /// The account's name or ID. Empty if it is unknown. Untrusted text.
    pub account: String,
    /// Where its credentials are from, such as `config.toml`.
    pub source: String,
    /// Whether reading its credentials runs a command, which may ask for a passphrase on the terminal.
    pub needs_terminal: bool,
}

/// The profiles to switch between.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profiles {
    pub rows: Vec<ProfileRow>,
    /// The one in use. `None` if there are no credentials.
    pub current: Option<ProfileName>,
}

/// The choice of a profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfilesDialog {
    /// The row of the cursor, among those that match.
    pub cursor: usize,
    /// The words to search for. `None` if there is a digit for each profile.
    pub line: Option<TextInput>,
}

impl fmt::Display for ProfileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Named(name) => name,
            Self::Environment => "environment",
            Self::Demo => "demo",
        })
    }
}

impl Profiles {
    /// The profile in use, if there are others it could be confused with.
    pub fn label(&self) -> Option<&ProfileName> {
        // The demo is named as the server that it is.
        self.current.as_ref().filter(|current| self.has_others() && **current != ProfileName::Demo)
    }

    pub fn is_current(&self, row: &ProfileRow) -> bool {
        self.current.as_ref() == Some(&row.name)
    }

    /// Whether switching to this profile needs the terminal.
    pub fn needs_terminal(&self, name: &ProfileName) -> bool {
        self.rows.iter().any(|row| row.name == *name && row.needs_terminal)
    }

    /// Whether there are profiles besides the one in use.
    pub(super) fn has_others(&self) -> bool {
        self.rows.iter().any(|row| !self.is_current(row))
    }

    /// The dialog with its cursor on the profile in use.
    pub(super) fn dialog(&self) -> ProfilesDialog {
        let cursor = self.rows.iter().position(|row| self.is_current(row)).unwrap_or(0);
        ProfilesDialog { cursor, line: (self.rows.len() > DIGITS).then(TextInput::default) }
    }
}

impl ProfilesDialog {
    /// The profiles whose name or account contains every word.
    pub fn matching<'a>(&self, profiles: &'a Profiles) -> Vec<&'a ProfileRow> {
        let search = self.line.as_ref().map_or(String::new(), |line| line.text().to_lowercase());
        let matches = |row: &&ProfileRow| {
            let text = format!("{} {}", row.name, row.account).to_lowercase();
            search.split_whitespace().all(|word| text.contains(word))
        };
        profiles.rows.iter().filter(matches).collect()
    }
}
