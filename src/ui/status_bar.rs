//! The last two lines: the selected variant's URL; available keys, and notices or progress.

use std::ops::Range;
use std::ptr;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::browse_pane::waiting;
use super::theme::Theme;
use crate::app::keymap::{BINDINGS, Footer, row_of};
use crate::app::{Key, Model, Notice, Pane};
use crate::domain::account::group_thousands;
use crate::domain::sanitize::sanitize;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::width::{columns, cut_end, cut_middle};

/// The width from which on the status bar has room for more than keys.
const ROOMY: usize = 100;

/// Hints from this rank on are left out before words are shortened.
const FIRST_OPTIONAL_RANK: u8 = 7;

/// The columns between two hints.
const GAP: usize = 2;

pub(super) fn view(model: &Model, theme: Theme, frame: &mut Frame, [url, keys]: [Rect; 2]) {
    if let Some(current) = model.current_url() {
        let width = usize::from(url.width.saturating_sub(2));
        let line = match model.delivery.signed_url_for(&current) {
            // The time left matters more than the middle of the URL.
            Some(active) => {
                let left = active.time_left(model.now);
                let text = active.url.without_signature();
                let text = cut_middle(&text, width.saturating_sub(columns(&left) + 2)).into_owned();
                Line::from(vec![Span::raw(format!(" {text}  ")), Span::styled(left, theme.strong())])
            }
            None => {
                Line::raw(format!(" {}", cut_middle(&percent_encode_for_display(current.as_str()), width)))
            }
        };
        frame.render_widget(line, url);
    }
    let width = usize::from(keys.width);
    let status = match &model.notice {
        Some(Notice::Done(words)) if fits(words, keys) => {
            let words = Span::styled(sanitize(words).into_owned(), theme.strong());
            Line::from(vec![theme.done(), Span::raw(" "), words])
        }
        // If there is little room, keys matter more.
        _ => {
            let words = match model.focus {
                Pane::Browse if width < ROOMY => list_status(model),
                _ if width < ROOMY => model.label.clone(),
                _ => progress_text(model),
            };
            Line::raw(cut_end(&sanitize(&words), width.saturating_sub(2)).into_owned())
        }
    };
    let status_width = status.width();
    let room = width.saturating_sub(if status_width == 0 { 1 } else { status_width + 3 });
    for Hint { key, word, columns } in hints(model, room) {
        let line =
            Line::from(vec![Span::styled(key.to_string(), theme.strong()), Span::raw(format!(" {word}"))]);
        let x = keys.x.saturating_add(u16::try_from(columns.start).unwrap_or(u16::MAX));
        let width = u16::try_from(columns.len()).unwrap_or(u16::MAX);
        frame.render_widget(line, Rect { x, width, ..keys }.intersection(keys));
    }
    let status_width = u16::try_from(status_width).unwrap_or(u16::MAX);
    let at = Rect { x: keys.right().saturating_sub(status_width + 1), width: status_width, ..keys };
    frame.render_widget(status, at.intersection(keys));
}

/// Whether a notice fits on the status bar. A longer one is shown over the panes.
pub(super) fn fits(words: &str, keys: Rect) -> bool {
    columns("✓ ") + columns(&sanitize(words)) + 2 <= usize::from(keys.width)
}

/// The progress of the list, its pause, or the number of marks. In narrow terminals Browse has no frame to show it.
fn list_status(model: &Model) -> String {
    let browse = &model.browse;
    let (loaded, marked) = (browse.listed_count() as u64, browse.marked().len() as u64);
    match browse.total() {
        _ if browse.wait.is_some() => waiting(model).unwrap_or_default(),
        Some(total) if browse.to_the_end && total > 0 => format!("{} %", (loaded * 100 / total).min(100)),
        _ if browse.to_the_end => group_thousands(loaded),
        _ if marked > 0 => format!("{} marked", group_thousands(marked)),
        _ => model.label.clone(),
    }
}

/// Which Cloudflare this is, and the remaining quota.
fn progress_text(model: &Model) -> String {
    let budget = model.budget.map(|budget| {
        format!("{} of {} req", group_thousands(budget.left.into()), group_thousands(budget.limit.into()))
    });
    let parts: Vec<String> =
        [Some(model.label.clone()), budget].into_iter().flatten().filter(|p| !p.is_empty()).collect();
    parts.join(" · ")
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
