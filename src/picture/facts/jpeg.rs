//! JPEG: segments until the frame's header, then the end of the image.

use super::{Format, Header, be16, orientation};

/// What the segments tell, or nothing where the bytes end before the frame's header.
pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let mut orientation_found = None;
    let mut header = None;
    let mut at = 2;
    while let Some((marker, next)) = marker(bytes, at) {
        // Markers that stand alone.
        if matches!(marker, 0x01 | 0xd0..=0xd8) {
            at = next;
            continue;
        }
        let Some(length) = be16(bytes, next) else { break };
        let Some(end) = next.checked_add(length.max(2) as usize) else { break };
        let segment = bytes.get(next + 2..end);
        match (marker, segment) {
            // What is compressed begins; thumbnails of segments before it have ends of their own.
            (0xda, _) => {
                let whole =
                    bytes.get(end..).is_some_and(|rest| rest.windows(2).rev().any(|two| two == [0xff, 0xd9]));
                header = header.map(|header| Header { whole, ..header });
                break;
            }
            (0xd9, _) | (_, None) => break,
            (0xe1, Some([b'E', b'x', b'i', b'f', 0, _, exif @ ..])) => {
                orientation_found.get_or_insert_with(|| orientation(exif));
            }
            (0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf, Some(segment)) if header.is_none() => {
                header = Some(frame(marker, segment)?);
            }
            _ => {}
        }
        at = end;
    }
    header.map(|header| match orientation_found {
        Some(orientation) => Header { orientation, ..header },
        None => header,
    })
}

/// The next marker's code, and where what follows it begins.
fn marker(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let ff = at + bytes.get(at..)?.iter().position(|&byte| byte == 0xff)?;
    let code = ff + bytes[ff..].iter().position(|&byte| byte != 0xff)?;
    Some((bytes[code], code + 1))
}

fn frame(marker: u8, segment: &[u8]) -> Option<Header> {
    let (height, width) = (be16(segment, 1)?, be16(segment, 3)?);
    let components = segment.get(5).copied()?;
    let mut header = Header::new(Format::Jpeg, (width, height));
    let out = if components == 1 { 1 } else { 3 };
    header.twelfths = out * 12;
    // A progressive file's coefficients are all kept, two bytes each, until its last scan.
    if matches!(marker, 0xc2 | 0xc6 | 0xca | 0xce) {
        let factors: Vec<(u32, u32)> = (0..usize::from(components))
            .filter_map(|at| segment.get(7 + 3 * at))
            .map(|&both| (u32::from(both >> 4).max(1), u32::from(both & 15).max(1)))
            .collect();
        let across = factors.iter().map(|factor| factor.0).max().unwrap_or(1);
        let down = factors.iter().map(|factor| factor.1).max().unwrap_or(1);
        header.twelfths += factors.iter().map(|(h, v)| (24 * h * v).div_ceil(across * down)).sum::<u32>();
    }
    Some(header)
}
