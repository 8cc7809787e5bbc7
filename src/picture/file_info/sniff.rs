//! Describes bytes that are not a picture, for the error message.

use crate::domain::sanitize::sanitize;
use crate::domain::width::first_chars;

/// The number of characters of a text that are quoted.
const QUOTED: usize = 60;

/// Describes bytes by their start. Quoted text is safe to show.
pub(super) fn describe_prefix(bytes: &[u8]) -> String {
    let named = match bytes {
        [b'P', b'K', 3, 4, ..] => Some("a ZIP archive"),
        [0x1f, 0x8b, ..] => Some("gzip-compressed data"),
        _ => None,
    };
    if let Some(named) = named {
        return named.to_owned();
    }
    let head = &bytes[..bytes.len().min(1024)];
    let text = String::from_utf8_lossy(head);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let lower = start.to_ascii_lowercase();
    let is_html = ["<!doctype html", "<html", "<head", "<body", "<script", "<title", "<meta"]
        .iter()
        .any(|tag| lower.starts_with(tag))
        || lower.starts_with("<!--") && lower.contains("<html");
    if is_html {
        "HTML".to_owned()
    } else if start.starts_with('<') {
        "XML".to_owned()
    } else if start.starts_with(['{', '[']) {
        "JSON".to_owned()
    } else if start.is_empty() {
        "blank space".to_owned()
    } else if text.contains(|c: char| c == '\u{fffd}' || c.is_control() && !c.is_whitespace()) {
        let hex: Vec<String> = head.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        format!("unknown data (first bytes {})", hex.join(" "))
    } else {
        let line = start.lines().next().unwrap_or_default();
        format!("text: “{}”", sanitize(&first_chars(line, QUOTED)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::extension;

    #[test]
    fn extension_depends_on_content() {
        for (head, expected) in [
            (&b"\xff\xd8\xff\xe0"[..], Some("jpg")),
            (b"\x89PNG\r\n\x1a\n", Some("png")),
            (b"GIF89a", Some("gif")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("webp")),
            (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", Some("avif")),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Some("heic")),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", Some("heic")),
            (b"\0\0\0\x18ftypisom\0\0\0\0", Some("mp4")),
            (b"\0\0\0\x14ftypqt  \0\0\0\0", Some("mov")),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", Some("webm")),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Some("svg")),
            (b"\xff\x0a\xfa\x1f", Some("jxl")),
            (b"\0\0\0\x0cJXL \r\n\x87\n", Some("jxl")),
            (b"\0\0\0\x0cjP  \r\n\x87\n", Some("jp2")),
            (b"II\x2a\0", Some("tiff")),
            (b"MM\0\x2a", Some("tiff")),
            (b"BM\x36\x10\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x10", Some("bmp")),
            (b"BMW and other cars, by name", None),
            (b"\0\0\x01\0\x01\0", Some("ico")),
            (b"8BPS\0\x01", Some("psd")),
            (b"%PDF-1.7", Some("pdf")),
            (b"<!doctype html>", None),
            (b"", None),
        ] {
            assert_eq!(extension(head), expected, "{}", String::from_utf8_lossy(head));
        }
    }
}
