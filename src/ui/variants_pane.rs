//! Variants: each by name, with what the account says of it.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::Caches;
use super::theme::Theme;
use crate::app::{Extent, Model, Pane};
use crate::domain::image::is_always_public;
use crate::domain::safe_text::visible;
use crate::domain::url_text::usable;
use crate::domain::width::{columns, cut_end, cut_middle, wrap};
use crate::domain::{Access, Image};

/// Columns below which a URL says nothing.
const MIN_URL: usize = 24;

pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let count = model.lookup.shown().map(|image| image.variants.len().to_string()).unwrap_or_default();
    let block = super::framed(model, theme, Pane::Variants, &count);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    view_inside(model, theme, caches, frame, inside.inner(Margin::new(1, 0)));
}

/// The list without a frame.
pub(super) fn view_inside(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let Some(image) = model.lookup.shown() else { return };
    let height = usize::from(area.height);
    caches.reach.variants = Extent { rows: image.variants.len(), height, beyond: 0 };
    if image.variants.is_empty() {
        let lines: Vec<Line> = wrap(why_empty(image), usize::from(area.width))
            .into_iter()
            .map(|line| Line::styled(line, theme.faint()))
            .collect();
        frame.render_widget(Paragraph::new(lines), area);
        return;
    }
    let selected = model.lookup.selected;
    let last_offset = image.variants.len().saturating_sub(height);
    caches.variants_offset = caches
        .variants_offset
        .clamp(selected.saturating_sub(height.saturating_sub(1)), selected)
        .min(last_offset);
    let rows = rows(model, image, usize::from(area.width));
    let focused = model.focus == Pane::Variants;
    let shown = rows.into_iter().enumerate().skip(caches.variants_offset).take(height);
    let lines: Vec<Line> = shown
        .map(
            |(at, row)| {
                if at == selected { Line::styled(row, theme.selected(focused)) } else { Line::raw(row) }
            },
        )
        .collect();
    frame.render_widget(Paragraph::new(lines), area);
}

fn why_empty(image: &Image) -> &'static str {
    if image.draft {
        "A draft: its bytes were not uploaded yet, so there is nothing to deliver."
    } else {
        "No variants: the account has none. Make one in the Cloudflare dashboard."
    }
}

/// Each variant as one row of exactly `width` columns, so that the cursor's bar spans the pane.
fn rows(model: &Model, image: &Image, width: usize) -> Vec<String> {
    let names: Vec<_> = image.variants.iter().map(|variant| visible(&variant.name)).collect();
    let sizes: Vec<String> = image
        .variants
        .iter()
        .map(|variant| {
            let options = model.lookup.options_of(&variant.name);
            options.map(|options| visible(&options.summary()).into_owned()).unwrap_or_default()
        })
        .collect();
    let signs: Vec<&str> = image
        .variants
        .iter()
        .map(|variant| match image.access {
            Access::Signed if is_always_public(&variant.name, model.lookup.options()) => "public",
            Access::Signed => "signed",
            Access::Public | Access::Unknown => "",
        })
        .collect();
    let widest = |column: &mut dyn Iterator<Item = usize>| column.max().unwrap_or(0);
    let name_width = widest(&mut names.iter().map(|name| columns(name))).min(width / 2);
    let size_width = widest(&mut sizes.iter().map(|size| columns(size))).min(width / 3);
    let sign_width = widest(&mut signs.iter().map(|sign| sign.len()));
    (0..names.len())
        .map(|at| {
            let marker = if at == model.lookup.selected { "›" } else { " " };
            let mut row = format!("{marker} {}", padded(&names[at], name_width));
            for (text, column) in [(sizes[at].as_str(), size_width), (signs[at], sign_width)] {
                if column > 0 {
                    row.push_str("  ");
                    row.push_str(&padded(text, column));
                }
            }
            let left = width.saturating_sub(columns(&row) + 2);
            if left >= MIN_URL {
                row.push_str("  ");
                row.push_str(&cut_middle(&usable(image.variants[at].url.as_str()), left));
            }
            padded(&row, width)
        })
        .collect()
}

fn padded(text: &str, width: usize) -> String {
    let text = cut_end(text, width);
    let missing = width.saturating_sub(columns(&text));
    format!("{text}{}", " ".repeat(missing))
}
