//! Reads a few names for shell completions: it must be quick, and must not disturb the index.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::ops::ControlFlow;

use redb::backends::FileBackend;
use redb::{Builder, Error, ReadOnlyDatabase};

use super::file::Index;
use super::tables;
use crate::domain::catch_panic::catch_panic;
use crate::storage::private_file::{Lock, open};

/// Attempts to get the lock, 10 ms apart.
const TRIES: u32 = 5;

impl Index {
    /// Calls `on_image` with the ID and file name (empty if there is none) of each stored image, newest first, until it
    /// breaks. An image may come twice. `None` if the index can't be read now; a corrupt one is left for the program to
    /// report.
    pub fn each_image(&self, on_image: impl FnMut(&str, &str) -> ControlFlow<()>) -> Option<()> {
        self.glance(|store| tables::each_image(store, on_image))
    }

    /// The names of the account's variants, sorted. `None` if the index can't be read now.
    pub fn variants(&self) -> Option<BTreeSet<String>> {
        self.glance(tables::variants)
    }

    /// Opens the database without writing to it, and without an integrity check.
    fn glance<T>(&self, work: impl FnOnce(&ReadOnlyDatabase) -> Result<T, Error>) -> Option<T> {
        if !self.path().exists() {
            return None;
        }
        let _lock = Lock::attempt(&self.folder, TRIES).ok()??;
        let file = open(&self.path(), OpenOptions::new().read(true)).ok()?;
        catch_panic(|| {
            let store = Builder::new().open_read_only_with_backend(FileBackend::new(file).ok()?).ok()?;
            work(&store).ok()
        })?
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use jiff::Timestamp;

    use super::*;
    use crate::domain::{Image, UrlTemplates};

    fn names(index: &Index, max: usize) -> Option<Vec<String>> {
        let mut names = Vec::new();
        index.each_image(|id, filename| {
            names.push(format!("{id} {filename}"));
            if names.len() < max { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        Some(names)
    }

    fn index_with(folder: &std::path::Path, raws: &[&str]) -> Index {
        let index = Index::new(folder, "owner".to_owned());
        let mut templates = UrlTemplates::default();
        let images: Vec<_> =
            raws.iter().map(|raw| Arc::new(templates.summarize(&Image::read(raw).unwrap()))).collect();
        index.start_sync(Timestamp::UNIX_EPOCH).unwrap().page(&images).unwrap();
        index
    }

    const LOGO: &str = r#"{"id":"logo","filename":"l o.png","creator":"me",
        "variants":["https://imagedelivery.net/H/logo/public","https://imagedelivery.net/H/logo/hero"]}"#;

    #[test]
    fn names_are_read_until_there_are_enough() {
        let folder = tempfile::tempdir().unwrap();
        let index = index_with(folder.path(), &[LOGO, r#"{"id":"plain"}"#]);
        assert_eq!(names(&index, 9).unwrap(), ["logo l o.png", "plain "]);
        assert_eq!(names(&index, 1).unwrap(), ["logo l o.png"]);
        assert_eq!(index.variants().unwrap().into_iter().collect::<Vec<_>>(), ["hero", "public"]);
    }

    #[test]
    fn missing_locked_and_corrupt_indexes_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(names(&Index::new(folder.path(), "owner".to_owned()), 9), None);
        assert!(fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing is created");
        let index = index_with(folder.path(), &[LOGO]);
        let lock = Lock::wait(&index.folder).unwrap();
        assert_eq!(names(&index, 9), None);
        drop(lock);
        let before = fs::read(index.path()).unwrap();
        assert!(names(&index, 9).is_some());
        assert!(fs::read(index.path()).unwrap() == before, "reading writes nothing");
        fs::write(index.path(), &before[..before.len() / 2]).unwrap();
        assert_eq!(names(&index, 9), None);
        assert!(index.path().exists(), "the program reports it");
    }
}
