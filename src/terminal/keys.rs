//! Maps frames to keys, by the sequences of xterm and of terminals that report more (kitty, `modifyOtherKeys`).

use super::parser::Frame;
use crate::domain::{Code, Input, Key};

/// What is pressed by a frame. `None` if it is not a key, or a key that the program does not use.
pub(super) fn input(frame: &Frame) -> Option<Input> {
    let Pressed { key, base } = key(frame)?;
    Some(match (frame, base) {
        (Frame::Char { escaped: true, .. } | Frame::Function { escaped: true, .. }, _) => Input::Escaped(key),
        (_, Some(base)) => Input::KeyOnLayout { key, base },
        (_, None) => Input::Key(key),
    })
}

/// A key, and the one at its place of the US layout if that is of another alphabet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pressed {
    key: Key,
    base: Option<Key>,
}

impl From<Key> for Pressed {
    fn from(key: Key) -> Self {
        Self { key, base: None }
    }
}

/// The key of a frame, without the ESC before it.
fn key(frame: &Frame) -> Option<Pressed> {
    match frame {
        Frame::Char { c, .. } => Some(typed(*c).into()),
        Frame::Function { end: b'M', .. } => Some(Key::plain(Code::Enter).into()),
        Frame::Function { end: b'R', .. } => Some(Key::plain(Code::F(3)).into()),
        Frame::Function { end, .. } => Some(Key::plain(named(*end)?).into()),
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
        b'P' => Code::F(1),
        b'Q' => Code::F(2),
        b'S' => Code::F(4),
        _ => return None,
    })
}

/// A number of a sequence. `None` if it is omitted. Numbers that are too large become `u32::MAX`, which is no key.
fn number(text: &str) -> Option<u32> {
    (!text.is_empty()).then(|| text.parse().unwrap_or(u32::MAX))
}

/// `1;5A` is Ctrl-Up, `3~` Delete, `97;5u` Ctrl-A, `27;5;97~` too. `1089::99;5u` is Ctrl-с, at the place of C.
fn sequence(csi: &[u8]) -> Option<Pressed> {
    let (end, parameters) = csi.split_last()?;
    let text = std::str::from_utf8(parameters).ok()?;
    let mut parameters = text.split(';').map(|parameter| parameter.split(':').map(number));
    let mut codes = parameters.next()?;
    let (first, shifted, base) = (codes.next()?, codes.next().flatten(), codes.next().flatten());
    let mut fields = parameters.next().into_iter().flatten();
    // Sent as 1 plus the bits of Shift, Alt and Control.
    let modifier_bits: u32 = fields.next().flatten().unwrap_or(1).saturating_sub(1);
    let released = fields.next().flatten() == Some(3);
    if released
        || modifier_bits & OTHER_MODIFIERS != 0
        || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b';' || byte == b':')
    {
        return None;
    }
    let (shift, alt, ctrl) = (modifier_bits & 1 != 0, modifier_bits & 2 != 0, modifier_bits & 4 != 0);
    let with_modifiers = |code| Key { code, ctrl, alt };
    let code = match (end, first) {
        (b'Z', _) => Code::BackTab,
        (b'~', Some(27)) => with_shift(parameters.next()?.next()??, shift, ctrl)?,
        (b'~', Some(number)) => numbered(number)?,
        (b'u', first) => {
            let typed = parameters.next().and_then(|mut text| text.next()).flatten();
            // What a key types depends on more than Shift, such as AltGr and Caps Lock.
            let code = match (typed, shifted) {
                (Some(typed), _) if !ctrl && !alt => with_shift(typed, false, ctrl)?,
                (_, Some(shifted)) if shift && !ctrl => with_shift(shifted, false, ctrl)?,
                _ => with_shift(first?, shift, ctrl)?,
            };
            let key = without_ctrl_aliases(with_modifiers(code));
            let is_foreign = matches!(code, Code::Char(c) if !c.is_ascii());
            let base = base.filter(|_| is_foreign).and_then(|base| with_shift(base, shift, ctrl));
            return Some(Pressed { key, base: base.map(with_modifiers) });
        }
        (end, None | Some(1)) => named(*end)?,
        _ => return None,
    };
    Some(with_modifiers(code).into())
}

/// Super, Hyper and Meta. Keys with them are those of the desktop.
const OTHER_MODIFIERS: u32 = 8 | 16 | 32;

/// The key of a number in a sequence that ends with `~`.
fn numbered(number: u32) -> Option<Code> {
    Some(match number {
        1 | 7 => Code::Home,
        3 => Code::Delete,
        4 | 8 => Code::End,
        5 => Code::PageUp,
        6 => Code::PageDown,
        11..=15 => Code::F(u8::try_from(number - 10).ok()?),
        17..=21 => Code::F(u8::try_from(number - 11).ok()?),
        23 | 24 => Code::F(u8::try_from(number - 12).ok()?),
        _ => return None,
    })
}

/// The key of a character's number, with Shift if it is pressed.
fn with_shift(number: u32, shift: bool, ctrl: bool) -> Option<Code> {
    if let Some(code) = keypad(number) {
        return Some(code);
    }
    Some(match typed(char::from_u32(number)?).code {
        Code::Tab if shift => Code::BackTab,
        Code::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
        Code::Char(c) if shift => Code::Char(shifted(c)),
        // kitty reports keys without a character by numbers of the private use area.
        Code::Char('\u{e000}'..='\u{f8ff}') => return None,
        code => code,
    })
}

/// What a key types with Shift: on the US layout if it is no letter.
fn shifted(c: char) -> char {
    const KEYS: &str = "`1234567890-=[]\\;',./";
    const WITH_SHIFT: &str = "~!@#$%^&*()_+{}|:\"<>?";
    let pairs = KEYS.chars().zip(WITH_SHIFT.chars());
    let symbol = pairs.into_iter().find(|(key, _)| *key == c).map(|(_, shifted)| shifted);
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => symbol.unwrap_or(upper),
        _ => c,
    }
}

/// Keys of the numeric keypad, by kitty's numbers.
fn keypad(number: u32) -> Option<Code> {
    const TYPED: &str = "0123456789./*-+";
    let at = usize::try_from(number.checked_sub(57_399)?).ok()?;
    Some(match at {
        15 => Code::Enter,
        16 => Code::Char('='),
        17 => Code::Char(','),
        18 => Code::Left,
        19 => Code::Right,
        20 => Code::Up,
        21 => Code::Down,
        22 => Code::PageUp,
        23 => Code::PageDown,
        24 => Code::Home,
        25 => Code::End,
        27 => Code::Delete,
        at => Code::Char(TYPED.chars().nth(at)?),
    })
}

/// The keys that other terminals send for Control and a letter.
fn without_ctrl_aliases(key: Key) -> Key {
    match key {
        Key { code: Code::Char('i'), ctrl: true, alt } => Key { code: Code::Tab, ctrl: false, alt },
        Key { code: Code::Char('m'), ctrl: true, alt } => Key { code: Code::Enter, ctrl: false, alt },
        Key { code: Code::Char('['), ctrl: true, alt } => Key { code: Code::Esc, ctrl: false, alt },
        key => key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csi(text: &str) -> Option<Key> {
        key(&Frame::Csi(text.as_bytes().to_vec())).map(|pressed| pressed.key)
    }

    #[test]
    fn characters_map_to_keys() {
        let char = |c| key(&Frame::Char { c, escaped: false }).unwrap().key;
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
            ("15~", plain(Code::F(5))),
            ("24~", plain(Code::F(12))),
            ("P", plain(Code::F(1))),
            ("1;5P", Some(Key { ctrl: true, ..Key::plain(Code::F(1)) })),
            // With kitty's protocol.
            ("97:65;2u", Some(Key::char('A'))),
            ("1089::99;5u", Some(Key::ctrl('с'))),
            ("1089:1057:99;2u", Some(Key::char('С'))),
            ("56;;91u", Some(Key::char('['))),
            ("97;65;65u", Some(Key::char('A'))),
            ("49:33;2u", Some(Key::char('!'))),
            ("98;3u", Some(Key { alt: true, ..Key::char('b') })),
            ("9;2u", plain(Code::BackTab)),
            ("127;1u", plain(Code::Backspace)),
            ("57414u", plain(Code::Enter)),
            ("57400u", Some(Key::char('1'))),
            ("57419u", plain(Code::Up)),
            ("105;5u", plain(Code::Tab)),
            ("91;5u", plain(Code::Esc)),
            ("27;129u", plain(Code::Esc)),
        ] {
            assert_eq!(csi(text), expected, "{text}");
        }
        for (end, expected) in [(b'A', plain(Code::Up)), (b'R', plain(Code::F(3))), (b'a', None)] {
            let pressed = key(&Frame::Function { end, escaped: false });
            assert_eq!(pressed.map(|pressed| pressed.key), expected, "{end}");
        }
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
            "16~",
            "99;9u",
            "1;9A",
            "57425u",
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

    #[test]
    fn keys_of_other_alphabets_have_a_base() {
        let input = |text: &str| input(&Frame::Csi(text.as_bytes().to_vec())).unwrap();
        for (text, key, base) in [
            ("1089::99;5u", Key::ctrl('с'), Key::ctrl('c')),
            ("1085::121;;1085u", Key::char('н'), Key::char('y')),
            ("1085:1053:121;2;1053u", Key::char('Н'), Key::char('Y')),
            ("1078:1046:59;2;1046u", Key::char('Ж'), Key::char(':')),
        ] {
            assert_eq!(input(text), Input::KeyOnLayout { key, base }, "{text}");
        }
        // On Dvorak, letters are where they are typed.
        assert_eq!(input("106::99;5u"), Input::Key(Key::ctrl('j')));
    }
}
