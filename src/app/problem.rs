//! The problem that stands in the place of an image or a list.

use super::browse::Paging;
use super::keymap::key_of;
use super::{Action, Model};

/// What is said while no image is shown.
pub fn nothing_shown() -> String {
    let key = key_of(&Action::FocusImage);
    format!("No image is shown yet. Press {key}, then type or paste an image ID or a delivery URL.")
}

impl Model {
    /// The most urgent problem, in sentences.
    pub fn problem(&self) -> Option<String> {
        // The whole screen says what to do without credentials.
        let offline = self.offline.as_ref().filter(|_| !self.needs_credentials);
        let failure = self.lookup.image.failure().or(offline);
        let refusal = self.input.refusal.clone();
        refusal.or_else(|| failure.map(ToString::to_string)).or_else(|| self.list_problem())
    }

    fn list_problem(&self) -> Option<String> {
        let Paging::Failed(why) = &self.browse.paging else { return None };
        let is_endless = self.browse.next.as_ref().is_some_and(|next| next.endless().is_some());
        let hint = if is_endless {
            format!("Press {} to reload it.", key_of(&Action::Reload))
        } else {
            format!("Press {} to retry.", key_of(&Action::LoadAll))
        };
        Some(format!("Couldn't load the list. {why} {hint}"))
    }
}
