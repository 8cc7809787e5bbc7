//! Runs a command of the user in the terminal, as a shell does: in a process group of its own, in the foreground.

use std::fs::File;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use nix::sys::signal::{SigSet, SigmaskHow, Signal as NixSignal};
use nix::unistd::getpgrp;
use rustix::io::Errno;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, kill_process_group, waitpid};
use rustix::stdio::{stdin, stdout};
use rustix::termios::{QueueSelector, tcflush, tcsetpgrp};

use super::reader::read_some;
use super::suspend::stop_ourselves;
use super::watcher::Modes;
use crate::domain::custom_command::{failed, failure_of};

/// Undoes what a command may have left: an incomplete sequence, the alternate screen (leaving it restores the cursor, so
/// that is saved first, for the normal screen), the mouse, pastes, focus events, keys, synchronized output, a scroll region, character sets, line wrap,
/// inserting, colours, and a hidden cursor.
const RESET: &str = "\x18\x1b\\\x1b7\x1b[?1049l\x1b[?1000;1002;1003;1004;1005;1006;1015;2004;2026l\x1b[?1l\x1b>\x1b[>4;0m\
                     \x1b7\x1b[r\x1b8\x1b(B\x0f\x1b[?7h\x1b[4l\x1b[?5l\x1b[0m\x1b[?25h";

/// Pops all of kitty's flags.
const RESET_KEYS: &str = "\x1b[<99u";

/// What runs one command.
#[derive(Debug, Clone, Default)]
pub(super) struct Foreground {
    /// The terminal's modes for other programs.
    before: Option<Modes>,
    /// Whether the terminal knows kitty's keyboard protocol.
    keys: bool,
    /// The group of the command, while it runs.
    group: Arc<Mutex<Option<Pid>>>,
}

impl Foreground {
    pub(super) fn new(before: Option<Modes>, keys: bool) -> Self {
        Self { before, keys, ..Self::default() }
    }

    /// Blocks until the command has ended. If it failed, says so and waits for Enter. An error means that it did not start.
    pub(super) fn run(&self, mut command: Command, name: &str) -> io::Result<()> {
        use std::os::unix::process::CommandExt as _;

        // Standard error may be a file.
        let terminal = stdout().try_clone_to_owned()?;
        command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(terminal).process_group(0);
        let child = command.spawn()?;
        let group = Pid::from_child(&child);
        self.set_group(Some(group));
        give_terminal_to(Some(group));
        // It may have stopped because it was faster.
        _ = kill_process_group(group, Signal::CONT);
        let end = self.wait(group);
        self.set_group(None);
        self.take_back();
        if let Some(how) = end {
            write(&format!("\r\n{}. Press Enter to return.", failed(name, &how)));
            wait_for_enter();
        }
        Ok(())
    }

    /// Ends the command that is running, if any, as a closed terminal would.
    pub(super) fn hang_up(&self) {
        let group = self.group.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(group) = group {
            _ = kill_process_group(group, Signal::HUP);
            _ = kill_process_group(group, Signal::CONT);
            self.take_back();
        }
    }

    fn set_group(&self, group: Option<Pid>) {
        *self.group.lock().unwrap_or_else(PoisonError::into_inner) = group;
    }

    /// Waits for the end, and returns how it failed, if so. If the command is stopped, we stop too.
    fn wait(&self, group: Pid) -> Option<String> {
        loop {
            match waitpid(Some(group), WaitOptions::UNTRACED) {
                Err(Errno::INTR) | Ok(None) => {}
                Err(error) => return Some(format!("system error: {error}")),
                Ok(Some((_, status))) if status.stopped() => {
                    self.take_back();
                    stop_ourselves();
                    give_terminal_to(Some(group));
                    _ = kill_process_group(group, Signal::CONT);
                }
                Ok(Some((_, status))) => return failure(status),
            }
        }
    }

    /// Takes the terminal back, and repairs it.
    fn take_back(&self) {
        give_terminal_to(Pid::from_raw(getpgrp().as_raw()));
        if let Some(before) = self.before {
            _ = before.apply(stdin());
        }
        write(RESET);
        if self.keys {
            write(RESET_KEYS);
        }
        // What was typed was meant for the command.
        _ = tcflush(stdin(), QueueSelector::IFlush);
    }
}

fn failure(status: WaitStatus) -> Option<String> {
    failure_of(status.exit_status(), status.terminating_signal())
}

/// Makes a process group the one in the foreground.
fn give_terminal_to(group: Option<Pid>) {
    let Some(group) = group else { return };
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
