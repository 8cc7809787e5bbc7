//! A QR code, dark on light in every theme, with what to know before it is scanned.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::text::Line;
use ratatui::widgets::Clear;

use super::theme::Theme;
use super::widgets::{draw_lines, to_u16, wrapped};
use crate::app::{SensitiveText, Viewport};
use crate::domain::qr::QrCode;
use crate::domain::sanitize::sanitize;

/// The fewest and the most columns of the text beside the code.
const TEXT_COLUMNS: (u16, u16) = (20, 36);

/// Columns between the code and the text.
const GAP: u16 = 2;

/// Draws the code in the middle of the area, and the text beside or below it.
pub(super) fn view(url: &SensitiveText, theme: Theme, frame: &mut Frame, area: Rect) -> Viewport {
    frame.render_widget(Clear, area);
    let Some(code) = QrCode::new(url.text()) else { return Viewport::default() };
    let (width, height) = (to_u16(code.cells().0), to_u16(code.cells().1));
    let room = area.width.saturating_sub(width + GAP);
    let is_beside = room >= TEXT_COLUMNS.0;
    let text_width = if is_beside { room.min(TEXT_COLUMNS.1) } else { width };
    let text = lines(url, theme, text_width.into());
    let text_height = to_u16(text.len());
    let whole = if is_beside {
        (width + GAP + text_width, height.max(text_height))
    } else {
        (width, height + 1 + text_height)
    };
    if whole.0 > area.width || whole.1 > area.height {
        // The row of the keys is below.
        let words = format!(
            "The QR code needs {}×{} cells. Enlarge the window or use a smaller font.",
            whole.0,
            whole.1 + 1
        );
        let words = wrapped(&words, area.width.into(), theme.strong());
        draw_lines(frame, area, words);
        return Viewport::default();
    }
    let place = Rect {
        x: area.x + (area.width - whole.0) / 2,
        y: area.y + (area.height - whole.1) / 2,
        width: whole.0,
        height: whole.1,
    };
    // Indexed colours: themes and terminals leave them as they are.
    let style = Style::new().fg(Color::Indexed(16)).bg(Color::Indexed(231));
    let rows = code.rows().iter().map(|row| Line::styled(row.clone(), style));
    draw_lines(frame, Rect { width, height, ..place }, rows.collect::<Vec<_>>());
    let beside_or_below = if is_beside {
        Rect { x: place.x + width + GAP, width: text_width, ..place }
    } else {
        Rect { y: place.y + height + 1, height: text_height, ..place }
    };
    draw_lines(frame, beside_or_below, text);
    Viewport::default()
}

/// The image, how long a signed URL is valid, and a warning if the URL may not work.
fn lines(url: &SensitiveText, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line> = wrapped(&sanitize(url.description()), width, theme.strong()).collect();
    for (text, style) in [(url.note(), Style::new()), (url.warning().unwrap_or_default(), theme.problem())] {
        if !text.is_empty() {
            lines.push(Line::default());
            lines.extend(wrapped(&sanitize(text), width, style));
        }
    }
    lines
}
