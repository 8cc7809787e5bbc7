//! Files that appear only when complete: written under a temporary name in the same folder, then renamed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::{Builder, NamedTempFile, TempPath};

/// The first bytes of a file that are kept to detect its format.
const HEAD_SIZE: usize = 16 * 1024;

/// The temporary files of this process.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes all temporary files, before an exit that runs no destructors.
pub fn remove_unfinished() {
    for part in UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        _ = fs::remove_file(part);
    }
}

/// A temporary file, removed on drop unless [`Self::persist`] was called.
#[derive(Debug)]
pub struct AtomicFile {
    file: NamedTempFile,
    head: Vec<u8>,
    size: u64,
    _unfinished: Unfinished,
}

/// Keeps a path in [`UNFINISHED`].
#[derive(Debug)]
struct Unfinished(PathBuf);

/// The folder of a path; empty for the current one.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

impl AtomicFile {
    /// Creates a temporary file in `folder`.
    pub fn create_in(folder: &Path) -> io::Result<Self> {
        // We create the file ourselves: tempfile would make it readable by the owner only, and reword the error.
        let open = |path: &Path| File::create_new(path);
        let file = Builder::new().prefix(".cfimg-").suffix(".part").make_in(folder, open)?;
        let path = file.path().to_owned();
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        Ok(Self { file, head: Vec::new(), size: 0, _unfinished: Unfinished(path) })
    }

    /// The number of bytes written.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The first bytes written, at most 16 KiB: enough to detect the format.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Renames the file to `path` after it has been synced to the disk. With `force` an existing file is
    /// replaced atomically; if `path` is a link, its target is replaced. Without `force` an existing file is
    /// an error.
    pub fn persist(self, path: &Path, force: bool) -> io::Result<()> {
        self.file.as_file().sync_all()?;
        let part = self.file.into_temp_path();
        let renamed = if force { replace(part, path) } else { rename_new(part, path) };
        renamed?;
        #[cfg(unix)]
        if let Ok(folder) =
            File::open(if folder_of(path).as_os_str().is_empty() { Path::new(".") } else { folder_of(path) })
        {
            // Not every file system can sync a folder.
            _ = folder.sync_all();
        }
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.as_file_mut().write(bytes)?;
        let room = HEAD_SIZE - self.head.len();
        self.size += written as u64;
        self.head.extend_from_slice(&bytes[..written.min(room)]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).retain(|part| *part != self.0);
    }
}

/// Replaces a file or the target of a link. The target may be on another file system, where a rename fails; then the
/// bytes are copied.
fn replace(part: TempPath, path: &Path) -> io::Result<()> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match part.persist(&target) {
        Err(failed) if failed.error.kind() == io::ErrorKind::CrossesDevices => {
            fs::copy(&failed.path, &target)?;
            File::open(target)?.sync_all()
        }
        result => Ok(result?),
    }
}

/// Renames to a path that must not exist, in one step if the file system can.
fn rename_new(part: TempPath, path: &Path) -> io::Result<()> {
    match part.persist_noclobber(path) {
        Err(failed) if failed.error.kind() != io::ErrorKind::AlreadyExists => {
            // Where neither such a rename nor a hard link is available, an empty file reserves the name.
            File::create_new(path)?;
            Ok(failed.path.persist(path).inspect_err(|_| _ = fs::remove_file(path))?)
        }
        result => Ok(result?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = entries.collect();
        names.sort();
        names
    }

    fn written(folder: &Path, text: &str) -> AtomicFile {
        let mut atomic_file = AtomicFile::create_in(folder).unwrap();
        atomic_file.write_all(text.as_bytes()).unwrap();
        atomic_file
    }

    #[test]
    fn file_appears_only_on_persist() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        drop(written(folder.path(), "half"));
        assert_eq!(names(folder.path()), Vec::<String>::new());
        let (first, second) = (written(folder.path(), "first"), written(folder.path(), "second"));
        first.persist(&path, false).unwrap();
        assert_eq!(second.persist(&path, false).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(
            (fs::read_to_string(&path).unwrap(), names(folder.path())),
            ("first".to_owned(), vec!["a".to_owned()])
        );
        written(folder.path(), "third").persist(&path, true).unwrap();
        assert_eq!(
            (fs::read_to_string(&path).unwrap(), names(folder.path())),
            ("third".to_owned(), vec!["a".to_owned()])
        );
    }

    #[cfg(unix)]
    #[test]
    fn persist_follows_link_only_with_force() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let refused = written(folder.path(), "x").persist(&link, false).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists, "a dangling link counts as existing");
        fs::write(&real, "old").unwrap();
        written(folder.path(), "new").persist(&link, true).unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert!(link.symlink_metadata().unwrap().is_symlink());
    }
}
