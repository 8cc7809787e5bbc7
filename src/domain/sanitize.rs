//! Makes text from the network safe to display, so that a terminal never acts on it.
//!
//! ratatui drops control characters but lets bidirectional overrides through, and nothing protects what is printed
//! outside of it. Therefore all output goes through here, on the screen and on the command line.

use std::borrow::Cow;
use std::fmt::Write as _;

/// The number of combining marks that one letter may have; more are dropped.
const MAX_MARKS: usize = 4;

/// Replaces each character that a terminal could act on, or that is invisible, with a visible placeholder.
///
/// Joiners between emoji, variation selectors and skin tones are dropped, because terminals disagree about their width.
/// A picture of three people says as much as one of a family.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut marks = 0;
    let mut previous = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let after_emoji = is_emoji(previous) || is_variation(previous) || is_skin_tone(previous);
        match c {
            '\u{200d}' if after_emoji && chars.peek().is_some_and(|&next| is_emoji(next)) => {}
            _ if is_variation(c) => {}
            _ if is_skin_tone(c) && after_emoji => {}
            _ if is_unsafe(c) && !is_script_joiner(previous, c) => placeholder(&mut out, c),
            _ if is_mark(c) => {
                marks += 1;
                if marks <= MAX_MARKS {
                    out.push(c);
                }
            }
            _ => {
                marks = 0;
                out.push(c);
            }
        }
        previous = c;
    }
    Cow::Owned(out)
}

/// Whether a terminal could act on this character, or a reader would not see it.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The characters of a text, each with whether it is unsafe in its position. A joiner is safe between emoji, and
/// between the letters of a script that needs it (Persian, Hindi): without it the text would mean something else.
pub fn with_unsafe(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut previous = ' ';
    let mut chars = text.chars().peekable();
    std::iter::from_fn(move || {
        let c = chars.next()?;
        let after_emoji = is_emoji(previous) || is_variation(previous) || is_skin_tone(previous);
        let joins_emoji = c == '\u{200d}' && after_emoji && chars.peek().is_some_and(|&next| is_emoji(next));
        let is_unsafe = is_unsafe(c) && !joins_emoji && !is_script_joiner(previous, c);
        previous = c;
        Some((c, is_unsafe))
    })
}

/// Whether `c` is a joiner (U+200C, U+200D) after a letter or mark of a script that uses joiners.
fn is_script_joiner(previous: char, c: char) -> bool {
    let is_joiner = matches!(c, '\u{200c}' | '\u{200d}');
    // Arabic to N'Ko and beyond, the scripts of India, Tibetan, Burmese, Khmer, Mongolian, and Arabic's presentation
    // forms.
    let of_script = |c: char| {
        matches!(c,
            '\u{0620}'..='\u{08ff}' | '\u{0900}'..='\u{0dff}' | '\u{0f00}'..='\u{109f}' | '\u{1780}'..='\u{18af}'
            | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
    };
    is_joiner && of_script(previous) && !is_unsafe(previous)
}

/// Writes JSON on one line. White space between tokens is dropped, numbers and key order are unchanged, and characters
/// that a terminal could act on are written `\uXXXX`.
pub fn json_line(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in raw.chars() {
        if !in_string && matches!(c, ' ' | '\n' | '\r' | '\t') {
            continue;
        }
        if is_unsafe(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
        if c == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && c == '\\' && !escaped;
    }
    out
}

fn placeholder(out: &mut String, c: char) {
    let code = u32::from(c);
    let picture = match code {
        0x00..=0x1f => char::from_u32(0x2400 + code),
        0x7f => Some('\u{2421}'),
        _ => None,
    };
    match picture {
        Some(picture) => out.push(picture),
        None => _ = write!(out, "⟨U+{code:04X}⟩"),
    }
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

fn is_variation(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180d}')
}

fn is_skin_tone(c: char) -> bool {
    matches!(c, '\u{1f3fb}'..='\u{1f3ff}')
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && unicode_width::UnicodeWidthChar::width(c) == Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sanitize_makes_control_characters_visible() {
        let table = [
            ("plain name.png", "plain name.png"),
            ("a\u{1b}[31mb", "a␛[31mb"),
            ("a\0\u{7}\tb\r\n\u{7f}", "a␀␇␉b␍␊␡"),
            ("a\u{9b}31m", "a⟨U+009B⟩31m"),
            ("a\u{202e}gnp.exe", "a⟨U+202E⟩gnp.exe"),
            ("\u{feff}x\u{200b}y\u{ad}", "⟨U+FEFF⟩x⟨U+200B⟩y⟨U+00AD⟩"),
            ("日本語.jpg", "日本語.jpg"),
            ("👨‍👩‍👧 👋🏽 ❤️", "👨👩👧 👋 ❤"),
            ("a\u{200d}b", "a⟨U+200D⟩b"),
            ("می\u{200c}خواهم.png", "می\u{200c}خواهم.png"),
            ("क्\u{200d}ष", "क्\u{200d}ष"),
            ("ی\u{200c}\u{200c}x\u{200c}", "ی\u{200c}⟨U+200C⟩x⟨U+200C⟩"),
            ("ی\u{202e}\u{200c}", "ی⟨U+202E⟩⟨U+200C⟩"),
            ("e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}\u{301}\u{301}"),
        ];
        for (text, shown) in table {
            assert_eq!(sanitize(text), shown, "{text:?}");
        }
    }

    #[test]
    fn json_line_stays_valid_json() {
        let raw =
            "{\n  \"a b\" : [1.0, 1e400, \"x \\\" y\\\\\"] ,\r\n\t\"\u{202e}\u{9b}\u{7f}\u{e0041}\":null }";
        let line = json_line(raw);
        assert_eq!(line, r#"{"a b":[1.0,1e400,"x \" y\\"],"\u202e\u009b\u007f\udb40\udc41":null}"#);
    }

    proptest! {
        #[test]
        fn sanitize_leaves_nothing_unsafe(text in "\\PC*|.*|[\\x00-\\x{2fff}]*") {
            prop_assert!(!with_unsafe(&sanitize(&text)).any(|(_, is_unsafe)| is_unsafe));
        }

        #[test]
        fn json_line_keeps_meaning(key in ".*", value in ".*") {
            let json = serde_json::json!({ key: [value, 1, null] });
            let line = json_line(&serde_json::to_string_pretty(&json).unwrap());
            prop_assert!(!line.contains('\n') && !line.chars().any(is_unsafe));
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), json);
        }
    }
}
