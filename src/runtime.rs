//! Runs the terminal program: the event loop, the terminal, signals, and the effects of the model. All decisions are
//! made in [`app`](crate::app).
//!
//! Everything arrives through one channel: keys from the threads that read the terminal, results from tasks and from
//! the desktop, signals. The loop sleeps on that channel. It sets a timer only while something on the screen moves.

pub mod account;
pub mod effects;
pub mod log;
pub mod output;
pub mod session;

mod arrival;
mod clock;
mod custom_commands;
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

use futures_util::future::LocalBoxFuture;
use tokio::sync::mpsc;

use crate::app::{Keymap, Model, ProfileName, Profiles, Start};
use crate::cloudflare::{Client, KeyRing};
use crate::demo::Server;
use crate::desktop::Desktop;
use crate::domain::child_process::RunInTerminal;
use crate::domain::{Failure, PictureChoice, Preferences};
use crate::sandbox::Sandbox;
use crate::storage::{History, Index, ThumbnailCache, remove_unfinished};
use crate::terminal::{Backlog, Guard, InputPause, TerminalEnv, read_input};
use crate::ui::Theme;
use account::{Account, StartAccount};
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
    pub keymap: Keymap,
    pub desktop: Arc<dyn Desktop>,
    /// Names a Cloudflare that is not the real one: `demo`. Empty otherwise.
    pub label: String,
    /// Lookups that `↑` recalls from the start, newest last.
    pub earlier: Vec<String>,
    /// The lookups of earlier runs. Read after the first frame. `None` if they are not stored.
    pub history: Option<History>,
    /// The list of earlier runs. Read with the list. `None` if it is not stored.
    pub index: Option<Index>,
    /// The thumbnails of earlier runs. `None` if they are not stored.
    pub thumbnails: Option<ThumbnailCache>,
    pub theme: Theme,
    pub picture: PictureChoice,
    /// What the environment variables say about the terminal.
    pub env: TerminalEnv,
    /// A warning to start with.
    pub warning: Option<String>,
    /// Whether no credentials are set. Then the screen says what to do, and offers the demo.
    pub needs_credentials: bool,
    pub profiles: Profiles,
    /// Makes the program of another profile, which takes this one's place. `None` if there is no other.
    pub switch: Option<SwitchProgram>,
    /// The embedded Cloudflare, if the client is for it. Runs as long as the program.
    pub server: Option<Server>,
}

/// Makes the program of a profile, whose `token_command` gets the terminal if it is lent. What concerns the terminal stays
/// as it is.
pub type SwitchProgram =
    Box<dyn Fn(ProfileName, Option<RunInTerminal>) -> LocalBoxFuture<'static, Result<Program, Failure>>>;

/// Runs the terminal program until it ends. The first frame is drawn before the terminal is read or queried, and before
/// any request. On return the terminal is restored.
pub async fn run(mut program: Program) -> io::Result<Ending> {
    let (sender, arrivals) = mpsc::unbounded_channel();
    let switch = program.switch.take();
    let (theme, picture, env) = (program.theme, program.picture, std::mem::take(&mut program.env));
    let mut account = prepare(program);
    let image = account.image.take();
    // Before the terminal is taken over: a signal during that must restore it.
    #[cfg(unix)]
    signals::watch(&sender)?;
    let input = InputPause::new()?;
    let guard = Guard::enter()?.with_input(input.clone());
    let terminal = guard.terminal()?;
    let backlog = Backlog::default();
    let mut session = Session::new(terminal, guard, theme, account, arrivals, backlog.clone());
    if let Some(switch) = switch {
        session = session.with_accounts(account_starter(switch));
    }
    session.start(image)?;
    read_input(move |event| sender.send(event.into()).is_ok(), &backlog, &input)?;
    session.start_detection(env, picture)?;
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

/// What the event loop needs of a program.
fn prepare(program: Program) -> Account {
    let Program { image, client, keys, desktop, preferences, keymap, label, earlier, server, .. } = program;
    let (sender, results) = mpsc::unbounded_channel();
    let offline = client.as_ref().err().cloned();
    let effect_runner = EffectRunner::new(client.ok(), keys, desktop, Sandbox::new(), sender)
        .with_stores(program.history, program.index)
        .with_thumbnail_cache(program.thumbnails);
    let mut model = Model::new(Start { offline, label, earlier, preferences, keymap });
    model.needs_credentials = program.needs_credentials;
    model.profiles = program.profiles;
    if let Some(warning) = program.warning {
        model.warn(warning);
    }
    Account { model, effect_runner, results, image, server }
}

fn account_starter(switch: SwitchProgram) -> StartAccount {
    Box::new(move |name, terminal| {
        let program = switch(name, terminal);
        Box::pin(async move { program.await.map(prepare) })
    })
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
        // The hint is a message of `PictureError`.
        writeln!(all, "{}", probe::unknown_size(&PictureError::Empty).what).unwrap();
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
