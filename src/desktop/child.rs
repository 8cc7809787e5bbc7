//! Programs that we start: what they get of the environment, and how a text is told to one.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{ClipboardBackend, CopyError};
use crate::domain::secret::may_be_secret;

/// The hidden subcommand that leaves the terminal and becomes the program named by its arguments.
#[cfg(unix)]
pub(super) const DETACHED: &str = "__detached";

/// What a program that could not be found ends with, as in a shell.
pub(super) const NOT_FOUND: u8 = 127;

/// Where the programs that we start find themselves.
#[derive(Clone)]
pub(super) struct Environment {
    /// The whole environment that they get.
    variables: Vec<(OsString, OsString)>,
    /// The program that answers hidden subcommands, if it is not this one.
    pub(super) program: Option<PathBuf>,
    /// How long a clipboard may take to answer.
    pub(super) patience: Duration,
}

impl Environment {
    /// Those of `variables`, without the ones that hold Cloudflare's credentials: a browser and a process that stays
    /// behind have no use for them.
    pub(super) fn new(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        Self {
            variables: variables.into_iter().filter(|(name, _)| !may_be_secret(name)).collect(),
            program: None,
            patience: Duration::from_millis(500),
        }
    }

    /// The value of a variable; an empty one counts as unset.
    pub(super) fn variable(&self, name: &str) -> Option<OsString> {
        let (_, value) = self.variables.iter().find(|(known, _)| known == name)?;
        (!value.is_empty()).then(|| value.clone())
    }

    /// `program`, silent, and with these variables alone. Its `PATH` is where it is looked for.
    pub(super) fn command(&self, program: impl Into<OsString>) -> Command {
        let mut command = Command::new(program.into());
        command.env_clear().envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// Another copy of ourselves that does `hidden`.
    #[cfg(unix)]
    pub(super) fn ourselves(&self, hidden: &str) -> Command {
        // An upgrade may have replaced or removed the file that we were started from; Linux keeps it for us all the same.
        let started_from = || std::env::current_exe().ok().filter(|path| path.exists());
        let program = self.program.clone().or_else(started_from);
        let mut command = self.command(program.unwrap_or_else(|| PathBuf::from("/proc/self/exe")));
        command.arg(hidden);
        command
    }
}

/// Starts `command`, tells it `text`, and waits for the first line of its answer, or for its end. It is ended when it takes
/// longer than `patience`. `backend` is what it serves.
pub(super) fn tell(
    mut command: Command,
    text: &str,
    backend: ClipboardBackend,
    patience: Duration,
) -> Result<(Child, String), CopyError> {
    let refused = |error: std::io::Error| CopyError::Refused(backend, error.to_string());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(refused)?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    let (sender, answer) = mpsc::channel();
    let text = text.to_owned();
    // Both telling and listening can block, so they get a thread, which ends with the child at the latest.
    let conversation = thread::Builder::new().name("clipboard child".to_owned()).spawn(move || {
        // A child that does not listen will not answer either, and that is told.
        drop(input.map(|mut input| input.write_all(text.as_bytes())));
        let mut line = String::new();
        drop(output.map(|output| BufReader::new(output).read_line(&mut line)));
        drop(sender.send(line.trim_end().to_owned()));
    });
    let outcome = match conversation {
        Ok(_) => answer.recv_timeout(patience).map_err(|_| CopyError::Silent(backend, patience)),
        Err(error) => Err(CopyError::NoThread(error.to_string())),
    };
    match outcome {
        Ok(line) => Ok((child, line)),
        Err(error) => {
            drop(child.kill().and_then(|()| child.wait()));
            Err(error)
        }
    }
}

/// Leaves the terminal, so that nothing we become can write to it or read from it, and becomes the program named by
/// `arguments`. Returns only when that cannot be.
#[cfg(unix)]
pub(super) fn exec_detached(mut arguments: impl Iterator<Item = OsString>) -> std::process::ExitCode {
    use std::os::unix::process::CommandExt as _;

    let _ = rustix::process::setsid();
    let Some(program) = arguments.next() else { return std::process::ExitCode::FAILURE };
    let error = Command::new(program).args(arguments).exec();
    let code = if error.kind() == std::io::ErrorKind::NotFound { NOT_FOUND } else { NOT_FOUND - 1 };
    code.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_stay_here() {
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
    mod telling {
        use super::*;

        const LONG: Duration = Duration::from_secs(60);

        fn shell(script: &str) -> Command {
            let mut command = Environment::new(std::env::vars_os()).command("sh");
            command.args(["-c", script]);
            command
        }

        #[test]
        fn the_first_line_is_the_answer() {
            let (mut child, answer) =
                tell(shell("cat; echo; echo more"), "text", ClipboardBackend::Native, LONG).unwrap();
            assert_eq!(answer, "text");
            assert!(child.wait().is_ok());
        }

        #[test]
        fn more_than_a_pipe_holds_does_not_block() {
            let text = "x".repeat(1 << 20);
            let (_, answer) = tell(shell("wc -c"), &text, ClipboardBackend::Native, LONG).unwrap();
            assert_eq!(answer.trim(), "1048576");
            let silent =
                tell(shell("exec sleep 60"), &text, ClipboardBackend::Native, Duration::from_millis(1))
                    .unwrap_err();
            assert_eq!(silent, CopyError::Silent(ClipboardBackend::Native, Duration::from_millis(1)));
        }

        #[test]
        fn a_missing_program_is_told() {
            let missing =
                tell(Command::new("/nonexistent"), "text", ClipboardBackend::Native, LONG).unwrap_err();
            assert!(matches!(missing, CopyError::Refused(ClipboardBackend::Native, _)), "{missing:?}");
        }
    }
}
