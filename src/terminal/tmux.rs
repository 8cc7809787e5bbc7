//! tmux's version and options.

use std::process::Stdio;

use crate::domain::child_process::child_process;

/// What matters to cfimg of the tmux around it. Untrusted text; empty if this tmux has no such option.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TmuxOptions {
    /// Such as `3.5a`.
    pub version: String,
    pub allow_passthrough: String,
    pub set_clipboard: String,
    pub default_terminal: String,
}

impl TmuxOptions {
    /// Asks tmux. Blocks until it has responded. `None` if it can't be run.
    pub fn query() -> Option<Self> {
        let line = display("#{version}\t#{allow-passthrough}\t#{set-clipboard}\t#{default-terminal}")?;
        let mut values = line.split('\t').map(str::to_owned);
        let mut next = || values.next().unwrap_or_default();
        Some(Self {
            version: next(),
            allow_passthrough: next(),
            set_clipboard: next(),
            default_terminal: next(),
        })
    }

    /// Whether tmux passes sequences through. `None` if it has no such option: before 3.3 it always does.
    pub fn passes_through(&self) -> Option<bool> {
        match &*self.allow_passthrough {
            "0" | "off" => Some(false),
            "1" | "on" | "all" => Some(true),
            _ => None,
        }
    }
}

/// A format's text for this pane.
fn display(format: &str) -> Option<String> {
    let mut command = child_process("tmux");
    command.args(["display-message", "-p", format]);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).trim_end_matches(['\r', '\n']).to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passthrough_is_unknown_without_the_option() {
        for (value, expected) in [
            ("0", Some(false)),
            ("off", Some(false)),
            ("1", Some(true)),
            ("on", Some(true)),
            ("all", Some(true)),
            ("", None),
        ] {
            let options = TmuxOptions { allow_passthrough: value.into(), ..TmuxOptions::default() };
            assert_eq!(options.passes_through(), expected, "{value}");
        }
    }
}
