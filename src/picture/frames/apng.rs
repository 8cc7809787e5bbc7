//! Reads the frames of an animated PNG: <https://www.w3.org/TR/png-3/#apng-frame-based-animation>.
//!
//! The decoder's own animation is not used. It does not support 16-bit colours. And if a frame with
//! `APNG_DISPOSE_OP_BACKGROUND` comes before one with `APNG_DISPOSE_OP_PREVIOUS`, it restores what was cleared.

use std::time::Duration;

use super::canvas::{Area, Dispose, Part};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The offset of the first chunk.
pub(super) const START: usize = SIGNATURE.len();

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
    let mut at = START;
    while let Some((name, _, next)) = chunk(bytes, at) {
        match name {
            b"fcTL" => return false,
            b"IDAT" => return frame_count(bytes) > 0,
            _ => at = next,
        }
    }
    false
}

/// The animation control chunk. Browsers ignore one after the pixels.
fn control(bytes: &[u8]) -> Option<&[u8]> {
    let mut at = START;
    loop {
        let (name, data, next) = chunk(bytes, at)?;
        match name {
            b"acTL" => return Some(data),
            b"IDAT" => return None,
            _ => at = next,
        }
    }
}

/// The next frame from this offset on, and the offset after it. `None` if there is none.
///
/// A default image without a control chunk before it is not a frame.
pub(super) fn part(bytes: &[u8], mut at: usize) -> Option<(Part, usize)> {
    let control = loop {
        let (name, data, next) = chunk(bytes, at)?;
        at = next;
        if name == b"fcTL" {
            break data;
        }
    };
    let mut pixels = Vec::new();
    while let Some((name, data, next)) = chunk(bytes, at) {
        match name {
            b"fcTL" | b"IEND" => break,
            b"IDAT" => pixels.extend_from_slice(data),
            b"fdAT" => pixels.extend_from_slice(data.get(4..)?),
            _ => {}
        }
        at = next;
    }
    let area = Area {
        width: be32(control, 4)?,
        height: be32(control, 8)?,
        left: be32(control, 12)?,
        top: be32(control, 16)?,
    };
    let be16 = |at: usize| Some(u32::from(u16::from_be_bytes(*control.get(at..at + 2)?.first_chunk()?)));
    let (numerator, denominator) = (be16(20)?, be16(22)?);
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
    Some((part, at))
}

/// A PNG file of one frame, with the palette, the profile and all other chunks before the animation's pixels.
fn still(bytes: &[u8], area: Area, pixels: &[u8]) -> Option<Vec<u8>> {
    let mut file = SIGNATURE.to_vec();
    let mut at = START;
    loop {
        let (name, data, next) = chunk(bytes, at)?;
        match name {
            b"IHDR" => {
                let mut header = data.to_vec();
                header.get_mut(..4)?.copy_from_slice(&area.width.to_be_bytes());
                header.get_mut(4..8)?.copy_from_slice(&area.height.to_be_bytes());
                push(&mut file, *b"IHDR", &header)?;
            }
            b"acTL" | b"fcTL" => {}
            b"IDAT" | b"fdAT" | b"IEND" => break,
            _ => file.extend_from_slice(bytes.get(at..next)?),
        }
        at = next;
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
    let crc = crc(&file[start..]);
    file.extend_from_slice(&crc.to_be_bytes());
    Some(())
}

/// The chunk at this offset: its name, its data, and the offset of the next one.
fn chunk(bytes: &[u8], at: usize) -> Option<(&[u8; 4], &[u8], usize)> {
    let length = be32(bytes, at)? as usize;
    let start = at.checked_add(8)?;
    let name = bytes.get(at + 4..start)?.first_chunk()?;
    let end = start.checked_add(length)?;
    Some((name, bytes.get(start..end)?, end.checked_add(4)?))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..at.checked_add(4)?)?.first_chunk()?))
}

/// <https://www.w3.org/TR/png-3/#D-CRCAppendix>
fn crc(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = table();
    !bytes.iter().fold(!0, |crc, byte| TABLE[((crc ^ u32::from(*byte)) & 0xff) as usize] ^ (crc >> 8))
}

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut crc, mut bit) = (byte, 0);
        while bit < 8 {
            crc = if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
            bit += 1;
        }
        table[byte as usize] = crc;
        byte += 1;
    }
    table
}
