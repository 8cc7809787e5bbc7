//! Opens a file in the user's editor, in this terminal.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use super::child::Environment;

/// The editor if none is set.
const DEFAULT: &str = if cfg!(windows) { "notepad" } else { "vi" };

/// Runs `$VISUAL`, `$EDITOR`, or else `vi`, and waits for its end. As in git, the variable may contain options and
/// quotes. Returns the editor's command, for messages.
pub fn edit_file(
    path: &Path,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> (String, io::Result<ExitStatus>) {
    let environment = Environment::new(variables);
    let editor = ["VISUAL", "EDITOR"].iter().find_map(|name| environment.variable(name));
    let editor = editor.unwrap_or_else(|| DEFAULT.into());
    let mut command = command(&environment, &editor, path);
    command.stdin(Stdio::inherit()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    (editor.to_string_lossy().into_owned(), command.status())
}

#[cfg(unix)]
fn command(environment: &Environment, editor: &OsStr, path: &Path) -> Command {
    let mut script = editor.to_owned();
    script.push(" \"$@\"");
    let mut command = environment.command("sh");
    command.arg("-c").arg(script).arg(editor).arg(path);
    command
}

/// Without a shell, options are split at spaces.
#[cfg(not(unix))]
fn command(environment: &Environment, editor: &OsStr, path: &Path) -> Command {
    let editor = editor.to_string_lossy();
    let mut words = editor.split_whitespace();
    let mut command = environment.command(words.next().unwrap_or(DEFAULT));
    command.args(words).arg(path);
    command
}
