//! Decoding that runs in another process: SVG, whose cost is not known in advance; AVIF, whose decoder is young; and
//! large pictures, so that their memory is returned to the system.

use std::fmt::Debug;

use image::RgbaImage;

use super::error::PictureError;
use super::format::Format;
use super::note::Note;

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
