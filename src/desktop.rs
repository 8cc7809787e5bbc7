//! The desktop: what was copied reaches the clipboard, and a URL reaches the browser.
//!
//! [`Desktop`] is all that the rest of the program sees; [`SystemDesktop`] is the real pair of them. Neither copying nor
//! opening ever blocks the caller: both answer later, from a thread of their own, and no thread exists before the first
//! use. Those are plain threads, so that a display that never answers cannot hold the program's exit.
//!
//! **Copying.** On X11 and Wayland the clipboard's content lives in the program that copied it, and is gone when that
//! program ends. So cfimg never owns it: each native copy starts a detached copy of ourselves that gets the
//! text on its standard input, says when it owns the clipboard, and stays until something else is copied. One mechanism
//! serves the program and `cfimg copy` alike, quitting has nothing to hand over, and a display that accepts
//! a connection and then never answers hangs a child that we can end, not a thread that we cannot.
//! macOS and Windows keep the content themselves. Without a display, over SSH and in tmux the text goes to the terminal.
//!
//! **Opening.** Launchers are started without a shell, detached from our terminal so that none can scribble on it, and
//! watched for a moment so that a failure is told instead of a success.
//!
//! The room prints nothing: an OSC 52 sequence is returned, for the caller to write through the terminal's own writer.

mod backend;
mod browser;
mod child;
mod clipboard;
#[cfg(all(unix, not(target_os = "macos")))]
mod clipboard_owner;
mod error;
#[cfg(not(all(unix, not(target_os = "macos"))))]
mod native;
mod osc52;
mod tmux;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

pub use backend::ClipboardBackend;
use child::Environment;
pub use error::{CopyError, OpenError};

/// Called once with the answer, on a thread of the desktop's.
pub type Reply<T, E> = Box<dyn FnOnce(Result<T, E>) + Send>;

/// What the program asks of the desktop; tests put a recording pair in its place.
pub trait Desktop: Send + Sync {
    /// Copies `text` and replies with what was really done. Returns at once; copies happen in the order asked for.
    fn copy(&self, text: Arc<str>, reply: Reply<Copied, CopyError>);

    /// Opens `url` in the browser and replies when the launcher has taken or refused it. Returns at once. Only `http:`
    /// and `https:` URLs are opened.
    fn open(&self, url: String, reply: Reply<(), OpenError>);

    /// Waits for the copies under way, at most about a second: called once before the program ends, so that `y` followed at
    /// once by `q` copies.
    fn settle(&self) {}
}

/// What a copy really did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The way that was taken in the end.
    pub backend: ClipboardBackend,
    /// With [`ClipboardBackend::Osc52`], the sequence that the caller must now write to the terminal. The terminal never answers
    /// it, so all that can be said then is that the text was sent.
    pub osc52: Option<String>,
    /// Why a better way was not taken, where one was tried first.
    pub instead_of: Option<CopyError>,
}

/// The desktop of this machine.
pub struct SystemDesktop {
    environment: Arc<Environment>,
    backends: Vec<ClipboardBackend>,
    /// To the thread that copies, once there is one.
    copier: Mutex<Option<Sender<CopyJob>>>,
    under_way: Arc<UnderWay>,
}

/// A text to copy, and whom to tell.
struct CopyJob {
    text: Arc<str>,
    reply: Reply<Copied, CopyError>,
}

/// How many copies were asked for and not yet answered.
#[derive(Default)]
struct UnderWay {
    count: Mutex<usize>,
    fewer: Condvar,
}

impl SystemDesktop {
    /// The desktop that `variables`, the whole environment, tells of. Decides how to copy and starts nothing. What it starts
    /// later gets these variables, without Cloudflare's credentials.
    pub fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let environment = Environment::new(variables);
        let backends = ClipboardBackend::all(&|name| environment.variable(name));
        Self {
            environment: Arc::new(environment),
            backends,
            copier: Mutex::default(),
            under_way: Arc::default(),
        }
    }

    /// Names the program that answers [`hidden_command`], for callers that are not cfimg itself.
    #[must_use]
    pub fn with_program(mut self, program: PathBuf) -> Self {
        Arc::make_mut(&mut self.environment).program = Some(program);
        self
    }

    /// How long a clipboard may take to answer before the next way is tried; half a second if never called.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        Arc::make_mut(&mut self.environment).patience = patience;
        self
    }

    /// The way to the copying thread, which is started by the first copy.
    fn copier(&self) -> Result<Sender<CopyJob>, CopyError> {
        let mut copier = self.copier.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = &*copier {
            return Ok(sender.clone());
        }
        let (jobs, waiting) = mpsc::channel::<CopyJob>();
        let (environment, backends) = (Arc::clone(&self.environment), self.backends.clone());
        let under_way = Arc::clone(&self.under_way);
        thread::Builder::new()
            .name("clipboard".to_owned())
            .spawn(move || {
                let mut native = clipboard::Native::default();
                for CopyJob { text, reply } in waiting {
                    reply(clipboard::copy(&text, &backends, &mut native, &environment));
                    under_way.finish();
                }
            })
            .map_err(|error| CopyError::NoThread(error.to_string()))?;
        Ok(copier.insert(jobs).clone())
    }
}

impl Desktop for SystemDesktop {
    fn copy(&self, text: Arc<str>, reply: Reply<Copied, CopyError>) {
        match self.copier() {
            Ok(copier) => {
                self.under_way.start();
                if let Err(mpsc::SendError(job)) = copier.send(CopyJob { text, reply }) {
                    self.under_way.finish();
                    (job.reply)(Err(CopyError::NoThread("it has ended".to_owned())));
                }
            }
            Err(error) => reply(Err(error)),
        }
    }

    fn open(&self, url: String, reply: Reply<(), OpenError>) {
        // A launcher is watched for more than a second, and the next must not wait for it: each gets a thread. The
        // reply follows through a channel, so that it is still here when there is no thread to be had.
        let (sender, receiver) = mpsc::channel::<Reply<(), OpenError>>();
        let environment = Arc::clone(&self.environment);
        let thread = thread::Builder::new().name("browser".to_owned()).spawn(move || {
            let outcome = browser::open(&url, &environment);
            if let Ok(reply) = receiver.recv() {
                reply(outcome);
            }
        });
        match thread {
            // The thread waits for this, so there is nobody to miss it.
            Ok(_) => drop(sender.send(reply)),
            Err(error) => reply(Err(OpenError::NoThread(error.to_string()))),
        }
    }

    fn settle(&self) {
        // As long as every way may take, and a little for starting the programs.
        let backends = u32::try_from(self.backends.len()).unwrap_or(1);
        self.under_way.wait(self.environment.patience * backends);
    }
}

impl UnderWay {
    fn start(&self) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    }

    fn finish(&self) {
        *self.count.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.fewer.notify_all();
    }

    fn wait(&self, at_most: Duration) {
        let count = self.count.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.fewer.wait_timeout_while(count, at_most, |count| *count > 0));
    }
}

/// Does what a copy of ourselves was started for, when `arguments` (without the program's name) say that we are such a
/// copy; `None` when we are the program. `main` asks this before anything else.
pub fn hidden_command(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter();
    match arguments.next()?.to_str()? {
        #[cfg(all(unix, not(target_os = "macos")))]
        clipboard_owner::COMMAND => Some(clipboard_owner::main()),
        #[cfg(unix)]
        child::DETACHED => Some(child::exec_detached(arguments)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desktop(variables: &[(&str, &str)]) -> SystemDesktop {
        SystemDesktop::new(variables.iter().map(|(name, value)| (name.into(), value.into())))
    }

    #[test]
    fn without_a_display_the_caller_gets_the_sequence() {
        let desktop = desktop(&[]);
        let (sender, answers) = mpsc::channel();
        for text in ["one", "two"] {
            let sender = sender.clone();
            desktop.copy(text.into(), Box::new(move |answer| sender.send(answer).unwrap()));
        }
        let sequences: Vec<_> = answers.iter().take(2).map(|answer| answer.unwrap().osc52.unwrap()).collect();
        assert_eq!(sequences, ["\x1b]52;c;b25l\x1b\\", "\x1b]52;c;dHdv\x1b\\"], "in the order asked for");
    }

    #[test]
    fn screen_gets_its_wrapper_and_long_texts_are_refused() {
        let desktop = desktop(&[("STY", "12.pts-0.host"), ("TERM", "screen")]);
        let (sender, answers) = mpsc::channel();
        for text in ["one".into(), "x".repeat(100_000).into()] {
            let sender = sender.clone();
            desktop.copy(text, Box::new(move |answer| sender.send(answer).unwrap()));
        }
        let answer = answers.recv().unwrap().unwrap();
        assert_eq!(
            (answer.backend, &*answer.osc52.unwrap()),
            (ClipboardBackend::Osc52, "\x1bP\x1b]52;c;b25l\x07\x1b\\")
        );
        assert_eq!(answers.recv().unwrap(), Err(CopyError::TooLong(100_000)));
    }

    #[test]
    fn settling_waits_for_the_copies_under_way() {
        let desktop = desktop(&[]).with_patience(Duration::from_secs(60));
        let (go, wait) = mpsc::channel::<()>();
        let (sender, answers) = mpsc::channel();
        desktop.copy(
            "text".into(),
            Box::new(move |answer| {
                wait.recv().unwrap();
                sender.send(answer).unwrap();
            }),
        );
        thread::scope(|scope| {
            scope.spawn(|| go.send(()).unwrap());
            desktop.settle();
        });
        assert!(answers.try_recv().is_ok(), "the answer was there when settling ended");
    }

    #[test]
    fn nothing_runs_before_the_first_use() {
        let desktop = desktop(&[("DISPLAY", ":0")]);
        assert!(desktop.copier.lock().unwrap().is_none());
        desktop.settle();
    }

    #[test]
    fn only_hidden_names_are_hidden_commands() {
        for arguments in [&[][..], &["show"], &["--help"], &["107b9558", "__hold-clipboard"]] {
            assert!(hidden_command(arguments.iter().map(OsString::from)).is_none(), "{arguments:?}");
        }
    }
}
