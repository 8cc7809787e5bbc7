//! What the event loop waits for.

use super::custom_commands::PreparedCommand;
use crate::app::{Event, Input, RequestId, ThumbKey};
use crate::terminal::{TerminalEvent, TerminalResponse};
use crate::ui::{Drawn, DrawnThumb};

/// A message to the event loop.
#[derive(Debug)]
pub enum Arrival {
    /// Keys and pastes. Those of one read come together.
    Inputs(Vec<Input>),
    Event(Event),
    /// A picture encoded for the terminal; the event that announces it follows.
    Picture(Drawn),
    /// A thumbnail encoded for the terminal; the event that announces it follows.
    Thumb(ThumbKey, DrawnThumb),
    /// The terminal's response to a query.
    Response(TerminalResponse),
    /// The terminal's time to respond is over.
    ResponseTimeout,
    /// A sequence for the terminal itself, such as OSC 52, which sets its clipboard.
    Passthrough(String),
    /// A command of the user that needs the terminal can start.
    Command(Box<PreparedCommand>),
    /// The command that had the terminal has ended, or did not start.
    CommandEnded(RequestId, Result<(), String>),
    /// SIGTSTP: another program wants us to stop, as Ctrl-Z would.
    Stop,
    /// SIGCONT: the program was stopped and continues. Others may have used the terminal.
    Continued,
    /// The program must end: a signal, or the terminal is gone.
    End(Ending),
}

/// Why the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Quit,
    /// A signal, by its number.
    Signal(u8),
    /// The terminal was closed.
    HangUp,
}

impl From<TerminalEvent> for Arrival {
    fn from(event: TerminalEvent) -> Self {
        match event {
            TerminalEvent::Inputs(inputs) => Self::Inputs(inputs),
            TerminalEvent::Response(response) => Self::Response(response),
            TerminalEvent::Closed => Self::End(Ending::HangUp),
        }
    }
}

impl Ending {
    /// The exit code, with the convention of shells: 128 plus the signal's number.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(number) => 128 + number,
            Self::HangUp => 129,
        }
    }
}
