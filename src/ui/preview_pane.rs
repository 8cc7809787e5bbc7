//! Preview: the picture, with a caption of what is known of it.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::{Color, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget as _;
use ratatui_image::Image;

use super::caches::{Caches, Drawn};
use super::details_pane;
use super::layout::split;
use super::notice::wrap_within;
use super::theme::Theme;
use super::widgets::{draw_lines, pane_block, wrapped};
use crate::app::{FetchedVia, Model, Pane, Picture, PictureInfo, Remote};
use crate::domain::account;
use crate::domain::sanitize::sanitize;
use crate::domain::width::{columns, cut_end, cut_middle, first_chars};

/// Rows of the caption: what the picture is, and how it was fetched.
const CAPTION: u16 = 2;

/// Characters of an image's name that are processed. No line has room for more.
const NAME: usize = 1000;

pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let name = model.preview.subject().map(|subject| sanitize(&subject.name)).unwrap_or_default();
    let name = cut_end(&name, usize::from(area.width.saturating_sub(18)));
    let block = pane_block(model, theme, Pane::Preview, &name);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    view_inside(model, caches, frame, inside.inner(Margin::new(1, 0)));
}

/// The picture without a frame.
pub(super) fn view_inside(model: &Model, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let (place, caption) = split(area, area.height - CAPTION.min(area.height / 3));
    view_picture(model, caches, frame, place, area);
    let width = usize::from(caption.width);
    match &model.preview.picture {
        // The previous picture stays, so the failure goes into the caption.
        Remote::Failed { failure, .. } if caches.placed.is_some() => {
            let lines = wrap_within(&failure.to_string(), width, usize::from(caption.height));
            draw_lines(frame, caption, lines.into_iter().map(Line::raw));
        }
        _ => {
            let lines = shown(model).map(|picture| caption_lines(&picture.info, width)).unwrap_or_default();
            let lines = lines.into_iter().map(|line| {
                let left = width.saturating_sub(columns(&line)) / 2;
                Line::raw(format!("{}{line}", " ".repeat(left)))
            });
            draw_lines(frame, caption, lines);
        }
    }
}

/// The picture on the full screen, above a caption of one line.
pub(super) fn view_whole(
    model: &Model,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    [place, caption]: [Rect; 2],
) {
    view_picture(model, caches, frame, place, place.inner(Margin::new(1, 0)));
    let Some(subject) = model.preview.subject() else { return };
    let image = model.lookup.shown().filter(|image| image.id == subject.id);
    let file = image.and_then(|image| image.filename.as_deref()).filter(|name| !name.is_empty());
    let image = first_chars(file.unwrap_or(subject.id.as_str()), NAME);
    let info = shown(model).map(|picture| &picture.info);
    let caption = caption.inner(Margin::new(1, 0));
    let [before, name, after] =
        one_line(&sanitize(&image), &sanitize(&subject.name), info, caption.width.into());
    let line = Line::from(vec![Span::raw(before), Span::styled(name, theme.strong()), Span::raw(after)]);
    draw_lines(frame, caption, [line]);
}

/// The picture, or why there is none.
fn view_picture(model: &Model, caches: &mut Caches, frame: &mut Frame, place: Rect, words: Rect) {
    caches.viewports.preview = (place.width, place.height);
    let picture = &model.preview.picture;
    let drawn = picture.value().map(|picture| picture.drawn);
    if let Some(drawn) = caches.picture.as_ref().filter(|here| Some(here.request) == drawn) {
        caches.placed = draw(drawn, frame.buffer_mut(), place);
    }
    let why = match picture {
        Remote::Failed { failure, .. } if caches.placed.is_none() => failure.to_string(),
        _ if shown(model).is_none() && caches.placed.is_none() => why_none(model).into_owned(),
        _ => return,
    };
    draw_lines(frame, words, wrapped(&why, words.width.into(), Style::new()));
}

/// The picture to show: the previous one while it is drawn again.
fn shown(model: &Model) -> Option<&Picture> {
    match &model.preview.picture {
        Remote::Loaded(picture) | Remote::Loading { previous: Some(picture), .. } => Some(picture),
        _ => None,
    }
}

/// Draws the picture centred, and returns where. A picture drawn for a larger area is not shown until it is drawn
/// again.
fn draw(drawn: &Drawn, buffer: &mut Buffer, place: Rect) -> Option<Rect> {
    let (width, height) = drawn.cells;
    if width > place.width || height > place.height {
        return None;
    }
    let area = Rect {
        x: place.x + (place.width - width) / 2,
        y: place.y + (place.height - height) / 2,
        width,
        height,
    };
    Image::new(&drawn.widget).render(area, buffer);
    let Some(nearest) = drawn.nearest else { return Some(area) };
    let indexed = |color| match color {
        Color::Rgb(r, g, b) => Color::Indexed(nearest([r, g, b])),
        other => other,
    };
    for position in area.positions() {
        if let Some(cell) = buffer.cell_mut(position) {
            (cell.fg, cell.bg) = (indexed(cell.fg), indexed(cell.bg));
        }
    }
    Some(area)
}

fn why_none(model: &Model) -> Cow<'static, str> {
    let image = model.lookup.shown();
    match (model.graphics, image) {
        // If another pane has the focus, Details says it.
        (_, None) if model.focus == Pane::Preview => details_pane::welcome(model).join(" ").into(),
        (_, None) => "".into(),
        (_, Some(image)) if image.draft => "A draft has no picture yet.".into(),
        (Some(graphics), _) if !graphics.drawable => match &model.preferences.pictures_off_by {
            Some(by) => format!("Pictures are off, by {}.", sanitize(by)).into(),
            None => "Pictures are off: half-blocks need colours.".into(),
        },
        _ => "Loading the picture…".into(),
    }
}

/// The caption in two lines.
fn caption_lines(info: &PictureInfo, width: usize) -> [String; 2] {
    let Caption { size, mime, bytes, took, by, by_short, note, .. } = Caption::new(info);
    let what = format!("{size} · {mime}");
    let candidates = [
        joined(&[&note, &bytes, &took, &by]),
        joined(&[&note, &bytes, &took, by_short]),
        joined(&[&note, by_short]),
    ];
    let fitting = candidates.iter().find(|candidate| columns(candidate) <= width).unwrap_or(&candidates[2]);
    let how = fitting.clone();
    [what, how].map(|line| cut_end(&line, width).into_owned())
}

/// The caption in one line: the image, its variant, and the picture's properties. Picks the longest form that fits. The
/// variant and the size in pixels are never left out.
fn one_line(image: &str, variant: &str, info: Option<&PictureInfo>, width: usize) -> [String; 3] {
    let Some(info) = info else {
        let variant = cut_end(variant, width);
        return placed(&cut_middle(image, width.saturating_sub(columns(&variant) + 3)), &variant, "");
    };
    let Caption { size, mime, kind, bytes, took, by, by_short, note } = &Caption::new(info);
    let candidates = [
        joined(&[size, mime, bytes, took, by, note]),
        joined(&[size, mime, bytes, took, by_short, note]),
        joined(&[size, kind, bytes, took, by_short, note]),
        joined(&[size, kind, bytes, by_short, note]),
        joined(&[size, bytes, by_short, note]),
        joined(&[size, by_short, note]),
        joined(&[size, by_short]),
    ];
    // A flexible variant's name may be longer than the line.
    let most = (width / 2).max(width.saturating_sub(columns(&candidates[0]) + 3));
    let variant = cut_end(variant, most);
    let image = cut_middle(image, width / 3);
    let fits = |image: &str, candidate: &str| {
        let image = if image.is_empty() { 0 } else { columns(image) + 3 };
        image + columns(&variant) + 3 + columns(candidate) <= width
    };
    let named = candidates[..3].iter().map(|candidate| (&*image, candidate));
    let unnamed = candidates.iter().map(|candidate| ("", candidate));
    match named.chain(unnamed).find(|(image, candidate)| fits(image, candidate)) {
        Some((image, candidate)) => placed(image, &variant, candidate),
        None => placed("", &variant, &cut_end(size, width / 2)),
    }
}

/// The parts before, of and after the variant's name.
fn placed(image: &str, variant: &str, candidate: &str) -> [String; 3] {
    let before = if image.is_empty() { String::new() } else { format!("{image} · ") };
    let after = if candidate.is_empty() { String::new() } else { format!(" · {candidate}") };
    [before, variant.to_owned(), after]
}

/// The parts of a caption.
struct Caption {
    size: String,
    mime: &'static str,
    /// The subtype of `mime`.
    kind: &'static str,
    bytes: String,
    took: String,
    /// How it was fetched. Empty for the plain URL.
    by: String,
    by_short: &'static str,
    /// What is missing from the picture. May be empty.
    note: String,
}

impl Caption {
    fn new(info: &PictureInfo) -> Self {
        let (by, by_short) = match &info.via {
            None => (String::new(), ""),
            Some(FetchedVia::Original) => ("the original, by the API".to_owned(), "original"),
            Some(FetchedVia::SignedBy(key)) => (format!("signed by {}", sanitize(key)), "signed"),
        };
        Self {
            size: format!("{}×{}", info.width, info.height),
            mime: info.mime,
            kind: info.mime.rsplit('/').next().unwrap_or_default(),
            bytes: account::bytes(info.bytes),
            took: format!("{} ms", info.took.as_millis()),
            by,
            by_short,
            note: info.note.clone().unwrap_or_default(),
        }
    }
}

/// Joins the parts that are not empty.
fn joined(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}
