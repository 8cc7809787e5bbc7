//! Runs the terminal program: the event loop, the terminal, signals, and the effects of the model. All decisions are
//! made in [`app`](crate::app).
//!
//! Everything arrives through one channel: keys from the thread that reads the terminal, results from tasks and from
//! the desktop, signals. The loop sleeps on that channel. It sets a timer only while something on the screen moves.

pub mod effects;
pub mod guard;
pub mod log;
pub mod output;
pub mod session;

mod backlog;
mod delivery_effects;
mod freed;
mod history_worker;
mod index_worker;
mod keyboard;
mod panic_hook;
mod pictures;
mod probe;
mod request_limiter;
mod signals;
mod tmux;
#[cfg(unix)]
mod watcher;
mod worker;

use std::ffi::OsStr;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::app::{Event, Input, Model, Start};
use crate::cloudflare::{Client, KeyRing};
use crate::desktop::Desktop;
use crate::domain::{Failure, PictureChoice, Preferences};
use crate::picture::{TerminalEnv, TerminalResponse};
use crate::storage::{History, Index};
use crate::ui::{Drawn, Theme};
pub use backlog::Backlog;
use effects::EffectRunner;
use guard::Guard;
pub use guard::window;
pub use keyboard::graphics;
pub use panic_hook::print_panics_after;
use session::Session;
pub use signals::survive_file_size_limit;
pub use tmux::query_tmux;

/// A message to the event loop.
#[derive(Debug)]
pub enum Arrival {
    /// Keys and pastes. Those of one read come together.
    Inputs(Vec<Input>),
    Event(Event),
    /// A picture encoded for the terminal; the event that announces it follows.
    Picture(Drawn),
    /// The terminal's response to a query.
    Response(TerminalResponse),
    /// The terminal's time to respond is over.
    ResponseTimeout,
    /// A sequence for the terminal itself, such as OSC 52, which sets its clipboard.
    Passthrough(String),
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

/// What the terminal program needs to start.
pub struct Program {
    /// An image to look up right away.
    pub image: Option<String>,
    /// The API client, or why there is none.
    pub client: Result<Client, Failure>,
    /// The signing keys.
    pub keys: KeyRing,
    pub preferences: Preferences,
    pub desktop: Arc<dyn Desktop>,
    /// Names a Cloudflare that is not the real one: `demo`. Empty otherwise.
    pub label: String,
    /// Lookups that `↑` recalls from the start, newest last.
    pub earlier: Vec<String>,
    /// The lookups of earlier runs. Read after the first frame. `None` if they are not stored.
    pub history: Option<History>,
    /// The list of earlier runs. Read with the list. `None` if it is not stored.
    pub index: Option<Index>,
    pub theme: Theme,
    pub picture: PictureChoice,
    /// What the environment variables say about the terminal.
    pub env: TerminalEnv,
}

/// Runs the terminal program until it ends. The first frame is drawn before the terminal is read or queried, and before
/// any request. On return the terminal is restored.
pub async fn run(program: Program) -> io::Result<Ending> {
    let (sender, arrivals) = mpsc::unbounded_channel();
    let offline = program.client.as_ref().err().cloned();
    let effect_runner = EffectRunner::new(program.client.ok(), program.desktop, sender.clone())
        .with_history(program.history)
        .with_index(program.index)
        .with_keys(program.keys);
    // Before the terminal is taken over: a signal during that must restore it.
    signals::watch(&sender)?;
    let start =
        Start { offline, label: program.label, earlier: program.earlier, preferences: program.preferences };
    let guard = Guard::enter()?;
    let terminal = guard.terminal()?;
    let backlog = Backlog::default();
    let mut session =
        Session::new(terminal, guard, Model::new(start), program.theme, effect_runner, arrivals)
            .with_backlog(backlog.clone());
    session.start(program.image)?;
    keyboard::read(&sender, &backlog)?;
    session.start_detection(program.env, program.picture)?;
    let ending = session.run().await;
    drop(session);
    if let Ok(ending) = ending {
        signals::die_as_quit_does(ending);
    }
    ending
}

/// Runs the hidden subcommand that `argument`, the first one, names. `None` if it names none. `main` calls this first.
pub fn hidden_command(argument: &OsStr) -> Option<ExitCode> {
    #[cfg(unix)]
    if argument == watcher::COMMAND {
        return Some(watcher::main());
    }
    _ = argument;
    None
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::picture::PictureError;
    use crate::storage::index::IndexError;

    #[test]
    fn failure_messages() {
        let mut all = String::new();
        for failure in [effects::bug(), effects::no_count_failure(), pictures::broken()] {
            writeln!(all, "{failure}").unwrap();
        }
        // Their hints are messages of `PictureError`.
        for failure in [pictures::failure(&PictureError::Empty), probe::unknown_size(&PictureError::Empty)] {
            writeln!(all, "{}", failure.what).unwrap();
        }
        for error in [
            IndexError::Locked,
            IndexError::Overtaken,
            IndexError::SetAside { to: "index/a.damaged".into(), why: "its magic is wrong".to_owned() },
            IndexError::Full,
            IndexError::Io(io::ErrorKind::PermissionDenied.into()),
        ] {
            writeln!(all, "{}", index_worker::failure_text(&error).as_deref().unwrap_or("(none)")).unwrap();
        }
        insta::assert_snapshot!("failure_messages", all);
    }
}
