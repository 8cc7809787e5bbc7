//! The last line: the keys that are most useful now.

use std::borrow::Cow;
use std::ops::Range;
use std::ptr;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::caches::Caches;
use super::theme::Theme;
use super::widgets::to_u16;
use crate::app::keymap::{Footer, chords, command_chords, row_of};
use crate::app::{Key, Model, Target};
use crate::domain::Shortcut;
use crate::domain::sanitize::sanitize;
use crate::domain::width::columns;

/// Hints from this rank on are left out before words are shortened.
const FIRST_OPTIONAL_RANK: u8 = 7;

/// The columns between two hints.
const GAP: usize = 2;

pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, row: Rect) {
    for Hint { key, word, shortcut, columns } in hints(model, usize::from(row.width).saturating_sub(1)) {
        let line = Line::from(vec![Span::styled(key, theme.strong()), Span::raw(format!(" {word}"))]);
        let x = row.x.saturating_add(to_u16(columns.start));
        let width = to_u16(columns.len());
        let area = Rect { x, width, ..row }.intersection(row);
        if let Some(shortcut) = shortcut {
            caches.regions.add(area, Target::Shortcut(shortcut));
        }
        frame.render_widget(line, area);
    }
}

/// A key and what it does, at its place on the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hint {
    /// The name of the key.
    pub key: String,
    pub word: Cow<'static, str>,
    /// What a click presses. `None` if the key was pressed already.
    pub shortcut: Option<Shortcut>,
    /// In columns from the start of the line.
    pub columns: Range<usize>,
}

/// The keys that apply now. If there is not enough room, the most important ones.
pub(super) fn hints(model: &Model, room: usize) -> Vec<Hint> {
    if let Some(first) = model.chord {
        return placed(second_keys(model, first), room);
    }
    let mut entries: Vec<Entry> = model
        .keymap
        .rows()
        .filter_map(|(row, keys)| Some((row, *keys.first()?, row.footer.as_ref()?)))
        // If several rows share a key, show the one that it triggers.
        .filter(|(row, key, footer)| {
            (footer.shown)(model) && row_of(model, *key).is_some_and(|first| ptr::eq(first, *row))
        })
        .map(|(_, key, footer)| Entry::new(key, footer))
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
    placed(entries.into_iter().map(|entry| (entry.key, entry.word.into(), Some(entry.shortcut))), room)
}

/// Places hints side by side, as many as fit.
fn placed(
    hints: impl IntoIterator<Item = (String, Cow<'static, str>, Option<Shortcut>)>,
    room: usize,
) -> Vec<Hint> {
    let mut start = 1;
    let place = |(key, word, shortcut): (String, Cow<'static, str>, Option<Shortcut>)| {
        let columns = start..start + columns(&key) + 1 + columns(&word);
        start = columns.end + GAP;
        Hint { key, word, shortcut, columns }
    };
    hints.into_iter().map(place).take_while(|hint| hint.columns.end <= room).collect()
}

/// The first key of a chord, and the keys that may follow.
fn second_keys(model: &Model, first: Key) -> Vec<(String, Cow<'static, str>, Option<Shortcut>)> {
    let mut hints = vec![(first.to_string(), "…".into(), None)];
    for (row, then) in chords(model, first) {
        let shortcut = Some(Shortcut::chord(first, then));
        // The first row is the one that it triggers.
        if hints.iter().all(|(_, _, known)| *known != shortcut) {
            let word = row.footer.as_ref().map_or(row.name, |footer| footer.word);
            hints.push((then.to_string(), word.into(), shortcut));
        }
    }
    for (name, then) in command_chords(model, first) {
        hints.push((
            then.to_string(),
            sanitize(name).into_owned().into(),
            Some(Shortcut::chord(first, then)),
        ));
    }
    hints
}

/// A key that may be shown, and its word for the room that there is.
struct Entry {
    shortcut: Shortcut,
    key: String,
    word: &'static str,
    footer: &'static Footer,
}

impl Entry {
    fn new(shortcut: Shortcut, footer: &'static Footer) -> Self {
        Self { shortcut, key: shortcut.to_string(), word: footer.word, footer }
    }

    fn width(&self) -> usize {
        columns(&self.key) + 1 + columns(self.word)
    }
}
