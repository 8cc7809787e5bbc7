//! Animation: one frame at a time, whole, in a memory that does not grow with their number.

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
use super::facts::{Header, header};
use super::{Format, Limits, Note, Picture, PictureError, Pixels, damaged};
use canvas::{Canvas, Part};

/// Files that ask for less than this mean “as quick as you can”, which browsers take for a tenth of a second.
const MEANT: Duration = Duration::from_millis(11);
const UNSAID: Duration = Duration::from_millis(100);
/// The shortest time that a frame stands: 15 frames a second.
const SHORTEST: Duration = Duration::from_nanos(1_000_000_000 / 15);
/// The longest, so that a file cannot name a time that arithmetic fails on.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// A frame, and how long it stands.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The whole picture, what stands from frames before included.
    pub picture: Picture,
    /// How long it stands, a fifteenth of a second at the least.
    pub delay: Duration,
}

/// The frames of a GIF, a WebP or a PNG, as often as the file says that it plays. After an error there is none.
///
/// Each call decodes as many frames as stand for a fifteenth of a second together, and gives the first of them, so it
/// belongs on the thread that decodes. The last frame of all is always given. Every round decodes again: at no time are
/// there more than a few frames in memory.
pub struct Frames {
    bytes: Arc<[u8]>,
    limits: Limits,
    header: Header,
    to_srgb: Option<Conversion>,
    profile_note: Option<Note>,
    round: Option<Round>,
    /// Whether this round has given a frame.
    given: bool,
    /// Rounds that are left after this one. `None` if it plays for ever.
    left: Option<u32>,
    /// The last frame that was decoded, if it was not given and none may come after it.
    skipped: Option<RgbaImage>,
}

/// The frames from the first to the last.
enum Round {
    Gif(image::Frames<'static>),
    Parts {
        canvas: Canvas,
        at: usize,
        /// Frames that are left in this round.
        left: u32,
    },
}

impl Frames {
    /// Reads the header. A picture with one frame is refused as [`Still`](PictureError::Still),
    /// and so is an animation of more than 4 megapixels: each frame takes several buffers of its size.
    pub fn new(bytes: Arc<[u8]>, limits: Limits) -> Result<Self, PictureError> {
        let header = header(&bytes)?;
        if header.format == Format::Avif {
            return Err(PictureError::Unsupported { format: header.format });
        }
        if !header.animated {
            return Err(PictureError::Still { format: header.format });
        }
        limits.admit(&header)?;
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
            given: false,
            left,
            skipped: None,
        };
        frames.begin().map_err(|error| damaged(&header, &error))?;
        Ok(frames)
    }

    fn begin(&mut self) -> Result<(), ImageError> {
        self.given = false;
        self.round = Some(match self.header.format {
            Format::Gif => {
                let mut decoder = GifDecoder::new(Cursor::new(Arc::clone(&self.bytes)))?;
                decoder.set_limits(self.limits.for_decoder())?;
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

    /// The next frame of this round, for as long as it asks.
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
            (image, if delay < MEANT { UNSAID } else { delay.min(LONGEST) })
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
            if !self.given {
                return Err(self.without_frames());
            }
            match &mut self.left {
                None => {}
                Some(0) => return Ok(None),
                Some(left) => *left -= 1,
            }
            self.begin().map_err(|error| damaged(&self.header, &error))?;
        };
        self.given = true;
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

/// The first frame of an animated WebP or PNG, whose still decoders give another picture or none, even if it is the only
/// one. `None` for any other.
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
    Some(drawn(&mut Canvas::new((header.width, header.height)), &part, header, limits))
}

/// The canvas with this frame on it.
fn drawn(
    canvas: &mut Canvas,
    part: &Part,
    header: &Header,
    limits: &Limits,
) -> Result<RgbaImage, PictureError> {
    let invalid = |reason: &str| PictureError::Damaged { format: header.format, reason: reason.to_owned() };
    if !part.area.is_within((header.width, header.height)) {
        return Err(invalid("a frame is outside of the picture"));
    }
    let image = still(header.format, &part.file, limits).map_err(|error| damaged(header, &error))?;
    let image = image.into_rgba8();
    if image.dimensions() != (part.area.width, part.area.height) {
        return Err(invalid("a frame has another size than it says"));
    }
    Ok(canvas.draw(&image, part.area, part.blend, part.dispose).clone())
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
