//! The URL of the selected variant.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::theme::Theme;
use crate::app::Model;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::width::{columns, cut_middle};

pub(super) fn view(model: &Model, theme: Theme, frame: &mut Frame, row: Rect) {
    let Some(current) = model.current_url() else { return };
    let width = usize::from(row.width.saturating_sub(2));
    let line = match model.delivery.signed_url_for(&current) {
        // The time left matters more than the middle of the URL.
        Some(active) => {
            let left = active.time_left(model.now);
            let text = active.url.without_signature();
            let text = cut_middle(&text, width.saturating_sub(columns(&left) + 2)).into_owned();
            Line::from(vec![Span::raw(format!(" {text}  ")), Span::styled(left, theme.strong())])
        }
        None => Line::raw(format!(" {}", cut_middle(&percent_encode_for_display(current.as_str()), width))),
    };
    frame.render_widget(line, row);
}
