//! The settings file.

use super::report::{Check, Finding};
use super::setup::{SettingsFile, Setup};
use crate::domain::FailureKind;
use crate::settings::TomlFile;

pub(super) const GROUP: &str = "Settings";

pub(super) const CHECKS: &[Check<Setup>] =
    &[Check { name: "file", run: file }, Check { name: "values", run: values }];

fn file(setup: &Setup) -> Finding {
    match &setup.file {
        Some(file) if file.exists => Finding::ok(&file.path),
        Some(file) if file.is_named => Finding::error(
            FailureKind::Usage,
            format!("{} doesn't exist", file.path),
            "Create it, or change CFIMG_CONFIG.",
        ),
        Some(file) => Finding::ok(format!("{} (doesn't exist; defaults are used)", file.path)),
        None => Finding::warning("no home folder", "Set HOME, or set CFIMG_CONFIG to a file."),
    }
}

/// The most lines that are named.
const LINES: usize = 12;

fn mistakes(file: &TomlFile) -> Finding {
    const HINT: &str = "Run `cfimg config` to see what is wrong, and `cfimg config --edit` to correct it.";
    // The messages may repeat a secret that is in the wrong place.
    let mut lines: Vec<_> = file.mistakes().iter().map(|mistake| file.line_at(mistake.span.start)).collect();
    lines.dedup();
    let count = lines.len();
    let text = lines.iter().take(LINES).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let text = match count {
        1 => format!("a mistake in line {text}"),
        _ if count > LINES => format!("mistakes in lines {text} and more"),
        _ => format!("mistakes in lines {text}"),
    };
    if file.is_fatal() {
        Finding::error(FailureKind::Usage, text, HINT)
    } else {
        Finding::warning(text, HINT)
    }
}

fn values(setup: &Setup) -> Finding {
    let is_missing = |file: &SettingsFile| file.is_named && !file.exists;
    if setup.settings.is_err() && setup.file.as_ref().is_some_and(is_missing) {
        return Finding::skipped("the file doesn't exist");
    }
    match &setup.settings {
        Ok(settings) => settings.mistaken_file().map_or_else(|| Finding::ok("no mistakes"), mistakes),
        Err(failure) if failure.kind == FailureKind::Credentials => Finding::failed(failure),
        Err(failure) => Finding::error(FailureKind::Usage, failure.headline(), &failure.hint),
    }
}
