//! Errors for the user: what went wrong, and what to do about it.

use std::fmt;

use super::sanitize::sanitize;
use super::width::{columns, wrap, wrap_within};

/// What to do about a picture's file that is empty or corrupt.
pub const UPLOAD_AGAIN: &str = "Try again. If that doesn't help, upload the image again.";

/// An error for the user: what happened, why, and what to do about it.
///
/// Each module has errors of its own, and converts them to a `Failure` in one place. The texts may contain untrusted
/// parts, already sanitized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// This decides the exit code.
    pub kind: FailureKind,
    /// What happened, without a full stop: `Image not found`.
    pub what: String,
    /// The same in a few words, for a place of a few columns: `Timed out`. Empty if `what` is short, or if the code says it.
    pub short: &'static str,
    /// The API's codes, including those of `error_chain`; if there are none, the HTTP status (`HTTP 502`). May be
    /// empty.
    pub code: String,
    /// Why, and what to do, in one or two sentences.
    pub hint: String,
    /// The response's `cf-ray`, which Cloudflare's support asks for.
    pub ray: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Invalid arguments, or a text that cannot be an ID. Exit code 2.
    Usage = 2,
    /// No such image or variant. Exit code 3.
    NotFound = 3,
    /// Missing credentials or permissions. Exit code 4.
    Credentials = 4,
    /// A network error, a rate limit, or a response that is not from the API. Exit code 5.
    Network = 5,
    /// Anything else. Exit code 1.
    Other = 1,
}

impl Failure {
    /// A failure without a code or a ray.
    pub fn new(kind: FailureKind, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { kind, what: what.into(), short: "", code: String::new(), hint: hint.into(), ray: None }
    }

    /// A [`FailureKind::Usage`] failure.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, what, hint)
    }

    /// A [`FailureKind::Other`] failure.
    pub fn other(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(FailureKind::Other, what, hint)
    }

    #[must_use]
    pub fn with_short(self, short: &'static str) -> Self {
        Self { short, ..self }
    }

    /// What happened, in at most `rows` lines of `width` columns. The longest form that fits without breaking a word; if
    /// none does, the beginning.
    pub fn lines(&self, width: usize, rows: usize) -> Vec<String> {
        // The code of a successful response says nothing.
        let code = match self.code.as_str() {
            "" => None,
            http if http.starts_with("HTTP 2") => None,
            http if http.starts_with("HTTP ") => Some(http.to_owned()),
            code => Some(format!("Error {code}")),
        };
        let short = (!self.short.is_empty()).then(|| self.short.to_owned());
        let what = sanitize(&self.what).into_owned();
        let forms: Vec<String> = [Some(what), short, code].into_iter().flatten().collect();
        let is_whole = |text: &str| text.split(' ').all(|word| columns(word) <= width);
        let fitting = forms.iter().find(|text| is_whole(text) && wrap(text, width).len() <= rows);
        let shortest = || forms.iter().min_by_key(|text| columns(text));
        wrap_within(fitting.or_else(shortest).map_or("", |text| text), width, rows)
    }

    /// What happened, with the code: `Image not found (5404)`.
    pub fn headline(&self) -> String {
        if self.code.is_empty() { self.what.clone() } else { format!("{} ({})", self.what, self.code) }
    }
}

impl FailureKind {
    pub fn exit_code(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}. {}", self.headline(), self.hint)?;
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
    fn failure_displays_code_hint_and_ray() {
        let mut failure = Failure::new(FailureKind::NotFound, "Image not found", "Check the ID.");
        assert_eq!(failure.to_string(), "Image not found. Check the ID.");
        failure.code = "5404".into();
        failure.ray = Some("8f-FRA".into());
        assert_eq!(failure.to_string(), "Image not found (5404). Check the ID. [cf-ray 8f-FRA]");
    }

    #[test]
    fn lines_are_the_longest_form_that_fits() {
        let broken = Failure::other("The connection to imagedelivery.net was closed early", "")
            .with_short("Connection closed early");
        let busy = |code: &str| Failure {
            code: code.into(),
            ..Failure::other("imagedelivery.net is having problems", "")
        };
        let page = Failure {
            code: "HTTP 200".into(),
            ..Failure::other("The response is a web page, not a picture", "")
        };
        for (failure, width, rows, expected) in [
            (&broken, 22, 4, &["The connection to", "imagedelivery.net was", "closed early"][..]),
            (&broken, 11, 3, &["Connection", "closed", "early"]),
            (&broken, 11, 2, &["Connection", "closed …"]),
            (&busy("HTTP 503"), 18, 2, &["imagedelivery.net", "is having problems"]),
            (&busy("HTTP 503"), 11, 3, &["HTTP 503"]),
            (&busy("9522"), 11, 3, &["Error 9522"]),
            (&page, 11, 3, &["The", "response is", "a web …"]),
            (&page, 0, 0, &[]),
        ] {
            assert_eq!(failure.lines(width, rows), expected, "{width}×{rows}");
        }
        let hostile = Failure::other("\u{1b}[2J", "");
        assert_eq!(hostile.lines(20, 1), ["␛[2J"]);
    }
}
