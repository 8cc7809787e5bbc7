//! The real program in a pseudo-terminal, its bytes read by a terminal emulator.
//!
//! A test presses keys, waits for what the screen shows, and looks at how the shell finds its terminal afterwards.
#![cfg(unix)]

#[path = "terminal/answers.rs"]
mod answers;
#[path = "terminal/bytes.rs"]
mod bytes;
#[path = "terminal/exit.rs"]
mod exit;
#[path = "terminal/history.rs"]
mod history;
#[path = "terminal/index.rs"]
mod index;
#[path = "terminal/pty.rs"]
mod pty;
#[path = "terminal/secrets.rs"]
mod secrets;
#[path = "terminal/suspension.rs"]
mod suspension;
#[path = "terminal/working.rs"]
mod working;
