//! Prints rows of small pictures between the lines of a shell, for `cfimg view --grid`.

use std::fmt::Write as _;
use std::io;

use image::RgbaImage;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui_image::protocol::Protocol as Widget;

use super::inline::{block_line, character_line, kitty};
use super::protocol::{Graphic, graphic, on_whole_cells};
use super::{Picture, PictureError, Protocol, Rendered, Target};
use crate::domain::graphics::Transmission;
use crate::domain::width::columns;

/// A tile as it is written: a picture, or text instead of one.
pub struct Tile(Drawn);

enum Drawn {
    /// Lines, each with its columns.
    Lines(Vec<(String, usize)>),
    /// A sequence that draws this many columns and rows at the cursor.
    Sequence(String, (u16, u16)),
}

impl Tile {
    /// Lines of text that are not wider than the tile.
    pub fn words(lines: Vec<String>) -> Self {
        let measured = lines.into_iter().map(|line| {
            let width = columns(&line);
            (line, width)
        });
        Self(Drawn::Lines(measured.collect()))
    }

    /// A picture for a tile of `cells` (columns, rows). `id` identifies pictures in kitty inside tmux; it must be unique on
    /// the screen.
    pub fn picture(
        picture: &Picture,
        cells: (u16, u16),
        target: Target,
        id: u32,
    ) -> Result<Self, PictureError> {
        let (Rendered { pixels, .. }, cells) = target.pixels(picture, cells)?;
        Self::of_pixels(pixels, cells, target, id)
    }

    fn of_pixels(
        pixels: RgbaImage,
        cells: (u16, u16),
        target: Target,
        id: u32,
    ) -> Result<Self, PictureError> {
        let width = usize::from(cells.0);
        Ok(Self(match target.protocol {
            Protocol::Halfblocks => {
                let lines = (0..pixels.height()).step_by(2);
                Drawn::Lines(lines.map(|y| (block_line(&pixels, y, target.true_color), width)).collect())
            }
            Protocol::Kitty if !target.tmux => {
                Drawn::Sequence(kitty(on_whole_cells(pixels, cells, target.cell), cells)?, cells)
            }
            _ => match graphic(pixels, cells, target, id)? {
                Graphic { widget: Widget::Sixel(sixel), .. } => Drawn::Sequence(sixel.data, cells),
                Graphic { widget: Widget::ITerm2(iterm2), .. } => Drawn::Sequence(iterm2.data, cells),
                // Inside tmux only placeholder characters scroll with the text.
                graphic => {
                    let area = Rect::new(0, 0, cells.0, cells.1);
                    let mut buffer = Buffer::empty(area);
                    graphic.draw(area, &mut buffer);
                    let mut lines: Vec<_> =
                        (0..cells.1).map(|y| (character_line(&buffer, y), width)).collect();
                    let pixels = graphic.transmission.as_ref().and_then(Transmission::take);
                    if let (Some((first, _)), Some(pixels)) = (lines.first_mut(), pixels) {
                        first.insert_str(0, &pixels);
                    }
                    Drawn::Lines(lines)
                }
            },
        }))
    }

    fn rows(&self) -> usize {
        match &self.0 {
            Drawn::Lines(lines) => lines.len(),
            Drawn::Sequence(_, (_, rows)) => (*rows).into(),
        }
    }
}

/// Prints tiles side by side, each in the middle of `width` columns, and leaves the cursor at the start of the line below.
/// The row is as high as its highest tile.
///
/// Without sequences these are plain lines, which can also be written to a file. Sequences need a row that is lower than
/// the terminal: new lines make space first, and the cursor moves back up.
pub fn print_tiles(tiles: &[Tile], width: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let rows = tiles.iter().map(Tile::rows).max().unwrap_or_default();
    if tiles.iter().all(|tile| matches!(tile.0, Drawn::Lines(_))) {
        return out.write_all(lines(tiles, rows, width).as_bytes());
    }
    let mut text = "\r\n".repeat(rows) + &up(rows);
    for (at, tile) in tiles.iter().enumerate() {
        let top = (rows - tile.rows()) / 2;
        let mut place = |row: usize, columns: usize, what: &str| {
            let left = at * width + width.saturating_sub(columns) / 2;
            // Writing to a string cannot fail.
            let _ = write!(text, "\x1b7{}{}{what}\x1b8", down(row), right(left));
        };
        match &tile.0 {
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
    out.write_all(text.as_bytes())
}

/// The tiles as lines, without spaces at the end.
fn lines(tiles: &[Tile], rows: usize, width: usize) -> String {
    let mut text = String::new();
    for row in 0..rows {
        let mut gap = 0;
        for tile in tiles {
            let line = match &tile.0 {
                Drawn::Lines(lines) => {
                    row.checked_sub((rows - lines.len()) / 2).and_then(|row| lines.get(row))
                }
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

    fn tile(cells: (u16, u16), protocol: Protocol) -> Tile {
        let scale = if protocol == Protocol::Halfblocks { (1, 2) } else { (10, 20) };
        let size = (u32::from(cells.0) * scale.0, u32::from(cells.1) * scale.1);
        let pixels = RgbaImage::from_pixel(size.0, size.1, Rgba([9, 9, 9, 255]));
        Tile::of_pixels(pixels, cells, Target::new(protocol), 1).unwrap()
    }

    fn words() -> Tile {
        Tile::words(vec!["ab".to_owned()])
    }

    fn printed(tiles: &[Tile]) -> String {
        let mut out = Vec::new();
        print_tiles(tiles, 6, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn tiles_of_a_row_are_centred() {
        let blocks = |cells| tile(cells, Protocol::Halfblocks);
        let block = |columns| format!("\x1b[48;2;9;9;9m{}\x1b[0m", " ".repeat(columns));
        let (wide, small) = (block(4), block(2));
        let text = printed(&[blocks((4, 3)), words(), blocks((2, 1))]);
        assert_eq!(text, format!(" {wide}\n {wide}   ab    {small}\n {wide}\n"));
        assert_eq!(printed(&[words()]), "  ab\n");
        assert_eq!(printed(&[]), "");
    }

    #[test]
    fn sequences_are_placed_from_the_top_of_the_row() {
        for protocol in [Protocol::Kitty, Protocol::Sixel, Protocol::Iterm2] {
            let text = printed(&[tile((4, 3), protocol), words(), tile((6, 1), protocol)]);
            assert!(text.starts_with("\r\n\r\n\r\n\x1b[3A\x1b7\x1b[1C\x1b"), "{text:?}");
            assert!(text.contains("\x1b8\x1b7\x1b[1B\x1b[8Cab\x1b8\x1b7\x1b[1B\x1b[12C\x1b"), "{text:?}");
            assert!(text.ends_with("\x1b8\x1b[3B\r"), "{text:?}");
        }
    }

    #[test]
    fn kitty_in_tmux_draws_characters() {
        let pixels = RgbaImage::from_pixel(40, 40, Rgba([9, 9, 9, 255]));
        let target = Target { tmux: true, ..Target::new(Protocol::Kitty) };
        let text = printed(&[words(), Tile::of_pixels(pixels, (4, 2), target, 7).unwrap()]);
        assert_eq!(text.lines().count(), 2, "{text:?}");
        assert!(text.lines().all(|line| line.contains('\u{10eeee}')) && !text.contains("\x1b7"), "{text:?}");
        assert_eq!(text.matches("_Gf=100,i=7,").count(), 1, "{text:?}");
    }
}
