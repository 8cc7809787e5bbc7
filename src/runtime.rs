//! The program's hands: the loop, the terminal, signals, and the effects that the model asks for. It decides nothing.
//!
//! Everything arrives through one channel: keys from a thread that reads the terminal, answers from tasks and from the
//! desktop, signals. The loop sleeps on that channel, and on a timer only while something on the screen moves.

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
pub use tmux::ask_tmux;

/// What reaches the loop.
#[derive(Debug)]
pub enum Arrival {
    /// Keys and pastes, those that were read at once together.
    Inputs(Vec<Input>),
    /// Something has happened.
    Event(Event),
    /// A picture in the terminal's own words; the event that tells of it follows.
    Picture(Drawn),
    /// The terminal has answered a question.
    Answer(TerminalResponse),
    /// The terminal has had its time to answer.
    NoMoreAnswers,
    /// A sequence for the terminal itself: what was copied goes to its clipboard.
    Passthrough(String),
    /// The program is asked from outside to stop, as Ctrl-Z asks it.
    Stop,
    /// The program was stopped from outside and goes on: the terminal may have been used by others.
    Continued,
    /// The program is to end: a signal, or the terminal is gone.
    End(Ending),
}

/// Why the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// A person has quit.
    Quit,
    /// A signal, by its number.
    Signal(u8),
    /// The terminal was closed.
    HangUp,
}

impl Ending {
    /// The exit code: as shells give it, 128 and the signal's number.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(number) => 128 + number,
            Self::HangUp => 129,
        }
    }
}

/// What the terminal program is started with.
pub struct Program {
    /// An image to look up at once.
    pub image: Option<String>,
    /// The API, or why it cannot be asked.
    pub client: Result<Client, Failure>,
    /// What signs.
    pub keys: KeyRing,
    /// How the person wants things done.
    pub preferences: Preferences,
    /// The clipboard and the browser.
    pub desktop: Arc<dyn Desktop>,
    /// Which Cloudflare this is, where it is not the real one: `demo`.
    pub label: String,
    /// Lookups that `↑` recalls from the start, the newest last.
    pub earlier: Vec<String>,
    /// The lookups of earlier runs, where they are kept; read after the first frame.
    pub history: Option<History>,
    /// What earlier runs have listed, where it is kept; read with the list.
    pub index: Option<Index>,
    /// How things look.
    pub theme: Theme,
    /// How pictures are drawn.
    pub picture: PictureChoice,
    /// What the environment tells of the terminal.
    pub env: TerminalEnv,
}

/// Runs the terminal program until it ends. The first frame is drawn before the terminal is read or asked, and before
/// anything is sent. On return the terminal is as it was.
pub async fn run(program: Program) -> io::Result<Ending> {
    let (sender, arrivals) = mpsc::unbounded_channel();
    let offline = program.client.as_ref().err().cloned();
    let effect_runner = EffectRunner::new(program.client.ok(), program.desktop, sender.clone())
        .with_history(program.history)
        .with_index(program.index)
        .with_keys(program.keys);
    // A signal that comes while the terminal is being taken must find somebody who gives it back.
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

/// Does what a copy of ourselves was started for, if `argument`, the first, says so. `main` calls this before anything else.
pub fn hidden_command(argument: &OsStr) -> Option<ExitCode> {
    #[cfg(unix)]
    if argument == watcher::COMMAND {
        return Some(watcher::main());
    }
    _ = argument;
    None
}
