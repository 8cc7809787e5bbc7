//! Renders in the calling process: in the sandbox's child process, and in tests.

use image::DynamicImage;

#[cfg(feature = "avif")]
use super::avif;
use super::decode;
use super::error::PictureError;
use super::file_info::header::shown;
use super::file_info::read_header;
use super::limits::Limits;
use super::renderer::{RenderTask, Rendered, Renderer};
use super::still::Picture;
#[cfg(feature = "svg")]
use super::svg;
#[cfg(feature = "svg")]
use crate::domain::zoom::Part;

/// Renders in the calling process and without fonts. Nothing limits its memory and time: [`raster`] calls it in a
/// sandbox, and tests anywhere.
#[derive(Debug, Clone, Copy)]
pub struct InProcess;

impl Renderer for InProcess {
    fn render(&self, file: &[u8], task: RenderTask) -> Result<Rendered, PictureError> {
        match task {
            #[cfg(feature = "svg")]
            RenderTask::Svg { width, height } => svg::render(file, width, height, svg::Fonts::default()),
            #[cfg(feature = "svg")]
            RenderTask::SvgPart { whole, offset, width, height } => {
                let part = Part { whole, offset, size: (width, height) };
                svg::render_part(file, part, svg::Fonts::default())
            }
            #[cfg(feature = "avif")]
            RenderTask::Avif { max_pixels } => avif::render(file, max_pixels),
            RenderTask::Raster { width, height, .. } => raster(file, width, height),
            #[cfg(not(all(feature = "avif", feature = "svg")))]
            other => Err(PictureError::Unsupported { format: other.format() }),
        }
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
