//! Takes over the terminal, and restores it exactly once, however the program ends.

use std::io::{self, BufWriter, Stdout, Write};
#[cfg(unix)]
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, WindowSize, disable_raw_mode,
    enable_raw_mode, window_size,
};
use crossterm::{cursor, execute};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::environment::Window;
#[cfg(unix)]
use super::foreground::Foreground;
use super::input_pause::InputPause;
#[cfg(unix)]
use super::keyboard;
use super::keyboard::KeyReports;
#[cfg(unix)]
use super::mouse::{MOUSE_OFF, MOUSE_ON};
#[cfg(unix)]
use super::watcher::{Modes, Watcher};
use crate::domain::child_process::RunInTerminal;

/// The buffer for a whole frame. Standard output has a small line buffer, through which a frame costs hundreds of system
/// calls.
const FRAME_BYTES: usize = 64 * 1024;

/// What the event loop needs of the terminal besides drawing.
pub trait Tty {
    /// Gives the terminal to the shell, stops the program, and takes the terminal over again when the shell continues it.
    fn suspend(&mut self) -> io::Result<()>;
    /// Gives the terminal to a command, until [`Self::reclaim`]. Returns what runs it.
    fn lend(&mut self) -> io::Result<RunInTerminal>;
    /// Takes over the terminal again after a command.
    fn reclaim(&mut self) -> io::Result<()>;
    /// Takes over the terminal again after others may have used it.
    fn resume(&mut self) -> io::Result<()>;
    /// Writes a sequence for the terminal itself.
    fn passthrough(&mut self, sequence: &str) -> io::Result<()>;
    /// The window's size. `None` if the system does not know it.
    fn window(&self) -> Option<Window>;
    /// Whether the terminal was closed, which may explain an error.
    fn is_gone(&self) -> bool;
    /// Asks the terminal for clicks and the wheel, or leaves the mouse to it. Windows reports them in another way, which
    /// is not used.
    fn capture_mouse(&mut self, _on: bool) -> io::Result<()> {
        Ok(())
    }
    /// Asks the terminal to report keys like this. Call only if it knows kitty's keyboard protocol.
    fn report_keys(&mut self, _reports: KeyReports) -> io::Result<()> {
        Ok(())
    }
    /// Starts the watcher, which restores the terminal even if the program is killed or aborts.
    fn watch_over(&mut self) {}
    /// Ends the program soon with this exit code, even if the terminal blocks.
    fn end_soon(&self, _code: u8) {}
}

/// Owns the terminal; restores it on drop.
#[derive(Debug, Default)]
pub struct Guard {
    taken: bool,
    /// Whether the terminal reports the mouse while it is taken.
    #[cfg(unix)]
    mouse: bool,
    /// What the terminal reports of keys while it is taken. `None` if it was not asked to.
    #[cfg(unix)]
    keys: Option<KeyReports>,
    /// The terminal's modes before it was taken.
    #[cfg(unix)]
    before: Option<Modes>,
    #[cfg(unix)]
    watcher: Option<Watcher>,
    /// Stops the thread that reads the terminal, once there is one.
    input: Option<InputPause>,
    /// The command that has the terminal.
    #[cfg(unix)]
    foreground: Foreground,
}

/// How long a terminal that blocks writes may delay the end.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long the event loop may take to handle Ctrl-C. It may be waiting for a clipboard.
#[cfg(unix)]
const INTERRUPT_PATIENCE: Duration = Duration::from_secs(3);

/// Whether we have taken over the terminal.
static TAKEN: AtomicBool = AtomicBool::new(false);

impl Guard {
    /// Takes over the terminal: raw mode, alternate screen, bracketed paste.
    pub fn enter() -> io::Result<Self> {
        // crossterm obeys NO_COLOR, and does not know `--color always`. It writes a reset in place of a colour, which
        // would remove the selection bar too. The theme obeys NO_COLOR instead.
        crossterm::style::force_color_output(true);
        let mut guard = Self::default();
        guard.take()?;
        Ok(guard)
    }

    /// Sets what stops the thread that reads the terminal.
    #[must_use]
    pub fn with_input(mut self, input: InputPause) -> Self {
        self.input = Some(input);
        self
    }

    pub fn terminal(&self) -> io::Result<Terminal<CrosstermBackend<BufWriter<Frames>>>> {
        Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(FRAME_BYTES, Frames(stdout()))))
    }

    fn take(&mut self) -> io::Result<()> {
        #[cfg(unix)]
        if let Ok(modes) = Modes::read(rustix::stdio::stdin()) {
            // After SIGCONT the terminal may be in raw mode already.
            self.before = self.before.filter(|_| self.taken).or(Some(modes));
        }
        enable_raw_mode()?;
        // From here on there is something to restore, even if the rest fails.
        self.taken = true;
        TAKEN.store(true, Ordering::Relaxed);
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
        #[cfg(unix)]
        if self.mouse {
            write(MOUSE_ON)?;
        }
        #[cfg(unix)]
        if let Some(reports) = self.keys {
            // Without a restore before, as after SIGCONT, ours are still there.
            write(keyboard::OFF)?;
            write(reports.push())?;
        }
        self.arm();
        Ok(())
    }

    /// Sends the watcher, if there is one, the modes to restore.
    fn arm(&mut self) {
        #[cfg(unix)]
        if let (Some(watcher), Some(before)) = (&mut self.watcher, self.before)
            && let Ok(ours) = Modes::read(rustix::stdio::stdin())
        {
            _ = watcher.arm(before, ours, self.keys.is_some());
        }
    }

    /// Restores the terminal. Errors are ignored: the terminal may be gone.
    fn restore(&mut self) {
        if !std::mem::take(&mut self.taken) {
            return;
        }
        #[cfg(unix)]
        if self.mouse {
            _ = write(MOUSE_OFF);
        }
        #[cfg(unix)]
        if self.keys.is_some() {
            _ = write(keyboard::OFF);
        }
        _ = execute!(
            stdout(),
            SetAttribute(Attribute::Reset),
            DisableBracketedPaste,
            // If its window has grown meanwhile, tmux would leave lines of ours above the shell's.
            Clear(ClearType::All),
            LeaveAlternateScreen,
            cursor::Show
        );
        _ = disable_raw_mode();
        TAKEN.store(false, Ordering::Relaxed);
        #[cfg(unix)]
        if let Some(watcher) = &mut self.watcher {
            _ = watcher.disarm();
        }
    }
}

/// Ends the program with this code if the terminal is not restored after `time`. A terminal that is not read, such as
/// one stopped by Ctrl-S, may block the writes that restore it. Its modes are restored anyway.
fn end_within(time: Duration, code: u8) {
    let deadline = move || {
        thread::park_timeout(time);
        if TAKEN.load(Ordering::Relaxed) {
            _ = disable_raw_mode();
            std::process::exit(code.into());
        }
    };
    // If no thread can be started, the end waits for the terminal.
    _ = thread::Builder::new().name("deadline".to_owned()).spawn(deadline);
}

/// Call when Ctrl-C was pressed. The event loop may not see it: the terminal may block the loop.
#[cfg(unix)]
pub(super) fn end_after_interrupt() {
    end_once_within(INTERRUPT_PATIENCE, 0);
}

/// Call on a signal that ends the program.
#[cfg(unix)]
pub fn end_after_signal(code: u8) {
    end_once_within(PATIENCE, code);
}

/// Like [`end_within`], but only the first call counts.
#[cfg(unix)]
fn end_once_within(time: Duration, code: u8) {
    static ENDS: AtomicBool = AtomicBool::new(false);
    if !ENDS.swap(true, Ordering::Relaxed) {
        end_within(time, code);
    }
}

impl Tty for Guard {
    fn suspend(&mut self) -> io::Result<()> {
        self.restore();
        #[cfg(unix)]
        super::suspend::stop_ourselves();
        self.take()
    }

    #[cfg(unix)]
    fn lend(&mut self) -> io::Result<RunInTerminal> {
        if let Some(input) = &self.input {
            input.pause();
        }
        self.restore();
        self.foreground = Foreground::new(self.before, self.keys.is_some());
        let foreground = self.foreground.clone();
        Ok(Arc::new(move |command, how| foreground.run(command, how)))
    }

    #[cfg(not(unix))]
    fn lend(&mut self) -> io::Result<RunInTerminal> {
        self.restore();
        Ok(super::foreground::in_foreground())
    }

    fn reclaim(&mut self) -> io::Result<()> {
        // The command may have left the terminal in any mode.
        #[cfg(unix)]
        if let Some(before) = self.before {
            before.apply(rustix::stdio::stdin());
        }
        self.take()?;
        #[cfg(unix)]
        if let Some(input) = &self.input {
            input.resume();
        }
        Ok(())
    }

    fn resume(&mut self) -> io::Result<()> {
        // crossterm believes that raw mode is still on, and would do nothing. Disabling and enabling it would let the
        // kernel handle keys in between: a Ctrl-Z right after `fg` would stop us with our screen still shown.
        #[cfg(unix)]
        {
            use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

            let mut modes = tcgetattr(rustix::stdio::stdin())?;
            modes.make_raw();
            tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &modes)?;
        }
        self.take()
    }

    fn passthrough(&mut self, sequence: &str) -> io::Result<()> {
        write(sequence)
    }

    #[cfg(unix)]
    fn capture_mouse(&mut self, on: bool) -> io::Result<()> {
        let was_on = std::mem::replace(&mut self.mouse, on);
        if self.taken && was_on != on { write(if on { MOUSE_ON } else { MOUSE_OFF }) } else { Ok(()) }
    }

    #[cfg(unix)]
    fn report_keys(&mut self, reports: KeyReports) -> io::Result<()> {
        let before = self.keys.replace(reports);
        if !self.taken || before == Some(reports) {
            return Ok(());
        }
        if before.is_some() {
            return write(reports.set());
        }
        write(reports.push())?;
        self.arm();
        Ok(())
    }

    fn window(&self) -> Option<Window> {
        window()
    }

    fn is_gone(&self) -> bool {
        // It was a terminal when we took it.
        #[cfg(unix)]
        {
            rustix::termios::tcgetattr(rustix::stdio::stdin()).is_err()
        }
        #[cfg(not(unix))]
        {
            false
        }
    }

    fn watch_over(&mut self) {
        #[cfg(unix)]
        match Watcher::start() {
            Ok(watcher) => {
                self.watcher = Some(watcher);
                self.arm();
            }
            Err(error) => tracing::debug!(%error, "nothing restores the terminal after an abort"),
        }
    }

    fn end_soon(&self, code: u8) {
        end_within(PATIENCE, code);
    }
}

/// The window's size. `None` if the system does not know it.
pub fn window() -> Option<Window> {
    let WindowSize { columns, rows, width, height } = window_size().ok()?;
    Some(Window { columns, rows, width, height })
}

impl Drop for Guard {
    fn drop(&mut self) {
        if thread::panicking() {
            end_within(PATIENCE, 101);
        }
        self.restore();
        #[cfg(unix)]
        self.foreground.hang_up();
    }
}

/// Standard output, without the errors of a terminal that is gone. The kernel reports a closed terminal by a signal,
/// which ends the program with the right exit code. A write error in the middle of a frame would come first and report
/// something else.
#[derive(Debug)]
pub struct Frames(Stdout);

impl Write for Frames {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).or_else(|error| if is_gone(&error) { Ok(bytes.len()) } else { Err(error) })
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().or_else(|error| if is_gone(&error) { Ok(()) } else { Err(error) })
    }
}

fn write(sequence: &str) -> io::Result<()> {
    let mut terminal = Frames(stdout());
    terminal.write_all(sequence.as_bytes())?;
    terminal.flush()
}

/// Whether the error means that the terminal was closed.
fn is_gone(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
    }
    #[cfg(not(unix))]
    {
        _ = error;
        false
    }
}

#[expect(clippy::disallowed_methods, reason = "the guard owns the terminal")]
fn stdout() -> Stdout {
    io::stdout()
}
