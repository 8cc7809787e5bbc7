//! The clipboard of macOS and Windows, which keeps its content after the program exits.

use arboard::Clipboard;

use super::child::Environment;
use super::{ClipboardBackend, CopyError};

/// The clipboard, opened by the first copy.
#[derive(Default)]
pub(super) struct Native(Option<Clipboard>);

impl Native {
    pub(super) fn copy(&mut self, text: &str, _: &Environment) -> Result<(), CopyError> {
        let refused = |error: arboard::Error| CopyError::Refused(ClipboardBackend::Native, error.to_string());
        let clipboard = match &mut self.0 {
            Some(clipboard) => clipboard,
            empty => empty.insert(Clipboard::new().map_err(refused)?),
        };
        clipboard.set_text(text).map_err(refused)
    }
}
