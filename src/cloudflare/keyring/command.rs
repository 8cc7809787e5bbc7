//! A key from a command, such as a password manager's.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use secrecy::zeroize::Zeroizing;
use tokio::time::Instant;

use crate::domain::secret::{InvalidSecret, may_be_secret};
use crate::domain::{Failure, FailureKind, SigningKey};

/// How long a command may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// More bytes are no key.
const MAX_OUTPUT: u64 = 4096;

/// The name of the key, for a sentence that says which one signed.
const NAME: &str = "signing_key_command";

/// Runs a command by the shell and reads its one line. It blocks, for ten seconds at most. Its errors are not shown, since
/// a key may stand in them; nor does the command get what of the environment holds credentials.
pub(super) fn key(command: &str) -> Result<SigningKey, Failure> {
    within(command, PATIENCE)
}

/// The failure of a command, `why` without a full stop.
pub(super) fn failed(why: impl std::fmt::Display) -> Failure {
    Failure::new(
        FailureKind::Credentials,
        "The command for the signing key gave none",
        format!("{why}. Run what stands in signing_key_command by hand: it is to print the key on one line."),
    )
}

fn within(command: &str, patience: Duration) -> Result<SigningKey, Failure> {
    let deadline = Instant::now() + patience;
    let mut child = shell(command).spawn().map_err(|error| failed(format!("The system says: {error}")))?;
    let (sender, receiver) = mpsc::channel();
    let stdout = child.stdout.take();
    let reading = thread::Builder::new().name("signing key".to_owned()).spawn(move || {
        let mut output =
            Zeroizing::new(Vec::with_capacity(usize::try_from(MAX_OUTPUT).unwrap_or_default() + 1));
        let read = stdout.map(|stdout| stdout.take(MAX_OUTPUT + 1).read_to_end(&mut output));
        // Where nobody waits any more, the time is over.
        _ = sender.send(read.transpose().map(|_| output));
    });
    let read = match reading {
        Ok(_) => receiver.recv_timeout(patience),
        Err(error) => {
            end(&mut child);
            return Err(failed(format!("The system says: {error}")));
        }
    };
    let output = match read {
        Ok(Ok(output)) if output.len() as u64 <= MAX_OUTPUT => output,
        other => {
            end(&mut child);
            return Err(match other {
                Ok(Ok(_)) => failed("It prints more than any key is long"),
                Ok(Err(error)) => failed(format!("The system says: {error}")),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    failed(format!("It took longer than {} s", patience.as_secs()))
                }
            });
        }
    };
    // Its output has ended; one that goes on all the same is not waited for.
    let ended = ended(&mut child, deadline);
    end(&mut child);
    match ended {
        Some(status) if status.success() => {}
        Some(status) => return Err(failed(format!("It failed ({status})"))),
        None => return Err(failed(format!("It took longer than {} s", patience.as_secs()))),
    }
    let text = std::str::from_utf8(&output).map_err(|_| failed("What it prints is no text"))?;
    SigningKey::parse(NAME, text).map_err(|why| {
        failed(match why {
            InvalidSecret::Empty => "It prints nothing",
            InvalidSecret::NotPrintable => "It prints several lines, or what is in no key",
        })
    })
}

/// Waits for an end that is due, a hundredth of a second at a time; looks once where no time is left.
fn ended(child: &mut Child, deadline: Instant) -> Option<std::process::ExitStatus> {
    loop {
        match child.try_wait() {
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(10)),
            Ok(status) => return status,
            Err(_) => return None,
        }
    }
}

#[cfg(unix)]
fn shell(command: &str) -> Command {
    use std::os::unix::process::CommandExt as _;
    let mut shell = quiet("sh");
    // A group of its own, so that what the shell started ends with it, and none of it reads the program's keys.
    shell.arg("-c").arg(command).process_group(0);
    shell
}

#[cfg(not(unix))]
fn shell(command: &str) -> Command {
    let mut shell = quiet("cmd");
    shell.arg("/C").arg(command);
    shell
}

fn quiet(program: &str) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| may_be_secret(name)) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Ends a command and what it started.
fn end(child: &mut Child) {
    if matches!(child.try_wait(), Ok(Some(_))) {
        return;
    }
    #[cfg(unix)]
    if let Ok(group) = i32::try_from(child.id())
        && let Some(group) = rustix::process::Pid::from_raw(group)
    {
        _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    _ = child.kill();
    _ = child.wait();
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn said(command: &str, patience: Duration) -> String {
        within(command, patience).expect_err("it gives no key").to_string()
    }

    #[test]
    fn one_line_is_the_key() {
        let key = key("printf 'abc=\\n\\n'; echo hush >&2").unwrap();
        assert!(key.signs_like(&SigningKey::parse("x", "abc=").unwrap()));
        assert_eq!(key.name(), "signing_key_command");
    }

    #[test]
    fn a_command_that_gives_none_says_why_and_shows_nothing() {
        for (command, why) in [
            ("echo hush >&2; exit 3", "It failed (exit status: 3)"),
            ("echo hush; exit 1", "It failed"),
            ("true", "It prints nothing"),
            ("echo hush; echo hush", "It prints several lines"),
            ("head -c 9000 /dev/zero", "It prints more than any key is long"),
            ("printf '\\377'", "no text"),
            ("/no/such/hush", "It failed (exit status: 127)"),
        ] {
            let said = said(command, PATIENCE);
            assert!(said.contains(why) && said.contains("signing_key_command"), "{command}: {said}");
            assert!(!said.contains("hush"), "{said}");
        }
    }

    #[test]
    fn what_hangs_is_ended_with_all_that_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let (sender, ended) = mpsc::channel();
        let command = format!("sleep 600 > '{}' & wait", pipe.display());
        // The pipe ends when whoever writes to it does.
        thread::spawn(move || sender.send(std::fs::read(pipe).is_ok()));
        assert!(said(&command, Duration::from_secs(1)).contains("It took longer"));
        assert_eq!(ended.recv_timeout(PATIENCE), Ok(true), "what the shell started still runs");
    }

    #[test]
    fn no_time_is_left_after_the_output_took_all_of_it() {
        let mut child = shell("sleep 600").spawn().unwrap();
        let before = Instant::now();
        assert_eq!(ended(&mut child, before), None, "it is looked at once");
        end(&mut child);
        assert!(ended(&mut child, before).is_some(), "and what has ended is seen to have");
    }

    #[test]
    fn one_that_closes_its_output_and_goes_on_is_not_waited_for() {
        let said = said("echo key; exec >&-; sleep 600", Duration::from_millis(100));
        assert!(said.contains("It took longer"), "{said}");
    }
}
