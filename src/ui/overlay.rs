//! Overlays: the API's JSON, a full URL, and the explanation of a URL.

use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::actions_dialog;
use super::caches::Caches;
use super::dialogs;
use super::theme::Theme;
use super::widgets::{draw_lines, titled, wrapped};
use crate::app::delivery::{ActiveSignedUrl, until};
use crate::app::keymap::key_of;
use crate::app::scroll::Scroll;
use crate::app::{Action, Model, Overlay, Viewport};
use crate::domain::json_pretty::pretty;
use crate::domain::sanitize::sanitize;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::width::{columns, wrap};
use crate::domain::{DeliveryPlan, SignMode};

pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    match &model.overlay {
        Some(Overlay::Actions(dialog)) => {
            let (width, height) = actions_dialog::SIZE;
            let area = area.centered(Constraint::Max(width), Constraint::Max(height));
            caches.viewports.overlay = actions_dialog::view(dialog, theme, caches, frame, area);
        }
        Some(Overlay::Json) => {
            let Some(image) = model.lookup.shown() else { return };
            let cache = &mut caches.json;
            if cache.raw.as_ref() != Some(&image.raw) {
                cache.raw = Some(image.raw.clone());
                cache.lines = pretty(&image.raw);
                cache.widest = cache.lines.iter().map(|line| columns(line)).max().unwrap_or(0);
            }
            let lines = cache.lines.iter().map(|line| Line::raw(line.as_str()));
            let title = " JSON ━━ as the API gave it ";
            caches.viewports.overlay =
                draw_scrolled(title, lines, cache.widest, model.overlay_scroll, theme, frame, area);
        }
        Some(Overlay::Url { url, failure }) => {
            let width = usize::from(area.width);
            let mut lines: Vec<Line> = Vec::new();
            if let Some(failure) = failure {
                lines.extend(wrapped(&failure.to_string(), width, theme.problem()));
                lines.push(Line::default());
            }
            // Flush left and without a border, so that it can be selected with the mouse.
            lines.extend(chunks(&sanitize(url.text()), width).into_iter().map(Line::raw));
            if needs_signature(model, url.text()) {
                let words =
                    format!("This image needs signed URLs: this one answers 403. {}", close_hint(model));
                lines.push(Line::default());
                lines.extend(wrapped(&words, width, theme.strong()));
            }
            caches.viewports.overlay = view_bare(&lines, model.overlay_scroll, frame, area);
        }
        Some(Overlay::Signed) => {
            let Some(active) = &model.delivery.active_url else { return };
            let lines = signed(model, active, theme, area.width.into());
            caches.viewports.overlay = view_bare(&lines, model.overlay_scroll, frame, area);
        }
        Some(Overlay::Table { title, rows }) => {
            let lines = table(rows, theme, usize::from(area.width.saturating_sub(4)));
            let title = &format!(" {title} ");
            caches.viewports.overlay =
                draw_scrolled(title, lines.into_iter(), 0, model.overlay_scroll, theme, frame, area);
        }
        Some(Overlay::LifetimeDialog(dialog)) => {
            caches.viewports.overlay = dialogs::lifetimes(model, dialog, theme, frame, area);
        }
        Some(Overlay::CopyFormats(cursor)) => {
            caches.viewports.overlay = dialogs::copy_as(model, *cursor, theme, frame, area);
        }
        Some(Overlay::Flexible(dialog)) => {
            caches.viewports.overlay = dialogs::flexible(model, dialog, theme, frame, area);
        }
        None => {}
    }
}

/// The full signed URL. The user asked to see it.
fn signed(model: &Model, active: &ActiveSignedUrl, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let until = until(active.url.expires(), model.now, &model.time_zone());
    let mut words = if active.url.has_expired(model.now.as_second()) {
        format!("Lapsed: {} and {} sign it anew.", key_of(&Action::OPEN), key_of(&Action::COPY))
    } else {
        format!("Holds {until}, signed by the key {}.", sanitize(&active.key))
    };
    if active.plain.as_str().contains("/cdn-cgi/imagedelivery/") {
        let verify = key_of(&Action::VERIFY);
        words += " Cloudflare does not document signing on custom domains: ";
        words += &(verify + " tells whether it works.");
    }
    let mut lines: Vec<Line> = wrapped(&words, width, theme.strong()).collect();
    lines.push(Line::default());
    // Flush left and without a border, as any full URL.
    lines.extend(chunks(&sanitize(&active.url.expose()), width).into_iter().map(Line::raw));
    lines
}

/// Labels and values in two columns.
fn table(rows: &[(&'static str, String)], theme: Theme, width: usize) -> Vec<Line<'static>> {
    let widest = rows.iter().map(|(label, _)| columns(label)).max().unwrap_or(0) + 2;
    let mut lines = Vec::new();
    for (label, words) in rows {
        let words = wrap(words, width.saturating_sub(widest).max(1));
        for (at, line) in words.into_iter().enumerate() {
            let label = if at == 0 { *label } else { "" };
            let missing = " ".repeat(widest - columns(label));
            lines.push(Line::from(vec![Span::styled(label, theme.strong()), Span::raw(missing + &line)]));
        }
    }
    lines
}

/// Whether this is the selected variant's plain URL, and will be answered with 403.
fn needs_signature(model: &Model, url: &str) -> bool {
    matches!(model.delivery_plan(SignMode::Never), Some(DeliveryPlan::Refuse(_)))
        && model.current_url().is_some_and(|current| percent_encode_for_display(current.as_str()) == url)
}

/// What to do if the selected variant's plain URL is answered with 403.
fn close_hint(model: &Model) -> String {
    let sign = || format!("Press {} to sign it.", key_of(&Action::Sign));
    model.unsigned_reason().unwrap_or_else(sign)
}

/// Draws scrolled lines without a frame, and returns their viewport.
fn view_bare(lines: &[Line], scroll: Scroll, frame: &mut Frame, area: Rect) -> Viewport {
    let height = usize::from(area.height);
    draw_lines(frame, area, &lines[scroll.top.min(lines.len().saturating_sub(height))..]);
    Viewport { rows: lines.len(), height, beyond: 0 }
}

/// Draws scrolled lines in a frame, and returns their viewport. Only visible lines are built.
fn draw_scrolled<'a>(
    title: &str,
    lines: impl ExactSizeIterator<Item = Line<'a>>,
    widest: usize,
    scroll: Scroll,
    theme: Theme,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    let mut block = titled(title.to_owned(), true, theme);
    let inside = block.inner(area).inner(Margin::new(1, 0));
    let height = usize::from(inside.height);
    let rows = lines.len();
    let top = scroll.top.min(rows.saturating_sub(height));
    if rows > height {
        let place = format!(" {}–{} of {rows} ", top + 1, top + height);
        block = block.title_bottom(Line::styled(place, theme.title(false)).alignment(Alignment::Right));
    }
    let beyond = widest.saturating_sub(usize::from(inside.width));
    if beyond > 0 {
        block = block.title_bottom(Line::styled(" ← → for long lines ", theme.title(false)));
    }
    let shown: Vec<Line> = lines.skip(top).take(height).collect();
    let left = u16::try_from(scroll.left).unwrap_or(u16::MAX);
    frame.render_widget(Paragraph::new(shown).scroll((0, left)), inside);
    frame.render_widget(block, area);
    Viewport { rows, height, beyond }
}

/// Splits text every `width` columns, ignoring words.
fn chunks(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for c in text.chars() {
        let next = columns(c.encode_utf8(&mut [0; 4]));
        if used + next > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        used += next;
        line.push(c);
    }
    lines.push(line);
    lines
}
