//! What several panes draw: frames, and lines of text.

use std::borrow::Borrow;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Block;

use super::theme::Theme;
use crate::app::{Model, Pane};
use crate::domain::width::wrap;

/// Draws lines below one another. They are wrapped already, so a `Paragraph` is not needed.
pub(super) fn draw_lines<'a>(
    frame: &mut Frame,
    area: Rect,
    lines: impl IntoIterator<Item = impl Borrow<Line<'a>>>,
) {
    for (y, line) in (area.top()..area.bottom()).zip(lines) {
        frame.buffer_mut().set_line(area.x, y, line.borrow(), area.width);
    }
}

/// Wraps a text to lines of `width` columns.
pub(super) fn wrapped(text: &str, width: usize, style: Style) -> impl Iterator<Item = Line<'static>> {
    wrap(text, width).into_iter().map(move |line| Line::styled(line, style))
}

/// The frame of a pane, with its name and `more` as the title.
pub(super) fn pane_block<'a>(model: &Model, theme: Theme, pane: Pane, more: &str) -> Block<'a> {
    let focused = model.focus == pane;
    let dash = if focused { "━━" } else { "──" };
    let title = match more {
        "" => format!(" {} ", pane.title()),
        more => format!(" {} {dash} {more} ", pane.title()),
    };
    titled(title, focused, theme)
}

/// A border with a title, heavier if it has the focus.
pub(super) fn titled<'a>(title: String, focused: bool, theme: Theme) -> Block<'a> {
    Block::bordered()
        .border_type(theme.border_type(focused))
        .border_style(theme.border(focused))
        .title(Span::styled(title, theme.title(focused)))
}

/// The first row of a list that is shown, so that the cursor is visible and the list moves as little as possible.
pub(super) fn scrolled(offset: usize, cursor: usize, rows: usize, height: usize) -> usize {
    let first = cursor.saturating_sub(height.saturating_sub(1));
    offset.clamp(first, cursor).min(rows.saturating_sub(height))
}
