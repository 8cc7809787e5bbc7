//! Owns the clipboard of X11 or Wayland on behalf of cfimg, from a detached process of its own.
//!
//! That process is another copy of cfimg: it gets the text on its standard input, says [`OWNED`] when the display has
//! confirmed that the clipboard is ours, and ends by itself when another program (or the next copy) takes over.

use std::io::{self, Read as _, Write as _};
use std::process::{Child, ExitCode};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use arboard::{Clipboard, SetExtLinux as _};

use super::child::{self, Environment};
use super::{ClipboardBackend, CopyError};

/// The hidden subcommand, for `main`.
pub(super) const COMMAND: &str = "__hold-clipboard";

/// What the holder says once the clipboard is its own.
const OWNED: &str = "held";

/// After this long without the clipboard the holder gives up. Whoever started it has ended it long before,
/// unless they are gone themselves.
const PATIENCE: Duration = Duration::from_secs(5);

/// The holders that we started.
#[derive(Default)]
pub(super) struct Native {
    owners: Vec<Child>,
}

impl Native {
    /// Copies `text`; it is in the clipboard when this returns.
    pub(super) fn copy(&mut self, text: &str, environment: &Environment) -> Result<(), CopyError> {
        // Those that lost the clipboard since the last copy have ended, and wait to be asked about it.
        self.owners.retain_mut(|clipboard_owner| matches!(clipboard_owner.try_wait(), Ok(None)));
        let mut command = environment.ourselves(COMMAND);
        command.current_dir("/"); // Whatever the user wants to unmount next.
        let (mut clipboard_owner, answer) =
            child::tell(command, text, ClipboardBackend::Native, environment.patience)?;
        if answer == OWNED {
            self.owners.push(clipboard_owner);
            return Ok(());
        }
        // It said why, and has nothing left to do.
        drop(clipboard_owner.kill().and_then(|()| clipboard_owner.wait()));
        Err(CopyError::Refused(
            ClipboardBackend::Native,
            if answer.is_empty() { "it ended without a word".to_owned() } else { answer },
        ))
    }
}

/// What the holder does from its first to its last moment.
pub(super) fn main() -> ExitCode {
    // The terminal that cfimg runs in will close, and must neither wait for us nor take us along. Only a process that
    // leads a session already is refused, and needs no new one.
    let _ = rustix::process::setsid();
    match own_clipboard() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn own_clipboard() -> Result<(), Box<dyn std::error::Error>> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;

    let (owned, until_owned) = mpsc::channel();
    thread::spawn(move || {
        if until_owned.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            std::process::exit(1);
        }
    });

    // arboard would blame a time-out, whatever the cause.
    let mut clipboard = Clipboard::new().map_err(|_| "the display could not be reached")?;
    clipboard.set_text(text.as_str())?;
    // Setting is a request without an answer. Reading back is a round trip: it tells whether the display agreed.
    if clipboard.get_text()? != text {
        return Err("another program took the clipboard".into());
    }
    owned.send(())?;
    end_with_the_display()?;
    thread::scope(|scope| {
        // Only setting anew can wait for the loss of the clipboard. Saying so from beside it lets it go first: if it came
        // after the next copy's holder had taken over, the older text would win.
        scope.spawn(|| say(OWNED));
        clipboard.set().wait().text(text)
    })?;
    Ok(())
}

/// Ends this process when the display is gone. On X11 arboard tells that to its log alone, and leaves us waiting for
/// ever; so whatever it logs as an error makes us look.
fn end_with_the_display() -> Result<(), arboard::Error> {
    struct Alarm(Sender<()>);

    impl log::Log for Alarm {
        fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
            metadata.level() == log::Level::Error
        }

        fn log(&self, _: &log::Record<'_>) {
            let _ = self.0.send(());
        }

        fn flush(&self) {}
    }

    let mut clipboard = Clipboard::new()?;
    let (sender, alarms) = mpsc::channel();
    if log::set_logger(Box::leak(Box::new(Alarm(sender)))).is_ok() {
        log::set_max_level(log::LevelFilter::Error);
    }
    thread::spawn(move || {
        for () in alarms {
            if clipboard.get_text().is_err() {
                std::process::exit(0);
            }
        }
    });
    Ok(())
}

/// Says one line to whoever started us. They may be gone already, which changes nothing.
#[expect(clippy::disallowed_methods, reason = "this process has no other output, and no terminal")]
fn say(line: &str) {
    let line = line.replace('\n', " ");
    drop(io::stdout().write_all(format!("{line}\n").as_bytes()));
    drop(io::stdout().flush());
}
