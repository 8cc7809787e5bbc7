//! Where an account's credentials come from.

use std::fmt;

use super::secret::Credentials;

/// Its `Debug` prints neither credentials nor a command, which may contain some.
#[derive(Clone)]
pub enum CredentialSource {
    /// From variables or the credentials file.
    Fixed(Credentials),
    /// A shell command that prints a token. It runs when a token is first needed.
    Command(String),
}

impl fmt::Debug for CredentialSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fixed(_) => "Fixed(…)",
            Self::Command(_) => "Command(…)",
        })
    }
}
