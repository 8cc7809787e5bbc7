//! AVIF: its size and its turn, of which the boxes tell. Its pixels stay closed to us.

use image::metadata::Orientation;

use super::{Format, Header, be32};

/// How far into a file the boxes are looked for.
const HEAD: usize = 64 << 10;

/// Whether the file's brands say AVIF.
pub(super) fn is_avif(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp") && brands(bytes).any(|brand| brand == b"avif" || brand == b"avis")
}

/// The size of the largest item: the others are tiles, thumbnails and the plane of transparency.
pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let (width, height) = places(head, *b"ispe")
        .filter_map(|at| Some((be32(head, at + 8)?, be32(head, at + 12)?)))
        .max_by_key(|(width, height)| u64::from(*width) * u64::from(*height))?;
    let mut header = Header::new(Format::Avif, (width, height));
    header.animated = bytes.get(8..12) == Some(b"avis");
    header.orientation = match places(head, *b"irot").find_map(|at| head.get(at + 4)).map(|turns| turns & 3) {
        Some(1) => Orientation::Rotate270,
        Some(2) => Orientation::Rotate180,
        Some(3) => Orientation::Rotate90,
        _ => Orientation::NoTransforms,
    };
    Some(header)
}

fn brands(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let length = be32(bytes, 0).unwrap_or(0) as usize;
    let inside = bytes.get(8..length.clamp(8, 256).min(bytes.len()).max(8)).unwrap_or(&[]);
    inside.chunks_exact(4)
}

/// Where a box's name stands.
fn places(bytes: &[u8], name: [u8; 4]) -> impl Iterator<Item = usize> {
    bytes.windows(4).enumerate().filter_map(move |(at, found)| (*found == name).then_some(at))
}
