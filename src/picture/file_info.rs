//! Reads headers, without decoding pixels: a picture's format, its size, and whether it is animated.
//!
//! The format is that of the bytes, whatever the file name or the server says. The parsers take time in proportion to the
//! chunks of a file, not to its pixels, and never allocate by sizes in a header.

pub(super) mod avif;
pub(super) mod gif;
pub(super) mod header;
pub(super) mod jpeg;
pub(super) mod png;
mod sniff;
mod svg;
mod unsupported;
pub(super) mod webp;

use super::error::PictureError;
use crate::domain::picture_format::Format;
use header::Header;

/// What the header of a picture says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileInfo {
    /// The width in pixels as displayed: an EXIF orientation may swap it with the height.
    pub width: u32,
    /// The height in pixels as displayed.
    pub height: u32,
    pub format: Format,
    /// Whether there is more than one frame. If the file is incomplete, whether the header says that it is animated.
    pub animated: bool,
}

/// Reads the header. The first 10,000 bytes are enough for nearly every file. If they are not, the error is
/// [`PictureError::Cut`].
///
/// The size may be absurd: checking limits is up to the decoder.
pub fn file_info(bytes: &[u8]) -> Result<FileInfo, PictureError> {
    let header = read_header(bytes)?;
    let (width, height) = header.shown();
    Ok(FileInfo { width, height, format: header.format, animated: header.animated })
}

/// Reads the header of any format.
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    let Some(format) = format(bytes) else {
        return Err(PictureError::NotAPicture { prefix: sniff::describe_prefix(bytes) });
    };
    let header = match format {
        Format::Jpeg => jpeg::header(bytes),
        Format::Png => png::header(bytes),
        Format::Gif => gif::header(bytes),
        Format::WebP => webp::header(bytes),
        Format::Avif => avif::header(bytes),
        Format::Svg => svg::header(bytes),
        _ => return Err(PictureError::Unsupported { format }),
    };
    let header = header.ok_or(PictureError::Cut { format })?;
    if format == Format::WebP && !webp::is_known(bytes) {
        let feature = "data of a newer version";
        return Err(PictureError::UnsupportedFeature { format, feature });
    }
    if header.width == 0 || header.height == 0 {
        return Err(PictureError::NoPixels { format, width: header.width, height: header.height });
    }
    Ok(header)
}

/// The format, by the first bytes.
pub fn format(bytes: &[u8]) -> Option<Format> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(Format::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(Format::Png),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Format::Gif),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Format::WebP),
        _ if avif::is_avif(bytes) => Some(Format::Avif),
        _ if svg::root(bytes).is_some() => Some(Format::Svg),
        _ => unsupported::format(bytes),
    }
}

/// Fails if the bytes start no picture, not even one of a format that is not decoded.
pub fn check_is_picture(head: &[u8]) -> Result<(), PictureError> {
    match file_info(head) {
        Err(error) if format(head).is_none() => Err(error),
        _ => Ok(()),
    }
}

/// The usual extension of a file that starts with these bytes, without the dot. `None` if the format is unknown.
pub fn extension(head: &[u8]) -> Option<&'static str> {
    format(head).map(Format::extension)
}
