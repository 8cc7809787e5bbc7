//! Trims pasted text.

/// Trims white space, invisible characters and quotes.
pub fn bare(text: &str) -> &str {
    let mut text = trim(text);
    while let Some(inner) = unquoted(text) {
        text = trim(inner);
    }
    text
}

/// Trims white space and invisible characters such as a byte order mark.
pub fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || is_mark(c))
}

/// Whether a character is one of the invisible ones that programs put around copied text. Others may be part of an ID.
pub(super) fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}' | '\u{202c}' | '\u{2060}' | '\u{2066}'
            ..='\u{2069}' | '\u{feff}'
    )
}

fn unquoted(text: &str) -> Option<&str> {
    let mut chars = text.chars();
    let opener = chars.next().filter(|c| is_quote(*c))?;
    let closer = chars.next_back()?;
    let is_pair = match opener {
        '"' | '\'' | '`' => closer == opener,
        _ => is_quote(closer) && !closer.is_ascii(),
    };
    is_pair.then_some(chars.as_str())
}

pub(super) fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`')
        || matches!(c, '\u{2018}'..='\u{201f}' | '«' | '»' | '‹' | '›' | '\u{300c}'..='\u{300f}' | '＂' | '＇')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_trims_quotes_space_and_marks() {
        for text in [
            "a b",
            " a b\r\n",
            "\"a b\"",
            "'a b'",
            "`a b`",
            "“a b”",
            "„a b“",
            "‘ a b ’",
            "«\u{a0}a b\u{a0}»",
            "\u{feff}a b",
            "\u{200b}\"'a b'\"\u{200e}",
        ] {
            assert_eq!(bare(text), "a b", "{text:?}");
        }
        for text in ["\"a", "a\"", "\"a'", "“a\"", "\""] {
            assert_eq!(bare(text), text);
        }
    }
}
