//! The log file. It is written only with `--log`.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};

use crate::domain::Failure;
use crate::domain::sanitize::sanitize;

/// Appends all later log records to `file`. A new file is readable by its owner only.
pub fn start(file: &Path) -> Result<(), Failure> {
    let unusable = |verb: &str, why: &str| {
        let what = format!("Couldn't {verb} the log {}", sanitize(&file.display().to_string()));
        Failure::other(what, format!("{why}. Use another file with --log."))
    };
    let opened = open(file).map_err(|error| unusable("open", &format!("System error: {error}")))?;
    if !opened.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return Err(unusable("open", "It isn't a regular file"));
    }
    let failed = Arc::new(AtomicBool::new(false));
    let writer = Mutex::new(Log { file: opened, failed: Arc::clone(&failed) });
    // Internal errors would be printed in the middle of the screen.
    let layer =
        tracing_subscriber::fmt::layer().with_ansi(false).log_internal_errors(false).with_writer(writer);
    let ours = Targets::new().with_target("cfimg", LevelFilter::DEBUG);
    let log = tracing_subscriber::registry().with(layer.with_filter(ours));
    // This fails only if another subscriber is set, and there is none.
    _ = tracing::subscriber::set_global_default(log);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "cfimg starts");
    if failed.load(Ordering::Relaxed) {
        return Err(unusable("write", "The disk may be full"));
    }
    Ok(())
}

/// Opens the file. A named pipe does not block.
fn open(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600).custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }
    options.open(file)
}

/// The file, and whether a write has failed.
struct Log {
    file: File,
    failed: Arc<AtomicBool>,
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).inspect_err(|_| self.failed.store(true, Ordering::Relaxed))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
