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
