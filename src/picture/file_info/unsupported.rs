//! Formats that are recognized but not decoded. Cloudflare accepts few of them, and each decoder is a risk.

use crate::domain::picture_format::Format;

/// How far into a file the document type of Matroska is searched for.
const MATROSKA_HEAD: usize = 64;

/// The format, by the first bytes.
pub(super) fn format(bytes: &[u8]) -> Option<Format> {
    let starts = |with: &[u8]| bytes.starts_with(with);
    match bytes {
        _ if starts(b"\xff\x0a") || starts(b"\0\0\0\x0cJXL \r\n\x87\n") => Some(Format::JpegXl),
        _ if starts(b"\0\0\0\x0cjP  \r\n\x87\n") || starts(b"\xff\x4f\xff\x51") => Some(Format::Jpeg2000),
        _ if starts(b"II\xbc\x01") => Some(Format::JpegXr),
        _ if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0\x08\0") || starts(b"MM\0+\0\x08") => {
            Some(Format::Tiff)
        }
        // A text may also start with these letters, so check the size of the second header.
        [b'B', b'M', ..] if is_bmp_header(bytes.get(14..18)) => Some(Format::Bmp),
        [0, 0, 1, 0, low, high, ..] if (*low, *high) != (0, 0) => Some(Format::Ico),
        [0, 0, 2, 0, low, high, ..] if (*low, *high) != (0, 0) => Some(Format::Cur),
        _ if starts(b"8BPS\0\x01") || starts(b"8BPS\0\x02") => Some(Format::Psd),
        _ if starts(b"\x76\x2f\x31\x01") => Some(Format::OpenExr),
        _ if starts(b"#?RADIANCE") || starts(b"#?RGBE") => Some(Format::Radiance),
        _ if starts(b"qoif") => Some(Format::Qoi),
        _ if starts(b"%PDF-") => Some(Format::Pdf),
        _ if starts(b"%!PS") || starts(b"\xc5\xd0\xd3\xc6") => Some(Format::Eps),
        _ if starts(b"\x1a\x45\xdf\xa3") => {
            let head = &bytes[..bytes.len().min(MATROSKA_HEAD)];
            let is_webm = head.windows(4).any(|name| name == b"webm");
            Some(if is_webm { Format::WebM } else { Format::Matroska })
        }
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Some(by_brand(brand.get(..4)?)),
        _ => None,
    }
}

/// The format of an ISO media file, by its major brand. AVIF is recognized before.
fn by_brand(brand: &[u8]) -> Format {
    match brand {
        b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"hevm" | b"hevs" | b"mif1" | b"mif2"
        | b"msf1" => Format::Heic,
        b"qt  " => Format::QuickTime,
        _ => Format::Mp4,
    }
}

fn is_bmp_header(size: Option<&[u8]>) -> bool {
    matches!(size, Some([12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
}
