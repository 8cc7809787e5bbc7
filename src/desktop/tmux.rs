//! The clipboard of the terminal around tmux.

use super::child::{self, Surroundings};
use super::{CopyError, Way};

/// Puts `text` into tmux's newest buffer and, by `-w` (tmux 3.2), into the clipboard of the terminal around it.
pub(super) fn copy(text: &str, surroundings: &Surroundings) -> Result<(), CopyError> {
    let mut tmux = surroundings.command("tmux");
    tmux.args(["load-buffer", "-w", "-"]);
    let (mut client, _) = child::tell(tmux, text, Way::Tmux, surroundings.patience)?;
    // Its output has ended, so it is ending too.
    match client.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(CopyError::Refused(Way::Tmux, status.to_string())),
        Err(error) => Err(CopyError::Refused(Way::Tmux, error.to_string())),
    }
}
