//! The badge with an image's access.

use ratatui::text::Span;

use super::theme::Theme;
use crate::domain::width::columns;
use crate::domain::{Access, Image};

/// The badge in at most `room` columns: the words, a short form, or the sign alone.
pub(super) fn access_badge(image: &Image, theme: Theme, room: usize) -> Span<'static> {
    if image.draft {
        return theme.draft_badge();
    }
    let long = theme.access_badge(image.access);
    if columns(&long.content) <= room {
        return long;
    }
    let sign = theme.access(image.access).content;
    let word = match image.access {
        Access::Signed => "SIGNED",
        Access::Public => "PUBLIC",
        Access::Unknown => "UNKNOWN",
    };
    let short = format!(" {sign} {word} ");
    let text = if columns(&short) <= room { short } else { format!(" {sign} ") };
    Span::styled(text, long.style)
}
