//! The pixels: what a picture's bytes tell, decoding within limits, scaling, animation, and the terminal's own words.
//!
//! All of it blocks and none of it waits: no clock, no thread, no network. Who calls does so from a thread of its own. The
//! room is read in this order: [`facts()`], [`Picture`], [`Frames`], [`encode`] and [`scrollback`], [`Cache`].
//!
//! What is decoded: JPEG, PNG, WebP, GIF, and by a [`Renderer`], outside of this process, SVG and AVIF where the features
//! `svg` and `avif` are on. [`ACCEPT`] says so to a server. Scripts of an SVG do not run, and nothing that it refers to is
//! loaded.

pub mod answer;
#[cfg(feature = "avif")]
pub mod avif;
mod cache;
mod checkerboard;
mod color;
mod decode;
pub mod detect;
mod error;
mod facts;
mod frames;
mod note;
mod opening;
mod palette;
mod renderer;
mod scale;
mod scrollback;
mod sixel;
#[cfg(feature = "svg")]
pub mod svg;
mod terminal;

use std::sync::Arc;

use image::metadata::Orientation;
use image::{DynamicImage, ImageError};

pub use answer::TerminalAnswer;
pub use cache::Cache;
pub use detect::{Detection, EnvFacts, Graphics, Multiplexer};
pub use error::{PictureError, Resource};
pub use facts::{Facts, Format, extension, facts, format};
pub use frames::{Frame, Frames};
pub use note::Note;
pub use opening::Opening;
pub use palette::nearest_of_256;
pub use renderer::{InProcess, Rendered, Renderer};
pub use scrollback::{ScrollbackError, scrollback};
pub use terminal::{Encoded, Protocol, Target, USUAL_CELL, encode, farewell};

use crate::domain::safe_text::visible;
use crate::domain::width::first_chars;
use decode::Decoded;
use facts::{Header, header};

/// What to ask a server for. AVIF is decoded too, but more slowly: a server that is asked for it prefers it.
pub const ACCEPT: &str = if cfg!(feature = "svg") {
    "image/webp,image/png,image/jpeg,image/gif,image/svg+xml"
} else {
    "image/webp,image/png,image/jpeg,image/gif"
};

/// What a picture may take. Both are checked against what the header says, before anything is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most pixels that a side may have.
    pub side: u32,
    /// The most bytes that decoding may take: the pixels as they are stored, and what the decoder keeps on its way. Scaling
    /// takes up to 64 MiB besides.
    pub memory: u64,
}

impl Default for Limits {
    /// 12 000 pixels a side, as Cloudflare takes; 192 MiB, which a JPEG of 67 megapixels needs, or 33 if it is progressive.
    fn default() -> Self {
        Self { side: 12_000, memory: 192 << 20 }
    }
}

impl Limits {
    fn admit(&self, header: &Header) -> Result<(), PictureError> {
        let (width, height) = header.shown();
        let format = header.format;
        if width > self.side || height > self.side {
            return Err(PictureError::TooLong { format, width, height, limit: self.side });
        }
        let needs = header.memory();
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

/// The most pixels that are decoded in this process. What decoding larger ones took would stay with the allocator, so a
/// [`Renderer`] decodes and scales them.
const MAX_LOCAL_PIXELS: u64 = 4 << 20;

/// The largest SVG that is drawn, in bytes.
const MAX_SVG_BYTES: usize = 8 << 20;
/// The longest side that an SVG is drawn with, in pixels.
const MAX_SVG_SIDE: u32 = 8192;

/// A decoded picture. It is scaled as often as one likes, and keeps the size it came in.
#[derive(Debug, Clone)]
pub struct Picture {
    format: Format,
    pixels: Pixels,
    notes: Vec<Note>,
}

#[derive(Debug, Clone)]
enum Pixels {
    /// As they are stored, to be turned when they are few.
    Stored(DynamicImage, Orientation),
    /// A text that is drawn anew in each size.
    Svg { text: Arc<[u8]>, size: (u32, u32), renderer: Arc<dyn Renderer> },
    /// A file that a renderer decodes anew for each size.
    Large { file: Arc<[u8]>, size: (u32, u32), renderer: Arc<dyn Renderer> },
}

impl Picture {
    /// Decodes a picture, of an animation the first frame. An SVG, or a picture of more than 4 megapixels, is only looked at
    /// here, and rendered when it is scaled.
    pub fn decode(bytes: &[u8], limits: &Limits, renderer: &Arc<dyn Renderer>) -> Result<Self, PictureError> {
        let header = header(bytes)?;
        let format = header.format;
        if format == Format::Svg {
            return svg_picture(bytes, &header, renderer);
        }
        limits.admit(&header)?;
        if header.is_large() {
            let pixels =
                Pixels::Large { file: bytes.into(), size: header.shown(), renderer: Arc::clone(renderer) };
            let notes = if header.animated { vec![Note::FirstFrame] } else { Vec::new() };
            return Ok(Self { format, pixels, notes });
        }
        Self::decode_whole(bytes, &header, limits, renderer.as_ref())
    }

    /// Decodes all pixels, however many.
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
        // A still decoder takes the default image of an animated PNG, and nothing of an animated WebP.
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

    /// The kind of file that it came in.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The width in pixels, as it is shown.
    pub fn width(&self) -> u32 {
        self.size().0
    }

    /// The height in pixels, as it is shown.
    pub fn height(&self) -> u32 {
        self.size().1
    }

    /// The bytes that it takes in memory, at least.
    pub fn bytes(&self) -> usize {
        match &self.pixels {
            Pixels::Stored(image, _) => image.as_bytes().len(),
            Pixels::Svg { text: file, .. } | Pixels::Large { file, .. } => file.len(),
        }
    }

    /// The picture within a box of pixels, in its own shape. It is never enlarged, unless it is drawn from an SVG, which
    /// fills the box.
    pub fn fit(&self, width: u32, height: u32) -> Result<Rendered, PictureError> {
        let (width, height) = self.fitted((f64::from(width), f64::from(height)));
        self.scaled(width, height)
    }

    /// The picture in just this size, whatever its shape. Sides of nothing become one pixel, and no side of an SVG becomes
    /// longer than 8192. Fails only for what is rendered now: an SVG or a large picture.
    pub fn scaled(&self, width: u32, height: u32) -> Result<Rendered, PictureError> {
        let pixels = match &self.pixels {
            Pixels::Stored(image, Orientation::NoTransforms) => scale::scaled(image, width, height),
            Pixels::Stored(image, orientation) => {
                let (width, height) = facts::shown((width, height), *orientation);
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
            Pixels::Stored(image, orientation) => facts::shown((image.width(), image.height()), *orientation),
            Pixels::Svg { size, .. } | Pixels::Large { size, .. } => *size,
        }
    }
}

/// Decodes a picture of any size within the limits and scales it to just this size, all in this process.
pub fn raster(bytes: &[u8], width: u32, height: u32) -> Result<Rendered, PictureError> {
    let (header, limits) = (header(bytes)?, Limits::default());
    limits.admit(&header)?;
    let stored = facts::shown((width.max(1), height.max(1)), header.orientation);
    if let Some(rendered) = decode::scaled(bytes, &header, stored) {
        let Rendered { pixels, notes } = rendered?;
        let mut turned = DynamicImage::ImageRgba8(pixels);
        turned.apply_orientation(header.orientation);
        return Ok(Rendered { pixels: turned.into_rgba8(), notes });
    }
    Picture::decode_whole(bytes, &header, &limits, &InProcess)?.scaled(width, height)
}

fn svg_picture(bytes: &[u8], header: &Header, renderer: &Arc<dyn Renderer>) -> Result<Picture, PictureError> {
    let format = Format::Svg;
    if cfg!(not(feature = "svg")) {
        return Err(PictureError::Unsupported { format });
    }
    if bytes.len() > MAX_SVG_BYTES {
        return Err(PictureError::TooExpensive { format, resource: Resource::Text });
    }
    let pixels = Pixels::Svg { text: bytes.into(), size: header.shown(), renderer: Arc::clone(renderer) };
    Ok(Picture { format, pixels, notes: Vec::new() })
}

/// The decoder's complaint as ours.
fn damaged(header: &Header, error: &ImageError) -> PictureError {
    damage(header, &error.to_string())
}

/// Libraries quote what they read, so it is made safe and short.
fn damage(header: &Header, reason: &str) -> PictureError {
    let format = header.format;
    if !header.whole {
        return PictureError::Cut { format };
    }
    let reason = visible(&first_chars(reason, 160)).trim_end_matches('.').to_owned();
    PictureError::Damaged { format, reason }
}
