//! The terminal: takes it over and restores it, reads what it sends, and detects what it can draw.
//!
//! - [`Guard`] switches to raw mode and the alternate screen, and restores the terminal however the program ends. Another
//!   process does so after a kill, and panics are printed afterwards.
//! - [`read_input`] starts the threads that parse keys, pastes, the mouse and responses to queries.
//! - [`Detection`] decides by the environment and those responses how pictures are drawn. [`detect_graphics`] does so for
//!   a command, which has no event loop.
//! - [`TerminalEnv`] has the queries for what themes depend on: the default colours, and the width of marks.

mod backlog;
mod default_colors;
mod detection;
mod emulator;
mod environment;
mod event;
mod foreground;
mod graphics;
mod guard;
mod input_pause;
mod keyboard;
#[cfg(unix)]
mod keys;
mod mark_width;
#[cfg(unix)]
mod mouse;
mod panic_hook;
#[cfg(unix)]
mod parser;
mod prompt;
mod query;
mod reader;
mod response;
#[cfg(unix)]
mod suspend;
mod tmux;
#[cfg(unix)]
mod watcher;

use std::ffi::OsString;
use std::process::ExitCode;

pub use backlog::Backlog;
pub use detection::{Detection, RESPONSE_TIMEOUT};
pub use environment::{TerminalEnv, Window};
pub use event::TerminalEvent;
pub use foreground::in_foreground;
pub use graphics::{Graphics, Multiplexer};
#[cfg(unix)]
pub use guard::end_after_signal;
pub use guard::{Guard, Tty, window};
pub use input_pause::InputPause;
pub use keyboard::KeyReports;
pub use mark_width::MEASURED_CELLS;
pub use panic_hook::print_panics_after;
pub use prompt::{read_answer, read_secret};
pub use query::{Survey, detect_graphics, survey};
pub use reader::read_input;
pub use response::TerminalResponse;
pub use tmux::TmuxOptions;

/// Runs the hidden subcommand of the watcher. `arguments` come without the program's name. `None` if they are not a hidden
/// subcommand. `main` calls this first.
pub fn hidden_command(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let argument = arguments.into_iter().next()?;
    #[cfg(unix)]
    if argument == watcher::COMMAND {
        return Some(watcher::main());
    }
    _ = argument;
    None
}
