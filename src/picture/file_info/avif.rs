//! Reads an AVIF's size and orientation from its boxes.

use image::metadata::Orientation;

use super::header::Header;
use crate::domain::picture_format::Format;
use crate::picture::chunks::be32;

/// How far into a file boxes are searched for.
const HEAD: usize = 64 << 10;

/// Whether the file's brands say AVIF.
pub(super) fn is_avif(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp") && brands(bytes).any(|brand| brand == b"avif" || brand == b"avis")
}

/// The header, with the size of the largest item. The others are tiles, thumbnails and the alpha plane.
pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let (width, height) = places(head, *b"ispe")
        .filter_map(|at| Some((be32(head, at + 8)?, be32(head, at + 12)?)))
        .max_by_key(|(width, height)| u64::from(*width) * u64::from(*height))?;
    let mut header = Header::new(Format::Avif, (width, height));
    header.animated = bytes.get(8..12) == Some(b"avis");
    header.whole = is_whole(bytes);
    let first = |name| places(head, name).find_map(|at| head.get(at + 4)).copied();
    header.orientation = orientation(first(*b"irot").unwrap_or(0), first(*b"imir"));
    let planes: u32 =
        places(head, *b"av1C").filter_map(|at| head.get(at + 6)).map(|flags| plane_bytes(*flags)).sum();
    header.twelfths = 4 * 12 + if planes > 0 { planes } else { 4 * 12 };
    Some(header)
}

/// The bytes that the planes of a stream take for each pixel, in twelfths, by the flags of its configuration.
fn plane_bytes(flags: u8) -> u32 {
    let is = |bit: u8| flags & bit != 0;
    let chroma = match (is(0x10), is(0x08), is(0x04)) {
        (true, ..) => 0,
        (_, true, true) => 6,
        (_, true, false) => 12,
        (_, false, _) => 24,
    };
    (12 + chroma) * if is(0x40) { 2 } else { 1 }
}

/// Whether the last box ends within the file.
fn is_whole(bytes: &[u8]) -> bool {
    let mut at = 0_u64;
    while at < bytes.len() as u64 {
        let start = usize::try_from(at).unwrap_or(usize::MAX);
        let length = match be32(bytes, start) {
            Some(1) => match (be32(bytes, start + 8), be32(bytes, start + 12)) {
                (Some(high), Some(low)) => u64::from(high) << 32 | u64::from(low),
                _ => return false,
            },
            Some(0) => return true,
            Some(length) => u64::from(length),
            None => return false,
        };
        at = at.saturating_add(length.max(8));
    }
    at == bytes.len() as u64
}

/// `quarters` are counter-clockwise turns of 90°. `mirror` is applied after them: 0 swaps top and bottom, 1 left and right.
fn orientation(quarters: u8, mirror: Option<u8>) -> Orientation {
    match (quarters & 3, mirror.map(|axis| axis & 1)) {
        (0, None) => Orientation::NoTransforms,
        (1, None) => Orientation::Rotate270,
        (2, None) => Orientation::Rotate180,
        (_, None) => Orientation::Rotate90,
        (0, Some(0)) | (2, Some(1)) => Orientation::FlipVertical,
        (0 | 2, Some(_)) => Orientation::FlipHorizontal,
        (1, Some(1)) | (3, Some(0)) => Orientation::Rotate270FlipH,
        (_, Some(_)) => Orientation::Rotate90FlipH,
    }
}

fn brands(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let length = be32(bytes, 0).unwrap_or(0) as usize;
    let inside = bytes.get(8..length.clamp(8, 256).min(bytes.len()).max(8)).unwrap_or(&[]);
    inside.chunks_exact(4)
}

/// The offsets of a box's name.
pub(in crate::picture) fn places(bytes: &[u8], name: [u8; 4]) -> impl Iterator<Item = usize> {
    bytes.windows(4).enumerate().filter_map(move |(at, window)| (*window == name).then_some(at))
}
