//! Measures the time from a key press in the filter to its final result, with 100,000 images. Run with `cargo bench
//! --bench filter`.
//!
//! The times depend on the machine. Compare two commits on the same machine, one after the other.

use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use cfimg::domain::{Image, ImageSummary, Query, UrlTemplates};
use cfimg::search::{SearchCommand, SearchMatches, SearchMessage, search_worker};
use cfimg::worker::Worker;
use divan::Bencher;
use jiff::tz::TimeZone;

fn main() {
    divan::main();
}

const IMAGES: u64 = 100_000;

const THINGS: [&str; 16] = [
    "mountain",
    "harbour",
    "receipt",
    "portrait",
    "kitchen",
    "sketch",
    "invoice",
    "sunset",
    "bicycle",
    "garden",
    "product",
    "poster",
    "concert",
    "bridge",
    "dashboard",
    "winter",
];
const KINDS: [&str; 8] = ["draft", "final", "wide", "crop", "v2", "2x", "original", "copy"];
const REGIONS: [&str; 4] = ["eu-west", "us-east", "ap-south", "sa-east"];

/// Like the computed images of the embedded Cloudflare.
fn image(number: u64) -> Image {
    let bits = scramble(number);
    let pick = |shift: u32, from: u64| usize::try_from((bits >> shift) % from).unwrap_or_default();
    let (thing, region) = (THINGS[pick(8, 16)], REGIONS[pick(44, 4)]);
    let tail = scramble(bits);
    let id = format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:010x}00",
        bits >> 32,
        bits & 0xffff,
        tail >> 52,
        0x8000 | (tail >> 38) & 0x3fff,
        tail & 0xff_ffff_ffff
    );
    let format = ["jpg", "png", "webp", "svg"][pick(0, 4)];
    let creator = match (bits >> 24) % 16 {
        0 | 1 => String::new(),
        _ => format!(r#""creator":"user-{:04}","#, (bits >> 28) % 500),
    };
    let meta = match (bits >> 40) % 4 {
        0 => "null".to_owned(),
        1 => format!(r#"{{"n":{number}}}"#),
        2 => format!(r#"{{"subject":"{thing}","region":"{region}"}}"#),
        _ => format!(
            r#"{{"priority":{},"region":{{"name":"{region}","zones":[1,{}]}},"reviewed":{}}}"#,
            (bits >> 46) % 10,
            (bits >> 50) % 5 + 2,
            (bits >> 53).is_multiple_of(2),
        ),
    };
    let raw = format!(
        r#"{{"id":"{id}","filename":"{thing}-{}-{number:06}.{format}",{creator}"meta":{meta},"variants":[]}}"#,
        KINDS[pick(12, 8)],
    );
    Image::read(&raw).expect("a valid image")
}

/// The finalizer of `SplitMix64`.
fn scramble(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn images() -> Vec<Arc<ImageSummary>> {
    static IMAGES_OF_ALL: OnceLock<Vec<Arc<ImageSummary>>> = OnceLock::new();
    IMAGES_OF_ALL
        .get_or_init(|| {
            let mut url_templates = UrlTemplates::default();
            (0..IMAGES).map(|number| Arc::new(url_templates.summarize(&image(number)))).collect()
        })
        .clone()
}

/// A searcher with all images, and its results.
fn searcher() -> (Worker<SearchCommand>, Receiver<SearchMatches>) {
    let (sender, results) = mpsc::channel();
    let searcher = search_worker(move |message| {
        if let SearchMessage::Matches(result) = message {
            _ = sender.send(result);
        }
    });
    searcher.send(SearchCommand::Add(images())).expect("a thread");
    (searcher, results)
}

fn search(searcher: &Worker<SearchCommand>, results: &Receiver<SearchMatches>, query: &str) -> SearchMatches {
    searcher.send(SearchCommand::Search(0, Query::parse(query, &TimeZone::UTC))).expect("a thread");
    results.recv().expect("search worker ended")
}

/// The queries: a name, a kind of name, a number in names, a creator, an ID, and text that is in no image.
const TYPED: [&str; 6] = ["mountain-final", "sunset wide", "0042", "user-0042", "8f3a-4", "quixotic zebra"];

/// All keys of a text, each one waiting for its result.
#[divan::bench(args = TYPED, sample_count = 20)]
fn typed(bencher: Bencher, text: &str) {
    let (searcher, results) = searcher();
    bencher.bench_local(|| {
        for (at, c) in text.char_indices() {
            _ = search(&searcher, &results, &text[..at + c.len_utf8()]);
        }
    });
}

/// A whole query at once, as after a paste or a deleted key. The first keys of a text are the slowest.
#[divan::bench(args = ["m", "e", "1", "0", "s", "00", "us", "8f", "mou", "004", "mountain-final", "harbour eu-west"], sample_count = 20)]
fn whole(bencher: Bencher, text: &str) {
    let (searcher, results) = searcher();
    bencher
        .with_inputs(|| search(&searcher, &results, "\u{1}"))
        .bench_local_values(|_| search(&searcher, &results, text));
}

/// Each key of all queries in turn: the times that a user notices.
#[divan::bench(sample_count = 1, sample_size = 1)]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "divan reports no percentiles over different keys"
)]
fn keys(bencher: Bencher) {
    let (searcher, results) = searcher();
    bencher.bench_local(|| {
        let mut times = Vec::new();
        for text in TYPED {
            for _ in 0..5 {
                for (at, c) in text.char_indices() {
                    let started = Instant::now();
                    let result = search(&searcher, &results, &text[..at + c.len_utf8()]);
                    times.push((started.elapsed(), &text[..=at], result.matches.len()));
                }
            }
        }
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100];
        let sum: Duration = times.iter().map(|(time, ..)| *time).sum();
        let mean = sum / u32::try_from(times.len()).expect("a few hundred");
        eprintln!("keys: mean {mean:?}, p50 {:?}, p95 {:?}, slowest {:?}", at(50), at(95), at(100));
    });
}
