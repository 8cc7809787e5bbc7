//! Mistakes in a settings file.

use std::ops::Range;

/// A mistake in a file, without the file. It contains no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes of the file's text to underline.
    pub span: Range<usize>,
    /// A lower-case fragment, such as `unknown setting`.
    pub message: String,
    /// What to do, such as `did you mean …?`.
    pub help: Option<String>,
    /// Whether the program can't start with it. Otherwise the default is used instead.
    pub fatal: bool,
}

impl Mistake {
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None, fatal: false }
    }

    /// A mistake from a text such as `not a lifetime: use 1h`.
    pub fn of(span: Range<usize>, text: &str) -> Self {
        match text.split_once(": ") {
            Some((message, help)) => Self::new(span, message).with_help(help),
            None => Self::new(span, text),
        }
    }

    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn fatal(mut self) -> Self {
        self.fatal = true;
        self
    }
}
