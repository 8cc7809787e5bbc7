//! Prints a picture between the lines of a shell, for `cfimg view`.

use std::fmt::Write as _;
use std::io::{self, Write};

use image::{Rgba, RgbaImage};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Color;
use ratatui_image::protocol::Protocol as Widget;

use super::protocol::{Graphic, graphic, on_whole_cells};
use super::{Note, Picture, PictureError, Protocol, Rendered, Target};
use crate::domain::graphics::Transmission;
use crate::domain::indexed_color::nearest_of_256;

#[derive(Debug, thiserror::Error)]
pub enum InlineError {
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Prints a picture in a box of `cells` (columns, rows), and leaves the cursor at the start of the line below. `id`
/// identifies pictures in kitty inside tmux; it must be unique on the screen. Returns the columns and rows used, and the
/// notes.
///
/// Half-blocks are plain lines, which can also be written to a file. With the other protocols the box must be lower than
/// the terminal: new lines make space first, and the cursor moves back up.
pub fn print_inline(
    picture: &Picture,
    cells: (u16, u16),
    target: Target,
    id: u32,
    out: &mut dyn Write,
) -> Result<((u16, u16), Vec<Note>), InlineError> {
    let (Rendered { pixels: image, notes }, cells) = target.pixels(picture, cells)?;
    match target.protocol {
        Protocol::Halfblocks => blocks(&image, target.true_color, out)?,
        // Inside tmux only placeholder characters scroll with the text.
        Protocol::Kitty if target.tmux => characters(&graphic(image, cells, target, id)?, cells, out)?,
        Protocol::Kitty => {
            let sequence = kitty(on_whole_cells(image, cells, target.cell), cells)?;
            in_space(&sequence, cells.1, out)?;
        }
        Protocol::Sixel | Protocol::Iterm2 => match graphic(image, cells, target, id)?.widget {
            Widget::Sixel(sixel) => in_space(&sixel.data, cells.1, out)?,
            Widget::ITerm2(iterm2) => in_space(&iterm2.data, cells.1, out)?,
            other => characters(&other.into(), cells, out)?,
        },
    }
    Ok((cells, notes))
}

/// Scrolls to make space, draws, and moves below the picture wherever the terminal left the cursor.
fn in_space(sequence: &str, rows: u16, out: &mut dyn Write) -> io::Result<()> {
    for _ in 0..rows {
        out.write_all(b"\r\n")?;
    }
    write!(out, "\x1b[{rows}A\x1b7{sequence}\x1b8\x1b[{rows}B\r")
}

/// Sends the picture, placed at the cursor.
pub(super) fn kitty(image: RgbaImage, (columns, rows): (u16, u16)) -> Result<String, PictureError> {
    super::kitty::sequence(image, &format!("a=T,C=1,c={columns},r={rows}"), false)
}

/// Two pixels per character, one above the other.
fn blocks(image: &RgbaImage, true_color: bool, out: &mut dyn Write) -> io::Result<()> {
    for y in (0..image.height()).step_by(2) {
        out.write_all((block_line(image, y, true_color) + "\n").as_bytes())?;
    }
    Ok(())
}

/// The characters of the pixels in row `y` and the one below. Colours are written only where they change.
pub(super) fn block_line(image: &RgbaImage, y: u32, true_color: bool) -> String {
    let mut line = String::new();
    let mut last_colors = (None, None);
    for x in 0..image.width() {
        let Rgba([r, g, b, _]) = *image.get_pixel(x, y);
        let upper = [r, g, b];
        let Rgba([r, g, b, _]) = *image.get_pixel(x, (y + 1).min(image.height() - 1));
        let lower = [r, g, b];
        if last_colors.1 != Some(lower) {
            color(&mut line, 48, lower, true_color);
            last_colors.1 = Some(lower);
        }
        // Two equal pixels need only the background colour.
        if upper == lower {
            line.push(' ');
            continue;
        }
        if last_colors.0 != Some(upper) {
            color(&mut line, 38, upper, true_color);
            last_colors.0 = Some(upper);
        }
        line.push('▀');
    }
    line + "\x1b[0m"
}

fn color(line: &mut String, ground: u8, [r, g, b]: [u8; 3], true_color: bool) {
    // Writing to a string cannot fail.
    let _ = if true_color {
        write!(line, "\x1b[{ground};2;{r};{g};{b}m")
    } else {
        write!(line, "\x1b[{ground};5;{}m", nearest_of_256([r, g, b]))
    };
}

/// Writes the cells of a picture, line by line.
fn characters(graphic: &Graphic, (columns, rows): (u16, u16), out: &mut dyn Write) -> io::Result<()> {
    let area = Rect::new(0, 0, columns, rows);
    let mut buffer = Buffer::empty(area);
    graphic.draw(area, &mut buffer);
    if let Some(sequence) = graphic.transmission.as_ref().and_then(Transmission::take) {
        out.write_all(sequence.as_bytes())?;
    }
    for y in 0..rows {
        out.write_all((character_line(&buffer, y) + "\n").as_bytes())?;
    }
    Ok(())
}

/// The cells of a row.
pub(super) fn character_line(buffer: &Buffer, y: u16) -> String {
    let (mut line, mut foreground) = (String::new(), None);
    for x in 0..buffer.area.width {
        let cell = &buffer[(x, y)];
        if let Color::Rgb(r, g, b) = cell.fg
            && foreground != Some((r, g, b))
        {
            foreground = Some((r, g, b));
            // Writing to a string cannot fail.
            let _ = write!(line, "\x1b[38;2;{r};{g};{b}m");
        }
        line.push_str(cell.symbol());
    }
    line + "\x1b[0m"
}
