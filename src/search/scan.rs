//! Scans many images with several threads. A key press ends the scan at the next block, well within a frame, so the
//! screen never waits.

use std::num::NonZero;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::domain::fuzzy::{Folded, Letters, TermMatcher};
use crate::domain::{ImageSummary, Query};

/// Images between two checks whether the result is still wanted: well under a millisecond of work. Small in tests, so
/// that a scan over a handful of images can be interrupted.
const BLOCK: usize = if cfg!(test) { 3 } else { 256 };

/// The number of images from which a second thread is worthwhile.
const MANY: usize = 16 * BLOCK;

/// More threads do not help: one processor scans 100,000 images in a few milliseconds.
const MAX_THREADS: usize = 4;

/// All images to search, in order of arrival.
#[derive(Debug, Default)]
pub(super) struct Images {
    all: Vec<Arc<ImageSummary>>,
    letters: Vec<Letters>,
    /// The folded texts of the images that need them, ascending by image.
    folded: Vec<(u32, Folded)>,
}

/// An image that matches the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) index: u32,
    pub(super) score: u32,
}

/// The images to scan, ascending.
#[derive(Debug, Clone, Copy)]
pub(super) enum ScanRange<'a> {
    /// From the first index (inclusive) to the second (exclusive).
    Range(u32, u32),
    Indices(&'a [u32]),
}

impl Images {
    pub(super) fn add(&mut self, images: Vec<Arc<ImageSummary>>) {
        // Growing by an eighth limits unused memory with a million images.
        let spare = images.len().max(self.all.len() / 8);
        if self.all.capacity() - self.all.len() < images.len() {
            self.all.reserve_exact(spare);
            self.letters.reserve_exact(spare);
        }
        for (index, image) in (self.len()..).zip(&images) {
            let (letters, folded) = Letters::new(image);
            self.letters.push(letters);
            self.folded.extend(folded.map(|folded| (index, folded)));
        }
        self.all.extend(images);
    }

    pub(super) fn all(&self) -> &[Arc<ImageSummary>] {
        &self.all
    }

    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }

    /// Scans images until all are done or the result is not wanted any more. Returns the matches, ascending, and how
    /// many images were scanned, from the first.
    pub(super) fn scan(
        &self,
        range: ScanRange,
        query: &Query,
        terms: &mut TermMatcher,
        superseded: impl FnMut() -> bool,
    ) -> (Vec<Match>, usize) {
        let processors = thread::available_parallelism().map_or(1, NonZero::get);
        let threads = if range.len() < MANY { 1 } else { processors.clamp(1, MAX_THREADS) };
        self.scan_with_threads(threads, range, query, terms, superseded)
    }

    fn scan_with_threads(
        &self,
        threads: usize,
        range: ScanRange,
        query: &Query,
        terms: &mut TermMatcher,
        mut superseded: impl FnMut() -> bool,
    ) -> (Vec<Match>, usize) {
        let blocks =
            Blocks { next: AtomicUsize::new(0), stopped: AtomicBool::new(false), total: range.len() };
        let (images, blocks) = (self, &blocks);
        let mut done = thread::scope(|scope| {
            let others: Vec<_> = (1..threads)
                .filter_map(|_| {
                    let mut terms = terms.clone();
                    let work = move || images.work(blocks, range, query, &mut terms, || false);
                    thread::Builder::new().name("search".into()).spawn_scoped(scope, work).ok()
                })
                .collect();
            let mut done = images.work(blocks, range, query, terms, &mut superseded);
            for other in others {
                done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            }
            done
        });
        done.sort_unstable_by_key(|done| done.start);
        let mut scanned = 0;
        let mut matches = Vec::new();
        for done in done {
            if done.start != scanned {
                break;
            }
            scanned = done.end;
            matches.extend(done.matches);
        }
        (matches, scanned)
    }

    /// Scans blocks while there are any.
    fn work(
        &self,
        blocks: &Blocks,
        range: ScanRange,
        query: &Query,
        terms: &mut TermMatcher,
        mut superseded: impl FnMut() -> bool,
    ) -> Vec<BlockMatches> {
        let mut all: Vec<BlockMatches> = Vec::new();
        while let Some(block) = blocks.take() {
            // Consecutive blocks share one list, so that a single thread ends up with one.
            let done = match all.last_mut() {
                Some(last) if last.end == block.start => last,
                _ => {
                    all.push(BlockMatches { start: block.start, end: block.start, matches: vec![] });
                    let Some(last) = all.last_mut() else { break };
                    last
                }
            };
            done.end = block.end;
            for at in block {
                let index = range.at(at);
                let Some((image, letters)) = self.get(index) else { continue };
                let folded = if letters.has_folded() { self.folded_of(index) } else { None };
                if let Some(score) = terms.score(image, letters, folded)
                    && query.narrows(image)
                {
                    done.matches.push(Match { index, score });
                }
            }
            if superseded() {
                blocks.stopped.store(true, Ordering::Relaxed);
            }
        }
        all
    }

    fn get(&self, index: u32) -> Option<(&ImageSummary, Letters)> {
        let index = index as usize;
        Some((self.all.get(index)?, *self.letters.get(index)?))
    }

    fn folded_of(&self, index: u32) -> Option<&Folded> {
        let at = self.folded.binary_search_by_key(&index, |(index, _)| *index).ok()?;
        Some(&self.folded[at].1)
    }
}

impl ScanRange<'_> {
    fn len(self) -> usize {
        match self {
            Self::Range(from, to) => to.saturating_sub(from) as usize,
            Self::Indices(indices) => indices.len(),
        }
    }

    fn at(self, at: usize) -> u32 {
        match self {
            Self::Range(from, _) => from.saturating_add(u32::try_from(at).unwrap_or(u32::MAX)),
            Self::Indices(indices) => indices[at],
        }
    }
}

/// The remaining work, shared by the threads.
struct Blocks {
    next: AtomicUsize,
    stopped: AtomicBool,
    total: usize,
}

impl Blocks {
    fn take(&self) -> Option<Range<usize>> {
        if self.stopped.load(Ordering::Relaxed) {
            return None;
        }
        let start = self.next.fetch_add(BLOCK, Ordering::Relaxed);
        (start < self.total).then(|| start..self.total.min(start + BLOCK))
    }
}

/// The result of one block, or of several consecutive blocks.
struct BlockMatches {
    start: usize,
    end: usize,
    matches: Vec<Match>,
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::{Image, UrlTemplates};

    #[test]
    fn several_threads_find_the_same_as_one() {
        let mut images = Images::default();
        let image_numbered = |number| {
            let raw = format!(r#"{{"id":"image-{number}","filename":"{}.png"}}"#, number % 7);
            Arc::new(UrlTemplates::default().summarize(&Image::read(&raw).unwrap()))
        };
        images.add((0..2_000).map(image_numbered).collect());
        let query = Query::parse("3", &TimeZone::UTC);
        let scan = |threads, range, superseded: &mut dyn FnMut() -> bool| {
            images.scan_with_threads(threads, range, &query, &mut TermMatcher::new(&query), superseded)
        };
        let (all, scanned) = scan(1, ScanRange::Range(0, 2_000), &mut || false);
        assert_eq!(scanned, 2_000);
        assert!(all.len() > 286 && all.is_sorted_by_key(|matched| matched.index), "{}", all.len());
        let indices: Vec<u32> = (0..2_000).collect();
        for threads in [2, 3, 8] {
            assert_eq!(scan(threads, ScanRange::Range(0, 2_000), &mut || false), (all.clone(), 2_000));
            assert_eq!(scan(threads, ScanRange::Indices(&indices), &mut || false), (all.clone(), 2_000));
            // If interrupted, it has all matches up to some image.
            let (partial, scanned) = scan(threads, ScanRange::Range(0, 2_000), &mut || true);
            let expected: Vec<Match> =
                all.iter().copied().filter(|matched| (matched.index as usize) < scanned).collect();
            assert_eq!(partial, expected);
        }
        assert_eq!(scan(1, ScanRange::Range(0, 2_000), &mut || true).1, BLOCK, "stops at the next check");
    }
}
