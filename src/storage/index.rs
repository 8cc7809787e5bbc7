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

mod file;
mod glance;
mod sync;
mod tables;

use std::fs;
use std::path::Path;

use jiff::Timestamp;

use super::private_file::create_directory;
use crate::domain::ImageSummary;
use file::{Checked, EXTENSION};

pub use file::{Index, IndexError, MAX_IMAGES};
pub use sync::{IndexSync, Reached};
pub use tables::Stored;

/// Attempts to get the lock.
const TRIES: u32 = 100;

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

    /// The size of the file, in bytes.
    pub fn size(&self) -> u64 {
        fs::symlink_metadata(self.path()).map_or(0, |file| file.len())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use redb::Database;
    use tempfile::TempDir;

    use super::*;
    use crate::domain::{Image, UrlTemplates};
    use crate::storage::private_file::Lock;

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
        let store = Database::open(index.path()).unwrap();
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
            assert_eq!((mode(&index.folder), mode(&index.path())), (0o700, 0o600));
            assert_eq!(mode(&index.folder.join("lock")), 0o600);
            fs::set_permissions(index.path(), fs::Permissions::from_mode(0o644)).unwrap();
            assert_eq!(stored_images(&index), [image("a")]);
            assert_eq!(mode(&index.path()), 0o600, "permissions of a copied file are fixed");
        }

        #[test]
        fn links_and_directories_are_left_alone() {
            let (folder, index) = index();
            index.start_sync(Timestamp::UNIX_EPOCH).unwrap().page(&[image("a")]).unwrap();
            let theirs = folder.path().join("theirs");
            fs::rename(index.path(), &theirs).unwrap();
            let before = fs::read(&theirs).unwrap();
            symlink(&theirs, index.path()).unwrap();
            assert!(matches!(index.read(), Err(IndexError::Io(_))));
            assert!(matches!(index.start_sync(Timestamp::UNIX_EPOCH), Err(IndexError::Io(_))));

            fs::remove_file(index.path()).unwrap();
            symlink(&theirs, index.folder.join("owner.redb.new")).unwrap();
            index.start_sync(Timestamp::UNIX_EPOCH).unwrap();
            assert!(fs::read(&theirs).unwrap() == before, "the link target was written");

            fs::remove_file(index.path()).unwrap();
            symlink(&theirs, index.path()).unwrap();
            Index::clear(&index.folder.join(".."), None).unwrap();
            assert!(fs::read(&theirs).unwrap() == before, "the link target was removed");
            assert!(fs::symlink_metadata(index.path()).is_err());

            fs::create_dir(index.path()).unwrap();
            assert!(index.read().is_err() && index.start_sync(Timestamp::UNIX_EPOCH).is_err());
        }
    }
}
