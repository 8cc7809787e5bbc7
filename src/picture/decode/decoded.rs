//! The pixels of a decoded file, and the conversion of their colours.

use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};

use crate::picture::color::{ColorSource, Conversion, Samples, convert};
use crate::picture::error::PictureError;
use crate::picture::file_info::header::Header;
use crate::picture::note::Note;

/// Pixels with 8 bits per sample, and the notes on them.
pub(in crate::picture) struct Decoded {
    pub(in crate::picture) image: DynamicImage,
    pub(in crate::picture) notes: Vec<Note>,
}

impl Decoded {
    /// Converts colours from an ICC profile.
    pub(super) fn convert(&mut self, profile: Option<&[u8]>) {
        let samples = if self.image.color().has_alpha() { Samples::Rgba } else { Samples::Rgb };
        let (conversion, note) = noted(profile.map(ColorSource::Icc), samples, false);
        if let Some(conversion) = conversion {
            convert_image(&conversion, &mut self.image);
        }
        self.notes.extend(note);
    }
}

/// The conversion, or a note that the profile is unusable.
pub(super) fn noted(
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

pub(super) fn image_of(
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
    image.ok_or_else(|| PictureError::damaged(header.format, "its size doesn't match its header"))
}
