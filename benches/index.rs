//! Measures the local index: reading it at startup, and writing it during a sync. Run with `cargo bench --bench index`.
//!
//! The times depend on the machine. Compare two commits on the same machine, one after the other. The data read was
//! written just before, so it comes from the page cache and not from the disk.

use std::sync::Arc;

use cfimg::app::{Event, Input, Key, Keymap, Message, Model, Page, RequestId, Start, message_for, update};
use cfimg::domain::{Image, ImageSummary, Preferences, UrlTemplates, insert_by_name, sort_by_name};
use cfimg::storage::Index;
use cfimg::storage::index::Reached;
use divan::Bencher;
use jiff::Timestamp;
use tempfile::TempDir;

fn main() {
    divan::main();
}

const PER_PAGE: usize = 1000;

/// This many images with realistic names and metadata, newest first.
fn images(count: u32) -> Vec<Arc<ImageSummary>> {
    let mut url_templates = UrlTemplates::default();
    (0..count).rev().map(|number| Arc::new(url_templates.summarize(&image(number)))).collect()
}

fn image(number: u32) -> Image {
    let scrambled = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let uploaded = Timestamp::from_second(1_600_000_000 + i64::from(number)).expect("a valid timestamp");
    let id = format!("{scrambled:016x}-4a1b-{number:08x}");
    let url = |name| format!(r#""https://imagedelivery.net/Vi7wi5KSItxGFsWRG2Us6Q/{id}/{name}""#);
    let raw = format!(
        r#"{{"id":"{id}","filename":"mountain-final-{number:06}.jpg","creator":"user-{:04}","uploaded":"{uploaded}",
        "meta":{{"priority":{},"region":{{"name":"eu-west","zones":[1,4]}},"reviewed":true,"source":"camera {}"}},
        "requireSignedURLs":false,"variants":[{},{}]}}"#,
        number % 500,
        number % 10,
        number % 7,
        url("public"),
        url("thumbnail"),
    );
    Image::read(&raw).expect("a valid image")
}

fn write(index: &Index, images: &[Arc<ImageSummary>]) {
    let mut pass = index.start_sync(Timestamp::UNIX_EPOCH).expect("start sync");
    for page in images.chunks(PER_PAGE) {
        pass.page(page).expect("write page");
    }
    pass.finish(Reached::End).expect("finish sync");
}

fn empty() -> (TempDir, Index) {
    let folder = tempfile::tempdir().expect("create directory");
    let index = Index::new(folder.path(), "owner".to_owned());
    (folder, index)
}

/// Reads all images from disk into the list.
#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 10)]
fn read(bencher: Bencher, count: u32) {
    let (_folder, index) = empty();
    write(&index, &images(count));
    bencher.bench_local(|| index.read().expect("read index"));
}

/// The first sync: pages of a thousand images, each written to disk before the next.
#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 3)]
fn write_all(bencher: Bencher, count: u32) {
    let images = images(count);
    bencher.with_inputs(empty).bench_local_values(|(folder, index)| {
        write(&index, &images);
        folder
    });
}

/// What every later start does: one page, a tenth of it new.
#[divan::bench(args = [10_000, 100_000, 1_000_000], sample_count = 10)]
fn update_by_one_page(bencher: Bencher, count: u32) {
    let all = images(count + 1000);
    let (_folder, index) = empty();
    write(&index, &all[1000..]);
    let mut from = 1000;
    bencher
        .with_inputs(|| {
            from -= 100;
            &all[from..from + PER_PAGE]
        })
        .bench_local_values(|page| {
            let mut pass = index.start_sync(Timestamp::UNIX_EPOCH).expect("start sync");
            pass.page(page).expect("write page");
            pass.finish(Reached::Known).expect("finish sync");
        });
}

/// New details of an image in the middle.
#[divan::bench(args = [100_000, 1_000_000], sample_count = 10)]
fn put(bencher: Bencher, count: u32) {
    let images = images(count);
    let (_folder, index) = empty();
    write(&index, &images);
    bencher.bench_local(|| index.put(&images[images.len() / 2]).expect("update image"));
}

/// `S`, which sorts the list by name: the time until the key press is handled.
#[divan::bench(args = [100_000, 1_000_000], sample_count = 10)]
fn key_that_sorts_by_name(bencher: Bencher, count: u32) {
    let model = oldest_first(count);
    bencher.with_inputs(|| model.clone()).bench_local_values(|mut model| {
        press(&mut model, 'S');
        model
    });
}

/// Sorting the names on the search thread: the time until the rows change.
#[divan::bench(args = [100_000, 1_000_000], sample_count = 10)]
fn sorting_names(bencher: Bencher, count: u32) {
    let images = images(count);
    bencher.bench_local(|| sort_by_name(&images));
}

/// Inserting a page of new images into sorted names.
#[divan::bench(args = [100_000, 1_000_000], sample_count = 10)]
fn page_among_names(bencher: Bencher, count: u32) {
    let images = images(count);
    let from = images.len() - PER_PAGE;
    let order = sort_by_name(&images[..from]);
    bencher.bench_local(|| insert_by_name(&order, &images, from));
}

/// Browse with this many images, the oldest first.
fn oldest_first(count: u32) -> Model {
    let mut model = Model::new(Start {
        offline: None,
        label: String::new(),
        earlier: vec![],
        preferences: Preferences::default(),
        keymap: Keymap::default(),
    });
    tell(&mut model, Event::Started(Some("none".to_owned().into())));
    press(&mut model, 'b');
    // The first request was for the image.
    let page = Page { images: images(count), next: None };
    (2..5).for_each(|request| tell(&mut model, Event::PageFetched(RequestId(request), Ok(page.clone()))));
    assert_eq!(model.browse.images().len(), count as usize);
    press(&mut model, 'S');
    model
}

fn press(model: &mut Model, key: char) {
    let message = message_for(model, Input::Key(Key::char(key))).expect("key is bound");
    _ = update(model, message, Timestamp::UNIX_EPOCH);
}

fn tell(model: &mut Model, event: Event) {
    _ = update(model, Message::Event(event), Timestamp::UNIX_EPOCH);
}
