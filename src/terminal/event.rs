//! What comes from the terminal.

use super::response::TerminalResponse;
use crate::domain::Input;

#[derive(Debug)]
pub enum TerminalEvent {
    /// Keys and pastes. Those of one read come together.
    Inputs(Vec<Input>),
    /// The response to a query.
    Response(TerminalResponse),
    /// The terminal is gone.
    Closed,
}
