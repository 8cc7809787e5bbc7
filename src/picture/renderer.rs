//! Decoding that runs in another process: SVG, whose cost is not known in advance; AVIF, whose decoder is young; and
//! large pictures, so that their memory is returned to the system.

use std::fmt::Debug;

use image::RgbaImage;
use serde::{Deserialize, Serialize};

use super::error::PictureError;
use super::note::Note;
use crate::domain::picture_format::Format;

/// Pixels with straight alpha in sRGB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    pub pixels: RgbaImage,
    pub notes: Vec<Note>,
}

/// What to do with a file. Sizes are in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RenderTask {
    /// Draw an SVG in exactly this size.
    Svg { width: u32, height: u32 },
    /// Draw an SVG of which the whole would have the size `whole`, but only this part.
    SvgPart { whole: (u32, u32), offset: (u32, u32), width: u32, height: u32 },
    /// Decode an AVIF of at most `max_pixels` pixels. Its rotation is not applied.
    Avif { max_pixels: u32 },
    /// Decode a picture of this format, apply its orientation, and scale it to exactly this size.
    Raster { format: Format, width: u32, height: u32 },
}

impl RenderTask {
    pub fn format(self) -> Format {
        match self {
            Self::Svg { .. } | Self::SvgPart { .. } => Format::Svg,
            Self::Avif { .. } => Format::Avif,
            Self::Raster { format, .. } => format,
        }
    }
}

/// Renders untrusted files. The program uses a process with limits. Tests and fuzzing use their own process.
pub trait Renderer: Debug + Send + Sync {
    fn render(&self, file: &[u8], task: RenderTask) -> Result<Rendered, PictureError>;
}
