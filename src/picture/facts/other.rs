//! What bytes are that are no picture, so that a sentence can name it.

use crate::domain::safe_text::visible;
use crate::domain::width::first_chars;

/// The characters of a text that are quoted.
const QUOTED: usize = 60;

/// What begins so. Every piece is ours, but for the text that is quoted, which is safe to show.
pub(super) fn begins_like(bytes: &[u8]) -> String {
    let named = match bytes {
        [b'P', b'K', 3, 4, ..] => Some("a ZIP archive"),
        [0x1f, 0x8b, ..] => Some("something compressed by gzip"),
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
        format!("nothing that cfimg knows (its first bytes are {})", hex.join(" "))
    } else {
        let line = start.lines().next().unwrap_or_default();
        format!("a text: “{}”", visible(&first_chars(line, QUOTED)))
    }
}
