//! Preview: the picture, and under it what its bytes tell.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Color;
use ratatui::text::Line;
use ratatui::widgets::Widget as _;
use ratatui_image::Image;
use ratatui_image::protocol::Protocol;

use super::Caches;
use super::theme::Theme;
use crate::app::{Model, Pane, PictureFacts, Remote, RequestId, Way};
use crate::domain::account;
use crate::domain::safe_text::visible;
use crate::domain::width::{columns, cut_end, wrap};

/// Rows under the picture: what it is, and how it came.
const CAPTION: u16 = 2;

/// A picture in the terminal's own words.
pub struct Drawn {
    /// The request that it came with.
    pub request: RequestId,
    /// What the terminal is sent.
    pub widget: Protocol,
    /// The columns and rows that it takes.
    pub cells: (u16, u16),
    /// The nearest of 256 colours, where the terminal has no more.
    pub nearest: Option<fn([u8; 3]) -> u8>,
}

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Drawn")
            .field("request", &self.request)
            .field("cells", &self.cells)
            .finish_non_exhaustive()
    }
}

pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let name = model.preview.subject().map(|subject| visible(&subject.name)).unwrap_or_default();
    let name = cut_end(&name, usize::from(area.width.saturating_sub(18)));
    let block = super::framed(model, theme, Pane::Preview, &name);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    view_inside(model, caches, frame, inside.inner(Margin::new(1, 0)));
}

/// The picture without a frame.
pub(super) fn view_inside(model: &Model, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let [place, caption] = parts(area);
    caches.reach.preview = (place.width, place.height);
    match &model.preview.picture {
        Remote::Loaded(picture) | Remote::Loading { kept: Some(picture), .. } => {
            if let Some(drawn) = caches.picture.as_ref().filter(|drawn| drawn.request == picture.drawn) {
                caches.placed = draw(drawn, frame.buffer_mut(), place);
            }
            let lines = words(&picture.facts, usize::from(caption.width));
            let lines = lines.into_iter().map(|line| {
                let left = usize::from(caption.width).saturating_sub(columns(&line)) / 2;
                Line::raw(format!("{}{line}", " ".repeat(left)))
            });
            super::show(frame, caption, lines);
        }
        other => {
            let words = match other {
                Remote::Failed { failure, .. } => failure.to_string(),
                _ => why_none(model).to_owned(),
            };
            let lines = wrap(&words, usize::from(area.width)).into_iter().map(Line::raw);
            // Nothing shown before is lost: why it is no newer one stands under it.
            let kept = other.value().map(|picture| picture.drawn);
            let kept = caches.picture.as_ref().filter(|drawn| Some(drawn.request) == kept);
            caches.placed = kept.and_then(|drawn| draw(drawn, frame.buffer_mut(), place));
            super::show(frame, if caches.placed.is_some() { caption } else { area }, lines);
        }
    }
}

/// The picture's place, and its caption's.
fn parts(area: Rect) -> [Rect; 2] {
    let rows = CAPTION.min(area.height / 3);
    let place = Rect { height: area.height - rows, ..area };
    [place, Rect { y: place.bottom(), height: rows, ..area }]
}

/// Draws it in the middle of its place, and tells where. One that was made for another place waits until it is made anew.
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

fn why_none(model: &Model) -> &'static str {
    let image = model.lookup.shown();
    match (model.graphics, image) {
        (_, None) => "",
        (_, Some(image)) if image.draft => "A draft has no picture yet.",
        (Some(graphics), _) if !graphics.drawable => {
            "Pictures are off: by --picture or CFIMG_PICTURE, or as half-blocks need colours."
        }
        _ => "Loading the picture…",
    }
}

/// What the bytes tell, in two lines.
fn words(facts: &PictureFacts, width: usize) -> [String; 2] {
    let PictureFacts { width: across, height: down, mime, bytes, took, by, .. } = facts;
    let by = match by {
        None => String::new(),
        Some(Way::Original) => " · the original, by the API".to_owned(),
        Some(Way::SignedBy(key)) => format!(" · signed by {}", visible(key)),
    };
    let what = format!("{across}×{down} · {mime}");
    let how = format!("{} · {} ms{by}", account::bytes(*bytes), took.as_millis());
    [what, how].map(|line| cut_end(&line, width).into_owned())
}
