//! What a terminal can draw pictures with.

use crate::domain::graphics::{Protocol, Target, USUAL_CELL};

/// How pictures can be drawn in this terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Graphics {
    /// `None` if the user has turned pictures off.
    pub protocol: Option<Protocol>,
    /// A cell's width and height in pixels. `None` if unknown.
    pub cell: Option<(u16, u16)>,
    /// Whether sequences must be wrapped so that tmux passes them through.
    pub tmux: bool,
    /// Whether the terminal claims true colour.
    pub truecolor: bool,
    /// Deletes pictures, if text written over them does not. `None` if it does.
    pub wipe: Option<&'static str>,
    /// Why this protocol, as a sentence.
    pub why: String,
    /// The program that blocks the chosen protocol. Half-blocks are drawn instead.
    pub blocked_by: Option<Multiplexer>,
}

/// A terminal multiplexer that does not pass pictures through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Multiplexer {
    /// tmux with `allow-passthrough` off.
    Tmux,
    Screen,
}

impl Graphics {
    /// The target to encode pictures for. `None` if none are drawn.
    pub fn target(&self) -> Option<Target> {
        Some(Target {
            protocol: self.protocol?,
            cell: self.cell.unwrap_or(USUAL_CELL),
            tmux: self.tmux,
            true_color: self.truecolor,
        })
    }
}
