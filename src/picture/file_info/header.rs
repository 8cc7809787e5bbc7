//! What the parsers of all formats return.

use image::metadata::Orientation;

use crate::domain::picture_format::Format;
use crate::picture::error::PictureError;
use crate::picture::note::Note;

/// The most pixels that are decoded in this process. The memory for larger ones would stay with the allocator, so a
/// [`Renderer`](crate::picture::Renderer) decodes and scales them.
pub(in crate::picture) const MAX_LOCAL_PIXELS: u64 = 4 << 20;

/// What the decoder needs to know in advance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::picture) struct Header {
    pub(in crate::picture) format: Format,
    /// The width in pixels as stored.
    pub(in crate::picture) width: u32,
    pub(in crate::picture) height: u32,
    pub(in crate::picture) orientation: Orientation,
    pub(in crate::picture) animated: bool,
    /// The bytes per pixel that decoding takes, in twelfths, so that a quarter-size chroma plane is a whole number.
    pub(in crate::picture) twelfths: u32,
    /// Whether the file has its end, as its format defines it.
    pub(in crate::picture) whole: bool,
}

impl Header {
    pub(super) fn new(format: Format, (width, height): (u32, u32)) -> Self {
        Self {
            format,
            width,
            height,
            orientation: Orientation::NoTransforms,
            animated: false,
            twelfths: 4 * 12,
            whole: false,
        }
    }

    /// Whether the picture has too many pixels to decode in this process.
    pub(in crate::picture) fn is_large(&self) -> bool {
        self.pixels() > MAX_LOCAL_PIXELS
    }

    pub(in crate::picture) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The bytes that decoding takes.
    pub(in crate::picture) fn memory(&self) -> u64 {
        (self.pixels() * u64::from(self.twelfths)).div_ceil(12)
    }

    /// The notes on a picture with this header.
    pub(in crate::picture) fn notes(&self) -> Vec<Note> {
        if self.whole { Vec::new() } else { vec![Note::Incomplete] }
    }

    /// The error of a decoder.
    pub(in crate::picture) fn damaged(&self, reason: &(impl ToString + ?Sized)) -> PictureError {
        if self.whole {
            PictureError::damaged(self.format, reason.to_string().trim_end_matches('.'))
        } else {
            PictureError::Cut { format: self.format }
        }
    }

    /// The size as displayed.
    pub(in crate::picture) fn shown(&self) -> (u32, u32) {
        shown((self.width, self.height), self.orientation)
    }
}

/// Converts the stored size to the displayed size, or back.
pub(in crate::picture) fn shown((width, height): (u32, u32), orientation: Orientation) -> (u32, u32) {
    match orientation {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
        _ => (width, height),
    }
}

/// The orientation in EXIF data.
pub(super) fn orientation(exif: &[u8]) -> Orientation {
    Orientation::from_exif_chunk(exif).unwrap_or(Orientation::NoTransforms)
}
