//! Searches the list in a thread of its own, so that no key press waits for it.
//!
//! In reading order: `worker` receives commands and sends results, `active_query` is the current query with its matches
//! so far, and `scan` searches many images with several threads.

mod active_query;
mod messages;
mod scan;
mod worker;

use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, OnceLock};

use crate::domain::{ImageSummary, Query};
use messages::{OnMessage, SearchCommand};
pub use messages::{SearchMatches, SearchMessage};

/// Searches images by the newest query only. The thread starts on first use and ends when this is dropped.
pub struct Searcher {
    /// The thread takes it when it starts.
    on_message: Mutex<Option<OnMessage>>,
    thread: OnceLock<Sender<SearchCommand>>,
}

impl Searcher {
    /// Creates a searcher that calls `on_message` from its own thread. It reports the matches of a query once all
    /// images are searched, and again when images are added, but no more often than a user could see. It reports the
    /// sorted images on request.
    pub fn new(on_message: impl Fn(SearchMessage) + Send + 'static) -> Self {
        Self { on_message: Mutex::new(Some(Box::new(on_message))), thread: OnceLock::new() }
    }

    /// Appends images to those to search.
    pub fn add(&self, images: Vec<Arc<ImageSummary>>) {
        self.send(SearchCommand::Add(images));
    }

    /// Starts a query. An earlier query is dropped at once and not reported any more.
    pub fn search(&self, generation: u64, query: Query) {
        self.send(SearchCommand::Search(generation, query));
    }

    /// Requests the images sorted by name. The current query is answered first.
    pub fn sort(&self, generation: u64) {
        self.send(SearchCommand::Sort(generation));
    }

    /// Drops all images, the query, and a pending sort.
    pub fn clear(&self) {
        self.send(SearchCommand::Clear);
    }

    fn send(&self, command: SearchCommand) {
        let sender = self.thread.get_or_init(|| {
            let (sender, inbox) = mpsc::channel();
            let on_message = self.on_message.lock().ok().and_then(|mut on_message| on_message.take());
            if let Some(on_message) = on_message {
                worker::start(inbox, on_message);
            }
            sender
        });
        // If the system could not start a thread, there are no results, and the list stays as it is.
        _ = sender.send(command);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, RecvTimeoutError};
    use std::time::{Duration, Instant};

    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::{Image, UrlTemplates};

    const PATIENCE: Duration = Duration::from_secs(20);

    fn searcher() -> (Searcher, Receiver<SearchMessage>) {
        let (sender, messages) = mpsc::channel();
        (Searcher::new(move |message| _ = sender.send(message)), messages)
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
        searcher.sort(0);
        assert_eq!(next_message(&messages), SearchMessage::Sorted { generation: 0, order: vec![] });
        searcher.add(images(100_000));
        searcher.sort(1);
        // These arrive while it sorts all of them.
        searcher.clear();
        searcher.add(vec![image_named("b"), image_named("a")]);
        searcher.search(3, query("logo"));
        searcher.sort(4);
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
        searcher.search(7, query("logo"));
        assert_eq!(next(&messages), SearchMatches { generation: 7, matches: vec![], searched: 0 });
        searcher.add(images(2));
        assert_eq!(next(&messages), SearchMatches { generation: 7, matches: vec![0, 1], searched: 2 });
        searcher.add(images(1));
        assert_eq!(next(&messages), SearchMatches { generation: 7, matches: vec![0, 1, 2], searched: 3 });
        searcher.search(8, query("logos"));
        assert_eq!(next(&messages), SearchMatches { generation: 8, matches: vec![], searched: 3 });
        searcher.search(9, query("signed:"));
        assert_eq!(next(&messages), SearchMatches { generation: 9, matches: vec![0, 1, 2], searched: 3 });
        searcher.search(10, query("logo public:"));
        assert_eq!(next(&messages), SearchMatches { generation: 10, matches: vec![], searched: 3 });
        searcher.clear();
        searcher.add(images(1));
        searcher.search(11, query("png"));
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
        searcher.search(0, query("logo"));
        let started = Instant::now();
        for _ in 0..500 {
            searcher.add(images(1));
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
        searcher.add(images(50_000));
        for generation in 0..30 {
            searcher.search(generation, query(if generation % 2 == 0 { "lo 17" } else { "png" }));
        }
        let mut received = vec![];
        while received.last() != Some(&29) {
            received.push(next(&messages).generation);
        }
        assert!(received.is_sorted() && received.len() < 30, "{received:?}");
        searcher.search(30, query("l"));
        assert_eq!(next(&messages).generation, 30, "no older results after it");
    }

    #[test]
    fn dropping_searcher_ends_its_thread() {
        let (searcher, messages) = searcher();
        searcher.add(images(100_000));
        searcher.search(0, query("lo 17"));
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
