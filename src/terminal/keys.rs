//! Maps frames to keys, by the sequences of xterm and of terminals that report more (kitty, `modifyOtherKeys`).

use super::parser::Frame;
use crate::domain::{Code, Key};

/// The key of a frame, without the ESC before it. `None` if it is not a key, or a key that the program does not use.
pub(super) fn key(frame: &Frame) -> Option<Key> {
    match frame {
        Frame::Char { c, .. } => Some(typed(*c)),
        Frame::Function { end: b'M', .. } => Some(Key::plain(Code::Enter)),
        Frame::Function { end, .. } => named(*end).map(Key::plain),
        Frame::Csi(csi) => sequence(csi),
        Frame::String(..) | Frame::Paste(_) => None,
    }
}

/// The key that types a character, which may be a control character.
fn typed(c: char) -> Key {
    match c {
        '\r' => Key::plain(Code::Enter),
        '\t' => Key::plain(Code::Tab),
        '\x1b' => Key::plain(Code::Esc),
        '\x7f' => Key::plain(Code::Backspace),
        '\0' => Key::ctrl(' '),
        '\x01'..='\x1a' => Key::ctrl(char::from(c as u8 | 0x60)),
        '\x1c'..='\x1f' => Key::ctrl(char::from(c as u8 - 0x1c + b'4')),
        c => Key::char(c),
    }
}

fn named(end: u8) -> Option<Code> {
    Some(match end {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'H' => Code::Home,
        b'F' => Code::End,
        _ => return None,
    })
}

/// A number of a sequence. `None` if it is omitted. Numbers that are too large become `u32::MAX`, which is no key.
fn number(text: &str) -> Option<u32> {
    (!text.is_empty()).then(|| text.parse().unwrap_or(u32::MAX))
}

/// `1;5A` is Ctrl-Up, `3~` Delete, `97;5u` Ctrl-A, `27;5;97~` too.
fn sequence(csi: &[u8]) -> Option<Key> {
    let (end, parameters) = csi.split_last()?;
    let text = std::str::from_utf8(parameters).ok()?;
    let mut parameters = text.split(';').map(|parameter| parameter.split(':').map(number));
    let first = parameters.next()?.next()?;
    let mut fields = parameters.next().into_iter().flatten();
    // Sent as 1 plus the bits of Shift, Alt and Control.
    let modifier_bits: u32 = fields.next().flatten().unwrap_or(1).saturating_sub(1);
    let released = fields.next().flatten() == Some(3);
    if released || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b';' || byte == b':') {
        return None;
    }
    let (shift, alt, ctrl) = (modifier_bits & 1 != 0, modifier_bits & 2 != 0, modifier_bits & 4 != 0);
    let character = |number: Option<u32>| {
        let key = typed(char::from_u32(number?)?);
        Some(match key.code {
            Code::Tab if shift => Code::BackTab,
            Code::Char(c) if shift && !ctrl => Code::Char(c.to_ascii_uppercase()),
            Code::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
            // kitty reports keys without a character by numbers of the private use area.
            Code::Char('\u{e000}'..='\u{f8ff}') => return None,
            code => code,
        })
    };
    let code = match (end, first) {
        (b'Z', _) => Code::BackTab,
        (b'~', Some(1 | 7)) => Code::Home,
        (b'~', Some(3)) => Code::Delete,
        (b'~', Some(4 | 8)) => Code::End,
        (b'~', Some(5)) => Code::PageUp,
        (b'~', Some(6)) => Code::PageDown,
        (b'~', Some(27)) => character(parameters.next()?.next()?)?,
        (b'u', first) => character(first)?,
        (end, None | Some(1)) => named(*end)?,
        _ => return None,
    };
    Some(Key { code, ctrl, alt })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csi(text: &str) -> Option<Key> {
        key(&Frame::Csi(text.as_bytes().to_vec()))
    }

    #[test]
    fn characters_map_to_keys() {
        let char = |c| key(&Frame::Char { c, escaped: false }).unwrap();
        for (c, expected) in [
            ('G', Key::char('G')),
            ('é', Key::char('é')),
            ('\r', Key::plain(Code::Enter)),
            ('\n', Key::ctrl('j')),
            ('\t', Key::plain(Code::Tab)),
            ('\x7f', Key::plain(Code::Backspace)),
            ('\x08', Key::ctrl('h')),
            ('\x0c', Key::ctrl('l')),
            ('\x1a', Key::ctrl('z')),
            ('\x1b', Key::plain(Code::Esc)),
            ('\0', Key::ctrl(' ')),
            ('\x1c', Key::ctrl('4')),
        ] {
            assert_eq!(char(c), expected, "{c:?}");
        }
    }

    #[test]
    fn sequences_map_to_keys() {
        let plain = |code| Some(Key::plain(code));
        for (text, expected) in [
            ("A", plain(Code::Up)),
            ("1;1D", plain(Code::Left)),
            ("H", plain(Code::Home)),
            ("F", plain(Code::End)),
            ("1~", plain(Code::Home)),
            ("3~", plain(Code::Delete)),
            ("8~", plain(Code::End)),
            ("5~", plain(Code::PageUp)),
            ("6~", plain(Code::PageDown)),
            ("Z", plain(Code::BackTab)),
            ("1;2Z", plain(Code::BackTab)),
            ("1;5D", Some(Key { ctrl: true, ..Key::plain(Code::Left) })),
            ("1;3C", Some(Key { alt: true, ..Key::plain(Code::Right) })),
            ("97;5u", Some(Key::ctrl('a'))),
            ("97;2u", Some(Key::char('A'))),
            ("9;2u", plain(Code::BackTab)),
            ("27u", plain(Code::Esc)),
            ("13;1:2u", plain(Code::Enter)),
            ("27;5;108~", Some(Key::ctrl('l'))),
        ] {
            assert_eq!(csi(text), expected, "{text}");
        }
        assert_eq!(key(&Frame::Function { end: b'A', escaped: false }), plain(Code::Up));
        assert_eq!(key(&Frame::Function { end: b'a', escaped: false }), None);
    }

    #[test]
    fn other_sequences_are_not_keys() {
        for text in [
            "?62;4c",
            "?1;2A",
            ">1;4000;41c",
            "6;19;10t",
            "0n",
            "12;34R",
            "?2026;2$y",
            "I",
            "O",
            "15~",
            "1;5P",
            "97;1:3u",
            "1;1:3A",
            "57441u",
            "2~",
            "99999999999A",
            "~",
            "27;5~",
            "u",
        ] {
            assert_eq!(csi(text), None, "{text}");
        }
        assert_eq!(key(&Frame::String(b'_', b"Gi=31;OK".to_vec())), None);
    }
}
