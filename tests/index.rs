//! The local index: how it is brought up to date, and what damage and other programs do to it.

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

/// An image that was uploaded at this second, with words that tell which answer it is from.
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

/// What is kept: each image's second and its words.
fn stored_images(index: &Index) -> Vec<(u32, String)> {
    let images = read(index).map(|stored| stored.images).unwrap_or_default();
    images.iter().map(|image| summary_of(image)).collect()
}

fn summary_of(image: &ImageSummary) -> (u32, String) {
    let second = image.id().rsplit('/').next().and_then(|second| second.parse().ok());
    (second.expect("an ID of ours"), image.creator().unwrap_or_default().to_owned())
}

/// Seconds with the words that all of them have.
fn with(words: &str, seconds: impl IntoIterator<Item = u32>) -> Vec<(u32, String)> {
    seconds.into_iter().map(|second| (second, words.to_owned())).collect()
}

/// Lists all these, newest first, and ends.
fn list(index: &Index, seconds: impl IntoIterator<Item = u32>, words: &str) {
    let mut pass = start_sync(index);
    for page in page(seconds, words).chunks(250) {
        pass.page(page).expect("a page is written");
    }
    pass.finish(Reached::End).expect("it ends");
}

#[test]
fn what_was_listed_comes_back_as_it_was() {
    let (folder, index) = index();
    assert_eq!(read(&index), None);
    assert!(!index.put(&image(1, "a")).expect("nothing is there"));
    assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 0, "nothing was touched");

    let images = page((0..1234).rev(), r"\u001b[31m\u202e");
    let mut pass = index.start_sync(at(77)).expect("a pass begins");
    for page in images.chunks(250) {
        assert_eq!(pass.page(page).expect("a page is written"), page.len());
    }
    assert!(!read(&index).expect("there is one").whole, "it is not over");
    pass.finish(Reached::End).expect("it ends");
    assert_eq!(read(&index), Some(Stored { images, listed_at: at(77), whole: true }));

    let other = Index::new(folder.path(), "another".to_owned());
    assert_eq!(read(&other), None);
}

#[test]
fn an_account_without_images_is_known_to_have_none() {
    let (_folder, index) = index();
    let pass = start_sync(&index);
    assert_eq!(read(&index), None);
    pass.finish(Reached::End).expect("it ends");
    assert_eq!(read(&index), Some(Stored { images: vec![], listed_at: at(1), whole: true }));
}

#[test]
fn an_update_puts_new_ones_in_front_and_known_ones_anew() {
    let (_folder, index) = index();
    list(&index, (0..2000).rev(), "old");
    let mut pass = index.start_sync(at(5)).expect("a pass begins");
    assert_eq!(pass.page(&page((2005..2015).rev(), "new")).expect("a page is written"), 10);
    // 2000 was deleted before anybody saw it; 1999 is gone, which an update does not find out.
    assert_eq!(pass.page(&page((2001..2005).rev().chain([1998]), "new")).expect("a page is written"), 4);
    assert_eq!(pass.page(&page([1997, 3], "new")).expect("a page is written"), 0);
    let expected = [
        with("new", (2001..2015).rev()),
        with("old", [1999]),
        with("new", [1998, 1997]),
        with("old", (4..1997).rev()),
        with("new", [3]),
        with("old", (0..3).rev()),
    ]
    .concat();
    // What time says, the list would have as the API gave it: 3 came right after 1997, so what lies between is newer.
    assert_eq!(stored_images(&index), expected);
    pass.finish(Reached::Known).expect("it ends");
    assert_eq!(stored_images(&index), expected);
    let stored = read(&index).expect("it is there");
    assert!(stored.whole && stored.listed_at == at(5));
}

/// It was deleted and uploaded again under its own ID, so it is at another place now.
#[test]
fn an_image_that_was_uploaded_again_is_kept_once() {
    let (_folder, index) = index();
    list(&index, (0..2000).rev(), "old");
    let raw = format!(r#"{{"id":"image/3","creator":"new","uploaded":"{}"}}"#, at(9_000));
    let again = Arc::new(UrlTemplates::default().summarize(&Image::read(&raw).expect("it is an image")));
    let mut pass = start_sync(&index);
    assert_eq!(pass.page(&[again]).expect("a page is written"), 0);
    let expected = [with("new", [3]), with("old", (0..2000).rev().filter(|second| *second != 3))].concat();
    assert_eq!(stored_images(&index), expected);
    pass.finish(Reached::Known).expect("it ends");
    assert_eq!(stored_images(&index), expected);
}

#[test]
fn a_full_pass_drops_what_it_has_not_seen() {
    let (_folder, index) = index();
    list(&index, (0..100).rev(), "old");
    list(&index, (0..100).rev().filter(|second| second % 3 > 0), "new");
    assert_eq!(stored_images(&index), with("new", (0..100).rev().filter(|second| second % 3 > 0)));
}

#[test]
fn a_pass_that_is_broken_off_loses_nothing() {
    let (_folder, index) = index();
    list(&index, (0..30).rev(), "old");
    let mut pass = index.start_sync(at(9)).expect("a pass begins");
    pass.page(&page((20..40).rev(), "new")).expect("a page is written");
    drop(pass);
    let expected = [with("new", (20..40).rev()), with("old", (0..20).rev())].concat();
    assert_eq!(stored_images(&index), expected);
    // Between what it saw and what was kept there may be more.
    let stored = read(&index).expect("it is there");
    assert_eq!((stored.whole, stored.listed_at), (false, at(1)));
    let mut pass = start_sync(&index);
    assert_eq!(stored_images(&index), expected);
    assert_eq!(pass.page(&page((10..40).rev(), "last")).expect("a page is written"), 0);
    pass.finish(Reached::Known).expect("it ends");
    assert_eq!(stored_images(&index), [with("last", (10..40).rev()), with("old", (0..10).rev())].concat());
    assert!(!read(&index).expect("it is there").whole, "an update fills no gap");
    list(&index, (0..40).rev(), "last");
    assert!(read(&index).expect("it is there").whole);

    // One that has met what is kept leaves no gap.
    let mut pass = start_sync(&index);
    pass.page(&page((38..50).rev(), "x")).expect("a page is written");
    pass.page(&page((30..38).rev(), "x")).expect("a page is written");
    drop(pass);
    assert!(read(&index).expect("it is there").whole);
    let mut pass = start_sync(&index);
    assert!(read(&index).expect("it is there").whole);
    // That an earlier pass had met it says nothing of the next.
    pass.page(&page([60], "x")).expect("a page is written");
    drop(pass);
    assert!(!read(&index).expect("it is there").whole);
}

#[test]
fn a_page_without_images_meets_nothing() {
    let (_folder, index) = index();
    list(&index, (0..30).rev(), "old");
    let mut pass = start_sync(&index);
    pass.page(&page([60], "new")).expect("a page is written");
    assert_eq!(pass.page(&[]).expect("a page is written"), 0);
    drop(pass);
    // The API gives such pages where more follow: between what came and what is kept there may be others.
    assert!(!read(&index).expect("it is there").whole);
}

#[test]
fn an_image_that_comes_twice_is_kept_once() {
    let (_folder, index) = index();
    let mut pass = start_sync(&index);
    assert_eq!(pass.page(&page([9, 8, 9, 7], "a")).expect("a page is written"), 3);
    // Another was uploaded meanwhile, so the page begins with what the last one ended with.
    assert_eq!(pass.page(&page([7, 6, 8], "b")).expect("a page is written"), 1);
    assert_eq!(pass.page(&[]).expect("an empty page is none"), 0);
    pass.finish(Reached::End).expect("it ends");
    assert_eq!(stored_images(&index), [with("a", [9, 8, 7]), with("b", [6])].concat());
}

#[test]
fn single_images_are_renewed_also_while_a_pass_runs() {
    let (_folder, index) = index();
    list(&index, (0..1500).rev(), "old");
    assert!(index.put(&image(700, "put")).expect("it is written"));
    assert!(!index.put(&image(5000, "put")).expect("it is written"), "what was not listed comes with a pass");
    let mut pass = start_sync(&index);
    pass.page(&page([2000, 1999], "new")).expect("a page is written");
    assert!(index.put(&image(1999, "put")).expect("it is written"));
    assert_eq!(pass.page(&page([1499], "new")).expect("a page is written"), 0);
    pass.finish(Reached::Known).expect("it ends");
    let mut expected =
        [with("new", [2000]), with("put", [1999]), with("new", [1499]), with("old", (0..1499).rev())]
            .concat();
    expected.iter_mut().filter(|(second, _)| *second == 700).for_each(|(_, words)| *words = "put".to_owned());
    assert_eq!(stored_images(&index), expected);
}

#[test]
fn of_two_passes_the_one_begun_last_goes_on() {
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
    // A pass that is over is no longer anybody's.
    drop(start_sync(&one));
    assert_eq!(stored_images(&two), expected);
}

#[test]
fn clearing_takes_one_account_or_all() {
    let (folder, one) = index();
    let other = Index::new(folder.path(), "other".to_owned());
    assert_eq!(Index::clear(folder.path(), None).expect("nothing is there"), 0);
    list(&one, [1], "a");
    list(&other, [2], "a");
    let aside = folder.path().join("index/owner.redb.bad");
    std::fs::write(&aside, "12345").expect("it can be written");
    let foreign = folder.path().join("index/notes.txt");
    std::fs::write(&foreign, "mine").expect("it can be written");
    let mut pass = start_sync(&one);
    assert!(Index::clear(folder.path(), Some("owner")).expect("it is cleared") > 5);
    assert!(!aside.exists() && read(&one).is_none());
    assert!(matches!(pass.page(&page([3], "a")), Err(IndexError::Overtaken)));
    assert_eq!((stored_images(&one), stored_images(&other)), (vec![], with("a", [2])));
    assert!(Index::clear(folder.path(), None).expect("it is cleared") > 5);
    assert_eq!(read(&other), None);
    assert!(foreign.exists(), "what is not ours stays");
}

#[test]
fn the_file_does_not_grow_with_each_pass() {
    let (folder, index) = index();
    let path = folder.path().join("index/owner.redb");
    list(&index, (0..3000).rev(), "a");
    let once = std::fs::metadata(&path).expect("it is there").len();
    for round in 1..6 {
        list(&index, (0..3000).rev(), "b");
        let mut pass = start_sync(&index);
        pass.page(&page((2990..3000 + round).rev(), "c")).expect("a page is written");
        pass.finish(Reached::Known).expect("it ends");
    }
    let often = std::fs::metadata(&path).expect("it is there").len();
    assert!(often <= 3 * once, "{once} {often}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Any passes, in pages of any size, over a list that changes in between: what is kept is in order, each once, and
    /// all that was seen, with the words it was last seen with.
    #[test]
    fn any_passes_keep_what_was_seen(passes in proptest::collection::vec(
        (proptest::collection::btree_set(0_u32..1500, 0..1200), 1_usize..600, 0_usize..12, 0..3), 1..5)) {
        let (_folder, index) = index();
        let mut expected = std::collections::BTreeMap::new();
        for (round, (seconds, per_page, pages, ending)) in passes.into_iter().enumerate() {
            let words = round.to_string();
            let images = page(seconds.into_iter().rev(), &words);
            let mut pass = start_sync(&index);
            let reached = if ending == 0 { images.len() } else { images.len().min(pages * per_page) };
            for page in images[..reached].chunks(per_page) {
                pass.page(page).expect("a page is written");
            }
            if ending == 0 {
                expected.clear();
            }
            expected.extend(images[..reached].iter().map(|image| summary_of(image)));
            let wanted: Vec<_> = expected.iter().rev().map(|(second, words)| (*second, words.clone())).collect();
            match ending {
                0 => pass.finish(Reached::End).expect("it ends"),
                1 => pass.finish(Reached::Known).expect("it ends"),
                _ => drop(pass),
            }
            prop_assert_eq!(stored_images(&index), wanted);
        }
    }
}
