//! Prepares and runs the user's own commands.

use std::fmt;
use std::io;
use std::path::PathBuf;

use tempfile::TempDir;

use super::delivery_effects::DeliveryEffects;
use super::failures::bug;
use super::saver::Saver;
use crate::app::{CommandRun, Event, RequestId};
use crate::cloudflare::{self, Client, OnWait};
use crate::desktop::CommandError;
use crate::domain::custom_command::{Value, failed};
use crate::domain::json_pretty::pretty;
use crate::domain::sanitize::sanitize;
use crate::domain::{CommandLine, Failure};

/// A command that can start.
pub struct PreparedCommand {
    pub request: RequestId,
    pub name: String,
    pub line: CommandLine,
    pub background: bool,
    /// The folder of its file, which is removed on drop.
    pub folder: Option<TempDir>,
}

/// Without its arguments: they may contain anything.
impl fmt::Debug for PreparedCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedCommand").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What is needed to prepare a command.
pub(super) struct Preparer {
    pub(super) client: Option<Client>,
    pub(super) saver: Saver,
    pub(super) delivery_effects: DeliveryEffects,
}

impl Preparer {
    /// Fetches what the command needs, and fills it in. The error is a notice.
    pub(super) async fn prepare(
        self,
        request: RequestId,
        run: CommandRun,
        on_wait: impl Fn() -> Box<OnWait<'static>>,
    ) -> Result<PreparedCommand, String> {
        let CommandRun { command, mut values, picture, json_of, to_sign } = run;
        if let Some(id) = json_of {
            let client = self.client.as_ref().ok_or_else(|| not_run(&bug()))?;
            let image = client.image(&id, &*on_wait()).await;
            let image = image
                .map_err(|error| not_run(&cloudflare::failure(&error, &client.about(Some(&id), None))))?;
            values.set(Value::Json, pretty(&image.raw).join("\n"));
        }
        if let Some((url, expires)) = to_sign {
            let signed = self.delivery_effects.sign(vec![url], expires, false, on_wait()).await;
            let signed = signed.map_err(|failure| not_run(&failure))?;
            let url = signed.urls.first().ok_or_else(|| not_run(&bug()))?;
            values.set(Value::SignedUrl, url.expose().as_str());
        }
        let mut folder = None;
        if let Some(source) = picture {
            let private = private_folder().map_err(|error| not_run(&no_folder(&error)))?;
            let path = self.saver.fetch_into(&source, private.path(), &*on_wait()).await;
            values.set(Value::File, path.map_err(|failure| not_run(&failure))?);
            folder = Some(private);
        }
        let line = command.text.fill(&values).map_err(|why| format!("Not run. {why}"))?;
        Ok(PreparedCommand {
            request,
            name: command.name.clone(),
            line,
            background: command.background,
            folder,
        })
    }
}

impl PreparedCommand {
    /// Its folder, which the caller must remove.
    pub(super) fn take_folder(&mut self) -> Option<PathBuf> {
        self.folder.take().map(TempDir::keep)
    }
}

/// The event at the end of a command in the background.
pub(super) fn background_ended(
    request: RequestId,
    name: &str,
    program: &str,
    result: Result<(), CommandError>,
) -> Event {
    let result = result.map_err(|error| match error {
        CommandError::NotStarted(why) => not_started(name, program, &why),
        CommandError::Failed { how, line } if line.is_empty() => format!("{}.", failed(name, &how)),
        CommandError::Failed { how, line } => format!("{}: {}", failed(name, &how), sanitize(&line)),
    });
    Event::CommandEnded(request, result)
}

/// The notice about a command that did not start.
pub(super) fn not_started(name: &str, program: &str, why: &str) -> String {
    let name = sanitize(name);
    let program = if program == name { String::new() } else { format!(" ({})", sanitize(program)) };
    format!("Couldn't start {name}{program}. System error: {why}.")
}

/// A temporary folder that only we can enter.
fn private_folder() -> io::Result<TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.prefix("cfimg-").tempdir()
}

fn not_run(failure: &Failure) -> String {
    format!("Not run. {failure}")
}

fn no_folder(error: &io::Error) -> Failure {
    let folder = std::env::temp_dir();
    Failure::other(
        "Couldn't create a temporary folder",
        format!(
            "System error: {error}. Set TMPDIR to a folder other than {}.",
            sanitize(&folder.to_string_lossy())
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices() {
        let failed =
            |how: &str, line: &str| CommandError::Failed { how: how.to_owned(), line: line.to_owned() };
        let not_started = CommandError::NotStarted("No such file or directory (os error 2)".to_owned());
        let notices = [
            ("gimp", "gimp", not_started.clone()),
            ("edit", "gimp-3", not_started),
            ("gimp", "gimp", failed("exit code 3", "cannot \x1b[31mopen display")),
            ("gimp", "gimp", failed("killed by SIGKILL", "")),
        ];
        let notices = notices.map(|(name, program, error)| {
            match background_ended(RequestId(1), name, program, Err(error)) {
                Event::CommandEnded(_, Err(notice)) => notice,
                other => panic!("{other:?}"),
            }
        });
        insta::assert_snapshot!(notices.join("\n"), @r#"
        Couldn't start gimp. System error: No such file or directory (os error 2).
        Couldn't start edit (gimp-3). System error: No such file or directory (os error 2).
        gimp failed (exit code 3): cannot ␛[31mopen display
        gimp failed (killed by SIGKILL).
        "#);
    }
}
