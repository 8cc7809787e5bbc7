//! The pictures behind the images: drawn on request, and encoded as if uploaded.

use std::io::Cursor;

use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::{Delay, DynamicImage, Frame, ImageFormat, ImageResult};
use serde::Deserialize;

use super::scene::Scene;
use super::svg;

/// The content, size and format of an image, from which its pixels are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Picture {
    pub(super) scene: Scene,
    pub(super) format: Format,
    /// In pixels
    pub(super) width: u32,
    pub(super) height: u32,
    #[serde(skip)]
    pub(super) seed: u64,
}

/// A format in which pictures are stored or delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Format {
    Jpeg,
    Png,
    WebP,
    Gif,
    Svg,
}

impl Format {
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Svg => "image/svg+xml",
        }
    }

    /// The extension of file names.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Svg => "svg",
        }
    }
}

/// The number of frames of an animation, and how long each is shown.
const FRAMES: u16 = 12;
const FRAME_MILLISECONDS: u32 = 80;

impl Picture {
    /// The bytes as uploaded.
    pub(super) fn original(&self) -> ImageResult<Vec<u8>> {
        if self.format == Format::Svg {
            return Ok(svg::draw(self.width, self.height, self.seed).into_bytes());
        }
        encode(self.frames(), self.format)
    }

    /// The pixels: one frame, or those of the animation. An SVG has none.
    pub(super) fn frames(&self) -> Vec<DynamicImage> {
        let count = if self.is_animated() { FRAMES } else { 1 };
        (0..count)
            .map(|frame| {
                self.scene.draw(self.width, self.height, self.seed, f32::from(frame) / f32::from(FRAMES))
            })
            .collect()
    }

    pub(super) fn is_animated(&self) -> bool {
        self.scene == Scene::Bounce
    }

    pub(super) fn is_transparent(&self) -> bool {
        self.scene == Scene::Logo
    }
}

/// Encodes frames. All formats but GIF use only the first. WebP is lossless, because our encoder can do nothing
/// else.
pub(super) fn encode(frames: Vec<DynamicImage>, format: Format) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    if format == Format::Gif {
        let mut encoder = GifEncoder::new_with_speed(&mut bytes, 20);
        encoder.set_repeat(Repeat::Infinite)?;
        let delay = Delay::from_numer_denom_ms(FRAME_MILLISECONDS, 1);
        for frame in frames {
            encoder.encode_frame(Frame::from_parts(frame.into_rgba8(), 0, 0, delay))?;
        }
        drop(encoder);
        return Ok(bytes);
    }
    let Some(frame) = frames.into_iter().next() else { return Ok(bytes) };
    match format {
        Format::Jpeg => JpegEncoder::new_with_quality(&mut bytes, 82).encode_image(&frame.into_rgb8())?,
        Format::WebP => frame.write_to(&mut Cursor::new(&mut bytes), ImageFormat::WebP)?,
        _ => frame.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?,
    }
    Ok(bytes)
}
