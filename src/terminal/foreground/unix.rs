//! Runs a command in the terminal, as a shell does: in a process group of its own, in the foreground.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{SigSet, SigmaskHow, Signal as NixSignal};
use nix::unistd::{getpgrp, tcgetpgrp};
use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, kill_current_process_group, kill_process_group, waitid,
    waitpid,
};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{QueueSelector, tcflush, tcsetpgrp};

use crate::domain::child_process::{InTerminal, RunInTerminal, was_interrupted};
use crate::domain::custom_command::{failed, failure_of};
use crate::terminal::reader::read_some;
use crate::terminal::suspend::stop_ourselves;
use crate::terminal::watcher::Modes;

/// Undoes what a command may have left: an incomplete sequence, the alternate screen, the mouse, pastes, focus events,
/// keys, synchronized output, a scroll region, character sets, line wrap, inserting, colours, and a hidden cursor.
///
/// Mode 47 leaves the alternate screen without moving the cursor. Mode 1049 moves it to where the program started, in
/// tmux also on the normal screen.
const RESET: &str = "\x18\x1b\\\x1b[?47l\x1b[?1000;1002;1003;1004;1005;1006;1015;2004;2026l\x1b[?1l\x1b>\x1b[>4;0m\
                     \x1b7\x1b[r\x1b8\x1b(B\x0f\x1b[?7h\x1b[4l\x1b[?5l\x1b[0m\x1b[?25h";

/// Pops all of kitty's flags.
const RESET_KEYS: &str = "\x1b[<99u";

/// What runs a command.
#[derive(Debug, Clone, Default)]
pub(in crate::terminal) struct Foreground {
    /// The terminal's modes for other programs.
    before: Option<Modes>,
    /// Whether the program has a screen in the terminal, which it shows again after the command.
    has_screen: bool,
    /// Whether the terminal knows kitty's keyboard protocol.
    keys: bool,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// The group of the command while it runs, and the signal that ends it.
    group: Option<(Pid, Signal)>,
    /// Whether the program ends.
    is_over: bool,
}

/// Runs commands in the terminal before the program has taken it over.
pub fn in_foreground() -> RunInTerminal {
    let foreground = Foreground { before: Modes::read(stdin()).ok(), ..Foreground::default() };
    Arc::new(move |command, how| foreground.run(command, how))
}

impl Foreground {
    pub(in crate::terminal) fn new(before: Option<Modes>, keys: bool) -> Self {
        Self { before, keys, has_screen: true, ..Self::default() }
    }

    /// See [`RunInTerminal`].
    pub(in crate::terminal) fn run(
        &self,
        mut command: Command,
        how: InTerminal<'_>,
    ) -> io::Result<Option<ExitStatus>> {
        command.stdin(Stdio::inherit()).stderr(Stdio::inherit()).process_group(0);
        if self.has_screen {
            // Standard error may be a file.
            command.stderr(stdout().try_clone_to_owned()?);
        }
        let (end_signal, time) = match how {
            InTerminal::Shown(_) => (Signal::HUP, None),
            InTerminal::Captured(time) => (Signal::KILL, Some(time)),
        };
        if time.is_none() {
            command.stdout(Stdio::inherit());
        }
        let child = command.spawn()?;
        // It has the other end of the caller's pipe.
        drop(command);
        let group = Pid::from_child(&child);
        let is_over = {
            let mut state = self.state();
            state.group = Some((group, end_signal));
            state.is_over
        };
        if is_over {
            self.hang_up();
        }
        let timer = time.map(|time| self.start_timer(time)).transpose();
        if timer.is_err() {
            self.hang_up();
        }
        let is_ours = give_terminal_to(group, None);
        // It may have stopped because it was faster.
        _ = kill_process_group(group, Signal::CONT);
        let status = self.wait(group, timer.as_ref().ok().and_then(Option::as_ref), is_ours);
        let failure = status.as_ref().map_or_else(
            |error| Some(format!("system error: {error}")),
            |status| failure_of(status.code(), status.signal()),
        );
        let was_late = timer?.is_some_and(Timer::was_late);
        if let (InTerminal::Shown(name), Some(failure)) = (how, failure.filter(|_| !self.state().is_over)) {
            write(&format!("\r\n{}. Press Enter to return.", failed(name, &failure)));
            wait_for_enter();
        }
        let status = status.map_err(io::Error::from)?;
        if !self.has_screen && was_interrupted(status) {
            // Ctrl-C was for us too, and for the others of our pipeline.
            _ = kill_current_process_group(Signal::INT);
        }
        Ok(Some(status).filter(|_| !was_late))
    }

    /// Ends the command that is running, if any, as a closed terminal would. No other one runs from now on.
    pub(in crate::terminal) fn hang_up(&self) {
        let mut state = self.state();
        state.is_over = true;
        // If we were stopped, the terminal may be the shell's.
        let is_ours = tcgetpgrp(stdin()).is_ok_and(|foreground| {
            foreground == getpgrp()
                || state.group.is_some_and(|(group, _)| Pid::from_raw(foreground.as_raw()) == Some(group))
        });
        let is_running = state.end_group();
        drop(state);
        if is_running && is_ours {
            self.take_back();
        }
    }

    /// Kills the command once it has run this long. The time starts again after a stop.
    fn start_timer(&self, time: Duration) -> io::Result<Timer> {
        let (stops, changes) = channel();
        let state = Arc::clone(&self.state);
        let thread = thread::Builder::new().name("command timer".to_owned()).spawn(move || {
            let mut is_stopped = false;
            loop {
                let change = if is_stopped {
                    changes.recv().map_err(|_| RecvTimeoutError::Disconnected)
                } else {
                    changes.recv_timeout(time)
                };
                match change {
                    Ok(stopped) => is_stopped = stopped,
                    Err(RecvTimeoutError::Disconnected) => return false,
                    Err(RecvTimeoutError::Timeout) => {
                        return state.lock().unwrap_or_else(PoisonError::into_inner).end_group();
                    }
                }
            }
        })?;
        Ok(Timer { stops, thread })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for the end, and takes the terminal back if it `is_ours` to give. If the command is stopped, we stop too.
    fn wait(&self, group: Pid, timer: Option<&Timer>, mut is_ours: bool) -> Result<ExitStatus, Errno> {
        // Not reaped yet: until then its number belongs to no other group.
        let options = WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT;
        loop {
            match waitid(WaitId::Pid(group), options) {
                Err(Errno::INTR) | Ok(None) => continue,
                Err(error) => {
                    self.state().group = None;
                    return Err(error);
                }
                Ok(Some(change)) if !change.stopped() => self.state().kill_rest(),
                Ok(Some(_)) => {}
            }
            let Some((_, status)) = waitpid(Some(group), WaitOptions::UNTRACED)? else { continue };
            if !status.stopped() {
                if is_ours {
                    self.take_back();
                }
                return Ok(ExitStatus::from_raw(status.as_raw()));
            }
            let theirs = Modes::read(stdin()).ok().filter(|_| is_ours);
            if is_ours {
                self.take_back();
            }
            timer.inspect(|timer| timer.set_stopped(true));
            stop_ourselves();
            // It may have turned off the echo for a passphrase.
            is_ours = give_terminal_to(group, theirs);
            timer.inspect(|timer| timer.set_stopped(false));
            _ = kill_process_group(group, Signal::CONT);
        }
    }

    /// Takes the terminal back, and repairs it.
    fn take_back(&self) {
        if let Some(ours) = Pid::from_raw(getpgrp().as_raw()) {
            set_foreground(ours);
        }
        if let Some(before) = self.before {
            _ = before.apply(stdin());
        }
        if self.has_screen {
            write(RESET);
            if self.keys {
                write(RESET_KEYS);
            }
        } else {
            // A pager at the end of our pipeline may have stopped.
            _ = kill_current_process_group(Signal::CONT);
        }
        // What was typed was meant for the command.
        _ = tcflush(stdin(), QueueSelector::IFlush);
    }
}

/// A thread that kills a command.
struct Timer {
    stops: Sender<bool>,
    thread: thread::JoinHandle<bool>,
}

impl Timer {
    fn set_stopped(&self, stopped: bool) {
        _ = self.stops.send(stopped);
    }

    /// Ends the thread. Returns whether it has killed the command.
    fn was_late(self) -> bool {
        drop(self.stops);
        self.thread.join().unwrap_or_default()
    }
}

impl State {
    /// Ends the command that is running. Returns whether there is one.
    fn end_group(&self) -> bool {
        let Some((group, signal)) = self.group else { return false };
        _ = kill_process_group(group, signal);
        _ = kill_process_group(group, Signal::CONT);
        true
    }

    /// Call when the command has ended. Kills what it started, if that may not run on.
    fn kill_rest(&mut self) {
        if let Some((group, Signal::KILL)) = self.group.take() {
            _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Makes a process group the one in the foreground, with these modes, unless we are in the background. Returns whether it
/// is.
fn give_terminal_to(group: Pid, modes: Option<Modes>) -> bool {
    let is_ours = tcgetpgrp(stdin()).is_ok_and(|foreground| foreground == getpgrp());
    if is_ours {
        _ = modes.map(|modes| modes.apply(stdin()));
        set_foreground(group);
    }
    is_ours
}

fn set_foreground(group: Pid) {
    // From the background, this would stop us.
    let mut ttou = SigSet::empty();
    ttou.add(NixSignal::SIGTTOU);
    let before = ttou.thread_swap_mask(SigmaskHow::SIG_BLOCK);
    _ = tcsetpgrp(stdin(), group);
    if let Ok(before) = before {
        _ = before.thread_set_mask();
    }
}

/// Errors are ignored: the terminal may be gone.
fn write(text: &str) {
    _ = stdout().try_clone_to_owned().map(|terminal| File::from(terminal).write_all(text.as_bytes()));
}

/// Reads until Enter, or until the terminal is closed.
fn wait_for_enter() {
    let mut buffer = [0; 256];
    while let Ok(length @ 1..) = read_some(stdin(), &mut buffer) {
        if buffer[..length].iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_command_is_killed_with_what_it_started() {
        let (mut output, writer) = io::pipe().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & wait"]).stdout(writer);
        let end = in_foreground()(command, InTerminal::Captured(Duration::from_millis(100)));
        assert_eq!(end.unwrap(), None);
        // It ends once nothing can write any more.
        assert_eq!(io::Read::read(&mut output, &mut [0]).unwrap(), 0);
    }
}
