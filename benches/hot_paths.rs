//! Measures what a user waits for: the frame after a key press, and the frame after a response. Run with `cargo bench`.
//!
//! The times depend on the machine. Compare two commits on the same machine, one after the other.

use std::sync::Arc;

use cfimg::app::browse::Paging;
use cfimg::app::{
    Action, Event, Input, Key, Keymap, Message, Model, Page, RequestId, Start, message_for, update,
};
use cfimg::domain::sanitize::sanitize;
use cfimg::domain::{Image, Preferences, Reference, UrlTemplates};
use cfimg::ui::{Caches, Theme, view};
use divan::{Bencher, black_box};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn main() {
    divan::main();
}

/// An image with this many variants and metadata entries.
fn image(variants: usize, entries: usize) -> String {
    let variants: Vec<_> = (0..variants)
        .map(|n| format!("\"https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558/variant{n}\""))
        .collect();
    let meta: Vec<_> = (0..entries).map(|n| format!("\"key{n}\":{{\"value\":[{n},\"text {n}\"]}}")).collect();
    format!(
        r#"{{"id":"107b9558","filename":"日本語 logo.png","creator":"user-8812","uploaded":"2014-01-02T02:20:00Z",
            "requireSignedURLs":true,"meta":{{{}}},"variants":[{}]}}"#,
        meta.join(","),
        variants.join(",")
    )
}

/// The program with that image on a screen of 160×40.
fn shown(raw: &str) -> (Model, Caches, Terminal<TestBackend>) {
    let mut model = Model::new(Start {
        offline: None,
        label: String::new(),
        earlier: vec![],
        preferences: Preferences::default(),
        keymap: Keymap::default(),
    });
    let now = Timestamp::UNIX_EPOCH;
    _ = update(&mut model, Message::Event(Event::Started(Some("107b9558".to_owned().into()))), now);
    let image = Image::read(raw).expect("a valid image");
    _ = update(&mut model, Message::Event(Event::ImageFetched(RequestId(1), Ok(Box::new(image)))), now);
    (model, Caches::default(), Terminal::new(TestBackend::new(160, 40)).expect("test terminal"))
}

fn draw(model: &Model, caches: &mut Caches, terminal: &mut Terminal<TestBackend>) {
    terminal.draw(|frame| view(model, Theme::default(), caches, frame)).expect("test terminal");
}

/// `j` and `k` in Variants, with a frame for each.
#[divan::bench(args = [8, 100])]
fn key_to_frame(bencher: Bencher, variants: usize) {
    let (mut model, mut caches, mut terminal) = shown(&image(variants, 10));
    draw(&model, &mut caches, &mut terminal);
    let mut down = false;
    bencher.bench_local(|| {
        down = !down;
        let key = Key::char(if down { 'j' } else { 'k' });
        let message = message_for(&model, Input::Key(key)).expect("key is bound");
        _ = update(&mut model, message, Timestamp::UNIX_EPOCH);
        draw(&model, &mut caches, &mut terminal);
    });
}

/// `j` and `k` in Browse, with a frame for each. Every row is another image with its details and variants.
#[divan::bench(args = [100, 100_000])]
fn listed_key_to_frame(bencher: Bencher, images: usize) {
    let (mut model, mut caches, mut terminal) = shown(&image(8, 0));
    _ = update(&mut model, Message::Action(Action::Browse), Timestamp::UNIX_EPOCH);
    let Paging::Loading(request) = model.browse.paging else { panic!("no page is loading") };
    let mut url_templates = UrlTemplates::default();
    let images = (0..images).map(|n| {
        let url = |variant| format!("\"https://imagedelivery.net/MTt4OTd0b0w5aj/{n:08}-dd06-4bbd-5fef/{variant}\"");
        let variants: Vec<_> = (0..8).map(|variant| url(format!("variant{variant}"))).collect();
        let raw = format!(
            r#"{{"id":"{n:08}-dd06-4bbd-5fef","filename":"a-rather-long-name-of-a-file-{n}.jpg","uploaded":"2014-01-02T02:20:00Z","requireSignedURLs":false,"variants":[{}]}}"#,
            variants.join(",")
        );
        Arc::new(url_templates.summarize(&Image::read(&raw).expect("a valid image")))
    });
    let page = Page { images: images.collect(), next: None };
    _ = update(&mut model, Message::Event(Event::PageFetched(request, Ok(page))), Timestamp::UNIX_EPOCH);
    draw(&model, &mut caches, &mut terminal);
    model.viewports = caches.viewports;
    let mut down = false;
    bencher.bench_local(|| {
        down = !down;
        let key = Key::char(if down { 'j' } else { 'k' });
        let message = message_for(&model, Input::Key(key)).expect("key is bound");
        _ = update(&mut model, message, Timestamp::UNIX_EPOCH);
        draw(&model, &mut caches, &mut terminal);
    });
}

/// Reads a response and draws its first frame. The largest has about 4 MB of metadata.
#[divan::bench(args = [10, 100_000])]
fn answer_to_frame(bencher: Bencher, entries: usize) {
    let raw = image(8, entries);
    bencher.bench_local(|| {
        let (model, mut caches, mut terminal) = shown(&raw);
        draw(&model, &mut caches, &mut terminal);
        terminal
    });
}

#[divan::bench]
fn reading_a_pasted_url(bencher: Bencher) {
    let url = "![logo](https://imagedelivery.net/MTt4OTd0b0w5aj/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero)";
    bencher.bench(|| Reference::read(black_box(url)));
}

#[divan::bench(consts = [false, true])]
fn making_text_visible<const HOSTILE: bool>() -> usize {
    let text = if HOSTILE { "日本語\u{1b}]52;c;eA==\u{7}\u{202e}gnp.exe" } else { "a plain name.png" };
    sanitize(black_box(text)).len()
}
