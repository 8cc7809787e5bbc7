//! Decodes the frames of an animated WebP or PNG, each in its own area.

use std::io::Cursor;

use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::{LimitError, LimitErrorKind};
use image::{DynamicImage, ImageDecoder, ImageError, ImageResult, RgbaImage};

use super::canvas::{Canvas, Part};
use super::{apng, webp};
use crate::domain::picture_format::Format;
use crate::picture::chunks::{PNG_START, WEBP_START};
use crate::picture::error::PictureError;
use crate::picture::file_info::header::Header;
use crate::picture::limits::Limits;

/// The first frame of a WebP or PNG with frames, even if it is the only one: the still decoders would return another
/// picture or none. `None` for any other file.
pub(in crate::picture) fn first(
    bytes: &[u8],
    header: &Header,
    limits: &Limits,
) -> Option<Result<RgbaImage, PictureError>> {
    let (part, _) = match header.format {
        Format::Png if header.animated || apng::has_separate_default(bytes) => apng::part(bytes, PNG_START)?,
        Format::WebP if webp::has_frames(bytes) => webp::part(bytes, WEBP_START)?,
        _ => return None,
    };
    Some(decode(&part, header, limits).map(|image| {
        if image.dimensions() == (header.width, header.height) {
            return image;
        }
        let mut canvas = Canvas::new((header.width, header.height));
        canvas.draw(&image, &part);
        canvas.into_image()
    }))
}

/// The pixels of a frame's own area.
pub(super) fn decode(part: &Part, header: &Header, limits: &Limits) -> Result<RgbaImage, PictureError> {
    let invalid = |reason| PictureError::damaged(header.format, reason);
    if !part.area.is_within((header.width, header.height)) {
        return Err(invalid("a frame is outside the picture"));
    }
    let image = decode_file(header.format, &part.file, limits).map_err(|error| header.damaged(&error))?;
    let image = image.into_rgba8();
    if image.dimensions() != (part.area.width, part.area.height) {
        return Err(invalid("a frame's size doesn't match its header"));
    }
    Ok(image)
}

fn decode_file(format: Format, file: &[u8], limits: &Limits) -> ImageResult<DynamicImage> {
    let input = Cursor::new(file);
    match format {
        Format::Png => within(PngDecoder::with_limits(input, limits.for_decoder())?, limits),
        _ => within(WebPDecoder::new(input)?, limits),
    }
}

fn within(mut decoder: impl ImageDecoder, limits: &Limits) -> ImageResult<DynamicImage> {
    decoder.set_limits(limits.for_decoder())?;
    if decoder.total_bytes() > limits.memory {
        return Err(ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory)));
    }
    DynamicImage::from_decoder(decoder)
}
