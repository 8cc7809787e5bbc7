//! Sends pictures to kitty, as PNGs. Plain pixels have four times the bytes, which take longer to send than to compress.

use std::fmt::Write as _;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ImageError, ImageResult, RgbaImage};
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::widgets::Widget as _;
use ratatui_image::Image;
use ratatui_image::errors::Errors;
use ratatui_image::protocol::Protocol as Widget;
use ratatui_image::protocol::kitty::Kitty;

use super::{PictureError, Protocol};
use crate::domain::graphics::Transmission;
use crate::domain::sanitize::sanitize;

/// kitty's limit for one chunk, in base64 characters.
const CHUNK: usize = 4096;

/// The widget that draws the placeholders of a picture, and what sends its pixels. These must fill whole cells.
pub(super) fn placeholders(
    image: RgbaImage,
    (columns, rows): (u16, u16),
    id: u32,
    is_in_tmux: bool,
) -> Result<(Widget, Transmission), PictureError> {
    // ratatui-image would send plain pixels. So it gets a single pixel, drawn once here: from then on it writes only
    // placeholders.
    let pixel = DynamicImage::new_rgba8(1, 1);
    let kitty = Kitty::new(pixel, Size::new(columns, rows), id, is_in_tmux, false, false);
    let widget = kitty.map(Widget::Kitty).map_err(|error: Errors| unencodable(&error.to_string()))?;
    let first = Rect::new(0, 0, 1, 1);
    Image::new(&widget).allow_clipping(true).render(first, &mut Buffer::empty(first));
    let keys = format!("i={id},a=T,U=1,c={columns},r={rows}");
    Ok((widget, Transmission::new(sequence(image, &keys, is_in_tmux)?)))
}

/// The sequence that sends a picture with these keys.
pub(super) fn sequence(image: RgbaImage, keys: &str, is_in_tmux: bool) -> Result<String, PictureError> {
    let text = STANDARD.encode(png(image).map_err(|error: ImageError| unencodable(&error.to_string()))?);
    let (start, escape, end) =
        if is_in_tmux { ("\x1bPtmux;", "\x1b\x1b", "\x1b\\") } else { ("", "\x1b", "") };
    let mut sequence = String::with_capacity(text.len() + text.len() / 64 + 64);
    let mut keys = format!("f=100,{keys},");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.len().min(CHUNK));
        let more = u8::from(!after.is_empty());
        // Writing to a string cannot fail.
        let _ = write!(sequence, "{start}{escape}_G{keys}q=2,m={more};{chunk}{escape}\\{end}");
        keys.clear();
        rest = after;
    }
    Ok(sequence)
}

/// Only the padding at the edges is transparent.
fn png(image: RgbaImage) -> ImageResult<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    let is_opaque = image.as_raw().as_chunks::<4>().0.iter().all(|pixel| pixel[3] == u8::MAX);
    let image = DynamicImage::ImageRgba8(image);
    let image = if is_opaque { DynamicImage::ImageRgb8(image.into_rgb8()) } else { image };
    let encoder = PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Paeth);
    image.write_with_encoder(encoder)?;
    Ok(bytes.into_inner())
}

fn unencodable(reason: &str) -> PictureError {
    PictureError::Unencodable { protocol: Protocol::Kitty.name(), reason: sanitize(reason).into_owned() }
}
