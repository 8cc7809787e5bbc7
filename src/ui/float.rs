//! The frame of a dialog, in the middle of the screen.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Span;

use super::caches::Caches;
use super::theme::Theme;
use super::widgets::{hidden_rows_mark, titled, to_u16};
use crate::app::Target;
use crate::domain::width::columns;

/// Draws a frame around content of this many columns and rows, or as many as fit. Returns the area of the content.
pub(super) fn float(
    title: &str,
    content: (usize, usize),
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    panes: Rect,
) -> Rect {
    draw_frame(title, float_area(title, content, panes), theme, caches, frame)
}

fn draw_frame(title: &str, area: Rect, theme: Theme, caches: &mut Caches, frame: &mut Frame) -> Rect {
    caches.regions.add(area, Target::Overlay);
    caches.cover.clear(area, &mut caches.placed, frame);
    let title = if title.is_empty() { String::new() } else { format!(" {title} ") };
    let block = titled(title, true, theme);
    let inside = block.inner(area).inner(Margin::new(1, 0));
    frame.render_widget(block, area);
    inside
}

/// Draws such a frame at the bottom of the screen.
pub(super) fn float_at_bottom(
    content: (usize, usize),
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    panes: Rect,
) -> Rect {
    let area = float_area("", content, panes);
    let area = Rect { y: panes.bottom() - area.height, ..area };
    draw_frame("", area, theme, caches, frame)
}

/// Where such a frame is.
fn float_area(title: &str, (width, height): (usize, usize), panes: Rect) -> Rect {
    let size = |count: usize, most: u16| to_u16(count).min(most);
    let width = size(width.max(columns(title)).saturating_add(4), panes.width);
    let height = size(height.saturating_add(2), panes.height);
    Rect { x: panes.x + (panes.width - width) / 2, y: panes.y + (panes.height - height) / 2, width, height }
}

/// The columns of content that fit into a dialog.
pub(super) fn float_columns(panes: Rect) -> usize {
    usize::from(panes.width.saturating_sub(4))
}

/// In the lower border of a dialog: which rows are visible, if not all are.
pub(super) fn view_place(top: usize, rows: usize, theme: Theme, frame: &mut Frame, inside: Rect) {
    let height = usize::from(inside.height);
    if rows > height {
        let mark = hidden_rows_mark(top, rows, height);
        let place = format!(" {}–{} of {rows}{mark} ", top + 1, (top + height).min(rows));
        draw_right(&place, theme, frame, Rect { y: inside.bottom(), height: 1, ..inside });
    }
}

/// Draws a title at the right end of a border.
pub(super) fn draw_right(title: &str, theme: Theme, frame: &mut Frame, border: Rect) {
    let width = to_u16(columns(title)).min(border.width);
    let right = Rect { x: border.right() - width, width, ..border };
    frame.render_widget(Span::styled(title, theme.title(false)), right);
}
