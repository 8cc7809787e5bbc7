//! Pictures in the terminal.
//!
//! In reading order: what a terminal says of itself ([`answer`]), and what that means ([`detect`]).

pub mod answer;
pub mod detect;

pub use answer::TerminalAnswer;
pub use detect::{Detection, EnvFacts, Graphics, Protocol};
