//! The text of the Image pane, and the lookups before.

use tui_input::{Input, InputRequest};

use super::Edit;

/// More than any URL of an image takes, in characters; what is pasted beyond is not kept.
const MAX_CHARS: usize = 16_384;

/// Lookups that are remembered.
const MAX_EARLIER: usize = 500;

/// The one line that names an image.
#[derive(Debug, Clone, Default)]
pub struct ImageInput {
    line: Input,
    /// Whether it was typed into since the last lookup.
    edited: bool,
    /// Why the text names no image.
    pub refusal: Option<String>,
    earlier: Vec<String>,
    /// Which of the earlier lookups is recalled, and the text that was there before.
    recalled: Option<(usize, String)>,
}

impl ImageInput {
    /// An empty line, with lookups to recall, the newest last.
    pub fn with_earlier(earlier: Vec<String>) -> Self {
        Self { earlier, ..Self::default() }
    }

    /// The text as it is.
    pub fn text(&self) -> &str {
        self.line.value()
    }

    /// The text before the cursor.
    pub fn before_cursor(&self) -> &str {
        let text = self.text();
        let end = text.char_indices().nth(self.line.cursor()).map_or(text.len(), |(at, _)| at);
        &text[..end]
    }

    /// Whether a person is in the middle of typing: a paste is inserted there, and replaces the text elsewhere.
    pub fn is_half_typed(&self) -> bool {
        self.edited && !self.text().is_empty()
    }

    /// Changes the text or moves its cursor.
    pub fn edit(&mut self, edit: Edit) {
        if matches!(edit, Edit::Insert(_)) && self.text().chars().count() >= MAX_CHARS {
            return;
        }
        let changed = self.line.handle(match edit {
            Edit::Insert(c) => InputRequest::InsertChar(c),
            Edit::Left => InputRequest::GoToPrevChar,
            Edit::Right => InputRequest::GoToNextChar,
            Edit::WordLeft => InputRequest::GoToPrevWord,
            Edit::WordRight => InputRequest::GoToNextWord,
            Edit::Start => InputRequest::GoToStart,
            Edit::End => InputRequest::GoToEnd,
            Edit::Backspace => InputRequest::DeletePrevChar,
            Edit::Delete => InputRequest::DeleteNextChar,
            Edit::DeleteWord => InputRequest::DeletePrevWord,
            Edit::DeleteToStart => InputRequest::DeleteFromStart,
            Edit::DeleteToEnd => InputRequest::DeleteTillEnd,
        });
        if changed.is_some_and(|changed| changed.value) {
            self.edited = true;
            self.refusal = None;
            self.recalled = None;
        }
    }

    /// Inserts a pasted text at the cursor.
    pub fn insert(&mut self, text: &str) {
        let before = self.before_cursor().to_owned();
        let after = self.text()[before.len()..].to_owned();
        let room = MAX_CHARS.saturating_sub(self.text().chars().count());
        let inserted = one_line(text, room);
        let cursor = before.chars().count() + inserted.chars().count();
        self.line = Input::new(format!("{before}{inserted}{after}")).with_cursor(cursor);
        self.edited = true;
        self.refusal = None;
        self.recalled = None;
    }

    /// Replaces the text, cursor at its end. It does not count as typed.
    pub fn replace(&mut self, text: &str) {
        self.line = Input::new(one_line(text, MAX_CHARS));
        self.edited = false;
        self.refusal = None;
        self.recalled = None;
    }

    /// Remembers a lookup. Its text must hold no signature.
    pub fn looked_up(&mut self, text: String) {
        self.edited = false;
        self.recalled = None;
        self.earlier.retain(|earlier| *earlier != text);
        self.earlier.push(text);
        if self.earlier.len() > MAX_EARLIER {
            self.earlier.remove(0);
        }
    }

    /// Recalls the lookup before the one that is shown.
    pub fn recall_earlier(&mut self) {
        let (at, draft) =
            self.recalled.take().unwrap_or_else(|| (self.earlier.len(), self.text().to_owned()));
        // The lookup that still stands in the line is no step back.
        let at = self.earlier[..at]
            .iter()
            .rposition(|text| at < self.earlier.len() || *text != draft)
            .unwrap_or(at);
        self.show_recalled(at, draft);
    }

    /// Recalls the lookup after the one that is shown; past the newest, what was typed before.
    pub fn recall_later(&mut self) {
        if let Some((at, draft)) = self.recalled.take() {
            self.show_recalled(at + 1, draft);
        }
    }

    /// Whether there is a lookup to recall.
    pub fn has_earlier(&self) -> bool {
        !self.earlier.is_empty()
    }

    fn show_recalled(&mut self, at: usize, draft: String) {
        self.refusal = None;
        if let Some(text) = self.earlier.get(at) {
            self.line = Input::new(text.clone());
            self.recalled = Some((at, draft));
        } else {
            self.line = Input::new(draft);
        }
    }
}

/// Line breaks and tabs become spaces, so that a pasted text stands in one line to be read.
fn one_line(text: &str, max: usize) -> String {
    text.trim().chars().map(|c| if c.is_whitespace() { ' ' } else { c }).take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn earlier_lookups_are_recalled_and_the_draft_comes_back() {
        let mut input = ImageInput::default();
        for text in ["one", "two", "one"] {
            input.replace(text);
            input.looked_up(text.to_owned());
        }
        input.replace("dra");
        input.edit(Edit::Insert('f'));
        let mut seen = Vec::new();
        for step in [true, true, true, false, false, false] {
            if step {
                input.recall_earlier();
            } else {
                input.recall_later();
            }
            seen.push(input.text().to_owned());
        }
        assert_eq!(seen, ["one", "two", "two", "one", "draf", "draf"]);
    }

    #[test]
    fn the_lookup_that_still_stands_there_is_skipped() {
        let mut input = ImageInput::default();
        for text in ["one", "two"] {
            input.replace(text);
            input.looked_up(text.to_owned());
        }
        input.recall_earlier();
        assert_eq!(input.text(), "one");
    }

    #[test]
    fn the_oldest_lookups_are_forgotten() {
        let mut input = ImageInput::default();
        for n in 0..=MAX_EARLIER {
            input.looked_up(n.to_string());
        }
        assert_eq!((input.earlier.len(), input.earlier[0].as_str()), (MAX_EARLIER, "1"));
    }

    #[test]
    fn a_paste_is_one_bounded_line() {
        let mut input = ImageInput::default();
        input.replace(" a\r\nb\tc\n");
        assert_eq!(input.text(), "a  b c");
        input.edit(Edit::Start);
        input.insert("日本");
        assert_eq!((input.text(), input.before_cursor()), ("日本a  b c", "日本"));
        input.insert(&"x".repeat(100_000));
        assert_eq!(input.text().chars().count(), MAX_CHARS);
        input.edit(Edit::Insert('y'));
        assert_eq!(input.text().chars().count(), MAX_CHARS);
    }
}
