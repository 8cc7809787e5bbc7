//! What is pressed for an action: a key, or a chord of two keys.

use std::fmt;

use super::Key;
use super::key::InvalidKey;

/// A key, or a chord: two keys, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shortcut {
    pub key: Key,
    /// The second key of a chord.
    pub then: Option<Key>,
}

/// Why a text is not a shortcut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidShortcut {
    Empty,
    TooLong,
    Key(InvalidKey),
}

impl Shortcut {
    pub const fn key(key: Key) -> Self {
        Self { key, then: None }
    }

    pub const fn chord(key: Key, then: Key) -> Self {
        Self { key, then: Some(then) }
    }

    /// Parses `y`, `Ctrl-Y` or `g g`.
    pub fn parse(text: &str) -> Result<Self, InvalidShortcut> {
        let parse = |name: &str| Key::parse(name).map_err(InvalidShortcut::Key);
        if text == " " {
            return Ok(Self::key(Key::char(' ')));
        }
        let mut names = text.split_whitespace();
        let key = parse(names.next().ok_or(InvalidShortcut::Empty)?)?;
        let then = names.next().map(parse).transpose()?;
        if names.next().is_some() {
            return Err(InvalidShortcut::TooLong);
        }
        Ok(Self { key, then })
    }

    pub fn keys(self) -> impl Iterator<Item = Key> {
        [Some(self.key), self.then].into_iter().flatten()
    }

    /// Whether it is text in a text field.
    pub fn is_text(self) -> bool {
        self.key.typed().is_some()
    }
}

impl From<Key> for Shortcut {
    fn from(key: Key) -> Self {
        Self::key(key)
    }
}

impl fmt::Display for Shortcut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key)?;
        self.then.map_or(Ok(()), |then| write!(f, " {then}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Code;

    fn any_key() -> impl Strategy<Value = Key> {
        let named = [
            Code::Enter,
            Code::Esc,
            Code::Tab,
            Code::BackTab,
            Code::Backspace,
            Code::Delete,
            Code::Up,
            Code::Down,
            Code::Left,
            Code::Right,
            Code::Home,
            Code::End,
            Code::PageUp,
            Code::PageDown,
        ];
        let is_key = |c: &char| !c.is_whitespace() && !c.is_control() && !"↑↓←→".contains(*c);
        let characters = any::<char>().prop_filter("no key", is_key);
        let code = prop_oneof![
            proptest::sample::select(named.to_vec()),
            (1..=12_u8).prop_map(Code::F),
            characters.prop_map(Code::Char),
            proptest::char::range(' ', '~').prop_map(Code::Char),
        ];
        (code, any::<bool>(), any::<bool>()).prop_map(|(code, ctrl, alt)| {
            let code = match code {
                // With Control, letters have no case.
                Code::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
                code => code,
            };
            Key { code, ctrl, alt }
        })
    }

    proptest! {
        #[test]
        fn displayed_shortcuts_parse(key in any_key(), then in proptest::option::of(any_key())) {
            let shortcut = Shortcut { key, then };
            prop_assert_eq!(Shortcut::parse(&shortcut.to_string()), Ok(shortcut));
        }

        #[test]
        fn any_text_is_parsed_or_refused(text in ".*") {
            if let Ok(shortcut) = Shortcut::parse(&text) {
                prop_assert_eq!(Shortcut::parse(&shortcut.to_string()), Ok(shortcut));
            }
        }
    }

    #[test]
    fn chords_have_two_keys() {
        let g = Key::char('g');
        assert_eq!(Shortcut::parse("g g"), Ok(Shortcut::chord(g, g)));
        assert_eq!(Shortcut::parse(" g  Ctrl-X "), Ok(Shortcut::chord(g, Key::ctrl('x'))));
        assert_eq!(Shortcut::parse("g g g"), Err(InvalidShortcut::TooLong));
        assert_eq!(Shortcut::parse(""), Err(InvalidShortcut::Empty));
        assert_eq!(Shortcut::parse(" "), Ok(Key::char(' ').into()));
        assert!(matches!(Shortcut::parse("g gg"), Err(InvalidShortcut::Key(_))));
    }
}
