//! The gallery: a tile per image, with its picture, its access and its name. The cursor's tile has a frame.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Block;

use super::caches::{Caches, DrawnThumb};
use super::theme::Theme;
use super::widgets::{draw_centered, draw_centered_lines, draw_row, to_u16};
use crate::app::gallery::thumb_key;
use crate::app::{GridViewport, Model, Pane, Target, TileSize, Viewport};
use crate::domain::graphics::USUAL_CELL;
use crate::domain::sanitize::sanitize;
use crate::domain::width::{columns, cut_middle};
use crate::domain::{Failure, ImageSummary};

/// The fewest columns of a tile with its frame, from the smallest tile to the largest.
const WIDTHS: [u16; 8] = [12, 15, 19, 22, 31, 42, 56, 76];

/// The usual tile is the largest of which this many fit, unless it is the smallest.
const FEWEST_TILES: usize = 10;

/// The place in `WIDTHS` of the largest usual tile.
const USUAL: usize = 3;

/// Rows of a tile besides its picture: the frame and the name.
pub(super) const ROWS_BESIDES: u16 = 3;

/// The places of the tiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grid {
    /// A tile with its frame.
    tile: (u16, u16),
    pub(super) columns: usize,
    /// The rows that are visible as a whole, at least one.
    pub(super) rows: usize,
    /// The size that was chosen, or the nearest that there is.
    size: TileSize,
}

impl Grid {
    /// The grid in an area, of which the last `filter_rows` rows show the filter. The tiles have the same size without it,
    /// unless not even one would fit.
    pub(super) fn of(model: &Model, area: Rect, filter_rows: u16) -> Self {
        let cell = model.graphics.and_then(|graphics| graphics.cell).unwrap_or(USUAL_CELL);
        let above = Rect { height: area.height.saturating_sub(filter_rows), ..area };
        let grid = Self::new(area, cell, model.gallery.tile_size);
        if grid.tile.1 > above.height {
            return Self::new(above, cell, model.gallery.tile_size);
        }
        let rows = usize::from(above.height / grid.tile.1);
        Self { rows: grid.rows.min(rows).max(1), ..grid }
    }

    /// A grid of tiles of the usual size, or some steps larger or smaller. Pictures are 3:2.
    fn new(area: Rect, cell: (u16, u16), size: TileSize) -> Self {
        let at = |place: usize| {
            let columns = usize::from(area.width / WIDTHS[place]).max(1);
            // The tiles share what is left of the width.
            let width = area.width / to_u16(columns);
            let pixels = u32::from(width.saturating_sub(2)) * u32::from(cell.0.max(1));
            let picture = to_u16((pixels * 2 / 3 / u32::from(cell.1.max(1))).max(1) as usize);
            // The rows share what is left of the height, or make place for one more that nearly fits.
            let height = picture + ROWS_BESIDES;
            let rows = ((area.height + ROWS_BESIDES / 2) / height).max(1);
            let height = (area.height / rows).clamp(1, height + height / 4);
            Self { tile: (width, height), columns, rows: rows.into(), size }
        };
        let usual =
            (0..=USUAL).rev().find(|place| at(*place).columns * at(*place).rows >= FEWEST_TILES).unwrap_or(0);
        let place = usual.saturating_add_signed(size.0.into()).min(WIDTHS.len() - 1);
        let steps = place.cast_signed() - usual.cast_signed();
        Self { size: TileSize(i8::try_from(steps).unwrap_or_default()), ..at(place) }
    }

    /// The columns and rows of a tile's picture.
    fn cells(self) -> (u16, u16) {
        (self.tile.0.saturating_sub(2), self.tile.1.saturating_sub(ROWS_BESIDES))
    }

    /// The place of a tile, by its index on the screen.
    fn tile(self, area: Rect, index: usize) -> Rect {
        let (column, row) = (to_u16(index % self.columns), to_u16(index / self.columns));
        let left = area.width.saturating_sub(to_u16(self.columns) * self.tile.0) / 2;
        Rect {
            x: area.x + left + column * self.tile.0,
            y: area.y + row * self.tile.1,
            width: self.tile.0,
            height: self.tile.1,
        }
        .intersection(area)
    }
}

pub(super) fn view(
    model: &Model,
    theme: Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
    grid: Grid,
) {
    let browse = &model.browse;
    let rows = browse.len().div_ceil(grid.columns);
    caches.viewports.browse = Viewport { rows: browse.len(), height: grid.rows * grid.columns, beyond: 0 };
    let top = caches.gallery_scroll.follow(browse.cursor / grid.columns, rows, grid.rows);
    caches.viewports.gallery =
        GridViewport { columns: grid.columns, rows: grid.rows, top, cells: grid.cells(), size: grid.size };
    let first = top * grid.columns;
    for row in first..browse.len().min(first + grid.rows * grid.columns) {
        let Some(image) = browse.row(row) else { continue };
        let tile = grid.tile(area, row - first);
        caches.regions.add(tile, Target::Row(Pane::Browse, row));
        if row == browse.cursor {
            let block =
                Block::bordered().border_type(theme.border_type(true)).border_style(theme.border(true));
            frame.render_widget(block, tile);
        }
        let inside = Block::bordered().inner(tile);
        if inside.is_empty() {
            continue;
        }
        let name = Rect { y: inside.bottom() - 1, height: 1, ..inside };
        let line = name_line(image, browse.is_marked(row), theme, inside.width.into());
        let style = if row == browse.cursor { theme.selected(true) } else { Style::new() };
        draw_row(frame, name, &line.style(style));
        let place = Rect { height: inside.height - 1, ..inside };
        view_thumb(model, caches, frame, image, place);
    }
}

/// Mark, access and name of an image.
fn name_line(image: &ImageSummary, is_marked: bool, theme: Theme, width: usize) -> Line<'static> {
    let mark = if is_marked { theme.mark() } else { Span::raw("") };
    let room = width.saturating_sub(2 + mark.width());
    let name = cut_middle(&sanitize(image.name()), room).into_owned();
    let gap = " ".repeat(room.saturating_sub(columns(&name)) / 2);
    Line::from(vec![Span::raw(gap), mark, theme.access(image.access()), Span::raw(" "), Span::raw(name)])
}

/// The picture of a tile, or why there is none.
fn view_thumb(model: &Model, caches: &mut Caches, frame: &mut Frame, image: &ImageSummary, place: Rect) {
    // Not those of the last frame: a gallery that comes back shows its thumbnails at once.
    let text = match thumb_key(model, image, caches.viewports.gallery.cells) {
        Err(failure) => return draw_failure(frame, place, &failure),
        Ok(key) => {
            if let Some(DrawnThumb { picture, .. }) = caches.thumbs.get(&key) {
                let (area, transmission) =
                    (picture.draw_in(place, frame.buffer_mut()), picture.transmission.clone());
                if let Some(area) = area {
                    caches.place(area, transmission);
                }
                return;
            }
            match model.gallery.failure(&key) {
                Some(failure) => return draw_failure(frame, place, failure),
                None if !model.has_pictures() => "Pictures are off",
                None => {
                    caches.missing_thumbs.insert(key);
                    "…"
                }
            }
        }
    };
    draw_centered(frame, place, text, Style::new());
}

fn draw_failure(frame: &mut Frame, place: Rect, failure: &Failure) {
    let lines = failure.lines(place.width.into(), place.height.into());
    draw_centered_lines(frame, place, lines, Style::new());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiles(width: u16, height: u16) -> (usize, usize) {
        let grid = Grid::new(Rect::new(0, 0, width, height), (10, 20), TileSize::default());
        (grid.columns, grid.rows)
    }

    #[test]
    fn number_of_tiles_follows_the_terminal() {
        assert_eq!(tiles(118, 30), (5, 3));
        assert_eq!(tiles(158, 39), (7, 4));
        assert_eq!(tiles(218, 58), (9, 5));
        assert_eq!(tiles(78, 18), (5, 2));
        assert_eq!(tiles(45, 8), (3, 1));
    }
}
