//! Errors of pictures. Each message names the cause and says what to do.

use crate::domain::picture_format::Format;
use crate::domain::sanitize::sanitize;
use crate::domain::width::first_chars;

/// Why a picture cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The file has no bytes.
    #[error("The file is empty: there is no picture in it. Fetch it again, or look at its URL in a browser.")]
    Empty,
    /// The bytes are something else, such as an HTML page that came with status 200.
    #[error("This is not a picture: it begins like {prefix}. Look at its URL in a browser.")]
    NotAPicture {
        /// What the bytes start like, with its article, safe to show.
        prefix: String,
    },
    /// The format is not decoded.
    #[error("This is {format}, which this cfimg cannot decode. Save it and open it in another program.")]
    Unsupported {
        /// What it is.
        format: Format,
    },
    /// The format is decoded, but not this feature of it.
    #[error(
        "This {format} has {feature}, which cfimg does not decode. \
         Choose a smaller variant, or save it and open it in another program."
    )]
    UnsupportedFeature {
        /// What it is.
        format: Format,
        feature: &'static str,
    },
    /// Frames were requested of a still picture.
    #[error("This {format} does not move: it is one picture. Show it as one.")]
    Still {
        /// What it is.
        format: Format,
    },
    /// The bytes end before the picture.
    #[error("This {format} is cut short: it ends before its picture does. Fetch it again.")]
    Cut {
        /// What it is.
        format: Format,
    },
    /// A side is longer than [`Limits::side`](crate::picture::Limits::side).
    #[error(
        "This {format} says it is {width}×{height} pixels, more than the {limit} a side that cfimg decodes. \
         Choose a smaller variant, or save it and open it in another program."
    )]
    TooLong {
        /// What it is.
        format: Format,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
        /// The longest side that is decoded, in pixels.
        limit: u32,
    },
    /// Decoding takes more memory than [`Limits::memory`](crate::picture::Limits::memory).
    #[error(
        "This {format} says it is {width}×{height} pixels, which take {} MiB to decode, more than the {} MiB that \
         cfimg gives a picture. Choose a smaller variant, or save it and open it in another program.",
        needs.div_ceil(1 << 20), limit >> 20
    )]
    TooLarge {
        /// What it is.
        format: Format,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
        /// The bytes that decoding takes.
        needs: u64,
        /// The most bytes that decoding may take.
        limit: u64,
    },
    /// The header claims a width or height of 0.
    #[error("This {format} says it is {width}×{height} pixels: there is nothing to show. Upload it again.")]
    NoPixels {
        /// What it is.
        format: Format,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// The decoder failed.
    #[error("This {format} is damaged ({reason}). Fetch it again; if it stays so, upload it again.")]
    Damaged {
        /// What it is.
        format: Format,
        /// The decoder's message, safe to show.
        reason: String,
    },
    /// The sandbox exceeded a limit.
    #[error("This {format} takes more than the {resource} that cfimg gives a picture. Open it in a browser.")]
    TooExpensive { format: Format, resource: Resource },
    /// The sandbox process could not be started.
    #[error("This {format} could not be drawn: no process could be started ({reason}). Try again.")]
    NoProcess {
        format: Format,
        /// The system's message, safe to show.
        reason: String,
    },
    /// Another picture was requested during the rendering.
    #[error("Drawing this picture was cancelled. Press r to retry.")]
    Cancelled,
    /// The pixels could not be encoded for the terminal.
    #[error("The picture could not be encoded for {protocol} ({reason}). Try --picture halfblocks.")]
    Unencodable {
        protocol: &'static str,
        /// The encoder's message, safe to show.
        reason: String,
    },
}

impl PictureError {
    /// Libraries quote input in their messages, so the reason is sanitized and shortened.
    pub(crate) fn damaged(format: Format, reason: &str) -> Self {
        Self::Damaged { format, reason: sanitize(&first_chars(reason, 160)).into_owned() }
    }
}

/// A limited resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    Memory,
    Text,
    Time,
}

impl std::fmt::Display for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Memory => "256 MiB of memory",
            Self::Text => "8 MiB of text",
            Self::Time => "time",
        })
    }
}
