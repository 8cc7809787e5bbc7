//! Details: what the API says about the image, most prominently its access.

use std::iter;

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::caches::{Caches, DetailsCache, DetailsKey};
use super::metadata;
use super::theme::Theme;
use super::widgets::{draw_lines, hidden_rows_mark, pane_block, pane_title, wrapped};
use crate::app::problem::nothing_shown;
use crate::app::{Action, Model, Pane, Viewport};
use crate::domain::image::{DRAFT, invalid_value};
use crate::domain::sanitize::sanitize;
use crate::domain::variant_access::ALWAYS_PUBLIC;
use crate::domain::width::{columns, cut_end, cut_middle, first_chars, wrap};
use crate::domain::{Access, Image, time_format};

/// Columns of the labels.
const NAMES: usize = 10;

/// Lines that an untrusted text takes at most, so that it does not push the rest off the screen. The JSON has all of
/// it.
const TEXT_LINES: usize = 3;

/// Characters of an untrusted text that are processed: more than those lines hold on any screen.
const TEXT_CHARS: usize = 4_000;

pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let mut block = pane_block(model, theme, Pane::Details);
    draw(model, theme, caches, frame, block.inner(area).inner(Margin::new(1, 0)), true);
    let Viewport { rows, height, .. } = caches.viewports.details;
    let top = model.details.top.min(rows.saturating_sub(height));
    let mut title = format!("Details{}", hidden_rows_mark(top, rows, height));
    // In the frame, so that nothing moves when the API responds.
    if let Some(listed) = listed(model) {
        title = format!("{title} · {listed}");
    }
    block = block.title(pane_title(&title, model.focus == Pane::Details, theme, area.width));
    frame.render_widget(block, area);
}

/// The details without a frame.
pub(super) fn view_inside(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    draw(model, theme, caches, frame, area, false);
}

fn draw(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect, has_frame: bool) {
    let width = usize::from(area.width);
    let Some(image) = model.lookup.shown() else {
        if !has_frame {
            let lines = welcome(model);
            draw_lines(frame, area, lines.iter().flat_map(|text| wrapped(text, width, Style::new())));
        }
        return;
    };
    fill_cache(model, image, theme, &mut caches.details, width, has_frame);
    let lines = &caches.details.lines;
    let height = usize::from(area.height);
    caches.viewports.details = Viewport { rows: lines.len(), height, beyond: 0 };
    let top = model.details.top.min(lines.len().saturating_sub(height));
    draw_lines(frame, area, lines.iter().skip(top));
}

/// Lays out the lines, unless they are cached.
fn fill_cache(
    model: &Model,
    image: &Image,
    theme: Theme,
    cache: &mut DetailsCache,
    width: usize,
    has_frame: bool,
) {
    let key = DetailsKey {
        width,
        theme,
        public_variants: image.always_public(model.lookup.options()).map(|v| v.name.clone()).collect(),
        listed: listed(model).filter(|_| !has_frame),
        zone: model.zone.clone(),
        ago: image.uploaded.map(|at| time_format::ago(at, model.now)).unwrap_or_default(),
    };
    // Compare whole images: an image from the list has no JSON to tell it apart by.
    if !cache.key.as_ref().is_some_and(|(shown, of)| shown == image && *of == key) {
        cache.lines = lines(model, image, &key);
        cache.key = Some((image.clone(), key));
    }
}

/// The age of the list's data, if the image is shown from it.
fn listed(model: &Model) -> Option<String> {
    model.lookup.listed_at.map(|at| format!("listed {}", time_format::ago(at, model.now)))
}

/// The text while no image is shown.
pub(super) fn welcome(model: &Model) -> Vec<String> {
    if let Some(id) = model.lookup.pending_other_id() {
        return vec![format!("Looking up {}…", sanitize(id.as_str()))];
    }
    if model.focus != Pane::Image {
        return vec![nothing_shown(&model.keymap)];
    }
    let mut words = vec![
        format!("Type or paste an image ID above, then press {}.", model.keymap.key_of(&Action::LookUp)),
        "A URL, Markdown or HTML that contains the ID works too.".to_owned(),
    ];
    if model.input.has_earlier() {
        words.push(format!("{} recalls earlier lookups.", model.keymap.key_of(&Action::PreviousInput)));
    }
    words
}

fn lines(model: &Model, image: &Image, key: &DetailsKey) -> Vec<Line<'static>> {
    let theme = key.theme;
    let mut rows = Rows { width: key.width, lines: Vec::new() };
    let room = TEXT_LINES * key.width.saturating_sub(NAMES);
    let clean = |text: &str| cut_end(&sanitize(&first_chars(text, TEXT_CHARS)), room).into_owned();
    let plain = Style::new();
    let unreadable = invalid_value(&format!("press {}", model.keymap.key_of(&Action::ShowJson)));
    let missing = |field, nothing| if image.has_field(field) { &*unreadable } else { nothing };
    match image.filename.as_deref().map(clean) {
        Some(name) => rows.push("Filename", &name, plain),
        None => rows.push("Filename", missing("filename", "none"), theme.placeholder()),
    }
    rows.push_whole("ID", &clean(image.id.as_str()));
    match image.creator.as_deref().map(clean) {
        Some(creator) => rows.push("Creator", &creator, plain),
        None => rows.push("Creator", missing("creator", "none"), theme.placeholder()),
    }
    // Nothing is uploaded of a draft yet.
    let label = if image.draft { "Created" } else { "Uploaded" };
    match image.uploaded {
        Some(at) => {
            let at = time_format::local(at, &model.time_zone());
            let whole = format!("{at}, {}", key.ago);
            if NAMES + columns(&whole) <= key.width {
                rows.push(label, &whole, plain);
            } else {
                rows.push(label, &at, plain);
                rows.push("", &key.ago, plain);
            }
        }
        None => rows.push(label, missing("uploaded", "unknown"), theme.placeholder()),
    }
    if image.draft {
        rows.push("Access", DRAFT, theme.strong());
    } else {
        rows.push_spans(
            "Access",
            [theme.access(image.access), Span::raw(" "), Span::styled(image.access.label(), theme.strong())],
        );
    }
    match (model.lookup.listed_at, image.why_unknown()) {
        // The list does not keep the text that explains an unknown access.
        (None, Some(why)) if !image.draft => rows.push("", &why, plain),
        _ if image.draft => {}
        _ if image.access == Access::Signed && !key.public_variants.is_empty() => {
            let names: Vec<_> = key.public_variants.iter().map(|name| clean(name)).collect();
            rows.push("", &format!("{ALWAYS_PUBLIC}: {}", names.join(", ")), plain);
        }
        _ => {}
    }
    if let Some(words) = &key.listed {
        rows.push("", words, plain);
    }
    for (at, message) in image.messages.iter().enumerate() {
        // Not cut: it is short already, and half a link is useless.
        rows.push(if at == 0 { "Notes" } else { "" }, &message.note(), plain);
    }
    match &image.meta {
        Some(meta) => metadata::lines(meta, key.width, NAMES, &mut rows.lines),
        None => rows.push("Metadata", "none", theme.placeholder()),
    }
    rows.lines
}

/// Lines with labels on the left, and values in a column of their own.
struct Rows {
    width: usize,
    lines: Vec<Line<'static>>,
}

impl Rows {
    /// Adds a value in as many lines as it needs.
    fn push(&mut self, name: &str, value: &str, style: Style) {
        for (at, text) in wrap(value, self.width.saturating_sub(NAMES)).into_iter().enumerate() {
            self.push_spans(if at == 0 { name } else { "" }, [Span::styled(text, style)]);
        }
    }

    /// Adds a value in one line, right after its label if the column is too narrow.
    fn push_whole(&mut self, name: &str, value: &str) {
        let beside = format!("{name}  {value}");
        if NAMES + columns(value) > self.width && columns(&beside) <= self.width {
            self.lines.push(Line::raw(beside));
        } else {
            // The input has all of it.
            self.push(name, &cut_middle(value, self.width.saturating_sub(NAMES)), Style::new());
        }
    }

    fn push_spans(&mut self, name: &str, value: impl IntoIterator<Item = Span<'static>>) {
        let name = Span::raw(format!("{name:NAMES$}"));
        self.lines.push(iter::once(name).chain(value).collect());
    }
}
