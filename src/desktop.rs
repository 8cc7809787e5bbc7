//! The desktop: copies text to the clipboard, opens URLs in the browser, and files in the editor.
//!
//! [`Desktop`] is what the rest of the program uses; [`SystemDesktop`] is the real one. Neither copying nor
//! opening blocks the caller: both reply later, from their own threads, which start with the first use. They
//! are plain threads, so a display that never answers cannot delay the program's exit.
//!
//! **Copying.** On X11 and Wayland the clipboard's content lives in the program that copied it, and is gone
//! when that program exits. So cfimg never owns it: each native copy starts another, detached cfimg process,
//! which gets the text on its standard input, reports when it owns the clipboard, and stays until something
//! else is copied. This works the same for the program and for `cfimg copy`, nothing needs to be handed over
//! on exit, and if a display accepts a connection and then never answers, it blocks a child that we can kill,
//! not a thread that we cannot. macOS and Windows keep the content themselves. Without a display, over SSH
//! and in tmux the text goes to the terminal.
//!
//! **Running.** Commands of the user get our environment without Cloudflare's credentials. Those in the background are
//! detached too, and run on when the program exits.
//!
//! **Opening.** Launchers are started without a shell and detached from our terminal, so that they cannot
//! write to it. They are watched for a moment, so that a failure is not reported as success.
//!
//! This module prints nothing: an OSC 52 sequence is returned, for the caller to write.

mod backend;
mod browser;
mod child;
mod clipboard;
#[cfg(all(unix, not(target_os = "macos")))]
mod clipboard_owner;
mod command;
mod display;
mod editor;
mod error;
#[cfg(not(all(unix, not(target_os = "macos"))))]
mod native;
mod osc52;
mod tmux;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::CommandLine;
use crate::worker::{NotQueued, Worker};
pub use backend::ClipboardBackend;
use child::Environment;
pub use clipboard::Copied;
pub use command::CommandError;
pub use display::Display;
pub use editor::edit_file;
pub use error::{CopyError, OpenError};

/// Called once with the result, on one of the desktop's threads.
pub type Reply<T, E> = Box<dyn FnOnce(Result<T, E>) + Send>;

/// The clipboard and the browser. Tests replace them with a recording desktop.
pub trait Desktop: Send + Sync {
    /// Copies `text` and replies with what was done. Returns at once. Copies happen in the order of the
    /// calls.
    fn copy(&self, text: Arc<str>, reply: Reply<Copied, CopyError>);

    /// Opens `url` in the browser and replies when the launcher has succeeded or failed. Returns at once.
    /// Only `http:` and `https:` URLs are opened.
    fn open(&self, url: String, reply: Reply<(), OpenError>);

    /// A command of the user, for the terminal.
    fn command(&self, line: &CommandLine) -> Command {
        command::command(&Environment::new([]), line)
    }

    /// Runs a command of the user without the terminal, and replies when it has ended. Returns at once. The temporary
    /// folder is removed after its end. It runs on when the program exits.
    fn run_in_background(
        &self,
        _line: CommandLine,
        _folder: Option<PathBuf>,
        reply: Reply<(), CommandError>,
    ) {
        reply(Err(CommandError::NotStarted("not possible here".to_owned())));
    }

    /// Waits for unfinished copies, as long as one may take: half a second per backend. Called before the
    /// program exits, so that `y` followed quickly by `q` still copies.
    fn settle(&self) {}
}

/// The desktop of this machine.
pub struct SystemDesktop {
    environment: Arc<Environment>,
    backends: Vec<ClipboardBackend>,
    clipboard: Worker<CopyRequest>,
}

/// A text to copy, and where to send the result.
struct CopyRequest {
    text: Arc<str>,
    reply: Reply<Copied, CopyError>,
    environment: Arc<Environment>,
}

impl SystemDesktop {
    /// The desktop described by `variables`, the whole environment. Chooses the backends and starts nothing.
    /// Child processes get these variables, without Cloudflare's credentials.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let environment = Environment::new(variables);
        let backends = ClipboardBackend::all(&|name| environment.variable(name));
        let of_thread = backends.clone();
        let mut native = clipboard::Native::default();
        let clipboard = Worker::for_each("clipboard", move |CopyRequest { text, reply, environment }| {
            reply(clipboard::copy(&text, &of_thread, &mut native, &environment));
        });
        Self { environment: Arc::new(environment), backends, clipboard }
    }

    /// How a text would be copied.
    pub fn clipboard(&self) -> ClipboardBackend {
        self.backends.first().copied().unwrap_or(ClipboardBackend::Osc52)
    }

    /// The display that the environment names. Connects to it, and sends nothing.
    pub fn display(&self) -> Display {
        display::display(&self.environment)
    }

    /// The program that would open a URL, or why none would. Starts nothing.
    pub fn browser(&self) -> Result<String, OpenError> {
        browser::launcher(&self.environment)
    }

    /// Sets the program that handles [`hidden_command`], for callers that are not cfimg itself.
    #[must_use]
    pub fn with_program(mut self, program: PathBuf) -> Self {
        Arc::make_mut(&mut self.environment).program = Some(program);
        self
    }

    /// How long a clipboard may take to answer before the next backend is tried. The default is half a
    /// second.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        Arc::make_mut(&mut self.environment).patience = patience;
        self
    }
}

impl Desktop for SystemDesktop {
    fn copy(&self, text: Arc<str>, reply: Reply<Copied, CopyError>) {
        let request = CopyRequest { text, reply, environment: self.environment.clone() };
        if let Err(NotQueued { command: request, why }) = self.clipboard.send_awaited(request) {
            (request.reply)(Err(CopyError::NoThread(why)));
        }
    }

    fn open(&self, url: String, reply: Reply<(), OpenError>) {
        // A launcher is watched for more than a second, and the next one must not wait: each gets a thread.
        let environment = Arc::clone(&self.environment);
        let browser = Worker::for_each("browser", move |reply: Reply<(), OpenError>| {
            reply(browser::open(&url, &environment));
        });
        if let Err(NotQueued { command: reply, why }) = browser.send(reply) {
            reply(Err(OpenError::NoThread(why)));
        }
    }

    fn command(&self, line: &CommandLine) -> Command {
        command::command(&self.environment, line)
    }

    fn run_in_background(&self, line: CommandLine, folder: Option<PathBuf>, reply: Reply<(), CommandError>) {
        let environment = Arc::clone(&self.environment);
        let worker = Worker::for_each("command", move |reply: Reply<(), CommandError>| {
            reply(command::run_in_background(&environment, &line, folder.clone()));
        });
        if let Err(NotQueued { command: reply, why }) = worker.send(reply) {
            reply(Err(CommandError::NotStarted(why)));
        }
    }

    fn settle(&self) {
        // The time that all backends together may take.
        let backends = u32::try_from(self.backends.len()).unwrap_or(1);
        self.clipboard.settle(self.environment.patience * backends);
    }
}

/// Handles the hidden subcommands for which cfimg starts itself. `arguments` come without the program's name.
/// `None` if they are not a hidden subcommand. `main` calls this first.
pub fn hidden_command(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter();
    match arguments.next()?.to_str()? {
        #[cfg(all(unix, not(target_os = "macos")))]
        clipboard_owner::COMMAND => Some(clipboard_owner::main()),
        #[cfg(unix)]
        child::DETACHED => Some(child::exec_detached(arguments)),
        command::COMMAND => Some(command::main(arguments)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    fn desktop(variables: &[(&str, &str)]) -> SystemDesktop {
        SystemDesktop::new(variables.iter().map(|(name, value)| (name.into(), value.into())))
    }

    #[test]
    fn copy_without_display_returns_osc52_sequence() {
        let desktop = desktop(&[]);
        let (sender, results) = mpsc::channel();
        for text in ["one", "two"] {
            let sender = sender.clone();
            desktop.copy(text.into(), Box::new(move |result| sender.send(result).unwrap()));
        }
        let sequences: Vec<_> = results.iter().take(2).map(|result| result.unwrap().osc52.unwrap()).collect();
        assert_eq!(sequences, ["\x1b]52;c;b25l\x1b\\", "\x1b]52;c;dHdv\x1b\\"], "in the order of the calls");
    }

    #[test]
    fn screen_wrapper_is_used_and_long_text_refused() {
        let desktop = desktop(&[("STY", "12.pts-0.host"), ("TERM", "screen")]);
        let (sender, results) = mpsc::channel();
        for text in ["one".into(), "x".repeat(100_000).into()] {
            let sender = sender.clone();
            desktop.copy(text, Box::new(move |result| sender.send(result).unwrap()));
        }
        let result = results.recv().unwrap().unwrap();
        assert_eq!(
            (result.backend, &*result.osc52.unwrap()),
            (ClipboardBackend::Osc52, "\x1bP\x1b]52;c;b25l\x07\x1b\\")
        );
        assert_eq!(results.recv().unwrap(), Err(CopyError::TooLong(100_000)));
    }

    #[test]
    fn settle_waits_for_pending_copies() {
        let desktop = desktop(&[]).with_patience(Duration::from_secs(60));
        let (release, blocked) = mpsc::channel::<()>();
        let (sender, results) = mpsc::channel();
        desktop.copy(
            "text".into(),
            Box::new(move |result| {
                blocked.recv().unwrap();
                sender.send(result).unwrap();
            }),
        );
        thread::scope(|scope| {
            scope.spawn(|| release.send(()).unwrap());
            desktop.settle();
        });
        assert!(results.try_recv().is_ok(), "the result had arrived when `settle` returned");
    }

    #[test]
    fn other_arguments_are_not_hidden_commands() {
        for arguments in [&[][..], &["show"], &["--help"], &["107b9558", "__hold-clipboard"]] {
            assert!(hidden_command(arguments.iter().map(OsString::from)).is_none(), "{arguments:?}");
        }
    }
}
