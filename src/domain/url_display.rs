//! Encodes URLs for printing, copying and opening.

use std::borrow::Cow;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::sanitize::is_unsafe;

/// Percent-encodes white space, quotes, and characters that are invisible or that a terminal could act on. The URL
/// stays equivalent: the API writes custom IDs into URLs unencoded, and a browser would encode them anyway.
pub fn percent_encode_for_display(url: &str) -> Cow<'_, str> {
    if !url.chars().any(needs_encoding) {
        return Cow::Borrowed(url);
    }
    let mut out = String::with_capacity(url.len() + 16);
    for c in url.chars() {
        if needs_encoding(c) {
            out.extend(utf8_percent_encode(c.encode_utf8(&mut [0; 4]), NON_ALPHANUMERIC));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

fn needs_encoding(c: char) -> bool {
    c.is_whitespace() || is_unsafe(c) || matches!(c, '"' | '<' | '>' | '`' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unusual_id_stays_one_word() {
        assert_eq!(percent_encode_for_display("https://a.example/H/é,b/v"), "https://a.example/H/é,b/v");
        assert_eq!(
            percent_encode_for_display("https://a.example/H/a b\u{202e}\"c/v"),
            "https://a.example/H/a%20b%E2%80%AE%22c/v"
        );
        assert_eq!(
            percent_encode_for_display("https://a.example/H/100%25/v"),
            "https://a.example/H/100%25/v"
        );
    }
}
