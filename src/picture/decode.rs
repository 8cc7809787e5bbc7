//! Decodes JPEG, PNG, GIF and WebP to sRGB, in this process.

mod jpeg;
mod png;

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::{LimitError, LimitErrorKind};
use image::{
    ColorType, DynamicImage, GrayAlphaImage, GrayImage, ImageDecoder, ImageError, RgbImage, RgbaImage,
};

use super::color::{ColorSource, Conversion, Samples, convert};
use super::file_info::{Header, gif_profile, webp_profile};
use super::{Format, Limits, Note, PictureError, Rendered, damaged};

/// Pixels with 8 bits per sample, and the notes on them.
pub(super) struct Decoded {
    pub(super) image: DynamicImage,
    pub(super) notes: Vec<Note>,
}

impl Decoded {
    /// Converts colours from an ICC profile.
    fn convert(&mut self, profile: Option<&[u8]>) {
        let samples = if self.image.color().has_alpha() { Samples::Rgba } else { Samples::Rgb };
        let (conversion, note) = noted(profile.map(ColorSource::Icc), samples, false);
        if let Some(conversion) = conversion {
            convert_image(&conversion, &mut self.image);
        }
        self.notes.extend(note);
    }
}

/// Decodes a file. The header was checked against the limits before. A truncated file is decoded as far as possible.
pub(super) fn decode(bytes: &[u8], header: &Header, limits: &Limits) -> Result<Decoded, PictureError> {
    match header.format {
        Format::Jpeg => jpeg::decode(bytes, header, limits),
        Format::Png => png::decode(bytes, header, limits),
        Format::Gif => {
            let decoder = GifDecoder::new(Cursor::new(bytes)).map_err(|error| damaged(header, &error))?;
            let mut shown = stored(decoder, header, limits)?;
            let profile = gif_profile(bytes);
            shown.convert(profile.as_deref());
            Ok(shown)
        }
        _ => {
            let padded = padded_webp(bytes, header);
            let input = Cursor::new(padded.as_deref().unwrap_or(bytes));
            let decoder = WebPDecoder::new(input).map_err(|error| damaged(header, &error))?;
            let mut shown = stored(decoder, header, limits)?;
            shown.convert(webp_profile(bytes));
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
    let length =
        usize::try_from(u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?)).ok()?.checked_add(8)?;
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
        Format::WebP => noted(webp_profile(bytes).map(ColorSource::Icc), Samples::Rgba, false),
        _ => noted(gif_profile(bytes).as_deref().map(ColorSource::Icc), Samples::Rgba, false),
    }
}

/// The conversion, or a note that the profile is unusable.
fn noted(
    source: Option<ColorSource<'_>>,
    samples: Samples,
    deep: bool,
) -> (Option<Conversion>, Option<Note>) {
    match source.map(|source| Conversion::new(source, samples, deep)) {
        Some(Ok(conversion)) => (conversion, None),
        Some(Err(_)) => (None, Some(Note::ProfileIgnored)),
        None => (None, None),
    }
}

fn convert_image(conversion: &Conversion, image: &mut DynamicImage) {
    let width = image.width();
    match image {
        DynamicImage::ImageRgb8(image) => convert(conversion, image, width),
        DynamicImage::ImageRgba8(image) => convert(conversion, image, width),
        _ => {}
    }
}

/// Decodes with a decoder of `image`. Of a truncated file, the pixels before its end.
fn stored(mut decoder: impl ImageDecoder, header: &Header, limits: &Limits) -> Result<Decoded, PictureError> {
    let failed = |error: &ImageError| damaged(header, error);
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
    let notes = if header.whole { Vec::new() } else { vec![Note::Incomplete] };
    Ok(Decoded { image: image_of(samples, width, height, pixels, header)?, notes })
}

fn image_of(
    samples: Samples,
    width: u32,
    height: u32,
    pixels: Vec<u8>,
    header: &Header,
) -> Result<DynamicImage, PictureError> {
    let image = match samples {
        Samples::Gray => GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        Samples::GrayAlpha => GrayAlphaImage::from_raw(width, height, pixels).map(DynamicImage::ImageLumaA8),
        Samples::Rgb => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
        Samples::Rgba | Samples::GrayRgba | Samples::Cmyk => {
            RgbaImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgba8)
        }
    };
    image.ok_or_else(|| PictureError::Damaged {
        format: header.format,
        reason: "it has another size than it says".to_owned(),
    })
}
