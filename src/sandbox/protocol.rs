//! The messages to and from a child: a line of JSON, then bytes.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read, Write};

use image::RgbaImage;
use serde::{Deserialize, Serialize};

use crate::picture::{Note, PictureError, RenderTask, Rendered};

/// The longest first line, in bytes.
const MAX_LINE: u64 = 4096;
/// The largest file that a child reads, in bytes.
const MAX_FILE: u64 = 64 << 20;
/// The longest side of a response, in pixels.
const MAX_SIDE: u32 = 16_384;
/// The most notes of a response.
const MAX_NOTES: usize = 8;

/// A file to render.
#[derive(Debug, PartialEq, Eq)]
pub struct Request<'a> {
    pub task: RenderTask,
    pub file: Cow<'a, [u8]>,
}

/// A child's response.
#[derive(Debug, PartialEq, Eq)]
pub struct Response(pub Result<Rendered, PictureError>);

#[derive(Serialize, Deserialize)]
struct RequestLine {
    task: RenderTask,
    /// The size of the file in bytes.
    length: u64,
}

#[derive(Serialize, Deserialize)]
enum ResponseLine {
    Rendered { width: u32, height: u32, notes: Vec<Note> },
    Cut,
    Damaged { reason: String },
}

impl Request<'_> {
    /// Reads a request to the end of `input`.
    pub fn read(input: impl Read) -> io::Result<Request<'static>> {
        let mut input = BufReader::new(input);
        let RequestLine { task, length } = first_line(&mut input)?;
        // Growing would leave the allocator with as much again.
        let mut file = Vec::with_capacity(usize::try_from(length.min(MAX_FILE)).unwrap_or(0));
        input.take(MAX_FILE).read_to_end(&mut file)?;
        Ok(Request { task, file: file.into() })
    }

    /// Writes the request. Close `output` afterwards: the end of file ends the request.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let line = RequestLine { task: self.task, length: self.file.len() as u64 };
        writeln!(output, "{}", serde_json::to_string(&line)?)?;
        output.write_all(&self.file)
    }

    /// Whether a response may have this size, in pixels.
    fn admits(&self, size: (u32, u32)) -> bool {
        match self.task {
            RenderTask::Svg { width, height }
            | RenderTask::SvgPart { width, height, .. }
            | RenderTask::Raster { width, height, .. } => size == (width, height),
            RenderTask::Avif { max_pixels } => u64::from(size.0) * u64::from(size.1) <= u64::from(max_pixels),
        }
    }
}

impl Response {
    /// Reads the response to `request`. Fails if it is incomplete, or has another size than requested.
    pub fn read(input: impl Read, request: &Request<'_>) -> io::Result<Self> {
        let format = request.task.format();
        let mut input = BufReader::new(input);
        let rendered = match first_line(&mut input)? {
            ResponseLine::Rendered { width, height, mut notes } => {
                let is_expected = request.admits((width, height)) && width <= MAX_SIDE && height <= MAX_SIDE;
                if !is_expected {
                    return Err(io::ErrorKind::InvalidData.into());
                }
                let count = u64::from(width) * u64::from(height) * 4;
                let mut pixels =
                    Vec::with_capacity(usize::try_from(count).map_err(|_| io::ErrorKind::InvalidData)?);
                input.take(count).read_to_end(&mut pixels)?;
                notes.truncate(MAX_NOTES);
                let pixels =
                    RgbaImage::from_raw(width, height, pixels).ok_or(io::ErrorKind::UnexpectedEof)?;
                Ok(Rendered { pixels, notes })
            }
            ResponseLine::Cut => Err(PictureError::Cut { format }),
            ResponseLine::Damaged { reason } => Err(PictureError::damaged(format, &reason)),
        };
        Ok(Self(rendered))
    }

    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let (line, pixels) = match &self.0 {
            Ok(Rendered { pixels, notes }) => {
                let (width, height) = pixels.dimensions();
                (ResponseLine::Rendered { width, height, notes: notes.clone() }, pixels.as_raw().as_slice())
            }
            Err(PictureError::Cut { .. }) => (ResponseLine::Cut, [].as_slice()),
            Err(PictureError::Damaged { reason, .. }) => {
                (ResponseLine::Damaged { reason: reason.clone() }, [].as_slice())
            }
            Err(other) => (ResponseLine::Damaged { reason: other.to_string() }, [].as_slice()),
        };
        writeln!(output, "{}", serde_json::to_string(&line)?)?;
        output.write_all(pixels)?;
        output.flush()
    }
}

fn first_line<T: for<'de> Deserialize<'de>>(input: &mut impl BufRead) -> io::Result<T> {
    let mut line = Vec::new();
    input.take(MAX_LINE).read_until(b'\n', &mut line)?;
    Ok(serde_json::from_slice(&line)?)
}
