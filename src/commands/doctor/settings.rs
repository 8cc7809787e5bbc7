//! The settings file.

use super::report::{Check, Finding};
use super::setup::{SettingsFile, Setup};
use crate::domain::FailureKind;

pub(super) const GROUP: &str = "Settings";

pub(super) const CHECKS: &[Check<Setup>] =
    &[Check { name: "file", run: file }, Check { name: "values", run: values }];

fn file(setup: &Setup) -> Option<Finding> {
    Some(match &setup.file {
        Some(file) if file.exists => Finding::ok(&file.path),
        Some(file) if file.is_named => Finding::error(
            FailureKind::Usage,
            format!("{} doesn't exist", file.path),
            "Create it, or change CFIMG_CONFIG.",
        ),
        Some(file) => Finding::ok(format!("{} (doesn't exist; defaults are used)", file.path)),
        None => Finding::warning("no home folder", "Set HOME, or set CFIMG_CONFIG to a file."),
    })
}

fn values(setup: &Setup) -> Option<Finding> {
    let is_missing = |file: &SettingsFile| file.is_named && !file.exists;
    if setup.settings.is_err() && setup.file.as_ref().is_some_and(is_missing) {
        return Some(Finding::skipped("the file doesn't exist"));
    }
    Some(match &setup.settings {
        Ok(_) => Finding::ok("no mistakes"),
        Err(failure) if failure.kind == FailureKind::Credentials => Finding::failed(failure),
        Err(failure) => Finding::error(FailureKind::Usage, failure.headline(), &failure.hint),
    })
}
