//! The log. It is asked for by `--log` alone: nothing is written by itself.

use std::fs::OpenOptions;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};

use crate::domain::{Failure, FailureKind};

/// Writes what happens from now on to the end of a file, which only its owner can read if it is new.
pub fn start(file: &Path) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(file).map_err(|error| {
        let what = format!("The log {} could not be opened", file.display());
        Failure::new(
            FailureKind::Other,
            what,
            format!("The system says: {error}. Name another file with --log."),
        )
    })?;
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Mutex::new(opened));
    let ours = Targets::new().with_target("cfimg", LevelFilter::DEBUG);
    let log = tracing_subscriber::registry().with(layer.with_filter(ours));
    // There is no other subscriber that this one could find in its place.
    _ = tracing::subscriber::set_global_default(log);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "cfimg starts");
    Ok(())
}
