//! Where signing keys come from.

use std::fmt;

use super::SigningKey;

/// Its `Debug` prints neither a key nor a command, which may contain one.
#[derive(Clone)]
pub enum KeySource {
    /// A key from the environment.
    Explicit(SigningKey),
    /// A command that prints a key.
    Command(String),
    /// The account. It is queried when a key is first needed.
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
