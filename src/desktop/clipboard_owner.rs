//! Owns the clipboard of X11 or Wayland on behalf of cfimg, in a detached process.
//!
//! The process is another cfimg. It gets the text on its standard input, prints [`OWNED`] when the display
//! has confirmed that the clipboard is ours, and exits when another program (or the next copy) takes over.

use std::io::{self, Read as _, Write as _};
use std::process::{Child, ExitCode};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use arboard::{Clipboard, SetExtLinux as _};

use super::child::{self, Environment};
use super::{ClipboardBackend, CopyError};

/// The hidden subcommand.
pub(super) const COMMAND: &str = "__hold-clipboard";

/// What the process prints once it owns the clipboard.
const OWNED: &str = "held";

/// The process gives up if it does not own the clipboard after this long. Its parent has killed it long
/// before, unless the parent is gone.
const PATIENCE: Duration = Duration::from_secs(5);

/// The owner processes that we started.
#[derive(Default)]
pub(super) struct Native {
    owners: Vec<Child>,
}

impl Native {
    /// Copies `text`; it is in the clipboard when this returns.
    pub(super) fn copy(&mut self, text: &str, environment: &Environment) -> Result<(), CopyError> {
        // Owners that lost the clipboard since the last copy have exited, and must be waited for.
        self.owners.retain_mut(|owner| matches!(owner.try_wait(), Ok(None)));
        let mut command = environment.own_command(COMMAND);
        command.current_dir("/"); // The user may want to unmount the current folder.
        let (mut owner, response) =
            child::run_with_input(command, text, ClipboardBackend::Native, environment.patience)?;
        if response == OWNED {
            self.owners.push(owner);
            return Ok(());
        }
        // It has printed the cause, and has nothing left to do.
        drop(owner.kill().and_then(|()| owner.wait()));
        let cause =
            if response.is_empty() { "it exited without an error message".to_owned() } else { response };
        Err(CopyError::Refused(ClipboardBackend::Native, cause))
    }
}

/// The main function of the owner process.
pub(super) fn main() -> ExitCode {
    // The terminal that cfimg runs in will close, and must neither wait for this process nor kill it.
    // `setsid` fails only for a process that already leads a session, which needs no new one.
    let _ = rustix::process::setsid();
    match own_clipboard() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_line(&error.to_string());
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

    // arboard reports a time-out, whatever the cause.
    let mut clipboard = Clipboard::new().map_err(|_| "couldn't connect to the display")?;
    clipboard.set_text(text.as_str())?;
    // Setting has no response. Reading back is a round trip, which shows whether the display accepted it.
    if clipboard.get_text()? != text {
        return Err("another program took over the clipboard".into());
    }
    owned.send(())?;
    end_with_the_display()?;
    thread::scope(|scope| {
        // Waiting for the loss of the clipboard requires setting the text again. The line is printed before
        // that, from another thread: if the second `set` came after the next copy's process had taken over,
        // the older text would win.
        scope.spawn(|| print_line(OWNED));
        clipboard.set().wait().text(text)
    })?;
    Ok(())
}

/// Exits when the display is gone. On X11 arboard only logs that and would wait forever, so any error in its
/// log triggers a check.
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

/// Prints one line for the parent. If the parent is gone, nothing changes.
#[expect(clippy::disallowed_methods, reason = "this process has no other output, and no terminal")]
fn print_line(line: &str) {
    let line = line.replace('\n', " ");
    drop(io::stdout().write_all(format!("{line}\n").as_bytes()));
    drop(io::stdout().flush());
}
