//! Queries the options of tmux.

use std::process::{Command, Stdio};

use crate::domain::PictureChoice;
use crate::picture::TerminalEnv;

/// Queries whether tmux allows passthrough to the outer terminal, if `choice` needs that.
pub fn query_tmux(env: &mut TerminalEnv, choice: PictureChoice) {
    if env.tmux && matches!(choice, PictureChoice::Kitty | PictureChoice::Sixel | PictureChoice::Iterm2) {
        env.passthrough = passthrough();
    }
}

/// The option of this pane. `None` if tmux has no such option: before 3.3 it always passes sequences through.
fn passthrough() -> Option<bool> {
    let mut command = Command::new("tmux");
    command.args(["display-message", "-p", "#{allow-passthrough}"]);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    match output.stdout.trim_ascii() {
        b"0" | b"off" => Some(false),
        b"1" | b"on" | b"all" => Some(true),
        _ => None,
    }
}
