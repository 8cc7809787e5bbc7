//! Prints rows of small pictures between the lines of a shell, for `cfimg view --grid`.

use std::io::Write;

use image::RgbaImage;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget as _;
use ratatui_image::Image;
use ratatui_image::protocol::Protocol as Widget;

use super::inline::{InlineError, block_line, character_line, kitty};
use super::protocol::{on_whole_cells, widget};
use super::{Picture, PictureError, Protocol, Rendered, Target};
use crate::domain::width::columns;

/// What a tile shows.
pub enum Tile {
    /// A picture, scaled for the tile: its pixels, and the columns and rows that it uses.
    Picture(RgbaImage, (u16, u16)),
    /// Lines of text that are not wider than the tile.
    Words(Vec<String>),
}

/// A tile as it is written.
enum Drawn {
    /// Its lines and their columns.
    Lines(Vec<(String, usize)>),
    /// A sequence that draws it right of and below the cursor.
    Sequence(String, (u16, u16)),
}

impl Tile {
    /// Scales a picture for a tile of `cells` (columns, rows).
    pub fn scaled(picture: &Picture, cells: (u16, u16), target: Target) -> Result<Self, PictureError> {
        let (Rendered { pixels, .. }, cells) = target.pixels(picture, cells)?;
        Ok(Self::Picture(pixels, cells))
    }

    fn draw(self, target: Target, id: u32) -> Result<Drawn, PictureError> {
        let (pixels, cells) = match self {
            Self::Words(lines) => return Ok(Drawn::of_lines(lines)),
            Self::Picture(pixels, cells) => (pixels, cells),
        };
        let width = usize::from(cells.0);
        Ok(match target.protocol {
            Protocol::Halfblocks => {
                let lines = (0..pixels.height()).step_by(2);
                Drawn::Lines(lines.map(|y| (block_line(&pixels, y, target.true_color), width)).collect())
            }
            Protocol::Kitty if !target.tmux => {
                Drawn::Sequence(kitty(&on_whole_cells(pixels, cells, target.cell), cells)?, cells)
            }
            _ => match widget(pixels, cells, target, id)? {
                Widget::Sixel(sixel) => Drawn::Sequence(sixel.data, cells),
                Widget::ITerm2(iterm2) => Drawn::Sequence(iterm2.data, cells),
                // Inside tmux only placeholder characters scroll with the text.
                other => {
                    let area = Rect::new(0, 0, cells.0, cells.1);
                    let mut buffer = Buffer::empty(area);
                    Image::new(&other).render(area, &mut buffer);
                    Drawn::Lines((0..cells.1).map(|y| (character_line(&buffer, y), width)).collect())
                }
            },
        })
    }
}

impl Drawn {
    fn of_lines(lines: Vec<String>) -> Self {
        let measured = lines.into_iter().map(|line| {
            let width = columns(&line);
            (line, width)
        });
        Self::Lines(measured.collect())
    }

    /// Columns and rows.
    fn cells(&self) -> (usize, usize) {
        match self {
            Self::Lines(lines) => {
                (lines.iter().map(|(_, width)| *width).max().unwrap_or_default(), lines.len())
            }
            Self::Sequence(_, (width, height)) => ((*width).into(), (*height).into()),
        }
    }
}

/// Prints tiles side by side, each in the middle of `width` columns, and leaves the cursor at the start of the line below.
/// The row is as high as its highest tile. `id` returns an ID for a picture in kitty inside tmux; each must be unique on
/// the screen.
///
/// Without sequences these are plain lines, which can also be written to a file. Sequences need a row that is lower than
/// the terminal: new lines make space first, and the cursor moves back up.
pub fn print_tiles(
    tiles: impl IntoIterator<Item = Tile>,
    width: usize,
    target: Target,
    mut id: impl FnMut() -> u32,
    out: &mut dyn Write,
) -> Result<(), InlineError> {
    let drawn: Result<Vec<_>, _> = tiles.into_iter().map(|tile| tile.draw(target, id())).collect();
    let drawn = drawn?;
    let rows = drawn.iter().map(|tile| tile.cells().1).max().unwrap_or_default();
    if drawn.iter().all(|tile| matches!(tile, Drawn::Lines(_))) {
        return Ok(out.write_all(lines(&drawn, rows, width).as_bytes())?);
    }
    let mut text = "\r\n".repeat(rows) + &up(rows);
    for (at, tile) in drawn.iter().enumerate() {
        let (_, height) = tile.cells();
        let top = (rows - height) / 2;
        let mut place = |row: usize, columns: usize, what: &str| {
            let left = at * width + width.saturating_sub(columns) / 2;
            text.push_str(&format!("\x1b7{}{}{what}\x1b8", down(row), right(left)));
        };
        match tile {
            Drawn::Sequence(sequence, (columns, _)) => place(top, (*columns).into(), sequence),
            Drawn::Lines(lines) => {
                for (row, (line, columns)) in lines.iter().enumerate() {
                    place(top + row, *columns, line);
                }
            }
        }
    }
    text.push_str(&down(rows));
    text.push('\r');
    Ok(out.write_all(text.as_bytes())?)
}

/// The tiles as lines, without spaces at the end.
fn lines(tiles: &[Drawn], rows: usize, width: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        let mut gap = 0;
        for tile in tiles {
            let (_, height) = tile.cells();
            let line = match tile {
                Drawn::Lines(lines) => row.checked_sub((rows - height) / 2).and_then(|row| lines.get(row)),
                Drawn::Sequence(..) => None,
            };
            let Some((line, columns)) = line else {
                gap += width;
                continue;
            };
            let left = width.saturating_sub(*columns) / 2;
            text.push_str(&" ".repeat(gap + left));
            text.push_str(line);
            gap = width.saturating_sub(left + columns);
        }
        text.push('\n');
    }
    text
}

/// Cursor movements. A terminal takes 0 for 1.
fn up(rows: usize) -> String {
    if rows == 0 { String::new() } else { format!("\x1b[{rows}A") }
}

fn down(rows: usize) -> String {
    if rows == 0 { String::new() } else { format!("\x1b[{rows}B") }
}

fn right(columns: usize) -> String {
    if columns == 0 { String::new() } else { format!("\x1b[{columns}C") }
}

#[cfg(test)]
mod tests {
    use image::Rgba;

    use super::*;

    fn tile(cells: (u16, u16)) -> Tile {
        let pixels = RgbaImage::from_pixel(cells.0.into(), u32::from(cells.1) * 2, Rgba([9, 9, 9, 255]));
        Tile::Picture(pixels, cells)
    }

    fn printed(tiles: Vec<Tile>, target: Target) -> String {
        let mut out = Vec::new();
        print_tiles(tiles, 6, target, || 1, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn tiles_of_a_row_are_centred() {
        let words = || Tile::Words(vec!["ab".to_owned()]);
        let text = printed(vec![tile((4, 3)), words(), tile((2, 1))], Target::new(Protocol::Halfblocks));
        let block = |columns| format!("\x1b[48;2;9;9;9m{}\x1b[0m", " ".repeat(columns));
        let (wide, small) = (block(4), block(2));
        assert_eq!(text, format!(" {wide}\n {wide}   ab    {small}\n {wide}\n"));
        assert_eq!(printed(vec![words()], Target::new(Protocol::Sixel)), "  ab\n");
        assert_eq!(printed(vec![], Target::new(Protocol::Sixel)), "");
    }

    #[test]
    fn sequences_are_placed_from_the_top_of_the_row() {
        let pixels =
            |cells: (u32, u32)| RgbaImage::from_pixel(cells.0 * 10, cells.1 * 20, Rgba([9, 9, 9, 255]));
        for protocol in [Protocol::Kitty, Protocol::Sixel, Protocol::Iterm2] {
            let tiles = vec![
                Tile::Picture(pixels((4, 3)), (4, 3)),
                Tile::Words(vec!["ab".to_owned()]),
                Tile::Picture(pixels((6, 1)), (6, 1)),
            ];
            let text = printed(tiles, Target::new(protocol));
            assert!(text.starts_with("\r\n\r\n\r\n\x1b[3A\x1b7\x1b[1C\x1b"), "{text:?}");
            assert!(text.contains("\x1b8\x1b7\x1b[1B\x1b[8Cab\x1b8\x1b7\x1b[1B\x1b[12C\x1b"), "{text:?}");
            assert!(text.ends_with("\x1b8\x1b[3B\r"), "{text:?}");
        }
    }
}
