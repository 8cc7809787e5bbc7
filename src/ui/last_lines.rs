//! The last two lines: the selected variant's URL; the keys that work here and now, and what is going on.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::theme::Theme;
use crate::app::keys::TABLE;
use crate::app::{Model, Notice};
use crate::domain::safe_text::visible;
use crate::domain::width::{columns, cut_end, cut_middle};

pub(super) fn view(model: &Model, theme: Theme, frame: &mut Frame, [url, keys]: [Rect; 2]) {
    if let Some(variant) = model.lookup.variant() {
        let text = visible(variant.url.as_str());
        let width = usize::from(url.width.saturating_sub(2));
        frame.render_widget(Line::raw(format!(" {}", cut_middle(&text, width))), url);
    }
    let (status, style) = match &model.notice {
        Some(Notice::Done(words)) => (words.clone(), theme.done()),
        _ => (going_on(model), theme.faint()),
    };
    let width = usize::from(keys.width);
    let status = cut_end(&visible(&status), width.saturating_sub(2)).into_owned();
    let status_width = columns(&status);
    let room = width.saturating_sub(if status.is_empty() { 1 } else { status_width + 3 });
    frame.render_widget(Line::from(keys_that_work(model, theme, room)), keys);
    let status_width = u16::try_from(status_width).unwrap_or(u16::MAX);
    let at = Rect { x: keys.right().saturating_sub(status_width + 1), width: status_width, ..keys };
    frame.render_widget(Span::styled(status, style), at.intersection(keys));
}

/// Which Cloudflare this is, and how many requests are left.
fn going_on(model: &Model) -> String {
    let budget =
        model.budget.map(|budget| format!("{} of {} req", grouped(budget.left), grouped(budget.limit)));
    let parts: Vec<String> =
        [Some(model.label.clone()), budget].into_iter().flatten().filter(|p| !p.is_empty()).collect();
    parts.join(" · ")
}

/// The rows of the key table that are worth a word here, as many as there is room for. The last ones, help and quit,
/// go last.
fn keys_that_work(model: &Model, theme: Theme, room: usize) -> Vec<Span<'static>> {
    let rows: Vec<(String, &str)> = TABLE
        .iter()
        .filter_map(|row| {
            let (word, shown) = row.footer?;
            (shown.holds(model) && row.when.holds(model)).then(|| (row.keys[0].to_string(), word))
        })
        .collect();
    let mut used = 1;
    let mut spans = vec![Span::raw(" ")];
    for (key, word) in rows {
        let width = columns(&key) + 1 + columns(word) + 2;
        if used + width > room + 2 {
            break;
        }
        used += width;
        spans.push(Span::styled(key, theme.key()));
        spans.push(Span::raw(format!(" {word}  ")));
    }
    spans
}

/// A number with its thousands apart: `1,187`.
fn grouped(number: u32) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
