//! Errors of pictures. Each message names the cause and says what to do.

use crate::domain::failure::UPLOAD_AGAIN;
use crate::domain::picture_format::Format;
use crate::domain::sanitize::sanitize;
use crate::domain::width::first_chars;

/// Why a picture cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The file has no bytes.
    #[error("The picture's file is empty. {}", UPLOAD_AGAIN)]
    Empty,
    /// The bytes are something else, such as an HTML page that came with status 200.
    #[error("This isn't a picture, but {prefix}. Open its URL in a browser.")]
    NotAPicture {
        /// What the bytes start like, with its article, safe to show.
        prefix: String,
    },
    /// The format is not decoded.
    #[error("This is {format}, which this cfimg can't decode. Save it and open it in another program.")]
    Unsupported {
        /// What it is.
        format: Format,
    },
    /// The format is decoded, but not this feature of it.
    #[error(
        "This {format} uses {feature}, which cfimg can't decode. Choose a smaller variant, or save it and \
         open it in another program."
    )]
    UnsupportedFeature {
        /// What it is.
        format: Format,
        feature: &'static str,
    },
    /// Frames were requested of a still picture.
    #[error("This {format} isn't animated. Show it as a still picture.")]
    Still {
        /// What it is.
        format: Format,
    },
    /// The bytes end before the picture.
    #[error("This {format} is incomplete. {}", UPLOAD_AGAIN)]
    Cut {
        /// What it is.
        format: Format,
    },
    /// A side is longer than [`Limits::side`](crate::picture::Limits::side).
    #[error(
        "This {format} is too large: {width}×{height} pixels (limit {limit} a side). Choose a smaller \
         variant, or save it and open it in another program."
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
        "This {format} is too large: {width}×{height} pixels need {} MiB to decode (limit {} MiB). Choose a \
         smaller variant, or save it and open it in another program.",
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
    #[error("This {format} has no pixels ({width}×{height}). Upload the image again.")]
    NoPixels {
        /// What it is.
        format: Format,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// The decoder failed.
    #[error("This {format} is corrupt ({reason}). {}", UPLOAD_AGAIN)]
    Damaged {
        /// What it is.
        format: Format,
        /// The decoder's message, safe to show.
        reason: String,
    },
    /// The sandbox exceeded a limit.
    #[error("This {format} needs too much {resource}. Open it in a browser.")]
    TooExpensive { format: Format, resource: Resource },
    /// The sandbox process could not be started.
    #[error("Couldn't draw this {format}: the system couldn't start a process ({reason}). Try again.")]
    NoProcess {
        format: Format,
        /// The system's message, safe to show.
        reason: String,
    },
    /// Another picture was requested during the rendering.
    #[error("Drawing was cancelled. Press r to retry.")]
    Cancelled,
    /// The pixels could not be encoded for the terminal.
    #[error("The picture couldn't be encoded for {protocol} ({reason}). Try --picture halfblocks.")]
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
            Self::Memory => "memory (limit 256 MiB)",
            Self::Text => "text (limit 8 MiB)",
            Self::Time => "time",
        })
    }
}
