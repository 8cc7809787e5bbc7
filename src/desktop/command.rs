//! Runs commands of the user.
//!
//! A command in the background belongs to another cfimg process, which has its own session. That process waits for its
//! end, removes the temporary folder and reports to us, if we still run.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use super::child::Environment;
use crate::domain::CommandLine;
use crate::domain::child_process::child_process;
use crate::domain::custom_command::{Value, failure_of};

/// The hidden subcommand that runs a command: `FOLDER PROGRAM ARGUMENT…`.
pub(super) const COMMAND: &str = "__run-in-background";

/// How long the last line of a command that has ended may take.
const PATIENCE: Duration = Duration::from_millis(200);

/// The most bytes of a line that are kept.
const MAX_LINE: usize = 1000;

/// Why a command in the background did nothing, or not what it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandError {
    /// It did not start, for this reason.
    NotStarted(String),
    Failed {
        /// `exit code 3`
        how: String,
        /// The last line that it wrote to standard error. Untrusted text.
        line: String,
    },
}

/// The command with its variables, and the environment of all child processes.
pub(super) fn command(environment: &Environment, line: &CommandLine) -> Command {
    let mut command = environment.command(&line.program);
    command.args(&line.arguments);
    add_variables(&mut command, line);
    command
}

fn add_variables(command: &mut Command, line: &CommandLine) {
    for value in Value::ALL {
        command.env_remove(value.variable());
    }
    command.envs(line.variables.iter().map(|(name, value)| (name, value)));
}

/// Runs a command in the background, and blocks until its end. The folder is removed then.
pub(super) fn run_in_background(
    environment: &Environment,
    line: &CommandLine,
    folder: Option<PathBuf>,
) -> Result<(), CommandError> {
    let folder = Folder(folder);
    let mut command = environment.own_command(COMMAND);
    command.arg(folder.0.as_deref().unwrap_or(Path::new("")));
    command.arg(&line.program).args(&line.arguments).stdout(Stdio::piped());
    add_variables(&mut command, line);
    let not_started = |error: std::io::Error| CommandError::NotStarted(error.to_string());
    let mut child = command.spawn().map_err(not_started)?;
    // From here on it is removed there, even after our end.
    folder.keep();
    let output = child.stdout.take().map(BufReader::new);
    let mut lines = output.into_iter().flat_map(|output| output.lines().map_while(Result::ok));
    let (first, line) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let result = match first.split_once(' ') {
        Some(("ok", _)) => Ok(()),
        Some(("failed", how)) => Err(CommandError::Failed { how: how.to_owned(), line }),
        Some(("error", why)) => Err(CommandError::NotStarted(why.to_owned())),
        _ => Err(CommandError::NotStarted("the process that runs it has ended".to_owned())),
    };
    drop(lines);
    // It runs on as long as anything that the command started can write.
    _ = thread::Builder::new().spawn(move || child.wait());
    result
}

/// A temporary folder that is removed on drop.
struct Folder(Option<PathBuf>);

impl Folder {
    fn keep(mut self) {
        self.0 = None;
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(folder) = &self.0 {
            _ = fs::remove_dir_all(folder);
        }
    }
}

/// The main function of the process that runs a command.
pub(super) fn main(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    #[cfg(unix)]
    {
        _ = rustix::process::setsid();
    }
    let folder = Folder(arguments.next().filter(|folder| !folder.is_empty()).map(PathBuf::from));
    let Some(program) = arguments.next() else { return ExitCode::FAILURE };
    let mut command = child_process(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            report(&format!("error {error}"), "");
            return ExitCode::FAILURE;
        }
    };
    let last_line = Arc::new(Mutex::new(String::new()));
    // Nothing is sent: the end of the reader closes it.
    let (reading, end_of_errors) = mpsc::channel::<()>();
    let (errors, line) = (child.stderr.take(), Arc::clone(&last_line));
    let reader = thread::Builder::new().spawn(move || {
        let _reading = reading;
        read_lines(errors, &line);
    });
    let end = child.wait().ok().and_then(failure);
    drop(folder);
    match end {
        None => report("ok ", ""),
        Some(how) => {
            // A process that it started may still have standard error open: then there is no end of it.
            _ = end_of_errors.recv_timeout(PATIENCE);
            let line = last_line.lock().unwrap_or_else(PoisonError::into_inner).clone();
            report(&format!("failed {how}"), &line);
        }
    }
    // Such a process must be able to write.
    if let Ok(reader) = reader {
        _ = reader.join();
    }
    ExitCode::SUCCESS
}

fn failure(status: ExitStatus) -> Option<String> {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    #[cfg(not(unix))]
    let signal = None;
    failure_of(status.code(), signal)
}

/// Reads to the end, and stores the last line that is not empty.
fn read_lines(errors: Option<impl Read>, last_line: &Mutex<String>) {
    let Some(errors) = errors else { return };
    let mut errors = BufReader::new(errors);
    let mut line = Vec::new();
    loop {
        let Ok(bytes) = errors.fill_buf() else { return };
        if bytes.is_empty() {
            break;
        }
        for byte in bytes {
            match byte {
                b'\n' | b'\r' => store(&mut line, last_line),
                byte if line.len() < MAX_LINE => line.push(*byte),
                _ => {}
            }
        }
        let length = bytes.len();
        errors.consume(length);
    }
    store(&mut line, last_line);
}

fn store(line: &mut Vec<u8>, last_line: &Mutex<String>) {
    let text = String::from_utf8_lossy(line).trim().to_owned();
    line.clear();
    if !text.is_empty() {
        *last_line.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }
}

#[expect(clippy::disallowed_methods, reason = "the process reports on its standard output")]
fn report(first: &str, second: &str) {
    // Nobody reads it if cfimg has ended.
    let mut out = std::io::stdout();
    _ = writeln!(out, "{first}\n{second}").and_then(|()| out.flush());
}
