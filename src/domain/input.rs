//! What the user enters in the terminal.

use std::fmt;

use super::Key;

/// Input from the terminal, before it is known what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key was pressed, or repeats.
    Key(Key),
    /// A key of another alphabet, and the key at the same place of the US layout. Some terminals report both.
    KeyOnLayout {
        key: Key,
        base: Key,
    },
    /// A key right after an ESC byte: either Alt with that key, or Esc and then the key. Terminals send the same bytes
    /// for both.
    Escaped(Key),
    Paste(Pasted),
    Mouse(Mouse),
    /// The terminal was resized.
    Resize,
}

/// What the mouse did, and where: its cell, counted from 0 at the top left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    pub kind: MouseKind,
    pub column: u16,
    pub row: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    /// The left button was pressed.
    Press,
    WheelUp,
    WheelDown,
}

/// Text from the user. It may be a signed URL, or a token by mistake: `Debug` shows only its length.
#[derive(Clone, PartialEq, Eq)]
pub struct Pasted(pub String);

impl fmt::Debug for Pasted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pasted({} bytes)", self.0.len())
    }
}

impl From<String> for Pasted {
    fn from(text: String) -> Self {
        Self(text)
    }
}
