//! Chooses the clipboard backends.

use std::ffi::OsString;
use std::fmt;

/// How a text is copied. Decided once, from the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClipboardBackend {
    /// Through the desktop: X11, Wayland, macOS, Windows.
    Native,
    /// Through the terminal, with the escape sequence OSC 52.
    Osc52,
    /// Through tmux, with `tmux load-buffer -w -`: with tmux's default settings OSC 52 is dropped, and this
    /// is not.
    Tmux,
}

impl ClipboardBackend {
    /// The backend to try first. Over SSH the user sits at another machine, so the terminal has the right
    /// clipboard; a display of this machine, or a forwarded one, does not.
    pub fn decide(variable: &impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| variable(name).is_some_and(|value| !value.is_empty());
        let remote = set("SSH_TTY") || set("SSH_CONNECTION");
        let display = cfg!(any(windows, target_os = "macos")) || set("DISPLAY") || set("WAYLAND_DISPLAY");
        match (remote, display, set("TMUX")) {
            (false, true, _) => Self::Native,
            (_, _, true) => Self::Tmux,
            (_, _, false) => Self::Osc52,
        }
    }

    /// All backends to try, best first. The last is always [`ClipboardBackend::Osc52`], which needs nothing
    /// but the terminal.
    pub(super) fn all(variable: &impl Fn(&str) -> Option<OsString>) -> Vec<Self> {
        let mut backends = vec![Self::decide(variable)];
        if backends[0] == Self::Native && variable("TMUX").is_some_and(|value| !value.is_empty()) {
            backends.push(Self::Tmux);
        }
        if backends[0] != Self::Osc52 {
            backends.push(Self::Osc52);
        }
        backends
    }
}

impl fmt::Display for ClipboardBackend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Native => "clipboard",
            Self::Osc52 => "OSC 52",
            Self::Tmux => "tmux",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(unix, not(target_os = "macos")))]
    fn backends_follow_the_environment() {
        use ClipboardBackend::{Native, Osc52, Tmux};
        for (set, expected) in [
            (&[][..], &[Osc52][..]),
            (&["DISPLAY"], &[Native, Osc52]),
            (&["WAYLAND_DISPLAY"], &[Native, Osc52]),
            (&["DISPLAY", "TMUX"], &[Native, Tmux, Osc52]),
            (&["TMUX"], &[Tmux, Osc52]),
            (&["SSH_TTY"], &[Osc52]),
            (&["SSH_CONNECTION", "DISPLAY"], &[Osc52]),
            (&["SSH_TTY", "DISPLAY", "TMUX"], &[Tmux, Osc52]),
        ] {
            assert_eq!(
                ClipboardBackend::all(&|name| set.contains(&name).then(|| "x".into())),
                expected,
                "{set:?}"
            );
        }
        assert_eq!(
            ClipboardBackend::decide(&|_| Some(OsString::new())),
            Osc52,
            "an empty variable counts as unset"
        );
    }

    #[test]
    fn backends_have_display_names() {
        assert_eq!(
            [ClipboardBackend::Native, ClipboardBackend::Osc52, ClipboardBackend::Tmux]
                .map(|backend| backend.to_string()),
            ["clipboard", "OSC 52", "tmux"]
        );
    }
}
