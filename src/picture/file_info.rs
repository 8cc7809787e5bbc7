//! Reads headers, without decoding pixels: a picture's format, its size, and whether it is animated.
//!
//! The format is that of the bytes, whatever the file name or the server says. The parsers take time in proportion to the
//! chunks of a file, not to its pixels, and never allocate by sizes in a header.

pub(super) mod avif;
mod jpeg;
mod raster;
mod sniff;
mod svg;
mod unsupported;

use std::fmt;

use image::metadata::Orientation;

use super::PictureError;
pub(super) use jpeg::{JpegCoding, coding as jpeg_coding, profile as jpeg_profile};
pub(super) use raster::{gif_profile, png_has_profile, webp_profile};

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

/// A file format, by the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Format {
    /// JPEG, baseline or progressive.
    Jpeg,
    /// PNG, and its animated form.
    Png,
    /// WebP, lossy, lossless or animated.
    WebP,
    Gif,
    Avif,
    Svg,
    /// HEIC and other HEIF, by HEVC. Not decoded.
    Heic,
    /// JPEG XL. Not decoded.
    JpegXl,
    /// JPEG 2000. Not decoded.
    Jpeg2000,
    /// JPEG XR. Not decoded.
    JpegXr,
    /// TIFF, and camera raw files based on it. Not decoded.
    Tiff,
    /// BMP. Not decoded.
    Bmp,
    /// A Windows icon. Not decoded.
    Ico,
    /// A Windows mouse pointer. Not decoded.
    Cur,
    /// A Photoshop document. Not decoded.
    Psd,
    /// `OpenEXR`. Not decoded.
    OpenExr,
    /// Radiance HDR. Not decoded.
    Radiance,
    /// QOI. Not decoded.
    Qoi,
    /// PDF. Not decoded.
    Pdf,
    /// PostScript, encapsulated or not. Not decoded.
    Eps,
    /// MP4 video and similar formats. Not decoded.
    Mp4,
    /// `QuickTime` video. Not decoded.
    QuickTime,
    /// `WebM` video. Not decoded.
    WebM,
    /// Matroska video. Not decoded.
    Matroska,
}

impl Format {
    /// The media type, such as `image/png`.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
            Self::Avif => "image/avif",
            Self::Svg => "image/svg+xml",
            Self::Heic => "image/heic",
            Self::JpegXl => "image/jxl",
            Self::Jpeg2000 => "image/jp2",
            Self::JpegXr => "image/jxr",
            Self::Tiff => "image/tiff",
            Self::Bmp => "image/bmp",
            Self::Ico => "image/vnd.microsoft.icon",
            Self::Cur => "image/x-icon",
            Self::Psd => "image/vnd.adobe.photoshop",
            Self::OpenExr => "image/x-exr",
            Self::Radiance => "image/vnd.radiance",
            Self::Qoi => "image/qoi",
            Self::Pdf => "application/pdf",
            Self::Eps => "application/postscript",
            Self::Mp4 => "video/mp4",
            Self::QuickTime => "video/quicktime",
            Self::WebM => "video/webm",
            Self::Matroska => "video/x-matroska",
        }
    }

    /// The usual file extension, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::WebP => "webp",
            Self::Gif => "gif",
            Self::Avif => "avif",
            Self::Svg => "svg",
            Self::Heic => "heic",
            Self::JpegXl => "jxl",
            Self::Jpeg2000 => "jp2",
            Self::JpegXr => "jxr",
            Self::Tiff => "tiff",
            Self::Bmp => "bmp",
            Self::Ico => "ico",
            Self::Cur => "cur",
            Self::Psd => "psd",
            Self::OpenExr => "exr",
            Self::Radiance => "hdr",
            Self::Qoi => "qoi",
            Self::Pdf => "pdf",
            Self::Eps => "eps",
            Self::Mp4 => "mp4",
            Self::QuickTime => "mov",
            Self::WebM => "webm",
            Self::Matroska => "mkv",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Avif => "AVIF",
            Self::Svg => "SVG",
            Self::Heic => "HEIC",
            Self::JpegXl => "JPEG XL",
            Self::Jpeg2000 => "JPEG 2000",
            Self::JpegXr => "JPEG XR",
            Self::Tiff => "TIFF",
            Self::Bmp => "BMP",
            Self::Ico => "ICO",
            Self::Cur => "CUR",
            Self::Psd => "PSD",
            Self::OpenExr => "OpenEXR",
            Self::Radiance => "Radiance HDR",
            Self::Qoi => "QOI",
            Self::Pdf => "PDF",
            Self::Eps => "EPS",
            Self::Mp4 => "MP4 video",
            Self::QuickTime => "QuickTime video",
            Self::WebM => "WebM video",
            Self::Matroska => "Matroska video",
        })
    }
}

/// Reads the header. The first 10,000 bytes are enough for nearly every file. If they are not, the error is
/// [`PictureError::Cut`].
///
/// The size may be absurd: checking limits is up to the decoder.
pub fn file_info(bytes: &[u8]) -> Result<FileInfo, PictureError> {
    let header = header(bytes)?;
    let (width, height) = header.shown();
    Ok(FileInfo { width, height, format: header.format, animated: header.animated })
}

/// What the decoder needs to know in advance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Header {
    pub(super) format: Format,
    /// The width in pixels as stored.
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) orientation: Orientation,
    pub(super) animated: bool,
    /// The bytes per pixel that decoding takes, in twelfths, so that a quarter-size chroma plane is a whole number.
    pub(super) twelfths: u32,
    /// Whether the file has its end, as its format defines it.
    pub(super) whole: bool,
}

impl Header {
    fn new(format: Format, (width, height): (u32, u32)) -> Self {
        Self {
            format,
            width,
            height,
            orientation: Orientation::NoTransforms,
            animated: false,
            twelfths: 4 * 12,
            whole: false,
        }
    }

    /// Whether the picture has too many pixels to decode in this process.
    pub(super) fn is_large(&self) -> bool {
        self.pixels() > super::MAX_LOCAL_PIXELS
    }

    pub(super) fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The bytes that decoding takes.
    pub(super) fn memory(&self) -> u64 {
        (self.pixels() * u64::from(self.twelfths)).div_ceil(12)
    }

    /// The size as displayed.
    pub(super) fn shown(&self) -> (u32, u32) {
        shown((self.width, self.height), self.orientation)
    }
}

/// Converts the stored size to the displayed size, or back.
pub(super) fn shown((width, height): (u32, u32), orientation: Orientation) -> (u32, u32) {
    match orientation {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
        _ => (width, height),
    }
}

/// Reads the header of any format.
pub(super) fn header(bytes: &[u8]) -> Result<Header, PictureError> {
    if bytes.is_empty() {
        return Err(PictureError::Empty);
    }
    let Some(format) = format(bytes) else {
        return Err(PictureError::NotAPicture { prefix: sniff::describe_prefix(bytes) });
    };
    let header = match format {
        Format::Jpeg => jpeg::header(bytes),
        Format::Png => raster::png(bytes),
        Format::Gif => raster::gif(bytes),
        Format::WebP => raster::webp(bytes),
        Format::Avif => avif::header(bytes),
        Format::Svg => svg::header(bytes),
        _ => return Err(PictureError::Unsupported { format }),
    };
    let header = header.ok_or(PictureError::Cut { format })?;
    if format == Format::WebP && !raster::is_known_webp(bytes) {
        let feature = "a kind of data of a later version";
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

/// The usual extension of a file that starts with these bytes, without the dot. `None` if the format is unknown.
pub fn extension(head: &[u8]) -> Option<&'static str> {
    format(head).map(Format::extension)
}

/// The orientation in EXIF data.
fn orientation(exif: &[u8]) -> Orientation {
    Orientation::from_exif_chunk(exif).unwrap_or(Orientation::NoTransforms)
}

fn be16(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes_at = bytes.get(at..at.checked_add(2)?)?;
    Some(u32::from(u16::from_be_bytes(bytes_at.try_into().ok()?)))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn le16(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes_at = bytes.get(at..at.checked_add(2)?)?;
    Some(u32::from(u16::from_le_bytes(bytes_at.try_into().ok()?)))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
