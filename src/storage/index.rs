//! The list of an account as it was last seen, stored so that the next start shows it at once.
//!
//! The database is redb. The figures are for 100,000 images of 250 bytes (1,000,000 in brackets), some hundred images
//! per value. redb wrote pages of a thousand, reopened for each page, in 141 ms, and opened and read everything in 31
//! ms (229 ms). `SQLite` took 233 ms and 16 ms (135 ms), fjall 564 ms and 29 ms (272 ms). redb adds 1.0 MB and 11 s of
//! build time; `SQLite` adds 2.0 MB, 29 s and a C compiler; fjall adds 1.3 MB and a directory with background threads.
//! Nobody notices the time that `SQLite` saves. redb is a single file and plain Rust, and can check its integrity: of
//! 12,000 damaged files, each was refused or read as of an earlier commit, and none caused a panic.
//!
//! The database is open only while something is read or written, under a lock that all cfimg processes share. So a
//! second cfimg can read between two pages that the first one writes. If the lock is not free within a second, the
//! program does without the index. A corrupt file is renamed and reported, and a new one is started.

mod sync;
mod tables;

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use redb::backends::FileBackend;
use redb::{Builder, Database};

use super::private_file::{Lock, create_directory, open};
use crate::domain::ImageSummary;
use crate::domain::catch_panic::catch_panic;

pub use sync::{IndexSync, Reached};

/// The limit of images per account. With 250 bytes each, that is a file of 1.3 GB, and twice that during a full sync.
pub const MAX_IMAGES: usize = 5_000_000;

/// The file size in bytes above which no more pages are written.
const MAX_FILE: u64 = 4 << 30;

/// The database's memory cache, in bytes.
const CACHE: usize = 16 << 20;

/// Attempts to get the lock, 10 ms apart.
const TRIES: u32 = 100;

const EXTENSION: &str = "redb";

/// The index of one account. No file is touched before the first read or write.
#[derive(Debug, Clone)]
pub struct Index {
    folder: PathBuf,
    owner: String,
    tries: u32,
}

/// The content of the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Latest upload first.
    pub images: Vec<Arc<ImageSummary>>,
    /// When the last completed sync started, or the first sync of all if none was completed.
    pub listed_at: Timestamp,
    /// Whether the list had no gaps then, from the newest image to the oldest. Gaps are filled only by a sync to the
    /// end.
    pub whole: bool,
}

/// Why the index was not read or written. The program works without it.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It was corrupt and has been renamed. The next sync creates a new one.
    #[error("the local index was no good ({why}); it is set aside as {}", .to.display())]
    SetAside {
        /// The new path. An earlier file with this name is replaced.
        to: PathBuf,
        /// What was wrong, according to the database or to cfimg.
        why: String,
    },
    /// Another cfimg holds the lock, and did not release it in time.
    #[error("another cfimg holds the local index")]
    Locked,
    /// Another sync started meanwhile, or the index was cleared. What this sync wrote before is stored, or was cleared
    /// too.
    #[error("another cfimg brings the local index up to date")]
    Overtaken,
    /// The list is longer than [`MAX_IMAGES`], or the file larger than four gigabytes.
    #[error("the account has more images than the local index takes")]
    Full,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Index {
    /// `state` is [`super::folder`], and `owner` the result of [`super::owner`].
    pub fn new(state: &Path, owner: String) -> Self {
        Self { folder: state.join("index"), owner, tries: TRIES }
    }

    /// Reads everything, after an integrity check. `None` if no image was ever stored. Waits for a second at most.
    pub fn read(&self) -> Result<Option<Stored>, IndexError> {
        Ok(self.with_store(tables::read, Checked::Yes)?.flatten())
    }

    /// Starts a sync at time `at`, from the newest image on. What an earlier, incomplete sync wrote is kept. If two
    /// syncs run at once, the later one continues.
    pub fn start_sync(&self, at: Timestamp) -> Result<IndexSync<'_>, IndexError> {
        create_directory(&self.folder)?;
        let lock = self.lock()?;
        self.guard(&lock, || {
            let store = match self.store(Checked::Yes)? {
                Some(store) => store,
                None => self.create(at)?,
            };
            IndexSync::start(self, &store, at)
        })
    }

    /// Replaces an image with newer details. Returns whether the index contains it; if not, the next sync adds it.
    pub fn put(&self, image: &ImageSummary) -> Result<bool, IndexError> {
        Ok(self.with_store(|store| tables::replace(store, image), Checked::No)?.unwrap_or(false))
    }

    /// Removes the index of one account or of all accounts, including corrupt files that were renamed. Returns the
    /// number of bytes freed. A running sync fails with [`IndexError::Overtaken`].
    pub fn clear(state: &Path, owner: Option<&str>) -> Result<u64, IndexError> {
        let index = Self::new(state, owner.unwrap_or_default().to_owned());
        let Some(_lock) = index.lock_if_exists()? else { return Ok(0) };
        let mut freed = 0;
        for entry in fs::read_dir(&index.folder)? {
            let (path, length) = {
                let entry = entry?;
                (entry.path(), entry.metadata()?.len())
            };
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some((of, rest)) = name.split_once('.') else { continue };
            let is_ours = rest.split('.').next() == Some(EXTENSION) && owner.is_none_or(|owner| owner == of);
            if is_ours {
                fs::remove_file(path)?;
                freed += length;
            }
        }
        Ok(freed)
    }

    /// The path of the file, which may not exist.
    pub fn path(&self) -> PathBuf {
        self.file()
    }

    /// The size of the file, in bytes.
    pub fn size(&self) -> u64 {
        fs::symlink_metadata(self.file()).map_or(0, |file| file.len())
    }

    /// Runs `work` on the database. `None` if there is no database.
    fn with_store<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, redb::Error>,
        checked: Checked,
    ) -> Result<Option<T>, IndexError> {
        let Some(lock) = self.lock_if_exists()? else { return Ok(None) };
        self.guard(&lock, || self.store(checked)?.map(|store| work(&store)).transpose())
    }

    fn lock(&self) -> Result<Lock, IndexError> {
        Lock::attempt(&self.folder, self.tries)?.ok_or(IndexError::Locked)
    }

    /// `None` if there is no directory.
    fn lock_if_exists(&self) -> Result<Option<Lock>, IndexError> {
        if !self.folder.exists() {
            return Ok(None);
        }
        self.lock().map(Some)
    }

    /// Runs work that a damaged file may cause to panic or fail, and renames such a file.
    fn guard<T>(&self, _lock: &Lock, work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, IndexError> {
        let error = match catch_panic(work) {
            Some(Ok(done)) => return Ok(done),
            Some(Err(error)) => error,
            None => return Err(self.set_aside("it broke the store".to_owned())),
        };
        Err(match error {
            redb::Error::DatabaseAlreadyOpen => IndexError::Locked,
            redb::Error::Io(error) => match error.kind() {
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
                    self.set_aside(error.to_string())
                }
                _ => IndexError::Io(error),
            },
            error @ (redb::Error::Corrupted(_)
            | redb::Error::UpgradeRequired(_)
            | redb::Error::TableDoesNotExist(_)
            | redb::Error::TableIsMultimap(_)
            | redb::Error::TableTypeMismatch { .. }
            | redb::Error::TypeDefinitionChanged { .. }) => self.set_aside(error.to_string()),
            error => IndexError::Io(io::Error::other(error)),
        })
    }

    fn set_aside(&self, why: String) -> IndexError {
        let to = self.folder.join(format!("{}.{EXTENSION}.bad", self.owner));
        match fs::rename(self.file(), &to) {
            Ok(()) => IndexError::SetAside { to, why },
            Err(error) => IndexError::Io(error),
        }
    }

    /// Opens the database, if there is one.
    fn store(&self, checked: Checked) -> Result<Option<Database>, redb::Error> {
        let file = match open(&self.file(), OpenOptions::new().read(true).write(true)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        // The database would initialise an empty file. We never leave one, so an empty file is damaged.
        if file.metadata()?.len() == 0 {
            return Err(redb::Error::Corrupted("it is empty".to_owned()));
        }
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE).set_check_integrity_on_open(checked == Checked::Yes);
        Ok(Some(builder.create_with_backend(FileBackend::new(file)?)?))
    }

    /// Creates an empty database. The file gets its final name when it is complete.
    fn create(&self, at: Timestamp) -> Result<Database, redb::Error> {
        let new = self.folder.join(format!("{}.{EXTENSION}.new", self.owner));
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let file = open(&new, OpenOptions::new().read(true).write(true).create_new(true))?;
        let store = Builder::new().create_with_backend(FileBackend::new(file)?)?;
        tables::create(&store, at)?;
        drop(store);
        fs::rename(new, self.file())?;
        self.store(Checked::No)?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound).into())
    }

    fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.{EXTENSION}", self.owner))
    }
}

/// Whether to check the integrity of the whole file when it is opened. A sync checks it once at its start, not for each
/// page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Checked {
    Yes,
    No,
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::domain::{Image, UrlTemplates};

    fn index() -> (TempDir, Index) {
        let folder = tempfile::tempdir().unwrap();
        let index = Index { tries: 1, ..Index::new(&folder.path().join("state"), "owner".to_owned()) };
        (folder, index)
    }

    fn image(id: &str) -> Arc<ImageSummary> {
        let raw = format!(r#"{{"id":"{id}","variants":[]}}"#);
        Arc::new(UrlTemplates::default().summarize(&Image::read(&raw).unwrap()))
    }

    fn stored_images(index: &Index) -> Vec<Arc<ImageSummary>> {
        index.read().unwrap().map(|stored| stored.images).unwrap_or_default()
    }

    #[test]
    fn locked_index_is_not_used() {
        let (_folder, index) = index();
        let mut sync = index.start_sync(Timestamp::UNIX_EPOCH).unwrap();
        sync.page(&[image("a")]).unwrap();
        let assert_locked = || {
            assert!(matches!(index.read(), Err(IndexError::Locked)));
            assert!(matches!(index.start_sync(Timestamp::UNIX_EPOCH), Err(IndexError::Locked)));
            assert!(matches!(index.put(&image("a")), Err(IndexError::Locked)));
        };
        let lock = Lock::wait(&index.folder).unwrap();
        assert_locked();
        drop(lock);
        // Another program may have the database itself open.
        let store = Database::open(index.file()).unwrap();
        assert_locked();
        // A sync cannot skip a page that it failed to write.
        assert!(matches!(sync.page(&[image("b")]), Err(IndexError::Locked)));
        drop(store);
        assert!(matches!(sync.page(&[image("c")]), Err(IndexError::Overtaken)));
        assert!(matches!(sync.finish(Reached::End), Err(IndexError::Overtaken)));
        assert_eq!(stored_images(&index), [image("a")]);
    }

    #[test]
    fn read_waits_for_short_lock() {
        let (_folder, index) = index();
        let index = Index { tries: TRIES * 10, ..index };
        index.start_sync(Timestamp::UNIX_EPOCH).unwrap().page(&[image("a")]).unwrap();
        let lock = Lock::wait(&index.folder).unwrap();
        let (sender, waiting) = std::sync::mpsc::channel();
        let reader = std::thread::spawn({
            let index = index.clone();
            move || {
                sender.send(()).unwrap();
                index.read().unwrap()
            }
        });
        waiting.recv().unwrap();
        // It has tried before, because our own attempts have failed several times by now.
        assert!(Lock::attempt(&index.folder, 10).unwrap().is_none());
        drop(lock);
        assert_eq!(reader.join().unwrap().unwrap().images, [image("a")]);
    }

    #[test]
    fn interrupted_creation_starts_over() {
        let (_folder, index) = index();
        create_directory(&index.folder).unwrap();
        fs::write(index.folder.join("owner.redb.new"), "half a st").unwrap();
        assert_eq!(index.read().unwrap(), None);
        index.start_sync(Timestamp::UNIX_EPOCH).unwrap().page(&[image("a")]).unwrap();
        assert_eq!(stored_images(&index), [image("a")]);
        assert!(!index.folder.join("owner.redb.new").exists());
    }

    #[test]
    fn panic_in_database_sets_file_aside() {
        let (_folder, index) = index();
        index.start_sync(Timestamp::UNIX_EPOCH).unwrap();
        let broken: Result<Option<()>, _> = index.with_store(|_| panic!("damaged file"), Checked::No);
        assert!(matches!(broken, Err(IndexError::SetAside { .. })), "{broken:?}");
        assert_eq!(index.read().unwrap(), None);
        assert!(index.folder.join("owner.redb.bad").exists());
    }

    #[test]
    fn uncreatable_directory_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let index = Index::new(&folder.path().join("file"), "owner".to_owned());
        assert!(matches!(index.start_sync(Timestamp::UNIX_EPOCH), Err(IndexError::Io(_))));
        assert_eq!(index.read().unwrap(), None);
    }

    #[cfg(unix)]
    mod unix {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        use super::*;

        fn mode(path: &Path) -> u32 {
            fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
        }

        #[test]
        fn files_are_readable_by_owner_only() {
            let (_folder, index) = index();
            index.start_sync(Timestamp::UNIX_EPOCH).unwrap().page(&[image("a")]).unwrap();
            assert_eq!((mode(&index.folder), mode(&index.file())), (0o700, 0o600));
            assert_eq!(mode(&index.folder.join("lock")), 0o600);
            fs::set_permissions(index.file(), fs::Permissions::from_mode(0o644)).unwrap();
            assert_eq!(stored_images(&index), [image("a")]);
            assert_eq!(mode(&index.file()), 0o600, "permissions of a copied file are fixed");
        }

        #[test]
        fn links_and_directories_are_left_alone() {
            let (folder, index) = index();
            index.start_sync(Timestamp::UNIX_EPOCH).unwrap().page(&[image("a")]).unwrap();
            let theirs = folder.path().join("theirs");
            fs::rename(index.file(), &theirs).unwrap();
            let before = fs::read(&theirs).unwrap();
            symlink(&theirs, index.file()).unwrap();
            assert!(matches!(index.read(), Err(IndexError::Io(_))));
            assert!(matches!(index.start_sync(Timestamp::UNIX_EPOCH), Err(IndexError::Io(_))));

            fs::remove_file(index.file()).unwrap();
            symlink(&theirs, index.folder.join("owner.redb.new")).unwrap();
            index.start_sync(Timestamp::UNIX_EPOCH).unwrap();
            assert!(fs::read(&theirs).unwrap() == before, "the link target was written");

            fs::remove_file(index.file()).unwrap();
            symlink(&theirs, index.file()).unwrap();
            Index::clear(&index.folder.join(".."), None).unwrap();
            assert!(fs::read(&theirs).unwrap() == before, "the link target was removed");
            assert!(fs::symlink_metadata(index.file()).is_err());

            fs::create_dir(index.file()).unwrap();
            assert!(index.read().is_err() && index.start_sync(Timestamp::UNIX_EPOCH).is_err());
        }
    }
}
