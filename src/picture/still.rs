//! A decoded picture that does not move, or one frame of an animation.

use std::sync::Arc;

use image::DynamicImage;
use image::metadata::Orientation;

use super::decode::{self, Decoded};
use super::error::{PictureError, Resource};
use super::file_info::header::{Header, shown};
use super::file_info::read_header;
use super::frames::parts;
use super::limits::{Limits, MAX_SVG_SIDE};
use super::note::Note;
use super::renderer::{RenderTask, Rendered, Renderer};
use super::zoomable::{Zoomable, decoded_size};
use super::{color, scale};
use crate::domain::picture_format::Format;

/// The largest SVG that is drawn, in bytes.
const MAX_SVG_BYTES: usize = 8 << 20;

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
        let header = read_header(bytes)?;
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

    /// Decodes all pixels, however many.
    pub(super) fn decode_whole(
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
            let Rendered { pixels, notes } = renderer.render(bytes, RenderTask::Avif { max_pixels })?;
            let image = DynamicImage::ImageRgba8(pixels);
            return Ok(Self::stored(header, image, notes));
        }
        // The still decoders would decode the default image of an animated PNG, and nothing of an animated WebP.
        match parts::first(bytes, header, limits) {
            Some(Ok(mut first)) => {
                let (conversion, note) = decode::of_frames(bytes, format);
                if let Some(conversion) = conversion {
                    let width = first.width();
                    color::convert(&conversion, &mut first, width);
                }
                let mut notes = header.notes();
                notes.extend(note);
                return Ok(Self::stored(header, DynamicImage::ImageRgba8(first), notes));
            }
            Some(Err(error)) if header.whole => return Err(error),
            _ => {}
        }
        let Decoded { image, notes } = decode::decode(bytes, header, limits)?;
        Ok(Self::stored(header, image, notes))
    }

    /// Decoded pixels in the size and orientation of the header.
    pub(super) fn stored(header: &Header, image: DynamicImage, notes: Vec<Note>) -> Self {
        Self { format: header.format, pixels: Pixels::Stored(image, header.orientation), notes }
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
                let (width, height) = shown((width, height), *orientation);
                let mut turned = DynamicImage::ImageRgba8(scale::scaled(image, width, height));
                turned.apply_orientation(*orientation);
                turned.into_rgba8()
            }
            Pixels::Svg { text, renderer, .. } => {
                let side = |side: u32| side.clamp(1, MAX_SVG_SIDE);
                return renderer.render(text, RenderTask::Svg { width: side(width), height: side(height) });
            }
            Pixels::Large { file, renderer, .. } => {
                let (format, width, height) = (self.format, width.max(1), height.max(1));
                let mut rendered = renderer.render(file, RenderTask::Raster { format, width, height })?;
                rendered.notes.splice(0..0, self.notes.iter().copied());
                rendered.notes.dedup();
                return Ok(rendered);
            }
        };
        Ok(Rendered { pixels, notes: self.notes.clone() })
    }

    /// Decodes all pixels, to show parts of the picture. Above 16 megapixels of a JPEG, or 12 of another format, in a smaller
    /// size. Blocks for as long as that takes; may fail for a large picture.
    pub fn zoomable(&self) -> Result<Zoomable, PictureError> {
        Ok(match &self.pixels {
            Pixels::Stored(image, orientation) => {
                let mut image = image.clone();
                image.apply_orientation(*orientation);
                Zoomable::of_pixels(image, self.notes.clone())
            }
            Pixels::Svg { text, renderer, .. } => Zoomable::of_svg(Arc::clone(text), Arc::clone(renderer)),
            Pixels::Large { size, .. } => {
                let (width, height) = decoded_size(self.format, *size);
                let mut rendered = self.scaled(width, height)?;
                if (width, height) != *size {
                    rendered.notes.push(Note::Reduced);
                }
                Zoomable::of_rendered(rendered)
            }
        })
    }

    pub(super) fn fitted(&self, within: (f64, f64)) -> (u32, u32) {
        if let Pixels::Svg { size, .. } = &self.pixels {
            let (width, height) = scale::filling(*size, within);
            return (width.min(MAX_SVG_SIDE), height.min(MAX_SVG_SIDE));
        }
        scale::fitted(self.size(), within)
    }

    /// The width and height in pixels as displayed.
    pub fn size(&self) -> (u32, u32) {
        match &self.pixels {
            Pixels::Stored(image, orientation) => shown((image.width(), image.height()), *orientation),
            Pixels::Svg { size, .. } | Pixels::Large { size, .. } => *size,
        }
    }
}

/// Whether a picture is drawn by a [`Renderer`], which may take long.
pub fn needs_renderer(bytes: &[u8]) -> bool {
    read_header(bytes)
        .is_ok_and(|header| matches!(header.format, Format::Svg | Format::Avif) || header.is_large())
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
