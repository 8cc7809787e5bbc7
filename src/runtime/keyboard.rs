//! What reads the terminal: keys, pastes, and what it answers to our questions.

mod asking;
#[cfg(any(not(unix), test))]
mod console;
#[cfg(unix)]
mod frames;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
mod tty;

pub use asking::graphics;
#[cfg(not(unix))]
pub(super) use console::read;
#[cfg(unix)]
pub(super) use tty::read;

/// Inputs that are sent at once: a key held down comes in bundles, and a bundle is drawn once.
const BUNDLE: usize = 256;
