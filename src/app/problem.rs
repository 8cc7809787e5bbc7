//! Why an image or the list is not shown.

use super::browse::Paging;
use super::gallery::thumb_key;
use super::{Action, Keymap, Model};
use crate::domain::Failure;
use crate::domain::picture_choice::turned_off_by;
use crate::domain::sanitize::sanitize;

/// Why nothing is requested automatically: less than a fifth of the quota is left.
pub const FEW_REQUESTS_LEFT: &str = "Few API requests are left.";

/// The message while no image is shown.
pub fn nothing_shown(keymap: &Keymap) -> String {
    format!("No image is shown. Press {} to enter an image ID or URL.", keymap.key_of(&Action::FocusImage))
}

/// A failure's `what` as a clause inside another sentence: `timeout`. Names and acronyms keep their capitals.
pub(super) fn clause(what: &str) -> String {
    let (first, rest) = what.split_at(what.chars().next().map_or(0, char::len_utf8));
    let is_name = what.starts_with("Cloudflare") || rest.starts_with(|c: char| !c.is_lowercase() && c != ' ');
    if is_name { what.to_owned() } else { first.to_lowercase() + rest }
}

impl Model {
    /// The most urgent problem.
    pub fn problem(&self) -> Option<String> {
        // Without credentials, the welcome screen says what to do.
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

    /// Why no pictures are drawn, and what to do.
    pub fn why_no_pictures(&self) -> String {
        match &self.preferences.pictures_off_by {
            Some(by) => format!("{}. Use --picture auto.", turned_off_by(&sanitize(by))),
            None => "Pictures are off: half-blocks need colours.".to_owned(),
        }
    }

    /// Why the tile under the gallery's cursor has no picture, and what to do, in a long and in a short form.
    pub fn tile_problem(&self) -> Option<[String; 2]> {
        let image = self.browse.row(self.browse.cursor).filter(|_| self.is_gallery())?;
        let key = match thumb_key(self, image, self.viewports.gallery.cells) {
            Ok(key) => key,
            Err(failure) => return Some([failure.to_string(), failure.headline() + "."]),
        };
        let failure = self.gallery.failure(&key)?;
        let retry = format!("Press {} to retry.", self.keymap.key_of(&Action::Refresh));
        let hint = without_retry(&failure.hint);
        let long = match hint.strip_prefix("Try again. ") {
            Some(rest) => format!("{retry} {rest}"),
            None => format!("{hint} {retry}").trim_start().to_owned(),
        };
        let ray = failure.ray.as_ref().map(|ray| format!(" [cf-ray {ray}]")).unwrap_or_default();
        let what = failure.headline();
        Some([format!("{what}. {long}{ray}"), format!("{what}. {retry}")])
    }

    /// Why the list did not load. `None` if it did, or is loading.
    pub(super) fn list_problem(&self) -> Option<String> {
        let Paging::Failed(Failure { what, code, hint, ray, .. }) = &self.browse.paging else { return None };
        let list = if self.browse.images().is_empty() { "the list" } else { "the rest of the list" };
        let code = if code.is_empty() { String::new() } else { format!(", {code}") };
        let ray = ray.as_ref().map(|ray| format!(" [cf-ray {ray}]")).unwrap_or_default();
        let hint = match without_retry(hint) {
            hint if hint.is_empty() => hint,
            hint => format!(" {hint}"),
        };
        let (what, retry) = (clause(what), self.retry_hint());
        Some(format!("Couldn't load {list} ({what}{code}).{hint} {retry}{ray}"))
    }

    /// How to load a list that failed to load.
    pub fn retry_hint(&self) -> String {
        // A list without an end fails again where it failed.
        let is_endless = self.browse.next.as_ref().is_some_and(|next| next.endless().is_some());
        let action = if is_endless { Action::Reload } else { Action::LoadAll };
        format!("Press {} to retry.", self.keymap.key_of(&action))
    }
}

/// A hint without its advice to try again: the key for that is named instead.
fn without_retry(hint: &str) -> String {
    match hint.strip_suffix(", then try again.") {
        Some(rest) => format!("{rest}."),
        None => hint.strip_suffix("Try again.").unwrap_or(hint).trim_end().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{clause, without_retry};

    #[test]
    fn advice_to_try_again_is_left_out() {
        for (hint, rest) in [
            ("Try again.", ""),
            ("Check the network. Try again.", "Check the network."),
            ("Check the network, then try again.", "Check the network."),
            ("Check the token.", "Check the token."),
        ] {
            assert_eq!(without_retry(hint), rest);
        }
    }

    #[test]
    fn clause_keeps_capitals_of_names() {
        for (what, expected) in [
            ("The connection was closed early", "the connection was closed early"),
            ("Cloudflare rejected the API token", "Cloudflare rejected the API token"),
            ("DNS failed", "DNS failed"),
            ("A proxy", "a proxy"),
            ("", ""),
        ] {
            assert_eq!(clause(what), expected);
        }
    }
}
