//! The width of text in terminal columns, and cutting and wrapping to a width.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

use super::sanitize::sanitize;

/// The width of a text in columns, by graphemes as they are drawn. The text must be sanitized with [`sanitize`].
pub fn columns(text: &str) -> usize {
    let mut columns = 0;
    let mut rest = text;
    // Two ASCII characters never join to a grapheme, so ASCII runs are counted without segmentation. The last one of a
    // run may carry a mark, and the first one after a mark may belong to what precedes it.
    while let Some(ascii) = rest.bytes().position(|byte| !byte.is_ascii()) {
        let plain = ascii.saturating_sub(1);
        columns += plain;
        rest = &rest[plain..];
        let other =
            rest.bytes().skip(1).zip(rest.bytes().skip(2)).position(|(a, b)| a.is_ascii() && b.is_ascii());
        let end = other.map_or(rest.len(), |before| before + 2);
        columns += rest[..end].graphemes(true).map(unicode_width::UnicodeWidthStr::width).sum::<usize>();
        rest = &rest[end..];
    }
    columns + rest.len()
}

/// Truncates to `max` characters, with `…` for the rest. A text that may have megabytes must be truncated first,
/// because measuring it is slow.
pub fn first_chars(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Truncates to at most `max` bytes, at a character boundary.
pub fn first_bytes(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// An untrusted text for a message: sanitized, and cut at the end.
pub fn shown(text: &str, columns: usize) -> String {
    cut_end(&sanitize(text), columns).into_owned()
}

/// Replaces the end of a text with `…` if the text is wider than `max` columns.
pub fn cut_end(text: &str, max: usize) -> Cow<'_, str> {
    cut(text, max, 0)
}

/// Replaces the middle of a text with `…` if the text is wider than `max` columns. Both ends of a URL are informative.
pub fn cut_middle(text: &str, max: usize) -> Cow<'_, str> {
    cut(text, max, max.saturating_sub(1) / 2)
}

/// Replaces what comes before the last `end` columns with `…` if the text is wider than `max` columns.
fn cut(text: &str, max: usize, end: usize) -> Cow<'_, str> {
    match max.checked_sub(1 + end) {
        _ if columns(text) <= max => Cow::Borrowed(text),
        None => Cow::Borrowed(""),
        Some(start) => Cow::Owned(format!("{}…{}", head(text, start), tail(text, end))),
    }
}

/// The text with spaces at its end, up to `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// Wraps a text to lines of at most `max` columns (at least 1), at spaces if possible. A character wider than a line is
/// replaced by `…`.
pub fn wrap(text: &str, max: usize) -> Vec<String> {
    let max = max.max(1);
    let mut lines = Vec::new();
    let (mut line, mut used) = (String::new(), 0);
    for word in text.split_inclusive(' ') {
        let (width, needed) = (columns(word), columns(word.trim_end()));
        if used + needed > max && used > 0 {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
            used = 0;
        }
        if needed <= max {
            line.push_str(word);
            used += width;
            continue;
        }
        for grapheme in word.graphemes(true) {
            let grapheme = if grapheme.width() > max { "…" } else { grapheme };
            if used + grapheme.width() > max && used > 0 {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(grapheme);
            used += grapheme.width();
        }
    }
    if used > 0 || lines.is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Wraps text at `width` columns. If it takes more than `rows` lines, cuts it at a word and adds `…`.
pub fn wrap_within(text: &str, width: usize, rows: usize) -> Vec<String> {
    let mut lines = wrap(text, width);
    if lines.len() <= rows {
        return lines;
    }
    lines.truncate(rows);
    if let Some(last) = lines.last_mut() {
        while columns(last) + 2 > width {
            let Some(end) = last.rfind(' ') else {
                *last = cut_end(last, width.saturating_sub(2)).into_owned();
                break;
            };
            last.truncate(end);
        }
        last.push_str(" …");
    }
    lines
}

fn head(text: &str, max: usize) -> &str {
    if text.is_ascii() {
        return &text[..max.min(text.len())];
    }
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > max {
            return &text[..at];
        }
    }
    text
}

fn tail(text: &str, max: usize) -> &str {
    if text.is_ascii() {
        return &text[text.len().saturating_sub(max)..];
    }
    let (mut used, mut start) = (0, text.len());
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        used += grapheme.width();
        if used > max {
            break;
        }
        start = at;
    }
    &text[start..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cut_end_and_cut_middle_keep_readable_parts() {
        assert_eq!(cut_end("logo.png", 8), "logo.png");
        assert_eq!(cut_end("logo.png", 5), "logo…");
        assert_eq!(cut_end("日本語", 5), "日本…");
        assert_eq!(cut_end("日本語", 4), "日…");
        assert_eq!(cut_end("x", 0), "");
        assert_eq!(cut_middle("https://a.example/bcd", 9), "http…/bcd");
        assert_eq!(cut_middle("日本語日本語", 6), "日…語");
    }

    #[test]
    fn pad_counts_columns() {
        assert_eq!(["a", "日本", "abcde"].map(|text| pad(text, 4)), ["a   ", "日本", "abcde"]);
    }

    #[test]
    fn columns_of_marks_after_ascii_and_prefixes() {
        for (text, expected) in
            [("", 0), ("abc", 3), ("ab\u{301}cd", 4), ("日本", 4), ("a日b", 4), ("x👩\u{200d}🚀y", 4)]
        {
            assert_eq!(columns(text), expected, "{text:?}");
        }
    }

    #[test]
    fn first_chars_cuts_by_characters() {
        assert_eq!(first_chars("logo.png", 8), "logo.png");
        assert_eq!(first_chars("logo.png", 4), "logo…");
        assert_eq!(first_chars("日本語", 2), "日本…");
        assert_eq!(first_chars("", 0), "");
    }

    #[test]
    fn wrap_breaks_at_spaces_or_within_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one,two. three", 9), ["one,two.", "three"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("", 3), [""]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(wrap("日x", 1), ["…", "x"]);
    }

    #[test]
    fn wrap_within_cuts_at_a_word() {
        assert_eq!(wrap_within("one two three", 7, 2), ["one two", "three"]);
        assert_eq!(wrap_within("one two three four", 9, 1), ["one two …"]);
        assert_eq!(wrap_within("one two three four", 8, 1), ["one …"]);
        assert_eq!(wrap_within("incomprehensibilities", 8, 1), ["incom… …"]);
        assert_eq!(wrap_within("one", 8, 0), [""; 0]);
    }

    proptest! {
        #[test]
        fn columns_is_the_sum_of_graphemes(text in "[ab1 ❤日…\u{301}\u{600}\u{200d}👩🚀\u{fe0f}]{0,12}") {
            let text = super::super::sanitize::sanitize(&text).into_owned();
            let each: usize = text.graphemes(true).map(unicode_width::UnicodeWidthStr::width).sum();
            prop_assert_eq!(columns(&text), each);
        }

        #[test]
        fn cut_and_wrap_never_exceed_width(text in "\\PC*", max in 0usize..20) {
            let text = super::super::sanitize::sanitize(&text).into_owned();
            prop_assert!(columns(&cut_end(&text, max)) <= max);
            prop_assert!(columns(&cut_middle(&text, max)) <= max);
            for line in wrap(&text, max) {
                prop_assert!(columns(&line) <= max.max(1), "{line:?}");
            }
        }
    }
}
