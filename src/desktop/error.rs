//! Errors of copying and opening, each with a hint.

use std::time::Duration;

use thiserror::Error;

use super::ClipboardBackend;

/// The longest text that is sent to the terminal, in bytes. hterm and usual builds of xterm silently drop sequences above
/// 100,000 bytes; this is what fits in base64.
pub(super) const MAX_TEXT: usize = 74_991;

/// Why a clipboard backend failed. Holds nothing of the text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CopyError {
    /// The display or tmux accepted the request but did not respond in this time.
    #[error("{name} didn't respond within {ms} ms. {hint}", name = name(*.0), ms = .1.as_millis(), hint = hint(*.0))]
    Silent(ClipboardBackend, Duration),
    /// The clipboard or tmux could not be reached or refused, with the cause.
    #[error("{name} can't be used ({1}). {hint}", name = name(*.0), hint = hint(*.0))]
    Refused(ClipboardBackend, String),
    /// Only OSC 52 is left, and terminals drop a text of this many bytes.
    #[error(
        "The text ({} kB) is too large for the terminal's clipboard (OSC 52, limit {} kB). Copy fewer images, or write \
         the URLs to a file with `cfimg url - > FILE`.", .0.div_ceil(1000), MAX_TEXT.div_ceil(1000)
    )]
    TooLong(usize),
    /// The thread could not be started.
    #[error("The system couldn't start a thread ({0}). Close other programs, then try again.")]
    NoThread(String),
}

fn name(backend: ClipboardBackend) -> &'static str {
    match backend {
        ClipboardBackend::Native => "The clipboard",
        ClipboardBackend::Tmux => "tmux",
        ClipboardBackend::Osc52 => "The terminal",
    }
}

fn hint(backend: ClipboardBackend) -> &'static str {
    match backend {
        ClipboardBackend::Native if cfg!(any(windows, target_os = "macos")) => {
            "Try again, or select the text on the screen."
        }
        ClipboardBackend::Native => "Check that DISPLAY or WAYLAND_DISPLAY names a running display.",
        ClipboardBackend::Tmux => "tmux must be 3.2 or newer, and its server running.",
        ClipboardBackend::Osc52 => "Select the text on the screen.",
    }
}

/// Why no browser was opened. Holds nothing of the URL, which may be signed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OpenError {
    /// Not an `http:` or `https:` URL; a launcher might treat others in unexpected ways.
    #[error("cfimg only opens http and https URLs. Copy this one if you trust it.")]
    NotWeb,
    /// No X11 or Wayland display, and no `$BROWSER`.
    #[error("No display is available. Open the URL on another machine, or set BROWSER.")]
    NoDisplay,
    /// None of the launchers is installed.
    #[error("No browser was found ({0}). Install one, set BROWSER, or copy the URL.")]
    NoLauncher(String),
    /// A launcher failed while it was watched.
    #[error("{0} failed ({1}). Set another browser in BROWSER, or copy the URL.")]
    Failed(String, String),
    /// The thread could not be started.
    #[error("The system couldn't start a thread ({0}). Close other programs, then try again.")]
    NoThread(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_the_desktop() {
        let time = Duration::from_millis(500);
        let cause = || "the cause".to_owned();
        let copying = [
            CopyError::Silent(ClipboardBackend::Tmux, time),
            CopyError::Refused(ClipboardBackend::Osc52, cause()),
            CopyError::TooLong(100_000),
            CopyError::NoThread(cause()),
            #[cfg(all(unix, not(target_os = "macos")))]
            CopyError::Refused(ClipboardBackend::Native, cause()),
        ];
        let opening = [
            OpenError::NotWeb,
            OpenError::NoDisplay,
            OpenError::NoLauncher("xdg-open".to_owned()),
            OpenError::Failed("xdg-open".to_owned(), "exit status: 3".to_owned()),
            OpenError::NoThread(cause()),
        ];
        let messages: Vec<_> =
            copying.iter().map(ToString::to_string).chain(opening.iter().map(ToString::to_string)).collect();
        #[cfg(all(unix, not(target_os = "macos")))]
        insta::assert_snapshot!("messages", messages.join("\n"));
        assert!(messages.iter().all(|message| message.ends_with('.')), "{messages:?}");
    }
}
