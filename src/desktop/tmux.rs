//! The clipboard of the terminal around tmux.

use super::child::{self, Environment};
use super::{ClipboardBackend, CopyError};

/// Puts `text` into tmux's newest buffer and, by `-w` (tmux 3.2), into the clipboard of the terminal around it.
pub(super) fn copy(text: &str, environment: &Environment) -> Result<(), CopyError> {
    let mut tmux = environment.command("tmux");
    tmux.args(["load-buffer", "-w", "-"]);
    let (mut client, _) = child::tell(tmux, text, ClipboardBackend::Tmux, environment.patience)?;
    // Its output has ended, so it is ending too.
    match client.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(CopyError::Refused(ClipboardBackend::Tmux, status.to_string())),
        Err(error) => Err(CopyError::Refused(ClipboardBackend::Tmux, error.to_string())),
    }
}
