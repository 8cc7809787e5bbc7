//! Limits for decoding.

use super::error::PictureError;
use super::file_info::header::Header;

/// The longest side of a drawn SVG, in pixels.
pub(super) const MAX_SVG_SIDE: u32 = 8192;

/// Limits for decoding. They are checked against the header before anything is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest side, in pixels.
    pub side: u32,
    /// The most bytes that decoding may take: the pixels as they are stored, what the decoder keeps on its way, and the
    /// file, which is in memory twice if another process decodes it. Scaling takes up to 64 MiB besides.
    pub memory: u64,
}

impl Default for Limits {
    /// 12 000 pixels a side, as Cloudflare takes; 150 MiB, which a JPEG of 50 megapixels needs, or 25 if it is progressive.
    /// With that, this process and the one that decodes stay below 200 MB together.
    fn default() -> Self {
        Self { side: 12_000, memory: 150 << 20 }
    }
}

impl Limits {
    pub(super) fn admit(&self, header: &Header, file: &[u8]) -> Result<(), PictureError> {
        let (width, height) = header.shown();
        let format = header.format;
        if width > self.side || height > self.side {
            return Err(PictureError::TooLong { format, width, height, limit: self.side });
        }
        let copies = if header.is_large() { 2 } else { 0 };
        let needs = header.memory().saturating_add(copies * file.len() as u64);
        if needs > self.memory {
            return Err(PictureError::TooLarge { format, width, height, needs, limit: self.memory });
        }
        Ok(())
    }

    pub(super) fn for_decoder(&self) -> image::Limits {
        let mut limits = image::Limits::default();
        limits.max_image_width = Some(self.side);
        limits.max_image_height = Some(self.side);
        limits.max_alloc = Some(self.memory);
        limits
    }
}
