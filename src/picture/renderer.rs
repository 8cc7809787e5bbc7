//! Decoding that is done outside of this process: SVG, whose cost no header tells, AVIF, whose decoder is young, and large
//! pictures, whose memory goes back to the system with the process.

use std::fmt::Debug;

use image::RgbaImage;

use super::{Format, Note, PictureError};

/// Pixels with straight alpha in sRGB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub pixels: RgbaImage,
    pub notes: Vec<Note>,
}

/// Renders untrusted files. The program does so in a process with limits; tests and fuzzing do so in their own.
pub trait Renderer: Debug + Send + Sync {
    /// Draws an SVG in just this size, in pixels.
    fn svg(&self, text: &[u8], width: u32, height: u32) -> Result<Rendered, PictureError>;

    /// Decodes an AVIF of at most so many pixels, not turned as its header says.
    fn avif(&self, bytes: &[u8], max_pixels: u32) -> Result<Rendered, PictureError>;

    /// Decodes a picture of this format, turned as its header says, and scales it to just this size.
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
