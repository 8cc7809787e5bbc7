//! Which pane goes where, by the size of the terminal.

use ratatui::layout::{Constraint, Layout, Rect};

/// The smallest terminal that shows anything.
const MIN: (u16, u16) = (40, 10);

/// From this size on, all panes are shown at once.
const MEDIUM: (u16, u16) = (80, 16);

/// Where everything goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Screen {
    /// Everything above the last two lines.
    pub body: Rect,
    pub panes: Panes,
    pub last_lines: [Rect; 2],
}

/// The panes' places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Panes {
    /// All of them. The lower edge of Details is the upper one of Variants.
    All { image: Rect, details: Rect, variants: Rect },
    /// The focused one, under a line of tabs and what went wrong.
    One { tabs: Rect, trouble: Rect, pane: Rect },
}

/// Lays a terminal of this size out, for so many lines of trouble and so many variants; nothing where it is too small.
pub(super) fn screen(area: Rect, trouble: u16, variants: u16) -> Option<Screen> {
    if area.width < MIN.0 || area.height < MIN.1 {
        return None;
    }
    let [body, url, keys] =
        Layout::vertical([Constraint::Min(0), Constraint::Length(1), Constraint::Length(1)]).areas(area);
    let panes = if area.width < MEDIUM.0 || area.height < MEDIUM.1 {
        let [tabs, trouble, pane] = Layout::vertical([
            Constraint::Length(1),
            Constraint::Length(trouble.min(body.height - 2)),
            Constraint::Min(0),
        ])
        .areas(body);
        Panes::One { tabs, trouble, pane }
    } else {
        let image_height = 3 + trouble.min(body.height / 3);
        let [image, rest] =
            Layout::vertical([Constraint::Length(image_height), Constraint::Min(0)]).areas(body);
        // Variants takes what it needs and half at most, Details the rest.
        let variants_height = variants.saturating_add(2).clamp(5, (rest.height / 2).max(5));
        let [details, variants] =
            Layout::vertical([Constraint::Min(0), Constraint::Length(variants_height)]).areas(rest);
        Panes::All { image, details, variants }
    };
    Some(Screen { body, panes, last_lines: [url, keys] })
}
