//! Notes on pictures that are shown, but not as their author meant them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A note for the line below a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Note {
    /// The number of external pictures that an SVG links to. They are never loaded.
    LinkedPictures(u32),
    /// Only the first frame of an animation is shown.
    FirstFrame,
    /// The colour profile is broken, or not for this kind of colours.
    ProfileIgnored,
    /// The file ends before its picture.
    Incomplete,
    /// The decoder found errors and continued.
    Damaged,
    /// The picture has too many pixels to be zoomed, and has fewer now.
    Reduced,
    /// No font on this system has the characters of the SVG's text.
    NoFont,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LinkedPictures(1) => f.write_str("1 linked picture not loaded"),
            Self::LinkedPictures(count) => write!(f, "{count} linked pictures not loaded"),
            Self::FirstFrame => f.write_str("first frame of an animation"),
            Self::ProfileIgnored => f.write_str("invalid colour profile ignored"),
            Self::Incomplete => f.write_str("incomplete: part of the picture is missing"),
            Self::Damaged => f.write_str("corrupt: parts may be missing"),
            Self::Reduced => f.write_str("reduced for zooming"),
            Self::NoFont => f.write_str("text missing: no font"),
        }
    }
}
