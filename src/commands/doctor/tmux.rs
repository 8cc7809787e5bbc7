//! tmux's settings. Outside tmux there is nothing to check.

use super::report::{Check, Finding};
use crate::domain::graphics::Protocol;
use crate::terminal::TmuxOptions;

pub(super) const GROUP: &str = "tmux";

pub(super) const CHECKS: &[Check<Facts>] = &[
    Check { name: "version", run: version },
    Check { name: "allow-passthrough", run: allow_passthrough },
    Check { name: "set-clipboard", run: set_clipboard },
    Check { name: "default-terminal", run: default_terminal },
];

/// The first version whose `load-buffer` copies to the terminal's clipboard.
const COPIES: (u32, u32) = (3, 2);

const SILENT: &str = "tmux didn't respond";

/// The first version with the option `allow-passthrough`. Those before it always pass pictures through.
const HAS_PASSTHROUGH: (u32, u32) = (3, 3);

#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    /// `None` if tmux could not be asked.
    pub(super) options: Option<TmuxOptions>,
    /// How pictures are drawn. `None` if that is unknown, or they are off.
    pub(super) protocol: Option<Protocol>,
}

fn version(facts: &Facts) -> Finding {
    let Some(options) = &facts.options else {
        return Finding::unknown(SILENT, "Check that `tmux -V` works in this pane.");
    };
    match number(&options.version) {
        Some(number) if number < COPIES => {
            Finding::warning(&options.version, "Copying through tmux needs 3.2 or newer.")
        }
        _ => Finding::ok(&options.version),
    }
}

fn allow_passthrough(facts: &Facts) -> Finding {
    let Some(options) = &facts.options else { return Finding::skipped(SILENT) };
    match options.passes_through() {
        Some(true) => Finding::ok("on"),
        Some(false) if facts.protocol == Some(Protocol::Sixel) => {
            Finding::ok("off; tmux draws the pictures (sixel)")
        }
        Some(false) => Finding::warning(
            "off, so pictures can't pass through",
            "Run `tmux set -g allow-passthrough on`, and add it to ~/.tmux.conf.",
        ),
        None if number(&options.version).is_some_and(|number| number < HAS_PASSTHROUGH) => {
            Finding::ok("always on in this version")
        }
        None => Finding::unknown("unknown", ""),
    }
}

fn set_clipboard(facts: &Facts) -> Finding {
    let Some(options) = &facts.options else { return Finding::skipped(SILENT) };
    match &*options.set_clipboard {
        "" => Finding::unknown("unknown", ""),
        "off" => Finding::ok("off; cfimg copies anyway (load-buffer -w)"),
        value => Finding::ok(value),
    }
}

fn default_terminal(facts: &Facts) -> Finding {
    let Some(options) = &facts.options else { return Finding::skipped(SILENT) };
    match &*options.default_terminal {
        "" => Finding::unknown("unknown", ""),
        few if !few.contains("256color") && !few.contains("direct") => Finding::warning(
            format!("{few}, so there are 16 colours"),
            "Add `set -g default-terminal tmux-256color` to ~/.tmux.conf, and restart tmux.",
        ),
        value => Finding::ok(value),
    }
}

/// The first two numbers: of `3.5a` and `next-3.6`, 3 and 5 or 6.
fn number(version: &str) -> Option<(u32, u32)> {
    let digits = version.trim_start_matches(|c: char| !c.is_ascii_digit());
    let (major, rest) = digits.split_once('.')?;
    let minor = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
