//! Preview: the picture, with a caption of what is known of it.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::access_badge::access_badge;
use super::caches::{Caches, Drawn};
use super::details_pane;
use super::layout::split;
use super::theme::Theme;
use super::widgets::{draw_centered, draw_lines, pane_block, pane_title};
use crate::app::preview::zoom;
use crate::app::{FetchedVia, Model, Pane, PictureInfo, Remote, Shown};
use crate::domain::Image as ImageDetails;
use crate::domain::account;
use crate::domain::sanitize::sanitize;
use crate::domain::width::{columns, cut_end, cut_middle, first_chars};

/// Characters of an image's name that are processed. No line has room for more.
const NAME: usize = 1000;

pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let mut block = pane_block(model, theme, Pane::Preview);
    let inside = block.inner(area);
    let focused = model.focus == Pane::Preview;
    match model.lookup.shown() {
        Some(image) => {
            // The name and the note matter more than the words of the badge.
            let share = if model.lookup.is_showing_previous() { 4 } else { 2 };
            let badge = access_badge(image, theme, usize::from(area.width) / share);
            let room = usize::from(area.width).saturating_sub(badge.width() + 7);
            let title = title(model, image, room);
            block = block
                .title(pane_title(&title, focused, theme, area.width))
                .title_top(Line::from(vec![badge, Span::raw(" ")]).right_aligned());
        }
        None => block = block.title(pane_title(Pane::Preview.title(), focused, theme, area.width)),
    }
    frame.render_widget(block, area);
    view_inside(model, caches, frame, inside);
}

/// The image's name, and whether it is not the image that was looked up last.
pub(super) fn title(model: &Model, image: &ImageDetails, room: usize) -> String {
    let note = match model.lookup.is_showing_previous() {
        // It may be the list's first image.
        true if model.lookup.image.failure().is_some() => " · another image",
        true => " · previous image",
        false => "",
    };
    format!("{}{note}", cut_middle(&image_name(image), room.saturating_sub(columns(note))))
}

/// The name of the file, or the ID.
fn image_name(image: &ImageDetails) -> Cow<'static, str> {
    let name = image.filename.as_deref().filter(|name| !name.is_empty()).unwrap_or(image.id.as_str());
    sanitize(&first_chars(name, NAME)).into_owned().into()
}

/// The picture without a frame.
pub(super) fn view_inside(model: &Model, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let (place, caption) = split(area, area.height.saturating_sub(1));
    let caption = caption.inner(Margin::new(1, 0));
    view_picture(model, caches, frame, place);
    let width = usize::from(caption.width);
    let line = match &model.preview.picture {
        // The previous picture stays, so the failure goes into the caption.
        Remote::Failed { failure, .. } if !caches.placed.is_empty() => {
            cut_end(&failure.to_string(), width).into_owned()
        }
        _ if place.is_empty() && !model.has_pictures() => cut_end(&why_none(model), width).into_owned(),
        _ if let Some(Shown { subject, picture }) = model.preview.shown() => {
            let info = picture.map(|picture| &picture.info);
            one_line("", &format!("variant {}", sanitize(&subject.name)), "", info, width).concat()
        }
        _ => return,
    };
    draw_lines(frame, caption, [Line::raw(line)]);
}

/// The picture on the full screen, above a caption of one line.
pub(super) fn view_full_screen(
    model: &Model,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    [place, caption]: [Rect; 2],
) {
    view_picture(model, caches, frame, place);
    let (Some(image), Some(Shown { subject, picture })) = (model.lookup.shown(), model.preview.shown())
    else {
        return;
    };
    let caption = caption.inner(Margin::new(1, 0));
    let badge = access_badge(image, theme, usize::from(caption.width) / 3);
    let width = usize::from(caption.width).saturating_sub(badge.width() + 2);
    let name = title(model, image, width / 2);
    let info = picture.map(|picture| &picture.info);
    let [before, name, after] = one_line(&name, &sanitize(&subject.name), &zoom_words(model), info, width);
    let line = Line::from(vec![
        badge,
        Span::raw(format!("  {before}")),
        Span::styled(name, theme.strong()),
        Span::raw(after),
    ]);
    draw_lines(frame, caption, [line]);
}

/// The picture, or why there is none.
fn view_picture(model: &Model, caches: &mut Caches, frame: &mut Frame, place: Rect) {
    caches.viewports.preview = (place.width, place.height);
    let picture = &model.preview.picture;
    let shown = model.preview.shown().and_then(|shown| shown.picture);
    let drawn = shown.or(picture.value()).map(|picture| picture.drawn);
    if let Some(Drawn { picture, .. }) = caches.picture_of(drawn)
        && let Some(area) = picture.draw_in(place, frame.buffer_mut())
    {
        let transmission = picture.transmission.clone();
        caches.place(area, transmission);
    }
    if place.is_empty() {
        return;
    }
    let why = match picture {
        Remote::Failed { failure, .. } if caches.placed.is_empty() => failure.to_string(),
        _ if shown.is_none() && caches.placed.is_empty() => why_none(model).into_owned(),
        _ => return,
    };
    draw_centered(frame, place.inner(Margin::new(2, 0)), &why, Style::new());
}

/// The scale, whether the animation is paused, and the picture with more pixels that is being fetched.
fn zoom_words(model: &Model) -> String {
    let percent = zoom::percent(model).map(|percent| format!("{}%", crate::domain::zoom::rounded(percent)));
    let larger = model.preview.awaited_larger().map(|name| format!("loading {}…", sanitize(name)));
    let paused = model.preview.is_paused.then(|| "paused".to_owned());
    [percent, larger, paused].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn why_none(model: &Model) -> Cow<'static, str> {
    let image = model.lookup.shown();
    match image {
        None if model.focus == Pane::Browse => "".into(),
        None => details_pane::welcome(model).join(" ").into(),
        Some(image) if image.draft => "A draft has no picture yet.".into(),
        _ if !model.has_pictures() => model.why_no_pictures().into(),
        _ => match model.preview.subject() {
            Some(subject) => format!("Loading variant {}…", sanitize(&subject.name)).into(),
            None => "Loading the picture…".into(),
        },
    }
}

/// The caption in one line: the image, its variant, and the picture's properties. Picks the longest form that fits. The
/// variant and the size in pixels are never left out.
fn one_line(image: &str, variant: &str, zoom: &str, info: Option<&PictureInfo>, width: usize) -> [String; 3] {
    let Some(info) = info else {
        let variant = cut_end(variant, width);
        return placed(&cut_middle(image, width.saturating_sub(columns(&variant) + 3)), &variant, "");
    };
    let Caption { size, kind, bytes, took, by, by_short, note } = &Caption::new(info);
    let candidates = [
        joined(&[zoom, size, kind, bytes, took, by, note]),
        joined(&[zoom, size, kind, bytes, by, note]),
        joined(&[zoom, size, kind, bytes, by_short, note]),
        joined(&[zoom, size, bytes, by_short, note]),
        joined(&[zoom, size, by_short, note]),
        joined(&[zoom, size, by_short]),
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
    let named = candidates[..4].iter().map(|candidate| (&*image, candidate));
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
    /// The name of the format.
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
            Some(FetchedVia::Original) => ("original, from the API".to_owned(), "original"),
            Some(FetchedVia::SignedBy(key)) => (format!("signed with key {}", sanitize(key)), "signed"),
        };
        Self {
            size: format!("{}×{}", info.width, info.height),
            kind: info.format.name(),
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
