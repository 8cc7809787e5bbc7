//! Reads the terminal: keys, pastes, and responses to our queries.

#[cfg(any(not(unix), test))]
mod console;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
mod parser;
mod query;
#[cfg(unix)]
mod tty;

#[cfg(not(unix))]
pub(super) use console::read;
pub use query::graphics;
#[cfg(unix)]
pub(super) use tty::read;
