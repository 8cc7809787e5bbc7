//! A picture encoded for the terminal, and how it is drawn.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;

use crate::domain::graphics::Transmission;

/// Draws a picture at the top left of an area.
type Draw = Box<dyn Fn(Rect, &mut Buffer) + Send>;

/// A picture encoded for the terminal.
pub struct EncodedPicture {
    pub draw: Draw,
    /// The pixels, if the terminal stores them.
    pub transmission: Option<Transmission>,
    /// The columns and rows that it uses.
    pub cells: (u16, u16),
    /// Finds the nearest of 256 colours, if the terminal has no more.
    pub nearest: Option<fn([u8; 3]) -> u8>,
}

impl EncodedPicture {
    /// Draws the picture in the middle of a place, and returns where. `None` if the place is too small, as the picture was
    /// encoded for a larger one.
    pub(super) fn draw_in(&self, place: Rect, buffer: &mut Buffer) -> Option<Rect> {
        let (width, height) = self.cells;
        if width > place.width || height > place.height {
            return None;
        }
        let area = Rect {
            x: place.x + (place.width - width) / 2,
            y: place.y + (place.height - height) / 2,
            width,
            height,
        };
        (self.draw)(area, buffer);
        if let Some(nearest) = self.nearest {
            let indexed = |color| match color {
                Color::Rgb(r, g, b) => Color::Indexed(nearest([r, g, b])),
                other => other,
            };
            for position in area.positions() {
                if let Some(cell) = buffer.cell_mut(position) {
                    (cell.fg, cell.bg) = (indexed(cell.fg), indexed(cell.bg));
                }
            }
        }
        Some(area)
    }
}

impl std::fmt::Debug for EncodedPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EncodedPicture").field("cells", &self.cells).finish_non_exhaustive()
    }
}
