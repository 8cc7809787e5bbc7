//! Brings the index up to date with the list, page by page.

use std::fs;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use jiff::Timestamp;
use redb::{Database, Error, WriteTransaction};

use super::tables::{self, Ids};
use super::{Checked, Index, IndexError, MAX_FILE, MAX_IMAGES};
use crate::domain::ImageSummary;

/// A pass over the list from the newest image on. One that is dropped before its end loses nothing: what it has written
/// and what was kept before are read as one list.
#[derive(Debug)]
pub struct IndexSync<'a> {
    index: &'a Index,
    at: Timestamp,
    number: i64,
    /// What was kept when it began, and what came since.
    known: Ids,
    /// What it has seen.
    seen: Ids,
    /// A page was not written: what came after would hide that it is missing.
    broken: bool,
}

/// Where a pass stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// A page that held nothing new. What was kept and not seen stays.
    Known,
    /// The list's end. What was kept and not seen is gone from the account, and is dropped.
    End,
}

impl<'a> IndexSync<'a> {
    pub(super) fn start(index: &'a Index, store: &Database, at: Timestamp) -> Result<Self, Error> {
        // A number that no other has. 0 is nobody's.
        let number = RandomState::new().hash_one(0).cast_signed() | 1;
        let write = store.begin_write()?;
        let known = tables::start(&write, number)?;
        write.commit()?;
        Ok(Self { index, at, number, known, seen: Ids::default(), broken: false })
    }

    /// Writes the next page of the list, and has it on the disk when it returns. Returns how many of its images were in
    /// no earlier page and not in the index. An image that an earlier page had is left out. After an error the pass
    /// writes no more: every call is [`IndexError::Overtaken`].
    pub fn page(&mut self, images: &[Arc<ImageSummary>]) -> Result<usize, IndexError> {
        let fresh: Vec<_> = images.iter().filter(|image| self.seen.insert(image.id())).collect();
        let new = fresh.iter().filter(|image| self.known.insert(image.id())).count();
        let met = new == 0 && !images.is_empty();
        let written = self.room().and_then(|()| {
            self.write(|write| {
                tables::append(write, &fresh)?;
                if met { tables::meet(write) } else { Ok(()) }
            })
        });
        self.broken |= written.is_err();
        written.map(|()| new)
    }

    /// Ends the pass.
    pub fn finish(self, reached: Reached) -> Result<(), IndexError> {
        self.write(|write| match reached {
            Reached::Known => tables::join(write, self.at),
            Reached::End => tables::replace_all(write, self.at),
        })
    }

    fn room(&self) -> Result<(), IndexError> {
        let long = fs::symlink_metadata(self.index.file()).is_ok_and(|file| file.len() > MAX_FILE);
        if long || self.known.len() > MAX_IMAGES { Err(IndexError::Full) } else { Ok(()) }
    }

    fn write(&self, work: impl FnOnce(&WriteTransaction) -> Result<(), Error>) -> Result<(), IndexError> {
        if self.broken {
            return Err(IndexError::Overtaken);
        }
        let lock = self.index.lock_if_there()?.ok_or(IndexError::Overtaken)?;
        let done = self.index.guard(&lock, || {
            let Some(store) = self.index.store(Checked::No)? else { return Ok(false) };
            let write = store.begin_write()?;
            if !tables::is_on(&write, self.number)? {
                return Ok(false);
            }
            work(&write)?;
            write.commit()?;
            Ok(true)
        })?;
        if done { Ok(()) } else { Err(IndexError::Overtaken) }
    }
}
