//! Reads a GIF's header by walking over its blocks.

use super::header::Header;
use crate::domain::picture_format::Format;
use crate::picture::chunks::le16;

/// The first bytes of blocks.
const EXTENSION: u8 = 0x21;
const FRAME: u8 = 0x2c;
const TRAILER: u8 = 0x3b;

/// The extensions with a number of repetitions. For an incomplete file only the first one counts.
const LOOPS: [&[u8]; 2] = [b"NETSCAPE2.0", b"ANIMEXTS1.0"];

pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let mut header = Header::new(Format::Gif, (le16(bytes, 6)?, le16(bytes, 8)?));
    bytes.get(10)?;
    let mut frames = 0;
    let mut repeats = false;
    for (kind, at) in blocks(bytes) {
        match kind {
            EXTENSION => repeats |= bytes.get(at + 3..at + 14) == Some(LOOPS[0]),
            FRAME => {
                if frames == 0 {
                    header.twelfths += separate_frame(bytes, at, &header).unwrap_or(0);
                }
                frames += 1;
            }
            _ => header.whole = kind == TRAILER,
        }
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
pub(in crate::picture) fn profile(bytes: &[u8]) -> Option<Vec<u8>> {
    let (_, at) = blocks(bytes)
        .take_while(|(kind, _)| *kind == EXTENSION)
        .find(|(_, at)| bytes.get(at + 1..at + 14) == Some(b"\xff\x0bICCRGBG1012"))?;
    let mut profile = Vec::new();
    let mut block = at + 14;
    loop {
        match usize::from(*bytes.get(block)?) {
            0 => return Some(profile),
            length => {
                profile.extend_from_slice(bytes.get(block + 1..block + 1 + length)?);
                block += 1 + length;
            }
        }
    }
}

/// How many times the animation plays: once more than the number of repetitions, as in browsers. `None` if forever.
pub(in crate::picture) fn plays(bytes: &[u8]) -> Option<u32> {
    let mut plays = Some(1);
    for (_, at) in blocks(bytes).filter(|(kind, _)| *kind == EXTENSION) {
        let name = bytes.get(at + 3..at + 14).unwrap_or_default();
        if LOOPS.contains(&name)
            && bytes.get(at + 14..at + 16) == Some(&[3, 1])
            && let Some(repetitions) = le16(bytes, at + 16)
        {
            plays = (repetitions > 0).then_some(repetitions + 1);
        }
    }
    plays
}

/// The first byte of each block and its offset. Ends after the trailer, or any other byte that starts no block, as
/// decoders do.
fn blocks(bytes: &[u8]) -> impl Iterator<Item = (u8, usize)> {
    let mut next = bytes.get(10).map(|flags| 13 + palette(*flags));
    std::iter::from_fn(move || {
        let at = next?;
        let kind = *bytes.get(at)?;
        next = match kind {
            EXTENSION => sub_blocks(bytes, at + 2),
            FRAME => bytes.get(at + 9).and_then(|flags| sub_blocks(bytes, at + 11 + palette(*flags))),
            _ => None,
        };
        Some((kind, at))
    })
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
