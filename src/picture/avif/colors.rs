//! Reads an AVIF's colour information from its boxes.

use crate::picture::chunks::be32;
use crate::picture::color::ColorSource;
use crate::picture::file_info::avif::places;

/// How far into a file colours are searched for: profiles of a megabyte may come before.
const COLORS: usize = 2 << 20;

/// The matrix coefficients by ITU-T H.273, and whether the range is full.
pub(super) type Matrix = (u8, bool);

/// The first colour information in the file. A profile has precedence over code points, which come with a matrix.
pub(super) fn color_information(bytes: &[u8]) -> Option<(ColorSource<'_>, Option<Matrix>)> {
    let head = &bytes[..bytes.len().min(COLORS)];
    let mut code_points = None;
    for at in places(head, *b"colr") {
        let Some(content) = content(bytes, at) else { continue };
        match content.split_at_checked(4) {
            Some((b"prof" | b"rICC", profile)) => return Some((ColorSource::Icc(profile), None)),
            Some((b"nclx", &[_, primaries, _, transfer, _, matrix, range, ..])) => {
                let matrix = (matrix, range & 0x80 != 0);
                code_points.get_or_insert((cicp(primaries, transfer), Some(matrix)));
            }
            _ => {}
        }
    }
    code_points
}

/// The content of the box whose name is at this offset.
fn content(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let start = at.checked_sub(4)?;
    let length = be32(bytes, start)? as usize;
    bytes.get(at + 4..start.checked_add(length)?)
}

pub(super) fn cicp(primaries: u8, transfer: u8) -> ColorSource<'static> {
    // The samples are expanded to the full range before.
    ColorSource::Cicp { primaries, transfer, full_range: true }
}
