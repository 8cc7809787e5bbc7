//! Draws the screen: [`view`] reads the model and sends nothing.
//!
//! ```text
//! ╭ Image ───────────────────────────────╮   image_pane    the input, and problems
//! ╰──────────────────────────────────────╯
//! ╭ Browse ─ 36 ─╮╭ Details ──╮╭ Preview ╮   browse_pane   the list
//! │              ││           ││         │   details_pane  the image's details
//! │              │├ Variants ─┤│         │   variants_pane
//! ╰ / filter ────╯╰───────────╯╰─────────╯   preview_pane  the picture
//!  https://imagedelivery.net/…               status_bar    the URL; available keys, and progress
//!  o open  y copy …            1,187 of 1,200 req
//! ```
//!
//! Below 120 columns Browse and Preview replace the other panes when they have the focus. Small terminals show one pane
//! at a time. `notice` covers the last rows until the next key. `overlay` draws the boxes on top: the help, the JSON, a
//! full URL. `dialogs` draws those in which something is chosen or typed.

pub mod theme;

mod actions_dialog;
mod browse_pane;
mod caches;
mod details_pane;
mod dialogs;
mod emoji_fix;
mod image_pane;
mod layout;
mod metadata;
mod notice;
mod overlay;
mod preview_pane;
mod status_bar;
mod variants_pane;
mod widgets;

#[cfg(test)]
mod screens;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::app::{Model, Notice, Pane, Viewports};
pub use caches::{Caches, Drawn};
use layout::Panes;
pub use theme::Theme;
use widgets::draw_lines;

/// Draws the whole screen.
pub fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame) {
    caches.placed = None;
    view_panes(model, theme, caches, frame);
    caches.notice.repaint_picture(caches.placed, frame.buffer_mut());
    emoji_fix::clear_flags(&mut caches.flag_positions, frame.buffer_mut());
}

fn view_panes(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame) {
    let area = frame.area();
    caches.viewports = Viewports { wide: layout::is_wide(area), ..Viewports::default() };
    // The model learns the new width only after this frame.
    let mut wants = layout::Wants {
        browse: layout::PaneVisibility::decide(
            model.focus == Pane::Browse,
            model.browse.wanted,
            caches.viewports.wide,
        ),
        preview: layout::PaneVisibility::decide(
            model.focus == Pane::Preview,
            model.preview.wanted,
            caches.viewports.wide,
        ),
        whole: model.is_full_screen(),
        problem: problem_lines(model, area),
        details: 0,
        variants: 0,
    };
    // How many rows both panes need depends on their width, which does not depend on their heights.
    if let Some(Panes::All { details, .. }) = layout::screen(area, wants).map(|screen| screen.panes) {
        let width = usize::from(details.width.saturating_sub(4));
        wants.details = rows(details_pane::rows(model, theme, caches, width));
        wants.variants = rows(variants_pane::rows_wanted(model, width));
    }
    let Some(screen) = layout::screen(area, wants) else {
        let words = "cfimg needs 40×10 cells: make the window larger, or quit with Ctrl-C";
        frame.render_widget(Paragraph::new(words).wrap(ratatui::widgets::Wrap { trim: true }), area);
        return;
    };
    status_bar::view(model, theme, frame, screen.status_bar);
    view_body(model, theme, caches, frame, screen);
    if let Some((words, style)) = covering_text(model, theme, caches, screen.status_bar[1]) {
        caches.notice.view(&words, style, caches.placed, frame, screen.body);
    }
}

fn view_body(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, screen: layout::Screen) {
    match screen.panes {
        _ if model.overlay.is_some() => overlay::view(model, theme, caches, frame, screen.body),
        Panes::Whole { picture, caption } => {
            preview_pane::view_whole(model, theme, caches, frame, [picture, caption]);
        }
        Panes::Focused { image, pane } => {
            image_pane::view(model, theme, frame, image);
            if model.focus == Pane::Preview {
                preview_pane::view(model, theme, caches, frame, pane);
            } else {
                browse_pane::view(model, theme, caches, frame, pane);
            }
        }
        Panes::All { image, browse, details, variants, preview } => {
            image_pane::view(model, theme, frame, image);
            if let Some(browse) = browse {
                browse_pane::view(model, theme, caches, frame, browse);
            }
            details_pane::view(model, theme, caches, frame, details);
            variants_pane::view(model, theme, caches, frame, variants);
            join_borders(model, theme, frame, variants);
            if let Some(preview) = preview {
                preview_pane::view(model, theme, caches, frame, preview);
            }
        }
        Panes::One { tabs, problem, pane } => {
            view_tabs(model, theme, frame, tabs);
            if model.focus != Pane::Image {
                // Without a frame there is no title to say it in.
                if model.problem().is_none() && model.lookup.stays_after_cancel() {
                    draw_lines(frame, problem, [Line::styled("still the image before", theme.strong())]);
                }
                image_pane::view_problem(model, theme, frame, problem);
            }
            match model.focus {
                Pane::Image => image_pane::view_alone(model, theme, frame, problem.union(pane)),
                Pane::Browse => browse_pane::view_inside(model, theme, caches, frame, pane),
                Pane::Variants if model.lookup.shown().is_none() => {
                    details_pane::view_inside(model, theme, caches, frame, pane);
                }
                Pane::Details => details_pane::view_inside(model, theme, caches, frame, pane),
                Pane::Variants => variants_pane::view_inside(model, theme, caches, frame, pane),
                Pane::Preview => preview_pane::view_inside(model, caches, frame, pane),
            }
        }
    }
}

/// The text over the last rows, until the next key: a warning, or what was done if the status bar has no room for it.
/// It moves no pane, so that the picture need not be resized. On the full screen it also shows problems, as nothing
/// else does.
fn covering_text(model: &Model, theme: Theme, caches: &Caches, keys: Rect) -> Option<(String, Style)> {
    match &model.notice {
        Some(Notice::Warning(words)) => return Some((words.clone(), theme.strong())),
        Some(Notice::Done(words)) if !status_bar::fits(words, keys) => {
            return Some((format!("{} {words}", theme.done().content), theme.strong()));
        }
        _ => {}
    }
    if !model.is_full_screen() || model.overlay.is_some() {
        return None;
    }
    let of_picture = model.preview.picture.failure().filter(|_| caches.placed.is_some());
    let words = model.problem().or(of_picture.map(ToString::to_string))?;
    Some((words, theme.problem()))
}

/// How many lines the problem takes at its width.
fn problem_lines(model: &Model, area: Rect) -> u16 {
    let width = usize::from(area.width.saturating_sub(4));
    match model.problem() {
        Some(problem) => rows(crate::domain::width::wrap(&problem, width).len()),
        None => u16::from(layout::is_small(area) && model.lookup.stays_after_cancel()),
    }
}

fn rows(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// Draws the names of the panes, the focused one marked. Used if there is room for only one pane.
fn view_tabs(model: &Model, theme: Theme, frame: &mut Frame, area: Rect) {
    let panes = || Pane::ALL.into_iter().filter(|pane| model.has(*pane));
    let is_spacious = panes().map(|pane| pane.title().len() + 3).sum::<usize>() <= usize::from(area.width);
    let mut spans = Vec::new();
    for pane in panes() {
        let style = if pane == model.focus { theme.selected(true) } else { Style::new() };
        let title = if is_spacious { format!(" {} ", pane.title()) } else { pane.title().to_owned() };
        spans.push(Span::styled(title, style));
        spans.push(Span::raw(" "));
    }
    frame.render_widget(Line::from(spans), area);
    image_pane::view_spinner(model, frame, area);
}

/// Joins the upper edge of Variants with the lower edge of Details, in the style of the focused pane.
fn join_borders(model: &Model, theme: Theme, frame: &mut Frame, variants: Rect) {
    let [left, right, line] = match model.focus {
        Pane::Variants => ["┢", "┪", "━"],
        Pane::Details => ["┡", "┩", "━"],
        Pane::Image | Pane::Browse | Pane::Preview => ["├", "┤", "─"],
    };
    let style = Style::reset().patch(theme.border(matches!(model.focus, Pane::Details | Pane::Variants)));
    let last = variants.right().saturating_sub(1);
    for x in variants.left()..=last {
        let Some(cell) = frame.buffer_mut().cell_mut((x, variants.top())) else { continue };
        let symbol = match cell.symbol() {
            _ if x == variants.left() => left,
            _ if x == last => right,
            "─" | "━" => line,
            _ => continue,
        };
        cell.set_symbol(symbol).set_style(style);
    }
}
