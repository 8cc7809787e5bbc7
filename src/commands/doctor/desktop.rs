//! The clipboard and the browser.

use super::report::{Check, Finding};
use crate::desktop::{ClipboardBackend, Display, OpenError, SystemDesktop};

pub(super) const GROUP: &str = "Desktop";

pub(super) const CHECKS: &[Check<Facts>] = &[
    Check { name: "clipboard", run: clipboard },
    Check { name: "browser", run: browser },
    Check { name: "SSH", run: ssh },
];

#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) clipboard: ClipboardBackend,
    pub(super) display: Display,
    pub(super) browser: Result<String, OpenError>,
    pub(super) is_ssh: bool,
}

impl Facts {
    /// Tries to connect to the display.
    pub(super) fn read(desktop: &SystemDesktop, is_ssh: bool) -> Self {
        Self {
            clipboard: desktop.clipboard(),
            display: desktop.display(),
            browser: desktop.browser(),
            is_ssh,
        }
    }
}

fn clipboard(facts: &Facts) -> Finding {
    match (facts.clipboard, &facts.display) {
        (ClipboardBackend::Native, Display::Unreachable(display)) => Finding::warning(
            format!("the display in {display} doesn't respond"),
            "Start it, or unset the variable. Until then, text is copied through the terminal.",
        ),
        (ClipboardBackend::Native, Display::Running(name) | Display::Untried(name)) => {
            Finding::ok(format!("the desktop's ({name})"))
        }
        (ClipboardBackend::Native, Display::None) => Finding::ok("the desktop's"),
        (ClipboardBackend::Tmux, _) => Finding::ok("through tmux"),
        (ClipboardBackend::Osc52, _) => {
            Finding::ok("through the terminal (OSC 52), which doesn't confirm that it copied")
        }
    }
}

fn browser(facts: &Facts) -> Finding {
    match (&facts.browser, &facts.display) {
        (Ok(name), Display::Unreachable(display)) => Finding::warning(
            format!("{name}, but the display in {display} doesn't respond"),
            "Start it, or set BROWSER to a browser that needs no display.",
        ),
        (Ok(name), _) => Finding::ok(name),
        (Err(OpenError::NoDisplay), _) => {
            Finding::warning("no display is available", "Copy URLs instead of opening them, or set BROWSER.")
        }
        (Err(OpenError::NoLauncher(_)), _) => {
            Finding::warning("not found", "Install a browser, or set BROWSER to one.")
        }
        (Err(error), _) => Finding::warning("none", error.to_string()),
    }
}

fn ssh(facts: &Facts) -> Finding {
    let text = if facts.is_ssh {
        "yes; text is copied on your own machine, and a browser would open on this one"
    } else {
        "no"
    };
    Finding::ok(text)
}
