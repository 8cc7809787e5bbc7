//! Restores the terminal after an end that runs no code of ours: an abort, a stack overflow, SIGKILL.
//!
//! The watcher is another process of the program. It reads the modes to restore from a pipe, and sleeps until the pipe
//! closes. It has its own session, so that neither keys nor job control reach it.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ExitCode, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::fd::AsFd;
use rustix::termios::{
    ControlModes, InputModes, LocalModes, OptionalActions, OutputModes, SpecialCodeIndex, tcgetattr,
    tcsetattr,
};

use super::keyboard;
use crate::domain::child_process::child_process;

/// The hidden subcommand that runs the watcher.
pub(super) const COMMAND: &str = "__restore-terminal";

/// How long writing to the terminal may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// Ends an incomplete sequence, then does what the guard does first.
const RESTORE: &str = "\x18\x1b\\\x1b[0m\x1b[?1006l\x1b[?1000l\x1b[?2004l";
/// What the guard does last.
const LEAVE: &str = "\x1b[2J\x1b[?1049l\x1b[?25h";

/// The watcher process. It ends on drop.
#[derive(Debug)]
pub(super) struct Watcher {
    child: Child,
    pipe: ChildStdin,
}

/// What the watcher restores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Armed {
    before: Modes,
    ours: Modes,
    keys: bool,
}

/// The terminal modes that raw mode changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Modes([u64; 6]);

impl Watcher {
    /// Starts the process. It restores nothing before [`Self::arm`].
    pub(super) fn start() -> io::Result<Self> {
        // An upgrade may have replaced our executable. Linux still has it under /proc/self/exe.
        let program = std::env::current_exe().ok().filter(|path| path.exists());
        let mut child = child_process(program.unwrap_or_else(|| PathBuf::from("/proc/self/exe")))
            .arg(COMMAND)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::inherit())
            .stderr(Stdio::null())
            .spawn()?;
        let pipe = child.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(Self { child, pipe })
    }

    /// From here on the watcher restores `before` if it finds the terminal in `ours`. `keys` is whether it must also
    /// stop reporting keys as kitty does.
    pub(super) fn arm(&mut self, before: Modes, ours: Modes, keys: bool) -> io::Result<()> {
        let armed = Armed { before, ours, keys };
        self.pipe.write_all(armed.to_line().as_bytes())
    }

    /// Call when the terminal is restored.
    pub(super) fn disarm(&mut self) -> io::Result<()> {
        self.pipe.write_all(b"restored\n")
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // Without an init process, as in containers, nobody else would reap it.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Modes {
    pub(super) fn read(terminal: impl AsFd) -> io::Result<Self> {
        let modes = tcgetattr(terminal)?;
        Ok(Self([
            modes.input_modes.bits().into(),
            modes.output_modes.bits().into(),
            modes.control_modes.bits().into(),
            modes.local_modes.bits().into(),
            modes.special_codes[SpecialCodeIndex::VMIN].into(),
            modes.special_codes[SpecialCodeIndex::VTIME].into(),
        ]))
    }

    pub(super) fn apply(self, terminal: impl AsFd) -> Option<()> {
        let mut modes = tcgetattr(&terminal).ok()?;
        let [input, output, control, local, min, time] = self.0;
        modes.input_modes = InputModes::from_bits_retain(input.try_into().ok()?);
        modes.output_modes = OutputModes::from_bits_retain(output.try_into().ok()?);
        modes.control_modes = ControlModes::from_bits_retain(control.try_into().ok()?);
        modes.local_modes = LocalModes::from_bits_retain(local.try_into().ok()?);
        modes.special_codes[SpecialCodeIndex::VMIN] = min.try_into().ok()?;
        modes.special_codes[SpecialCodeIndex::VTIME] = time.try_into().ok()?;
        tcsetattr(&terminal, OptionalActions::Now, &modes).ok()
    }

    fn to_text(self) -> String {
        self.0.map(|number| number.to_string()).join(" ")
    }
}

/// The main function of the watcher process.
pub(super) fn main() -> ExitCode {
    _ = rustix::process::setsid();
    if let Some(armed) = last_armed(io::stdin()) {
        let (done, wait) = mpsc::channel();
        let restorer = thread::Builder::new().spawn(move || {
            _ = restore(armed);
            _ = done.send(());
        });
        if restorer.is_ok() {
            _ = wait.recv_timeout(PATIENCE);
        }
    }
    ExitCode::SUCCESS
}

/// Reads until the program ends. `None` if it has restored the terminal itself.
fn last_armed(pipe: impl Read) -> Option<Armed> {
    let lines = BufReader::with_capacity(256, pipe).lines().map_while(Result::ok);
    lines.last().and_then(|line| Armed::parse(&line))
}

impl Armed {
    fn to_line(self) -> String {
        format!("{} {} {}\n", self.before.to_text(), self.ours.to_text(), u8::from(self.keys))
    }

    fn parse(line: &str) -> Option<Self> {
        let numbers: Vec<u64> = line.split(' ').map_while(|number| number.parse().ok()).collect();
        let (before, rest) = numbers.split_at_checked(6)?;
        let (ours, keys) = rest.split_at_checked(6)?;
        Some(Self {
            before: Modes(before.try_into().ok()?),
            ours: Modes(ours.try_into().ok()?),
            keys: *keys == [1],
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "the watcher's standard output is the terminal")]
fn restore(Armed { before, ours, keys }: Armed) -> io::Result<()> {
    let terminal = rustix::stdio::stdout();
    // If they differ, the shell was faster and has set its own modes.
    if Modes::read(terminal)? == ours {
        before.apply(terminal);
    }
    let mut out = io::stdout();
    let keys = if keys { keyboard::OFF } else { "" };
    out.write_all(format!("{RESTORE}{keys}{LEAVE}").as_bytes())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_line_decides_what_is_restored() {
        let before = Modes([1, 2, 3, u32::MAX.into(), 1, 0]);
        let ours = Modes([0, 0, 0, 0, 0, 1]);
        let [armed, with_keys] = [false, true].map(|keys| Armed { before, ours, keys });
        let arm = armed.to_line();
        for (text_line, expected) in [
            (arm.clone(), Some(armed)),
            (format!("{arm}{}", with_keys.to_line()), Some(with_keys)),
            (format!("{arm}restored\n"), None),
            (format!("{arm}restored\n{arm}"), Some(armed)),
            (String::new(), None),
            ("1 2 3\n".to_owned(), None),
        ] {
            assert_eq!(last_armed(text_line.as_bytes()), expected, "{text_line:?}");
        }
    }
}
