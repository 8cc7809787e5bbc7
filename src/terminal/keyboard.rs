//! kitty's keyboard protocol: terminals that know it report more about keys.
//!
//! Its flags are a stack for each screen. We push ours on the alternate screen, and pop them before we leave it. See
//! <https://sw.kovidgoyal.net/kitty/keyboard-protocol>.

/// The query for the flags. Terminals that do not know it ignore it.
pub(super) const QUERY: &str = "\x1b[?u";

/// Pops our flags.
pub(super) const OFF: &str = "\x1b[<u";

/// What the terminal reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyReports {
    /// Text as text. Other keys are sequences that cannot be mistaken, with the key of the US layout (flags 1 and 4).
    Text,
    /// Letters too, so that those of other alphabets have the key of the US layout (flags 8 and 16).
    Letters,
}

impl KeyReports {
    /// Pushes the flags.
    #[cfg(unix)]
    pub(super) fn push(self) -> &'static str {
        match self {
            Self::Text => "\x1b[>5u",
            Self::Letters => "\x1b[>29u",
        }
    }

    /// Changes the flags that were pushed.
    #[cfg(unix)]
    pub(super) fn set(self) -> &'static str {
        match self {
            Self::Text => "\x1b[=5u",
            Self::Letters => "\x1b[=29u",
        }
    }
}
