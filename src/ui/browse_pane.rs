//! Browse: a row per image, and the filter below them.

use std::fmt::Write as _;

use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::{Alignment, Margin, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;

use super::access_badge::access_badge;
use super::caches::Caches;
use super::gallery::{self, Grid};
use super::image_pane::view_line;
use super::preview_pane;
use super::theme::Theme;
use super::widgets::{
    cursor_bar, draw_lines, draw_row, hidden_rows_mark, pane_block, pane_title, to_u16, wrapped,
};
use crate::app::browse::Paging;
use crate::app::{Action, Model, Pane, Target, Viewport};
use crate::domain::account::group_thousands;
use crate::domain::fuzzy::highlights;
use crate::domain::sanitize::sanitize;
use crate::domain::time_format::{self, day};
use crate::domain::width::{columns, cut_middle};
use crate::domain::{Access, ImageSummary, Query};

/// The width from which on rows show the upload date.
const ROOM_FOR_DATE: usize = 44;

/// What can be typed into the filter, longest first.
const PROMPTS: [&str; 2] = ["name, ID, creator, signed: …", "name, ID, creator"];

pub(super) fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let focused = model.focus == Pane::Browse;
    let room = usize::from(area.width).saturating_sub(4);
    let mut signed = if is_filtered(model) { Line::default() } else { signed_count(model, theme) };
    if let Some(image) = model.lookup.shown().filter(|_| model.is_gallery()) {
        // There is no pane of the image to show it.
        signed.push_span(access_badge(image, theme, room / 3));
        signed.push_span(Span::raw(" "));
    }
    let mark = hidden_mark(model, caches, area.inner(Margin::new(1, 1)));
    let beside = to_u16(room.saturating_sub(signed.width() + columns(mark)));
    let mut title = title(model, beside) + mark;
    if model.is_gallery() {
        let room = (usize::from(beside) + columns(mark)).saturating_sub(columns(&title));
        title += &image_under_cursor(model, room);
    }
    let mut block = pane_block(model, theme, Pane::Browse);
    if columns(&title) + signed.width() + 3 <= room {
        block = block.title_top(signed.alignment(Alignment::Right));
    }
    block = block.title_top(pane_title(&title, focused, theme, area.width));
    let hint =
        if is_filtered(model) { filter_text(model, room) } else { keyed(model, &Action::Filter, "filter") };
    let border = Rect { y: area.bottom() - 1, height: 1, ..area };
    if !hint.is_empty() {
        let width = to_u16(columns(&hint) + 3).min(area.width);
        add_key(model, &Action::Filter, Rect { width, ..border }, caches);
        block = block.title_bottom(pane_title(&hint, false, theme, area.width));
    }
    let access = access_hint(model);
    // While typing it would be text.
    if !access.is_empty() && !model.browse.filter.typing && columns(&hint) + columns(&access) + 4 <= room {
        let width = to_u16(columns(&access) + 3);
        let x = area.right().saturating_sub(width);
        add_key(model, &Action::FilterAccess, Rect { x, width, ..border }, caches);
        let title = pane_title(&access, false, theme, area.width);
        block = block.title_bottom(Line::from(title).right_aligned());
    }
    let inside = block.inner(area);
    frame.render_widget(block, area);
    view_list(model, theme, caches, frame, inside);
}

/// The name of the image that is shown and its variant, which the gallery has no other place for.
fn image_under_cursor(model: &Model, room: usize) -> String {
    let room = room.saturating_sub(columns(" · "));
    let Some(image) = model.lookup.shown().filter(|_| room > 8) else { return String::new() };
    let name = preview_pane::title(model, image, room);
    let variant = model.lookup.variant().map(|variant| format!(" · variant {}", sanitize(&variant.name)));
    let variant = variant.filter(|variant| columns(&name) + columns(variant) <= room).unwrap_or_default();
    format!(" · {name}{variant}")
}

/// Whether there are images above and below those that are visible.
fn hidden_mark(model: &Model, caches: &Caches, area: Rect) -> &'static str {
    let (cursor, count, filter_rows) = (model.browse.cursor, model.browse.len(), filter_rows(model));
    if model.is_gallery() {
        let Grid { columns, rows, .. } = Grid::of(model, area, filter_rows);
        let count = count.div_ceil(columns);
        hidden_rows_mark(caches.gallery_scroll.top(cursor / columns, count, rows), count, rows)
    } else {
        let rows = usize::from(area.height.saturating_sub(filter_rows));
        hidden_rows_mark(caches.browse_scroll.top(cursor, count, rows), count, rows)
    }
}

/// What the list is, and how much of it is shown.
pub(super) fn title(model: &Model, width: u16) -> String {
    let count = count(model, usize::from(width).saturating_sub(columns("Images ") + 3));
    format!("Images {count}").trim_end().to_owned()
}

/// The list without a frame.
pub(super) fn view_inside(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    view_list(model, theme, caches, frame, area);
    if is_filtered(model) && area.height > 1 {
        // Without a frame there is no other place for it.
        let text = model.browse.filter.line.text();
        let taken = columns("/ ") + columns(&sanitize(text)) + 2;
        let words = filter_text(model, usize::from(area.width).saturating_sub(taken));
        let row = Rect { y: area.bottom() - 1, height: 1, ..area };
        if !text.is_empty() {
            frame.render_widget(Line::styled(words, theme.strong()).alignment(Alignment::Right), row);
        }
    }
}

/// What the key for the access filter does next.
fn access_hint(model: &Model) -> String {
    let what = match model.browse.filter.next_access() {
        Some(Access::Signed) => "signed only",
        Some(Access::Public) => "public only",
        Some(Access::Unknown) => "unknown only",
        None => "all",
    };
    keyed(model, &Action::FilterAccess, what)
}

/// A hint with its key. Empty if the action has none.
fn keyed(model: &Model, action: &Action, what: &str) -> String {
    model.keymap.shortcut_of(action).map(|key| format!("{key} {what}")).unwrap_or_default()
}

/// Lets a click press the key of the action.
fn add_key(model: &Model, action: &Action, area: Rect, caches: &mut Caches) {
    if let Some(shortcut) = model.keymap.shortcut_of(action) {
        caches.regions.add(area, Target::Shortcut(shortcut));
    }
}

fn is_filtered(model: &Model) -> bool {
    model.browse.filter.typing || model.browse.filter.is_on()
}

/// The rows below the list that show the filter.
fn filter_rows(model: &Model) -> u16 {
    u16::from(is_filtered(model))
}

/// How many of the loaded images need signed URLs, with their sign. Empty if none does.
fn signed_count(model: &Model, theme: Theme) -> Line<'static> {
    match model.browse.signed_count() {
        0 => Line::default(),
        count => Line::from(vec![
            Span::raw(" "),
            theme.access(Access::Signed),
            Span::styled(format!(" {} ", group_thousands(count as u64)), theme.title(false)),
        ]),
    }
}

fn view_list(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let filter = &model.browse.filter;
    let whole = area;
    let mut area = area;
    if is_filtered(model) && area.height > 1 {
        area.height -= 1;
        let row = Rect { y: area.bottom(), height: 1, ..area };
        add_key(model, &Action::Filter, row, caches);
        frame.render_widget(Span::styled(" /", theme.accent().add_modifier(Modifier::BOLD)), row);
        let line = Rect { x: row.x + 3, width: row.width.saturating_sub(4), ..row };
        let fits = |prompt: &&&str| columns(prompt) < usize::from(line.width);
        let prompt = PROMPTS.iter().find(fits).unwrap_or(&PROMPTS[PROMPTS.len() - 1]);
        view_line(&filter.line, prompt, model.is_filtering(), theme, frame, line);
    }
    let height = usize::from(area.height);
    let browse = &model.browse;
    caches.viewports.browse = Viewport { rows: browse.len(), height, beyond: 0 };
    if browse.is_empty() {
        let inside = area.inner(Margin::new(1, 0));
        draw_lines(frame, inside, wrapped(&why_empty(model), inside.width.into(), Style::new()));
        return;
    }
    if model.is_gallery() {
        let grid = Grid::of(model, whole, filter_rows(model));
        gallery::view(model, theme, caches, frame, area, grid);
        return;
    }
    let top = caches.browse_scroll.follow(browse.cursor, browse.len(), height);
    let zone = &model.time_zone();
    let focused = model.focus == Pane::Browse;
    let query = filter.is_on().then(|| Query::parse(filter.line.text(), zone));
    let list = List {
        query: if browse.is_fuzzy() { query.map(Query::fuzzy) } else { query },
        width: usize::from(area.width),
        zone,
        theme,
        focused,
    };
    for (y, row) in (area.top()..area.bottom()).zip(top..browse.len()) {
        let Some(image) = browse.row(row) else { continue };
        caches.regions.add(Rect { y, height: 1, ..area }, Target::Row(Pane::Browse, row));
        let is_selected = row == browse.cursor && (focused || model.is_cursor_shown());
        let style = if is_selected { theme.selected(focused) } else { Style::new() };
        let line = list.line(image, is_selected, browse.is_marked(row)).style(style);
        draw_row(frame, Rect { y, height: 1, ..area }, &line);
    }
}

/// What all rows share.
struct List<'a> {
    query: Option<Query>,
    /// The columns of a row.
    width: usize,
    zone: &'a TimeZone,
    theme: Theme,
    focused: bool,
}

impl List<'_> {
    /// A row: bar, mark, access, name, and the upload date if there is room. The filter's matches are highlighted.
    fn line(&self, image: &ImageSummary, is_selected: bool, is_marked: bool) -> Line<'static> {
        let Self { query, width, zone, theme, focused } = self;
        let date = match image.uploaded() {
            _ if *width < ROOM_FOR_DATE => String::new(),
            Some(at) => format!("  {} ", day(at, zone)),
            None => " ".repeat(13),
        };
        let room = width.saturating_sub(5 + date.len());
        let name = sanitize(image.name());
        let name = cut_middle(&name, room);
        let gap = " ".repeat(room.saturating_sub(columns(&name)));
        let mut spans = vec![
            Span::raw(cursor_bar(*theme, is_selected, *focused)),
            if is_marked { theme.mark() } else { Span::raw(" ") },
            theme.access(image.access()),
            Span::raw(" "),
        ];
        match query.as_ref().map(|query| highlights(query, &name)).filter(|matched| !matched.is_empty()) {
            Some(matched) => spans.extend(name.graphemes(true).enumerate().map(|(at, grapheme)| {
                let style = if matched.contains(&at) { theme.match_style() } else { Style::new() };
                Span::styled(grapheme.to_owned(), style)
            })),
            None => spans.push(Span::raw(name.into_owned())),
        }
        spans.push(Span::raw(format!("{gap}{date}")));
        Line::from(spans)
    }
}

/// A remark on the filter, in at most `room` columns: that it has an unreadable term, which is ignored; that only fuzzy
/// matches are shown; or that only a part of the list is searched.
fn filter_text(model: &Model, room: usize) -> String {
    let query = Query::parse(model.browse.filter.line.text(), &TimeZone::UTC);
    if let Some(word) = query.unread().first() {
        return format!("{} {}", cut_middle(&sanitize(&word.word), 20), word.problem());
    }
    if model.browse.is_fuzzy() {
        let candidates = ["no exact matches, only similar", "no exact matches", "similar"];
        let fits = |words: &&str| columns(words) <= room;
        return candidates.into_iter().find(fits).unwrap_or_default().to_owned();
    }
    if !model.browse.is_partial() {
        return String::new();
    }
    let part = part(model);
    let candidates =
        [format!("searched {part}: {}", remaining_text(model)), format!("searched {part}"), part];
    candidates.into_iter().find(|words| columns(words) <= room).unwrap_or_default()
}

/// How much of the list is loaded, if not all of it.
fn part(model: &Model) -> String {
    let loaded = group_thousands(model.browse.images().len() as u64);
    model.browse.total().map_or_else(
        || format!("the first {loaded}"),
        |total| format!("{loaded} of {}", group_thousands(total)),
    )
}

/// How to load the rest of the list.
fn remaining_text(model: &Model) -> String {
    let key = model.keymap.key_of(&Action::LoadAll);
    match model.browse.to_the_end || model.browse.is_loading_for_filter() {
        true => "loading the rest".to_owned(),
        false if model.is_filtering() => {
            format!("{}, then {key} loads the rest", model.keymap.key_of(&Action::ApplyFilter))
        }
        false => format!("{key} loads the rest"),
    }
}

/// The number of rows, and of images if that differs, in at most `room` columns if possible.
fn count(model: &Model, room: usize) -> String {
    let browse = &model.browse;
    let loaded = browse.images().len() as u64;
    let mut words = match browse.total() {
        _ if browse.filter.is_on() => matches_of_loaded(model, room),
        Some(total) if browse.paging != Paging::Complete && total > loaded => {
            format!("{} of {}", group_thousands(loaded), group_thousands(total))
        }
        _ if loaded == 0 && browse.paging != Paging::Complete => String::new(),
        _ => group_thousands(loaded),
    };
    if browse.is_from_earlier_run() {
        _ = write!(words, " · stored {}", time_format::ago(browse.listed_before, model.now));
    }
    words
}

/// The number of matches and of images: `12 matches · 1,100 of 5,000 loaded`, or a shorter form.
fn matches_of_loaded(model: &Model, room: usize) -> String {
    let browse = &model.browse;
    let loaded = browse.images().len() as u64;
    let matches = group_thousands(browse.len() as u64);
    if browse.is_fuzzy() {
        return format!("{matches} similar of {}", group_thousands(loaded));
    }
    let noun = if browse.len() == 1 { "match" } else { "matches" };
    let short = format!("{matches} of {}", group_thousands(loaded));
    if !browse.is_partial() {
        let long = format!("{matches} {noun} of {}", group_thousands(loaded));
        return if columns(&long) <= room { long } else { short };
    }
    let total = browse.total().filter(|total| *total > loaded);
    let of = total.map(|total| format!(" of {}", group_thousands(total))).unwrap_or_default();
    let long = format!("{matches} {noun} · {}{of} loaded", group_thousands(loaded));
    if columns(&long) <= room { long } else { short }
}

fn why_empty(model: &Model) -> String {
    let browse = &model.browse;
    let load = model.keymap.key_of(&Action::LoadAll);
    if browse.filter.is_on() && !browse.images().is_empty() {
        return if browse.is_partial() {
            format!("No matches in {} images: {}.", part(model), remaining_text(model))
        } else {
            format!("No matches. {} clears the filter.", model.keymap.key_of(&Action::Back))
        };
    }
    match browse.paging {
        // The problem is shown above.
        Paging::NotStarted if model.offline.is_some() => "The list isn't loaded.".to_owned(),
        Paging::NotStarted | Paging::Loading(_) => "Loading the list…".to_owned(),
        Paging::More => format!("No images yet. {load} loads the rest of the list."),
        Paging::Failed(_) => format!("Couldn't load the list. {}", model.retry_hint()),
        Paging::Complete => "This account has no images.".to_owned(),
    }
}
