//! Escaping, a function a place. Control characters and those that hide become spaces or vanish: none of the forms needs
//! them, and a terminal or an editor could act on them.

use std::fmt::Write as _;

use crate::domain::sanitize::{is_unsafe, with_unsafe};

/// A text in one line: what ends lines becomes a space, what hides vanishes. Joiners that belong to the text stay.
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

/// A text inside Markdown. Every sign of ASCII may be escaped by a backslash, so each is that could mean something;
/// what HTML would read is written as an entity, for not all sites read Markdown alike.
pub(super) fn markdown_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    for c in one_line(text).trim().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Between letters they mean nothing, and names are full of them; an underscore does to some sites.
            '-' | '.' | ',' | ' ' if previous.is_alphanumeric() => out.push(c),
            ',' | ' ' => out.push(c),
            // A site that makes links of bare addresses finds none without its colon and dots.
            ':' | '@' => _ = write!(out, "&#{};", u32::from(c)),
            _ if c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
        previous = c;
    }
    // Sites that make links of `www.` do so whatever stands around it.
    out.replace("www.", "www&#46;").replace("WWW.", "WWW&#46;")
}

/// A text inside a quoted HTML attribute, whichever quote it is.
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

/// A URL inside Markdown's parentheses. Nothing is percent-encoded: that would change what a signature was made over.
pub(super) fn markdown_url(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for (at, c) in url.char_indices() {
        match c {
            // The bar parts the cells of a table.
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

/// Whether what follows an ampersand makes it an entity: `amp;`.
fn is_entity(rest: &str) -> bool {
    rest.split_once(';').is_some_and(|(name, _)| name.chars().all(|c| c == '#' || c.is_ascii_alphanumeric()))
}

/// A URL in a `srcset`, where commas part candidates. Those of flexible variants hold commas, and these are encoded; in a
/// signed URL nothing may be changed, and commas inside it do no harm.
pub(super) fn srcset_url(url: &str) -> String {
    if url.contains('?') { url.to_owned() } else { url.replace(',', "%2C") }
}

/// One word of a POSIX shell.
pub(super) fn shell_word(text: &str) -> String {
    format!("'{}'", one_line(text).replace('\'', r"'\''"))
}

/// A JSON string, quotes and all.
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
