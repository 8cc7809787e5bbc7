//! Opens files that only their owner can read, and locks them against other processes.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// Creates the directory, accessible only to its owner.
pub(super) fn create_directory(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Opens a regular file that only its owner can read. It does not follow a symbolic link or wait for a pipe, which an
/// attacker may have put there.
pub(super) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.mode(0o600).custom_flags(flags.bits().cast_signed());
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o077 != 0 {
            // Fails for another user's file. The file may still be readable.
            _ = file.set_permissions(std::fs::Permissions::from_mode(0o600));
        }
    }
    Ok(file)
}

/// Locks a directory's files against all other cfimg processes until it is dropped.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "closing the file releases the lock")] File);

impl Lock {
    /// Waits until no other cfimg holds the lock.
    pub(super) fn wait(folder: &Path) -> io::Result<Self> {
        let file = Self::file(folder)?;
        file.lock()?;
        Ok(Self(file))
    }

    /// Tries several times, 10 ms apart. `None` if another cfimg holds the lock all that time. Waiting for a process
    /// that was stopped with the lock would block us forever.
    pub(super) fn attempt(folder: &Path, tries: u32) -> io::Result<Option<Self>> {
        let file = Self::file(folder)?;
        for attempts_left in (0..tries).rev() {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self(file))),
                Err(TryLockError::WouldBlock) if attempts_left > 0 => {
                    thread::sleep(Duration::from_millis(10));
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    fn file(folder: &Path) -> io::Result<File> {
        open(&folder.join("lock"), OpenOptions::new().write(true).create(true))
    }
}
