//! Opens the dialog, and switches to another profile.

use super::state::{ProfileName, ProfileRow};
use crate::app::{Effect, Model, Notice, Overlay};
use crate::domain::Failure;
use crate::domain::sanitize::sanitize;

/// Opens the choice of a profile. Warns instead if there is no other.
pub(crate) fn open(model: &mut Model) {
    if model.profiles.has_others() {
        model.push_overlay(Overlay::Profiles(model.profiles.dialog()));
    } else {
        model.warn(
            "There is no other profile. To add one, run `cfimg login --profile NAME` and restart cfimg.",
        );
    }
}

/// The number of rows that match. `None` without the dialog.
pub(crate) fn count(model: &Model) -> Option<usize> {
    match &model.overlay {
        Some(Overlay::Profiles(dialog)) => Some(dialog.matching(&model.profiles).len()),
        _ => None,
    }
}

/// Switches to a row, by index. Does nothing without the dialog, or if there is no such row.
pub(crate) fn pick(model: &mut Model, row: usize) -> Option<Effect> {
    let Some(Overlay::Profiles(dialog)) = &model.overlay else { return None };
    let ProfileRow { name, .. } = (*dialog.matching(&model.profiles).get(row)?).clone();
    model.clear_overlays();
    if model.profiles.current.as_ref() == Some(&name) {
        model.done(format!("Already using {}", sanitize(&name.to_string())));
        return None;
    }
    Some(Effect::SwitchProfile(name))
}

/// Switches to the row under the cursor.
pub(crate) fn confirm(model: &mut Model) -> Option<Effect> {
    let Some(Overlay::Profiles(dialog)) = &model.overlay else { return None };
    pick(model, dialog.cursor)
}

/// Reports that another profile can't be used. The current one stays in use.
pub(crate) fn on_failed(model: &mut Model, name: &ProfileName, failure: &Failure) {
    if *name == ProfileName::Demo {
        model.warn(failure.to_string());
    } else {
        model.warn(format!("Couldn't switch to {}. {failure}", sanitize(&name.to_string())));
    }
}

/// Prepares the model of another profile, which takes the place of `old`. What does not depend on the account stays.
pub fn take_over(old: &Model, new: &mut Model) {
    new.zone.clone_from(&old.zone);
    new.now = old.now;
    new.keymap = old.keymap.clone();
    if let Some(name) = &new.profiles.current
        && *name != ProfileName::Demo
    {
        let cancelled = if old.save.job.is_some() { ". Saving was cancelled" } else { "" };
        new.notice = Some(Notice::Done(format!("Switched to {}{cancelled}", sanitize(&name.to_string()))));
    }
}
