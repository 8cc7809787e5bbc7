//! What is in the file: the images in chunks, newest first, and what is known of them as a whole.
//!
//! A pass puts its chunks into a table of its own, before those that are there. Who reads in between sees both as one
//! list. At the pass's end it takes the others' place, or the two are made one.

use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use jiff::Timestamp;
use redb::{
    Database, Error, ReadTransaction, ReadableDatabase as _, ReadableTable, ReadableTableMetadata as _,
    Table, TableDefinition, WriteTransaction,
};

use super::Stored;
use crate::domain::image_summary::{each_id, pack, unpack};
use crate::domain::{ImageSummary, UrlTemplates};

/// The format's version is in its name: a file without this table is not ours, or another version's.
const HEAD: TableDefinition<&str, i64> = TableDefinition::new("cfimg index 1");
/// The chunks by their place: the lowest key holds the newest images.
const CURRENT: TableDefinition<u64, &[u8]> = TableDefinition::new("kept");
/// Those of the pass that runs or was broken off.
const FRESH: TableDefinition<u64, &[u8]> = TableDefinition::new("fresh");

/// When the last finished pass began, in milliseconds since 1970.
const LISTED_AT: &str = "listed at";
/// Whether what is kept has no gap.
const WHOLE: &str = "whole";
/// The pass that may write.
const PASS: &str = "pass";
/// Whether that pass has met what is kept, so that the two together have no gap.
const MET: &str = "met";

/// Images in a chunk at most.
const CHUNK: usize = 500;

/// A pass's first key. Each later pass that is put in front takes some thousand keys below.
const START: u64 = 1 << 40;

pub(super) fn create(store: &Database, at: Timestamp) -> Result<(), Error> {
    let write = store.begin_write()?;
    {
        let mut head = write.open_table(HEAD)?;
        head.insert(LISTED_AT, at.as_millisecond())?;
        for key in [WHOLE, PASS, MET] {
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
        .map_err(|_| Error::Corrupted("its time is none".to_owned()))?;
    if fresh.is_empty() && current.is_empty() && !whole {
        return Ok(None);
    }
    Ok(Some(Stored { images: joined(fresh, current), listed_at, whole }))
}

/// Makes one list of what an earlier pass has left and of what is kept, and begins a new pass. Returns what is kept.
pub(super) fn start(write: &WriteTransaction, pass: i64) -> Result<Ids, Error> {
    fold(write)?;
    let mut head = write.open_table(HEAD)?;
    head.insert(PASS, pass)?;
    head.insert(MET, 0)?;
    let mut current = Ids::default();
    current.add_all(&write.open_table(CURRENT)?)?;
    Ok(current)
}

/// Whether this pass may still write.
pub(super) fn is_on(write: &WriteTransaction, pass: i64) -> Result<bool, Error> {
    Ok(get(&write.open_table(HEAD)?, PASS)? == pass)
}

/// Puts images at the end of the pass's.
pub(super) fn append(write: &WriteTransaction, images: &[&Arc<ImageSummary>]) -> Result<(), Error> {
    let mut table = write.open_table(FRESH)?;
    let last = match table.last()? {
        Some((key, chunk)) => Some((key.value(), unpacked(chunk.value(), &mut UrlTemplates::default())?)),
        None => None,
    };
    let mut chunks = Chunks::from(START);
    if let Some((key, images)) = last {
        // Also small pages make large chunks.
        if images.len() < CHUNK {
            chunks = Chunks { key, images };
        } else {
            chunks.key = key + 1;
        }
    }
    for image in images {
        chunks.push(ImageSummary::clone(image), &mut table)?;
    }
    chunks.end(&mut table)
}

/// The pass has met a page that holds nothing new.
pub(super) fn meet(write: &WriteTransaction) -> Result<(), Error> {
    write.open_table(HEAD)?.insert(MET, 1)?;
    Ok(())
}

/// The pass has met what is kept: both become one list.
pub(super) fn join(write: &WriteTransaction, at: Timestamp) -> Result<(), Error> {
    fold(write)?;
    end(write, at)
}

/// The pass has seen all there is: it takes the place of what is kept.
pub(super) fn replace_all(write: &WriteTransaction, at: Timestamp) -> Result<(), Error> {
    write.delete_table(CURRENT)?;
    write.rename_table(FRESH, CURRENT)?;
    write.open_table(FRESH)?;
    write.open_table(HEAD)?.insert(WHOLE, 1)?;
    end(write, at)
}

/// Replaces one image, wherever it is. Tells whether it is there.
pub(super) fn replace(store: &Database, by: &ImageSummary) -> Result<bool, Error> {
    let write = store.begin_write()?;
    let mut replaced = false;
    for table in [FRESH, CURRENT] {
        let mut table = write.open_table(table)?;
        for key in keys(&table)? {
            let has = |chunk: &[u8]| {
                let mut has = false;
                each_id(chunk, |id| has |= id == by.id()).map(|()| has)
            };
            if holds(&table, key, has)? {
                replaced = true;
                let mut images = taken(&mut table, key, &mut UrlTemplates::default())?;
                let old = images.iter_mut().filter(|image| image.id() == by.id());
                old.for_each(|image| *image = by.clone());
                Chunks { key, images }.end(&mut table)?;
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

/// Some images' IDs, as hashes: of a million, two share one in thirty million runs.
#[derive(Debug, Default)]
pub(super) struct Ids {
    hasher: RandomState,
    hashes: HashSet<u64>,
}

impl Ids {
    /// Adds an ID. Tells whether it is new.
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
            each_id(chunk.value(), |id| _ = self.insert(id)).ok_or_else(damaged)?;
        }
        Ok(())
    }
}

fn end(write: &WriteTransaction, at: Timestamp) -> Result<(), Error> {
    write.open_table(HEAD)?.insert(LISTED_AT, at.as_millisecond())?;
    Ok(())
}

/// Puts the pass's images before those that are kept, where their time says so among them, and takes their old words
/// away. Only the chunks that this is about are written anew.
fn fold(write: &WriteTransaction) -> Result<(), Error> {
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
    let old = keys(&current)?;
    let needed = fresh.len()? + current.len()? + 2;
    let first = old.first().copied().unwrap_or(START).checked_sub(needed);
    let mut chunks = Chunks::from(first.ok_or_else(damaged)?);
    let mut url_templates = UrlTemplates::default();
    let mut old = old.into_iter();
    let mut older = VecDeque::new();
    for key in keys(&fresh)? {
        for image in taken(&mut fresh, key, &mut url_templates)? {
            loop {
                while older.is_empty()
                    && let Some(key) = old.next()
                {
                    older = taken(&mut current, key, &mut url_templates)?.into();
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
    chunks.end(&mut current)?;
    for key in old {
        let has = |chunk: &[u8]| {
            let mut has = false;
            each_id(chunk, |id| has |= ids.contains(id)).map(|()| has)
        };
        if holds(&current, key, has)? {
            let mut images = taken(&mut current, key, &mut url_templates)?;
            images.retain(|image| !ids.contains(image.id()));
            Chunks { key, images }.end(&mut current)?;
        }
    }
    Ok(())
}

/// The same as [`fold`] makes, in memory.
fn joined(fresh: Vec<Arc<ImageSummary>>, mut current: Vec<Arc<ImageSummary>>) -> Vec<Arc<ImageSummary>> {
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

/// Writes images as chunks, from a key on.
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

    fn end(self, table: &mut Table<u64, &'static [u8]>) -> Result<(), Error> {
        if !self.images.is_empty() {
            table.insert(self.key, &pack(&self.images)[..])?;
        }
        Ok(())
    }
}

fn keys(table: &impl ReadableTable<u64, &'static [u8]>) -> Result<Vec<u64>, Error> {
    table.iter()?.map(|entry| Ok(entry?.0.value())).collect()
}

/// Takes a chunk out of the table.
fn taken(
    table: &mut Table<u64, &'static [u8]>,
    key: u64,
    url_templates: &mut UrlTemplates,
) -> Result<Vec<ImageSummary>, Error> {
    match table.remove(key)? {
        Some(chunk) => unpacked(chunk.value(), url_templates),
        None => Ok(Vec::new()),
    }
}

/// What a look at a chunk tells.
fn holds(
    table: &Table<u64, &'static [u8]>,
    key: u64,
    look: impl Fn(&[u8]) -> Option<bool>,
) -> Result<bool, Error> {
    table.get(key)?.map_or(Ok(false), |chunk| look(chunk.value()).ok_or_else(damaged))
}

fn images(
    read: &ReadTransaction,
    table: TableDefinition<u64, &'static [u8]>,
    url_templates: &mut UrlTemplates,
) -> Result<Vec<Arc<ImageSummary>>, Error> {
    let mut images = Vec::new();
    for entry in read.open_table(table)?.iter()? {
        let (_, chunk) = entry?;
        images.extend(unpacked(chunk.value(), url_templates)?.into_iter().map(Arc::new));
    }
    Ok(images)
}

fn unpacked(chunk: &[u8], url_templates: &mut UrlTemplates) -> Result<Vec<ImageSummary>, Error> {
    unpack(chunk, url_templates).ok_or_else(damaged)
}

fn get(head: &impl ReadableTable<&'static str, i64>, key: &str) -> Result<i64, Error> {
    Ok(head.get(key)?.ok_or_else(damaged)?.value())
}

fn damaged() -> Error {
    Error::Corrupted("something in it is not as we write it".to_owned())
}

#[cfg(test)]
mod tests {
    use redb::backends::InMemoryBackend;

    use super::*;
    use crate::domain::Image;

    #[test]
    fn what_a_finished_pass_has_seen_is_in_one_table_with_what_was_kept() {
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
            unpacked(chunk.value(), &mut UrlTemplates::default()).unwrap().len()
        });
        assert_eq!(chunks.collect::<Vec<_>>(), [CHUNK, CHUNK, 200]);
    }
}
