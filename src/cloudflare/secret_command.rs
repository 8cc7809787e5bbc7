//! Runs a command that prints a secret, such as a password manager: `signing_key_command` and `token_command`.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use secrecy::zeroize::Zeroizing;
use tokio::time::Instant;

use crate::domain::child_process::{InTerminal, RunInTerminal, child_process};
use crate::domain::secret::InvalidSecret;
use crate::domain::token_mistake::{TokenMistake, parse_token};
use crate::domain::{Failure, FailureKind, Secret, SigningKey};

/// How long a command for a signing key may run.
const KEY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a command for a token may run: it may ask for a passphrase.
const TOKEN_TIMEOUT: Duration = Duration::from_secs(30);

/// How often to check whether the command has exited.
const TICK: Duration = Duration::from_millis(10);

/// How long the output may stay open after the command has exited, because a process that left its process group
/// still holds it.
const GRACE: Duration = Duration::from_secs(1);

/// A secret is shorter than this.
const MAX_OUTPUT: usize = 4096;

/// The signing key's name in messages.
const KEY: &str = "signing_key_command";

/// Why a command gave no secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum CommandError {
    #[error("System error: {0}")]
    System(String),
    #[error("Its output isn't text")]
    NotText,
    #[error("It printed nothing")]
    Empty,
    #[error("Its output isn't a secret on one line")]
    NotOneLine,
    #[error("Its output is too long")]
    TooLong,
    #[error("It took longer than {} s", .0.as_secs())]
    TimedOut(Duration),
    #[error("It failed ({0})")]
    Failed(ExitStatus),
    /// What it printed instead of a token.
    #[error("{0}")]
    NotAToken(String),
}

/// What a command may use of the terminal.
#[derive(Clone)]
pub enum CommandInput {
    /// Nothing. Its standard error is discarded, because it may contain the secret.
    None,
    /// It may ask for a passphrase.
    Terminal(RunInTerminal),
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        Self::System(error.to_string())
    }
}

/// Runs a command in the shell and reads the key from its one line of output. Blocks for ten seconds at most. The
/// command's stderr is discarded, because it may contain the key. The command does not inherit environment
/// variables that may hold credentials.
pub(super) fn key(command: &str) -> Result<SigningKey, Failure> {
    run_for_key(command, KEY_TIMEOUT).map_err(key_failure)
}

/// Runs a command in the shell and reads a token from its one line of output. Blocks for 30 seconds at most. The
/// command does not inherit environment variables that may hold credentials.
pub fn token(command: &str, input: CommandInput) -> Result<Secret, Failure> {
    run_for_token(command, input, TOKEN_TIMEOUT).map_err(|why| {
        Failure::new(
            FailureKind::Credentials,
            "token_command returned no token",
            format!("{why}. Run the command by hand; it must print only the token, on one line."),
        )
    })
}

/// The failure of a command for a key; `why` has no full stop.
pub(super) fn key_failure(why: impl std::fmt::Display) -> Failure {
    Failure::new(
        FailureKind::Credentials,
        "signing_key_command returned no key",
        format!("{why}. Run the command by hand; it must print only the key, on one line."),
    )
}

fn run_for_key(command: &str, timeout: Duration) -> Result<SigningKey, CommandError> {
    let output = run(shell(command), timeout)?;
    SigningKey::parse(KEY, text(&output)?).map_err(|why| match why {
        InvalidSecret::Empty => CommandError::Empty,
        InvalidSecret::NotPrintable => CommandError::NotOneLine,
    })
}

fn run_for_token(command: &str, input: CommandInput, timeout: Duration) -> Result<Secret, CommandError> {
    let output = match input {
        CommandInput::None => run(shell(command), timeout)?,
        CommandInput::Terminal(run) => run_in_terminal(command, &run, timeout)?,
    };
    parse_token(text(&output)?).map_err(|why| match why {
        TokenMistake::Invalid(InvalidSecret::Empty) => CommandError::Empty,
        TokenMistake::Invalid(InvalidSecret::NotPrintable) | TokenMistake::Spaces => CommandError::NotOneLine,
        mistake => CommandError::NotAToken(format!("Its output can't be used. {}", mistake.what())),
    })
}

fn text(output: &[u8]) -> Result<&str, CommandError> {
    std::str::from_utf8(output).map_err(|_| CommandError::NotText)
}

fn run(mut shell: Command, timeout: Duration) -> Result<Zeroizing<Vec<u8>>, CommandError> {
    let deadline = Instant::now() + timeout;
    let mut child = shell.spawn()?;
    let output = output(&mut child, deadline, timeout);
    kill(&mut child);
    output
}

/// The same with the terminal, where the command has its own process group too.
fn run_in_terminal(
    command: &str,
    run: &RunInTerminal,
    timeout: Duration,
) -> Result<Zeroizing<Vec<u8>>, CommandError> {
    let (output, writer) = io::pipe()?;
    let limit = u64::try_from(MAX_OUTPUT).unwrap_or(u64::MAX).saturating_add(1);
    // At the limit the pipe closes.
    let chunks = read(Some(output.take(limit)))?;
    let mut shell = plain_shell(command);
    shell.stdout(writer);
    let status = run(shell, InTerminal::Captured(timeout))?.ok_or(CommandError::TimedOut(timeout))?;
    let mut output = Zeroizing::new(Vec::with_capacity(MAX_OUTPUT));
    while let Ok(chunk) = chunks.recv_timeout(GRACE) {
        let chunk = chunk?;
        if output.len() + chunk.len() > MAX_OUTPUT {
            return Err(CommandError::TooLong);
        }
        output.extend_from_slice(&chunk);
    }
    if status.success() { Ok(output) } else { Err(CommandError::Failed(status)) }
}

/// Reads a command's output until it exits. Does not wait for processes that it started and that still hold the
/// output open.
fn output(
    child: &mut Child,
    deadline: Instant,
    timeout: Duration,
) -> Result<Zeroizing<Vec<u8>>, CommandError> {
    let chunks = read(child.stdout.take())?;
    // Never reallocated, so that no copy of a key stays in memory.
    let mut output = Zeroizing::new(Vec::with_capacity(MAX_OUTPUT));
    let mut status = None;
    let mut until = deadline;
    loop {
        match chunks.recv_timeout(TICK) {
            Ok(Ok(chunk)) if output.len() + chunk.len() > MAX_OUTPUT => {
                return Err(CommandError::TooLong);
            }
            Ok(Ok(chunk)) => output.extend_from_slice(&chunk),
            Ok(Err(error)) => return Err(error.into()),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if status.is_none() {
            status = exited(child);
            // Everything it printed is in the pipe by now.
            until = if status.is_some() { Instant::now() + GRACE } else { deadline };
        }
        if Instant::now() >= until {
            break;
        }
    }
    while status.is_none() && Instant::now() < deadline {
        thread::sleep(TICK);
        status = exited(child);
    }
    match status.or_else(|| exited(child)) {
        Some(status) if status.success() => Ok(output),
        Some(status) => Err(CommandError::Failed(status)),
        None => Err(CommandError::TimedOut(timeout)),
    }
}

/// Reads the output on its own thread. The channel closes at the end of the output.
fn read(stdout: Option<impl Read + Send + 'static>) -> io::Result<Receiver<io::Result<Zeroizing<Vec<u8>>>>> {
    let (sender, chunks) = mpsc::channel();
    thread::Builder::new().name("secret command".to_owned()).spawn(move || {
        let Some(mut stdout) = stdout else { return };
        let mut chunk = Zeroizing::new([0; 1024]);
        loop {
            let read = match stdout.read(&mut *chunk) {
                Ok(0) => return,
                Ok(bytes) => Ok(Zeroizing::new(chunk[..bytes].to_vec())),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            // The receiver is gone once the command has exited or timed out.
            if sender.send(read).is_err() {
                return;
            }
        }
    })?;
    Ok(chunks)
}

/// Runs `$1`. Standard input is a pipe that closes when cfimg exits, however it exits. Then the whole process
/// group is killed, so that no command outlives cfimg.
#[cfg(unix)]
const WATCHDOG_SCRIPT: &str = "exec 3<&0 </dev/null
{ read -r _ <&3; kill -KILL 0; } >/dev/null 2>&1 &
exec sh -c \"$1\" 3<&-";

#[cfg(unix)]
fn shell(command: &str) -> Command {
    use std::os::unix::process::CommandExt as _;
    let mut shell = base_command("sh");
    // Its own process group, so that everything the shell starts can be killed with it, and nothing reads cfimg's
    // keyboard input.
    shell.args(["-c", WATCHDOG_SCRIPT, "sh", command]).stdin(Stdio::piped()).process_group(0);
    shell
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    let mut shell = base_command("cmd");
    shell.arg("/C").arg(command);
    shell
}

/// A shell that runs the command, and nothing else.
#[cfg(unix)]
fn plain_shell(command: &str) -> Command {
    let mut shell = base_command("sh");
    shell.args(["-c", command]);
    shell
}

#[cfg(not(unix))]
fn plain_shell(command: &str) -> Command {
    shell(command)
}

fn base_command(program: &str) -> Command {
    let mut command = child_process(program);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Kills a command and its process group.
fn kill(child: &mut Child) {
    // If it has exited, its group was killed already.
    if !matches!(child.try_wait(), Ok(Some(_))) {
        kill_group(child);
        _ = child.kill();
        _ = child.wait();
    }
}

/// The exit status; `None` while the command runs. Also kills what is left in its process group. That must happen
/// before the command is reaped, because its group ID may be reused afterwards.
#[cfg(unix)]
fn exited(child: &mut Child) -> Option<ExitStatus> {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    if matches!(waitid(WaitId::Pid(Pid::from_child(child)), options), Ok(Some(_))) {
        kill_group(child);
    }
    child.try_wait().ok().flatten()
}

#[cfg(not(unix))]
fn exited(child: &mut Child) -> Option<ExitStatus> {
    child.try_wait().ok().flatten()
}

#[cfg(unix)]
fn kill_group(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    _ = kill_process_group(Pid::from_child(child), Signal::KILL);
}

#[cfg(not(unix))]
fn kill_group(_: &Child) {}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn error(command: &str, timeout: Duration) -> CommandError {
        run_for_key(command, timeout).expect_err("no key")
    }

    fn exit(code: i32) -> CommandError {
        CommandError::Failed(std::os::unix::process::ExitStatusExt::from_raw(code << 8))
    }

    #[test]
    fn key_is_the_one_line_printed() {
        let key = key("printf 'abc=\\n\\n'; echo hush >&2").unwrap();
        assert!(key.has_same_secret(&SigningKey::parse("x", "abc=").unwrap()));
        assert_eq!(key.name(), "signing_key_command");
    }

    #[test]
    fn failed_command_is_explained_without_its_output() {
        for (command, expected) in [
            ("echo hush >&2; exit 3", exit(3)),
            ("echo hush; exit 1", exit(1)),
            ("true", CommandError::Empty),
            ("echo hush; echo hush", CommandError::NotOneLine),
            ("head -c 9000 /dev/zero", CommandError::TooLong),
            ("printf '\\377'", CommandError::NotText),
            ("/no/such/hush", exit(127)),
        ] {
            let error = error(command, KEY_TIMEOUT);
            assert_eq!(error, expected, "{command}");
            let message = key_failure(error).to_string();
            assert!(message.contains("signing_key_command") && !message.contains("hush"), "{message}");
        }
    }

    #[test]
    fn hanging_command_is_killed_with_its_children() {
        let (pipe, exited, _folder) = open_pipe();
        let command = format!("exec 3> '{}'; sleep 600 & wait", pipe.display());
        let timeout = Duration::from_secs(1);
        assert_eq!(error(&command, timeout), CommandError::TimedOut(timeout));
        assert_eq!(exited.recv_timeout(KEY_TIMEOUT), Ok(true), "what the shell started still runs");
    }

    #[test]
    fn finished_command_leaves_no_background_process() {
        let (pipe, exited, _folder) = open_pipe();
        let before = Instant::now();
        let key = key(&format!("exec 3> '{}'; sleep 600 & sleep 600 & echo abc=", pipe.display())).unwrap();
        assert!(key.has_same_secret(&SigningKey::parse("x", "abc=").unwrap()));
        assert!(before.elapsed() < KEY_TIMEOUT, "the background process kept the output open");
        assert_eq!(exited.recv_timeout(KEY_TIMEOUT), Ok(true), "a background process still runs");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn key_does_not_wait_for_daemon() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        // The command exits once the daemon has left its process group.
        let daemon = format!(
            "mkfifo \"{0}.up\"; setsid sh -c 'echo > \"{0}.up\"; read line < \"{0}\"' &",
            pipe.display()
        );
        let command = format!("{daemon} read line < \"{}.up\"; echo abc=", pipe.display());
        assert!(key(&command).is_ok());
        // Lets the daemon exit.
        std::fs::write(pipe, "end\n").unwrap();
    }

    #[test]
    fn command_is_killed_when_cfimg_exits() {
        let (pipe, exited, _folder) = open_pipe();
        let mut child = shell(&format!("exec > '{}'; echo; sleep 600", pipe.display())).spawn().unwrap();
        let chunks = read(child.stdout.take()).unwrap();
        assert!(chunks.recv_timeout(KEY_TIMEOUT).is_err(), "it has closed its output but still runs");
        // The kernel closes it when a process exits, however it exits.
        drop(child.stdin.take());
        assert_eq!(exited.recv_timeout(KEY_TIMEOUT), Ok(true), "the command still runs");
        kill(&mut child);
    }

    #[test]
    fn command_has_empty_stdin_and_its_exit_status() {
        assert!(key("read -r line; echo abc$line=").is_ok());
        assert_eq!(error("exit 42", KEY_TIMEOUT), exit(42));
        let CommandError::Failed(status) = error("kill -TERM $$", KEY_TIMEOUT) else {
            panic!("it was killed")
        };
        assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(15));
        assert!(
            key("printf %s 'a$1b' \"$@\"")
                .is_ok_and(|key| { key.has_same_secret(&SigningKey::parse("x", "a$1b").unwrap()) })
        );
    }

    /// A FIFO, and a channel that reports when its last writer has exited. A command opens it itself, because a
    /// background process may be killed before it does.
    fn open_pipe() -> (std::path::PathBuf, Receiver<bool>, tempfile::TempDir) {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        let (sender, exited) = mpsc::channel();
        let read = pipe.clone();
        thread::spawn(move || sender.send(std::fs::read(read).is_ok()));
        (pipe, exited, folder)
    }

    #[test]
    fn command_that_closes_stdout_times_out() {
        let timeout = Duration::from_millis(100);
        assert_eq!(error("echo key; exec >&-; sleep 600", timeout), CommandError::TimedOut(timeout));
    }

    #[test]
    fn token_is_the_one_line_printed() {
        let run = |command: &str| run_for_token(command, CommandInput::None, KEY_TIMEOUT);
        let token = run("echo note >&2; printf 'Bearer cfut_abc\\n'").unwrap();
        assert_eq!(token.expose(), "cfut_abc");
        for (command, expected) in [
            ("true", CommandError::Empty),
            ("echo hush; echo hush", CommandError::NotOneLine),
            ("head -c 9000 /dev/zero", CommandError::TooLong),
            // As a token of the older kind, which has no prefix.
            ("echo ABCDEF0123456789ABCDEF0123456789ABCDEF01 >&2; echo hush; exit 3", exit(3)),
            (
                "echo cfk_hush",
                CommandError::NotAToken("Its output can't be used. It is a global API key".to_owned()),
            ),
        ] {
            assert_eq!(run(command).unwrap_err(), expected, "{command}");
        }
        let timeout = Duration::from_millis(100);
        assert_eq!(
            run_for_token("sleep 600", CommandInput::None, timeout).unwrap_err(),
            CommandError::TimedOut(timeout)
        );
    }

    #[test]
    fn token_comes_from_a_command_in_the_terminal() {
        let run = |command: &str| {
            let run = |mut command: Command, _: InTerminal<'_>| command.status().map(Some);
            run_for_token(command, CommandInput::Terminal(Arc::new(run)), KEY_TIMEOUT)
        };
        assert_eq!(run("echo cfut_abc").unwrap().expose(), "cfut_abc");
        assert_eq!(run("exit 3").unwrap_err(), exit(3));
        assert_eq!(run("head -c 9000 /dev/zero").unwrap_err(), CommandError::TooLong);
        let late = |_: Command, _: InTerminal<'_>| Ok(None);
        let late = run_for_token("true", CommandInput::Terminal(Arc::new(late)), KEY_TIMEOUT);
        assert_eq!(late.unwrap_err(), CommandError::TimedOut(KEY_TIMEOUT));
    }
}
