//! Escaping functions, one for each format. Control characters and invisible characters become spaces or are dropped:
//! no format needs them, and a terminal or an editor could act on them.

use std::fmt::Write as _;

use crate::domain::sanitize::{is_unsafe, with_unsafe};

/// Puts a text on one line: line breaks become spaces, invisible characters are dropped. Joiners that are part of the
/// text stay.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for (c, is_unsafe) in with_unsafe(text) {
        match c {
            '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                if !line.ends_with(' ') {
                    line.push(' ');
                }
            }
            _ if is_unsafe => {}
            _ => line.push(c),
        }
    }
    line
}

/// Escapes Markdown text. Any ASCII punctuation may be escaped with a backslash, so everything that could have a
/// meaning is. Characters special to HTML become entities, because sites differ in how they read Markdown.
pub(super) fn markdown_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    for c in one_line(text).trim().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Harmless between letters, and common in names. An underscore is not harmless on some sites.
            '-' | '.' | ',' | ' ' if previous.is_alphanumeric() => out.push(c),
            ',' | ' ' => out.push(c),
            // Sites that link bare addresses do not recognise one without its colon and dots.
            ':' | '@' => _ = write!(out, "&#{};", u32::from(c)),
            _ if c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
        previous = c;
    }
    // Sites that link `www.` do so anywhere in a text.
    out.replace("www.", "www&#46;").replace("WWW.", "WWW&#46;")
}

/// Escapes an HTML attribute value, in single or double quotes.
pub(super) fn html_attribute(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            _ => out.push(c),
        }
    }
    out
}

/// Escapes a URL inside Markdown's parentheses. It does not percent-encode, which would invalidate a signature.
pub(super) fn markdown_url(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for (at, c) in url.char_indices() {
        match c {
            // The bar separates table cells.
            '(' | ')' | '|' => {
                out.push('\\');
                out.push(c);
            }
            '&' if is_entity(&url[at + 1..]) => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
    out
}

/// Whether the text after an ampersand makes it an entity: `amp;`.
fn is_entity(rest: &str) -> bool {
    rest.split_once(';').is_some_and(|(name, _)| name.chars().all(|c| c == '#' || c.is_ascii_alphanumeric()))
}

/// Escapes a URL in a `srcset`, where commas separate candidates. Commas in the URL of a flexible variant are encoded.
/// A signed URL must not change; a comma inside it is harmless.
pub(super) fn srcset_url(url: &str) -> String {
    if url.contains('?') { url.to_owned() } else { url.replace(',', "%2C") }
}

/// Quotes one word for a POSIX shell.
pub(super) fn shell_word(text: &str) -> String {
    format!("'{}'", one_line(text).replace('\'', r"'\''"))
}

/// A JSON string with its quotes.
pub(super) fn json_string(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            _ if is_unsafe(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    _ = write!(out, "\\u{unit:04x}");
                }
            }
            _ => out.push(c),
        }
    }
    out.push('"');
    out
}
