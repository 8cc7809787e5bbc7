//! Decodes JPEG, PNG, GIF and WebP to sRGB, in this process.

mod decoded;
mod jpeg;
mod png;

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::{LimitError, LimitErrorKind};
use image::{ColorType, ImageDecoder, ImageError};

use super::chunks::le32;
use super::color::{ColorSource, Conversion, Samples};
use super::error::PictureError;
use super::file_info::header::Header;
use super::file_info::{gif, webp};
use super::limits::Limits;
use super::note::Note;
use super::renderer::Rendered;
use crate::domain::picture_format::Format;
pub(super) use decoded::Decoded;
use decoded::{image_of, noted};

/// Decodes a file. The header was checked against the limits before. A truncated file is decoded as far as possible.
pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded, PictureError> {
    match header.format {
        Format::Jpeg => jpeg::decode(bytes, header, limits),
        Format::Png => png::decode(bytes, header, limits),
        Format::Gif => {
            let decoder = GifDecoder::new(Cursor::new(bytes)).map_err(|error| header.damaged(&error))?;
            let mut shown = stored(decoder, header, limits)?;
            let profile = gif::profile(bytes);
            shown.convert(profile.as_deref());
            Ok(shown)
        }
        _ => {
            let padded = padded_webp(bytes, header);
            let input = Cursor::new(padded.as_deref().unwrap_or(bytes));
            let decoder = WebPDecoder::new(input).map_err(|error| header.damaged(&error))?;
            let mut shown = stored(decoder, header, limits)?;
            shown.convert(webp::profile(bytes));
            Ok(shown)
        }
    }
}

/// Scales a still picture while it is decoded. `None` if the whole picture must be decoded first.
pub(super) fn scaled(
    bytes: &[u8],
    header: &Header,
    size: (u32, u32),
) -> Option<Result<Rendered, PictureError>> {
    // At its own size, the filter would change the pixels.
    let keeps_size = size == (header.width, header.height);
    (header.format == Format::Png && !header.animated && !keeps_size)
        .then(|| png::scaled(bytes, header, size))
        .flatten()
}

/// A truncated still WebP, padded with zeros if at most a tenth is missing: the decoder accepts only whole files.
fn padded_webp(bytes: &[u8], header: &Header) -> Option<Vec<u8>> {
    if header.whole || header.animated {
        return None;
    }
    let length = usize::try_from(le32(bytes, 4)?).ok()?.checked_add(8)?;
    if length - bytes.len() > bytes.len() / 9 {
        return None;
    }
    let mut padded = bytes.to_vec();
    padded.resize(length, 0);
    Some(padded)
}

/// The conversion of an animation's frames, which are RGBA, to sRGB.
pub(super) fn of_frames(bytes: &[u8], format: Format) -> (Option<Conversion>, Option<Note>) {
    match format {
        Format::Png => png::conversion_of_frames(bytes),
        Format::WebP => noted(webp::profile(bytes).map(ColorSource::Icc), Samples::Rgba, false),
        _ => noted(gif::profile(bytes).as_deref().map(ColorSource::Icc), Samples::Rgba, false),
    }
}

/// Decodes with a decoder of `image`. Of a truncated file, the pixels before its end.
fn stored(mut decoder: impl ImageDecoder, header: &Header, limits: &Limits) -> Result<Decoded, PictureError> {
    let failed = |error: &ImageError| header.damaged(error);
    decoder.set_limits(limits.for_decoder()).map_err(|error| failed(&error))?;
    let (width, height) = decoder.dimensions();
    let color = decoder.color_type();
    // The decoder may read another size than our parser.
    if decoder.total_bytes() > limits.memory || !matches!(color, ColorType::Rgb8 | ColorType::Rgba8) {
        let limit = LimitError::from_kind(LimitErrorKind::InsufficientMemory);
        return Err(failed(&ImageError::Limits(limit)));
    }
    let mut pixels = vec![0; usize::try_from(decoder.total_bytes()).unwrap_or(0)];
    if let Err(error) = decoder.read_image(&mut pixels) {
        let has_begun = pixels.iter().any(|sample| *sample != 0);
        if header.whole || !has_begun {
            return Err(failed(&error));
        }
    }
    let samples = if color == ColorType::Rgb8 { Samples::Rgb } else { Samples::Rgba };
    Ok(Decoded { image: image_of(samples, width, height, pixels, header)?, notes: header.notes() })
}
