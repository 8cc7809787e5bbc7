//! Searches the list in a thread of its own, so that no key press waits for it.
//!
//! In reading order: `thread` receives commands and sends results, `active_query` is the current query with its matches
//! so far, and `scan` searches many images with several threads.

mod active_query;
mod message;
mod scan;
mod thread;

use crate::worker::Worker;
pub use message::{SearchCommand, SearchMatches, SearchMessage};
use thread::SearchThread;

/// A worker that searches images by the newest query only, and calls `on_message` from its thread. It reports the matches
/// of a query once all images are searched, and again when images are added, but no more often than a user could see. It
/// reports the sorted images on request. If the system has no thread left, it reports nothing, and the list stays as it
/// is.
pub fn search_worker(on_message: impl Fn(SearchMessage) + Send + 'static) -> Worker<SearchCommand> {
    Worker::new("search", move |commands| SearchThread::new(commands, on_message).run())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
    use std::time::{Duration, Instant};

    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::{Image, ImageSummary, Query, UrlTemplates};

    const PATIENCE: Duration = Duration::from_secs(20);

    fn searcher() -> (Worker<SearchCommand>, Receiver<SearchMessage>) {
        let (sender, messages) = mpsc::channel();
        (search_worker(move |message| _ = sender.send(message)), messages)
    }

    fn images(count: usize) -> Vec<Arc<ImageSummary>> {
        let image =
            Image::read(r#"{"id":"107b9558","filename":"logo.png","requireSignedURLs":true}"#).unwrap();
        let image = Arc::new(UrlTemplates::default().summarize(&image));
        vec![image; count]
    }

    fn query(text: &str) -> Query {
        Query::parse(text, &TimeZone::UTC)
    }

    fn next_message(messages: &Receiver<SearchMessage>) -> SearchMessage {
        messages.recv_timeout(PATIENCE).expect("no message in time")
    }

    fn next(messages: &Receiver<SearchMessage>) -> SearchMatches {
        match next_message(messages) {
            SearchMessage::Matches(matches) => matches,
            sorted @ SearchMessage::Sorted { .. } => panic!("unexpected message: {sorted:?}"),
        }
    }

    #[test]
    fn sort_waits_for_current_query() {
        let (searcher, messages) = searcher();
        let image_named = |name| {
            let image = Image::read(&format!(r#"{{"id":"logo","filename":"{name}"}}"#)).unwrap();
            Arc::new(UrlTemplates::default().summarize(&image))
        };
        searcher.send(SearchCommand::Sort(0)).unwrap();
        assert_eq!(next_message(&messages), SearchMessage::Sorted { generation: 0, order: vec![] });
        searcher.send(SearchCommand::Add(images(100_000))).unwrap();
        searcher.send(SearchCommand::Sort(1)).unwrap();
        // These arrive while it sorts all of them.
        searcher.send(SearchCommand::Clear).unwrap();
        searcher.send(SearchCommand::Add(vec![image_named("b"), image_named("a")])).unwrap();
        searcher.send(SearchCommand::Search(3, query("logo"))).unwrap();
        searcher.send(SearchCommand::Sort(4)).unwrap();
        let mut rest = Vec::new();
        while !matches!(rest.last(), Some(SearchMessage::Sorted { generation: 4, .. })) {
            rest.push(next_message(&messages));
        }
        let order = vec![1, 0];
        assert_eq!(rest.pop(), Some(SearchMessage::Sorted { generation: 4, order }));
        let matches = SearchMatches { generation: 3, matches: vec![0, 1], searched: 2 };
        assert_eq!(
            rest.pop(),
            Some(SearchMessage::Matches(matches)),
            "a query is answered before a later sort"
        );
    }

    #[test]
    fn added_images_are_searched_by_current_query() {
        let (searcher, messages) = searcher();
        searcher.send(SearchCommand::Search(7, query("logo"))).unwrap();
        assert_eq!(next(&messages), SearchMatches { generation: 7, matches: vec![], searched: 0 });
        searcher.send(SearchCommand::Add(images(2))).unwrap();
        assert_eq!(next(&messages), SearchMatches { generation: 7, matches: vec![0, 1], searched: 2 });
        searcher.send(SearchCommand::Add(images(1))).unwrap();
        assert_eq!(next(&messages), SearchMatches { generation: 7, matches: vec![0, 1, 2], searched: 3 });
        searcher.send(SearchCommand::Search(8, query("logos"))).unwrap();
        assert_eq!(next(&messages), SearchMatches { generation: 8, matches: vec![], searched: 3 });
        searcher.send(SearchCommand::Search(9, query("signed:"))).unwrap();
        assert_eq!(next(&messages), SearchMatches { generation: 9, matches: vec![0, 1, 2], searched: 3 });
        searcher.send(SearchCommand::Search(10, query("logo public:"))).unwrap();
        assert_eq!(next(&messages), SearchMatches { generation: 10, matches: vec![], searched: 3 });
        searcher.send(SearchCommand::Clear).unwrap();
        searcher.send(SearchCommand::Add(images(1))).unwrap();
        searcher.send(SearchCommand::Search(11, query("png"))).unwrap();
        assert_eq!(
            next(&messages),
            SearchMatches { generation: 11, matches: vec![0], searched: 1 },
            "earlier images are gone"
        );
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test measures the pace of results")]
    fn results_are_paced_while_images_are_added() {
        let (searcher, messages) = searcher();
        searcher.send(SearchCommand::Search(0, query("logo"))).unwrap();
        let started = Instant::now();
        for _ in 0..500 {
            searcher.send(SearchCommand::Add(images(1))).unwrap();
        }
        let mut received = 1;
        while next(&messages).matches.len() < 500 {
            received += 1;
        }
        let limit = started.elapsed().as_millis() / 30 + 2;
        assert!(received <= limit, "{received} messages, limit {limit}");
    }

    #[test]
    fn only_newest_query_is_answered() {
        let (searcher, messages) = searcher();
        searcher.send(SearchCommand::Add(images(50_000))).unwrap();
        for generation in 0..30 {
            searcher
                .send(SearchCommand::Search(
                    generation,
                    query(if generation % 2 == 0 { "lo 17" } else { "png" }),
                ))
                .unwrap();
        }
        let mut received = vec![];
        while received.last() != Some(&29) {
            received.push(next(&messages).generation);
        }
        assert!(received.is_sorted() && received.len() < 30, "{received:?}");
        searcher.send(SearchCommand::Search(30, query("l"))).unwrap();
        assert_eq!(next(&messages).generation, 30, "no older results after it");
    }

    #[test]
    fn dropping_searcher_ends_its_thread() {
        let (searcher, messages) = searcher();
        searcher.send(SearchCommand::Add(images(100_000))).unwrap();
        searcher.send(SearchCommand::Search(0, query("lo 17"))).unwrap();
        drop(searcher);
        // Only the thread holds the other end.
        loop {
            match messages.recv_timeout(PATIENCE) {
                Ok(_) => {}
                Err(ended) => break assert_eq!(ended, RecvTimeoutError::Disconnected),
            }
        }
    }
}
