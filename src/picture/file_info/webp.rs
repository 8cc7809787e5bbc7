//! Reads a WebP's header by walking over its chunks.

use super::header::{Header, orientation};
use crate::domain::picture_format::Format;
use crate::picture::chunks::{WEBP_START, le16, le24, le32, webp_chunks};

pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let data = bytes.get(20..)?;
    let mut header = match bytes.get(12..16)? {
        b"VP8 " => Header::new(Format::WebP, (le16(data, 6)? & 0x3fff, le16(data, 8)? & 0x3fff)),
        b"VP8L" => {
            let bits = le32(data, 1)?;
            Header::new(Format::WebP, ((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => {
            let mut header = Header::new(Format::WebP, (le24(data, 4)? + 1, le24(data, 7)? + 1));
            header.animated = data.first()? & 0x02 != 0;
            header
        }
        _ => Header::new(Format::WebP, (0, 0)),
    };
    header.whole = bytes.len() as u64 >= 8 + u64::from(le32(bytes, 4)?);
    let mut frames = 0_u32;
    for chunk in webp_chunks(bytes, WEBP_START) {
        frames += u32::from(chunk.name == b"ANMF");
        header.twelfths = header.twelfths.max(match chunk.name {
            // Planes of a quarter's size, and the picture.
            b"VP8 " => 18 + 3 * 12,
            // Four samples a pixel, and the picture.
            b"VP8L" => 4 * 12 + 3 * 12,
            // The planes, and opacity as four samples a pixel, and as one.
            b"ALPH" | b"ANMF" => 18 + 4 * 12 + 4 * 12 + 12,
            _ => 0,
        });
        if let (b"EXIF", Some(exif)) = (chunk.name, chunk.data) {
            // Some writers copy the JPEG segment with its prefix.
            header.orientation = orientation(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif));
            break;
        }
    }
    header.animated &= frames > 1 || !header.whole;
    Some(header)
}

/// The ICC profile of a WebP.
pub(in crate::picture) fn profile(bytes: &[u8]) -> Option<&[u8]> {
    // Only the extended format has one, by a flag in its first chunk.
    if bytes.get(12..16)? != b"VP8X" || bytes.get(20)? & 0x20 == 0 {
        return None;
    }
    webp_chunks(bytes, WEBP_START).find(|chunk| chunk.name == b"ICCP")?.data
}

/// Whether the first chunk of a WebP is a known one.
pub(super) fn is_known(bytes: &[u8]) -> bool {
    matches!(bytes.get(12..16), Some(b"VP8 " | b"VP8L" | b"VP8X"))
}
