//! Decodes animations frame by frame, with memory that does not depend on the number of frames.

mod apng;
mod canvas;
pub(super) mod parts;
mod webp;

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use image::codecs::gif::GifDecoder;
use image::{AnimationDecoder as _, DynamicImage, ImageDecoder as _, ImageError, RgbaImage};

use super::chunks::{PNG_START, WEBP_START};
use super::color::{Conversion, convert};
use super::decode::of_frames;
use super::error::PictureError;
use super::file_info::header::{Header, MAX_LOCAL_PIXELS};
use super::file_info::{gif, read_header};
use super::limits::Limits;
use super::note::Note;
use super::still::Picture;
use crate::domain::picture_format::Format;
use canvas::Canvas;

/// Shorter delays mean “as fast as possible” in files. Browsers show such frames for `DEFAULT_DELAY`.
const MIN_HONOURED_DELAY: Duration = Duration::from_millis(11);
const DEFAULT_DELAY: Duration = Duration::from_millis(100);
/// The shortest delay: 15 frames per second.
const SHORTEST: Duration = Duration::from_nanos(1_000_000_000 / 15);
/// The longest delay, so that no file can cause an overflow.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// The most bytes that the decoder of a GIF takes: its canvas, a frame, and that frame on the canvas, of 4 megapixels each.
const MOST_OF_GIF: u64 = 3 * 4 * MAX_LOCAL_PIXELS;

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
    /// How many frames this round has returned.
    returned: u32,
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
        let header = read_header(&bytes)?;
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
            returned: 0,
            left,
            skipped: None,
        };
        frames.start().map_err(|error| header.damaged(&error))?;
        Ok(frames)
    }

    /// How many frames of this round were returned, the last one included.
    pub fn returned(&self) -> u32 {
        self.returned
    }

    fn start(&mut self) -> Result<(), ImageError> {
        self.returned = 0;
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
                at: if format == Format::Png { PNG_START } else { WEBP_START },
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
                .map_err(|error| header.damaged(&error)),
            Round::Parts { canvas, at, left } => {
                *left = left.checked_sub(1)?;
                let (part, next) = match header.format {
                    Format::Png => apng::part(&self.bytes, *at)?,
                    _ => webp::part(&self.bytes, *at)?,
                };
                *at = next;
                let image = parts::decode(&part, &header, &self.limits);
                image.map(|image| (part.delay, canvas.draw(&image, &part).clone()))
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
            if self.returned == 0 {
                return Err(self.header.damaged("it has no frame"));
            }
            match &mut self.left {
                None => {}
                Some(0) => return Ok(None),
                Some(left) => *left -= 1,
            }
            self.start().map_err(|error| self.header.damaged(&error))?;
        };
        self.returned += 1;
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
        let mut notes = self.header.notes();
        notes.extend(self.profile_note);
        let picture = Picture::stored(&self.header, DynamicImage::ImageRgba8(image), notes);
        Ok(Some(Frame { picture, delay: delay.max(SHORTEST) }))
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

impl std::fmt::Debug for Frames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frames")
            .field("header", &self.header)
            .field("bytes", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
