//! Animation: one frame at a time, whole, in a memory that does not grow with their number.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{AnimationDecoder as _, DynamicImage, ImageDecoder as _, ImageError};

use super::facts::{Header, header};
use super::{Format, Limits, Picture, PictureError, Pixels, damaged};

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

/// The frames of a GIF, a WebP or a PNG, from the first to the last and again, for ever. After an error there is none.
///
/// Each call decodes as many frames as stand for a fifteenth of a second together, and gives the first of them, so it
/// belongs on the thread that decodes. Every round decodes anew: at no time are there more than a few frames in memory.
pub struct Frames {
    bytes: Arc<[u8]>,
    limits: Limits,
    header: Header,
    round: Option<image::Frames<'static>>,
    /// Whether this round has given a frame.
    given: bool,
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
        let mut frames = Self { bytes, limits, header, round: None, given: false };
        frames.begin().map_err(|error| damaged(&header, &error))?;
        Ok(frames)
    }

    fn begin(&mut self) -> Result<(), ImageError> {
        let input = Cursor::new(Arc::clone(&self.bytes));
        let limits = self.limits.for_decoder();
        self.given = false;
        self.round = Some(match self.header.format {
            Format::Gif => {
                let mut decoder = GifDecoder::new(input)?;
                decoder.set_limits(limits)?;
                decoder.into_frames()
            }
            Format::Png => PngDecoder::with_limits(input, limits)?.apng()?.into_frames(),
            _ => {
                let mut decoder = WebPDecoder::new(input)?;
                decoder.set_limits(limits)?;
                decoder.into_frames()
            }
        });
        Ok(())
    }

    /// The next frame of this round, for as long as it asks.
    fn decoded(&mut self) -> Option<Result<(image::RgbaImage, Duration), ImageError>> {
        let frame = match self.round.as_mut()?.next()? {
            Ok(frame) => frame,
            Err(error) => return Some(Err(error)),
        };
        let delay = Duration::from(frame.delay()).min(LONGEST);
        let delay = if delay < MEANT { UNSAID } else { delay };
        Some(Ok((frame.into_buffer(), delay)))
    }

    fn one(&mut self) -> Result<Option<Frame>, ImageError> {
        let first = match self.decoded() {
            // The round is over: the next begins, if this one gave anything.
            None if self.given => {
                self.begin()?;
                self.decoded()
            }
            first => first,
        };
        let Some(first) = first else { return Ok(None) };
        let (image, mut delay) = first?;
        self.given = true;
        while delay < SHORTEST {
            let Some(next) = self.decoded() else { break };
            delay += next?.1;
        }
        let pixels = Pixels::Stored(DynamicImage::ImageRgba8(image), self.orientation());
        let picture = Picture { format: self.header.format, pixels, notes: Vec::new() };
        Ok(Some(Frame { picture, delay: delay.max(SHORTEST) }))
    }

    fn orientation(&self) -> Orientation {
        self.header.orientation
    }
}

impl Iterator for Frames {
    type Item = Result<Frame, PictureError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.round.as_ref()?;
        match self.one() {
            Ok(Some(frame)) => Some(Ok(frame)),
            other => {
                self.round = None;
                Some(Err(match other {
                    Err(error) => damaged(&self.header, &error),
                    Ok(_) if !self.header.whole => PictureError::Cut { format: self.header.format },
                    Ok(_) => {
                        let reason = "it has no frame".to_owned();
                        PictureError::Damaged { format: self.header.format, reason }
                    }
                }))
            }
        }
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
