//! The message line: the last notice until the next key, else progress. A message of two lines covers the URL too; a
//! longer one floats above the panes.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

use super::caches::Caches;
use super::float::float_at_bottom;
use super::theme::Theme;
use super::widgets::{draw_lines, to_u16};
use crate::app::delivery::Step;
use crate::app::{Action, Model, Notice};
use crate::domain::account::{group_thousands, image_count};
use crate::domain::sanitize::sanitize;
use crate::domain::width::{columns, cut_end, wrap, wrap_within};

/// The most columns of a message that floats.
const FLOAT_COLUMNS: usize = 72;

pub(super) fn view(
    model: &Model,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    [row, panes]: [Rect; 2],
    idle: String,
) {
    let left = requests_left(model);
    let width = usize::from(row.width);
    let room = width.saturating_sub(if left.is_empty() { 2 } else { columns(&left) + 4 });
    match message(model, theme, caches).or_else(|| tile_problem(model, theme, room)) {
        Some((sign, text)) if columns(&sign.content) + 1 + columns(&text) <= room => {
            frame.render_widget(Line::from(vec![Span::raw(" "), sign, Span::raw(format!(" {text}"))]), row);
        }
        Some((sign, text)) if panes.bottom() < row.y && wrap(&text, room.saturating_sub(2)).len() == 2 => {
            let both = Rect { y: row.y - 1, height: 2, ..row };
            frame.render_widget(Clear, both);
            draw_lines(frame, both, signed_lines(&sign, wrap(&text, room.saturating_sub(2)), " "));
        }
        Some((sign, text)) => view_long(&sign, &text, theme, caches, frame, panes),
        None => {
            let text = progress(model, room).unwrap_or(idle);
            frame.render_widget(Line::raw(format!(" {}", cut_end(&text, room))), row);
        }
    }
    if !left.is_empty() {
        let at = to_u16(columns(&left) + 1).min(row.width);
        let right = Rect { x: row.right() - at, width: at, ..row };
        frame.render_widget(Span::styled(left, theme.warning()), right);
    }
}

/// The sign and the text of the message.
fn message(model: &Model, theme: Theme, caches: &Caches) -> Option<(Span<'static>, String)> {
    match &model.notice {
        Some(Notice::Done(words)) => return Some((theme.done(), sanitize(words).into_owned())),
        Some(Notice::Warning(words)) => {
            return Some((Span::styled("!", theme.warning()), sanitize(words).into_owned()));
        }
        None => {}
    }
    // Nothing else shows a problem on the full screen.
    if !model.is_full_screen() || model.overlay.is_some() {
        return None;
    }
    let of_picture = model.preview.picture.failure().filter(|_| !caches.placed.is_empty());
    let words = model.problem().or(of_picture.map(ToString::to_string))?;
    Some((Span::styled("✗", theme.problem()), sanitize(&words).into_owned()))
}

/// Why the tile under the cursor has no picture, in at most two lines. Progress is more urgent.
fn tile_problem(model: &Model, theme: Theme, room: usize) -> Option<(Span<'static>, String)> {
    if model.overlay.is_some() || progress(model, room).is_some() {
        return None;
    }
    let [long, short] = model.tile_problem()?.map(|text| sanitize(&text).into_owned());
    let width = room.saturating_sub(2);
    let text = if wrap(&long, width).len() <= 2 { long } else { wrap_within(&short, width, 2).join(" ") };
    Some((Span::styled("✗", theme.problem()), text))
}

fn view_long(
    sign: &Span<'static>,
    text: &str,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    panes: Rect,
) {
    let width = FLOAT_COLUMNS.min(usize::from(panes.width).saturating_sub(6));
    let most = usize::from(panes.height).saturating_sub(2);
    let lines = signed_lines(sign, wrap_within(text, width.saturating_sub(2), most), "");
    let inside = float_at_bottom((width, lines.len()), theme, caches, frame, panes);
    draw_lines(frame, inside, lines);
}

/// The lines after their sign, all of them indented.
fn signed_lines(sign: &Span<'static>, lines: Vec<String>, indent: &'static str) -> Vec<Line<'static>> {
    let lines = lines.into_iter().enumerate().map(|(at, line)| {
        let sign = if at == 0 { sign.clone() } else { Span::raw(" ") };
        Line::from(vec![Span::raw(indent), sign, Span::raw(format!(" {line}"))])
    });
    lines.collect()
}

/// What is in progress. How to stop it is left out if it does not fit.
fn progress(model: &Model, room: usize) -> Option<String> {
    if let Some(job) = model.delivery.jobs.first() {
        let text = match job.step {
            Step::Probe(_) => "Reading picture sizes…",
            Step::Sign { .. } => "Fetching the signing keys…",
            Step::Verify { .. } => "Waiting for the delivery host…",
        };
        return Some(text.to_owned());
    }
    if let Some((done, count)) = model.save.job.as_ref().and_then(|job| job.progress()) {
        let (done, count) = (group_thousands(done as u64), image_count(count));
        return Some(format!("Saving: {done} of {count}. {} cancels.", model.keymap.key_of(&Action::Back)));
    }
    if let Some(job) = &model.command.job {
        let (name, back) = (sanitize(&job.name), model.keymap.key_of(&Action::Back));
        return Some(format!("Preparing {name}… {back} cancels."));
    }
    if model.lookup.opens_json {
        return Some("Fetching the JSON…".to_owned());
    }
    let browse = &model.browse;
    if let Some(wait) = &browse.wait {
        return Some(format!("Loading the list: {}.", wait.describe(model.now)));
    }
    if browse.to_the_end || browse.is_loading_for_filter() {
        return Some(list_progress(model, room));
    }
    match model.marked_to_act_on() {
        0 => None,
        count => {
            let text = marked(model, count);
            let unmark = model.keymap.shortcut_of(&Action::UnmarkAll);
            let hint = unmark.map(|key| format!(", {key} unmarks all")).unwrap_or_default();
            Some(if columns(&text) + columns(&hint) <= room { text + &hint } else { text })
        }
    }
}

/// The number of marked images, and the keys that act on them.
fn marked(model: &Model, count: usize) -> String {
    let actions = [Action::COPY, Action::CopyAs, Action::OPEN, Action::Save];
    let keys = actions.iter().filter_map(|action| model.keymap.shortcut_of(action));
    let keys: Vec<String> = keys.map(|key| key.to_string()).collect();
    let count = group_thousands(count as u64);
    match keys.len() {
        0 => format!("{count} marked"),
        1 => format!("{count} marked: {} applies to them", keys[0]),
        _ => format!("{count} marked: {} apply to them", keys.join(" ")),
    }
}

/// How much of the list is loaded, with a gauge and how to stop if they fit.
fn list_progress(model: &Model, room: usize) -> String {
    let loaded = model.browse.listed_count() as u64;
    let count = group_thousands(loaded);
    let what = if model.browse.filter.marks_when_loaded {
        "Loading to mark all matches"
    } else {
        "Loading the list"
    };
    let stop = format!("{} stops.", model.keymap.key_of(&Action::Back));
    let Some(total) = model.browse.total().filter(|total| *total > 0) else {
        return format!("{what}: {count}. {stop}");
    };
    let (bar, percent) = (gauge(loaded, total), (loaded * 100 / total).min(100));
    let text = format!("{what}: {count} of {}", group_thousands(total));
    let candidates = [
        format!("{text} {bar} {percent} %. {stop}"),
        format!("{text} {bar} {percent} %"),
        format!("{text}."),
    ];
    let fits = candidates.iter().position(|text| columns(text) <= room).unwrap_or(2);
    candidates[fits].clone()
}

/// The loaded part as a bar of ten steps.
fn gauge(loaded: u64, total: u64) -> String {
    let full = usize::try_from((loaded * 10 / total).min(10)).unwrap_or(10);
    format!("{}{}", "▰".repeat(full), "▱".repeat(10 - full))
}

/// The remaining quota, if it is low.
fn requests_left(model: &Model) -> String {
    match model.budget {
        Some(budget) if model.is_budget_low() => {
            format!("{} requests left", group_thousands(budget.left.into()))
        }
        _ => String::new(),
    }
}
