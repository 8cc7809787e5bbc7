//! What several panes draw: frames, and lines of text.

use std::borrow::Borrow;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::merge::MergeStrategy;
use ratatui::text::{Line, Span};
use ratatui::widgets::Block;

use super::theme::Theme;
use crate::app::{Model, Pane};
use crate::domain::width::{columns, cut_end, wrap};

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

/// Draws a text in the middle of an area, wrapped.
pub(super) fn draw_centered(frame: &mut Frame, area: Rect, text: &str, style: Style) {
    draw_centered_lines(frame, area, wrap(text, usize::from(area.width)), style);
}

/// Draws lines in the middle of an area.
pub(super) fn draw_centered_lines(frame: &mut Frame, area: Rect, lines: Vec<String>, style: Style) {
    let height = to_u16(lines.len()).min(area.height);
    let area = Rect { y: area.y + (area.height - height) / 2, height, ..area };
    let lines = lines.into_iter().map(|line| {
        let left = usize::from(area.width).saturating_sub(columns(&line)) / 2;
        Line::styled(format!("{}{line}", " ".repeat(left)), style)
    });
    draw_lines(frame, area, lines);
}

/// Columns or rows as the terminal counts them.
pub(super) fn to_u16(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// The first column of a list's row.
pub(super) fn cursor_bar(theme: Theme, is_selected: bool, focused: bool) -> &'static str {
    if is_selected { theme.selection_bar(focused) } else { " " }
}

/// The digit that chooses a row, by its index. From the tenth row on there is none.
pub(super) fn row_digit(at: usize) -> String {
    if at < 9 { (at + 1).to_string() } else { " ".to_owned() }
}

/// Draws a row of a list over the whole width of the area. The style of its line covers that width.
pub(super) fn draw_row(frame: &mut Frame, row: Rect, line: &Line) {
    frame.buffer_mut().set_style(row, line.style);
    frame.buffer_mut().set_line(row.x, row.y, line, row.width);
    if line.style.add_modifier.contains(Modifier::REVERSED) {
        // A colour of its own would be a coloured block.
        frame.buffer_mut().set_style(row, Style::new().fg(Color::Reset));
    }
}

/// Wraps a text to lines of `width` columns.
pub(super) fn wrapped(text: &str, width: usize, style: Style) -> impl Iterator<Item = Line<'static>> {
    wrap(text, width).into_iter().map(move |line| Line::styled(line, style))
}

/// The frame of a pane. Where it touches another pane's frame, both share a border.
pub(super) fn pane_block<'a>(model: &Model, theme: Theme, pane: Pane) -> Block<'a> {
    // In the gallery only the cursor's tile stands out.
    let focused = model.focus == pane && !model.is_gallery();
    // Merging is slow, so only what is drawn over another border does it.
    let shares_border = match pane {
        Pane::Image | Pane::Browse => false,
        Pane::Preview => focused,
        Pane::Variants | Pane::Details => true,
    };
    let strategy = if shares_border { MergeStrategy::Fuzzy } else { MergeStrategy::Replace };
    Block::bordered()
        .border_type(theme.border_type(focused))
        .border_style(theme.border(focused))
        .merge_borders(strategy)
}

/// A title for a frame of `width` columns, cut with a mark if it does not fit.
pub(super) fn pane_title(text: &str, focused: bool, theme: Theme, width: u16) -> Span<'static> {
    let text = cut_end(text, usize::from(width.saturating_sub(4)));
    Span::styled(format!(" {text} "), theme.title(focused))
}

/// A border with a title, heavier if it has the focus.
pub(super) fn titled<'a>(title: String, focused: bool, theme: Theme) -> Block<'a> {
    Block::bordered()
        .border_type(theme.border_type(focused))
        .border_style(theme.border(focused))
        .title(Span::styled(title, theme.title(focused)))
}

/// Marks that rows above or below are not visible.
pub(super) fn hidden_rows_mark(top: usize, rows: usize, height: usize) -> &'static str {
    match (top > 0, top + height < rows) {
        (true, true) => " ▴▾",
        (true, false) => " ▴",
        (false, true) => " ▾",
        (false, false) => "",
    }
}

/// The scroll position of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ListScroll {
    top: usize,
    cursor: usize,
}

impl ListScroll {
    /// The first visible row, so that the cursor is visible and the list moves as little as possible.
    pub(super) fn top(self, cursor: usize, rows: usize, height: usize) -> usize {
        let first = cursor.saturating_sub(height.saturating_sub(1));
        self.top.clamp(first, cursor).min(rows.saturating_sub(height))
    }

    /// The same, remembered once the cursor has moved. A change of the height alone is not, so that the list is as before
    /// when the window is.
    pub(super) fn follow(&mut self, cursor: usize, rows: usize, height: usize) -> usize {
        let top = self.top(cursor, rows, height);
        if cursor != self.cursor {
            *self = Self { top, cursor };
        }
        top
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn list_is_as_before_when_the_window_is() {
        let mut scroll = ListScroll::default();
        assert_eq!(scroll.follow(9, 100, 5), 5);
        assert_eq!(scroll.follow(8, 100, 5), 5, "it moves as little as possible");
        assert_eq!(scroll.follow(8, 100, 2), 7, "the window is low");
        assert_eq!(scroll.follow(8, 100, 5), 5);
        assert_eq!(scroll.follow(99, 100, 5), 95);
        assert_eq!(scroll.follow(3, 100, 5), 3);
    }
}
