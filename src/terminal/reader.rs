//! The threads that read the terminal's input: keys, pastes, and responses to queries.

#[cfg(unix)]
mod blocking;
#[cfg(unix)]
mod unix;
#[cfg(any(not(unix), test))]
mod windows;

#[cfg(unix)]
pub(super) use blocking::read_some;
#[cfg(unix)]
pub(super) use unix::now;
#[cfg(unix)]
pub use unix::read_input;
#[cfg(not(unix))]
pub use windows::read_input;
