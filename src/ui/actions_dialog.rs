//! Draws the actions dialog: the line to search in, and the actions under their headings.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::caches::Caches;
use super::float::{draw_right, float};
use super::image_pane::view_line;
use super::layout::split;
use super::theme::Theme;
use super::widgets::{draw_lines, draw_row, hidden_rows_mark, wrapped};
use crate::app::actions::{ActionsDialog, Row, all_rows, highlights, matches};
use crate::app::{Keymap, Target, Viewport};
use crate::domain::width::{columns, cut_end, pad};

/// The columns and rows that it needs at most.
pub(super) const SIZE: (usize, usize) = (84, 38);

/// From this height on, inside the frame, there are empty lines around the list.
const ROOMY: u16 = 16;

/// The most columns of the keys.
const MAX_KEYS: usize = 14;

/// The columns of the keys where there is little room. Longer keys move their action to the right.
const FEW_KEYS: usize = 6;

/// The columns from which on there is enough room.
const WIDE: usize = 60;

/// The columns that the place in the list has in the lower border.
const PLACE: usize = 12;

/// The columns between a description and the name in the settings.
const NAME_GAP: usize = 3;

/// A line of the list.
#[derive(Clone, Copy)]
enum Item {
    Empty,
    Heading(&'static str),
    /// A row, by index, and its place among those that match.
    Row(usize, usize),
}

pub(super) fn view(
    dialog: &ActionsDialog,
    keymap: &Keymap,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    let matching = matches(keymap, dialog.line.text());
    let rows = all_rows(keymap);
    let items = items(&rows, &matching, dialog.line.text().trim().is_empty());
    let inside = float("Actions", SIZE, theme, caches, frame, area);
    let gap = u16::from(inside.height >= ROOMY);
    let (input, below) = split(inside, 1);
    let (_, list) = split(below, gap);
    let height = usize::from(list.height);

    let cursor = items.iter().position(|item| matches!(item, Item::Row(_, at) if *at == dialog.cursor));
    let cursor = cursor.unwrap_or(0);
    let top = caches.actions_scroll.follow(cursor, items.len(), height).min(top_of_group(&items, cursor));

    if !matching.is_empty() {
        let mark = hidden_rows_mark(top, items.len(), height);
        let place = format!(" {}/{}{mark} ", dialog.cursor + 1, matching.len());
        draw_right(&place, theme, frame, Rect { y: inside.bottom(), height: 1, ..inside });
    }
    let current = matching.get(dialog.cursor).map(|index| &rows[*index]);
    if let Some(row) = current
        && !name_fits(row, room(row, keymap, list.width.into()))
    {
        let name = format!(" {} ", row.names().join(" "));
        let border = Rect { y: inside.bottom(), height: 1, ..inside };
        frame.render_widget(
            Span::styled(cut_end(&name, usize::from(border.width).saturating_sub(PLACE)), theme.title(false)),
            border,
        );
    }
    view_line(&dialog.line, "Type to search", true, theme, frame, input);
    let width = usize::from(list.width);
    if matching.is_empty() {
        draw_lines(frame, list, wrapped("No actions match.", width, Style::new()));
    }
    for (y, item) in (list.top()..list.bottom()).zip(items.iter().skip(top)) {
        let area = Rect { y, height: 1, ..list };
        let line = match *item {
            Item::Empty => Line::default(),
            Item::Heading(title) => Line::styled(cut_end(title, width), theme.strong()),
            Item::Row(index, at) => {
                caches.regions.add(area, Target::OverlayRow(at));
                let is_available = dialog.available.get(index).is_none_or(|available| *available);
                let search = dialog.line.text();
                let line = row_line(&rows[index], keymap, is_available, search, width, theme);
                if at == dialog.cursor { line.style(theme.selected(true)) } else { line }
            }
        };
        draw_row(frame, area, &line);
    }
    Viewport { rows: matching.len(), height, beyond: 0 }
}

/// The lines of the list. A search orders rows by how well they match, so that headings would be wrong.
fn items(rows: &[Row], matching: &[usize], grouped: bool) -> Vec<Item> {
    let mut items = Vec::new();
    let mut last = None;
    for (at, index) in matching.iter().enumerate() {
        let group = rows[*index].group;
        if grouped && last != Some(group) {
            if last.is_some() {
                items.push(Item::Empty);
            }
            items.push(Item::Heading(group.title()));
            last = Some(group);
        }
        items.push(Item::Row(*index, at));
    }
    items
}

/// The line of the heading if the cursor is on the first row below it, otherwise the cursor's.
fn top_of_group(items: &[Item], cursor: usize) -> usize {
    let above = cursor.saturating_sub(1);
    if matches!(items.get(above), Some(Item::Heading(_))) { above } else { cursor }
}

fn row_line(
    row: &Row,
    keymap: &Keymap,
    is_available: bool,
    search: &str,
    width: usize,
    theme: Theme,
) -> Line<'static> {
    let [keys_style, plain] =
        if is_available { [theme.strong(), Style::new()] } else { [theme.placeholder(); 2] };
    let keys = keys_text(&row.keys(keymap), MAX_KEYS.min(width / 2));
    let room = room(row, keymap, width);
    let keys_width = width.saturating_sub(room + 4);
    let words = cut_end(&row.description, room).into_owned();
    let mut spans = vec![Span::raw(" "), Span::styled(pad(&keys, keys_width + 2), keys_style)];
    let mut marked = vec![false; row.description.len()];
    for range in highlights(&row.description, search) {
        marked[range].fill(true);
    }
    for (at, c) in words.char_indices() {
        let is_marked = marked.get(at) == Some(&true);
        let style = if is_marked { theme.match_style() } else { plain };
        match spans.last_mut().filter(|span| at > 0 && span.style == style) {
            Some(span) => span.content.to_mut().push(c),
            None => spans.push(Span::styled(c.to_string(), style)),
        }
    }
    if let Some(name) = row.names().first()
        && name_fits(row, room)
    {
        spans.push(Span::raw(" ".repeat(room - columns(&row.description) - columns(name))));
        spans.push(Span::styled(*name, theme.placeholder()));
    }
    Line::from(spans)
}

/// The columns beside the keys.
fn room(row: &Row, keymap: &Keymap, width: usize) -> usize {
    let keys = || columns(&keys_text(&row.keys(keymap), MAX_KEYS.min(width / 2)));
    let keys_width = if width < WIDE { keys().max(FEW_KEYS) } else { MAX_KEYS };
    width.saturating_sub(keys_width + 4)
}

/// Whether the name in the settings, if there is one, fits beside the description.
fn name_fits(row: &Row, room: usize) -> bool {
    let fits = |name: &&str| columns(&row.description) + NAME_GAP + columns(name) <= room;
    row.names().first().is_none_or(fits)
}

/// The names of as many keys as fit. Digits are written as the first and the last.
fn keys_text(keys: &[String], width: usize) -> String {
    if let [first, .., last] = keys
        && keys.iter().all(|key| key.parse::<u8>().is_ok())
    {
        return format!("{first}…{last}");
    }
    let mut texts = (0..=keys.len()).rev().map(|count| keys[..count].join(" "));
    let fits = |text: &String| columns(text) <= width && (!text.is_empty() || keys.is_empty());
    texts.find(fits).unwrap_or_else(|| cut_end(&keys.concat(), width).into_owned())
}
