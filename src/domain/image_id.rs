//! Checked image IDs.

use std::fmt;
use std::sync::Arc;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The longest ID that Cloudflare stores, in characters (see its documentation of custom IDs).
pub const MAX_CHARS: usize = 1024;

/// Everything but RFC 3986's unreserved characters. Text encoded so is always a single path segment or query value.
pub const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A UUID, or a custom ID of up to 1024 characters that may contain slashes.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageId(Arc<str>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// Only white space.
    #[error("The image ID is empty")]
    Empty,
    /// The number of characters, more than [`MAX_CHARS`].
    #[error("An image ID has at most 1,024 characters, not {0}")]
    TooLong(usize),
    /// A path segment `.` or `..`, which URL libraries resolve to another path.
    #[error("An image ID can't contain “.” or “..” between slashes")]
    DotSegment,
    #[error("An image ID can't contain the control character U+{:04X}", u32::from(*.0))]
    Control(char),
}

impl ImageId {
    /// Checks a text as it is. Trim it first if necessary.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        if text.trim().is_empty() {
            return Err(InvalidId::Empty);
        }
        let chars = text.chars().count();
        if chars > MAX_CHARS {
            return Err(InvalidId::TooLong(chars));
        }
        if let Some(control) = text.chars().find(|c| c.is_control()) {
            return Err(InvalidId::Control(control));
        }
        if text.split('/').any(|segment| segment == "." || segment == "..") {
            return Err(InvalidId::DotSegment);
        }
        Ok(Self(text.into()))
    }

    /// The ID as Cloudflare stores it. It is untrusted: display it through [`super::sanitize::sanitize`].
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The ID as one segment of an API path: `/` becomes `%2F`, `%` becomes `%25`.
    pub fn path_segment(&self) -> String {
        utf8_percent_encode(&self.0, RESERVED).to_string()
    }
}

impl fmt::Debug for ImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImageId({:?})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parse_refuses_invalid_ids_with_reason() {
        assert_eq!(ImageId::parse(""), Err(InvalidId::Empty));
        assert_eq!(ImageId::parse("  "), Err(InvalidId::Empty));
        assert_eq!(ImageId::parse(&"x".repeat(1025)), Err(InvalidId::TooLong(1025)));
        assert_eq!(ImageId::parse("a/../b"), Err(InvalidId::DotSegment));
        assert_eq!(ImageId::parse("./b"), Err(InvalidId::DotSegment));
        assert_eq!(ImageId::parse("a\u{1b}b"), Err(InvalidId::Control('\u{1b}')));
        assert_eq!(ImageId::parse("a\u{9b}b"), Err(InvalidId::Control('\u{9b}')));
        assert!(InvalidId::Control('\u{1b}').to_string().contains("U+001B"));
    }

    #[test]
    fn parse_keeps_valid_ids_unchanged() {
        let long = "é".repeat(1024);
        for id in ["107b9558-dd06-4bbd-5fef-9c2c16bb7900", "blog/2026/hello world.png", "a..b", "...", &long]
        {
            assert_eq!(ImageId::parse(id).map(|id| id.as_str().to_owned()).as_deref(), Ok(id));
        }
    }

    #[test]
    fn path_segment_encodes_slashes_and_percent() {
        let id = ImageId::parse("фото/100%.jpg?a#b").unwrap();
        assert_eq!(id.path_segment(), "%D1%84%D0%BE%D1%82%D0%BE%2F100%25.jpg%3Fa%23b");
    }

    proptest! {
        #[test]
        fn path_segment_round_trips(text in "\\PC{1,60}") {
            if let Ok(id) = ImageId::parse(&text) {
                let segment = id.path_segment();
                prop_assert!(!segment.contains('/'));
                let back = percent_encoding::percent_decode_str(&segment).decode_utf8().unwrap();
                prop_assert_eq!(back.as_ref(), text.as_str());
            }
        }
    }
}
