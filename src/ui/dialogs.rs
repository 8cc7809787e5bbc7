//! Draws the dialogs: lifetimes, copy formats, and a flexible variant.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::caches::Caches;
use super::float::{float, float_columns, view_place};
use super::image_pane::view_line;
use super::layout::split;
use super::theme::Theme;
use super::widgets::{cursor_bar, draw_lines, draw_row, row_digit, to_u16, wrapped};
use crate::app::dialogs::{FlexibleDialog, LifetimeDialog, LifetimeRow, copy_formats};
use crate::app::{Model, Target, Viewport};
use crate::domain::Access;
use crate::domain::account::group_thousands;
use crate::domain::delivery_code::flexible_is_off;
use crate::domain::delivery_plan::NotSigned;
use crate::domain::sanitize::sanitize;
use crate::domain::width::{columns, cut_end};

/// Columns before the text of a row: bar, digit, and a gap.
pub(super) const DIGITS: usize = 4;

/// Rows of the dialog for a flexible variant.
const FLEXIBLE_ROWS: usize = 14;

/// Columns of dialogs in which text is typed.
pub(super) const INPUT_COLUMNS: usize = 64;

/// Columns of the choice of a lifetime: few, so that the picture stays visible.
const LIFETIME_COLUMNS: usize = 40;

/// Columns of the dialog for a flexible variant. The longest description fits.
const FLEXIBLE_COLUMNS: usize = 84;

pub(super) fn lifetimes(
    model: &Model,
    dialog: &LifetimeDialog,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    let width = INPUT_COLUMNS.min(float_columns(area));
    if let Some(date) = &dialog.date {
        let refusal = dialog.refusal.as_ref().map(|why| (format!("Invalid date: {why}."), theme.problem()));
        let zone = if model.zone.is_some() { "Local time." } else { "UTC." };
        let (words, style) = refusal.unwrap_or_else(|| (zone.to_owned(), Style::new()));
        let lines: Vec<Line> = wrapped(&words, width, style).collect();
        let size = (width, lines.len() + 2);
        let inside = float("Signed URL valid until", size, theme, caches, frame, area);
        let (input, below) = split(inside, 2);
        view_line(date, "2026-12-31, or 2026-12-31 18:00", true, theme, frame, split(input, 1).0);
        draw_lines(frame, below, lines);
        return Viewport::default();
    }
    let rows: Vec<String> = LifetimeDialog::rows().map(LifetimeRow::label).collect();
    let words = "Anyone with a signed URL can see the image until it expires. A URL that never expires works until \
                 you rotate the key.";
    let width = LIFETIME_COLUMNS.min(width);
    let lines: Vec<Line> = wrapped(words, width, Style::new()).collect();
    let size = (width, rows.len() + 1 + lines.len());
    let inside = float("Validity of the signed URL", size, theme, caches, frame, area);
    // The rows matter more.
    let (list_area, below) = split(inside, to_u16(rows.len() + 1));
    draw_lines(frame, below, lines);
    list(&rows, dialog.cursor, true, theme, caches, frame, list_area)
}

pub(super) fn copy_as(
    model: &Model,
    cursor: usize,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    let rows: Vec<String> = copy_formats(model).iter().map(|(name, _)| sanitize(name).into_owned()).collect();
    let widest = rows.iter().map(|row| columns(row)).max().unwrap_or(0);
    let title = match model.marked_to_act_on() {
        0 => "Copy as".to_owned(),
        1 => "Copy 1 marked image as".to_owned(),
        count => format!("Copy {} marked images as", group_thousands(count as u64)),
    };
    let inside = float(&title, (widest + DIGITS + 2, rows.len()), theme, caches, frame, area);
    list(&rows, cursor, true, theme, caches, frame, inside)
}

/// The input for a flexible variant, with the resulting URL or an error, and suggestions.
pub(super) fn flexible(
    model: &Model,
    dialog: &FlexibleDialog,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    let width = FLEXIBLE_COLUMNS.min(float_columns(area));
    let lines = flexible_lines(model, dialog, theme, width);
    // Always as high, so that it does not jump while the user types.
    let inside = float("Flexible variant", (width, FLEXIBLE_ROWS), theme, caches, frame, area);
    let (input, below) = split(inside, 1);
    view_line(&dialog.line, "for example w=400,fit=cover", true, theme, frame, input);
    view_place(0, lines.len(), theme, frame, below);
    draw_lines(frame, below, lines);
    Viewport::default()
}

fn flexible_lines(model: &Model, dialog: &FlexibleDialog, theme: Theme, width: usize) -> Vec<Line<'static>> {
    let mut lines: Vec<Line> = Vec::new();
    let mut say = |words: &str, style: Style| lines.extend(wrapped(words, width, style));
    match dialog.read() {
        // Incomplete input is not an error yet.
        Some(Err(why)) if dialog.suggestions().is_empty() => say(&format!("{why}."), theme.problem()),
        Some(Ok(options)) => {
            if let Some(url) = model.current_url().and_then(|url| options.url(&url).ok()) {
                say(&sanitize(url.as_str()), Style::new());
            }
            for note in options.notes() {
                say(&format!("{note}."), theme.strong());
            }
        }
        _ => {}
    }
    if model.delivery.flexible_is_off {
        say(&flexible_is_off(), theme.strong());
    }
    if model.lookup.shown().is_some_and(|image| image.access == Access::Signed) {
        say(&NotSigned::Flexible.to_string(), theme.strong());
    }
    lines.push(Line::default());
    let suggestions = dialog.suggestions();
    let widest = suggestions.iter().map(|s| columns(&s.part)).max().unwrap_or(0);
    for (at, suggestion) in suggestions.iter().enumerate() {
        let marker = if at == 0 { "Tab " } else { "    " };
        let missing = widest - columns(&suggestion.part);
        let part = Span::styled(suggestion.part.clone(), if at == 0 { theme.strong() } else { Style::new() });
        let what = cut_end(suggestion.what, width.saturating_sub(widest + 6)).into_owned();
        let what = Span::raw(format!("{}  {what}", " ".repeat(missing)));
        lines.push(Line::from(vec![Span::raw(marker), part, what]));
    }
    lines
}

/// Rows with a cursor, scrolled so that it is visible. They are numbered if digits choose them.
pub(super) fn list(
    rows: &[String],
    cursor: usize,
    numbered: bool,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    let height = usize::from(area.height);
    let first = (cursor + 1).saturating_sub(height);
    let width = usize::from(area.width);
    caches.regions.add_rows(area, first..rows.len(), Target::OverlayRow);
    view_place(first, rows.len(), theme, frame, area);
    for (y, (at, words)) in (area.top()..area.bottom()).zip(rows.iter().enumerate().skip(first)) {
        let bar = cursor_bar(theme, at == cursor, true);
        let digit = if numbered { row_digit(at) } else { " ".to_owned() };
        let style = if at == cursor { theme.selected(true) } else { Style::new() };
        let words = cut_end(words, width.saturating_sub(DIGITS));
        draw_row(
            frame,
            Rect { y, height: 1, ..area },
            &Line::styled(format!("{bar}{digit}  {words}"), style),
        );
    }
    Viewport { rows: rows.len(), height, beyond: 0 }
}
