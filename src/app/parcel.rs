//! What leaves the program for the clipboard or the browser, and what is said of it.

use std::fmt;

use crate::domain::secret::redacted;

/// How a signature begins in a URL.
const SIGNATURE: &str = "sig=";

/// A text that leaves the program. It may hold signatures, which let people in: its `Debug` leaves them out.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Parcel {
    text: String,
    what: String,
    note: String,
    warning: Option<String>,
}

impl Parcel {
    /// What is said of it once it is copied: `what` it is (`2 URLs`), where that is not one URL, and a `note` after it
    /// (`holds until 14:05`).
    #[must_use]
    pub fn with_words(mut self, what: String, note: String) -> Self {
        self.what = what;
        self.note = note;
        self
    }

    /// What is wrong with it, in sentences.
    #[must_use]
    pub fn with_warning(mut self, warning: Option<String>) -> Self {
        self.warning = warning;
        self
    }

    /// What is wrong with it, in sentences.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// What it is, if that is not one URL.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The text, signatures and all.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether a signature is in it.
    pub fn has_signature(&self) -> bool {
        self.text.to_ascii_lowercase().contains(SIGNATURE)
    }

    /// That it was done: `Copied 2 URLs (clipboard), holds until 14:05`.
    pub fn done(&self, deed: &str, way: &str) -> String {
        let mut words = deed.to_owned();
        if !self.what.is_empty() {
            words = format!("{words} {}", self.what);
        }
        if !way.is_empty() {
            words = format!("{words} {way}");
        }
        if self.note.is_empty() { words } else { format!("{words}, {}", self.note) }
    }
}

impl From<String> for Parcel {
    fn from(text: String) -> Self {
        Self { text, ..Self::default() }
    }
}

impl fmt::Debug for Parcel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Parcel({:?}", redacted(&self.text))?;
        for words in [&self.what, &self.note].into_iter().filter(|words| !words.is_empty()) {
            write!(f, ", {words:?}")?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_not_printed() {
        let text = "![a](https://a.example/H/a/v?exp=1&sig=abc123) <img src=\"/v?SIG=def&x=1\">";
        let parcel = Parcel::from(text.to_owned()).with_words("2 URLs".into(), "holds".into());
        assert_eq!(
            format!("{parcel:?}"),
            r#"Parcel("![a](https://a.example/H/a/v?exp=1&sig=…) <img src=\"/v?SIG=…&x=1\">", "2 URLs", "holds")"#
        );
        assert_eq!(parcel.text(), text);
    }

    #[test]
    fn it_is_said_what_was_done() {
        let parcel = Parcel::default();
        assert_eq!(parcel.done("Copied", "(OSC 52)"), "Copied (OSC 52)");
        let parcel = parcel.with_words("2 URLs".into(), "holds until 14:05".into());
        assert_eq!(parcel.done("Copied", "(OSC 52)"), "Copied 2 URLs (OSC 52), holds until 14:05");
    }
}
