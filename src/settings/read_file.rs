//! Reads small text files that the user may have replaced with anything.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Why a file could not be read, as a sentence without its full stop.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error("It doesn't exist")]
    Missing,
    #[error("It isn't a regular file")]
    NotRegular,
    #[error("It is too large (limit 1 MiB)")]
    TooLarge,
    #[error("It isn't UTF-8")]
    NotUtf8,
    #[error("System error: {0}")]
    Io(io::Error),
}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // Some set `XDG_CONFIG_HOME=/dev/null` for "no settings".
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            _ => Self::Io(error),
        }
    }
}

/// The file's text. Does not wait for a pipe or read a terminal.
pub(super) fn read_file(path: &Path) -> Result<String, FileError> {
    let mut options = File::options();
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits().cast_signed());
    }
    let file = options.read(true).open(path)?;
    // Some use /dev/null for "no settings".
    if !file.metadata()?.is_file() && path != Path::new("/dev/null") {
        return Err(FileError::NotRegular);
    }
    let mut text = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(FileError::TooLarge);
    }
    String::from_utf8(text).map_err(|_| FileError::NotUtf8)
}
