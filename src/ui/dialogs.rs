//! Draws the dialogs: lifetimes, copy formats, and a flexible variant.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::image_pane::view_line;
use super::layout::split;
use super::regions::Regions;
use super::theme::Theme;
use super::widgets::{draw_lines, titled, wrapped};
use crate::app::dialogs::{FlexibleDialog, LifetimeDialog, LifetimeRow};
use crate::app::{Model, Target, Viewport};
use crate::domain::sanitize::sanitize;
use crate::domain::width::{columns, cut_end};

/// Columns of the rows' digits.
const DIGITS: usize = 5;

pub(super) fn lifetimes(
    model: &Model,
    dialog: &LifetimeDialog,
    theme: Theme,
    regions: &mut Regions,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    if let Some(date) = &dialog.date {
        let inside = draw_frame(" Sign ━━ until when the URL holds ", theme, frame, area);
        let (input, below) = split(inside, 1);
        view_line(date, "2026-12-31, or 2026-12-31 18:00", true, theme, frame, input);
        let refusal = dialog.refusal.as_ref().map(|why| (format!("Not yet: {why}."), theme.problem()));
        let zone = if model.zone.is_some() { "In this machine's time zone." } else { "In UTC." };
        let (words, style) = refusal.unwrap_or_else(|| (zone.to_owned(), Style::new()));
        draw_lines(frame, below, wrapped(&words, inside.width.into(), style));
        return Viewport::default();
    }
    let inside = draw_frame(" Sign ━━ how long the URL holds ", theme, frame, area);
    let rows: Vec<String> = LifetimeDialog::rows().map(LifetimeRow::label).collect();
    let extent = list(&rows, dialog.cursor, theme, regions, frame, inside);
    let (_, below) = split(inside, u16::try_from(rows.len() + 1).unwrap_or(u16::MAX));
    let words = "Whoever has the signed URL sees the image until it lapses. One that never does is only stopped by a new \
                 key.";
    draw_lines(frame, below, wrapped(words, inside.width.into(), Style::new()));
    extent
}

pub(super) fn copy_as(
    model: &Model,
    cursor: usize,
    theme: Theme,
    regions: &mut Regions,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    let inside = draw_frame(" Copy as ", theme, frame, area);
    let rows: Vec<String> =
        model.preferences.copy_formats().iter().map(|(name, _)| sanitize(name).into_owned()).collect();
    list(&rows, cursor, theme, regions, frame, inside)
}

/// The input for a flexible variant, with the resulting URL or an error, and suggestions.
pub(super) fn flexible(
    model: &Model,
    dialog: &FlexibleDialog,
    theme: Theme,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    let inside = draw_frame(" Flexible variant ", theme, frame, area);
    let (input, below) = split(inside, 1);
    view_line(&dialog.line, "such as w=400,fit=cover", true, theme, frame, input);
    let width = usize::from(inside.width);
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
        say(
            "Flexible variants are off in this account: switch them on in the dashboard under Images › Variants.",
            theme.strong(),
        );
    }
    if model.lookup.shown().is_some_and(|image| image.access == crate::domain::Access::Signed) {
        say("This image needs signed URLs: flexible variants do not work with it.", theme.strong());
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
    draw_lines(frame, below, lines);
    Viewport::default()
}

/// Draws the frame of a dialog. Returns the area inside.
fn draw_frame(title: &str, theme: Theme, frame: &mut Frame, area: Rect) -> Rect {
    let block = titled(title.to_owned(), true, theme);
    let inside = block.inner(area).inner(Margin::new(1, 0));
    frame.render_widget(block, area);
    inside
}

/// Numbered rows with a cursor, scrolled so that it is visible.
fn list(
    rows: &[String],
    cursor: usize,
    theme: Theme,
    regions: &mut Regions,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    let height = usize::from(area.height);
    let first = (cursor + 1).saturating_sub(height);
    let width = usize::from(area.width);
    regions.add_rows(area, first..rows.len(), Target::OverlayRow);
    let lines = rows.iter().enumerate().skip(first).take(height).map(|(at, words)| {
        let marker = if at == cursor { "›" } else { " " };
        let digit = if at < 9 { (at + 1).to_string() } else { " ".to_owned() };
        let style = if at == cursor { theme.selected(true) } else { Style::new() };
        Line::styled(
            format!("{marker} {digit}  {} ", cut_end(words, width.saturating_sub(DIGITS + 1))),
            style,
        )
    });
    draw_lines(frame, area, lines);
    Viewport { rows: rows.len(), height, beyond: 0 }
}
