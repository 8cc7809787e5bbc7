//! The input for an image ID: one row, and problems below it.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line as Text, Span};
use unicode_segmentation::UnicodeSegmentation as _;

use super::layout::split;
use super::theme::Theme;
use super::widgets::{draw_lines, to_u16};
use crate::app::lookup::SPIN;
use crate::app::text_input::TextInput;
use crate::app::{Model, Pane};
use crate::domain::sanitize::sanitize;
use crate::domain::width::{columns, cut_end, wrap_within};

const SPINNER: [&str; 4] = ["◐", "◓", "◑", "◒"];
const PROMPT: &str = "image ID or URL";

/// Columns before the text of a problem.
pub(super) const PROBLEM_INDENT: usize = 3;

/// Before the input.
const SIGN: &str = " ⌕ ";

/// The input and the problem. The names of profile and server, and the spinner, are at the right end.
pub(super) fn view(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let (row, below) = split(area, 1);
    let focused = model.focus == Pane::Image && model.overlay.is_none();
    let label = label(model, usize::from(row.width) / 3);
    let label_width = to_u16(columns(&label));
    frame.render_widget(Text::styled(label, theme.strong()), right(row, label_width));
    let row = Rect { width: row.width.saturating_sub(label_width + 1), ..row };
    let row = Rect { width: row.width.saturating_sub(view_spinner(model, frame, row)), ..row };
    let style = if focused { theme.accent().add_modifier(Modifier::BOLD) } else { theme.strong() };
    frame.render_widget(Span::styled(SIGN, style), row);
    let sign = to_u16(columns(SIGN)).min(row.width);
    let row = Rect { x: row.x + sign, width: row.width - sign, ..row };
    view_line(model.input.line(), PROMPT, focused, theme, frame, row);
    view_problem(model, theme, frame, below);
}

/// The profile in use, if there are others, and the server, if it is not Cloudflare's.
fn label(model: &Model, width: usize) -> String {
    let profile = model.profiles.label().map(ToString::to_string);
    let names: Vec<_> = profile.iter().chain([&model.label]).filter(|name| !name.is_empty()).collect();
    if names.is_empty() {
        return String::new();
    }
    let names: Vec<_> = names.iter().map(|name| sanitize(name)).collect();
    format!("{} ", cut_end(&names.join(" · "), width))
}

/// The input and the problem, if they have the whole screen.
pub(super) fn view_alone(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    if area.is_empty() {
        return;
    }
    let (row, below) = split(area, 1);
    view_line(model.input.line(), PROMPT, model.overlay.is_none(), theme, frame, row);
    view_problem(model, theme, frame, below);
}

/// The problem, cut to the rows available.
pub(super) fn view_problem(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    if let Some(problem) = model.problem() {
        let width = usize::from(area.width).saturating_sub(PROBLEM_INDENT + 1);
        let lines = wrap_within(&problem, width, usize::from(area.height));
        let lines = lines.into_iter().enumerate().map(|(at, line)| {
            let sign = if at == 0 { Span::styled(" ✗ ", theme.problem()) } else { Span::raw("   ") };
            Text::from(vec![sign, Span::raw(line)])
        });
        draw_lines(frame, area, lines);
    }
}

/// The spinner and why it takes long, right-aligned in a row. Returns the columns that they take.
pub(super) fn view_spinner(model: &Model, frame: &mut Frame, row: Rect) -> u16 {
    if model.lookup.image.pending_request().is_none() {
        return 0;
    }
    let turn = model.now.duration_since(model.lookup.since).as_millis() / SPIN.as_millis();
    let spinner = SPINNER[usize::try_from(turn).unwrap_or(0) % SPINNER.len()];
    let words = match &model.lookup.wait {
        Some(wait) => format!(" {} {spinner} ", wait.describe(model.now)),
        None => format!(" {spinner} "),
    };
    let width = to_u16(columns(&words)).min(row.width);
    frame.render_widget(Span::raw(words), right(row, width));
    width
}

/// The last columns of a row.
fn right(row: Rect, width: u16) -> Rect {
    let width = width.min(row.width);
    Rect { x: row.right() - width, width, ..row }
}

/// A line of text, scrolled so that the cursor is visible. The text is sanitized, and the cursor's column adjusted to
/// that.
pub(super) fn view_line(
    line: &TextInput,
    prompt: &str,
    focused: bool,
    theme: Theme,
    frame: &mut Frame,
    row: Rect,
) {
    let text = sanitize(line.text());
    if text.is_empty() {
        let prompt = cut_end(prompt, usize::from(row.width));
        frame.render_widget(Span::styled(prompt, theme.placeholder()), row);
    }
    let room = usize::from(row.width).saturating_sub(1);
    let cursor = columns(&sanitize(line.before_cursor()));
    let hidden = if focused { cursor.saturating_sub(room) } else { 0 };
    // The selected text is replaced by what is typed.
    let style = if focused && line.is_selected() { theme.selected(true) } else { Style::new() };
    let mut passed = 0;
    for grapheme in text.graphemes(true) {
        let width = columns(grapheme);
        if passed >= hidden {
            let x = passed - hidden;
            if x + width > usize::from(row.width) {
                break;
            }
            let x = row.x + to_u16(x);
            frame.buffer_mut().set_string(x, row.y, grapheme, style);
        }
        passed += width;
    }
    if focused {
        let x = to_u16(cursor - hidden);
        frame.set_cursor_position(Position::new(
            row.x.saturating_add(x).min(row.right().saturating_sub(1)),
            row.y,
        ));
    }
}
