//! Runs the terminal program: the event loop, the terminal, signals, and the effects of the model. All decisions are
//! made in [`app`](crate::app).
//!
//! Everything arrives through one channel: keys from the threads that read the terminal, results from tasks and from
//! the desktop, signals. The loop sleeps on that channel. It sets a timer only while something on the screen moves.

pub mod effects;
pub mod log;
pub mod output;
pub mod session;

mod arrival;
mod clock;
mod delivery_effects;
mod failures;
mod freed;
mod history_worker;
mod index_worker;
mod pictures;
mod probe;
mod request_limiter;
mod saver;
#[cfg(unix)]
mod signals;

use std::io;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::app::{Model, Start};
use crate::cloudflare::{Client, KeyRing};
use crate::desktop::Desktop;
use crate::domain::{Failure, PictureChoice, Preferences};
use crate::sandbox::Sandbox;
use crate::storage::{History, Index, remove_unfinished};
use crate::terminal::{Backlog, Guard, TerminalEnv, read_input};
use crate::ui::Theme;
pub use arrival::{Arrival, Ending};
use effects::EffectRunner;
use session::Session;
#[cfg(unix)]
pub use signals::survive_file_size_limit;

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
    let client = program.client.ok();
    let effect_runner =
        EffectRunner::new(client, program.keys, program.desktop, Sandbox::new(), sender.clone())
            .with_stores(program.history, program.index);
    // Before the terminal is taken over: a signal during that must restore it.
    #[cfg(unix)]
    signals::watch(&sender)?;
    let start =
        Start { offline, label: program.label, earlier: program.earlier, preferences: program.preferences };
    let guard = Guard::enter()?;
    let terminal = guard.terminal()?;
    let backlog = Backlog::default();
    let mut session = Session::new(
        terminal,
        guard,
        Model::new(start),
        program.theme,
        effect_runner,
        arrivals,
        backlog.clone(),
    );
    session.start(program.image)?;
    read_input(move |event| sender.send(event.into()).is_ok(), &backlog)?;
    session.start_detection(program.env, program.picture)?;
    let ending = session.run().await;
    drop(session);
    // Tasks that are still saving are not run to their end.
    remove_unfinished();
    #[cfg(unix)]
    if let Ok(ending) = ending {
        signals::die_as_quit_does(ending);
    }
    ending
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
        for failure in [
            failures::bug(),
            failures::no_count_failure(),
            failures::broken_picture(),
            failures::no_thread_for_picture("out of memory"),
        ] {
            writeln!(all, "{failure}").unwrap();
        }
        // Their hints are messages of `PictureError`.
        for failure in
            [failures::picture_failure(&PictureError::Empty), probe::unknown_size(&PictureError::Empty)]
        {
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
