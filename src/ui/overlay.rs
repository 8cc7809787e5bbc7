//! Overlays: the API's JSON, a full URL, and the explanation of a URL.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::actions_dialog;
use super::caches::Caches;
use super::dialogs;
use super::float::{float, float_columns, view_place};
use super::profiles_dialog;
use super::qr_page;
use super::save_dialog;
use super::theme::Theme;
use super::widgets::{draw_lines, to_u16, wrapped};
use crate::app::delivery::ActiveSignedUrl;
use crate::app::scroll::Scroll;
use crate::app::{Action, Model, Overlay, Target, Viewport};
use crate::domain::delivery_plan::{CUSTOM_DOMAIN_UNDOCUMENTED, NotSigned, PLAIN_URL_REFUSED};
use crate::domain::json_pretty::pretty;
use crate::domain::sanitize::sanitize;
use crate::domain::time_format::validity;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::width::{columns, wrap};
use crate::domain::{DeliveryPlan, Failure, SignMode};

/// The most columns of a table.
const TABLE_COLUMNS: usize = 90;

/// Draws the overlay. Full URLs have the whole `area`; the others float in the middle of it.
pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let Some(overlay) = &model.overlay else { return };
    if overlay.is_whole_url() {
        caches.regions.add(area, Target::Overlay);
    }
    let width = float_columns(area);
    caches.viewports.overlay = match overlay {
        Overlay::Actions(dialog) => actions_dialog::view(dialog, &model.keymap, theme, caches, frame, area),
        Overlay::Json => view_json(model, theme, caches, frame, area),
        Overlay::Url { url, failure } => {
            let lines = url_lines(model, url.text(), failure.as_ref(), theme, area.width.into());
            view_bare(&lines, model.overlay_scroll, frame, area)
        }
        Overlay::Signed => {
            let Some(active) = &model.delivery.active_url else { return };
            let lines = signed(model, active, theme, area.width.into());
            view_bare(&lines, model.overlay_scroll, frame, area)
        }
        Overlay::Table { title, rows } => {
            let lines = table(rows, theme, width.min(TABLE_COLUMNS));
            draw_scrolled(model, title, &lines, theme, caches, frame, area)
        }
        Overlay::LifetimeDialog(dialog) => dialogs::lifetimes(model, dialog, theme, caches, frame, area),
        Overlay::CopyFormats(cursor) => dialogs::copy_as(model, *cursor, theme, caches, frame, area),
        Overlay::Qr(url) => qr_page::view(url, theme, frame, area),
        Overlay::Flexible(dialog) => dialogs::flexible(model, dialog, theme, caches, frame, area),
        Overlay::Profiles(dialog) => profiles_dialog::view(model, dialog, theme, caches, frame, area),
        Overlay::Save(dialog) => save_dialog::view(model, dialog, theme, caches, frame, area),
    };
}

fn url_lines(
    model: &Model,
    url: &str,
    failure: Option<&Failure>,
    theme: Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let mut lines: Vec<Line> = Vec::new();
    if let Some(failure) = failure {
        lines.extend(wrapped(&failure.to_string(), width, theme.problem()));
        lines.push(Line::default());
    }
    // Flush left and without a border, so that it can be selected with the mouse.
    lines.extend(url.lines().flat_map(|url| chunks(&sanitize(url), width)).map(Line::raw));
    if needs_signature(model, url) {
        lines.push(Line::default());
        lines.extend(wrapped(&why_refused(model), width, theme.strong()));
    }
    lines
}

fn view_json(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) -> Viewport {
    let Some(image) = model.lookup.shown() else { return Viewport::default() };
    let cache = &mut caches.json;
    if cache.raw.as_ref() != Some(&image.raw) {
        cache.raw = Some(image.raw.clone());
        cache.lines = pretty(&image.raw);
        cache.widest = cache.lines.iter().map(|line| columns(line)).max().unwrap_or(0);
    }
    let size = (cache.widest, cache.lines.len());
    let inside = float("JSON from the API", size, theme, caches, frame, area);
    let Scroll { top, left } = model.overlay_scroll;
    let height = usize::from(inside.height);
    let top = top.min(caches.json.lines.len().saturating_sub(height));
    let shown: Vec<Line> =
        caches.json.lines.iter().skip(top).take(height).map(|line| Line::raw(line.as_str())).collect();
    let left = to_u16(left);
    frame.render_widget(Paragraph::new(shown).scroll((0, left)), inside);
    let beyond = size.0.saturating_sub(usize::from(inside.width));
    view_place(top, size.1, theme, frame, inside);
    if beyond > 0 {
        let border = Rect { y: inside.bottom(), height: 1, ..inside };
        frame.render_widget(Span::styled(" ← → scroll ", theme.title(false)), border);
    }
    Viewport { rows: size.1, height, beyond }
}

/// The full signed URL. The user asked to see it.
fn signed(model: &Model, active: &ActiveSignedUrl, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let validity = validity(active.url.expires(), model.now, &model.time_zone());
    let mut words = if active.url.has_expired(model.now.as_second()) {
        format!(
            "Expired. Press {} or {} to sign it again.",
            model.keymap.key_of(&Action::OPEN),
            model.keymap.key_of(&Action::COPY)
        )
    } else {
        format!("Signed with key {}, {validity}.", sanitize(&active.key))
    };
    if active.plain.as_str().contains("/cdn-cgi/imagedelivery/") {
        let verify = model.keymap.key_of(&Action::VERIFY);
        words = format!("{words} {CUSTOM_DOMAIN_UNDOCUMENTED} Press {verify} to verify it.");
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

/// Whether this is the selected variant's plain URL, and would be refused.
fn needs_signature(model: &Model, url: &str) -> bool {
    matches!(model.delivery_plan(SignMode::Never), Some(DeliveryPlan::Refuse(_)))
        && model.current_url().is_some_and(|current| percent_encode_for_display(current.as_str()) == url)
}

/// Why the selected variant's plain URL would be refused, and what to do.
fn why_refused(model: &Model) -> String {
    if let Some(why) = model.unsigned_reason() {
        return format!("{PLAIN_URL_REFUSED} {why}");
    }
    format!(
        "{} {PLAIN_URL_REFUSED} Press {} to sign it.",
        NotSigned::ByMode,
        model.keymap.key_of(&Action::Sign)
    )
}

/// Draws scrolled lines without a frame, and returns their viewport.
fn view_bare(lines: &[Line], scroll: Scroll, frame: &mut Frame, area: Rect) -> Viewport {
    let height = usize::from(area.height);
    draw_lines(frame, area, &lines[scroll.top.min(lines.len().saturating_sub(height))..]);
    Viewport { rows: lines.len(), height, beyond: 0 }
}

/// Draws scrolled lines in a floating frame, and returns their viewport.
fn draw_scrolled(
    model: &Model,
    title: &str,
    lines: &[Line<'static>],
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    let inside = float(title, (widest, lines.len()), theme, caches, frame, area);
    let height = usize::from(inside.height);
    let top = model.overlay_scroll.top.min(lines.len().saturating_sub(height));
    draw_lines(frame, inside, &lines[top..]);
    view_place(top, lines.len(), theme, frame, inside);
    Viewport { rows: lines.len(), height, beyond: 0 }
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
