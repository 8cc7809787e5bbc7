//! Reads an SVG's size from its root element, without parsing the rest.

use super::header::Header;
use crate::domain::picture_format::Format;

/// How far into a file the root element may start, after comments and a document type.
const PROLOG: usize = 64 << 10;

/// The size of an SVG without a size, as in resvg.
const NO_SIZE: f64 = 100.0;

/// The size of the root element, in pixels rounded up.
pub(super) fn header(bytes: &[u8]) -> Option<Header> {
    let root = root(bytes)?;
    let view: Option<Vec<f64>> = attribute(root, "viewBox").map(|text| {
        text.split([' ', ',', '\t', '\n', '\r'])
            .filter(|part| !part.is_empty())
            .filter_map(|n| n.parse().ok())
            .collect()
    });
    let view = view.filter(|numbers| numbers.len() == 4).map(|numbers| (numbers[2], numbers[3]));
    let side = |name: &str, whole: f64| attribute(root, name).and_then(|text| pixels(&text, whole));
    let (across, down) = view.unwrap_or((NO_SIZE, NO_SIZE));
    let (width, height) = match (side("width", across), side("height", down)) {
        (Some(width), Some(height)) => (width, height),
        // The aspect ratio of the view box gives the other side.
        (Some(width), None) if view.is_some() => (width, width * down / across),
        (None, Some(height)) if view.is_some() => (height * across / down, height),
        (width, height) => (width.unwrap_or(across), height.unwrap_or(down)),
    };
    let mut header = Header::new(Format::Svg, (whole(width), whole(height)));
    header.whole = true;
    Some(header)
}

/// The text after `<svg`. `None` if the file is not SVG.
pub(super) fn root(bytes: &[u8]) -> Option<&str> {
    let head = &bytes[..bytes.len().min(PROLOG)];
    // The last character may be incomplete.
    let head = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.valid_up_to() > 0 => std::str::from_utf8(&head[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    let mut rest = head.trim_start_matches('\u{feff}').trim_start();
    loop {
        let after = if rest.starts_with("<?") {
            rest.split_once("?>")?.1
        } else if let Some(comment) = rest.strip_prefix("<!--") {
            comment.split_once("-->")?.1
        } else if rest.starts_with("<!DOCTYPE") {
            let bracket = rest.find('[').filter(|&at| rest.find('>').is_none_or(|end| at < end));
            match bracket {
                Some(at) => rest[at..].split_once(']')?.1.split_once('>')?.1,
                None => rest.split_once('>')?.1,
            }
        } else {
            break;
        };
        rest = after.trim_start();
    }
    let name_end = rest.find(|c: char| c.is_whitespace() || c == '>' || c == '/')?;
    let name = rest[..name_end].strip_prefix('<')?;
    let local = name.rsplit(':').next()?;
    (local == "svg").then(|| &rest[name_end..])
}

/// The value of an attribute in the tag that a text starts within.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    while let Some((before, after)) = rest.split_once('=').filter(|(before, _)| !before.contains('>')) {
        let attribute_name = before.trim().rsplit(|c: char| c.is_whitespace() || c == '/').next()?;
        let after = after.trim_start();
        let quote = after.chars().next().filter(|&c| c == '"' || c == '\'')?;
        let (value, next) = after[1..].split_once(quote)?;
        if attribute_name == name {
            return Some(value.to_owned());
        }
        rest = next;
    }
    None
}

/// A length in pixels, at 96 per inch. A percentage is relative to `whole`.
fn pixels(text: &str, whole: f64) -> Option<f64> {
    let text = text.trim();
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-'));
    let number: f64 = text[..text.len() - unit.len()].parse().ok()?;
    let factor = match unit {
        "" | "px" => 1.0,
        "pt" => 96.0 / 72.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        "em" => 12.0,
        "ex" => 6.0,
        "%" => whole / 100.0,
        _ => return None,
    };
    Some(number * factor)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast from a float saturates, and NaN becomes 0"
)]
fn whole(side: f64) -> u32 {
    side.ceil() as u32
}
