//! The profile in use, for messages.

use std::fmt;

use super::sanitize::sanitize;

/// Where a profile's token comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// `CLOUDFLARE_API_TOKEN` and the like.
    Variables,
    /// The credentials file.
    Stored,
    Command,
    Variable(String),
    /// The profile has no token.
    None,
}

/// A profile and where its token comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileInUse {
    pub name: String,
    pub token: TokenSource,
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Variables => "variables",
            Self::Stored => "credentials.toml",
            Self::Command => "token_command",
            Self::Variable(name) => return write!(f, "${}", sanitize(name)),
            Self::None => "no token",
        })
    }
}
