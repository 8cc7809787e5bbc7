//! The tables in the database file: images in chunks, newest first, and the state of the list as a whole.
//!
//! A sync writes its chunks to a table of its own, which comes before the current one. Readers see both tables as one
//! list. When the sync ends, its table replaces the current one, or the two are merged.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::Timestamp;
use redb::{
    Database, Error, ReadTransaction, ReadableDatabase, ReadableTable, ReadableTableMetadata as _, Table,
    TableDefinition, WriteTransaction,
};

use crate::domain::image_summary::codec::{each_id, each_name, pack, unpack, variant_names};
use crate::domain::{ImageSummary, UrlTemplates};

/// The format's version is part of the name: a file without this table is not ours, or of another version.
const HEAD: TableDefinition<&str, i64> = TableDefinition::new("cfimg index 1");
/// The chunks by position: the lowest key has the newest images.
const CURRENT: TableDefinition<u64, &[u8]> = TableDefinition::new("kept");
/// The chunks of the current or last incomplete sync.
const FRESH: TableDefinition<u64, &[u8]> = TableDefinition::new("fresh");

/// When the last completed sync started, in milliseconds since 1970.
const LISTED_AT: &str = "listed at";
/// Whether the current list has no gaps.
const WHOLE: &str = "whole";
/// The sync that may write.
const SYNC: &str = "pass";
/// Whether that sync has reached an image of the current list, so that there is no gap between the two.
const MET: &str = "met";

/// The maximum number of images in a chunk.
const CHUNK: usize = 500;

/// The first key of a sync. Each later sync that is put in front takes some thousand keys below.
const START: u64 = 1 << 40;

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

pub(super) fn create(store: &Database, at: Timestamp) -> Result<(), Error> {
    let write = store.begin_write()?;
    {
        let mut head = write.open_table(HEAD)?;
        head.insert(LISTED_AT, at.as_millisecond())?;
        for key in [WHOLE, SYNC, MET] {
            head.insert(key, 0)?;
        }
        write.open_table(CURRENT)?;
        write.open_table(FRESH)?;
    }
    Ok(write.commit()?)
}

pub(super) fn read(store: &Database) -> Result<Option<Stored>, Error> {
    let read = store.begin_read()?;
    let head = read.open_table(HEAD)?;
    let mut url_templates = UrlTemplates::default();
    let fresh = images(&read, FRESH, &mut url_templates)?;
    let current = images(&read, CURRENT, &mut url_templates)?;
    let whole = get(&head, WHOLE)? != 0 && (fresh.is_empty() || get(&head, MET)? != 0);
    let listed_at = Timestamp::from_millisecond(get(&head, LISTED_AT)?)
        .map_err(|_| Error::Corrupted("invalid time".to_owned()))?;
    if fresh.is_empty() && current.is_empty() && !whole {
        return Ok(None);
    }
    Ok(Some(Stored { images: merged(fresh, current), listed_at, whole }))
}

/// Calls `on_image` with the ID and file name of each image, until it breaks. Images that were listed again come twice.
pub(super) fn each_image(
    store: &impl ReadableDatabase,
    mut on_image: impl FnMut(&str, &str) -> ControlFlow<()>,
) -> Result<(), Error> {
    let mut ended = false;
    each_chunk(store, |chunk| {
        each_name(chunk, |id, filename| {
            let flow = on_image(id, filename);
            ended = flow.is_break();
            flow
        })
        .ok_or_else(corrupted)?;
        Ok(if ended { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })
}

/// The variants of the newest images, sorted.
pub(super) fn variants(store: &impl ReadableDatabase) -> Result<BTreeSet<String>, Error> {
    let mut names = BTreeSet::new();
    each_chunk(store, |chunk| {
        names.extend(variant_names(chunk).ok_or_else(corrupted)?.into_iter().map(str::to_owned));
        // The variants belong to the account: other images have the same.
        Ok(if names.is_empty() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(names)
}

fn each_chunk(
    store: &impl ReadableDatabase,
    mut on_chunk: impl FnMut(&[u8]) -> Result<ControlFlow<()>, Error>,
) -> Result<(), Error> {
    let read = store.begin_read()?;
    read.open_table(HEAD)?;
    for table in [FRESH, CURRENT] {
        for entry in read.open_table(table)?.iter()? {
            if on_chunk(entry?.1.value())?.is_break() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Merges the images of an incomplete sync into the current list, and starts a new sync. Returns the IDs in the current
/// list.
pub(super) fn start(write: &WriteTransaction, sync: i64) -> Result<Ids, Error> {
    merge(write)?;
    let mut head = write.open_table(HEAD)?;
    head.insert(SYNC, sync)?;
    head.insert(MET, 0)?;
    let mut current = Ids::default();
    current.add_all(&write.open_table(CURRENT)?)?;
    Ok(current)
}

/// Whether this sync may still write.
pub(super) fn is_active(write: &WriteTransaction, sync: i64) -> Result<bool, Error> {
    Ok(get(&write.open_table(HEAD)?, SYNC)? == sync)
}

/// Appends images to those of the sync.
pub(super) fn append(write: &WriteTransaction, images: &[&Arc<ImageSummary>]) -> Result<(), Error> {
    let mut table = write.open_table(FRESH)?;
    let last = match table.last()? {
        Some((key, chunk)) => Some((key.value(), unpack_chunk(chunk.value(), &mut UrlTemplates::default())?)),
        None => None,
    };
    let mut chunks = Chunks::from(START);
    if let Some((key, images)) = last {
        // Even small pages make large chunks.
        if images.len() < CHUNK {
            chunks = Chunks { key, images };
        } else {
            chunks.key = key + 1;
        }
    }
    for image in images {
        chunks.push(ImageSummary::clone(image), &mut table)?;
    }
    chunks.finish(&mut table)
}

/// Marks that the sync has reached a page without new images.
pub(super) fn mark_met(write: &WriteTransaction) -> Result<(), Error> {
    write.open_table(HEAD)?.insert(MET, 1)?;
    Ok(())
}

/// Ends a sync that has reached the current list: both are merged.
pub(super) fn join(write: &WriteTransaction, at: Timestamp) -> Result<(), Error> {
    merge(write)?;
    set_listed_at(write, at)
}

/// Ends a sync that has seen the whole list: it replaces the current one.
pub(super) fn replace_all(write: &WriteTransaction, at: Timestamp) -> Result<(), Error> {
    write.delete_table(CURRENT)?;
    write.rename_table(FRESH, CURRENT)?;
    write.open_table(FRESH)?;
    write.open_table(HEAD)?.insert(WHOLE, 1)?;
    set_listed_at(write, at)
}

/// Replaces an image in any table. Returns whether there is one.
pub(super) fn replace(store: &Database, by: &ImageSummary) -> Result<bool, Error> {
    let write = store.begin_write()?;
    let mut replaced = false;
    for table in [FRESH, CURRENT] {
        let mut table = write.open_table(table)?;
        for key in keys(&table)? {
            if chunk_contains(&table, key, |id| id == by.id())? {
                replaced = true;
                let mut images = take_chunk(&mut table, key, &mut UrlTemplates::default())?;
                let old = images.iter_mut().filter(|image| image.id() == by.id());
                old.for_each(|image| *image = by.clone());
                Chunks { key, images }.finish(&mut table)?;
            }
        }
    }
    if replaced {
        write.commit()?;
    } else {
        write.abort()?;
    }
    Ok(replaced)
}

/// A set of image IDs, as hashes. With a million IDs, a collision happens once in thirty million runs.
#[derive(Debug, Default)]
pub(super) struct Ids {
    hasher: RandomState,
    hashes: HashSet<u64>,
}

impl Ids {
    /// Returns whether the ID is new.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        self.hashes.insert(self.hasher.hash_one(id))
    }

    pub(super) fn contains(&self, id: &str) -> bool {
        self.hashes.contains(&self.hasher.hash_one(id))
    }

    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    fn add_all(&mut self, table: &impl ReadableTable<u64, &'static [u8]>) -> Result<(), Error> {
        for entry in table.iter()? {
            let (_, chunk) = entry?;
            each_id(chunk.value(), |id| _ = self.insert(id)).ok_or_else(corrupted)?;
        }
        Ok(())
    }
}

fn set_listed_at(write: &WriteTransaction, at: Timestamp) -> Result<(), Error> {
    write.open_table(HEAD)?.insert(LISTED_AT, at.as_millisecond())?;
    Ok(())
}

/// Merges the images of the sync into the current list, ordered by upload time, and removes their old versions. Only
/// the chunks concerned are rewritten.
fn merge(write: &WriteTransaction) -> Result<(), Error> {
    let mut fresh = write.open_table(FRESH)?;
    if fresh.is_empty()? {
        return Ok(());
    }
    let mut head = write.open_table(HEAD)?;
    let whole = get(&head, WHOLE)? & get(&head, MET)?;
    head.insert(WHOLE, whole)?;
    let mut current = write.open_table(CURRENT)?;
    let mut ids = Ids::default();
    ids.add_all(&fresh)?;
    let old_keys = keys(&current)?;
    let needed = fresh.len()? + current.len()? + 2;
    let first = old_keys.first().copied().unwrap_or(START).checked_sub(needed);
    let mut chunks = Chunks::from(first.ok_or_else(corrupted)?);
    let mut url_templates = UrlTemplates::default();
    let mut old_keys = old_keys.into_iter();
    let mut older = VecDeque::new();
    for key in keys(&fresh)? {
        for image in take_chunk(&mut fresh, key, &mut url_templates)? {
            loop {
                while older.is_empty()
                    && let Some(key) = old_keys.next()
                {
                    older = take_chunk(&mut current, key, &mut url_templates)?.into();
                    older.retain(|image: &ImageSummary| !ids.contains(image.id()));
                }
                match older.pop_front() {
                    Some(other) if is_newer(&other, &image) => chunks.push(other, &mut current)?,
                    Some(other) => break older.push_front(other),
                    None => break,
                }
            }
            chunks.push(image, &mut current)?;
        }
    }
    for image in older {
        chunks.push(image, &mut current)?;
    }
    chunks.finish(&mut current)?;
    for key in old_keys {
        if chunk_contains(&current, key, |id| ids.contains(id))? {
            let mut images = take_chunk(&mut current, key, &mut url_templates)?;
            images.retain(|image| !ids.contains(image.id()));
            Chunks { key, images }.finish(&mut current)?;
        }
    }
    Ok(())
}

/// Does the same as [`merge`] in memory.
fn merged(fresh: Vec<Arc<ImageSummary>>, mut current: Vec<Arc<ImageSummary>>) -> Vec<Arc<ImageSummary>> {
    if fresh.is_empty() {
        return current;
    }
    let ids: HashSet<&str> = fresh.iter().map(|image| image.id()).collect();
    current.retain(|image| !ids.contains(image.id()));
    let mut images = Vec::with_capacity(fresh.len() + current.len());
    let mut current = current.into_iter().peekable();
    for image in fresh {
        while let Some(other) = current.next_if(|other| is_newer(other, &image)) {
            images.push(other);
        }
        images.push(image);
    }
    images.extend(current);
    images
}

fn is_newer(one: &ImageSummary, other: &ImageSummary) -> bool {
    one.uploaded().zip(other.uploaded()).is_some_and(|(one, other)| one > other)
}

/// Writes images as chunks with consecutive keys.
struct Chunks {
    key: u64,
    images: Vec<ImageSummary>,
}

impl Chunks {
    fn from(key: u64) -> Self {
        Self { key, images: Vec::new() }
    }

    fn push(&mut self, image: ImageSummary, table: &mut Table<u64, &'static [u8]>) -> Result<(), Error> {
        self.images.push(image);
        if self.images.len() >= CHUNK {
            table.insert(self.key, &pack(&self.images)[..])?;
            self.images.clear();
            self.key += 1;
        }
        Ok(())
    }

    fn finish(self, table: &mut Table<u64, &'static [u8]>) -> Result<(), Error> {
        if !self.images.is_empty() {
            table.insert(self.key, &pack(&self.images)[..])?;
        }
        Ok(())
    }
}

fn keys(table: &impl ReadableTable<u64, &'static [u8]>) -> Result<Vec<u64>, Error> {
    table.iter()?.map(|entry| Ok(entry?.0.value())).collect()
}

/// Removes a chunk from the table and returns its images.
fn take_chunk(
    table: &mut Table<u64, &'static [u8]>,
    key: u64,
    url_templates: &mut UrlTemplates,
) -> Result<Vec<ImageSummary>, Error> {
    match table.remove(key)? {
        Some(chunk) => unpack_chunk(chunk.value(), url_templates),
        None => Ok(Vec::new()),
    }
}

/// Whether a chunk has an image with such an ID.
fn chunk_contains(
    table: &Table<u64, &'static [u8]>,
    key: u64,
    wanted: impl Fn(&str) -> bool,
) -> Result<bool, Error> {
    let mut is_here = false;
    if let Some(chunk) = table.get(key)? {
        each_id(chunk.value(), |id| is_here |= wanted(id)).ok_or_else(corrupted)?;
    }
    Ok(is_here)
}

fn images(
    read: &ReadTransaction,
    table: TableDefinition<u64, &'static [u8]>,
    url_templates: &mut UrlTemplates,
) -> Result<Vec<Arc<ImageSummary>>, Error> {
    let mut images = Vec::new();
    for entry in read.open_table(table)?.iter()? {
        let (_, chunk) = entry?;
        images.extend(unpack_chunk(chunk.value(), url_templates)?.into_iter().map(Arc::new));
    }
    Ok(images)
}

fn unpack_chunk(chunk: &[u8], url_templates: &mut UrlTemplates) -> Result<Vec<ImageSummary>, Error> {
    unpack(chunk, url_templates).ok_or_else(corrupted)
}

fn get(head: &impl ReadableTable<&'static str, i64>, key: &str) -> Result<i64, Error> {
    Ok(head.get(key)?.ok_or_else(corrupted)?.value())
}

fn corrupted() -> Error {
    Error::Corrupted("unexpected data".to_owned())
}

#[cfg(test)]
mod tests {
    use redb::backends::InMemoryBackend;

    use super::*;
    use crate::domain::Image;

    #[test]
    fn join_merges_sync_into_current_table() {
        let store = redb::Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
        create(&store, Timestamp::UNIX_EPOCH).unwrap();
        let image = Image::read(r#"{"id":"a"}"#).unwrap();
        let image = Arc::new(UrlTemplates::default().summarize(&image));
        let write = store.begin_write().unwrap();
        append(&write, &[&image]).unwrap();
        join(&write, Timestamp::UNIX_EPOCH).unwrap();
        assert!(write.open_table(FRESH).unwrap().is_empty().unwrap());
        assert_eq!(write.open_table(CURRENT).unwrap().len().unwrap(), 1);
    }

    #[test]
    fn small_pages_make_large_chunks() {
        let store = redb::Builder::new().create_with_backend(InMemoryBackend::new()).unwrap();
        create(&store, Timestamp::UNIX_EPOCH).unwrap();
        let images: Vec<_> = (0..1200)
            .map(|number| Image::read(&format!(r#"{{"id":"{number}"}}"#)).unwrap())
            .map(|image| Arc::new(UrlTemplates::default().summarize(&image)))
            .collect();
        let write = store.begin_write().unwrap();
        for page in images.chunks(70) {
            append(&write, &page.iter().collect::<Vec<_>>()).unwrap();
        }
        let table = write.open_table(FRESH).unwrap();
        let chunks = table.iter().unwrap().map(|entry| {
            let (_, chunk) = entry.unwrap();
            unpack_chunk(chunk.value(), &mut UrlTemplates::default()).unwrap().len()
        });
        assert_eq!(chunks.collect::<Vec<_>>(), [CHUNK, CHUNK, 200]);
    }
}
