//! Draws the screen: [`view`] reads the model and sends nothing.
//!
//! ```text
//!  ⌕ image ID or URL                    demo    image_pane     the input, problems, profile and server
//! ╭ Images 36 ─ ● 9 ─╮╭ cat.png ── ○ PUBLIC ╮   browse_pane    the list
//! │                  ││                     │   preview_pane   the picture
//! │                  │├ Variants ┬ Details ─┤   variants_pane
//! ╰ / filter ────────╯╰──────────┴──────────╯   details_pane
//!  https://imagedelivery.net/…                  url_line       the selected variant's URL
//!  ✓ Copied                                     message        what was done, or is awaited
//!  y copy  Y copy as …                          status_bar     the keys that are most useful now
//! ```
//!
//! `layout` places the panes. Small terminals show one pane at a time, below tabs; without credentials `welcome` says what
//! to set. `overlay` and the dialogs lie on top, in the frame of `float`, and `picture_cover` has the picture below sent
//! again when they are closed. `regions` records what the mouse can hit.

pub mod theme;

mod access_badge;
mod actions_dialog;
mod browse_pane;
mod caches;
mod details_pane;
mod dialogs;
mod emoji_fix;
mod encoded_picture;
mod float;
mod gallery;
mod image_pane;
mod kitty_placeholder;
mod layout;
mod message;
mod metadata;
mod overlay;
mod picture_cover;
mod preview_pane;
mod profiles_dialog;
mod qr_page;
mod regions;
mod save_dialog;
mod status_bar;
mod url_line;
mod variants_pane;
mod welcome;
mod widgets;

#[cfg(test)]
mod screens;

use ratatui::Frame;
use ratatui::layout::{Constraint, Margin, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use crate::app::{Model, Overlay, Pane, Target, Viewports};
use crate::domain::width::{columns, wrap};
pub use caches::{Caches, Drawn, DrawnThumb};
pub use encoded_picture::EncodedPicture;
use layout::{Panes, Whole};
pub use regions::Regions;
pub use theme::Theme;
use widgets::{draw_lines, to_u16};

/// The most columns of the text without credentials.
const WELCOME_COLUMNS: u16 = 72;

/// Draws the whole screen.
pub fn view(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame) {
    caches.placed.clear();
    caches.missing_thumbs.clear();
    caches.regions.clear();
    caches.viewports = Viewports::default();
    view_screen(model, theme, caches, frame);
    caches.cover.repaint_pictures(&caches.placed, frame.buffer_mut());
    caches.send_pixels(frame.buffer_mut());
    emoji_fix::clear_flags(&mut caches.flag_positions, frame.buffer_mut());
}

fn view_screen(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame) {
    let area = frame.area();
    let needs = layout::Needs {
        no_picture: !model.has(Pane::Preview) || !model.has_pictures(),
        whole: match () {
            () if model.is_full_screen() => Some(Whole::Picture),
            () if model.is_gallery() => Some(Whole::Gallery),
            () => None,
        },
        details: model.focus == Pane::Details,
        problem: problem_lines(model, area),
    };
    let Some(screen) = layout::screen(area, needs) else {
        let words = "cfimg needs at least 40×10 cells. Enlarge the window, or press Ctrl-C to quit.";
        frame.render_widget(Paragraph::new(words).wrap(Wrap { trim: true }), area);
        return;
    };
    if model.needs_credentials {
        view_welcome(model, theme, caches, frame, screen.body);
    } else if !model.overlay.as_ref().is_some_and(Overlay::covers_panes) {
        view_panes(model, theme, caches, frame, screen.panes);
    }
    url_line::view(model, theme, frame, screen.url);
    status_bar::view(model, theme, caches, frame, screen.hints);
    // A QR code needs every row but that of the keys.
    let above_hints = Rect { height: screen.hints.y.saturating_sub(area.y), ..area };
    let is_qr = matches!(model.overlay, Some(Overlay::Qr(_)));
    overlay::view(model, theme, caches, frame, if is_qr { above_hints } else { screen.body });
    // Tabs have no title for the name of the image.
    let name = match (screen.panes, model.lookup.shown()) {
        _ if model.needs_credentials || is_qr => String::new(),
        (Panes::One { .. }, _) if model.focus == Pane::Browse => browse_pane::title(model, screen.body.width),
        (Panes::One { .. }, Some(image)) => preview_pane::title(model, image, screen.body.width.into()),
        _ => String::new(),
    };
    message::view(model, theme, caches, frame, [screen.message, screen.body], name);
}

/// What to do without credentials, below the input.
fn view_welcome(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, body: Rect) {
    let (input, below) = layout::split(body, 1 + problem_lines(model, body).min(body.height / 3));
    caches.regions.add(input, Target::Pane(Pane::Image));
    image_pane::view(model, theme, frame, input);
    let width = below.width.saturating_sub(2).min(WELCOME_COLUMNS);
    let lines = welcome::lines(&model.keymap, theme, width.into(), below.height.into());
    let height = to_u16(lines.len()).min(below.height);
    let area = below.centered(Constraint::Length(width), Constraint::Length(height));
    draw_lines(frame, area, lines);
}

fn view_panes(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, panes: Panes) {
    match panes {
        Panes::FullScreen { picture, caption } => {
            caches.regions.add(picture, Target::Picture(0, 0));
            preview_pane::view_full_screen(model, theme, caches, frame, [picture, caption]);
        }
        Panes::Gallery { input, list } => {
            caches.regions.add(input, Target::Pane(Pane::Image));
            image_pane::view(model, theme, frame, input);
            caches.regions.add(list, Target::Pane(Pane::Browse));
            browse_pane::view(model, theme, caches, frame, list);
        }
        Panes::Grid(grid) => {
            caches.regions.add(grid.input, Target::Pane(Pane::Image));
            image_pane::view(model, theme, frame, grid.input);
            // The focused pane is drawn last, so that the borders that it shares are its own.
            let mut panes = [Pane::Browse, Pane::Preview, Pane::Variants, Pane::Details];
            panes.sort_by_key(|pane| *pane == model.focus);
            for pane in panes {
                let Some(area) = grid.area_of(pane) else { continue };
                caches.regions.add(area, Target::Pane(pane));
                match pane {
                    Pane::Image => {}
                    Pane::Browse => browse_pane::view(model, theme, caches, frame, area),
                    Pane::Preview => preview_pane::view(model, theme, caches, frame, area),
                    Pane::Variants => variants_pane::view(model, theme, caches, frame, area),
                    Pane::Details => details_pane::view(model, theme, caches, frame, area),
                }
            }
        }
        Panes::One { tabs, problem, pane } => {
            caches.viewports.single = true;
            view_tabs(model, theme, caches, frame, tabs);
            caches.regions.add(problem.union(pane), Target::Pane(model.focus));
            view_one(model, theme, caches, frame, [problem, pane]);
        }
    }
}

/// The focused pane without a frame, below the problem.
fn view_one(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, [problem, pane]: [Rect; 2]) {
    if model.focus != Pane::Image {
        // Without a frame there is no title to say it in.
        if model.problem().is_none() && model.lookup.stays_after_cancel() {
            draw_lines(frame, problem, [Line::styled(" previous image", theme.strong())]);
        }
        image_pane::view_problem(model, theme, frame, problem);
    }
    // A generated ID needs 40 columns with its label.
    let inside = pane.inner(Margin::new(u16::from(pane.width > 41), 0));
    match model.focus {
        Pane::Image => image_pane::view_alone(model, theme, frame, problem.union(pane)),
        Pane::Browse => browse_pane::view_inside(model, theme, caches, frame, pane),
        Pane::Variants if model.lookup.shown().is_none() => {
            details_pane::view_inside(model, theme, caches, frame, inside);
        }
        Pane::Details => details_pane::view_inside(model, theme, caches, frame, inside),
        Pane::Variants => variants_pane::view_inside(model, theme, caches, frame, pane),
        Pane::Preview => preview_pane::view_inside(model, caches, frame, pane),
    }
}

/// How many lines the problem takes at its width.
fn problem_lines(model: &Model, area: Rect) -> u16 {
    let width = usize::from(area.width).saturating_sub(image_pane::PROBLEM_INDENT + 1);
    match model.problem() {
        Some(problem) => to_u16(wrap(&problem, width).len()),
        None => u16::from(layout::is_small(area) && model.lookup.stays_after_cancel()),
    }
}

/// Draws the names of the panes, the focused one marked, and the image's access. Used if there is room for only one
/// pane.
fn view_tabs(model: &Model, theme: Theme, caches: &mut Caches, frame: &mut Frame, area: Rect) {
    let panes = || Pane::ALL.into_iter().filter(|pane| model.has(*pane));
    let width = |gap: usize| panes().map(|pane| columns(pane.title()) + gap).sum::<usize>();
    let room = usize::from(area.width);
    let is_spacious = width(3) + columns(" ● SIGNED ") <= room;
    let mut spans = Vec::new();
    let mut x = area.x;
    for pane in panes() {
        let style = if pane == model.focus { theme.selected(true) } else { Style::new() };
        let title = if is_spacious { format!(" {} ", pane.title()) } else { pane.title().to_owned() };
        let tab = to_u16(columns(&title));
        caches.regions.add(Rect { x, width: tab, ..area }, Target::Pane(pane));
        x += tab + 1;
        spans.push(Span::styled(title, style));
        spans.push(Span::raw(" "));
    }
    frame.render_widget(Line::from(spans), area);
    let mut rest = area;
    if let Some(image) = model.lookup.shown() {
        let taken = width(if is_spacious { 3 } else { 1 });
        let badge = access_badge::access_badge(image, theme, room.saturating_sub(taken));
        let badge_width = to_u16(badge.width()).min(area.width);
        rest.width -= badge_width;
        frame.render_widget(badge, Rect { x: rest.right(), width: badge_width, ..area });
    }
    image_pane::view_spinner(model, frame, rest);
}
