//! Details: what the API says of the image, the line on access foremost.

use std::iter;

use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::{Alignment, Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Borders;

use super::theme::Theme;
use super::{Caches, metadata};
use crate::app::keys::key_of;
use crate::app::lookup::nothing_shown;
use crate::app::{Action, Extent, Model, Pane};
use crate::domain::safe_text::visible;
use crate::domain::width::{columns, cut_end, first_chars, wrap};
use crate::domain::{Access, Image, when};

/// Columns of the names of the values.
const NAMES: usize = 10;

/// Lines that a foreign text takes at most: one that fills the pane would hide what people come for. The JSON has it whole.
const TEXT_LINES: usize = 3;

/// Characters that are looked at of a foreign text: more than those lines hold on any screen.
const TEXT_CHARS: usize = 4_000;

/// The lines last laid out. Metadata may be long, and keys come fast.
#[derive(Debug, Default)]
pub(super) struct Cache {
    made_of: Option<(Image, MadeOf)>,
    lines: Vec<Line<'static>>,
}

/// Everything that the lines depend on, but for the image itself.
#[derive(Debug, PartialEq)]
struct MadeOf {
    width: usize,
    theme: Theme,
    public_variants: Vec<String>,
    ago: String,
    /// How old it is, where the list told of it and no frame says so.
    listed: Option<String>,
    zone: Option<TimeZone>,
}

pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    // In the frame, so that nothing moves when the API has told.
    let listed = listed(model);
    let still = model.lookup.shows_the_one_before().then_some("still the image before");
    let more = still.or(listed.as_deref()).unwrap_or_default();
    let open_below = Borders::TOP | Borders::LEFT | Borders::RIGHT;
    let mut block = super::framed(model, theme, Pane::Details, more).borders(open_below);
    let inside = block.inner(area).inner(Margin::new(1, 0));
    show(model, theme, caches, frame, inside, true);
    let Extent { rows, height, .. } = caches.reach.details;
    if rows > height {
        let top = model.details.top.min(rows - height);
        let place = format!(" {}–{} of {rows} ", top + 1, top + height);
        // Whose details these are matters more.
        let taken = columns("╭ Details ── ") + columns(more) + columns(" ╮");
        if taken + columns(&place) <= usize::from(area.width) {
            block = block.title(Line::styled(place, theme.title(false)).alignment(Alignment::Right));
        }
    }
    frame.render_widget(block, area);
}

/// The values without a frame.
pub(super) fn view_inside(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    show(model, theme, caches, frame, area, false);
}

/// How many rows there are to show in so many columns in a frame.
pub(super) fn rows(model: &Model, theme: Theme, caches: &mut Caches, width: usize) -> usize {
    let Some(image) = model.lookup.shown() else {
        return welcome(model).into_iter().map(|text| wrap(&text, width).len()).sum();
    };
    lay_out(model, image, theme, &mut caches.details, width, true);
    caches.details.lines.len()
}

fn show(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect, framed: bool) {
    let width = usize::from(area.width);
    let Some(image) = model.lookup.shown() else {
        let lines = welcome(model).into_iter().flat_map(|text| wrap(&text, width));
        super::show(frame, area, lines.map(Line::raw));
        return;
    };
    lay_out(model, image, theme, &mut caches.details, width, framed);
    let lines = &caches.details.lines;
    let height = usize::from(area.height);
    caches.reach.details = Extent { rows: lines.len(), height, beyond: 0 };
    let top = model.details.top.min(lines.len().saturating_sub(height));
    super::show(frame, area, lines.iter().skip(top));
}

/// Lays the values out, unless that was done already.
fn lay_out(model: &Model, image: &Image, theme: Theme, cache: &mut Cache, width: usize, framed: bool) {
    let made_of = MadeOf {
        width,
        theme,
        public_variants: image.always_public(model.lookup.options()).map(|v| v.name.clone()).collect(),
        listed: listed(model).filter(|_| !framed),
        zone: model.zone.clone(),
        ago: image.uploaded.map(|at| when::ago(at, model.now)).unwrap_or_default(),
    };
    // Images are told apart whole: one that the list told of has no words of the API's own.
    if !cache.made_of.as_ref().is_some_and(|(shown, of)| shown == image && *of == made_of) {
        cache.lines = lines(model, image, &made_of);
        cache.made_of = Some((image.clone(), made_of));
    }
}

/// How old what is shown is, where the list told of it.
fn listed(model: &Model) -> Option<String> {
    model.lookup.listed_at.map(|at| format!("as the list told {}", when::ago(at, model.now)))
}

/// What is said where no image is shown.
pub(super) fn welcome(model: &Model) -> Vec<String> {
    if model.lookup.image.awaited().is_some() {
        return vec!["Looking it up…".to_owned()];
    }
    if model.focus != Pane::Image {
        return vec![nothing_shown()];
    }
    let mut words = vec![
        format!("Type or paste an image ID above, then press {}.", key_of(&Action::LookUp)),
        "A delivery URL, an API URL, or Markdown or HTML with one will do as well.".to_owned(),
    ];
    if model.input.has_earlier() {
        words.push(format!("{} recalls earlier lookups.", key_of(&Action::Earlier)));
    }
    words
}

fn lines(model: &Model, image: &Image, made_of: &MadeOf) -> Vec<Line<'static>> {
    let theme = made_of.theme;
    let mut rows = Rows { width: made_of.width, lines: Vec::new() };
    let room = TEXT_LINES * made_of.width.saturating_sub(NAMES);
    let foreign = |text: &str| cut_end(&visible(&first_chars(text, TEXT_CHARS)), room).into_owned();
    let plain = Style::new();
    let unreadable = format!("not readable: see {}", key_of(&Action::ShowJson));
    let missing = |field, nothing| if image.says(field) { &*unreadable } else { nothing };
    match image.filename.as_deref().map(foreign) {
        Some(name) => rows.push("Filename", &name, plain),
        None => rows.push("Filename", missing("filename", "none"), theme.placeholder()),
    }
    if image.draft {
        rows.push("Draft", "its bytes were not uploaded yet", theme.strong());
    }
    rows.push_whole("ID", &foreign(image.id.as_str()));
    match image.creator.as_deref().map(foreign) {
        Some(creator) => rows.push("Creator", &creator, plain),
        None => rows.push("Creator", missing("creator", "none"), theme.placeholder()),
    }
    match image.uploaded {
        Some(at) => {
            let at = when::local(at, model.zone.as_ref().unwrap_or(&TimeZone::UTC));
            let whole = format!("{at}, {}", made_of.ago);
            if NAMES + columns(&whole) <= made_of.width {
                rows.push("Uploaded", &whole, plain);
            } else {
                rows.push("Uploaded", &at, plain);
                rows.push("", &made_of.ago, plain);
            }
        }
        None => rows.push("Uploaded", missing("uploaded", "not told"), theme.placeholder()),
    }
    if image.draft {
        rows.push("Access", "none: nothing of a draft is delivered", theme.strong());
    } else {
        rows.push_spans(
            "Access",
            [theme.access(image.access), Span::raw(" "), Span::styled(image.access.label(), theme.strong())],
        );
    }
    match (model.lookup.listed_at, image.why_unknown()) {
        // Of what it could not read the list keeps no words.
        (None, Some(why)) if !image.draft => rows.push("", &why, plain),
        _ if image.draft => {}
        _ if image.access == Access::Signed && !made_of.public_variants.is_empty() => {
            let names: Vec<_> = made_of.public_variants.iter().map(|name| foreign(name)).collect();
            rows.push("", &format!("always public: {}", names.join(", ")), plain);
        }
        _ => {}
    }
    if let Some(words) = &made_of.listed {
        rows.push("", words, plain);
    }
    for (at, message) in image.messages.iter().enumerate() {
        // Not cut: it is short already, and half a link leads nowhere.
        rows.push(if at == 0 { "Notes" } else { "" }, &message.note(), plain);
    }
    match &image.meta {
        Some(meta) => metadata::lines(meta, made_of.width, NAMES, &mut rows.lines),
        None => rows.push("Metadata", "none", theme.placeholder()),
    }
    rows.lines
}

/// Names at the left, and values in a column of their own.
struct Rows {
    width: usize,
    lines: Vec<Line<'static>>,
}

impl Rows {
    /// A value in as many lines as it takes.
    fn push(&mut self, name: &str, value: &str, style: Style) {
        for (at, text) in wrap(value, self.width.saturating_sub(NAMES)).into_iter().enumerate() {
            self.push_spans(if at == 0 { name } else { "" }, [Span::styled(text, style)]);
        }
    }

    /// A value whole in one line where that is possible, for the terminal's mouse to take: next to its name where the column
    /// is too narrow.
    fn push_whole(&mut self, name: &str, value: &str) {
        let beside = format!("{name}  {value}");
        if NAMES + columns(value) > self.width && columns(&beside) <= self.width {
            self.lines.push(Line::raw(beside));
        } else {
            self.push(name, value, Style::new());
        }
    }

    fn push_spans(&mut self, name: &str, value: impl IntoIterator<Item = Span<'static>>) {
        let name = Span::raw(format!("{name:NAMES$}"));
        self.lines.push(iter::once(name).chain(value).collect());
    }
}
