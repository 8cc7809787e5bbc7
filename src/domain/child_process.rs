//! Child processes: what they get of our environment, and those that get the terminal.

use std::ffi::OsStr;
use std::io;
use std::process::{Command, ExitStatus};
use std::sync::Arc;
use std::time::Duration;

use super::secret::may_be_secret;

/// The exit code of shells whose command was interrupted.
const INTERRUPTED: i32 = 130;

/// Runs a command in the foreground of the terminal, and blocks until it has ended. Returns `None` if it took too long,
/// and an error if it did not start.
pub type RunInTerminal = Arc<dyn Fn(Command, InTerminal<'_>) -> io::Result<Option<ExitStatus>> + Send + Sync>;

/// How a command has the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InTerminal<'a> {
    /// It shows its output. Its failure is shown with this name until the user presses Enter.
    Shown(&'a str),
    /// Its standard output is the caller's. After its end, or this time, what it started is killed.
    Captured(Duration),
}

/// A command whose process gets no variable that may contain Cloudflare's credentials.
pub fn child_process(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| may_be_secret(name)) {
        command.env_remove(name);
    }
    command
}

/// Whether Ctrl-C ended it.
pub fn was_interrupted(status: ExitStatus) -> bool {
    #[cfg(unix)]
    {
        /// SIGINT, on every Unix.
        const SIGINT: i32 = 2;

        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        signal == Some(SIGINT) || status.code() == Some(INTERRUPTED)
    }
    #[cfg(not(unix))]
    {
        status.code() == Some(INTERRUPTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::add_secret_variable;

    #[test]
    fn children_get_no_credentials() {
        // Cargo sets it, and no test needs it.
        const VARIABLE: &str = "CARGO_PKG_NAME";
        let is_removed =
            || child_process("true").get_envs().any(|change| change == (VARIABLE.as_ref(), None));
        assert!(!is_removed());
        add_secret_variable(VARIABLE);
        assert!(is_removed());
    }
}
