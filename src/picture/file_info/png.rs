//! Reads a PNG's header by walking over its chunks.

use super::header::{Header, orientation};
use crate::domain::picture_format::Format;
use crate::picture::chunks::{PNG_START, be32, png_chunks};

pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let mut header = Header::new(Format::Png, (be32(bytes, 16)?, be32(bytes, 20)?));
    let color = *bytes.get(25)?;
    let channels = match color {
        0 => 1,
        2 => 3,
        4 => 2,
        // A palette becomes RGB, or RGBA if it has transparent colours.
        _ => 4,
    };
    // 16-bit samples become 8-bit samples row by row. An interlaced picture is decoded whole before it is scaled.
    let is_interlaced = *bytes.get(28)? != 0;
    header.twelfths = channels * if is_interlaced { 20 } else { 12 };
    let (mut announced, mut frames, mut has_pixels) = (0, 0_u32, false);
    for chunk in png_chunks(bytes, PNG_START) {
        match (chunk.name, chunk.data) {
            (b"IEND", _) => {
                header.whole = true;
                break;
            }
            // Browsers ignore this chunk after the pixels.
            (b"acTL", Some(data)) if !has_pixels => announced = be32(data, 0).unwrap_or(0),
            (b"fcTL", _) => frames += 1,
            (b"IDAT", _) => has_pixels = true,
            (b"eXIf", Some(data)) => header.orientation = orientation(data),
            _ => {}
        }
    }
    header.animated = announced > 1 && (frames > 1 || !header.whole);
    Some(header)
}

/// Whether there is an ICC profile before the pixels.
pub(in crate::picture) fn has_profile(bytes: &[u8]) -> bool {
    png_chunks(bytes, PNG_START)
        .take_while(|chunk| !matches!(chunk.name, b"IDAT" | b"IEND"))
        .any(|chunk| chunk.name == b"iCCP")
}
