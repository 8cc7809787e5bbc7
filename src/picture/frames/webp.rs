//! Reads the frames of an animated WebP: <https://developers.google.com/speed/webp/docs/riff_container>.
//!
//! The decoder's own animation is not used, because it does not dispose frames:
//! <https://github.com/image-rs/image-webp/issues/110>.

use std::time::Duration;

use super::canvas::{Area, Dispose, Part};
use crate::picture::chunks::{WEBP_START, le16, le24, webp_chunks};

/// How many times the animation plays. `None` if forever.
pub(super) fn plays(bytes: &[u8]) -> Option<u32> {
    let animation = webp_chunks(bytes, WEBP_START).find(|chunk| chunk.name == b"ANIM")?;
    le16(animation.data?, 4).filter(|count| *count > 0)
}

/// Whether the pixels are in frames, even if there is only one.
pub(super) fn has_frames(bytes: &[u8]) -> bool {
    bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 2 != 0)
}

/// The next frame from this offset on, and the offset after it. `None` if there is none.
pub(super) fn part(bytes: &[u8], at: usize) -> Option<(Part, usize)> {
    let chunk = webp_chunks(bytes, at).find(|chunk| chunk.name == b"ANMF")?;
    let frame = chunk.data?;
    let u24 = |at| le24(frame, at);
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
    Some((part, chunk.next))
}

/// A WebP file of one frame, from its chunks.
fn still(chunks: &[u8], area: Area) -> Option<Vec<u8>> {
    let mut alpha = None;
    let pixels = webp_chunks(chunks, 0).find_map(|chunk| match chunk.name {
        b"ALPH" => {
            alpha = chunk.data;
            None
        }
        b"VP8 " | b"VP8L" => Some((chunk.name, chunk.data?)),
        _ => None,
    })?;
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
