//! The last two lines: the selected variant's URL; available keys, and notices or progress.

use std::ptr;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::browse_pane::waiting;
use super::caches::Caches;
use super::theme::Theme;
use crate::app::keymap::{BINDINGS, Footer, row_of};
use crate::app::{Key, Model, Notice, Pane, Target};
use crate::domain::account::group_thousands;
use crate::domain::sanitize::sanitize;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::width::{columns, cut_end, cut_middle};

/// The width from which on the status bar has room for more than keys.
const ROOMY: usize = 100;

pub(super) fn view(
    model: &Model,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    [url, keys]: [Rect; 2],
) {
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
    let hints = available_keys(model, room);
    let mut x = keys.x + 1;
    for (key, footer) in &hints {
        let width = u16::try_from(columns(&key.to_string()) + 1 + columns(footer.word)).unwrap_or(u16::MAX);
        caches.regions.add(Rect { x, width, ..keys }, Target::Key(*key));
        x = x.saturating_add(width + 2);
    }
    frame.render_widget(hint_line(&hints, theme), keys);
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

/// The status bar's entries that apply now. If there is not enough room, the most important ones.
fn available_keys(model: &Model, room: usize) -> Vec<(Key, &'static Footer)> {
    let mut hints: Vec<(Key, &Footer)> = BINDINGS
        .iter()
        .filter_map(|row| Some((row, row.footer.as_ref()?)))
        // If several rows share a key, show the one that it triggers.
        .filter(|(row, footer)| {
            (footer.shown)(model) && row_of(model, row.keys[0]).is_some_and(|first| ptr::eq(first, *row))
        })
        .map(|(row, footer)| (row.keys[0], footer))
        .collect();
    let width = |hints: &[(Key, &Footer)]| -> usize {
        hints.iter().map(|(key, footer)| columns(&key.to_string()) + columns(footer.word) + 3).sum()
    };
    while width(&hints) > room + 1 {
        let least = hints.iter().enumerate().max_by_key(|(_, (_, footer))| footer.rank).map(|(at, _)| at);
        let Some(least) = least else { break };
        hints.remove(least);
    }
    hints
}

fn hint_line(hints: &[(Key, &Footer)], theme: Theme) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for (key, footer) in hints {
        spans.push(Span::styled(key.to_string(), theme.strong()));
        spans.push(Span::raw(format!(" {}  ", footer.word)));
    }
    Line::from(spans)
}
