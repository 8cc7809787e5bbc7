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
    let mut entries: Vec<(Key, &str, &Footer)> = BINDINGS
        .iter()
        .filter_map(|row| Some((row, row.footer.as_ref()?)))
        // If several rows share a key, show the one that it triggers.
        .filter(|(row, footer)| {
            (footer.shown)(model) && row_of(model, row.keys[0]).is_some_and(|first| ptr::eq(first, *row))
        })
        .map(|(row, footer)| (row.keys[0], footer.word, footer))
        .collect();
    let width = |(key, word, _): &(Key, &str, &Footer)| columns(&key.to_string()) + 1 + columns(word);
    let total =
        |entries: &[(Key, &str, &Footer)]| entries.iter().map(|entry| width(entry) + GAP).sum::<usize>();
    while total(&entries) > room + 1 {
        let Some(least) = (0..entries.len()).max_by_key(|at| entries[*at].2.rank) else { break };
        let long = entries.iter().rposition(|(_, word, footer)| *word != footer.short);
        match long {
            Some(long) if entries[least].2.rank < FIRST_OPTIONAL_RANK => {
                entries[long].1 = entries[long].2.short;
            }
            _ => _ = entries.remove(least),
        }
    }
    let mut start = 1;
    let place = |entry: (Key, &'static str, &Footer)| {
        let columns = start..start + width(&entry);
        start = columns.end + GAP;
        Hint { key: entry.0, word: entry.1, columns }
    };
    entries.into_iter().map(place).collect()
}
