//! The terminal: taken over once, and given back exactly once, whatever ends the program.

use std::io::{self, BufWriter, Stdout, Write};
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

use crate::picture::detect::Window;

/// Standard output is a small line buffer: a frame written through it costs hundreds of calls. One of these holds a
/// whole frame.
const FRAME_BYTES: usize = 64 * 1024;

/// What the loop asks of the terminal beyond drawing.
pub trait Tty {
    /// Gives the terminal to the shell, stops, and takes it over again when the shell calls.
    fn suspend(&mut self) -> io::Result<()>;
    /// Takes the terminal over again after others may have used it.
    fn resume(&mut self) -> io::Result<()>;
    /// Writes a sequence for the terminal itself.
    fn passthrough(&mut self, sequence: &str) -> io::Result<()>;
    /// The window's size, where the system tells it.
    fn window(&self) -> Option<Window>;
    /// Whether the terminal was closed, which may be why something of it failed.
    fn is_gone(&self) -> bool;
    /// Has the terminal restored also where the program is killed or aborts.
    fn watch_over(&mut self) {}
    /// The program ends with this code, soon also where the terminal takes nothing more.
    fn end_soon(&self, _code: u8) {}
}

/// Holds the terminal while it lives.
#[derive(Debug)]
pub struct Guard {
    taken: bool,
    /// The terminal's modes before it was taken.
    #[cfg(unix)]
    before: Option<super::watcher::Modes>,
    #[cfg(unix)]
    watcher: Option<super::watcher::Watcher>,
}

/// How long a terminal that takes nothing may hold up the end.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long the loop may take to see Ctrl-C. It may wait for a clipboard.
#[cfg(unix)]
const INTERRUPT_PATIENCE: Duration = Duration::from_secs(3);

/// Whether the terminal is ours.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whether the end has a deadline already.
#[cfg(unix)]
static ENDS: AtomicBool = AtomicBool::new(false);

impl Guard {
    /// Takes the terminal over: raw mode, the alternate screen, pastes told apart from keys.
    pub fn enter() -> io::Result<Self> {
        // crossterm knows NO_COLOR, and nothing of `--color always`; it writes a reset in a colour's place, which would
        // take the selection bar away too. The theme obeys NO_COLOR instead.
        crossterm::style::force_color_output(true);
        super::panic_hook::hold();
        let mut guard = Self {
            taken: false,
            #[cfg(unix)]
            before: None,
            #[cfg(unix)]
            watcher: None,
        };
        guard.take()?;
        Ok(guard)
    }

    /// A terminal to draw on.
    pub fn terminal(&self) -> io::Result<Terminal<CrosstermBackend<BufWriter<Frames>>>> {
        Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(FRAME_BYTES, Frames(stdout()))))
    }

    fn take(&mut self) -> io::Result<()> {
        #[cfg(unix)]
        if let Ok(modes) = super::watcher::Modes::read(rustix::stdio::stdin()) {
            // After CONT they may be raw already.
            self.before = self.before.filter(|_| self.taken).or(Some(modes));
        }
        enable_raw_mode()?;
        // From here on there is something to give back, even where the rest fails.
        self.taken = true;
        TAKEN.store(true, Ordering::Relaxed);
        execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, cursor::Hide)?;
        self.arm();
        Ok(())
    }

    /// Tells the watcher what to restore. Without one, nothing is.
    fn arm(&mut self) {
        #[cfg(unix)]
        if let (Some(watcher), Some(before)) = (&mut self.watcher, self.before)
            && let Ok(ours) = super::watcher::Modes::read(rustix::stdio::stdin())
        {
            _ = watcher.arm(before, ours);
        }
    }

    /// Gives the terminal back. A terminal that is gone cannot take it: that is no error.
    fn restore(&mut self) {
        if !std::mem::take(&mut self.taken) {
            return;
        }
        _ = execute!(
            stdout(),
            SetAttribute(Attribute::Reset),
            DisableBracketedPaste,
            // A tmux whose window has grown meanwhile puts lines of ours above the shell's.
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

/// Ends the program with this code if the terminal is not restored after a while: a terminal that is not read, such as one
/// stopped by Ctrl-S, may block what restores it. Its modes are set all the same.
fn end_within(time: Duration, code: u8) {
    let deadline = move || {
        thread::park_timeout(time);
        if TAKEN.load(Ordering::Relaxed) {
            _ = disable_raw_mode();
            std::process::exit(code.into());
        }
    };
    // Without a thread the end waits for the terminal.
    _ = thread::Builder::new().name("deadline".to_owned()).spawn(deadline);
}

/// A person has pressed Ctrl-C, which the loop does not see while the terminal blocks it.
#[cfg(unix)]
pub(super) fn end_after_interrupt() {
    if !ENDS.swap(true, Ordering::Relaxed) {
        end_within(INTERRUPT_PATIENCE, 0);
    }
}

/// A signal has come that ends the program.
#[cfg(unix)]
pub(super) fn end_after_signal(code: u8) {
    if !ENDS.swap(true, Ordering::Relaxed) {
        end_within(PATIENCE, code);
    }
}

impl Tty for Guard {
    fn suspend(&mut self) -> io::Result<()> {
        self.restore();
        super::signals::stop_ourselves();
        self.take()
    }

    fn resume(&mut self) -> io::Result<()> {
        // crossterm believes that raw mode is still on, and does nothing. Through its own way off and on the kernel would
        // read keys in between: a Ctrl-Z right after `fg` would stop us with our screen in the shell's place.
        make_raw()?;
        self.take()
    }

    fn passthrough(&mut self, sequence: &str) -> io::Result<()> {
        let mut terminal = Frames(stdout());
        terminal.write_all(sequence.as_bytes())?;
        terminal.flush()
    }

    fn window(&self) -> Option<Window> {
        window()
    }

    fn is_gone(&self) -> bool {
        terminal_is_gone()
    }

    fn watch_over(&mut self) {
        #[cfg(unix)]
        match super::watcher::Watcher::start() {
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

/// The window's size, where the system tells it.
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
    }
}

#[cfg(unix)]
fn make_raw() -> io::Result<()> {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

    let terminal = rustix::stdio::stdin();
    let mut modes = tcgetattr(terminal)?;
    modes.make_raw();
    Ok(tcsetattr(terminal, OptionalActions::Now, &modes)?)
}

#[cfg(unix)]
fn terminal_is_gone() -> bool {
    // It was a terminal when we took it.
    rustix::termios::tcgetattr(rustix::stdio::stdin()).is_err()
}

#[cfg(not(unix))]
fn terminal_is_gone() -> bool {
    false
}

/// Nobody is stopped and continued where there are no signals.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "where there are signals it can fail")]
fn make_raw() -> io::Result<()> {
    Ok(())
}

/// Where frames are written. A terminal that is gone takes all of them: that it is gone is told by the kernel, and ends
/// the program with the exit code for it. An error in the middle of a frame would come first, and say something else.
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

/// Whether an error says that there is no terminal any more.
#[cfg(unix)]
fn is_gone(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

#[cfg(not(unix))]
fn is_gone(_: &io::Error) -> bool {
    false
}

#[expect(clippy::disallowed_methods, reason = "the guard owns the terminal")]
fn stdout() -> Stdout {
    io::stdout()
}
