//! Decoding that runs in another process: SVG, whose cost is not known in advance; AVIF, whose decoder is young; and
//! large pictures, so that their memory is returned to the system.

use std::fmt::Debug;

use image::RgbaImage;

use super::{Format, Note, PictureError};

/// Pixels with straight alpha in sRGB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub pixels: RgbaImage,
    pub notes: Vec<Note>,
}

/// Renders untrusted files. The program uses a process with limits. Tests and fuzzing use their own process.
pub trait Renderer: Debug + Send + Sync {
    /// Draws an SVG in exactly this size, in pixels.
    fn svg(&self, text: &[u8], width: u32, height: u32) -> Result<Rendered, PictureError>;

    /// Decodes an AVIF of at most `max_pixels` pixels. Its rotation is not applied.
    fn avif(&self, bytes: &[u8], max_pixels: u32) -> Result<Rendered, PictureError>;

    /// Decodes a picture of this format, applies its orientation, and scales it to exactly this size.
    fn raster(&self, bytes: &[u8], format: Format, width: u32, height: u32)
    -> Result<Rendered, PictureError>;
}

/// Renders without limits, in the calling thread and without fonts: for tests and fuzzing.
#[derive(Debug, Clone, Copy)]
pub struct InProcess;

impl Renderer for InProcess {
    #[cfg(feature = "svg")]
    fn svg(&self, text: &[u8], width: u32, height: u32) -> Result<Rendered, PictureError> {
        super::svg::render(text, width, height, super::svg::Fonts::default())
    }

    #[cfg(not(feature = "svg"))]
    fn svg(&self, _: &[u8], _: u32, _: u32) -> Result<Rendered, PictureError> {
        Err(PictureError::Unsupported { format: Format::Svg })
    }

    #[cfg(feature = "avif")]
    fn avif(&self, bytes: &[u8], max_pixels: u32) -> Result<Rendered, PictureError> {
        super::avif::render(bytes, max_pixels)
    }

    #[cfg(not(feature = "avif"))]
    fn avif(&self, _: &[u8], _: u32) -> Result<Rendered, PictureError> {
        Err(PictureError::Unsupported { format: Format::Avif })
    }

    fn raster(&self, bytes: &[u8], _: Format, width: u32, height: u32) -> Result<Rendered, PictureError> {
        super::raster(bytes, width, height)
    }
}
