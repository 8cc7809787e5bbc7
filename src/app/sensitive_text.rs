//! Text that leaves the program for the clipboard or the browser, and what notices say about it.

use std::fmt;
use std::sync::Arc;

use crate::domain::secret::redacted;

/// How a signature begins in a URL.
const SIGNATURE: &[u8] = b"sig=";

/// Text that leaves the program. Signatures in it grant access, so `Debug` redacts them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SensitiveText {
    text: Arc<str>,
    description: String,
    note: String,
    warning: Option<String>,
}

impl SensitiveText {
    /// Adds what the notice says once it is delivered: a `description` unless the text is one URL (`2 URLs`), and a
    /// `note` after it (`valid until 14:05`).
    #[must_use]
    pub fn with_description(mut self, description: String, note: String) -> Self {
        self.description = description;
        self.note = note;
        self
    }

    /// Adds a warning, in sentences.
    #[must_use]
    pub fn with_warning(mut self, warning: Option<String>) -> Self {
        self.warning = warning;
        self
    }

    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Empty if the text is one URL.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// What the notice says after the description. May be empty.
    pub fn note(&self) -> &str {
        &self.note
    }

    /// The text, including signatures.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, to be passed on without a copy of it.
    pub fn shared_text(&self) -> Arc<str> {
        Arc::clone(&self.text)
    }

    /// Whether a signature is in it.
    pub fn has_signature(&self) -> bool {
        self.text.as_bytes().windows(SIGNATURE.len()).any(|part| part.eq_ignore_ascii_case(SIGNATURE))
    }

    /// The notice that it was delivered: `Copied 2 URLs (OSC 52), valid until 14:05`.
    pub fn done(&self, verb: &str, destination: &str) -> String {
        let mut sentence = verb.to_owned();
        if !self.description.is_empty() {
            sentence = format!("{sentence} {}", self.description);
        }
        if !destination.is_empty() {
            sentence = format!("{sentence} {destination}");
        }
        if self.note.is_empty() { sentence } else { format!("{sentence}, {}", self.note) }
    }
}

impl From<String> for SensitiveText {
    fn from(text: String) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

impl fmt::Debug for SensitiveText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SensitiveText({:?}", redacted(&self.text))?;
        for part in [&self.description, &self.note].into_iter().filter(|part| !part.is_empty()) {
            write!(f, ", {part:?}")?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_redacts_signatures() {
        let text = "![a](https://a.example/H/a/v?exp=1&sig=abc123) <img src=\"/v?SIG=def&x=1\">";
        let payload = SensitiveText::from(text.to_owned()).with_description("2 URLs".into(), "holds".into());
        assert_eq!(
            format!("{payload:?}"),
            r#"SensitiveText("![a](https://a.example/H/a/v?exp=1&sig=…) <img src=\"/v?SIG=…&x=1\">", "2 URLs", "holds")"#
        );
        assert_eq!(payload.text(), text);
    }

    #[test]
    fn done_names_what_was_delivered() {
        let payload = SensitiveText::default();
        assert_eq!(payload.done("Copied", "(OSC 52)"), "Copied (OSC 52)");
        let payload = payload.with_description("2 URLs".into(), "valid until 14:05".into());
        assert_eq!(payload.done("Copied", "(OSC 52)"), "Copied 2 URLs (OSC 52), valid until 14:05");
    }
}
