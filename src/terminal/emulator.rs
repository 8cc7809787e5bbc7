//! The terminal emulator we run in, by the name that it reports or by the environment.

use super::environment::TerminalEnv;

pub(super) struct Emulator {
    pub kind: Kind,
    pub version: (u32, u32),
    /// For messages.
    pub name: String,
}

pub(super) const UNKNOWN_VERSION: (u32, u32) = (0, 0);

/// Terminals, grouped by how pictures are drawn in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Kitty,
    Ghostty,
    /// iTerm2, and others that draw its images correctly.
    Iterm2,
    Konsole,
    XtermJs,
    /// Terminals that are known to draw pictures wrongly.
    DrawsWrongly,
    Other,
}

impl Emulator {
    /// The terminal with this name and version, such as `kitty(0.41.1)`.
    pub(super) fn named(name: &str) -> Self {
        Self { kind: Kind::named(name), version: version(name), name: safe(name) }
    }

    pub(super) fn by_environment(env: &TerminalEnv) -> Self {
        let (kind, name) = match (&*env.term, &*env.program) {
            // Inside tmux the environment is that of the terminal which started the server.
            _ if env.tmux => (Kind::Other, "the terminal"),
            ("xterm-kitty", _) => (Kind::Kitty, "kitty"),
            ("xterm-ghostty", _) => (Kind::Ghostty, "ghostty"),
            (term, _) if !term.starts_with("xterm") => (Kind::Other, term),
            (_, "ghostty") => (Kind::Ghostty, "ghostty"),
            (_, "iTerm.app") => (Kind::Iterm2, "iTerm2"),
            (_, "WezTerm") => (Kind::Iterm2, "WezTerm"),
            (_, "rio") => (Kind::Iterm2, "rio"),
            (_, "vscode") => (Kind::XtermJs, "VS Code's terminal"),
            _ => (Kind::Other, "the terminal"),
        };
        Self { kind, version: UNKNOWN_VERSION, name: safe(name) }
    }
}

impl Kind {
    /// By the start of the reported name, in lower case.
    const BY_PREFIX: [(&str, Self); 9] = [
        ("kitty", Self::Kitty),
        ("ghostty", Self::Ghostty),
        ("iterm2", Self::Iterm2),
        ("wezterm", Self::Iterm2),
        ("rio", Self::Iterm2),
        ("konsole", Self::Konsole),
        ("xterm.js", Self::XtermJs),
        ("contour", Self::DrawsWrongly),
        ("warp", Self::DrawsWrongly),
    ];

    fn named(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let known = Self::BY_PREFIX.iter().find(|(prefix, _)| name.starts_with(prefix));
        known.map_or(Self::Other, |(_, kind)| *kind)
    }
}

/// The first two numbers of a version: of `kitty(0.41.1)`, 0 and 41.
fn version(name: &str) -> (u32, u32) {
    // The name may contain digits: the version comes after it.
    let text = name.split_once(['(', ' ']).map_or("", |(_, version)| version);
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// Text that can be printed and logged.
pub(super) fn safe(text: &str) -> String {
    text.chars().filter(|c| matches!(c, ' '..='~')).take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_names() {
        for (name, expected) in [
            ("kitty(0.41.1)", (0, 41)),
            ("Konsole 25.04.2", (25, 4)),
            ("iTerm2 3.5.0", (3, 5)),
            ("xterm.js(6.0.0)", (6, 0)),
            ("kitty", UNKNOWN_VERSION),
            ("kitty(99999999999)", UNKNOWN_VERSION),
        ] {
            assert_eq!(version(name), expected, "{name}");
        }
    }
}
