//! Image: the input, a spinner at its right, and problems below it.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line as Text, Span};
use unicode_segmentation::UnicodeSegmentation as _;

use super::layout::split;
use super::notice::wrap_within;
use super::theme::Theme;
use super::widgets::{draw_lines, pane_block};
use crate::app::lookup::SPIN;
use crate::app::text_input::TextInput;
use crate::app::{Model, Pane};
use crate::domain::sanitize::sanitize;
use crate::domain::width::{columns, cut_end};

const SPINNER: [&str; 4] = ["◐", "◓", "◑", "◒"];
const PROMPT: &str = "an image ID, or a delivery URL";

pub(super) fn view(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let block = pane_block(model, theme, Pane::Image, "");
    let inside = block.inner(area);
    frame.render_widget(block, area);
    view_alone(model, theme, frame, inside.inner(ratatui::layout::Margin::new(1, 0)));
}

/// The input and the problem, without a frame.
pub(super) fn view_alone(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    if area.is_empty() {
        return;
    }
    let (row, below) = split(area, 1);
    let work = view_spinner(model, frame, row);
    let row = Rect { width: row.width.saturating_sub(work), ..row };
    view_input(model, theme, frame, row);
    view_problem(model, theme, frame, below);
}

/// The problem, cut to the rows available.
pub(super) fn view_problem(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    if let Some(problem) = model.problem() {
        let lines = wrap_within(&problem, usize::from(area.width), usize::from(area.height));
        draw_lines(frame, area, lines.into_iter().map(|line| Text::styled(line, theme.problem())));
    }
}

/// The spinner, right-aligned in a row. Returns the columns that it takes.
pub(super) fn view_spinner(model: &Model, frame: &mut Frame, row: Rect) -> u16 {
    if model.lookup.image.pending_request().is_none() {
        return 0;
    }
    let turn = model.now.duration_since(model.lookup.since).as_millis() / SPIN.as_millis();
    let spinner = SPINNER[usize::try_from(turn).unwrap_or(0) % SPINNER.len()];
    let words = match &model.lookup.wait {
        Some(wait) => {
            let left = wait.until.duration_since(model.now).as_millis().max(0);
            format!(" {}, again in {} s {spinner}", wait.reason, (left + 999) / 1000)
        }
        None => format!(" {spinner}"),
    };
    let width = u16::try_from(columns(&words)).unwrap_or(u16::MAX).min(row.width);
    let area = Rect { x: row.right() - width, width, ..row };
    frame.render_widget(Span::raw(words), area);
    width
}

fn view_input(model: &Model, theme: Theme, frame: &mut Frame, row: Rect) {
    let focused = model.focus == Pane::Image && model.overlay.is_none();
    view_line(model.input.line(), PROMPT, focused, theme, frame, row);
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
    let mut passed = 0;
    for grapheme in text.graphemes(true) {
        let width = columns(grapheme);
        if passed >= hidden {
            let x = passed - hidden;
            if x + width > usize::from(row.width) {
                break;
            }
            let x = row.x + u16::try_from(x).unwrap_or(u16::MAX);
            frame.buffer_mut().set_string(x, row.y, grapheme, ratatui::style::Style::new());
        }
        passed += width;
    }
    if focused {
        let x = u16::try_from(cursor - hidden).unwrap_or(u16::MAX);
        frame.set_cursor_position(Position::new(
            row.x.saturating_add(x).min(row.right().saturating_sub(1)),
            row.y,
        ));
    }
}
