//! The local index: syncs, damage, and other programs that use it.

#[path = "index/crash.rs"]
mod crash;
#[path = "index/damage.rs"]
mod damage;

use std::sync::Arc;

use cfimg::domain::{Image, ImageSummary, UrlTemplates};
use cfimg::storage::Index;
use cfimg::storage::index::{IndexError, IndexSync, Reached, Stored};
use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

fn index() -> (TempDir, Index) {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let index = Index::new(folder.path(), "owner".to_owned());
    (folder, index)
}

/// An image uploaded at this second. `words` marks the sync that it came from.
fn image(second: u32, words: &str) -> Arc<ImageSummary> {
    let uploaded = at(second.into());
    let raw = format!(
        r#"{{"id":"image/{second}","creator":"{words}","uploaded":"{uploaded}","variants":["https://imagedelivery.net/H/image/{second}/public"]}}"#
    );
    Arc::new(UrlTemplates::default().summarize(&Image::read(&raw).expect("it is an image")))
}

fn page(seconds: impl IntoIterator<Item = u32>, words: &str) -> Vec<Arc<ImageSummary>> {
    seconds.into_iter().map(|second| image(second, words)).collect()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("it is a time")
}

fn start_sync(index: &Index) -> IndexSync<'_> {
    index.start_sync(at(1)).expect("a pass begins")
}

fn read(index: &Index) -> Option<Stored> {
    index.read().expect("it can be read")
}

/// The stored images: second and words of each.
fn stored_images(index: &Index) -> Vec<(u32, String)> {
    let images = read(index).map(|stored| stored.images).unwrap_or_default();
    images.iter().map(|image| summary_of(image)).collect()
}

fn summary_of(image: &ImageSummary) -> (u32, String) {
    let second = image.id().rsplit('/').next().and_then(|second| second.parse().ok());
    (second.expect("an ID of ours"), image.creator().unwrap_or_default().to_owned())
}

/// These seconds, all with the same words.
fn with(words: &str, seconds: impl IntoIterator<Item = u32>) -> Vec<(u32, String)> {
    seconds.into_iter().map(|second| (second, words.to_owned())).collect()
}

/// Runs a complete sync with these images, newest first.
fn list(index: &Index, seconds: impl IntoIterator<Item = u32>, words: &str) {
    let mut sync = start_sync(index);
    for page in page(seconds, words).chunks(250) {
        sync.page(page).expect("a page is written");
    }
    sync.finish(Reached::End).expect("it ends");
}

#[test]
fn list_is_read_back_unchanged() {
    let (folder, index) = index();
    assert_eq!(read(&index), None);
    assert!(!index.put(&image(1, "a")).expect("nothing is there"));
    assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 0, "nothing was touched");

    let images = page((0..1234).rev(), r"\u001b[31m\u202e");
    let mut sync = index.start_sync(at(77)).expect("a pass begins");
    for page in images.chunks(250) {
        assert_eq!(sync.page(page).expect("a page is written"), page.len());
    }
    assert!(!read(&index).expect("there is one").whole, "the sync has not ended");
    sync.finish(Reached::End).expect("it ends");
    assert_eq!(read(&index), Some(Stored { images, listed_at: at(77), whole: true }));

    let other = Index::new(folder.path(), "another".to_owned());
    assert_eq!(read(&other), None);
}

#[test]
fn empty_account_is_stored_as_empty() {
    let (_folder, index) = index();
    let sync = start_sync(&index);
    assert_eq!(read(&index), None);
    sync.finish(Reached::End).expect("it ends");
    assert_eq!(read(&index), Some(Stored { images: vec![], listed_at: at(1), whole: true }));
}

#[test]
fn update_prepends_new_images_and_refreshes_known_ones() {
    let (_folder, index) = index();
    list(&index, (0..2000).rev(), "old");
    let mut sync = index.start_sync(at(5)).expect("a pass begins");
    assert_eq!(sync.page(&page((2005..2015).rev(), "new")).expect("a page is written"), 10);
    // 2000 was deleted before it was listed; 1999 was deleted since, which an update cannot detect.
    assert_eq!(sync.page(&page((2001..2005).rev().chain([1998]), "new")).expect("a page is written"), 4);
    assert_eq!(sync.page(&page([1997, 3], "new")).expect("a page is written"), 0);
    let expected = [
        with("new", (2001..2015).rev()),
        with("old", [1999]),
        with("new", [1998, 1997]),
        with("old", (4..1997).rev()),
        with("new", [3]),
        with("old", (0..3).rev()),
    ]
    .concat();
    // As the API lists them by time: 3 came right after 1997, so the images between them are newer.
    assert_eq!(stored_images(&index), expected);
    sync.finish(Reached::Known).expect("it ends");
    assert_eq!(stored_images(&index), expected);
    let stored = read(&index).expect("it is there");
    assert!(stored.whole && stored.listed_at == at(5));
}

/// The image was deleted and uploaded again under the same ID, so its position has changed.
#[test]
fn reuploaded_image_is_stored_once() {
    let (_folder, index) = index();
    list(&index, (0..2000).rev(), "old");
    let raw = format!(r#"{{"id":"image/3","creator":"new","uploaded":"{}"}}"#, at(9_000));
    let again = Arc::new(UrlTemplates::default().summarize(&Image::read(&raw).expect("it is an image")));
    let mut sync = start_sync(&index);
    assert_eq!(sync.page(&[again]).expect("a page is written"), 0);
    let expected = [with("new", [3]), with("old", (0..2000).rev().filter(|second| *second != 3))].concat();
    assert_eq!(stored_images(&index), expected);
    sync.finish(Reached::Known).expect("it ends");
    assert_eq!(stored_images(&index), expected);
}

#[test]
fn full_sync_drops_missing_images() {
    let (_folder, index) = index();
    list(&index, (0..100).rev(), "old");
    list(&index, (0..100).rev().filter(|second| second % 3 > 0), "new");
    assert_eq!(stored_images(&index), with("new", (0..100).rev().filter(|second| second % 3 > 0)));
}

#[test]
fn interrupted_sync_loses_nothing() {
    let (_folder, index) = index();
    list(&index, (0..30).rev(), "old");
    let mut sync = index.start_sync(at(9)).expect("a pass begins");
    sync.page(&page((20..40).rev(), "new")).expect("a page is written");
    drop(sync);
    let expected = [with("new", (20..40).rev()), with("old", (0..20).rev())].concat();
    assert_eq!(stored_images(&index), expected);
    // There may be more images between those that it listed and the stored ones.
    let stored = read(&index).expect("it is there");
    assert_eq!((stored.whole, stored.listed_at), (false, at(1)));
    let mut sync = start_sync(&index);
    assert_eq!(stored_images(&index), expected);
    assert_eq!(sync.page(&page((10..40).rev(), "last")).expect("a page is written"), 0);
    sync.finish(Reached::Known).expect("it ends");
    assert_eq!(stored_images(&index), [with("last", (10..40).rev()), with("old", (0..10).rev())].concat());
    assert!(!read(&index).expect("it is there").whole, "an update fills no gap");
    list(&index, (0..40).rev(), "last");
    assert!(read(&index).expect("it is there").whole);

    // A sync that has reached the stored images leaves no gap.
    let mut sync = start_sync(&index);
    sync.page(&page((38..50).rev(), "x")).expect("a page is written");
    sync.page(&page((30..38).rev(), "x")).expect("a page is written");
    drop(sync);
    assert!(read(&index).expect("it is there").whole);
    let mut sync = start_sync(&index);
    assert!(read(&index).expect("it is there").whole);
    // That applies to this sync only, not to the next.
    sync.page(&page([60], "x")).expect("a page is written");
    drop(sync);
    assert!(!read(&index).expect("it is there").whole);
}

#[test]
fn empty_page_does_not_close_the_gap() {
    let (_folder, index) = index();
    list(&index, (0..30).rev(), "old");
    let mut sync = start_sync(&index);
    sync.page(&page([60], "new")).expect("a page is written");
    assert_eq!(sync.page(&[]).expect("a page is written"), 0);
    drop(sync);
    // The API sends empty pages even if more follow: there may be other images before the stored ones.
    assert!(!read(&index).expect("it is there").whole);
}

#[test]
fn repeated_image_is_stored_once() {
    let (_folder, index) = index();
    let mut sync = start_sync(&index);
    assert_eq!(sync.page(&page([9, 8, 9, 7], "a")).expect("a page is written"), 3);
    // Another image was uploaded meanwhile, so the page starts with the last image of the previous one.
    assert_eq!(sync.page(&page([7, 6, 8], "b")).expect("a page is written"), 1);
    assert_eq!(sync.page(&[]).expect("an empty page is written"), 0);
    sync.finish(Reached::End).expect("it ends");
    assert_eq!(stored_images(&index), [with("a", [9, 8, 7]), with("b", [6])].concat());
}

#[test]
fn put_updates_an_image_during_a_sync() {
    let (_folder, index) = index();
    list(&index, (0..1500).rev(), "old");
    assert!(index.put(&image(700, "put")).expect("it is written"));
    assert!(
        !index.put(&image(5000, "put")).expect("it is written"),
        "an image that was never listed is left to a sync"
    );
    let mut sync = start_sync(&index);
    sync.page(&page([2000, 1999], "new")).expect("a page is written");
    assert!(index.put(&image(1999, "put")).expect("it is written"));
    assert_eq!(sync.page(&page([1499], "new")).expect("a page is written"), 0);
    sync.finish(Reached::Known).expect("it ends");
    let mut expected =
        [with("new", [2000]), with("put", [1999]), with("new", [1499]), with("old", (0..1499).rev())]
            .concat();
    expected.iter_mut().filter(|(second, _)| *second == 700).for_each(|(_, words)| *words = "put".to_owned());
    assert_eq!(stored_images(&index), expected);
}

#[test]
fn newer_sync_overtakes_the_older_one() {
    let (folder, one) = index();
    let two = Index::new(folder.path(), "owner".to_owned());
    list(&one, (0..10).rev(), "old");
    let mut first = start_sync(&one);
    first.page(&page([11, 10], "first")).expect("a page is written");
    let mut second = start_sync(&two);
    assert_eq!(second.page(&page([12, 11], "second")).expect("a page is written"), 1);
    assert!(matches!(first.page(&page([9], "first")), Err(IndexError::Overtaken)));
    assert!(matches!(first.finish(Reached::End), Err(IndexError::Overtaken)));
    second.finish(Reached::Known).expect("it ends");
    let expected = [with("second", [12, 11]), with("first", [10]), with("old", (0..10).rev())].concat();
    assert_eq!(stored_images(&one), expected);
    // A sync that has ended no longer blocks others.
    drop(start_sync(&one));
    assert_eq!(stored_images(&two), expected);
}

#[test]
fn clear_removes_one_account_or_all() {
    let (folder, one) = index();
    let other = Index::new(folder.path(), "other".to_owned());
    assert_eq!(Index::clear(folder.path(), None).expect("nothing is there"), 0);
    list(&one, [1], "a");
    list(&other, [2], "a");
    let aside = folder.path().join("index/owner.redb.bad");
    std::fs::write(&aside, "12345").expect("it can be written");
    let foreign = folder.path().join("index/notes.txt");
    std::fs::write(&foreign, "mine").expect("it can be written");
    let mut sync = start_sync(&one);
    assert!(Index::clear(folder.path(), Some("owner")).expect("it is cleared") > 5);
    assert!(!aside.exists() && read(&one).is_none());
    assert!(matches!(sync.page(&page([3], "a")), Err(IndexError::Overtaken)));
    assert_eq!((stored_images(&one), stored_images(&other)), (vec![], with("a", [2])));
    assert!(Index::clear(folder.path(), None).expect("it is cleared") > 5);
    assert_eq!(read(&other), None);
    assert!(foreign.exists(), "other files stay");
}

#[test]
fn file_does_not_grow_with_each_sync() {
    let (folder, index) = index();
    let path = folder.path().join("index/owner.redb");
    list(&index, (0..3000).rev(), "a");
    let once = std::fs::metadata(&path).expect("it is there").len();
    for round in 1..6 {
        list(&index, (0..3000).rev(), "b");
        let mut sync = start_sync(&index);
        sync.page(&page((2990..3000 + round).rev(), "c")).expect("a page is written");
        sync.finish(Reached::Known).expect("it ends");
    }
    let often = std::fs::metadata(&path).expect("it is there").len();
    assert!(often <= 3 * once, "{once} {often}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Any syncs, in pages of any size, over a list that changes in between: every listed image is stored
    /// once, in order, with the words that it was last listed with.
    #[test]
    fn any_syncs_keep_listed_images(syncs in proptest::collection::vec(
        (proptest::collection::btree_set(0_u32..1500, 0..1200), 1_usize..600, 0_usize..12, 0..3), 1..5)) {
        let (_folder, index) = index();
        let mut expected = std::collections::BTreeMap::new();
        for (round, (seconds, per_page, pages, ending)) in syncs.into_iter().enumerate() {
            let words = round.to_string();
            let images = page(seconds.into_iter().rev(), &words);
            let mut sync = start_sync(&index);
            let reached = if ending == 0 { images.len() } else { images.len().min(pages * per_page) };
            for page in images[..reached].chunks(per_page) {
                sync.page(page).expect("a page is written");
            }
            if ending == 0 {
                expected.clear();
            }
            expected.extend(images[..reached].iter().map(|image| summary_of(image)));
            let wanted: Vec<_> = expected.iter().rev().map(|(second, words)| (*second, words.clone())).collect();
            match ending {
                0 => sync.finish(Reached::End).expect("it ends"),
                1 => sync.finish(Reached::Known).expect("it ends"),
                _ => drop(sync),
            }
            prop_assert_eq!(stored_images(&index), wanted);
        }
    }
}
