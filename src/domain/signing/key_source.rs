//! Where the keys that sign come from.

use std::fmt;

use super::SigningKey;

/// Where the keys that sign come from. Its `Debug` prints neither a key nor a command, in which one may stand.
#[derive(Clone)]
pub enum KeySource {
    /// A key that was given.
    Explicit(SigningKey),
    /// A command whose standard output is a key.
    Command(String),
    /// The account itself, asked when a key is first needed.
    Account,
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Explicit(_) => "Given(…)",
            Self::Command(_) => "Command(…)",
            Self::Account => "Account",
        })
    }
}
