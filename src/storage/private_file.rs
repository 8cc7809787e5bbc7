//! Files that only their owner can read, opened with care, and the lock that whoever writes them holds.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// Makes the folder, for its owner alone.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Opens a plain file that only its owner can read. A link is not followed and a pipe not waited for: whoever put it
/// there does not want what we want.
pub(super) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt as _;
        let private_file = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.mode(0o600).custom_flags(private_file.bits().cast_signed());
    }
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("something that is no file stands in its place"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o077 != 0 {
            // Somebody else's file cannot be mended, and may be readable all the same.
            _ = file.set_permissions(std::fs::Permissions::from_mode(0o600));
        }
    }
    Ok(file)
}

/// Holds off every other cfimg from a folder's files. Ends when dropped.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "closing it ends the lock")] File);

impl Lock {
    /// Waits until no other cfimg holds it.
    pub(super) fn wait(folder: &Path) -> io::Result<Self> {
        let file = Self::file(folder)?;
        file.lock()?;
        Ok(Self(file))
    }

    /// Tries as often as told, a hundredth of a second apart; `None` where another cfimg holds it all the while. One
    /// that was stopped with it would be waited for for good.
    pub(super) fn attempt(folder: &Path, tries: u32) -> io::Result<Option<Self>> {
        let file = Self::file(folder)?;
        for left in (0..tries).rev() {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self(file))),
                Err(TryLockError::WouldBlock) if left > 0 => thread::sleep(Duration::from_millis(10)),
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
