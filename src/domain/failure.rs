//! What went wrong, in words that a person can act on.

use std::fmt;

/// Something that could not be done: what happened, why, and what to do about it.
///
/// The rooms that fail have errors of their own; each turns them into these words in one place. The text may hold
/// words from outside, already made visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind it is: it decides exit codes.
    pub kind: FailureKind,
    /// What happened, without a full stop: `Image not found`.
    pub what: String,
    /// The API's codes, those of `error_chain` too; else the HTTP status (`HTTP 502`). Empty where there is neither.
    pub code: String,
    /// Why, and what to do: one or two sentences.
    pub hint: String,
    /// The answer's `cf-ray`, which Cloudflare's support asks for.
    pub ray: Option<String>,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Arguments, or a text that cannot be an ID: exit code 2.
    Usage,
    /// No such image or variant: exit code 3.
    NotFound,
    /// Credentials or permission: exit code 4.
    Credentials,
    /// The network, a rate limit, or an answer that is not the API's: exit code 5.
    Network,
    /// Anything else: exit code 1.
    Other,
}

impl Failure {
    /// A failure with neither code nor ray.
    pub fn new(kind: FailureKind, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind, what: what.into(), code: String::new(), hint: hint.into(), ray: None }
    }
}

impl FailureKind {
    /// The exit code that scripts read.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Other => 1,
            Self::Usage => 2,
            Self::NotFound => 3,
            Self::Credentials => 4,
            Self::Network => 5,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.code.is_empty() {
            write!(f, " ({})", self.code)?;
        }
        write!(f, ". {}", self.hint)?;
        match &self.ray {
            Some(ray) => write!(f, " [cf-ray {ray}]"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_reads_as_sentences() {
        let mut failure = Failure::new(FailureKind::NotFound, "Image not found", "Check the ID.");
        assert_eq!(failure.to_string(), "Image not found. Check the ID.");
        failure.code = "5404".into();
        failure.ray = Some("8f-FRA".into());
        assert_eq!(failure.to_string(), "Image not found (5404). Check the ID. [cf-ray 8f-FRA]");
    }
}
