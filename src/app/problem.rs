//! The problem that stands in the place of an image or a list.

use super::browse::Paging;
use super::keymap::key_of;
use super::{Action, Model};
use crate::domain::Failure;

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

    /// Whether the last lookup failed, was refused or was cancelled, and none is awaited.
    pub(super) fn can_dismiss(&self) -> bool {
        let is_awaited = self.lookup.image.pending_request().is_some();
        !is_awaited && (self.input.refusal.is_some() || self.lookup.can_dismiss())
    }

    fn list_problem(&self) -> Option<String> {
        let Paging::Failed(Failure { what, code, hint, ray, .. }) = &self.browse.paging else { return None };
        let list = if self.browse.images().is_empty() { "the list" } else { "the rest of the list" };
        let code = if code.is_empty() { String::new() } else { format!(", {code}") };
        let ray = ray.as_ref().map(|ray| format!(" [cf-ray {ray}]")).unwrap_or_default();
        let retry = self.retry_hint();
        Some(format!("Couldn't load {list} ({what}{code}). {hint} {retry}{ray}"))
    }

    /// How to load a list that failed to load.
    pub fn retry_hint(&self) -> String {
        // A list without an end fails again where it failed.
        let is_endless = self.browse.next.as_ref().is_some_and(|next| next.endless().is_some());
        let action = if is_endless { Action::Reload } else { Action::LoadAll };
        format!("Press {} to retry.", key_of(&action))
    }
}
