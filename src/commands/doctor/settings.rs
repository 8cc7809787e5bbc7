//! The settings file.

use super::report::{Check, Finding};
use super::setup::{SettingsFile, Setup};
use crate::domain::FailureKind;
use crate::settings::{Settings, TomlFile};

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

fn mistakes(settings: &Settings) -> Finding {
    const OF_CONFIG: &str =
        "Run `cfimg config` to see what is wrong, and `cfimg config --edit` to correct it.";
    const OF_THEME: &str = "Run `cfimg config` to see what is wrong, and correct the theme file.";
    let files = settings.mistaken_files();
    let Some(first) = files.first() else { return Finding::ok("no mistakes") };
    let is_config = |file: &TomlFile| settings.config_path() == Some(file.path());
    let of_file = |file: &&TomlFile| {
        let lines = lines(file);
        if is_config(file) { lines } else { format!("{lines} of {}", file.name()) }
    };
    let text = files.iter().map(of_file).collect::<Vec<_>>().join("; ");
    let hint = if is_config(first) { OF_CONFIG } else { OF_THEME };
    if files.iter().any(|file| file.is_fatal()) {
        Finding::error(FailureKind::Usage, text, hint)
    } else {
        Finding::warning(text, hint)
    }
}

fn lines(file: &TomlFile) -> String {
    // The messages may repeat a secret that is in the wrong place.
    let mut lines: Vec<_> = file.mistakes().iter().map(|mistake| file.line_at(mistake.span.start)).collect();
    lines.dedup();
    let count = lines.len();
    let text = lines.iter().take(LINES).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match count {
        1 => format!("a mistake in line {text}"),
        _ if count > LINES => format!("mistakes in lines {text} and more"),
        _ => format!("mistakes in lines {text}"),
    }
}

fn values(setup: &Setup) -> Finding {
    let is_missing = |file: &SettingsFile| file.is_named && !file.exists;
    if setup.settings.is_err() && setup.file.as_ref().is_some_and(is_missing) {
        return Finding::skipped("the file doesn't exist");
    }
    match &setup.settings {
        Ok(settings) => mistakes(settings),
        Err(failure) if failure.kind == FailureKind::Credentials => Finding::failed(failure),
        Err(failure) => Finding::error(FailureKind::Usage, failure.headline(), &failure.hint),
    }
}
