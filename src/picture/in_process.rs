//! Renders in the calling process: in the sandbox's worker, in tests and in fuzzing.

use image::DynamicImage;

#[cfg(feature = "avif")]
use super::avif;
use super::decode;
use super::error::PictureError;
use super::file_info::header::shown;
use super::file_info::read_header;
use super::format::Format;
use super::limits::Limits;
use super::renderer::{Rendered, Renderer};
use super::still::Picture;
#[cfg(feature = "svg")]
use super::svg;

/// Renders without limits, in the calling thread and without fonts: for tests and fuzzing.
#[derive(Debug, Clone, Copy)]
pub struct InProcess;

impl Renderer for InProcess {
    #[cfg(feature = "svg")]
    fn svg(&self, text: &[u8], width: u32, height: u32) -> Result<Rendered, PictureError> {
        svg::render(text, width, height, svg::Fonts::default())
    }

    #[cfg(not(feature = "svg"))]
    fn svg(&self, _: &[u8], _: u32, _: u32) -> Result<Rendered, PictureError> {
        Err(PictureError::Unsupported { format: Format::Svg })
    }

    #[cfg(feature = "avif")]
    fn avif(&self, bytes: &[u8], max_pixels: u32) -> Result<Rendered, PictureError> {
        avif::render(bytes, max_pixels)
    }

    #[cfg(not(feature = "avif"))]
    fn avif(&self, _: &[u8], _: u32) -> Result<Rendered, PictureError> {
        Err(PictureError::Unsupported { format: Format::Avif })
    }

    fn raster(&self, bytes: &[u8], _: Format, width: u32, height: u32) -> Result<Rendered, PictureError> {
        raster(bytes, width, height)
    }
}

/// Decodes a picture of any size within the limits and scales it to just this size, all in this process. The file is
/// dropped in between.
pub fn raster(file: impl AsRef<[u8]>, width: u32, height: u32) -> Result<Rendered, PictureError> {
    let bytes = file.as_ref();
    let (header, limits) = (read_header(bytes)?, Limits::default());
    limits.admit(&header, bytes)?;
    let stored = shown((width.max(1), height.max(1)), header.orientation);
    if let Some(rendered) = decode::scaled(bytes, &header, stored) {
        let Rendered { pixels, notes } = rendered?;
        let mut turned = DynamicImage::ImageRgba8(pixels);
        turned.apply_orientation(header.orientation);
        return Ok(Rendered { pixels: turned.into_rgba8(), notes });
    }
    let picture = Picture::decode_whole(bytes, &header, &limits, &InProcess)?;
    drop(file);
    picture.scaled(width, height)
}
