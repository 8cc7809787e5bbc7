//! What is filled into a command.

use std::ffi::{OsStr, OsString};
use std::fmt;

/// What every variable of a command starts with.
pub(super) const PREFIX: &str = "CFIMG_";

/// The longest argument or variable that Linux accepts, in bytes.
const MAX_BYTES: usize = 128 * 1024 - 1;

/// What a command can get of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    Url,
    Id,
    Name,
    Variant,
    /// The path of a temporary file with the picture.
    File,
    Json,
    SignedUrl,
}

/// A part of a program's name or of an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Value(Value),
}

/// The values for a command. Values that it does not use may be missing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CommandValues(Vec<(Value, OsString)>);

/// Why a command can't get a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotRun {
    #[error("The {noun} contains a NUL character, which no program can get.", noun = .0.noun())]
    Nul(Value),
    #[error("The {noun} is too long for a program (limit 128 KiB).", noun = .0.noun())]
    TooLong(Value),
    /// The value would be an option.
    #[error(
        "The {noun} starts with -, so the program could take it for an option. Write -- before {{{name}}} in the command.",
        noun = .0.noun(), name = .0.name()
    )]
    Option(Value),
}

impl Value {
    pub const ALL: [Self; 7] =
        [Self::Url, Self::Id, Self::Name, Self::Variant, Self::File, Self::Json, Self::SignedUrl];

    /// The name in a placeholder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Id => "id",
            Self::Name => "name",
            Self::Variant => "variant",
            Self::File => "file",
            Self::Json => "json",
            Self::SignedUrl => "signed_url",
        }
    }

    /// The name of the variable.
    pub fn variable(self) -> String {
        format!("{}{}", PREFIX, self.name().to_ascii_uppercase())
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Url => "URL",
            Self::Id => "image's ID",
            Self::Name => "image's name",
            Self::Variant => "variant's name",
            Self::File => "file's path",
            Self::Json => "image's JSON",
            Self::SignedUrl => "signed URL",
        }
    }
}

impl CommandValues {
    pub fn set(&mut self, value: Value, text: impl Into<OsString>) {
        self.0.push((value, text.into()));
    }

    fn get(&self, value: Value) -> &OsStr {
        self.0.iter().find(|(known, _)| *known == value).map_or(OsStr::new(""), |(_, text)| text)
    }

    /// A value, if it can be an argument or a variable. A value that is missing is empty.
    pub(super) fn checked(&self, value: Value) -> Result<OsString, CannotRun> {
        let text = self.get(value);
        if text.as_encoded_bytes().contains(&0) {
            return Err(CannotRun::Nul(value));
        }
        // A variable's name and `=` count too.
        if text.len() + value.variable().len() + 1 > MAX_BYTES {
            return Err(CannotRun::TooLong(value));
        }
        Ok(text.to_owned())
    }

    /// Fills the values into a word. Unless options have ended (`--`), a value at its start must not start with a dash.
    pub(super) fn fill(&self, word: &[Part], options_ended: bool) -> Result<OsString, CannotRun> {
        let mut filled = OsString::new();
        for part in word {
            match part {
                Part::Text(text) => filled.push(text),
                Part::Value(value) => {
                    let text = self.checked(*value)?;
                    if filled.is_empty() && !options_ended && text.as_encoded_bytes().starts_with(b"-") {
                        return Err(CannotRun::Option(*value));
                    }
                    filled.push(text);
                    if filled.len() > MAX_BYTES {
                        return Err(CannotRun::TooLong(*value));
                    }
                }
            }
        }
        Ok(filled)
    }
}

/// Without the values: a signed URL may be among them.
impl fmt::Debug for CommandValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(value, _)| value.name())).finish()
    }
}
