//! What cfimg stores on this machine.

use jiff::Timestamp;

use super::report::{Check, Finding};
use super::setup::{Setup, path};
use crate::commands::stores::{history, index, thumbnails};
use crate::domain::FailureKind;
use crate::domain::account::{bytes, group_thousands, image_count};
use crate::domain::time_format::ago;
use crate::storage::index::IndexError;

pub(super) const GROUP: &str = "Files";

pub(super) const CHECKS: &[Check<Facts>] = &[
    Check { name: "index", run: |facts| stored(&facts.index, facts, index_finding) },
    Check { name: "thumbnails", run: |facts| stored(&facts.thumbnails, facts, thumbnails_finding) },
    Check { name: "history", run: |facts| stored(&facts.history, facts, history_finding) },
    Check { name: "log", run: log },
];

/// A store of the account in use.
#[derive(Debug, Clone)]
pub(super) enum Store<T> {
    /// The settings turn it off.
    Off,
    NoAccount,
    NoHome,
    Read(T),
}

/// The index's state.
#[derive(Debug, Clone)]
pub(super) enum IndexState {
    Missing,
    Whole {
        images: usize,
        is_whole: bool,
        listed_at: Timestamp,
        size: u64,
    },
    /// It was corrupt and is now called this.
    SetAside(String),
    Locked,
    Failed(String),
}

#[derive(Debug, Clone)]
pub(super) struct Facts {
    pub(super) now: Timestamp,
    pub(super) index: Store<IndexState>,
    /// Bytes and folder.
    pub(super) thumbnails: Store<(u64, String)>,
    /// The number of lookups, or why they can't be read.
    pub(super) history: Store<Result<usize, String>>,
    /// The log's path.
    pub(super) log: Option<String>,
}

impl Facts {
    pub(super) fn read(setup: &Setup, now: Timestamp) -> Self {
        let (with_history, with_index) =
            setup.settings.as_ref().map_or((true, true), |settings| (settings.history, settings.index));
        Self {
            now,
            index: store(setup, with_index, index, |index| match index.read() {
                Ok(None) => IndexState::Missing,
                Ok(Some(stored)) => IndexState::Whole {
                    images: stored.images.len(),
                    is_whole: stored.whole,
                    listed_at: stored.listed_at,
                    size: index.size(),
                },
                Err(IndexError::SetAside { to, .. }) => IndexState::SetAside(path(&to)),
                Err(IndexError::Locked) => IndexState::Locked,
                Err(error) => IndexState::Failed(error.to_string()),
            }),
            thumbnails: store(setup, with_index, thumbnails, |cache| (cache.size(), path(cache.folder()))),
            history: store(setup, with_history, history, |history| {
                history.read().map(|lookups| lookups.len()).map_err(|error| error.to_string())
            }),
            log: setup.log_path(),
        }
    }
}

fn store<S, T>(
    setup: &Setup,
    is_on: bool,
    open: impl Fn(&crate::cloudflare::Config) -> Option<S>,
    read: impl Fn(S) -> T,
) -> Store<T> {
    if !is_on {
        return Store::Off;
    }
    let Some(config) = setup.config() else { return Store::NoAccount };
    open(config).map_or(Store::NoHome, |store| Store::Read(read(store)))
}

fn stored<T>(store: &Store<T>, facts: &Facts, finding: fn(&T, &Facts) -> Finding) -> Finding {
    match store {
        Store::Off => Finding::ok("off, by the settings"),
        Store::NoAccount => Finding::skipped("no credentials"),
        Store::NoHome => Finding::warning("no home folder", "Set HOME to store it between runs."),
        Store::Read(state) => finding(state, facts),
    }
}

fn index_finding(state: &IndexState, facts: &Facts) -> Finding {
    match state {
        IndexState::Missing => Finding::ok("none yet; the program creates it"),
        IndexState::Whole { images, is_whole, listed_at, size } => {
            let extent = if *is_whole { "" } else { ", only the newest" };
            Finding::ok(format!(
                "{}{extent}, updated {} ({})",
                image_count(*images),
                ago(*listed_at, facts.now),
                bytes(*size)
            ))
        }
        IndexState::SetAside(to) => {
            Finding::warning(format!("corrupt; it was renamed to {to}"), "Run `cfimg` to create a new one.")
        }
        IndexState::Locked => {
            Finding::unknown("another cfimg is using it", "Quit the other cfimg, then try again.")
        }
        IndexState::Failed(error) => Finding::error(
            FailureKind::Other,
            "Couldn't read the local index",
            format!(
                "System error: {}. Check its permissions, or run `cfimg index --clear`.",
                error.trim_end_matches('.')
            ),
        ),
    }
}

fn thumbnails_finding((size, folder): &(u64, String), _: &Facts) -> Finding {
    Finding::ok(if *size == 0 { "none".to_owned() } else { format!("{} in {folder}", bytes(*size)) })
}

fn history_finding(lookups: &Result<usize, String>, _: &Facts) -> Finding {
    match lookups {
        Ok(0) => Finding::ok("empty"),
        Ok(1) => Finding::ok("1 lookup"),
        Ok(count) => Finding::ok(format!("{} lookups", group_thousands(*count as u64))),
        Err(error) => Finding::error(
            FailureKind::Other,
            "Couldn't read the history",
            format!("System error: {error}. Check the permissions of its file."),
        ),
    }
}

fn log(facts: &Facts) -> Finding {
    match &facts.log {
        Some(path) => Finding::ok(path),
        None => Finding::ok("none; `--log FILE` writes one"),
    }
}
