//! Reads the frames of an animated PNG: <https://www.w3.org/TR/png-3/#apng-frame-based-animation>.
//!
//! The decoder's own animation is not used. It does not support 16-bit colours. And if a frame with
//! `APNG_DISPOSE_OP_BACKGROUND` comes before one with `APNG_DISPOSE_OP_PREVIOUS`, it restores what was cleared.

use std::time::Duration;

use super::canvas::{Area, Dispose, Part};
use crate::picture::chunks::{PNG_START, be16, be32, png_chunks};

const SIGNATURE: &[u8; PNG_START] = b"\x89PNG\r\n\x1a\n";

/// How many times the animation plays. `None` if forever.
pub(super) fn plays(bytes: &[u8]) -> Option<u32> {
    be32(control(bytes)?, 4).filter(|count| *count > 0)
}

/// The number of frames in the header. Browsers show no more, even if the file has more.
pub(super) fn frame_count(bytes: &[u8]) -> u32 {
    control(bytes).and_then(|control| be32(control, 0)).unwrap_or(0)
}

/// Whether the default image is not part of the animation, so that browsers never show it.
pub(super) fn has_separate_default(bytes: &[u8]) -> bool {
    let control = png_chunks(bytes, PNG_START).find(|chunk| matches!(chunk.name, b"fcTL" | b"IDAT"));
    control.is_some_and(|chunk| chunk.name == b"IDAT") && frame_count(bytes) > 0
}

/// The animation control chunk. Browsers ignore one after the pixels.
fn control(bytes: &[u8]) -> Option<&[u8]> {
    let control = png_chunks(bytes, PNG_START).find(|chunk| matches!(chunk.name, b"acTL" | b"IDAT"))?;
    control.data.filter(|_| control.name == b"acTL")
}

/// The next frame from this offset on, and the offset after it. `None` if there is none.
///
/// A default image without a control chunk before it is not a frame.
pub(super) fn part(bytes: &[u8], at: usize) -> Option<(Part, usize)> {
    let mut chunks = png_chunks(bytes, at);
    let control = chunks.find(|chunk| chunk.name == b"fcTL")?;
    let (control, mut next) = (control.data?, control.next);
    let mut pixels = Vec::new();
    for chunk in chunks {
        match (chunk.name, chunk.data) {
            (b"fcTL" | b"IEND", _) | (_, None) => break,
            (b"IDAT", Some(data)) => pixels.extend_from_slice(data),
            (b"fdAT", Some(data)) => pixels.extend_from_slice(data.get(4..)?),
            _ => {}
        }
        next = chunk.next;
    }
    let area = Area {
        width: be32(control, 4)?,
        height: be32(control, 8)?,
        left: be32(control, 12)?,
        top: be32(control, 16)?,
    };
    let (numerator, denominator) = (be16(control, 20)?, be16(control, 22)?);
    let denominator = if denominator == 0 { 100 } else { denominator };
    let part = Part {
        file: still(bytes, area, &pixels)?,
        area,
        delay: Duration::from_secs(numerator.into()) / denominator,
        blend: *control.get(25)? == 1,
        dispose: match control.get(24)? {
            1 => Dispose::Clear,
            2 => Dispose::Restore,
            _ => Dispose::Keep,
        },
    };
    Some((part, next))
}

/// A PNG file of one frame, with the palette, the profile and all other chunks before the animation's pixels.
fn still(bytes: &[u8], area: Area, pixels: &[u8]) -> Option<Vec<u8>> {
    let mut file = SIGNATURE.to_vec();
    let mut chunks = png_chunks(bytes, PNG_START);
    loop {
        let chunk = chunks.next()?;
        match (chunk.name, chunk.data?) {
            (b"IHDR", data) => {
                let mut header = data.to_vec();
                header.get_mut(..4)?.copy_from_slice(&area.width.to_be_bytes());
                header.get_mut(4..8)?.copy_from_slice(&area.height.to_be_bytes());
                push(&mut file, *b"IHDR", &header)?;
            }
            (b"acTL" | b"fcTL", _) => {}
            (b"IDAT" | b"fdAT" | b"IEND", _) => break,
            _ => file.extend_from_slice(bytes.get(chunk.start..chunk.next)?),
        }
    }
    push(&mut file, *b"IDAT", pixels)?;
    push(&mut file, *b"IEND", &[])?;
    Some(file)
}

fn push(file: &mut Vec<u8>, name: [u8; 4], data: &[u8]) -> Option<()> {
    file.extend_from_slice(&u32::try_from(data.len()).ok()?.to_be_bytes());
    let start = file.len();
    file.extend_from_slice(&name);
    file.extend_from_slice(data);
    let checksum = crc32fast::hash(&file[start..]);
    file.extend_from_slice(&checksum.to_be_bytes());
    Some(())
}
