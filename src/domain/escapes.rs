//! Undoes the escaping of URLs, HTML, JSON, JavaScript and shells in pasted text.
//!
//! Each decoder undoes one layer and returns `None` if there is nothing to undo.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::width::first_bytes;

/// Layers that [`fully_decoded`] undoes. A run of the same layer counts once.
const MAX_LAYERS: usize = 16;

/// How much of a text is read, in bytes: more than any URL or snippet needs.
pub(super) const MAX_TEXT: usize = 64 * 1024;

/// The limit of decoded versions of a text, and of their bytes in total.
const MAX_STATES: usize = 24;
const MAX_STATE_BYTES: usize = 4 * MAX_TEXT;

/// Undoes percent-encoding. Bytes that are not UTF-8 stay encoded.
fn percent(text: &str) -> Option<String> {
    decoded(text, '%', |rest| {
        // The bytes of one character.
        let mut bytes = Vec::with_capacity(4);
        while let Some(byte) = rest.get(bytes.len() * 3..).and_then(percent_byte) {
            bytes.push(byte);
            if let Some(c) = str::from_utf8(&bytes).ok().and_then(|text| text.chars().next()) {
                return Some((c, bytes.len() * 3));
            }
            if bytes.len() == 4 {
                break;
            }
        }
        None
    })
}

fn percent_byte(text: &str) -> Option<u8> {
    let digits = text.strip_prefix('%')?.get(..2)?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

/// Undoes HTML character references: numeric ones, and the names of characters that matter in URLs.
fn html(text: &str) -> Option<String> {
    decoded(text, '&', |rest| {
        let (name, length) = html_name(rest)?;
        let c = match name.strip_prefix('#') {
            Some(number) => {
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)?
            }
            None => named(name)?,
        };
        Some((c, length))
    })
}

/// The name of the character reference at the start of a text, and the length of the reference.
fn html_name(text: &str) -> Option<(&str, usize)> {
    let body = text.strip_prefix('&')?;
    let end = body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '#'))?;
    (end > 0 && end <= 10 && body[end..].starts_with(';')).then(|| (&body[..end], end + 2))
}

fn named(name: &str) -> Option<char> {
    Some(match name.to_ascii_lowercase().as_str() {
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "lt" => '<',
        "gt" => '>',
        "nbsp" => '\u{a0}',
        "sol" => '/',
        "bsol" => '\\',
        "colon" => ':',
        "semi" => ';',
        "quest" => '?',
        "equals" => '=',
        "num" => '#',
        "percnt" => '%',
        "period" => '.',
        "comma" => ',',
        "lowbar" => '_',
        "hyphen" | "dash" => '-',
        "lpar" => '(',
        "rpar" => ')',
        _ => return None,
    })
}

/// Undoes the escapes of JSON, JavaScript and shells: `\u0026`, `\u{26}`, `\x26`, and a backslash before punctuation.
fn backslash(text: &str) -> Option<String> {
    decoded(text, '\\', backslash_escape)
}

/// The character of the escape at the start of a text, and the length of the escape.
pub(super) fn backslash_escape(text: &str) -> Option<(char, usize)> {
    let body = text.strip_prefix('\\')?;
    let hex = |digits: &str| {
        let all = digits.bytes().all(|b| b.is_ascii_hexdigit());
        if all { u32::from_str_radix(digits, 16).ok() } else { None }
    };
    match body.chars().next()? {
        'u' if body[1..].starts_with('{') => {
            let end = body.get(..10).unwrap_or(body).find('}')?;
            Some((char::from_u32(hex(&body[2..end])?)?, end + 2))
        }
        'u' => {
            let unit = hex(body.get(1..5)?)?;
            if let Some(c) = char::from_u32(unit) {
                return Some((c, 6));
            }
            let low = hex(body.get(5..)?.strip_prefix("\\u")?.get(..4)?)?;
            let units = [u16::try_from(unit).ok()?, u16::try_from(low).ok()?];
            Some((char::decode_utf16(units).next()?.ok()?, 12))
        }
        'x' => Some((char::from_u32(hex(body.get(1..3)?)?)?, 4)),
        c if c.is_ascii_punctuation() => Some((c, 2)),
        _ => None,
    }
}

/// Whether a text contains a backslash escape, which does not belong in a URL.
pub(super) fn has_backslash(text: &str) -> bool {
    text.match_indices('\\').any(|(at, _)| backslash_escape(&text[at..]).is_some())
}

/// Whether a text contains an HTML character reference.
pub(super) fn has_html(text: &str) -> bool {
    html(text).is_some()
}

/// The start of a text, up to the limit that is read.
pub(super) fn head(text: &str) -> &str {
    first_bytes(text, MAX_TEXT)
}

/// The text itself, and its decoded versions, those with fewer layers undone first.
pub(super) fn states(text: &str) -> Vec<String> {
    let mut states = vec![text.to_owned()];
    let mut bytes = text.len();
    let mut queue = VecDeque::from([0]);
    while let Some(at) = queue.pop_front() {
        for decode in [html, backslash, percent] {
            if states.len() == MAX_STATES || bytes > MAX_STATE_BYTES {
                return states;
            }
            if let Some(next) = decode(&states[at])
                && !states.contains(&next)
            {
                queue.push_back(states.len());
                bytes += next.len();
                states.push(next);
            }
        }
    }
    states
}

/// Undoes all layers of all kinds. `None` if there are more layers than anyone writes.
pub(super) fn fully_decoded(text: &str) -> Option<Cow<'_, str>> {
    let mut text = Cow::Borrowed(text);
    for _ in 0..MAX_LAYERS {
        let collapsed = without_repeats(&text);
        let next = percent(collapsed.as_deref().unwrap_or(&text)).or(collapsed);
        let next = html(next.as_deref().unwrap_or(&text)).or(next);
        let next = backslash(next.as_deref().unwrap_or(&text)).or(next);
        match next {
            Some(next) => text = Cow::Owned(next),
            None => return Some(text),
        }
    }
    None
}

/// Collapses `%252525` to `%25`, `&amp;amp;` to `&amp;` and `\\\\` to `\`. Otherwise each layer of them would need a
/// pass of its own.
fn without_repeats(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    let mut changed = false;
    while let Some(at) = rest.find(['%', '&', '\\']) {
        let (before, from) = rest.split_at(at);
        let (head, unit) = match from.as_bytes()[0] {
            b'%' => ("%25", "25"),
            b'&' => ("&amp;", "amp;"),
            _ => ("\\", "\\"),
        };
        out.push_str(before);
        let Some(mut after) = from.strip_prefix(head) else {
            out.push_str(&from[..1]);
            rest = &from[1..];
            continue;
        };
        out.push_str(head);
        while let Some(shorter) = after.strip_prefix(unit) {
            after = shorter;
            changed = true;
        }
        rest = after;
    }
    out.push_str(rest);
    changed.then_some(out)
}

/// Replaces each escape that starts with `mark`. `escape` returns the replacement, and the length of what it replaces.
fn decoded(text: &str, mark: char, escape: impl Fn(&str) -> Option<(char, usize)>) -> Option<String> {
    let mut out: Option<String> = None;
    let (mut done, mut at) = (0, 0);
    while let Some(next) = text[at..].find(mark) {
        at += next;
        if let Some((replacement, length)) = escape(&text[at..]) {
            let out = out.get_or_insert_default();
            out.push_str(&text[done..at]);
            out.push(replacement);
            at += length;
            done = at;
        } else {
            at += mark.len_utf8();
        }
    }
    out.map(|out| out + &text[done..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_decoder_undoes_one_layer() {
        for (decoder, text, expected) in [
            (percent as fn(&str) -> Option<String>, "a%20b%2520%C3%A9", Some("a b%20é")),
            (percent, "100% %zz %", None),
            (percent, "%ff%41%c3", Some("%ffA%c3")),
            (html, "a&amp;b&#38;&#x26;&quot;&amp;amp;", Some("a&b&&\"&amp;")),
            (html, "a&b &unknown; &; &#xd800;", None),
            (backslash, r#"https:\/\/a\u0026b\x3d\"\\/\u{3d}"#, Some(r#"https://a&b="\/="#)),
            (backslash, r"\ud83d\ude00", Some("😀")),
            (backslash, r"\n\ud83d\q", None),
        ] {
            assert_eq!(decoder(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn fully_decoded_undoes_every_layer() {
        for text in [
            "?exp=1&sig=a",
            "%3Fexp%3D1%26sig%3Da",
            "%25253Fexp%25253D1%252526sig%25253Da",
            "&quest;exp&#61;1&amp;amp;amp;sig=a",
            r"\u003fexp\\u003d1\\\\u0026sig\x3da",
            "%26%2363%3Bexp=1%26amp%3Bsig=a",
        ] {
            assert_eq!(fully_decoded(text).as_deref(), Some("?exp=1&sig=a"), "{text}");
        }
        let deep = format!("%{}3D", "25".repeat(30_000));
        assert_eq!(fully_decoded(&deep).as_deref(), Some("="));
    }

    proptest! {
        #[test]
        fn fully_decoded_never_panics(text in "[%&\\\\#;xu{}0-9a-fé]{0,60}|.{0,60}") {
            let all = fully_decoded(&text);
            prop_assert!(all.is_none_or(|all| percent(&all).is_none() && html(&all).is_none()));
        }
    }
}
