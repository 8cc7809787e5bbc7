//! The filter's work: a thread of its own searches the list, so that no key waits for it.
//!
//! In reading order: `thread` takes what is said and tells what is found, `standing` is the query that stands with
//! what it has matched so far, and `pass` goes over many images with all the processors.

mod pass;
mod standing;
mod thread;

use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, OnceLock};

use crate::domain::{Listed, Query};

/// Searches images by a query, the newest one only. Its thread starts with the first use and ends when this is dropped.
pub struct Searcher {
    /// Taken by the thread when it starts.
    tell: Mutex<Option<Tell>>,
    thread: OnceLock<Sender<Said>>,
}

/// What the newest query matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The number that the query came with.
    pub generation: u64,
    /// Places of arrival of the images, the best match first, equally good ones in the order of the list.
    pub matches: Vec<u32>,
    /// How many images were searched.
    pub searched: u32,
}

/// What the thread tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// What a query matches.
    Found(Found),
    /// All images by name, by their places of arrival.
    Sorted {
        /// The number that it was asked with.
        generation: u64,
        /// The places.
        order: Vec<u32>,
    },
}

type Tell = Box<dyn Fn(Told) + Send>;

enum Said {
    Add(Vec<Arc<Listed>>),
    Ask(u64, Query),
    Sort(u64),
    Clear,
}

impl Searcher {
    /// One that tells, from its own thread, what each query matches: once all is searched, and again as images are added,
    /// but not more often than a person sees; and how the images are sorted, whenever that is asked.
    pub fn new(tell: impl Fn(Told) + Send + 'static) -> Self {
        Self { tell: Mutex::new(Some(Box::new(tell))), thread: OnceLock::new() }
    }

    /// Adds images to what is searched, after those that are there.
    pub fn add(&self, images: Vec<Arc<Listed>>) {
        self.say(Said::Add(images));
    }

    /// Asks what matches a query. What was asked before is dropped at once, and not told any more.
    pub fn ask(&self, generation: u64, query: Query) {
        self.say(Said::Ask(generation, query));
    }

    /// Asks for the images by name. The query that stands is answered first.
    pub fn sort(&self, generation: u64) {
        self.say(Said::Sort(generation));
    }

    /// Forgets all images, the query, and what was to be sorted.
    pub fn clear(&self) {
        self.say(Said::Clear);
    }

    fn say(&self, said: Said) {
        let sender = self.thread.get_or_init(|| {
            let (sender, inbox) = mpsc::channel();
            let tell = self.tell.lock().ok().and_then(|mut tell| tell.take());
            if let Some(tell) = tell {
                thread::start(inbox, tell);
            }
            sender
        });
        // Without a thread nothing is found: the system had none left, and the list stays as it is.
        _ = sender.send(said);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, RecvTimeoutError};
    use std::time::{Duration, Instant};

    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::{Image, Shapes};

    const PATIENCE: Duration = Duration::from_secs(20);

    fn searcher() -> (Searcher, Receiver<Told>) {
        let (sender, answers) = mpsc::channel();
        (Searcher::new(move |told| _ = sender.send(told)), answers)
    }

    fn images(count: usize) -> Vec<Arc<Listed>> {
        let image =
            Image::read(r#"{"id":"107b9558","filename":"logo.png","requireSignedURLs":true}"#).unwrap();
        let image = Arc::new(Shapes::default().listed(&image));
        vec![image; count]
    }

    fn query(text: &str) -> Query {
        Query::parse(text, &TimeZone::UTC)
    }

    fn told(answers: &Receiver<Told>) -> Told {
        answers.recv_timeout(PATIENCE).expect("an answer")
    }

    fn next(answers: &Receiver<Told>) -> Found {
        match told(answers) {
            Told::Found(found) => found,
            sorted @ Told::Sorted { .. } => panic!("nothing was to be sorted: {sorted:?}"),
        }
    }

    #[test]
    fn all_are_sorted_after_the_query_is_answered() {
        let (searcher, answers) = searcher();
        let named = |name| {
            let image = Image::read(&format!(r#"{{"id":"logo","filename":"{name}"}}"#)).unwrap();
            Arc::new(Shapes::default().listed(&image))
        };
        searcher.sort(0);
        assert_eq!(told(&answers), Told::Sorted { generation: 0, order: vec![] });
        searcher.add(images(100_000));
        searcher.sort(1);
        // These come while it sorts all of them.
        searcher.clear();
        searcher.add(vec![named("b"), named("a")]);
        searcher.ask(3, query("logo"));
        searcher.sort(4);
        let mut rest = Vec::new();
        while !matches!(rest.last(), Some(Told::Sorted { generation: 4, .. })) {
            rest.push(told(&answers));
        }
        let order = vec![1, 0];
        assert_eq!(rest.pop(), Some(Told::Sorted { generation: 4, order }));
        let found = Found { generation: 3, matches: vec![0, 1], searched: 2 };
        assert_eq!(rest.pop(), Some(Told::Found(found)), "the query comes before what was asked after it");
    }

    #[test]
    fn what_is_added_while_a_query_stands_is_searched_too() {
        let (searcher, answers) = searcher();
        searcher.ask(7, query("logo"));
        assert_eq!(next(&answers), Found { generation: 7, matches: vec![], searched: 0 });
        searcher.add(images(2));
        assert_eq!(next(&answers), Found { generation: 7, matches: vec![0, 1], searched: 2 });
        searcher.add(images(1));
        assert_eq!(next(&answers), Found { generation: 7, matches: vec![0, 1, 2], searched: 3 });
        searcher.ask(8, query("logos"));
        assert_eq!(next(&answers), Found { generation: 8, matches: vec![], searched: 3 });
        searcher.ask(9, query("signed:"));
        assert_eq!(next(&answers), Found { generation: 9, matches: vec![0, 1, 2], searched: 3 });
        searcher.ask(10, query("logo public:"));
        assert_eq!(next(&answers), Found { generation: 10, matches: vec![], searched: 3 });
        searcher.clear();
        searcher.add(images(1));
        searcher.ask(11, query("png"));
        assert_eq!(
            next(&answers),
            Found { generation: 11, matches: vec![0], searched: 1 },
            "and what was before is gone"
        );
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the pace is what is tested")]
    fn many_additions_are_told_no_more_often_than_one_sees() {
        let (searcher, answers) = searcher();
        searcher.ask(0, query("logo"));
        let begun = Instant::now();
        for _ in 0..500 {
            searcher.add(images(1));
        }
        let mut told = 1;
        while next(&answers).matches.len() < 500 {
            told += 1;
        }
        let most = begun.elapsed().as_millis() / 30 + 2;
        assert!(told <= most, "{told} answers where {most} were enough");
    }

    #[test]
    fn a_newer_query_is_the_only_one_answered() {
        let (searcher, answers) = searcher();
        searcher.add(images(50_000));
        for generation in 0..30 {
            searcher.ask(generation, query(if generation % 2 == 0 { "lo 17" } else { "png" }));
        }
        let mut told = vec![];
        while told.last() != Some(&29) {
            told.push(next(&answers).generation);
        }
        assert!(told.is_sorted() && told.len() < 30, "{told:?}");
        searcher.ask(30, query("l"));
        assert_eq!(next(&answers).generation, 30, "nothing older comes afterwards");
    }

    #[test]
    fn the_thread_ends_with_the_searcher() {
        let (searcher, answers) = searcher();
        searcher.add(images(100_000));
        searcher.ask(0, query("lo 17"));
        drop(searcher);
        // The thread alone holds the other end.
        loop {
            match answers.recv_timeout(PATIENCE) {
                Ok(_) => {}
                Err(ended) => break assert_eq!(ended, RecvTimeoutError::Disconnected),
            }
        }
    }
}
