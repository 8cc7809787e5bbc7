//! Places the panes, depending on the size of the terminal.

use ratatui::layout::Rect;

use crate::app::Pane;

/// The smallest terminal in which anything is shown.
const MIN: (u16, u16) = (40, 10);

/// From this size on, several panes are shown at once.
const MEDIUM: (u16, u16) = (80, 16);

/// A terminal this wide may be lower, as the picture is beside Variants and Details.
const WIDE: (u16, u16) = (160, 13);

/// Columns of the list with its frame.
const LIST: (u16, u16) = (32, 48);

/// Rows of Variants and Details below the picture, with their frame.
const TEXTS: (u16, u16) = (5, 10);

/// From this many columns on, Variants and Details are beside one another.
const TWO_COLUMNS: u16 = 68;

/// Columns of Details in which a generated ID fits beside its label.
const WIDE_DETAILS: u16 = 50;

/// From this many rows on, Variants and Details are below one another.
const TWO_ROWS: u16 = 9;

/// With fewer rows, the picture is beside Variants and Details if there are enough columns.
const LOW: u16 = 18;

/// The fewest columns beside the list for the picture beside Variants and Details.
const BESIDE: u16 = 90;

/// Rows of a picture pane without a picture: its border, its caption, and the border that it shares.
const HIDDEN_PICTURE: u16 = 3;

/// Rows of the URL, the message and the hints.
const STATUS: u16 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Screen {
    /// Everything above the URL.
    pub body: Rect,
    pub panes: Panes,
    pub url: Rect,
    pub message: Rect,
    pub hints: Rect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Panes {
    /// The list, and the image beside it.
    Grid(Grid),
    /// The list as a gallery.
    Gallery { input: Rect, list: Rect },
    /// The picture alone, above a caption.
    FullScreen { picture: Rect, caption: Rect },
    /// The focused pane, below tabs and the problem.
    One { tabs: Rect, problem: Rect, pane: Rect },
}

/// Panes that touch share a border.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    /// The input, and the problem below it.
    pub input: Rect,
    pub list: Rect,
    pub picture: Rect,
    /// `None` if Details has its place.
    pub variants: Option<Rect>,
    /// `None` if Variants has its place.
    pub details: Option<Rect>,
}

impl Grid {
    /// Where a pane is. `None` if another one has its place.
    pub(super) fn area_of(&self, pane: Pane) -> Option<Rect> {
        match pane {
            Pane::Image => Some(self.input),
            Pane::Browse => Some(self.list),
            Pane::Preview => Some(self.picture),
            Pane::Variants => self.variants,
            Pane::Details => self.details,
        }
    }
}

/// What has the whole screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    Picture,
    Gallery,
}

/// What the layout depends on besides the terminal's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Needs {
    /// Whether the picture is hidden.
    pub no_picture: bool,
    /// `None` if the panes share the screen.
    pub whole: Option<Whole>,
    /// Whether Details is shown if there is no room for Variants too.
    pub details: bool,
    /// Rows that the problem needs.
    pub problem: u16,
}

/// Whether there is room for only one pane.
pub(super) fn is_small(area: Rect) -> bool {
    let fits = |least: (u16, u16)| area.width >= least.0 && area.height >= least.1;
    !fits(MEDIUM) && !fits(WIDE)
}

/// The layout for a terminal of this size. `None` if it is too small.
pub(super) fn screen(area: Rect, needs: Needs) -> Option<Screen> {
    if area.width < MIN.0 || area.height < MIN.1 {
        return None;
    }
    let (body, status) = split(area, area.height - STATUS);
    let panes = if needs.whole == Some(Whole::Picture) {
        let (picture, caption) = split(body, body.height - 1);
        Panes::FullScreen { picture, caption }
    } else if is_small(area) {
        let (tabs, rest) = split(body, 1);
        let (problem, pane) = split(rest, needs.problem.min(body.height - 2));
        Panes::One { tabs, problem, pane }
    } else if needs.whole == Some(Whole::Gallery) {
        let (input, list) = split(body, input_rows(body, needs));
        Panes::Gallery { input, list }
    } else {
        Panes::Grid(grid(body, needs))
    };
    let row = |y| Rect { y: status.y + y, height: 1, ..status };
    Some(Screen { body, panes, url: row(0), message: row(1), hints: row(2) })
}

/// Rows of the input and the problem.
fn input_rows(body: Rect, needs: Needs) -> u16 {
    1 + needs.problem.min(body.height / 3)
}

fn grid(body: Rect, needs: Needs) -> Grid {
    let (input, rest) = split(body, input_rows(body, needs));
    let (list, image) = split_columns(rest, (rest.width * 3 / 10).clamp(LIST.0, LIST.1));
    let is_beside = image.height < LOW && image.width >= BESIDE && !needs.no_picture;
    let (picture, texts) = if is_beside {
        let (picture, texts) = split_columns(image, image.width * 2 / 5);
        (picture, left_border_shared(texts))
    } else if needs.no_picture {
        let (picture, texts) = split(image, HIDDEN_PICTURE);
        (picture, top_border_shared(texts))
    } else {
        let rows = (image.height / 3).clamp(TEXTS.0, TEXTS.1);
        let (picture, texts) = split(image, (image.height + 1).saturating_sub(rows).max(HIDDEN_PICTURE));
        (picture, top_border_shared(texts))
    };
    let (variants, details) = if texts.width >= TWO_COLUMNS {
        let beside_id = texts.width.saturating_sub(WIDE_DETAILS).max(LIST.0);
        let (variants, details) = split_columns(texts, beside_id.min(texts.width * 9 / 20));
        (Some(variants), Some(left_border_shared(details)))
    } else if is_beside && texts.height >= TWO_ROWS {
        let (variants, details) = split(texts, texts.height / 2);
        (Some(variants), Some(top_border_shared(details)))
    } else if needs.details {
        (None, Some(texts))
    } else {
        (Some(texts), None)
    };
    Grid { input, list, picture, variants, details }
}

/// Splits off the upper rows. ratatui's constraint solver would take a tenth of the first frame for this.
pub(super) fn split(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

/// Splits off the left columns.
fn split_columns(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    let rest = Rect { x: area.x + columns, width: area.width - columns, ..area };
    (Rect { width: columns, ..area }, rest)
}

/// The area with the last row of the area above it.
fn top_border_shared(area: Rect) -> Rect {
    Rect { y: area.y.saturating_sub(1), height: area.height + 1, ..area }
}

/// The area with the last column of the area at its left.
fn left_border_shared(area: Rect) -> Rect {
    Rect { x: area.x.saturating_sub(1), width: area.width + 1, ..area }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDS: Needs = Needs { no_picture: false, whole: None, details: false, problem: 0 };

    fn grid_at(width: u16, height: u16, needs: Needs) -> Grid {
        match screen(Rect::new(0, 0, width, height), needs).unwrap().panes {
            Panes::Grid(grid) => grid,
            panes => panic!("{panes:?}"),
        }
    }

    /// Columns and rows for the picture, without borders and caption.
    fn picture_at(width: u16, height: u16) -> (u16, u16) {
        let picture = grid_at(width, height, NEEDS).picture;
        (picture.width - 2, picture.height - 3)
    }

    #[test]
    fn picture_gets_the_largest_area() {
        for (width, height, expected) in [
            (160, 45, (110, 29)),
            (120, 36, (82, 20)),
            (100, 30, (66, 16)),
            (80, 24, (46, 12)),
            (200, 16, (58, 9)),
        ] {
            assert_eq!(picture_at(width, height), expected, "{width}×{height}");
        }
    }

    #[test]
    fn every_pane_has_three_rows() {
        for width in 80..=250 {
            let least = if width < WIDE.0 { MEDIUM.1 } else { WIDE.1 };
            for height in least..=80 {
                for details in [false, true] {
                    let grid = grid_at(width, height, Needs { details, ..NEEDS });
                    let case = format!("{width}×{height}: {grid:?}");
                    let panes = [Some(grid.list), Some(grid.picture), grid.variants, grid.details];
                    for pane in panes.into_iter().flatten() {
                        assert!(pane.height >= 5 && pane.width >= 20, "{case}");
                        assert!(pane.right() <= width && pane.bottom() + STATUS <= height, "{case}");
                    }
                    assert!(if details { grid.details } else { grid.variants }.is_some(), "{case}");
                }
            }
        }
    }

    #[test]
    fn hidden_picture_gives_its_rows_to_the_texts() {
        let grid = grid_at(120, 36, Needs { no_picture: true, ..NEEDS });
        assert_eq!(grid.picture.height, HIDDEN_PICTURE);
        assert_eq!(grid.variants.unwrap().height, 30);
    }

    #[test]
    fn problem_never_takes_the_place_of_panes() {
        for problem in [0, 1, 5, u16::MAX] {
            let grid = grid_at(80, 16, Needs { problem, ..NEEDS });
            assert!(grid.list.height >= 8, "{problem}: {grid:?}");
        }
    }
}
