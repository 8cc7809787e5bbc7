//! Which pane goes where, by the size of the terminal.

use ratatui::layout::Rect;

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
    /// All of them, Browse where it is wanted. The lower edge of Details is the upper one of Variants.
    All { image: Rect, browse: Option<Rect>, details: Rect, variants: Rect },
    /// Image, and Browse in the place of the others.
    List { image: Rect, browse: Rect },
    /// The focused one, under a line of tabs and what went wrong.
    One { tabs: Rect, trouble: Rect, pane: Rect },
}

/// From this width on, Browse stands beside the others.
const WIDE: u16 = 120;

/// What Browse has to do with the layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Browse {
    /// It is not wanted.
    Hidden,
    /// It is wanted, and another pane has the focus.
    Beside,
    /// It has the focus.
    Focused,
}

/// Whether all panes have room beside one another.
pub(super) fn is_wide(area: Rect) -> bool {
    area.width >= WIDE && area.height >= MEDIUM.1
}

/// Lays a terminal of this size out, for so many lines of trouble and so many variants; nothing where it is too small.
pub(super) fn screen(area: Rect, trouble: u16, variants: u16, browse: Browse) -> Option<Screen> {
    if area.width < MIN.0 || area.height < MIN.1 {
        return None;
    }
    let (body, [url, keys]) = (above(area, 2), [row(area, 2), row(area, 1)]);
    let panes = if area.width < MEDIUM.0 || area.height < MEDIUM.1 {
        let (tabs, rest) = split(body, 1);
        let (trouble, pane) = split(rest, trouble.min(body.height - 2));
        Panes::One { tabs, trouble, pane }
    } else {
        let (image, rest) = split(body, 3 + trouble.min(body.height / 3));
        if browse == Browse::Focused && !is_wide(area) {
            let panes = Panes::List { image, browse: rest };
            return Some(Screen { body, panes, last_lines: [url, keys] });
        }
        let (browse, rest) = if browse == Browse::Hidden || !is_wide(area) {
            (None, rest)
        } else {
            let width = (area.width * 3 / 8).min(64);
            let beside = Rect { x: rest.x + width, width: rest.width - width, ..rest };
            (Some(Rect { width, ..rest }), beside)
        };
        // Variants takes what it needs and half at most, Details the rest.
        let variants = variants.saturating_add(2).clamp(5, (rest.height / 2).max(5));
        let (details, variants) = split(rest, rest.height - variants);
        Panes::All { image, browse, details, variants }
    };
    Some(Screen { body, panes, last_lines: [url, keys] })
}

/// The upper rows of an area, so many, and those below. ratatui's constraint solver would take a tenth of the first frame
/// for this.
fn split(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

/// An area without its last rows.
fn above(area: Rect, rows: u16) -> Rect {
    Rect { height: area.height - rows, ..area }
}

/// One row of an area, counted from its end.
fn row(area: Rect, from_end: u16) -> Rect {
    Rect { y: area.bottom() - from_end, height: 1, ..area }
}
