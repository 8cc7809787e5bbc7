//! The text of the Image pane, and the lookups that can be recalled there.

use crate::app::text_input::{Edit, TextInput};
use crate::domain::{ImageId, Reference};

/// Lookups that are remembered; the oldest are dropped.
const MAX_EARLIER: usize = 1_000;

/// The one line that names an image.
#[derive(Debug, Clone, Default)]
pub struct ImageInput {
    line: TextInput,
    /// Whether the user has typed since the last lookup.
    edited: bool,
    /// Why the text names no image.
    pub refusal: Option<String>,
    earlier: Vec<String>,
    /// The recalled lookup as an index into `earlier`, and the line as it was before.
    recalled: Option<(usize, TextInput)>,
}

impl ImageInput {
    /// An empty line. `earlier` is in the order of lookup, newest last.
    pub fn with_earlier(earlier: Vec<String>) -> Self {
        Self { earlier, ..Self::default() }
    }

    pub fn line(&self) -> &TextInput {
        &self.line
    }

    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// Whether the user is in the middle of typing. If so, a paste is inserted at the cursor. Otherwise it replaces the
    /// text.
    pub fn is_partly_typed(&self) -> bool {
        self.edited && !self.text().is_empty()
    }

    pub fn edit(&mut self, edit: Edit) {
        let was_selected = self.line.is_selected();
        if self.line.edit(edit) || was_selected {
            self.set_edited(true);
        }
    }

    /// Selects the whole text, so that typing replaces it, or nothing.
    pub(crate) fn select(&mut self, selected: bool) {
        self.line.select(selected);
    }

    pub fn insert(&mut self, text: &str) {
        self.line.insert(text);
        self.set_edited(true);
    }

    /// Replaces the text and puts the cursor at its end. This does not count as typing.
    pub fn replace(&mut self, text: &str) {
        self.line.set(text);
        self.set_edited(false);
    }

    fn set_edited(&mut self, edited: bool) {
        self.edited = edited;
        self.refusal = None;
        self.recalled = None;
    }

    /// Replaces the text by an image's ID, unless it is the text with which that image was looked up.
    pub(crate) fn restore(&mut self, id: &ImageId) {
        let names_it = Reference::read(self.text()).is_ok_and(|reference| reference.id == *id);
        if self.edited || self.recalled.is_some() || !names_it {
            self.replace(id.as_str());
        }
    }

    /// Remembers a lookup. `text` must not contain a signature.
    pub fn add_lookup(&mut self, text: String) {
        self.edited = false;
        self.recalled = None;
        self.earlier.retain(|earlier| *earlier != text);
        self.earlier.push(text);
        if self.earlier.len() > MAX_EARLIER {
            self.earlier.remove(0);
        }
    }

    /// Adds the lookups of earlier runs, newest last, before those of this run. Texts that name no image are left out.
    pub fn add_earlier(&mut self, earlier: Vec<String>) {
        let texts = earlier.into_iter().filter_map(|text| Some(Reference::read(&text).ok()?.to_text()));
        let mut merged: Vec<String> = texts.filter(|text| !self.earlier.contains(text)).collect();
        let room = MAX_EARLIER.saturating_sub(self.earlier.len());
        merged.drain(..merged.len().saturating_sub(room));
        if let Some((at, _)) = &mut self.recalled {
            *at += merged.len();
        }
        merged.append(&mut self.earlier);
        self.earlier = merged;
    }

    /// Recalls the lookup before the one shown.
    pub fn recall_earlier(&mut self) {
        let (at, typed) = self.recalled.take().unwrap_or_else(|| (self.earlier.len(), self.line.clone()));
        // Skip the lookup whose text is still in the line: recalling it would change nothing.
        let at = self.earlier[..at]
            .iter()
            .rposition(|text| at < self.earlier.len() || *text != typed.text())
            .unwrap_or(at);
        self.show_recalled(at, typed);
    }

    /// Recalls the lookup after the one shown. After the newest, restores what was typed before.
    pub fn recall_later(&mut self) {
        if let Some((at, typed)) = self.recalled.take() {
            self.show_recalled(at + 1, typed);
        }
    }

    pub fn has_earlier(&self) -> bool {
        !self.earlier.is_empty()
    }

    fn show_recalled(&mut self, at: usize, typed: TextInput) {
        self.refusal = None;
        if let Some(text) = self.earlier.get(at) {
            self.line.set(&text.clone());
            self.recalled = Some((at, typed));
        } else {
            self.line.set(typed.text());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recall_walks_lookups_and_restores_typed_text() {
        let mut input = ImageInput::default();
        for text in ["one", "two", "one"] {
            input.replace(text);
            input.add_lookup(text.to_owned());
        }
        input.replace("dra");
        input.edit(Edit::InsertChar('f'));
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
    fn recall_skips_lookup_still_in_the_line() {
        let mut input = ImageInput::default();
        for text in ["one", "two"] {
            input.replace(text);
            input.add_lookup(text.to_owned());
        }
        input.recall_earlier();
        assert_eq!(input.text(), "one");
    }

    #[test]
    fn lookups_of_earlier_runs_are_recalled_last() {
        let mut input = ImageInput::default();
        for text in ["b", "new"] {
            input.replace(text);
            input.add_lookup(text.to_owned());
        }
        input.replace("draft");
        input.recall_earlier();
        input.add_earlier(["a", "b", "", "https://example.com/", "c"].map(str::to_owned).into());
        let signed = "https://imagedelivery.net/Hash/id/public?sig=secret";
        input.add_earlier(vec![signed.to_owned()]);
        assert_eq!(input.text(), "new");
        let mut seen = Vec::new();
        for _ in 0..5 {
            input.recall_earlier();
            seen.push(input.text().to_owned());
        }
        assert_eq!(seen, ["b", "c", "a", "id", "id"]);
        for _ in 0..5 {
            input.recall_later();
        }
        assert_eq!(input.text(), "draft");
    }

    #[test]
    fn earlier_lookups_are_bounded() {
        let mut input = ImageInput::default();
        input.add_lookup("new".to_owned());
        input.add_earlier((0..2 * MAX_EARLIER).map(|number| number.to_string()).collect());
        assert_eq!(input.earlier.len(), MAX_EARLIER);
        assert_eq!(input.earlier.last().unwrap(), "new");
        assert_eq!(input.earlier[MAX_EARLIER - 2], (2 * MAX_EARLIER - 1).to_string());
    }

    #[test]
    fn oldest_lookups_are_dropped() {
        let mut input = ImageInput::default();
        for n in 0..=MAX_EARLIER {
            input.add_lookup(n.to_string());
        }
        assert_eq!((input.earlier.len(), input.earlier[0].as_str()), (MAX_EARLIER, "1"));
    }
}
