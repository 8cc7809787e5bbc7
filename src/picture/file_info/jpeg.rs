//! Reads a JPEG's segments up to the compressed data, and checks its end.

use std::borrow::Cow;

use super::header::{Header, orientation};
use crate::domain::picture_format::Format;
use crate::picture::chunks::be16;

/// The code of the marker before the compressed data.
const SCAN: u8 = 0xda;
/// The code of the marker at the end.
const END: u8 = 0xd9;

/// Reads the header. `None` if the bytes end before the frame header.
pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let mut exif_orientation = None;
    let mut header = None;
    for Segment { code, data, end } in segments(bytes) {
        match (code, data) {
            // The end marker is searched only after the compressed data starts: thumbnails have one too.
            (SCAN, _) => {
                let whole =
                    bytes.get(end..).is_some_and(|rest| rest.windows(2).rev().any(|two| two == [0xff, END]));
                header = header.map(|header| Header { whole, ..header });
            }
            (0xe1, Some([b'E', b'x', b'i', b'f', 0, _, exif @ ..])) => {
                exif_orientation.get_or_insert_with(|| orientation(exif));
            }
            (code, Some(segment)) if is_frame(code) && header.is_none() => {
                header = Some(frame(code, segment)?);
            }
            _ => {}
        }
    }
    header.map(|header| match exif_orientation {
        Some(orientation) => Header { orientation, ..header },
        None => header,
    })
}

/// The next marker's code, and the offset of what follows it.
fn marker(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let ff = at + bytes.get(at..)?.iter().position(|&byte| byte == 0xff)?;
    let code = ff + bytes[ff..].iter().position(|&byte| byte != 0xff)?;
    Some((bytes[code], code + 1))
}

fn frame(marker: u8, segment: &[u8]) -> Option<Header> {
    let (height, width) = (be16(segment, 1)?, be16(segment, 3)?);
    let components = segment.get(5).copied()?;
    let mut header = Header::new(Format::Jpeg, (width, height));
    // CMYK stays four channels until it is converted.
    let out = match components {
        1 => 1,
        4 => 4,
        _ => 3,
    };
    header.twelfths = out * 12;
    // A frame header that is too short is refused by the decoder.
    let Some(coding) = JpegCoding::parse(marker, segment) else { return Some(header) };
    // The other decoder needs whole planes.
    if coding.needs_other_decoder() {
        header.twelfths += 3 * 12;
    }
    // All coefficients of a progressive file stay in memory until the last scan, two bytes each.
    if matches!(marker, 0xc2 | 0xc6 | 0xca | 0xce) {
        let area = |(h, v): (u8, u8)| u32::from(h.max(1)) * u32::from(v.max(1));
        let largest = area(coding.largest());
        header.twelfths +=
            coding.factors.iter().map(|factors| (24 * area(*factors)).div_ceil(largest)).sum::<u32>();
    }
    Some(header)
}

/// Whether the marker is a frame header, including JPEG-LS.
fn is_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf | 0xf7)
}

/// How a JPEG's samples are coded, by its frame header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::picture) struct JpegCoding {
    marker: u8,
    precision: u8,
    /// The horizontal and vertical sampling factors of each component.
    factors: Vec<(u8, u8)>,
}

impl JpegCoding {
    fn parse(marker: u8, segment: &[u8]) -> Option<Self> {
        let count = usize::from(*segment.get(5)?);
        let parts = segment.get(6..6 + 3 * count)?;
        let factors = parts.chunks_exact(3).map(|part| (part[1] >> 4, part[1] & 15)).collect();
        Some(Self { marker, precision: *segment.first()?, factors })
    }

    pub(in crate::picture) fn components(&self) -> usize {
        self.factors.len()
    }

    /// The feature that no decoder here supports. `None` if all are supported.
    pub(in crate::picture) fn unsupported(&self) -> Option<&'static str> {
        match self.marker {
            0xc3 | 0xf7 => return Some("lossless coding"),
            0xc9..=0xcb => return Some("arithmetic coding"),
            0xc5..=0xc7 | 0xcd..=0xcf => return Some("hierarchical coding"),
            _ => {}
        }
        if self.precision > 8 {
            return Some("more than 8 bits a sample");
        }
        if !matches!(self.components(), 1 | 3 | 4) {
            return Some("an invalid number of components");
        }
        let (across, down) = self.largest();
        let divides = |&(h, v): &(u8, u8)| h > 0 && v > 0 && across % h == 0 && down % v == 0;
        if self.components() > 1 && !self.factors.iter().all(divides) {
            return Some("fractional sampling");
        }
        (self.components() == 4 && self.needs_other_decoder()).then_some("unusual ink sampling")
    }

    /// Whether `zune-jpeg` refuses the sampling factors or decodes wrong colours. It needs the first component to have the
    /// largest horizontal factor, and horizontal factors that are powers of two.
    pub(in crate::picture) fn needs_other_decoder(&self) -> bool {
        let across = self.largest().0;
        self.factors.first().is_some_and(|first| first.0 != across)
            || self.factors.iter().any(|factor| !factor.0.is_power_of_two())
    }

    fn largest(&self) -> (u8, u8) {
        let largest = |side: fn(&(u8, u8)) -> u8| self.factors.iter().map(side).max().unwrap_or(1);
        (largest(|factor| factor.0), largest(|factor| factor.1))
    }
}

/// How the samples are coded. `None` if the bytes end before the frame header.
pub(in crate::picture) fn coding(bytes: &[u8]) -> Option<JpegCoding> {
    let frame = segments(bytes).find(|segment| is_frame(segment.code))?;
    JpegCoding::parse(frame.code, frame.data?)
}

/// The ICC profile, joined from its segments. Empty if one is missing.
pub(in crate::picture) fn profile(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut parts: Vec<(u8, u8, &[u8])> = segments(bytes)
        .filter_map(|segment| match (segment.code, segment.data?.strip_prefix(b"ICC_PROFILE\0")) {
            (0xe2, Some([number, count, part @ ..])) => Some((*number, *count, part)),
            _ => None,
        })
        .collect();
    parts.sort_by_key(|(number, ..)| *number);
    let is_whole = parts
        .iter()
        .zip(1..)
        .all(|(&(number, count, _), expected)| number == expected && usize::from(count) == parts.len());
    match &*parts {
        [] => None,
        _ if !is_whole => Some(Cow::Borrowed(&[])),
        [(_, _, part)] => Some(Cow::Borrowed(part)),
        parts => Some(Cow::Owned(parts.iter().flat_map(|(_, _, part)| part.iter().copied()).collect())),
    }
}

struct Segment<'a> {
    code: u8,
    /// `None` if the file ends before the segment does.
    data: Option<&'a [u8]>,
    end: usize,
}

/// The segments up to the start of the compressed data, which is the last one.
fn segments(bytes: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut at = Some(2);
    std::iter::from_fn(move || {
        loop {
            let (code, next) = marker(bytes, at?)?;
            // Markers without a segment.
            if matches!(code, 0x01 | 0xd0..=0xd8) {
                at = Some(next);
                continue;
            }
            let end = next.checked_add(be16(bytes, next)?.max(2) as usize)?;
            at = (code != SCAN).then_some(end);
            return (code != END).then(|| Segment { code, data: bytes.get(next + 2..end), end });
        }
    })
}
