//! The filter's work: a thread of its own searches the list, so that no key waits for it.
//!
//! In reading order: [`thread`] takes what is said and tells what is found, [`standing`] is the query that stands with
//! what it has matched so far, and [`pass`] goes over many images with all the processors but one.

mod pass;
mod standing;
mod thread;

use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, OnceLock};

use crate::domain::{Listed, Query};

/// Searches images by a query, the newest one only. Its thread starts with the first use and ends when this is dropped.
pub struct Searcher {
    /// Taken by the thread when it starts.
    found: Mutex<Option<Tell>>,
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
    pub of: u32,
}

type Tell = Box<dyn Fn(Found) + Send>;

enum Said {
    Add(Vec<Arc<Listed>>),
    Ask(u64, Query),
    Clear,
}

impl Searcher {
    /// One that tells `found`, from its own thread, what each query matches: once all is searched, and again as images
    /// are added, but not more often than a person sees.
    pub fn new(found: impl Fn(Found) + Send + 'static) -> Self {
        Self { found: Mutex::new(Some(Box::new(found))), thread: OnceLock::new() }
    }

    /// Adds images to what is searched, after those that are there.
    pub fn add(&self, images: Vec<Arc<Listed>>) {
        self.say(Said::Add(images));
    }

    /// Asks what matches a query. What was asked before is dropped at once, and not told any more.
    pub fn ask(&self, generation: u64, query: Query) {
        self.say(Said::Ask(generation, query));
    }

    /// Forgets all images, and the query.
    pub fn clear(&self) {
        self.say(Said::Clear);
    }

    fn say(&self, said: Said) {
        let sender = self.thread.get_or_init(|| {
            let (sender, inbox) = mpsc::channel();
            let found = self.found.lock().ok().and_then(|mut found| found.take());
            if let Some(found) = found {
                thread::start(inbox, found);
            }
            sender
        });
        // Without a thread nothing is found: the system had none left, and the list stays as it is.
        _ = sender.send(said);
    }
}
