//! Copies a text with the first backend that works.

use super::child::Environment;
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) use super::clipboard_owner::Native;
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub(super) use super::native::Native;
use super::{ClipboardBackend, CopyError, osc52, tmux};

/// The result of a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The backend that was used.
    pub backend: ClipboardBackend,
    /// With [`ClipboardBackend::Osc52`], the sequence that the caller must write to the terminal. The
    /// terminal sends no response, so it is only known that the text was sent.
    pub osc52: Option<String>,
    /// Why the preferred backend failed, if another one was used.
    pub instead_of: Option<CopyError>,
}

/// Copies with the first of `backends` that works. The last resort is the terminal, which fails only if the
/// text is too long for it, as far as we can see.
pub(super) fn copy(
    text: &str,
    backends: &[ClipboardBackend],
    native: &mut Native,
    environment: &Environment,
) -> Result<Copied, CopyError> {
    // The first failure is reported: it is that of the backend that should have worked.
    let mut instead_of: Option<CopyError> = None;
    for &backend in backends {
        let outcome = match backend {
            ClipboardBackend::Native => native.copy(text, environment),
            ClipboardBackend::Tmux => tmux::copy(text, environment),
            ClipboardBackend::Osc52 => break,
        };
        match outcome {
            Ok(()) => return Ok(Copied { backend, osc52: None, instead_of }),
            Err(error) => instead_of = instead_of.or(Some(error)),
        }
    }
    let in_screen = osc52::is_in_screen(&|name| environment.variable(name));
    let Some(sequence) = osc52::sequence(text, in_screen) else {
        return Err(CopyError::TooLong(text.len()));
    };
    Ok(Copied { backend: ClipboardBackend::Osc52, osc52: Some(sequence), instead_of })
}
