//! Pictures: file info, decoding within limits, scaling, animation, and encoding for the terminal.
//!
//! The functions block while they compute, so call them on a thread for that. There is no clock, thread or network here.
//! In reading order: [`file_info()`], [`Picture`], [`Frames`], [`encode`] and [`print_inline`], [`Cache`].
//!
//! JPEG, PNG, WebP and GIF are decoded here. SVG and AVIF are decoded by a [`Renderer`], in another process, if the
//! features `svg` and `avif` are on. An SVG's scripts do not run, and its external references are not loaded.

#[cfg(feature = "avif")]
pub mod avif;
mod cache;
mod checkerboard;
mod color;
mod decode;
pub mod detect;
mod error;
mod file_info;
mod frames;
mod inline;
mod note;
mod palette;
mod protocol;
mod renderer;
mod scale;
mod sixel;
mod size_probe;
#[cfg(feature = "svg")]
pub mod svg;
pub mod terminal_response;

use std::sync::Arc;

use image::metadata::Orientation;
use image::{DynamicImage, ImageError};

pub use cache::Cache;
pub use detect::{Detection, Graphics, Multiplexer, TerminalEnv};
pub use error::{PictureError, Resource};
pub use file_info::{FileInfo, Format, extension, file_info, format};
pub use frames::{Frame, Frames};
pub use inline::{InlineError, print_inline};
pub use note::Note;
pub use palette::nearest_of_256;
pub use protocol::{Encoded, Protocol, Target, USUAL_CELL, delete_pictures, encode};
pub use renderer::{InProcess, Rendered, Renderer};
pub use size_probe::SizeProbe;
pub use terminal_response::TerminalResponse;

use crate::domain::sanitize::sanitize;
use crate::domain::width::first_chars;
use decode::Decoded;
use file_info::{Header, header};

/// The `Accept` header. AVIF is left out: it is slower to decode, and servers would prefer it.
pub const ACCEPT: &str = if cfg!(feature = "svg") {
    "image/webp,image/png,image/jpeg,image/gif,image/svg+xml"
} else {
    "image/webp,image/png,image/jpeg,image/gif"
};

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
    fn admit(&self, header: &Header, file: &[u8]) -> Result<(), PictureError> {
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

    fn for_decoder(&self) -> image::Limits {
        let mut limits = image::Limits::default();
        limits.max_image_width = Some(self.side);
        limits.max_image_height = Some(self.side);
        limits.max_alloc = Some(self.memory);
        limits
    }
}

/// The most pixels that are decoded in this process. The memory for larger ones would stay with the allocator, so a
/// [`Renderer`] decodes and scales them.
const MAX_LOCAL_PIXELS: u64 = 4 << 20;

/// The largest SVG that is drawn, in bytes.
const MAX_SVG_BYTES: usize = 8 << 20;
/// The longest side of a drawn SVG, in pixels.
const MAX_SVG_SIDE: u32 = 8192;

/// A decoded picture in its original size. It can be scaled many times.
#[derive(Debug, Clone)]
pub struct Picture {
    format: Format,
    pixels: Pixels,
    notes: Vec<Note>,
}

#[derive(Debug, Clone)]
enum Pixels {
    /// The pixels as stored. The orientation is applied after scaling, when there are fewer.
    Stored(DynamicImage, Orientation),
    /// A text that is drawn again for each size.
    Svg { text: Arc<[u8]>, size: (u32, u32), renderer: Arc<dyn Renderer> },
    /// A file that is decoded again for each size.
    Large { file: Arc<[u8]>, size: (u32, u32), renderer: Arc<dyn Renderer> },
}

impl Picture {
    /// Decodes a picture, or the first frame of an animation. Of an SVG, or a picture of more than 4 megapixels, only the
    /// header is read here: it is rendered when it is scaled.
    pub fn decode(bytes: &[u8], limits: &Limits, renderer: &Arc<dyn Renderer>) -> Result<Self, PictureError> {
        Self::decode_keeping(bytes, || bytes.into(), limits, renderer)
    }

    /// The same of a file that the picture shares, where it keeps it.
    pub fn decode_shared(
        file: &Arc<[u8]>,
        limits: &Limits,
        renderer: &Arc<dyn Renderer>,
    ) -> Result<Self, PictureError> {
        Self::decode_keeping(file, || Arc::clone(file), limits, renderer)
    }

    fn decode_keeping(
        bytes: &[u8],
        file: impl FnOnce() -> Arc<[u8]>,
        limits: &Limits,
        renderer: &Arc<dyn Renderer>,
    ) -> Result<Self, PictureError> {
        let header = header(bytes)?;
        let format = header.format;
        if format == Format::Svg {
            return svg_picture(bytes.len(), file, &header, renderer);
        }
        limits.admit(&header, bytes)?;
        if header.is_large() {
            let pixels = Pixels::Large { file: file(), size: header.shown(), renderer: Arc::clone(renderer) };
            let notes = if header.animated { vec![Note::FirstFrame] } else { Vec::new() };
            return Ok(Self { format, pixels, notes });
        }
        Self::decode_whole(bytes, &header, limits, renderer.as_ref())
    }

    /// Decodes all pixels, without the limit of [`MAX_LOCAL_PIXELS`].
    fn decode_whole(
        bytes: &[u8],
        header: &Header,
        limits: &Limits,
        renderer: &dyn Renderer,
    ) -> Result<Self, PictureError> {
        let format = header.format;
        if format == Format::Avif {
            if !header.whole {
                return Err(PictureError::Cut { format });
            }
            let max_pixels = u32::try_from(limits.memory / 4).unwrap_or(u32::MAX);
            let Rendered { pixels, notes } = renderer.avif(bytes, max_pixels)?;
            let image = DynamicImage::ImageRgba8(pixels);
            return Ok(Self { format, pixels: Pixels::Stored(image, header.orientation), notes });
        }
        // The still decoders would decode the default image of an animated PNG, and nothing of an animated WebP.
        match frames::first(bytes, header, limits) {
            Some(Ok(mut first)) => {
                let (conversion, note) = decode::of_frames(bytes, format);
                if let Some(conversion) = conversion {
                    let width = first.width();
                    color::convert(&conversion, &mut first, width);
                }
                let mut notes = if header.whole { Vec::new() } else { vec![Note::Incomplete] };
                notes.extend(note);
                let image = DynamicImage::ImageRgba8(first);
                return Ok(Self { format, pixels: Pixels::Stored(image, header.orientation), notes });
            }
            Some(Err(error)) if header.whole => return Err(error),
            _ => {}
        }
        let Decoded { image, notes } = decode::decode(bytes, header, limits)?;
        Ok(Self { format, pixels: Pixels::Stored(image, header.orientation), notes })
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// The width in pixels as displayed.
    pub fn width(&self) -> u32 {
        self.size().0
    }

    /// The height in pixels as displayed.
    pub fn height(&self) -> u32 {
        self.size().1
    }

    /// The least bytes that it takes in memory.
    pub fn bytes(&self) -> usize {
        match &self.pixels {
            Pixels::Stored(image, _) => image.as_bytes().len(),
            Pixels::Svg { text: file, .. } | Pixels::Large { file, .. } => file.len(),
        }
    }

    /// Scales the picture to fit a box of pixels. The aspect ratio is kept. Only an SVG is enlarged.
    pub fn fit(&self, width: u32, height: u32) -> Result<Rendered, PictureError> {
        let (width, height) = self.fitted((f64::from(width), f64::from(height)));
        self.scaled(width, height)
    }

    /// Scales the picture to exactly this size, whatever its aspect ratio. A side of 0 becomes 1, and the sides of an SVG
    /// are at most 8192. Fails only for an SVG or a large picture, which are rendered now.
    pub fn scaled(&self, width: u32, height: u32) -> Result<Rendered, PictureError> {
        let pixels = match &self.pixels {
            Pixels::Stored(image, Orientation::NoTransforms) => scale::scaled(image, width, height),
            Pixels::Stored(image, orientation) => {
                let (width, height) = file_info::shown((width, height), *orientation);
                let mut turned = DynamicImage::ImageRgba8(scale::scaled(image, width, height));
                turned.apply_orientation(*orientation);
                turned.into_rgba8()
            }
            Pixels::Svg { text, renderer, .. } => {
                let side = |side: u32| side.clamp(1, MAX_SVG_SIDE);
                return renderer.svg(text, side(width), side(height));
            }
            Pixels::Large { file, renderer, .. } => {
                let mut rendered = renderer.raster(file, self.format, width.max(1), height.max(1))?;
                rendered.notes.splice(0..0, self.notes.iter().copied());
                rendered.notes.dedup();
                return Ok(rendered);
            }
        };
        Ok(Rendered { pixels, notes: self.notes.clone() })
    }

    fn fitted(&self, within: (f64, f64)) -> (u32, u32) {
        if let Pixels::Svg { size, .. } = &self.pixels {
            let (width, height) = scale::filling(*size, within);
            return (width.min(MAX_SVG_SIDE), height.min(MAX_SVG_SIDE));
        }
        scale::fitted(self.size(), within)
    }

    fn size(&self) -> (u32, u32) {
        match &self.pixels {
            Pixels::Stored(image, orientation) => {
                file_info::shown((image.width(), image.height()), *orientation)
            }
            Pixels::Svg { size, .. } | Pixels::Large { size, .. } => *size,
        }
    }
}

/// Decodes a picture of any size within the limits and scales it to just this size, all in this process. The file is
/// dropped in between.
pub fn raster(file: impl AsRef<[u8]>, width: u32, height: u32) -> Result<Rendered, PictureError> {
    let bytes = file.as_ref();
    let (header, limits) = (header(bytes)?, Limits::default());
    limits.admit(&header, bytes)?;
    let stored = file_info::shown((width.max(1), height.max(1)), header.orientation);
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

fn svg_picture(
    length: usize,
    file: impl FnOnce() -> Arc<[u8]>,
    header: &Header,
    renderer: &Arc<dyn Renderer>,
) -> Result<Picture, PictureError> {
    let format = Format::Svg;
    if cfg!(not(feature = "svg")) {
        return Err(PictureError::Unsupported { format });
    }
    if length > MAX_SVG_BYTES {
        return Err(PictureError::TooExpensive { format, resource: Resource::Text });
    }
    let pixels = Pixels::Svg { text: file(), size: header.shown(), renderer: Arc::clone(renderer) };
    Ok(Picture { format, pixels, notes: Vec::new() })
}

fn damaged(header: &Header, error: &ImageError) -> PictureError {
    damage(header, &error.to_string())
}

/// Libraries quote input in their messages, so the reason is sanitized and shortened.
fn damage(header: &Header, reason: &str) -> PictureError {
    let format = header.format;
    if !header.whole {
        return PictureError::Cut { format };
    }
    let reason = sanitize(&first_chars(reason, 160)).trim_end_matches('.').to_owned();
    PictureError::Damaged { format, reason }
}
