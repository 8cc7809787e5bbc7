//! Keys and their names, independent of any terminal library.

use std::fmt;

use super::typo::closest;

/// A key with its modifiers. Shift has no field: it is part of the character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    pub code: Code,
    pub ctrl: bool,
    /// With Alt.
    pub alt: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    /// A function key, from 1 to 12.
    F(u8),
}

/// A text that names no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidKey {
    pub name: String,
    /// The name of a key that it is close to, with its modifiers.
    pub closest: Option<String>,
}

/// The names of keys that type no visible character. The first ones are those that are shown.
const NAMES: [(&str, Code); 28] = [
    ("Space", Code::Char(' ')),
    ("Enter", Code::Enter),
    ("Esc", Code::Esc),
    ("Tab", Code::Tab),
    ("Shift-Tab", Code::BackTab),
    ("Backspace", Code::Backspace),
    ("Delete", Code::Delete),
    ("↑", Code::Up),
    ("↓", Code::Down),
    ("←", Code::Left),
    ("→", Code::Right),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PgUp", Code::PageUp),
    ("PgDn", Code::PageDown),
    ("Up", Code::Up),
    ("Down", Code::Down),
    ("Left", Code::Left),
    ("Right", Code::Right),
    ("PageUp", Code::PageUp),
    ("PageDown", Code::PageDown),
    ("PgDown", Code::PageDown),
    ("Del", Code::Delete),
    ("Escape", Code::Esc),
    ("Return", Code::Enter),
    ("BackTab", Code::BackTab),
    ("BS", Code::Backspace),
    ("Spacebar", Code::Char(' ')),
];

impl Key {
    /// A key without modifiers.
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false }
    }

    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    pub const fn ctrl(c: char) -> Self {
        Self { code: Code::Char(c), ctrl: true, alt: false }
    }

    /// Parses the name of a key, as [`Display`](fmt::Display) writes it. Names may be in lower case, such as `ctrl-y`,
    /// `up` and `pgup`.
    pub fn parse(name: &str) -> Result<Self, InvalidKey> {
        let (mut ctrl, mut alt) = (false, false);
        let mut rest = name;
        loop {
            if let Some(after) = without_modifier(rest, "ctrl-").filter(|_| !ctrl) {
                (rest, ctrl) = (after, true);
            } else if let Some(after) = without_modifier(rest, "alt-").filter(|_| !alt) {
                (rest, alt) = (after, true);
            } else {
                break;
            }
        }
        match code(rest) {
            Some(Code::Char(c)) if ctrl => Ok(Self { code: Code::Char(c.to_ascii_lowercase()), ctrl, alt }),
            Some(code) => Ok(Self { code, ctrl, alt }),
            None => {
                let names = NAMES.iter().map(|(name, _)| *name).filter(|name| name.is_ascii());
                let modifiers = name.strip_suffix(rest).unwrap_or_default();
                let closest = closest(rest, names).map(|known| format!("{modifiers}{known}"));
                Err(InvalidKey { name: name.to_owned(), closest })
            }
        }
    }

    /// The character that the key types, if any.
    pub fn typed(self) -> Option<char> {
        match self.code {
            Code::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        match self.code {
            Code::F(number) => write!(f, "F{number}"),
            Code::Char(c) if c != ' ' && self.ctrl => write!(f, "{}", c.to_ascii_uppercase()),
            Code::Char(c) if c != ' ' => write!(f, "{c}"),
            code => {
                let name = NAMES.iter().find(|(_, named)| *named == code).map(|(name, _)| *name);
                f.write_str(name.unwrap_or_default())
            }
        }
    }
}

/// The rest of a key's name after a modifier. `None` if it does not start with it, or if nothing follows.
fn without_modifier<'a>(name: &'a str, modifier: &str) -> Option<&'a str> {
    let (start, rest) = name.split_at_checked(modifier.len())?;
    (start.eq_ignore_ascii_case(modifier) && !rest.is_empty()).then_some(rest)
}

fn code(name: &str) -> Option<Code> {
    let mut chars = name.chars();
    if let (Some(c), None) = (chars.next(), chars.next())
        && !NAMES.iter().any(|(known, _)| *known == name)
    {
        return (!c.is_whitespace() && !c.is_control()).then_some(Code::Char(c));
    }
    if let Some((_, code)) = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        return Some(*code);
    }
    let number = name.strip_prefix(['f', 'F'])?;
    let is_written_so = |number: &u8| (1..=12).contains(number) && number.to_string() == name[1..];
    number.parse().ok().filter(is_written_so).map(Code::F)
}

/// Parses keys as tests write them: `cat<enter><c-l>`; `<lt>` is the `<` key.
#[cfg(test)]
pub(crate) fn keys(text: &str) -> Vec<Key> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let Some((name, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) else {
            keys.push(Key::char(c));
            rest = &rest[c.len_utf8()..];
            continue;
        };
        rest = after;
        if let Some(c) = name.strip_prefix("c-") {
            keys.push(Key::ctrl(c.chars().next().unwrap()));
            continue;
        }
        keys.push(Key::plain(match name {
            "lt" => Code::Char('<'),
            "enter" => Code::Enter,
            "esc" => Code::Esc,
            "tab" => Code::Tab,
            "s-tab" => Code::BackTab,
            "backspace" => Code::Backspace,
            "del" => Code::Delete,
            "up" => Code::Up,
            "down" => Code::Down,
            "left" => Code::Left,
            "right" => Code::Right,
            "home" => Code::Home,
            "end" => Code::End,
            "pgup" => Code::PageUp,
            "pgdn" => Code::PageDown,
            "f5" => Code::F(5),
            _ => panic!("no key is called {name}"),
        }));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_display_their_names() {
        let names: Vec<_> = keys("aG<c-l><up><s-tab><pgdn><enter><lt> ").iter().map(Key::to_string).collect();
        assert_eq!(names, ["a", "G", "Ctrl-L", "↑", "Shift-Tab", "PgDn", "Enter", "<", "Space"]);
    }

    #[test]
    fn names_are_parsed_in_any_case() {
        let alt = |code| Key { alt: true, ..Key::plain(code) };
        for (name, key) in [
            ("y", Key::char('y')),
            ("Y", Key::char('Y')),
            ("é", Key::char('é')),
            ("-", Key::char('-')),
            ("ctrl-y", Key::ctrl('y')),
            ("Ctrl-Y", Key::ctrl('y')),
            ("CTRL--", Key::ctrl('-')),
            ("alt-b", alt(Code::Char('b'))),
            ("Alt-B", alt(Code::Char('B'))),
            ("ctrl-alt-x", Key { alt: true, ..Key::ctrl('x') }),
            ("Ctrl-Space", Key::ctrl(' ')),
            ("space", Key::char(' ')),
            ("SHIFT-TAB", Key::plain(Code::BackTab)),
            ("up", Key::plain(Code::Up)),
            ("alt-←", alt(Code::Left)),
            ("pageup", Key::plain(Code::PageUp)),
            ("del", Key::plain(Code::Delete)),
            ("f1", Key::plain(Code::F(1))),
            ("F12", Key::plain(Code::F(12))),
            ("f", Key::char('f')),
        ] {
            assert_eq!(Key::parse(name), Ok(key), "{name}");
        }
        let closest = |name| Key::parse(name).unwrap_err().closest;
        for (name, known) in [
            ("ctrl-entr", Some("ctrl-Enter")),
            ("bakspace", Some("Backspace")),
            ("f13", None),
            ("f01", None),
            ("f+1", None),
            ("ctrl-", None),
            ("shift-g", None),
            ("yy", None),
            ("\u{7}", None),
        ] {
            assert_eq!(closest(name).as_deref(), known, "{name}");
        }
    }
}
