//! A line of text that is being edited.

use std::fmt;

use tui_input::Input;
/// An edit of a line of text.
pub use tui_input::InputRequest as Edit;

use crate::domain::secret::redacted;

/// In characters; more than any image URL needs. The rest of a longer paste is dropped.
const MAX_CHARS: usize = 16_384;

#[derive(Clone, Default)]
pub struct TextInput {
    input: Input,
    selected: bool,
}

impl TextInput {
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Whether the whole text is selected: the next edit replaces it.
    pub fn is_selected(&self) -> bool {
        self.selected && !self.text().is_empty()
    }

    /// Selects the whole text, or nothing.
    pub fn select(&mut self, selected: bool) {
        self.selected = selected;
    }

    /// The text before the cursor.
    pub fn before_cursor(&self) -> &str {
        let text = self.text();
        let end = text.char_indices().nth(self.input.cursor()).map_or(text.len(), |(at, _)| at);
        &text[..end]
    }

    /// Replaces the text and puts the cursor at its end.
    pub fn set(&mut self, text: &str) {
        self.input = Input::new(one_line(text, MAX_CHARS));
        self.selected = false;
    }

    /// Edits the text or moves the cursor. A selected text is replaced or deleted; moving the cursor only drops the
    /// selection. Returns whether the text changed.
    pub fn edit(&mut self, edit: Edit) -> bool {
        if self.is_selected() && !moves_cursor(edit) {
            self.set("");
            self.input.handle(edit);
            return true;
        }
        self.selected = false;
        if matches!(edit, Edit::InsertChar(_)) && self.text().chars().count() >= MAX_CHARS {
            return false;
        }
        let changed = self.input.handle(edit);
        changed.is_some_and(|changed| changed.value)
    }

    /// Inserts text at the cursor, or in place of the selected text.
    pub fn insert(&mut self, text: &str) {
        if self.is_selected() {
            self.set("");
        }
        let before = self.before_cursor().to_owned();
        let after = self.text()[before.len()..].to_owned();
        let room = MAX_CHARS.saturating_sub(self.text().chars().count());
        let inserted = one_line(text, room);
        let cursor = before.chars().count() + inserted.chars().count();
        self.input = Input::new(format!("{before}{inserted}{after}")).with_cursor(cursor);
    }
}

impl fmt::Debug for TextInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A pasted URL may be signed, and a pasted text may hold a token.
        write!(f, "TextInput({:?})", redacted(self.text()))
    }
}

impl PartialEq for TextInput {
    fn eq(&self, other: &Self) -> bool {
        (self.text(), self.input.cursor()) == (other.text(), other.input.cursor())
    }
}

impl Eq for TextInput {}

fn moves_cursor(edit: Edit) -> bool {
    matches!(
        edit,
        Edit::SetCursor(_)
            | Edit::GoToPrevChar
            | Edit::GoToNextChar
            | Edit::GoToPrevWord
            | Edit::GoToNextWord
            | Edit::GoToStart
            | Edit::GoToEnd
    )
}

/// Turns line breaks and tabs into spaces, so that a paste fits on one line.
fn one_line(text: &str, max: usize) -> String {
    text.trim().chars().map(|c| if c.is_whitespace() { ' ' } else { c }).take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selected_text_is_replaced_or_deleted() {
        for (edit, text) in [
            (Edit::InsertChar('x'), "x"),
            (Edit::DeletePrevChar, ""),
            (Edit::DeleteNextChar, ""),
            (Edit::DeletePrevWord, ""),
            (Edit::DeleteTillEnd, ""),
            (Edit::DeleteFromStart, ""),
            (Edit::GoToPrevChar, "two words"),
            (Edit::GoToEnd, "two words"),
        ] {
            let mut line = TextInput::default();
            line.set("two words");
            line.select(true);
            assert!(line.is_selected());
            assert_eq!(line.edit(edit), text != "two words", "{edit:?}");
            assert_eq!((line.text(), line.is_selected()), (text, false), "{edit:?}");
        }
        let mut line = TextInput::default();
        line.select(true);
        assert!(!line.is_selected(), "there is nothing to select");
        line.set("old");
        line.select(true);
        line.insert("new");
        assert_eq!((line.text(), line.is_selected()), ("new", false));
    }

    #[test]
    fn paste_becomes_one_bounded_line() {
        let mut line = TextInput::default();
        line.set(" a\r\nb\tc\n");
        assert_eq!(line.text(), "a  b c");
        line.edit(Edit::GoToStart);
        line.insert("日本");
        assert_eq!((line.text(), line.before_cursor()), ("日本a  b c", "日本"));
        let mut signed = TextInput::default();
        signed.set("https://a.example/H/a/v?sig=abc");
        assert_eq!(format!("{signed:?}"), r#"TextInput("https://a.example/H/a/v?sig=…")"#);
        line.insert(&"x".repeat(100_000));
        assert_eq!(line.text().chars().count(), MAX_CHARS);
        assert!(!line.edit(Edit::InsertChar('y')));
        assert_eq!(line.text().chars().count(), MAX_CHARS);
    }
}
