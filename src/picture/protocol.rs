//! Encodes pictures for the terminal's graphics protocol. This is done before drawing, so that drawing only copies.
//!
//! Nothing here queries the terminal, the environment or tmux: a [`Target`] has all that is known about them.

use image::{DynamicImage, Rgba, RgbaImage};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::widgets::Widget as _;
use ratatui_image::Image;
use ratatui_image::errors::Errors;
use ratatui_image::protocol::Protocol as Widget;
use ratatui_image::protocol::halfblocks::Halfblocks;
use ratatui_image::protocol::iterm2::Iterm2;
use ratatui_image::protocol::sixel::Sixel;

use super::checkerboard::on_checkerboard;
use super::kitty::placeholders;
use super::{Note, Picture, PictureError, Rendered, Zoomable};
use crate::domain::graphics::{MAX_CELLS, Protocol, Target, Transmission};
use crate::domain::indexed_color::{nearest_of_256, of_256};
use crate::domain::sanitize::sanitize;
use crate::domain::zoom::{Zoom, fit_scale};

/// The side of the checkerboard's squares, in pixels.
const SQUARE: u32 = 8;
/// The same for half-blocks, where a pixel is as wide as a cell.
const SQUARE_OF_BLOCKS: u32 = 2;

impl Target {
    /// Scales a picture for a box of columns and rows. Returns the pixels, opaque, and the cells they use. The aspect
    /// ratio is kept. Only an SVG is enlarged.
    pub(super) fn pixels(
        self,
        picture: &Picture,
        (columns, rows): (u16, u16),
    ) -> Result<(Rendered, (u16, u16)), PictureError> {
        let columns = columns.clamp(1, MAX_CELLS);
        let rows = rows.clamp(1, MAX_CELLS);
        let (across, down) = (u32::from(self.cell.0.max(1)), u32::from(self.cell.1.max(1)));
        let (mut rendered, taken) = if self.protocol == Protocol::Halfblocks {
            // A block pixel is as wide as a cell and half as high, so it is rarely square. `height` is its height in
            // units of its width. The picture is fitted in these units, then the lines are counted.
            let height = f64::from(down) / 2.0 / f64::from(across);
            let (w, h) = picture.fitted((f64::from(columns), f64::from(rows) * 2.0 * height));
            let lines = super::scale::rounded(f64::from(h) / height / 2.0).min(u32::from(rows));
            (picture.scaled(w, lines * 2)?, (w, lines))
        } else {
            let size = (f64::from(u32::from(columns) * across), f64::from(u32::from(rows) * down));
            let (w, h) = picture.fitted(size);
            (picture.scaled(w, h)?, (w.div_ceil(across), h.div_ceil(down)))
        };
        self.finish(&mut rendered.pixels);
        let cells = |count: u32, most: u16| u16::try_from(count).unwrap_or(most).clamp(1, most);
        Ok((rendered, (cells(taken.0, columns), cells(taken.1, rows))))
    }

    /// Makes pixels opaque, and gives them colours that the terminal has.
    fn finish(self, pixels: &mut RgbaImage) {
        let square = if self.protocol == Protocol::Halfblocks { SQUARE_OF_BLOCKS } else { SQUARE };
        on_checkerboard(pixels, square);
        if self.protocol == Protocol::Halfblocks && !self.true_color {
            for Rgba([r, g, b, _]) in pixels.pixels_mut() {
                [*r, *g, *b] = of_256(nearest_of_256([*r, *g, *b]));
            }
        }
    }
}

/// What draws an encoded picture.
#[derive(Clone)]
pub struct Graphic {
    pub(super) widget: Widget,
    /// What the terminal needs before the picture is drawn for the first time, and again after the screen was cleared.
    /// `None` if the picture's cells contain everything.
    pub transmission: Option<Transmission>,
}

impl Graphic {
    /// Draws the picture at the top left of an area. Draws nothing if the area is too small.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) {
        Image::new(&self.widget).render(area, buffer);
    }

    /// The columns and rows that it uses.
    pub fn size(&self) -> Size {
        self.widget.size()
    }
}

impl From<Widget> for Graphic {
    fn from(widget: Widget) -> Self {
        Self { widget, transmission: None }
    }
}

/// A picture encoded for the terminal.
#[derive(Clone)]
pub struct Encoded {
    pub graphic: Graphic,
    /// The columns and rows that it uses.
    pub cells: (u16, u16),
    /// An estimate of its memory, in bytes.
    pub bytes: usize,
    pub notes: Vec<Note>,
}

/// Encodes a picture for a box of `cells` (columns, rows). `id` identifies the picture in kitty. It must not be 0, and
/// must be unique among the pictures on the screen or in a cache of drawn pictures.
///
/// Leave the last row of the screen free: sixels on it make some terminals scroll.
pub fn encode(
    picture: &Picture,
    cells: (u16, u16),
    target: Target,
    id: u32,
) -> Result<Encoded, PictureError> {
    let (Rendered { pixels, notes }, cells) = target.pixels(picture, cells)?;
    let graphic = graphic(pixels, cells, target, id)?;
    let bytes = bytes(&graphic, cells);
    Ok(Encoded { graphic, cells, bytes, notes })
}

/// Encodes what a box of `cells` shows of a picture. The picture's own size in pixels is `size`. Without a zoom, the whole
/// picture is fitted.
pub fn encode_part(
    picture: &mut Zoomable,
    size: (u32, u32),
    zoom: Option<Zoom>,
    (columns, rows): (u16, u16),
    target: Target,
    id: u32,
) -> Result<Encoded, PictureError> {
    let (across, down) = target.cell_pixels();
    let (columns, rows) = (columns.clamp(1, MAX_CELLS), rows.clamp(1, MAX_CELLS));
    let view = (u32::from(columns) * u32::from(across), u32::from(rows) * u32::from(down));
    let zoom = zoom.unwrap_or_else(|| Zoom::new(fit_scale(size, view, false), size));
    let part = zoom.part(size, view);
    let Rendered { mut pixels, notes } = picture.part(part)?;
    target.finish(&mut pixels);
    let cells = |pixels: u32, cell: u16, most: u16| {
        u16::try_from(pixels.div_ceil(u32::from(cell))).unwrap_or(most).clamp(1, most)
    };
    let cells = (cells(part.size.0, across, columns), cells(part.size.1, down, rows));
    let pixels = if target.protocol == Protocol::Halfblocks {
        on_whole_cells(pixels, cells, (across, down))
    } else {
        pixels
    };
    let graphic = graphic(pixels, cells, target, id)?;
    let bytes = bytes(&graphic, cells);
    Ok(Encoded { graphic, cells, bytes, notes })
}

pub(super) fn graphic(
    image: RgbaImage,
    cells: (u16, u16),
    target: Target,
    id: u32,
) -> Result<Graphic, PictureError> {
    let size = Size::new(cells.0, cells.1);
    let widget = match target.protocol {
        Protocol::Kitty => {
            let image = on_whole_cells(image, cells, target.cell);
            let (widget, transmission) = placeholders(image, cells, id.max(1), target.tmux)?;
            return Ok(Graphic { widget, transmission: Some(transmission) });
        }
        Protocol::Sixel => {
            let data = super::sixel::encode(&image, cells, target.tmux);
            Ok(Widget::Sixel(Sixel { data, size, is_tmux: target.tmux }))
        }
        Protocol::Iterm2 => {
            // All pixels are opaque, and the PNG is smaller without alpha.
            let image = DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(image).into_rgb8());
            Iterm2::new(image, size, target.tmux).map(Widget::ITerm2)
        }
        Protocol::Halfblocks => Halfblocks::new(image.into(), size).map(Widget::Halfblocks),
    };
    widget.map(Graphic::from).map_err(|error| unencodable(target.protocol, &error))
}

/// Pads the picture at the right and bottom to whole cells. Otherwise kitty would stretch it.
pub(super) fn on_whole_cells(image: RgbaImage, cells: (u16, u16), cell: (u16, u16)) -> RgbaImage {
    let size = (u32::from(cells.0) * u32::from(cell.0), u32::from(cells.1) * u32::from(cell.1));
    if image.dimensions() == size {
        return image;
    }
    let mut whole = RgbaImage::new(size.0, size.1);
    image::imageops::replace(&mut whole, &image, 0, 0);
    whole
}

fn unencodable(protocol: Protocol, error: &Errors) -> PictureError {
    PictureError::Unencodable { protocol: protocol.name(), reason: sanitize(&error.to_string()).into_owned() }
}

fn bytes(graphic: &Graphic, cells: (u16, u16)) -> usize {
    let count = usize::from(cells.0) * usize::from(cells.1);
    let sent = graphic.transmission.as_ref().map_or(0, Transmission::bytes);
    sent + match &graphic.widget {
        Widget::Sixel(sixel) => sixel.data.len(),
        Widget::ITerm2(iterm2) => iterm2.data.len(),
        Widget::Halfblocks(_) => count * size_of::<ratatui_image::protocol::halfblocks::HalfBlock>(),
        Widget::Kitty(_) => 0,
    }
}

/// The sequence that deletes pictures with these IDs. `None` if the protocol stores no pictures.
pub fn delete_pictures(ids: impl IntoIterator<Item = u32>, target: Target) -> Option<String> {
    if target.protocol != Protocol::Kitty {
        return None;
    }
    let delete = |id| {
        let sequence = format!("\x1b_Ga=d,d=I,i={id},q=2\x1b\\");
        if target.tmux {
            format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b"))
        } else {
            sequence
        }
    };
    Some(ids.into_iter().map(delete).collect())
}
