//! The last line: the keys that are most useful now.

use std::ops::Range;
use std::ptr;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::caches::Caches;
use super::theme::Theme;
use super::widgets::to_u16;
use crate::app::keymap::{BINDINGS, Footer, row_of};
use crate::app::{Key, Model, Target};
use crate::domain::width::columns;

/// Hints from this rank on are left out before words are shortened.
const FIRST_OPTIONAL_RANK: u8 = 7;

/// The columns between two hints.
const GAP: usize = 2;

pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, row: Rect) {
    for Hint { key, word, columns } in hints(model, usize::from(row.width).saturating_sub(1)) {
        let line =
            Line::from(vec![Span::styled(key.to_string(), theme.strong()), Span::raw(format!(" {word}"))]);
        let x = row.x.saturating_add(to_u16(columns.start));
        let width = to_u16(columns.len());
        let area = Rect { x, width, ..row }.intersection(row);
        caches.regions.add(area, Target::Key(key));
        frame.render_widget(line, area);
    }
}

/// A key and what it does, at its place on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hint {
    pub key: Key,
    pub word: &'static str,
    /// In columns from the start of the line.
    pub columns: Range<usize>,
}

/// The keys that apply now. If there is not enough room, the most important ones.
pub(super) fn hints(model: &Model, room: usize) -> Vec<Hint> {
    let mut entries: Vec<Entry> = BINDINGS
        .iter()
        .filter_map(|row| Some((row, row.footer.as_ref()?)))
        // If several rows share a key, show the one that it triggers.
        .filter(|(row, footer)| {
            (footer.shown)(model) && row_of(model, row.keys[0]).is_some_and(|first| ptr::eq(first, *row))
        })
        .map(|(row, footer)| Entry::new(row.keys[0], footer))
        .collect();
    let mut total: usize = entries.iter().map(|entry| entry.width() + GAP).sum();
    while total > room + 1 {
        let Some(least) = (0..entries.len()).max_by_key(|at| entries[*at].footer.rank) else { break };
        let long = entries.iter().rposition(|entry| entry.word != entry.footer.short);
        match long {
            Some(long) if entries[least].footer.rank < FIRST_OPTIONAL_RANK => {
                total -= entries[long].width();
                entries[long].word = entries[long].footer.short;
                total += entries[long].width();
            }
            _ => total -= entries.remove(least).width() + GAP,
        }
    }
    let mut start = 1;
    let place = |entry: Entry| {
        let columns = start..start + entry.width();
        start = columns.end + GAP;
        Hint { key: entry.key, word: entry.word, columns }
    };
    entries.into_iter().map(place).collect()
}

/// A key that may be shown, and its word for the room that there is.
struct Entry {
    key: Key,
    key_width: usize,
    word: &'static str,
    footer: &'static Footer,
}

impl Entry {
    fn new(key: Key, footer: &'static Footer) -> Self {
        Self { key, key_width: columns(&key.to_string()), word: footer.word, footer }
    }

    fn width(&self) -> usize {
        self.key_width + 1 + columns(self.word)
    }
}
