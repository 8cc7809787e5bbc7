//! Reads the frames of an animated WebP: <https://developers.google.com/speed/webp/docs/riff_container>.
//!
//! The decoder's own animation is not used, because it does not dispose frames:
//! <https://github.com/image-rs/image-webp/issues/110>.

use std::time::Duration;

use super::canvas::{Area, Dispose, Part};

/// The offset of the first chunk.
pub(super) const START: usize = 12;

/// How many times the animation plays. `None` if forever.
pub(super) fn plays(bytes: &[u8]) -> Option<u32> {
    let mut at = START;
    while let Some((name, data, next)) = chunk(bytes, at) {
        if name == b"ANIM" {
            let count = u16::from_le_bytes([*data.get(4)?, *data.get(5)?]);
            return (count > 0).then(|| count.into());
        }
        at = next;
    }
    None
}

/// Whether the pixels are in frames, even if there is only one.
pub(super) fn has_frames(bytes: &[u8]) -> bool {
    bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 2 != 0)
}

/// The next frame from this offset on, and the offset after it. `None` if there is none.
pub(super) fn part(bytes: &[u8], mut at: usize) -> Option<(Part, usize)> {
    let frame = loop {
        let (name, data, next) = chunk(bytes, at)?;
        at = next;
        if name == b"ANMF" {
            break data;
        }
    };
    let u24 =
        |at: usize| Some(u32::from_le_bytes([*frame.get(at)?, *frame.get(at + 1)?, *frame.get(at + 2)?, 0]));
    let area = Area { left: u24(0)? * 2, top: u24(3)? * 2, width: u24(6)? + 1, height: u24(9)? + 1 };
    let delay = Duration::from_millis(u24(12)?.into());
    let flags = *frame.get(15)?;
    let part = Part {
        file: still(frame.get(16..)?, area)?,
        area,
        delay,
        blend: flags & 2 == 0,
        dispose: if flags & 1 == 0 { Dispose::Keep } else { Dispose::Clear },
    };
    Some((part, at))
}

/// A WebP file of one frame, from its chunks.
fn still(chunks: &[u8], area: Area) -> Option<Vec<u8>> {
    let (mut alpha, mut at) = (None, 0);
    let pixels = loop {
        let (name, data, next) = chunk(chunks, at)?;
        match name {
            b"ALPH" => alpha = Some(data),
            b"VP8 " | b"VP8L" => break (name, data),
            _ => {}
        }
        at = next;
    };
    let mut body = b"WEBP".to_vec();
    if let Some(alpha) = alpha.filter(|_| pixels.0 == b"VP8 ") {
        let mut header = vec![0x10, 0, 0, 0];
        header.extend_from_slice(&(area.width - 1).to_le_bytes()[..3]);
        header.extend_from_slice(&(area.height - 1).to_le_bytes()[..3]);
        push(&mut body, b"VP8X", &header)?;
        push(&mut body, b"ALPH", alpha)?;
    }
    push(&mut body, pixels.0, pixels.1)?;
    let mut file = b"RIFF".to_vec();
    file.extend_from_slice(&u32::try_from(body.len()).ok()?.to_le_bytes());
    file.extend_from_slice(&body);
    Some(file)
}

fn push(body: &mut Vec<u8>, name: &[u8], data: &[u8]) -> Option<()> {
    body.extend_from_slice(name);
    body.extend_from_slice(&u32::try_from(data.len()).ok()?.to_le_bytes());
    body.extend_from_slice(data);
    if data.len() % 2 == 1 {
        body.push(0);
    }
    Some(())
}

/// The chunk at this offset: its name, its data, and the offset of the next one.
fn chunk(bytes: &[u8], at: usize) -> Option<(&[u8; 4], &[u8], usize)> {
    let start = at.checked_add(8)?;
    let name = bytes.get(at..at + 4)?.first_chunk()?;
    let length = u32::from_le_bytes(*bytes.get(at + 4..start)?.first_chunk()?) as usize;
    let end = start.checked_add(length)?;
    Some((name, bytes.get(start..end)?, end.checked_add(length % 2)?))
}
