//! Reads PNG, GIF and WebP headers by walking over chunks and blocks.

use super::{Format, Header, be32, le16, le32, orientation};

pub(super) fn png(bytes: &[u8]) -> Option<Header> {
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
    let mut at = 8;
    while let Some(length) = be32(bytes, at) {
        let start = at + 8;
        let end = start.checked_add(length as usize)?;
        match (bytes.get(at + 4..start), bytes.get(start..end)) {
            (Some(b"IEND"), _) => {
                header.whole = true;
                break;
            }
            // Browsers ignore this chunk after the pixels.
            (Some(b"acTL"), Some(chunk)) if !has_pixels => announced = be32(chunk, 0).unwrap_or(0),
            (Some(b"fcTL"), _) => frames += 1,
            (Some(b"IDAT"), _) => has_pixels = true,
            (Some(b"eXIf"), Some(chunk)) => header.orientation = orientation(chunk),
            (_, None) => break,
            _ => {}
        }
        at = end.checked_add(4)?;
    }
    header.animated = announced > 1 && (frames > 1 || !header.whole);
    Some(header)
}

pub(super) fn gif(bytes: &[u8]) -> Option<Header> {
    let mut header = Header::new(Format::Gif, (le16(bytes, 6)?, le16(bytes, 8)?));
    let mut at = 13 + palette(*bytes.get(10)?);
    let mut frames = 0;
    let mut repeats = false;
    while let Some(&kind) = bytes.get(at) {
        let next = match kind {
            0x21 => {
                repeats |= bytes.get(at + 3..at + 14).is_some_and(|name| name == b"NETSCAPE2.0");
                sub_blocks(bytes, at + 2)
            }
            0x2c => {
                if frames == 0 {
                    header.twelfths += separate_frame(bytes, at, &header).unwrap_or(0);
                }
                frames += 1;
                let flags = bytes.get(at + 9).copied();
                flags.and_then(|flags| sub_blocks(bytes, at + 11 + palette(flags)))
            }
            // 0x3b is the trailer. Decoders also end at any other byte.
            _ => {
                header.whole = kind == 0x3b;
                break;
            }
        };
        let Some(next) = next else { break };
        at = next;
    }
    header.animated = frames > 1 || (!header.whole && repeats);
    Some(header)
}

/// What the first frame takes beside the canvas, in twelfths of a byte for each of its pixels: 0 if it is as wide as the
/// canvas, and decoded in its place.
fn separate_frame(bytes: &[u8], at: usize, header: &Header) -> Option<u32> {
    let (left, top) = (le16(bytes, at + 1)?, le16(bytes, at + 3)?);
    let (width, height) = (le16(bytes, at + 5)?, le16(bytes, at + 7)?);
    if left == 0 && width == header.width && top + height <= header.height {
        return Some(0);
    }
    let twelfths = (u64::from(width) * u64::from(height) * 4 * 12).div_ceil(header.pixels().max(1));
    Some(u32::try_from(twelfths).unwrap_or(u32::MAX / 2))
}

/// The ICC profile of a GIF, before its first frame.
pub(in crate::picture) fn gif_profile(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut at = 13 + palette(*bytes.get(10)?);
    while bytes.get(at) == Some(&0x21) {
        let next = sub_blocks(bytes, at + 2)?;
        if bytes.get(at + 1..at + 14).is_some_and(|head| head == b"\xff\x0bICCRGBG1012") {
            let mut profile = Vec::new();
            let mut block = at + 14;
            while let Some(length @ 1..) = bytes.get(block).map(|length| usize::from(*length)) {
                profile.extend_from_slice(bytes.get(block + 1..block + 1 + length)?);
                block += 1 + length;
            }
            return Some(profile);
        }
        at = next;
    }
    None
}

/// The size of a palette in bytes, by the flags before it.
fn palette(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// The offset after a chain of sub-blocks.
fn sub_blocks(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *bytes.get(at)? {
            0 => return Some(at + 1),
            length => at += 1 + usize::from(length),
        }
    }
}

pub(super) fn webp(bytes: &[u8]) -> Option<Header> {
    let data = bytes.get(20..)?;
    let plus_one = |at: usize| Some((le32(data, at)? & 0x00ff_ffff) + 1);
    let mut header = match bytes.get(12..16)? {
        b"VP8 " => Header::new(Format::WebP, (le16(data, 6)? & 0x3fff, le16(data, 8)? & 0x3fff)),
        b"VP8L" => {
            let bits = le32(data, 1)?;
            Header::new(Format::WebP, ((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => {
            // The sizes have three bytes each. Reading four would go past the end.
            let height =
                u32::from(*data.get(7)?) | u32::from(*data.get(8)?) << 8 | u32::from(*data.get(9)?) << 16;
            let mut header = Header::new(Format::WebP, (plus_one(4)?, height + 1));
            header.animated = data.first()? & 0x02 != 0;
            header
        }
        _ => Header::new(Format::WebP, (0, 0)),
    };
    header.whole = bytes.len() as u64 >= 8 + u64::from(le32(bytes, 4)?);
    let mut frames = 0_u32;
    let mut at = 12_usize;
    while let (Some(name), Some(length)) = (bytes.get(at..at + 4), le32(bytes, at + 4)) {
        let end = (at + 8).checked_add(length as usize)?;
        frames += u32::from(name == b"ANMF");
        header.twelfths = header.twelfths.max(match name {
            // Planes of a quarter's size, and the picture.
            b"VP8 " => 18 + 3 * 12,
            // Four samples a pixel, and the picture.
            b"VP8L" => 4 * 12 + 3 * 12,
            // The planes, and opacity as four samples a pixel, and as one.
            b"ALPH" | b"ANMF" => 18 + 4 * 12 + 4 * 12 + 12,
            _ => 0,
        });
        if name == b"EXIF"
            && let Some(exif) = bytes.get(at + 8..end)
        {
            // Some writers copy the JPEG segment with its prefix.
            header.orientation = orientation(exif.strip_prefix(b"Exif\0\0").unwrap_or(exif));
            break;
        }
        at = end.checked_add(length as usize & 1)?;
    }
    header.animated &= frames > 1 || !header.whole;
    Some(header)
}

/// Whether there is an ICC profile before the pixels.
pub(in crate::picture) fn png_has_profile(bytes: &[u8]) -> bool {
    let mut at = 8;
    while let (Some(length), Some(name)) = (be32(bytes, at), bytes.get(at + 4..at + 8)) {
        match name {
            b"iCCP" => return true,
            b"IDAT" | b"IEND" => return false,
            _ => {}
        }
        let Some(next) = at.checked_add(12).and_then(|at| at.checked_add(length as usize)) else {
            return false;
        };
        at = next;
    }
    false
}

/// The ICC profile of a WebP.
pub(in crate::picture) fn webp_profile(bytes: &[u8]) -> Option<&[u8]> {
    // Only the extended format has one, by a flag in its first chunk.
    if bytes.get(12..16)? != b"VP8X" || bytes.get(20)? & 0x20 == 0 {
        return None;
    }
    let mut at = 12_usize;
    while let (Some(name), Some(length)) = (bytes.get(at..at + 4), le32(bytes, at + 4)) {
        let end = (at + 8).checked_add(length as usize)?;
        if name == b"ICCP" {
            return bytes.get(at + 8..end);
        }
        at = end.checked_add(length as usize & 1)?;
    }
    None
}

/// Whether the first chunk of a WebP is a known one.
pub(super) fn is_known_webp(bytes: &[u8]) -> bool {
    matches!(bytes.get(12..16), Some(b"VP8 " | b"VP8L" | b"VP8X"))
}
