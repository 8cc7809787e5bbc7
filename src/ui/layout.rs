//! Places the panes, depending on the size of the terminal.

use ratatui::layout::Rect;

/// The smallest terminal in which anything is shown.
const MIN: (u16, u16) = (40, 10);

/// From this size on, several panes are shown at once.
const MEDIUM: (u16, u16) = (80, 16);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Screen {
    /// Everything above the status bar.
    pub body: Rect,
    pub panes: Panes,
    pub status_bar: [Rect; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Panes {
    /// All panes, Browse and Preview if wanted. Details and Variants share an edge.
    All { image: Rect, browse: Option<Rect>, details: Rect, variants: Rect, preview: Option<Rect> },
    /// The Image pane, and Browse or Preview instead of the others.
    Focused { image: Rect, pane: Rect },
    /// The picture alone, above a caption.
    Whole { picture: Rect, caption: Rect },
    /// The focused pane, below tabs and the problem.
    One { tabs: Rect, problem: Rect, pane: Rect },
}

/// From this width on, Browse and Preview are shown beside the other panes.
const WIDE: u16 = 120;

/// The most columns for Browse.
const MAX_BROWSE: u16 = 64;

/// Columns for Details with its frame. An ID as Cloudflare generates them fits in.
const DETAILS: u16 = 50;

/// Rows for Variants with its frame, if there are enough.
const FEW: u16 = 5;

/// What the layout depends on besides the terminal's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wants {
    pub browse: PaneVisibility,
    pub preview: PaneVisibility,
    /// Whether the picture has the full screen.
    pub whole: bool,
    /// Rows that the problem needs.
    pub problem: u16,
    /// Rows that Details needs.
    pub details: u16,
    /// Rows that Variants needs.
    pub variants: u16,
}

/// Whether an optional pane is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PaneVisibility {
    Hidden,
    /// It is shown, and another pane has the focus.
    Beside,
    Focused,
}

impl PaneVisibility {
    /// Follows the user's wish. If there is none, it is shown if there is room.
    pub(super) fn decide(focused: bool, wanted: Option<bool>, room: bool) -> Self {
        match wanted.unwrap_or(room) {
            _ if focused => Self::Focused,
            true => Self::Beside,
            false => Self::Hidden,
        }
    }
}

/// Whether all panes fit beside one another.
pub(super) fn is_wide(area: Rect) -> bool {
    area.width >= WIDE && area.height >= MEDIUM.1
}

/// Whether there is room for only one pane.
pub(super) fn is_small(area: Rect) -> bool {
    area.width < MEDIUM.0 || area.height < MEDIUM.1
}

/// The layout for a terminal of this size. `None` if it is too small.
pub(super) fn screen(area: Rect, wants: Wants) -> Option<Screen> {
    let Wants { browse, preview, whole, problem, .. } = wants;
    if area.width < MIN.0 || area.height < MIN.1 {
        return None;
    }
    let (body, [url, keys]) = (above(area, 2), [row(area, 2), row(area, 1)]);
    let panes = if whole {
        let (picture, caption) = split(body, body.height - 1);
        Panes::Whole { picture, caption }
    } else if is_small(area) {
        let (tabs, rest) = split(body, 1);
        let (problem, pane) = split(rest, problem.min(body.height - 2));
        Panes::One { tabs, problem, pane }
    } else {
        let (image, rest) = split(body, 3 + problem.min(body.height / 3));
        if !is_wide(area) && (browse == PaneVisibility::Focused || preview == PaneVisibility::Focused) {
            let panes = Panes::Focused { image, pane: rest };
            return Some(Screen { body, panes, status_bar: [url, keys] });
        }
        let beside = |visibility| visibility != PaneVisibility::Hidden && is_wide(area);
        let (browse_width, preview_width) = match (beside(browse), beside(preview)) {
            (true, true) => side_widths(area.width),
            (true, false) => ((area.width * 3 / 8).min(MAX_BROWSE), 0),
            (false, true) => (0, area.width * 2 / 5),
            (false, false) => (0, 0),
        };
        let (browse, rest) = split_columns(rest, browse_width);
        let (middle, preview) = split_columns(rest, rest.width - preview_width);
        let (rest, preview) = (middle.unwrap_or(preview), (preview_width > 0).then_some(preview));
        let browse = browse.filter(|_| browse_width > 0);
        let (details, variants) = split(rest, rest.height - variants_height(rest.height, wants));
        Panes::All { image, browse, details, variants, preview }
    };
    Some(Screen { body, panes, status_bar: [url, keys] })
}

/// The widths of Browse and Preview if both are shown. If Details would be too narrow, Preview shrinks first, down to
/// the width of Browse.
fn side_widths(width: u16) -> (u16, u16) {
    let (browse, preview) = ((width * 3 / 10).min(MAX_BROWSE), width / 3);
    let most = width - DETAILS;
    let preview = preview.min(most.saturating_sub(browse).max(most / 2));
    (browse.min(most - preview), preview)
}

/// The height of Variants with its frame: what it needs, but at most half if Details needs the rest. No row is hidden
/// while the other pane has empty ones. It gets at least [`FEW`] rows if Details has rows to spare.
fn variants_height(height: u16, wants: Wants) -> u16 {
    let left = height.saturating_sub(wants.details.saturating_add(1));
    let needed = wants.variants.clamp(1, u16::MAX - 2) + 2;
    needed.min(left.max(height / 2).max(FEW)).max(left.min(FEW)).min(height)
}

/// Splits off the upper rows. ratatui's constraint solver would take a tenth of the first frame for this.
pub(super) fn split(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

/// Splits off the left columns, if any.
fn split_columns(area: Rect, columns: u16) -> (Option<Rect>, Rect) {
    let columns = columns.min(area.width);
    let rest = Rect { x: area.x + columns, width: area.width - columns, ..area };
    ((columns > 0).then_some(Rect { width: columns, ..area }), rest)
}

/// The area without its last rows.
fn above(area: Rect, rows: u16) -> Rect {
    Rect { height: area.height - rows, ..area }
}

/// A row of an area, counted from the end.
fn row(area: Rect, from_end: u16) -> Rect {
    Rect { y: area.bottom() - from_end, height: 1, ..area }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn side_panes_leave_room_for_an_id() {
        for (width, expected) in [
            (120, (35, 35)),
            (121, (36, 35)),
            (125, (37, 38)),
            (130, (39, 41)),
            (135, (40, 45)),
            (240, (64, 80)),
        ] {
            assert_eq!(side_widths(width), expected, "{width}");
        }
        for width in WIDE..=400 {
            let (browse, preview) = side_widths(width);
            assert!(width - browse - preview >= DETAILS, "{width}");
        }
    }

    #[test]
    fn details_and_variants_share_rows_fairly() {
        for height in 7..=40 {
            for (details, variants) in (0..=30).flat_map(|details| (0..=30).map(move |v| (details, v))) {
                let wants = Wants {
                    browse: PaneVisibility::Hidden,
                    preview: PaneVisibility::Hidden,
                    whole: false,
                    problem: 0,
                    details,
                    variants,
                };
                let variants_height = variants_height(height, wants);
                let [details_height, variants_height] = [height - variants_height - 1, variants_height - 2];
                let case =
                    format!("{height}: {details} in {details_height}, {variants} in {variants_height}");
                assert!(details_height >= details || variants_height <= variants.max(1), "{case}");
                assert!(variants_height >= variants || details_height <= details, "{case}");
                let both = details_height < details && variants_height < variants;
                assert!(!both || variants_height + 2 == FEW.max(height / 2), "each gets half: {case}");
            }
        }
    }
}
