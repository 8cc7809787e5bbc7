//! State of the dialogs: lifetimes, copy formats, and a flexible variant.

use crate::app::text_input::TextInput;
use crate::domain::CopyAs;
use crate::domain::flexible::{Flexible, InvalidOptions, Suggestion, complete};
use crate::domain::signing::Lifetime;
use crate::domain::time_format::NEVER_EXPIRES;

/// What was chosen last.
#[derive(Debug, Clone, Default)]
pub struct DialogState {
    pub lifetime_row: Option<usize>,
    pub format: Option<CopyAs>,
}

/// The choice of how long a signed URL is valid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LifetimeDialog {
    /// The row of the cursor.
    pub cursor: usize,
    /// The date, while it is being typed.
    pub date: Option<TextInput>,
    /// Why the typed text is no date.
    pub refusal: Option<String>,
}

/// A flexible variant that is being typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FlexibleDialog {
    pub line: TextInput,
}

/// A row of the lifetime dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LifetimeRow {
    /// From now on, for a fixed time.
    For(Lifetime),
    /// Until a date that the user types.
    Date,
}

impl LifetimeDialog {
    /// All rows: the date comes before `never`.
    pub fn rows() -> impl Iterator<Item = LifetimeRow> {
        let (last, before) = Lifetime::CHOICES.split_last().unwrap_or((&Lifetime::Never, &[]));
        let before = before.iter().map(|lifetime| LifetimeRow::For(*lifetime));
        before.chain([LifetimeRow::Date, LifetimeRow::For(*last)])
    }

    pub fn row_of(wanted: Lifetime) -> Option<usize> {
        Self::rows().position(|row| row == LifetimeRow::For(wanted))
    }
}

impl LifetimeRow {
    pub fn label(self) -> String {
        let Self::For(lifetime) = self else { return "until a date…".to_owned() };
        if lifetime == Lifetime::Never {
            return NEVER_EXPIRES.to_owned();
        }
        let text = lifetime.to_string();
        let Some((at, unit)) = text.char_indices().last() else { return text };
        let amount = &text[..at];
        let word = match unit {
            's' => "second",
            'm' => "minute",
            'h' => "hour",
            'd' => "day",
            _ => return text,
        };
        format!("{amount} {word}{}", if amount == "1" { "" } else { "s" })
    }
}

impl FlexibleDialog {
    /// The typed options. `None` while nothing is typed.
    pub fn read(&self) -> Option<Result<Flexible, InvalidOptions>> {
        let text = self.line.text();
        (!text.trim().is_empty()).then(|| Flexible::parse(text))
    }

    pub fn suggestions(&self) -> Vec<Suggestion> {
        complete(self.line.text())
    }

    /// Accepts the first suggestion. After a complete option, adds a comma for the next one.
    pub fn complete(&mut self) {
        if let Some(first) = self.suggestions().into_iter().next() {
            self.line.set(&first.text);
        } else if let Some(Ok(_)) = self.read()
            && !self.line.text().ends_with(',')
        {
            self.line.set(&format!("{},", self.line.text()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetime_labels_are_spelled_out() {
        let labels: Vec<_> = LifetimeDialog::rows().map(LifetimeRow::label).collect();
        assert_eq!(labels, ["5 minutes", "1 hour", "1 day", "7 days", "until a date…", "never expires"]);
        assert_eq!(LifetimeDialog::row_of(Lifetime::DEFAULT), Some(1));
    }

    #[test]
    fn completion_goes_from_option_to_option() {
        let mut dialog = FlexibleDialog::default();
        dialog.line.set("wid");
        dialog.complete();
        assert_eq!(dialog.line.text(), "w=");
        dialog.line.set("w=400");
        dialog.complete();
        assert_eq!(dialog.line.text(), "w=400,");
        dialog.line.set("w=400,fit=cov");
        dialog.complete();
        assert_eq!(dialog.line.text(), "w=400,fit=cover");
    }
}
