//! Why a picture cannot be shown: each a sentence with its cause, and a second with its mend.

use super::Format;

/// Why a picture cannot be shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// There is not a byte.
    #[error("The file is empty: there is no picture in it. Fetch it again, or look at its URL in a browser.")]
    Empty,
    /// The bytes are something else, such as a page of HTML that came with status 200.
    #[error("This is not a picture: it begins like {begins}. Look at its URL in a browser.")]
    NotAPicture {
        /// What the bytes begin like, with its article, safe to show.
        begins: String,
    },
    /// A picture of a kind that this program does not decode.
    #[error("This is {format}, which this cfimg cannot decode. Save it and open it in another program.")]
    Unsupported {
        /// What it is.
        format: Format,
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
    /// An SVG that would take too long or too much to draw.
    #[error("This SVG has {what}, more than cfimg draws. Open it in a browser.")]
    TooComplex {
        /// What it has too much of, with the limit.
        what: String,
    },
    /// The pixels could not be put into the terminal's words.
    #[error("The picture could not be encoded for {protocol} ({reason}). Try --picture halfblocks.")]
    Unencodable {
        /// The protocol's name.
        protocol: &'static str,
        /// What the encoder says, safe to show.
        reason: String,
    },
}
