//! The file formats that are recognized, and what they are called.

use std::fmt;

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

struct Names {
    name: &'static str,
    mime: &'static str,
    extension: &'static str,
}

impl Format {
    /// Such as `WebP`.
    pub fn name(self) -> &'static str {
        self.names().name
    }

    /// The media type, such as `image/png`.
    pub fn mime(self) -> &'static str {
        self.names().mime
    }

    /// The usual file extension, without the dot.
    pub fn extension(self) -> &'static str {
        self.names().extension
    }

    fn names(self) -> Names {
        let (name, mime, extension) = match self {
            Self::Jpeg => ("JPEG", "image/jpeg", "jpg"),
            Self::Png => ("PNG", "image/png", "png"),
            Self::WebP => ("WebP", "image/webp", "webp"),
            Self::Gif => ("GIF", "image/gif", "gif"),
            Self::Avif => ("AVIF", "image/avif", "avif"),
            Self::Svg => ("SVG", "image/svg+xml", "svg"),
            Self::Heic => ("HEIC", "image/heic", "heic"),
            Self::JpegXl => ("JPEG XL", "image/jxl", "jxl"),
            Self::Jpeg2000 => ("JPEG 2000", "image/jp2", "jp2"),
            Self::JpegXr => ("JPEG XR", "image/jxr", "jxr"),
            Self::Tiff => ("TIFF", "image/tiff", "tiff"),
            Self::Bmp => ("BMP", "image/bmp", "bmp"),
            Self::Ico => ("ICO", "image/vnd.microsoft.icon", "ico"),
            Self::Cur => ("CUR", "image/x-icon", "cur"),
            Self::Psd => ("PSD", "image/vnd.adobe.photoshop", "psd"),
            Self::OpenExr => ("OpenEXR", "image/x-exr", "exr"),
            Self::Radiance => ("Radiance HDR", "image/vnd.radiance", "hdr"),
            Self::Qoi => ("QOI", "image/qoi", "qoi"),
            Self::Pdf => ("PDF", "application/pdf", "pdf"),
            Self::Eps => ("EPS", "application/postscript", "eps"),
            Self::Mp4 => ("MP4 video", "video/mp4", "mp4"),
            Self::QuickTime => ("QuickTime video", "video/quicktime", "mov"),
            Self::WebM => ("WebM video", "video/webm", "webm"),
            Self::Matroska => ("Matroska video", "video/x-matroska", "mkv"),
        };
        Names { name, mime, extension }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.names().name)
    }
}
