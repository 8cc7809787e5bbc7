//! Brings the index up to date with the list, page by page.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use jiff::Timestamp;
use redb::{Database, Error, WriteTransaction};

use super::file::{Checked, Index, IndexError, MAX_FILE, MAX_IMAGES};
use super::tables::{self, Ids};
use crate::domain::ImageSummary;

/// A sync with the list, from the newest image on. An incomplete sync loses nothing: what it has written and what was
/// stored before are read as one list.
#[derive(Debug)]
pub struct IndexSync<'a> {
    index: &'a Index,
    at: Timestamp,
    number: i64,
    /// What was stored when the sync started, and what came since.
    known: Ids,
    /// The images of all pages of this sync.
    seen: Ids,
    /// Whether a page failed to be written. Later pages would hide the gap.
    broken: bool,
}

/// Where a sync ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// At a page without new images. Stored images that were not seen stay.
    Known,
    /// At the end of the list. Stored images that were not seen are no longer in the account, and are removed.
    End,
}

impl<'a> IndexSync<'a> {
    pub(super) fn start(index: &'a Index, store: &Database, at: Timestamp) -> Result<Self, Error> {
        // A unique number. 0 means no sync.
        let number = RandomState::new().hash_one(0).cast_signed() | 1;
        let write = store.begin_write()?;
        let known = tables::start(&write, number)?;
        write.commit()?;
        Ok(Self { index, at, number, known, seen: Ids::default(), broken: false })
    }

    /// Writes the next page of the list; it is on disk when this returns. Returns how many of its images are neither in
    /// an earlier page nor in the index. Images of earlier pages are left out. After an error, the sync writes nothing
    /// more: every call returns [`IndexError::Overtaken`].
    pub fn page(&mut self, images: &[Arc<ImageSummary>]) -> Result<usize, IndexError> {
        let fresh: Vec<_> = images.iter().filter(|image| self.seen.insert(image.id())).collect();
        let new = fresh.iter().filter(|image| self.known.insert(image.id())).count();
        let reached_known = new == 0 && !images.is_empty();
        let written = self.check_limits().and_then(|()| {
            self.write(|write| {
                tables::append(write, &fresh)?;
                if reached_known { tables::mark_met(write) } else { Ok(()) }
            })
        });
        self.broken |= written.is_err();
        written.map(|()| new)
    }

    pub fn finish(self, reached: Reached) -> Result<(), IndexError> {
        self.write(|write| match reached {
            Reached::Known => tables::join(write, self.at),
            Reached::End => tables::replace_all(write, self.at),
        })
    }

    fn check_limits(&self) -> Result<(), IndexError> {
        let long = fs::symlink_metadata(self.index.path()).is_ok_and(|file| file.len() > MAX_FILE);
        if long || self.known.len() > MAX_IMAGES { Err(IndexError::Full) } else { Ok(()) }
    }

    fn write(&self, work: impl FnOnce(&WriteTransaction) -> Result<(), Error>) -> Result<(), IndexError> {
        if self.broken {
            return Err(IndexError::Overtaken);
        }
        let lock = self.index.lock_if_exists()?.ok_or(IndexError::Overtaken)?;
        let done = self.index.guard(&lock, || {
            let Some(store) = self.index.store(Checked::No)? else { return Ok(false) };
            let write = store.begin_write()?;
            if !tables::is_active(&write, self.number)? {
                return Ok(false);
            }
            work(&write)?;
            write.commit()?;
            Ok(true)
        })?;
        if done { Ok(()) } else { Err(IndexError::Overtaken) }
    }
}
