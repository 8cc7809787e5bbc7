//! Variants: each with its name, the account's options, and what is known of its picture.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::caches::Caches;
use super::theme::Theme;
use super::widgets::{
    cursor_bar, draw_lines, draw_row, hidden_rows_mark, pane_block, pane_title, row_digit, wrapped,
};
use crate::app::{Model, Pane, PictureInfo, Target, Viewport};
use crate::domain::account;
use crate::domain::sanitize::sanitize;
use crate::domain::signing::is_flexible;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::width::{columns, cut_middle, first_chars, pad};
use crate::domain::{Access, Image, Variant, VariantAccess, VariantOptions};

/// Columns of the bar and the digit before a name.
const DIGIT: usize = 3;

/// Columns of the access with a space on both sides.
const ACCESS: usize = 3;

/// Columns that names get at least, if one is that long.
const MIN_NAME: usize = 9;

/// Characters of a name that are processed. No row has room for more.
const NAME: usize = 1000;

pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let mut block = pane_block(model, theme, Pane::Variants);
    let inside = block.inner(area);
    let title = title(model, caches, usize::from(inside.height));
    block = block.title(pane_title(&title, model.focus == Pane::Variants, theme, area.width));
    frame.render_widget(block, area);
    view_inside(model, theme, caches, frame, inside);
}

/// The list without a frame.
pub(super) fn view_inside(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let Some(image) = model.lookup.shown() else { return };
    let height = usize::from(area.height);
    let variants: Vec<&Variant> = model.lookup.variants().collect();
    caches.viewports.variants = Viewport { rows: variants.len(), height, beyond: 0 };
    if variants.is_empty() {
        let inside = area.inner(Margin::new(1, 0));
        let why = image.variant(None).err().map(|why| format!("{}.", why.failure(image).what));
        draw_lines(frame, inside, wrapped(&why.unwrap_or_default(), inside.width.into(), Style::new()));
        return;
    }
    let selected = model.lookup.selected;
    let top = caches.variants_scroll.follow(selected, variants.len(), height);
    let shown = (0..variants.len()).skip(top).take(height);
    let rows = rows(model, image, &variants, usize::from(area.width), shown.clone());
    caches.regions.add_rows(area, shown.clone(), |row| Target::Row(Pane::Variants, row));
    let focused = model.focus == Pane::Variants;
    for ((y, at), row) in (area.top()..).zip(shown).zip(rows) {
        let style = if at == selected { theme.selected(focused) } else { Style::new() };
        let bar = cursor_bar(theme, at == selected, focused);
        let line = Line::from(vec![
            Span::raw(bar),
            Span::raw(row.text),
            mark(row.access, image, model, theme),
            Span::raw(" "),
        ])
        .style(style);
        draw_row(frame, Rect { y, height: 1, ..area }, &line);
    }
}

/// The place of the selected variant, and whether there are more above or below.
fn title(model: &Model, caches: &Caches, height: usize) -> String {
    let count = model.lookup.variants().count();
    if count == 0 {
        return "Variants".to_owned();
    }
    let selected = model.lookup.selected;
    let top = caches.variants_scroll.top(selected, count, height);
    format!("Variants {}/{count}{}", selected + 1, hidden_rows_mark(top, count, height))
}

/// A row without its bar: the variant, and its access at the right end.
struct Row {
    text: String,
    access: VariantAccess,
}

/// The mark of a variant's access. Blank if there is none, or until the account's options have arrived.
fn mark(access: VariantAccess, image: &Image, model: &Model, theme: Theme) -> Span<'static> {
    let options = &model.lookup.options;
    let is_awaited =
        image.access == Access::Signed && options.value().is_none() && options.failure().is_none();
    match access {
        VariantAccess::Refused => Span::styled("✗", theme.problem()),
        VariantAccess::Unknown if is_awaited => Span::raw(" "),
        access => access.access().map_or(Span::raw(" "), |access| theme.access(access)),
    }
}

/// The visible rows. Column widths depend on all variants, so that scrolling does not change them.
fn rows(
    model: &Model,
    image: &Image,
    variants: &[&Variant],
    width: usize,
    shown: impl Iterator<Item = usize>,
) -> Vec<Row> {
    let options = model.lookup.options();
    let of_options = |words: fn(&VariantOptions) -> String| -> Vec<String> {
        let of_options = |variant: &&Variant| match model.lookup.options_of(&variant.name) {
            Some(options) => words(options),
            None if is_flexible(&variant.name) => "flexible".to_owned(),
            None => String::new(),
        };
        variants.iter().map(of_options).collect()
    };
    let (sizes, fittings) = (of_options(VariantOptions::summary), of_options(VariantOptions::fitting));
    let widest = |cells: &[Cow<'_, str>]| cells.iter().map(|cell| columns(cell)).max().unwrap_or(0);
    let in_columns = |cells: &[Cow<'_, str>], width: usize| -> Vec<String> {
        cells.iter().map(|cell| pad(&cut_middle(cell, width), width)).collect()
    };
    let clean = |text: &str| sanitize(&first_chars(text, NAME)).into_owned().into();
    let names: Vec<Cow<'_, str>> = variants.iter().map(|v| clean(&v.name)).collect();
    let sizes: Vec<Cow<'_, str>> = sizes.iter().map(|size| clean(size)).collect();
    // Whether a signature is needed matters most, so that column is never cut. Then come the options, then the names.
    let left = width.saturating_sub(DIGIT + ACCESS);
    let beside_sizes = left.saturating_sub(if widest(&sizes) > 0 { widest(&sizes) + 2 } else { 0 });
    let name_width = widest(&names).min((width / 2).min(beside_sizes).max(MIN_NAME)).min(left);
    let size_width = left.saturating_sub(name_width + 2);
    // A number must not be cut, as it would read as another number. Leave out the fit instead.
    let sizes = if widest(&sizes) <= size_width {
        sizes
    } else {
        fittings.iter().map(|fitting| clean(fitting)).collect()
    };
    let sizes =
        if widest(&sizes) <= size_width { sizes } else { sizes.into_iter().map(without_fit).collect() };
    let size_width = size_width.min(widest(&sizes));
    let taken = DIGIT + name_width + if size_width > 0 { size_width + 2 } else { 0 } + ACCESS;
    let names = in_columns(&names, name_width);
    let sizes = in_columns(&sizes, size_width);
    let known: Vec<_> =
        variants.iter().map(|v| model.preview.known(&percent_encode_for_display(v.url.as_str()))).collect();
    // Leave out what does not fit rather than cut it: half a number is another number.
    let room = width.saturating_sub(taken + 2);
    let texts = [picture_text, size]
        .into_iter()
        .map(|words| known.iter().map(|info| info.map(words)).collect::<Vec<_>>());
    let fits = |words: &Vec<Option<String>>| words.iter().flatten().all(|text| columns(text) <= room);
    let texts = texts.into_iter().find(fits).unwrap_or_else(|| vec![None; variants.len()]);
    let row = |at: usize| {
        let digit = row_digit(at);
        let cells = [&*names[at], &*sizes[at], texts[at].as_deref().unwrap_or_default()];
        let cells: Vec<&str> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
        let text = format!("{digit} {}", cells.join("  "));
        let room = width.saturating_sub(ACCESS + 1);
        let text = pad(&cut_middle(&text, room), room) + " ";
        Row { text, access: VariantAccess::new(image, &variants[at].name, options) }
    };
    shown.map(row).collect()
}

/// The options without the first word, unless that is the only one.
fn without_fit(summary: Cow<'_, str>) -> Cow<'_, str> {
    match summary.split_once(' ') {
        Some((_, size)) => size.to_owned().into(),
        None => summary,
    }
}

/// The picture's size alone, for narrow panes.
fn size(info: &PictureInfo) -> String {
    format!("{}×{}", info.width, info.height)
}

/// What is known of the picture: `1366×768 WebP 84.1 kB`.
fn picture_text(info: &PictureInfo) -> String {
    let PictureInfo { width, height, format, bytes, .. } = info;
    format!("{width}×{height} {format} {}", account::bytes(*bytes))
}
