//! The real program in a pseudo-terminal, with a terminal emulator that reads its output.
//!
//! A test presses keys, waits for text on the screen, and checks the state in which the shell gets its
//! terminal back.
#![cfg(unix)]

#[path = "terminal/answers.rs"]
mod answers;
#[path = "terminal/bytes.rs"]
mod bytes;
#[path = "terminal/custom_commands.rs"]
mod custom_commands;
#[path = "terminal/demo.rs"]
mod demo;
#[path = "terminal/exit.rs"]
mod exit;
#[path = "terminal/history.rs"]
mod history;
#[path = "terminal/index.rs"]
mod index;
#[path = "terminal/login.rs"]
mod login;
#[path = "terminal/mouse.rs"]
mod mouse;
#[path = "terminal/profiles.rs"]
mod profiles;
#[path = "terminal/pty.rs"]
mod pty;
#[path = "terminal/saving.rs"]
mod saving;
#[path = "terminal/settings.rs"]
mod settings;
#[path = "terminal/suspension.rs"]
mod suspension;
#[path = "terminal/thumbnails.rs"]
mod thumbnails;
#[path = "terminal/working.rs"]
mod working;
