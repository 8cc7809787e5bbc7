//! A file that is whole or not there: written under another name beside its own, and named at the end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Names that are tried for what is not whole yet.
const TRIES: u32 = 100;

/// The names of what is not whole yet.
static UNFINISHED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes all that is not whole, for an end that drops nothing.
pub(super) fn remove_all() {
    for part in UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        _ = fs::remove_file(part);
    }
}

/// A file that is being written. Unless it is kept, nothing of it stays.
#[derive(Debug)]
pub(super) struct AtomicFile {
    file: File,
    part: Part,
}

/// The name of what is not whole yet; removed when dropped.
#[derive(Debug)]
struct Part(PathBuf);

/// The folder that a file is in, as one may open it.
pub(super) fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

impl AtomicFile {
    /// Begins one in this folder.
    pub(super) fn inside(folder: &Path) -> io::Result<Self> {
        let mut tries =
            (0..TRIES).map(|number| folder.join(format!(".cfimg-{}-{number}.part", std::process::id())));
        loop {
            let Some(part) = tries.next() else { return Err(io::ErrorKind::AlreadyExists.into()) };
            match OpenOptions::new().write(true).create_new(true).open(&part) {
                Ok(file) => return Ok(Self { file, part: Part::new(part) }),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives it its name, once all of it is on the disk. What has that name already is replaced only where `force` says
    /// so, and is whole until then; where it is a link, what it leads to is replaced.
    pub(super) fn persist(self, path: &Path, force: bool) -> io::Result<()> {
        let Self { file, part } = self;
        file.sync_all()?;
        drop(file);
        if force {
            let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
            rename(&part.0, &target)?;
        } else {
            name(&part.0, path)?;
        }
        #[cfg(unix)]
        if let Ok(folder) =
            File::open(if folder(path).as_os_str().is_empty() { Path::new(".") } else { folder(path) })
        {
            // Not every file system lets a folder be waited for.
            _ = folder.sync_all();
        }
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Part {
    fn new(path: PathBuf) -> Self {
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone());
        Self(path)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.0);
        UNFINISHED.lock().unwrap_or_else(PoisonError::into_inner).retain(|part| *part != self.0);
    }
}

/// Replaces what has the name. A link may lead to another file system, which no name crosses.
fn rename(part: &Path, target: &Path) -> io::Result<()> {
    match fs::rename(part, target) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            fs::copy(part, target)?;
            File::open(target)?.sync_all()
        }
        done => done,
    }
}

/// Takes a name that nothing has, and fails where something has it: in one step, where the file system can.
fn name(part: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(part, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // A file system without second names: the name is taken by an empty file of ours, and that replaced.
        Err(_) => {
            OpenOptions::new().write(true).create_new(true).open(path)?;
            fs::rename(part, path).inspect_err(|_| _ = fs::remove_file(path))
        }
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
        let mut atomic_file = AtomicFile::inside(folder).unwrap();
        atomic_file.write_all(text.as_bytes()).unwrap();
        atomic_file
    }

    #[test]
    fn it_is_whole_or_not_there() {
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
    fn a_link_is_in_the_way_and_is_followed_only_by_force() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let refused = written(folder.path(), "x").persist(&link, false).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists, "it leads nowhere, and is there");
        fs::write(&real, "old").unwrap();
        written(folder.path(), "new").persist(&link, true).unwrap();
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        assert!(link.symlink_metadata().unwrap().is_symlink());
    }
}
