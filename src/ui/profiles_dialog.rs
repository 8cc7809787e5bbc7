//! Draws the choice of a profile.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::caches::Caches;
use super::dialogs::{DIGITS, list};
use super::float::{float, float_columns};
use super::image_pane::view_line;
use super::layout::split;
use super::theme::Theme;
use super::widgets::{draw_lines, to_u16, wrapped};
use crate::app::profiles::{ProfileRow, Profiles, ProfilesDialog};
use crate::app::{Model, Viewport};
use crate::domain::sanitize::sanitize;
use crate::domain::width::{columns, cut_end, pad};

/// Before the profile in use.
const IN_USE: &str = "✓ ";

/// Between columns.
const GAP: usize = 2;

/// With fewer columns for the account, the source is left out.
const ACCOUNT: usize = 12;

pub(super) fn view(
    model: &Model,
    dialog: &ProfilesDialog,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> Viewport {
    let all = rows(&model.profiles.rows.iter().collect::<Vec<_>>(), &model.profiles, float_columns(area));
    let widest = all.iter().map(|row| columns(row)).max().unwrap_or(0);
    let search = usize::from(dialog.line.is_some()) * 2;
    // Always as large, so that it does not jump while the user types.
    let inside = float("Profiles", (widest + DIGITS, all.len() + search), theme, caches, frame, area);
    let (input, below) = split(inside, to_u16(search));
    if let Some(line) = &dialog.line {
        view_line(line, "Type to search", true, theme, frame, split(input, 1).0);
    }
    let matching = dialog.matching(&model.profiles);
    if matching.is_empty() {
        draw_lines(frame, below, wrapped("No profiles match.", below.width.into(), Style::new()));
    }
    let rows = rows(&matching, &model.profiles, float_columns(area));
    list(&rows, dialog.cursor, dialog.line.is_none(), theme, caches, frame, below)
}

/// Name, account and source in columns, of which the name matters most.
fn rows(shown: &[&ProfileRow], profiles: &Profiles, width: usize) -> Vec<String> {
    let widest = |text: fn(&ProfileRow) -> String| {
        profiles.rows.iter().map(|row| columns(&sanitize(&text(row)))).max().unwrap_or(0)
    };
    let room = width.saturating_sub(DIGITS + columns(IN_USE));
    let name_width = widest(|row| row.name.to_string()).min(room / 2);
    let source_width = widest(|row| row.source.clone());
    let beside_name = room.saturating_sub(name_width + GAP);
    let beside_source = beside_name.saturating_sub(GAP + source_width);
    let all_fit = beside_source >= ACCOUNT.min(widest(|row| row.account.clone()));
    let account_width =
        widest(|row| row.account.clone()).min(if all_fit { beside_source } else { beside_name });
    let cell = |text: &str, width: usize| pad(&cut_end(&sanitize(text), width), width);
    let gap = " ".repeat(GAP);
    let row = |row: &&ProfileRow| {
        let mark = if profiles.is_current(row) { IN_USE } else { "" };
        let mark = pad(mark, columns(IN_USE));
        let name = cell(&row.name.to_string(), name_width);
        let account = cell(&row.account, account_width);
        let source = if all_fit { format!("{gap}{}", sanitize(&row.source)) } else { String::new() };
        format!("{mark}{name}{gap}{account}{source}")
    };
    shown.iter().map(row).collect()
}
