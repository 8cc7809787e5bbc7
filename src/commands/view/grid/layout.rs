//! The sizes of a contact sheet and its tiles.

use std::num::NonZeroU16;

use crate::picture::{Protocol, Target};

/// The usual columns of a tile with the gap.
const USUAL_WIDTH: u16 = 22;

/// The fewest columns of a tile with the gap.
const MIN_WIDTH: u16 = 8;

/// Columns between pictures.
const GAP: u16 = 2;

/// What decides how large tiles are.
#[derive(Debug, Clone, Copy)]
pub(in crate::commands::view) struct GridOptions {
    /// Tiles in a row, if the user chose their number.
    pub(in crate::commands::view) columns: Option<NonZeroU16>,
    pub(in crate::commands::view) width: Option<NonZeroU16>,
    pub(in crate::commands::view) height: Option<NonZeroU16>,
    /// Columns and rows of the screen.
    pub(in crate::commands::view) space: (u16, u16),
    pub(in crate::commands::view) is_terminal: bool,
}

/// The sizes of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Tiles in a row.
    pub(super) columns: usize,
    /// Columns of a tile with the gap.
    pub(super) tile: u16,
    /// The most columns and rows of a picture.
    pub(super) cells: (u16, u16),
}

impl Layout {
    /// As many columns as requested, if they fit. Pictures are at most 3:2.
    pub(super) fn new(options: GridOptions, target: Target) -> Self {
        let GridOptions { columns, width, height, space, is_terminal } = options;
        let width = width.map_or(space.0, NonZeroU16::get);
        let width = if is_terminal { width.min(space.0) } else { width };
        let columns = columns.map_or(width / USUAL_WIDTH, NonZeroU16::get);
        let columns = columns.clamp(1, (width / MIN_WIDTH).max(1));
        let tile = width / columns;
        let across = tile.saturating_sub(GAP).max(1);
        let pixels = u32::from(across) * u32::from(target.cell.0.max(1));
        let rows = u16::try_from(pixels * 2 / 3 / u32::from(target.cell.1.max(1))).unwrap_or(u16::MAX).max(1);
        // The names are below.
        let most = space.1.saturating_sub(1).max(1);
        let rows = match height {
            Some(height) if target.protocol == Protocol::Halfblocks => rows.min(height.get()),
            Some(height) => rows.min(height.get()).min(most),
            None => rows.min(most),
        };
        Self { columns: columns.into(), tile, cells: (across, rows) }
    }

    /// The pixels of a picture.
    pub(super) fn pixels(self, target: Target) -> (u32, u32) {
        let (columns, rows) = (u32::from(self.cells.0), u32::from(self.cells.1));
        match target.protocol {
            Protocol::Halfblocks => (columns, rows * 2),
            _ => (columns * u32::from(target.cell.0), rows * u32::from(target.cell.1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(columns: Option<u16>, width: Option<u16>, height: Option<u16>, target: Target) -> Layout {
        let number = |number: Option<u16>| number.and_then(NonZeroU16::new);
        let (columns, width, height) = (number(columns), number(width), number(height));
        Layout::new(GridOptions { columns, width, height, space: (80, 23), is_terminal: true }, target)
    }

    #[test]
    fn layout_follows_width_and_options() {
        let blocks = Target::new(Protocol::Halfblocks);
        for (columns, width, height, expected) in [
            (None, None, None, (3, 26, (24, 8))),
            (None, Some(60), None, (2, 30, (28, 9))),
            (None, Some(400), None, (3, 26, (24, 8))),
            (Some(4), None, Some(3), (4, 20, (18, 3))),
            (Some(1), None, None, (1, 80, (78, 22))),
            (Some(1), None, Some(30), (1, 80, (78, 26))),
            (Some(99), None, None, (10, 8, (6, 2))),
            (None, Some(5), None, (1, 5, (3, 1))),
            (None, Some(1), None, (1, 1, (1, 1))),
        ] {
            let Layout { columns: actual, tile, cells } = layout(columns, width, height, blocks);
            assert_eq!((actual, tile, cells), expected, "{columns:?} {width:?} {height:?}");
        }
        let sixel = layout(Some(1), None, Some(30), Target::new(Protocol::Sixel));
        assert_eq!(sixel.cells.1, 22, "a row of pictures must fit on the screen");
        assert_eq!(sixel.pixels(Target::new(Protocol::Sixel)), (780, 440));
        assert_eq!(layout(None, None, None, blocks).pixels(blocks), (24, 16));
    }
}
