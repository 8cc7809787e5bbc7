//! Why a picture cannot be shown: each a sentence with its cause, and a second with its mend.

use super::Format;

/// Why a picture cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// There is not a byte.
    #[error("The file is empty: there is no picture in it. Fetch it again, or look at its URL in a browser.")]
    Empty,
    /// The bytes are something else, such as a page of HTML that came with status 200.
    #[error("This is not a picture: it begins like {prefix}. Look at its URL in a browser.")]
    NotAPicture {
        /// What the bytes begin like, with its article, safe to show.
        prefix: String,
    },
    /// A picture of a kind that this program does not decode.
    #[error("This is {format}, which this cfimg cannot decode. Save it and open it in another program.")]
    Unsupported {
        /// What it is.
        format: Format,
    },
    /// A picture of a kind that is decoded, made in a way that is not.
    #[error(
        "This {format} has {feature}, which cfimg does not decode. \
         Choose a smaller variant, or save it and open it in another program."
    )]
    UnsupportedFeature {
        /// What it is.
        format: Format,
        /// What it has.
        feature: &'static str,
    },
    /// Frames were asked of a picture that has one.
    #[error("This {format} does not move: it is one picture. Show it as one.")]
    Still {
        /// What it is.
        format: Format,
    },
    /// The bytes end before the picture does.
    #[error("This {format} is cut short: it ends before its picture does. Fetch it again.")]
    Cut {
        /// What it is.
        format: Format,
    },
    /// A side is longer than [`Limits::side`](super::Limits::side).
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
        /// The most that a side may have, in pixels.
        limit: u32,
    },
    /// Decoding takes more memory than [`Limits::memory`](super::Limits::memory).
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
        /// What decoding it takes, in bytes.
        needs: u64,
        /// What it may take, in bytes.
        limit: u64,
    },
    /// The header promises no pixel.
    #[error("This {format} says it is {width}×{height} pixels: there is nothing to show. Upload it again.")]
    NoPixels {
        /// What it is.
        format: Format,
        /// Its width in pixels.
        width: u32,
        /// Its height in pixels.
        height: u32,
    },
    /// The decoder found a mistake.
    #[error("This {format} is damaged ({reason}). Fetch it again; if it stays so, upload it again.")]
    Damaged {
        /// What it is.
        format: Format,
        /// What the decoder says, safe to show.
        reason: String,
    },
    /// A picture whose renderer was ended because it took too much.
    #[error("This {format} takes more than the {resource} that cfimg gives a picture. Open it in a browser.")]
    TooExpensive { format: Format, resource: Resource },
    /// No process could be started to render it.
    #[error("This {format} could not be drawn: no process could be started ({reason}). Try again.")]
    NoWorker {
        format: Format,
        /// What the system says, safe to show.
        reason: String,
    },
    /// Another picture was asked for while this one was rendered.
    #[error("Drawing this picture was cancelled. Press r to retry.")]
    Cancelled,
    /// The pixels could not be put into the terminal's words.
    #[error("The picture could not be encoded for {protocol} ({reason}). Try --picture halfblocks.")]
    Unencodable {
        /// The protocol's name.
        protocol: &'static str,
        /// What the encoder says, safe to show.
        reason: String,
    },
}

/// What a picture may take only so much of.
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
