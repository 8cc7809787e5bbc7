//! Child processes: their environment, and how they get text on their standard input.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{ClipboardBackend, CopyError};
use crate::domain::child_process::child_process;
use crate::domain::secret::may_be_secret;

/// The hidden subcommand that detaches from the terminal and then executes its arguments.
#[cfg(unix)]
pub(super) const DETACHED: &str = "__detached";

/// The exit code if a program was not found, as in a shell.
pub(super) const NOT_FOUND: u8 = 127;

/// The environment of child processes.
#[derive(Clone)]
pub(super) struct Environment {
    /// All of their variables.
    variables: Vec<(OsString, OsString)>,
    /// The program that handles hidden subcommands, if it is not this one.
    pub(super) program: Option<PathBuf>,
    /// How long a clipboard may take to answer.
    pub(super) patience: Duration,
}

impl Environment {
    /// Copies `variables` without Cloudflare's credentials: a browser, or a process that outlives us, does
    /// not need them.
    pub(super) fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self {
            variables: variables.into_iter().filter(|(name, _)| !may_be_secret(name)).collect(),
            program: None,
            patience: Duration::from_millis(500),
        }
    }

    /// The value of a variable; `None` if it is unset or empty.
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        let (_, value) = self.variables.iter().find(|(known, _)| known == name)?;
        (!value.is_empty()).then(|| value.clone())
    }

    /// A command without input and output, with these variables only. The program is searched in their
    /// `PATH`.
    pub(super) fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = child_process(program.into());
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// A command that runs another process of this program with the subcommand `hidden`.
    pub(super) fn own_command(&self, hidden: &str) -> Command {
        // An upgrade may have replaced or removed our executable file; `/proc/self/exe` still leads to it on
        // Linux.
        let started_from = || std::env::current_exe().ok().filter(|path| path.exists());
        let program = self.program.clone().or_else(started_from);
        let mut command = self.command(program.unwrap_or_else(|| PathBuf::from("/proc/self/exe")));
        command.arg(hidden);
        command
    }
}

/// Starts `command`, writes `text` to its standard input, and waits for the first line of its output or for
/// its end. Kills it after `patience`. `backend` is for the errors.
pub(super) fn run_with_input(
    mut command: Command,
    text: &str,
    backend: ClipboardBackend,
    patience: Duration,
) -> Result<(Child, String), CopyError> {
    let refused = |error: std::io::Error| CopyError::Refused(backend, error.to_string());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(refused)?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let (sender, response) = mpsc::channel();
    let text = text.to_owned();
    // Both writing and reading can block, so they get a thread. It ends with the child at the latest.
    let exchange = thread::Builder::new().name("clipboard child".to_owned()).spawn(move || {
        // If the child does not read its input, it will not answer either, and that is reported.
        drop(input.map(|mut input| input.write_all(text.as_bytes())));
        let mut line = String::new();
        drop(output.map(|output| BufReader::new(output).read_line(&mut line)));
        drop(sender.send(line.trim_end().to_owned()));
    });
    let outcome = match exchange {
        Ok(_) => response.recv_timeout(patience).map_err(|_| CopyError::Silent(backend, patience)),
        Err(error) => Err(CopyError::NoThread(error.to_string())),
    };
    if outcome.is_err() {
        drop(child.kill().and_then(|()| child.wait()));
    }
    outcome.map(|line| (child, line))
}

/// Detaches from the terminal, so that the new program can neither write to it nor read from it, and executes
/// `arguments`. Returns only if that fails.
#[cfg(unix)]
pub(super) fn exec_detached(mut arguments: impl Iterator<Item = OsString>) -> std::process::ExitCode {
    use std::os::unix::process::CommandExt as _;

    let _ = rustix::process::setsid();
    let Some(program) = arguments.next() else { return std::process::ExitCode::FAILURE };
    let error = child_process(program).args(arguments).exec();
    let code = if error.kind() == std::io::ErrorKind::NotFound { NOT_FOUND } else { NOT_FOUND - 1 };
    code.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_get_no_credentials() {
        let secrets = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CF_API_TOKEN", "CF_API_KEY"];
        let variables = secrets.map(|name| (name, "secret")).into_iter();
        let variables = variables.chain([("DISPLAY", ":7"), ("EMPTY", "")]);
        let environment = Environment::new(variables.map(|(name, value)| (name.into(), value.into())));
        for name in secrets {
            assert_eq!(environment.variable(name), None, "{name}");
        }
        assert_eq!(environment.variable("DISPLAY"), Some(":7".into()));
        assert_eq!(environment.variable("EMPTY"), None);
        let command = environment.command("anything");
        let names: Vec<_> = command.get_envs().map(|(name, _)| name.to_owned()).collect();
        assert_eq!(names, ["DISPLAY", "EMPTY"]);
    }

    #[cfg(unix)]
    mod with_input {
        use super::*;

        const LONG: Duration = Duration::from_secs(60);

        fn shell(script: &str) -> Command {
            let mut command = Environment::new(std::env::vars_os()).command("sh");
            command.args(["-c", script]);
            command
        }

        #[test]
        fn run_with_input_returns_first_line() {
            let (mut child, response) =
                run_with_input(shell("cat; echo; echo more"), "text", ClipboardBackend::Native, LONG)
                    .unwrap();
            assert_eq!(response, "text");
            assert!(child.wait().is_ok());
        }

        #[test]
        fn text_larger_than_a_pipe_does_not_block() {
            let text = "x".repeat(1 << 20);
            let (_, response) =
                run_with_input(shell("wc -c"), &text, ClipboardBackend::Native, LONG).unwrap();
            assert_eq!(response.trim(), "1048576");
            let silent = run_with_input(
                shell("exec sleep 60"),
                &text,
                ClipboardBackend::Native,
                Duration::from_millis(1),
            )
            .unwrap_err();
            assert_eq!(silent, CopyError::Silent(ClipboardBackend::Native, Duration::from_millis(1)));
        }

        #[test]
        fn missing_program_is_refused() {
            let missing =
                run_with_input(Command::new("/nonexistent"), "text", ClipboardBackend::Native, LONG)
                    .unwrap_err();
            assert!(matches!(missing, CopyError::Refused(ClipboardBackend::Native, _)), "{missing:?}");
        }
    }
}
