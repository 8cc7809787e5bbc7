//! Variants: each with its name, the account's options, and what is known of its picture.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::caches::Caches;
use super::theme::Theme;
use super::widgets::{draw_lines, pane_block, scrolled, wrapped};
use crate::app::{Model, Pane, PictureInfo, Target, Viewport};
use crate::domain::account;
use crate::domain::image::is_always_public;
use crate::domain::sanitize::sanitize;
use crate::domain::signing::is_flexible;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::width::{columns, cut_end, cut_middle, first_chars, wrap};
use crate::domain::{Access, Image, Variant, VariantOptions};

/// URLs are not shown in fewer columns than this.
const MIN_URL: usize = 24;

/// Columns that names get at least, if one is that long.
const MIN_NAME: usize = 9;

/// Characters of a name that are processed. No row has room for more.
const NAME: usize = 1000;

pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let count = model.lookup.shown().map(|image| count(image, model)).unwrap_or_default();
    let block = pane_block(model, theme, Pane::Variants, &count);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    view_inside(model, theme, caches, frame, inside.inner(Margin::new(1, 0)));
}

/// The list without a frame.
pub(super) fn view_inside(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let Some(image) = model.lookup.shown() else { return };
    let height = usize::from(area.height);
    let variants: Vec<&Variant> = model.lookup.variants().collect();
    caches.viewports.variants = Viewport { rows: variants.len(), height, beyond: 0 };
    if variants.is_empty() {
        draw_lines(frame, area, wrapped(why_empty(image), area.width.into(), Style::new()));
        return;
    }
    let selected = model.lookup.selected;
    caches.variants_offset = scrolled(caches.variants_offset, selected, variants.len(), height);
    let shown = (0..variants.len()).skip(caches.variants_offset).take(height);
    let rows = rows(model, image, &variants, usize::from(area.width), shown.clone());
    caches.regions.add_rows(area, shown.clone(), |row| Target::Row(Pane::Variants, row));
    let focused = model.focus == Pane::Variants;
    let lines = shown.zip(rows).map(|(at, row)| {
        let bar = if at == selected { theme.selected(focused) } else { Style::new() };
        Line::from(vec![Span::styled(row.bar, bar), Span::raw(row.url)])
    });
    draw_lines(frame, area, lines);
}

/// The rows needed at this width.
pub(super) fn rows_wanted(model: &Model, width: usize) -> usize {
    match (model.lookup.shown(), model.lookup.variants().count()) {
        (Some(image), 0) => wrap(why_empty(image), width).len(),
        (_, count) => count,
    }
}

/// The number of the image's own variants, plus the flexible one.
fn count(image: &Image, model: &Model) -> String {
    let built = if model.lookup.flexible.is_some() { " + flexible" } else { "" };
    format!("{}{built}", image.variants.len())
}

fn why_empty(image: &Image) -> &'static str {
    if image.draft {
        "A draft: its bytes were not uploaded yet, so there is nothing to deliver."
    } else {
        "No variants: the API names no URL of this image."
    }
}

/// One variant: the part that the cursor covers, and the URL if there is room.
struct Row {
    bar: String,
    url: String,
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
    let access_word = |variant: &Variant| match image.access {
        _ if image.draft => "",
        Access::Signed if is_flexible(&variant.name) => "403",
        Access::Signed if is_always_public(&variant.name, options) => "public",
        Access::Signed => "signed",
        Access::Public | Access::Unknown => "",
    };
    let widest = |cells: &[Cow<'_, str>]| cells.iter().map(|cell| columns(cell)).max().unwrap_or(0);
    let in_columns = |cells: &[Cow<'_, str>], width: usize| -> Vec<String> {
        cells.iter().map(|cell| padded(cell, width)).collect()
    };
    let clean = |text: &str| sanitize(&first_chars(text, NAME)).into_owned().into();
    let names: Vec<Cow<'_, str>> = variants.iter().map(|v| clean(&v.name)).collect();
    let sizes: Vec<Cow<'_, str>> = sizes.iter().map(|size| clean(size)).collect();
    let access_words: Vec<Cow<'_, str>> = variants.iter().map(|v| access_word(v).into()).collect();
    // Whether a signature is needed matters most, so that column is never cut. Then come the options, then the names.
    let access_width = widest(&access_words);
    let left = width.saturating_sub(3 + if access_width > 0 { access_width + 2 } else { 0 });
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
    let names = in_columns(&names, name_width);
    let sizes = in_columns(&sizes, size_width);
    let access_words = in_columns(&access_words, access_width);
    let taken: usize = [&names, &sizes, &access_words]
        .into_iter()
        .filter_map(|cells| cells.first().map(|cell| columns(cell)))
        .filter(|wide| *wide > 0)
        .map(|wide| wide + 2)
        .sum();
    let known: Vec<_> =
        variants.iter().map(|v| model.preview.known(&percent_encode_for_display(v.url.as_str()))).collect();
    // Leave out what does not fit rather than cut it: half a number is another number.
    let room = width.saturating_sub(taken + 3);
    let texts = [picture_text, size]
        .into_iter()
        .map(|words| known.iter().map(|info| info.map(words)).collect::<Vec<_>>());
    let fits = |words: &Vec<Option<String>>| words.iter().flatten().all(|text| columns(text) <= room);
    let texts = texts.into_iter().find(fits).unwrap_or_else(|| vec![None; variants.len()]);
    let texts: Vec<Cow<'_, str>> = texts.into_iter().map(|text| text.unwrap_or_default().into()).collect();
    let texts = in_columns(&texts, widest(&texts));
    let row = |at: usize| {
        let marker = if at == model.lookup.selected { "›" } else { " " };
        let cells = [&names[at], &sizes[at], &access_words[at], &texts[at]];
        let cells: Vec<&str> =
            cells.into_iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        let bar = format!("{marker} {} ", cells.join("  "));
        let left = width.saturating_sub(columns(&bar) + 1);
        let url = model.on_domain(&variants[at].url);
        let url = percent_encode_for_display(url.as_str());
        let url = if left < MIN_URL { String::new() } else { format!(" {}", cut_middle(&url, left)) };
        Row { bar: cut_end(&bar, width).into_owned(), url }
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

/// What is known of the picture: `1366×768 webp 84.1 kB`.
fn picture_text(info: &PictureInfo) -> String {
    let PictureInfo { width, height, mime, bytes, .. } = info;
    let kind = mime.rsplit('/').next().unwrap_or_default();
    format!("{width}×{height} {kind} {}", account::bytes(*bytes))
}

fn padded(text: &str, width: usize) -> String {
    let text = cut_middle(text, width);
    let missing = width.saturating_sub(columns(&text));
    format!("{text}{}", " ".repeat(missing))
}
