//! Where there are no process groups, a command shares the terminal with us.

use std::io;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::domain::child_process::{InTerminal, RunInTerminal};

/// How often to check whether the command has ended.
const TICK: Duration = Duration::from_millis(10);

/// Runs commands in the terminal.
pub fn in_foreground() -> RunInTerminal {
    Arc::new(run)
}

fn run(mut command: Command, how: InTerminal<'_>) -> io::Result<Option<ExitStatus>> {
    command.stdin(Stdio::inherit()).stderr(Stdio::inherit());
    let mut left = match how {
        InTerminal::Shown(_) => return command.stdout(Stdio::inherit()).status().map(Some),
        InTerminal::Captured(time) => time,
    };
    let mut child = command.spawn()?;
    // It has the other end of the caller's pipe.
    drop(command);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if left.is_zero() {
            child.kill()?;
            return child.wait().map(|_| None);
        }
        left = left.saturating_sub(TICK);
        thread::park_timeout(TICK);
    }
}
