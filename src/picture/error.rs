//! Errors of pictures. Each names the cause, and has a hint that says what to do.

use crate::domain::failure::UPLOAD_AGAIN;
use crate::domain::picture_format::Format;
use crate::domain::sanitize::sanitize;
use crate::domain::width::first_chars;
use crate::domain::{Failure, FailureKind};

/// Why a picture cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The file has no bytes.
    #[error("The picture's file is empty")]
    Empty,
    /// The bytes are something else, such as an HTML page that came with status 200.
    #[error("This isn't a picture, but {prefix}")]
    NotAPicture {
        /// What the bytes start like, with its article, safe to show.
        prefix: String,
    },
    /// The format is not decoded.
    #[error("This is {format}, which this cfimg can't decode")]
    Unsupported {
        /// What it is.
        format: Format,
    },
    /// The format is decoded, but not this feature of it.
    #[error("This {format} uses {feature}, which cfimg can't decode")]
    UnsupportedFeature {
        /// What it is.
        format: Format,
        feature: &'static str,
    },
    /// Frames were requested of a still picture.
    #[error("This {format} isn't animated")]
    Still {
        /// What it is.
        format: Format,
    },
    /// The bytes end before the picture.
    #[error("This {format} is incomplete")]
    Cut {
        /// What it is.
        format: Format,
    },
    /// A side is longer than [`Limits::side`](crate::picture::Limits::side).
    #[error("This {format} is too large: {width}×{height} pixels (limit {limit} a side)")]
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
        "This {format} is too large: {width}×{height} pixels need {} MiB to decode (limit {} MiB)",
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
    #[error("This {format} has no pixels ({width}×{height})")]
    NoPixels {
        /// What it is.
        format: Format,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// The decoder failed.
    #[error("This {format} is corrupt ({reason})")]
    Damaged {
        /// What it is.
        format: Format,
        /// The decoder's message, safe to show.
        reason: String,
    },
    /// The sandbox exceeded a limit.
    #[error("This {format} needs too much {resource}")]
    TooExpensive { format: Format, resource: Resource },
    /// The sandbox process could not be started.
    #[error("Couldn't draw this {format}: the system couldn't start a process ({reason})")]
    NoProcess {
        format: Format,
        /// The system's message, safe to show.
        reason: String,
    },
    /// Another picture was requested during the rendering.
    #[error("Drawing was cancelled")]
    Cancelled,
    /// The pixels could not be encoded for the terminal.
    #[error("The picture couldn't be encoded for {protocol} ({reason})")]
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

    /// The message for the user.
    pub fn failure(&self) -> Failure {
        let kind = match self {
            Self::Empty | Self::NotAPicture { .. } | Self::Cut { .. } => FailureKind::Network,
            _ => FailureKind::Other,
        };
        let (short, hint) = self.short_and_hint();
        Failure::new(kind, self.to_string(), hint).with_short(short)
    }

    /// What happened in a few words, and what to do about it.
    fn short_and_hint(&self) -> (&'static str, &'static str) {
        const BROWSER: &str = "Open it in a browser.";
        const SMALLER: &str = "Choose a smaller variant, or save it and open it in another program.";
        match self {
            Self::Empty => ("Empty file", UPLOAD_AGAIN),
            Self::NotAPicture { .. } => ("Not a picture", "Open its URL in a browser."),
            Self::Unsupported { .. } => ("Can't be decoded", "Save it and open it in another program."),
            Self::UnsupportedFeature { .. } => ("Can't be decoded", SMALLER),
            Self::Still { .. } => ("Not animated", "Show it as a still picture."),
            Self::Cut { .. } => ("Incomplete file", UPLOAD_AGAIN),
            Self::TooLong { .. } | Self::TooLarge { .. } => ("Too large", SMALLER),
            Self::NoPixels { .. } => ("No pixels", "Upload the image again."),
            Self::Damaged { .. } => ("Corrupt file", UPLOAD_AGAIN),
            Self::TooExpensive { .. } => ("Too complex", BROWSER),
            Self::NoProcess { .. } => ("System error", "Try again."),
            Self::Cancelled => ("Cancelled", "Press r to retry."),
            Self::Unencodable { .. } => ("Can't be encoded", "Try --picture halfblocks."),
        }
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
