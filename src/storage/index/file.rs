//! The database file of an index: locked against other processes, opened, and renamed if it is corrupt.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::PathBuf;

use jiff::Timestamp;
use redb::backends::FileBackend;
use redb::{Builder, Database};

use super::tables;
use crate::domain::catch_panic::catch_panic;
use crate::storage::private_file::{Lock, open};

/// The limit of images per account. With 250 bytes each, that is a file of 1.3 GB, and twice that during a full sync.
pub const MAX_IMAGES: usize = 5_000_000;

/// The file size in bytes above which no more pages are written.
pub(super) const MAX_FILE: u64 = 4 << 30;

/// The database's memory cache, in bytes.
const CACHE: usize = 16 << 20;

pub(super) const EXTENSION: &str = "redb";

/// The index of one account. No file is touched before the first read or write.
#[derive(Debug, Clone)]
pub struct Index {
    pub(super) folder: PathBuf,
    pub(super) owner: String,
    /// How often to try for the lock, 10 ms apart.
    pub(super) tries: u32,
}

/// Why the index was not read or written. The program works without it.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// It was corrupt and has been renamed. The next sync creates a new one.
    #[error("the local index was corrupt ({why}); it was renamed to {}", .to.display())]
    SetAside {
        /// The new path. An earlier file with this name is replaced.
        to: PathBuf,
        /// What was wrong, according to the database or to cfimg.
        why: String,
    },
    /// Another cfimg holds the lock, and did not release it in time.
    #[error("another cfimg is using the local index")]
    Locked,
    /// Another sync started meanwhile, or the index was cleared. What this sync wrote before is stored, or was cleared
    /// too.
    #[error("another cfimg is updating the local index")]
    Overtaken,
    /// The list is longer than [`MAX_IMAGES`], or the file larger than four gigabytes.
    #[error("the account has too many images for the local index")]
    Full,
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Index {
    /// The path of the file, which may not exist.
    pub fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.{EXTENSION}", self.owner))
    }

    /// Runs `work` on the database. `None` if there is no database.
    pub(super) fn with_store<T>(
        &self,
        work: impl FnOnce(&Database) -> Result<T, redb::Error>,
        checked: Checked,
    ) -> Result<Option<T>, IndexError> {
        let Some(lock) = self.lock_if_exists()? else { return Ok(None) };
        self.guard(&lock, || self.store(checked)?.map(|store| work(&store)).transpose())
    }

    pub(super) fn lock(&self) -> Result<Lock, IndexError> {
        Lock::attempt(&self.folder, self.tries)?.ok_or(IndexError::Locked)
    }

    /// `None` if there is no directory.
    pub(super) fn lock_if_exists(&self) -> Result<Option<Lock>, IndexError> {
        if !self.folder.exists() {
            return Ok(None);
        }
        self.lock().map(Some)
    }

    /// Runs work that a damaged file may cause to panic or fail, and renames such a file.
    pub(super) fn guard<T>(
        &self,
        _lock: &Lock,
        work: impl FnOnce() -> Result<T, redb::Error>,
    ) -> Result<T, IndexError> {
        let error = match catch_panic(work) {
            Some(Ok(done)) => return Ok(done),
            Some(Err(error)) => error,
            None => return Err(self.set_aside("it crashed the database".to_owned())),
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
        match fs::rename(self.path(), &to) {
            Ok(()) => IndexError::SetAside { to, why },
            Err(error) => IndexError::Io(error),
        }
    }

    /// Opens the database, if there is one.
    pub(super) fn store(&self, checked: Checked) -> Result<Option<Database>, redb::Error> {
        let file = match open(&self.path(), OpenOptions::new().read(true).write(true)) {
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
    pub(super) fn create(&self, at: Timestamp) -> Result<Database, redb::Error> {
        let new = self.folder.join(format!("{}.{EXTENSION}.new", self.owner));
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let file = open(&new, OpenOptions::new().read(true).write(true).create_new(true))?;
        let store = Builder::new().create_with_backend(FileBackend::new(file)?)?;
        tables::create(&store, at)?;
        drop(store);
        fs::rename(new, self.path())?;
        self.store(Checked::No)?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound).into())
    }
}

/// Whether to check the integrity of the whole file when it is opened. A sync checks it once at its start, not for each
/// page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checked {
    Yes,
    No,
}
