//! Runs a command in the terminal.

#[cfg(unix)]
mod unix;
#[cfg(not(unix))]
mod windows;

#[cfg(unix)]
pub(super) use unix::Foreground;
#[cfg(unix)]
pub use unix::in_foreground;
#[cfg(not(unix))]
pub use windows::in_foreground;
