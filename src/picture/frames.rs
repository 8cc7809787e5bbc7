//! Decodes animations frame by frame, with memory that does not depend on the number of frames.

mod apng;
mod canvas;
mod gif;
mod webp;

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::error::{LimitError, LimitErrorKind};
use image::metadata::Orientation;
use image::{AnimationDecoder as _, DynamicImage, ImageDecoder, ImageError, ImageResult, RgbaImage};

use super::color::{Conversion, convert};
use super::decode::of_frames;
use super::file_info::{Header, header};
use super::{Format, Limits, Note, Picture, PictureError, Pixels, damaged};
use canvas::{Canvas, Part};

/// Shorter delays mean “as fast as possible” in files. Browsers show such frames for `DEFAULT_DELAY`.
const MIN_HONOURED_DELAY: Duration = Duration::from_millis(11);
const DEFAULT_DELAY: Duration = Duration::from_millis(100);
/// The shortest delay: 15 frames per second.
const SHORTEST: Duration = Duration::from_nanos(1_000_000_000 / 15);
/// The longest delay, so that no file can cause an overflow.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// The most bytes that the decoder of a GIF takes: its canvas, a frame, and that frame on the canvas, of 4 megapixels each.
const MOST_OF_GIF: u64 = 3 * 4 * super::MAX_LOCAL_PIXELS;

/// A frame, and how long it stands.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The whole canvas, with what remains of earlier frames.
    pub picture: Picture,
    /// How long the frame is shown, at least a fifteenth of a second.
    pub delay: Duration,
}

/// The frames of an animated GIF, WebP or PNG, repeated as often as the file says. Ends after an error.
///
/// Frames that are shorter than a fifteenth of a second are merged: the first is returned, and the others are decoded and
/// skipped. The very last frame is always returned. Each round decodes again, so that only a few frames are in memory.
/// Call it on the thread that decodes.
pub struct Frames {
    bytes: Arc<[u8]>,
    limits: Limits,
    header: Header,
    to_srgb: Option<Conversion>,
    profile_note: Option<Note>,
    round: Option<Round>,
    /// Whether this round has returned a frame.
    yielded: bool,
    /// The rounds after this one. `None` if it plays forever.
    left: Option<u32>,
    /// The last decoded frame, if it was skipped and may be the last of all.
    skipped: Option<RgbaImage>,
}

/// One pass over the frames.
enum Round {
    Gif(image::Frames<'static>),
    Parts {
        canvas: Canvas,
        at: usize,
        /// The remaining frames of this round.
        left: u32,
    },
}

impl Frames {
    /// Reads the header. Fails with [`Still`](PictureError::Still) for a picture with one frame, and for an animation of
    /// more than 4 megapixels: each frame takes several buffers of its size.
    pub fn new(bytes: Arc<[u8]>, limits: Limits) -> Result<Self, PictureError> {
        let header = header(&bytes)?;
        if header.format == Format::Avif {
            return Err(PictureError::Unsupported { format: header.format });
        }
        if !header.animated {
            return Err(PictureError::Still { format: header.format });
        }
        limits.admit(&header, &bytes)?;
        if header.is_large() {
            return Err(PictureError::Still { format: header.format });
        }
        let (to_srgb, profile_note) = of_frames(&bytes, header.format);
        let plays = match header.format {
            Format::Gif => gif::plays(&bytes),
            Format::Png => apng::plays(&bytes),
            _ => webp::plays(&bytes),
        };
        let left = plays.map(|plays| plays.saturating_sub(1));
        let mut frames = Self {
            bytes,
            limits,
            header,
            to_srgb,
            profile_note,
            round: None,
            yielded: false,
            left,
            skipped: None,
        };
        frames.start().map_err(|error| damaged(&header, &error))?;
        Ok(frames)
    }

    fn start(&mut self) -> Result<(), ImageError> {
        self.yielded = false;
        self.round = Some(match self.header.format {
            Format::Gif => {
                let mut decoder = GifDecoder::new(Cursor::new(Arc::clone(&self.bytes)))?;
                let mut limits = self.limits.for_decoder();
                // A frame may say that it is larger than the picture.
                limits.max_alloc = Some(MOST_OF_GIF.min(self.limits.memory));
                decoder.set_limits(limits)?;
                Round::Gif(decoder.into_frames())
            }
            format => Round::Parts {
                canvas: Canvas::new((self.header.width, self.header.height)),
                at: if format == Format::Png { apng::START } else { webp::START },
                left: if format == Format::Png { apng::frame_count(&self.bytes) } else { u32::MAX },
            },
        });
        Ok(())
    }

    /// The next frame of this round, with the delay in the file.
    fn decoded(&mut self) -> Option<Result<(RgbaImage, Duration), PictureError>> {
        let header = self.header;
        let frame = match self.round.as_mut()? {
            Round::Gif(frames) => frames
                .next()?
                .map(|frame| (frame.delay().into(), frame.into_buffer()))
                .map_err(|error| damaged(&header, &error)),
            Round::Parts { canvas, at, left } => {
                *left = left.checked_sub(1)?;
                let (part, next) = match header.format {
                    Format::Png => apng::part(&self.bytes, *at)?,
                    _ => webp::part(&self.bytes, *at)?,
                };
                *at = next;
                drawn(canvas, &part, &header, &self.limits).map(|image| (part.delay, image))
            }
        };
        Some(frame.map(|(delay, image)| {
            let delay: Duration = delay;
            (image, if delay < MIN_HONOURED_DELAY { DEFAULT_DELAY } else { delay.min(LONGEST) })
        }))
    }

    /// The next frame. `None` if the animation has ended.
    fn one(&mut self) -> Result<Option<Frame>, PictureError> {
        let (mut image, mut delay) = loop {
            if let Some(frame) = self.decoded() {
                break frame?;
            }
            if let Some(last) = self.skipped.take() {
                break (last, SHORTEST);
            }
            if !self.yielded {
                return Err(self.without_frames());
            }
            match &mut self.left {
                None => {}
                Some(0) => return Ok(None),
                Some(left) => *left -= 1,
            }
            self.start().map_err(|error| damaged(&self.header, &error))?;
        };
        self.yielded = true;
        self.skipped = None;
        while delay < SHORTEST {
            let Some(next) = self.decoded() else { break };
            let next = next?;
            delay += next.1;
            self.skipped = (self.left == Some(0)).then_some(next.0);
        }
        if let Some(to_srgb) = &self.to_srgb {
            let width = image.width();
            convert(to_srgb, &mut image, width);
        }
        let pixels = Pixels::Stored(DynamicImage::ImageRgba8(image), self.orientation());
        let mut notes = if self.header.whole { Vec::new() } else { vec![Note::Incomplete] };
        notes.extend(self.profile_note);
        let picture = Picture { format: self.header.format, pixels, notes };
        Ok(Some(Frame { picture, delay: delay.max(SHORTEST) }))
    }

    fn without_frames(&self) -> PictureError {
        let format = self.header.format;
        if self.header.whole {
            PictureError::Damaged { format, reason: "it has no frame".to_owned() }
        } else {
            PictureError::Cut { format }
        }
    }

    fn orientation(&self) -> Orientation {
        self.header.orientation
    }
}

impl Iterator for Frames {
    type Item = Result<Frame, PictureError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.round.as_ref()?;
        let next = self.one().transpose();
        if !matches!(next, Some(Ok(_))) {
            self.round = None;
        }
        next
    }
}

/// The first frame of a WebP or PNG with frames, even if it is the only one: the still decoders would return another
/// picture or none. `None` for any other file.
pub(super) fn first(
    bytes: &[u8],
    header: &Header,
    limits: &Limits,
) -> Option<Result<RgbaImage, PictureError>> {
    let (part, _) = match header.format {
        Format::Png if header.animated || apng::has_separate_default(bytes) => {
            apng::part(bytes, apng::START)?
        }
        Format::WebP if webp::has_frames(bytes) => webp::part(bytes, webp::START)?,
        _ => return None,
    };
    Some(frame(&part, header, limits).map(|image| {
        if image.dimensions() == (header.width, header.height) {
            return image;
        }
        let mut canvas = Canvas::new((header.width, header.height));
        canvas.draw(&image, part.area, part.blend, part.dispose);
        canvas.into_image()
    }))
}

/// Draws a frame on the canvas, and returns a copy.
fn drawn(
    canvas: &mut Canvas,
    part: &Part,
    header: &Header,
    limits: &Limits,
) -> Result<RgbaImage, PictureError> {
    let image = frame(part, header, limits)?;
    Ok(canvas.draw(&image, part.area, part.blend, part.dispose).clone())
}

/// The pixels of a frame's own area.
fn frame(part: &Part, header: &Header, limits: &Limits) -> Result<RgbaImage, PictureError> {
    let invalid = |reason: &str| PictureError::Damaged { format: header.format, reason: reason.to_owned() };
    if !part.area.is_within((header.width, header.height)) {
        return Err(invalid("a frame is outside of the picture"));
    }
    let image = still(header.format, &part.file, limits).map_err(|error| damaged(header, &error))?;
    let image = image.into_rgba8();
    if image.dimensions() != (part.area.width, part.area.height) {
        return Err(invalid("a frame has another size than it says"));
    }
    Ok(image)
}

fn still(format: Format, file: &[u8], limits: &Limits) -> ImageResult<DynamicImage> {
    let input = Cursor::new(file);
    match format {
        Format::Png => within(PngDecoder::with_limits(input, limits.for_decoder())?, limits),
        _ => within(WebPDecoder::new(input)?, limits),
    }
}

fn within(mut decoder: impl ImageDecoder, limits: &Limits) -> ImageResult<DynamicImage> {
    decoder.set_limits(limits.for_decoder())?;
    if decoder.total_bytes() > limits.memory {
        return Err(ImageError::Limits(LimitError::from_kind(LimitErrorKind::InsufficientMemory)));
    }
    DynamicImage::from_decoder(decoder)
}

impl std::fmt::Debug for Frames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frames")
            .field("header", &self.header)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
