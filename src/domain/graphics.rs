//! How a terminal draws pictures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The assumed size of a cell, in pixels, if the terminal does not report it.
pub const USUAL_CELL: (u16, u16) = (10, 20);

/// The most columns and rows of a picture. kitty has diacritics for that many.
pub const MAX_CELLS: u16 = 297;

/// How pictures are sent to the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// kitty graphics, with Unicode placeholders.
    Kitty,
    /// Sixel, with up to 256 colours.
    Sixel,
    /// iTerm2 images: a PNG in an escape sequence.
    Iterm2,
    /// Half-block characters in two colours, which every terminal can show.
    Halfblocks,
}

impl Protocol {
    /// The name, as in `--picture`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kitty => "kitty",
            Self::Sixel => "sixel",
            Self::Iterm2 => "iterm2",
            Self::Halfblocks => "halfblocks",
        }
    }
}

/// The pixels of a picture that the terminal stores. They are sent once, with the picture's first cell.
#[derive(Debug, Clone)]
pub struct Transmission {
    sequence: Arc<str>,
    is_sent: Arc<AtomicBool>,
}

impl Transmission {
    /// `sequence` is the escape sequence that sends the pixels.
    pub fn new(sequence: String) -> Self {
        Self { sequence: sequence.into(), is_sent: Arc::default() }
    }

    /// The sequence to send. `None` if it was sent.
    pub fn take(&self) -> Option<Arc<str>> {
        (!self.is_sent.swap(true, Ordering::Relaxed)).then(|| self.sequence.clone())
    }

    /// The length of the sequence.
    pub fn bytes(&self) -> usize {
        self.sequence.len()
    }
}

/// The terminal that pictures are encoded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target {
    pub protocol: Protocol,
    /// The width and height of a cell in pixels. [`USUAL_CELL`] if the terminal does not report it.
    pub cell: (u16, u16),
    /// Whether sequences must be wrapped so that tmux passes them through.
    pub tmux: bool,
    /// Whether half-blocks may have any colour. Otherwise each is one of 256.
    pub true_color: bool,
}

impl Target {
    /// A terminal of which only the protocol is known.
    pub fn new(protocol: Protocol) -> Self {
        Self { protocol, cell: USUAL_CELL, tmux: false, true_color: true }
    }

    /// The width and height of a cell in the pixels that pictures are drawn with.
    pub fn cell_pixels(self) -> (u16, u16) {
        if self.protocol == Protocol::Halfblocks { (1, 2) } else { (self.cell.0.max(1), self.cell.1.max(1)) }
    }
}
