//! The values that a copy format fills in, and how they are written.

use super::escape::{html_attribute, json_string, srcset_url};
use crate::domain::account::group_thousands;
use crate::domain::image_id::ImageId;
use crate::domain::qr::MAX_BYTES;
use crate::domain::sanitize::with_unsafe;
use crate::domain::url_display::percent_encode_for_display;

/// The values to copy. If `url` is signed, all other URLs should be too.
#[derive(Debug, Clone, Copy)]
pub struct CopyValues<'a> {
    /// Signed or not.
    pub url: &'a str,
    pub id: &'a ImageId,
    /// Untrusted. Without its extension it is the alt text.
    pub filename: Option<&'a str>,
    /// A name, or the options of a flexible variant.
    pub variant: &'a str,
    /// In pixels.
    pub width: Option<u32>,
    /// In pixels.
    pub height: Option<u32>,
    /// The variants for a `srcset`, as chosen by [`SrcsetCandidates`](super::SrcsetCandidates).
    pub variants: &'a [Candidate<'a>],
    /// The API's own JSON of the image.
    pub raw: Option<&'a str>,
}

#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Signed or not.
    pub url: &'a str,
    /// In pixels. A variant without a width is left out: a browser could not choose it.
    pub width: Option<u32>,
}

/// Why a format is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CannotCopy {
    #[error("A srcset needs widths, but no variant's width is known. None of the pictures could be loaded.")]
    NoWidths,
    /// The image's ID contains this character, which is invisible or could control a terminal.
    #[error(
        "This image's ID contains U+{0:04X}, which plain text would lose. Copy the URL or the JSON instead."
    )]
    OddId(u32),
    #[error("The URL is too long for a QR code (limit {} bytes).", group_thousands(MAX_BYTES as u64))]
    TooLong,
}

impl CopyValues<'_> {
    /// The ID, if plain text can represent it. An unsafe character could control a terminal; without it, or with it
    /// encoded, the text would be the ID of another image.
    pub(super) fn plain_id(&self) -> Result<&str, CannotCopy> {
        let id = self.id.as_str();
        with_unsafe(id)
            .find(|(_, is_unsafe)| *is_unsafe)
            .map_or(Ok(id), |(c, _)| Err(CannotCopy::OddId(c.into())))
    }

    /// The alt text: the file name without its extension, or empty. An ID would say nothing to anyone.
    pub(super) fn alt(&self) -> &str {
        let name = self.filename.unwrap_or_default().trim();
        match name.rsplit_once('.') {
            Some((stem, ending)) if !stem.trim().is_empty() && (1..=5).contains(&ending.len()) => stem.trim(),
            _ => name,
        }
    }

    pub(super) fn img(&self) -> String {
        let src = html_attribute(&percent_encode_for_display(self.url));
        let pixels = |name: &str, pixels: Option<u32>| {
            pixels.map(|pixels| format!(" {name}=\"{pixels}\"")).unwrap_or_default()
        };
        let (width, height) = (pixels("width", self.width), pixels("height", self.height));
        format!("<img src=\"{src}\"{width}{height} alt=\"{}\">", html_attribute(self.alt()))
    }

    /// The variants by width, narrowest first, one for each width.
    pub(super) fn srcset(&self) -> Result<String, CannotCopy> {
        let mut candidates: Vec<(u32, &str)> = self
            .variants
            .iter()
            .filter_map(|variant| Some((variant.width.filter(|width| *width > 0)?, variant.url)))
            .collect();
        candidates.sort_by_key(|(width, _)| *width);
        candidates.dedup_by_key(|(width, _)| *width);
        if candidates.is_empty() {
            return Err(CannotCopy::NoWidths);
        }
        let listed: Vec<_> = candidates
            .iter()
            .map(|(width, url)| format!("{} {width}w", srcset_url(&percent_encode_for_display(url))))
            .collect();
        Ok(listed.join(", "))
    }

    /// The file name for curl's `-o`. It is sanitized, so it cannot leave the directory or be taken for an option.
    pub(super) fn file(&self) -> String {
        let name = self.filename.filter(|name| !name.trim().is_empty()).unwrap_or(self.id.as_str());
        let last = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
        let safe: String = with_unsafe(last)
            .filter(|(_, is_unsafe)| !is_unsafe)
            .map(|(c, _)| if matches!(c, ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { c })
            .take(100)
            .collect();
        let safe = safe.trim().trim_start_matches(['-', '.', ' ']);
        if safe.is_empty() { "image".to_owned() } else { safe.to_owned() }
    }

    /// What is known about the image as JSON, if only a URL is known.
    pub(super) fn json(&self) -> String {
        let text = |name: &str, value: &str| format!("{}:{}", json_string(name), json_string(value));
        let mut members = vec![text("id", self.id.as_str())];
        members.extend(self.filename.map(|name| text("filename", name)));
        members.push(text("variant", self.variant));
        members.push(text("url", self.url));
        members.extend(self.width.map(|width| format!("\"width\":{width}")));
        members.extend(self.height.map(|height| format!("\"height\":{height}")));
        format!("{{{}}}", members.join(","))
    }
}
