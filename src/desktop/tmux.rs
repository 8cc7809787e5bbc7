//! Copies through tmux.

use super::child::{self, Environment};
use super::{ClipboardBackend, CopyError};

/// Copies `text` to tmux's newest buffer and, with `-w` (tmux 3.2), to the clipboard of the terminal around
/// it.
pub(super) fn copy(text: &str, environment: &Environment) -> Result<(), CopyError> {
    let mut tmux = environment.command("tmux");
    tmux.args(["load-buffer", "-w", "-"]);
    let (mut client, _) = child::run_with_input(tmux, text, ClipboardBackend::Tmux, environment.patience)?;
    // Its output has ended, so it is about to exit.
    match client.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(CopyError::Refused(ClipboardBackend::Tmux, status.to_string())),
        Err(error) => Err(CopyError::Refused(ClipboardBackend::Tmux, error.to_string())),
    }
}
