//! The search thread. It handles commands in order, but a newer query interrupts a search, and results are paced: so it
//! receives by itself.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::time::{Duration, Instant};

use super::active_query::ActiveQuery;
use super::message::{SearchCommand, SearchMessage};
use super::scan::Images;
use crate::domain::sort_by_name;
use crate::worker::Job;

/// The minimum time between two results of a query while images are added.
const RESULT_INTERVAL: Duration = Duration::from_millis(30);

pub(super) struct SearchThread<F> {
    inbox: Inbox,
    on_message: F,
    images: Images,
    active_query: Option<ActiveQuery>,
    /// The generation of a pending sort.
    sort: Option<u64>,
    /// When the current query was last answered.
    last_result: Option<Instant>,
}

impl<F: Fn(SearchMessage)> SearchThread<F> {
    pub(super) fn new(commands: Receiver<Job<SearchCommand>>, on_message: F) -> Self {
        Self {
            inbox: Inbox::new(commands),
            on_message,
            images: Images::default(),
            active_query: None,
            sort: None,
            last_result: None,
        }
    }

    pub(super) fn run(mut self) {
        loop {
            match self.inbox.next(self.wait()) {
                Some(job) => job.run(|command| self.handle(command)),
                None if self.inbox.disconnected => break,
                None => self.work(),
            }
        }
    }

    fn handle(&mut self, command: SearchCommand) {
        match command {
            SearchCommand::Add(images) => self.images.add(images),
            SearchCommand::Search(generation, query) => {
                self.active_query = Some(ActiveQuery::new(self.active_query.take(), generation, query));
                self.last_result = None;
            }
            SearchCommand::Sort(generation) => self.sort = Some(generation),
            SearchCommand::Clear => {
                self.images = Images::default();
                self.active_query = None;
                self.sort = None;
            }
        }
    }

    /// How long to wait for the next command before there is work. `None` if there is no work.
    fn wait(&self) -> Option<Duration> {
        if self.sort.is_some() { Some(Duration::ZERO) } else { self.search_in() }
    }

    /// How long until the next search is due. `None` if none is.
    fn search_in(&self) -> Option<Duration> {
        let active_query = self.active_query.as_ref()?;
        match self.last_result {
            None => Some(Duration::ZERO),
            Some(last_result) if active_query.searched() < self.images.len() => {
                Some(RESULT_INTERVAL.saturating_sub(last_result.elapsed()))
            }
            Some(_) => None,
        }
    }

    /// Searches the remaining images and reports the matches, unless something newer arrived. Sorts only if no search
    /// is due: sorting cannot be interrupted, and a user who types should not wait for it.
    fn work(&mut self) {
        if self.search_in().is_some_and(|wait| wait.is_zero()) {
            let Some(active_query) = &mut self.active_query else { return };
            let inbox = &mut self.inbox;
            if active_query.search(&self.images, || inbox.is_superseded()) {
                (self.on_message)(SearchMessage::Matches(active_query.matches()));
                self.last_result = Some(now());
            }
        } else if let Some(generation) = self.sort.take() {
            (self.on_message)(SearchMessage::Sorted { generation, order: sort_by_name(self.images.all()) });
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "results are paced while images are added; none depends on the time"
)]
fn now() -> Instant {
    Instant::now()
}

/// The received commands, some of them read ahead of their turn.
struct Inbox {
    receiver: Receiver<Job<SearchCommand>>,
    read_ahead: VecDeque<Job<SearchCommand>>,
    /// Whether the sender is gone.
    disconnected: bool,
}

impl Inbox {
    fn new(receiver: Receiver<Job<SearchCommand>>) -> Self {
        Self { receiver, read_ahead: VecDeque::new(), disconnected: false }
    }

    /// The next command. `None` if `wait` is over first, or the sender is gone.
    fn next(&mut self, wait: Option<Duration>) -> Option<Job<SearchCommand>> {
        if let Some(job) = self.read_ahead.pop_front() {
            return Some(job);
        }
        let received = match wait {
            Some(wait) => self.receiver.recv_timeout(wait),
            None => self.receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        self.disconnected = matches!(received, Err(RecvTimeoutError::Disconnected));
        received.ok()
    }

    /// Whether the current search is obsolete. Images to add or to sort do not count: they are handled after it.
    fn is_superseded(&mut self) -> bool {
        loop {
            match self.receiver.try_recv() {
                Ok(job) => {
                    let newer = !matches!(job.command(), SearchCommand::Add(_) | SearchCommand::Sort(_));
                    self.read_ahead.push_back(job);
                    if newer {
                        return true;
                    }
                }
                Err(TryRecvError::Empty) => return false,
                Err(TryRecvError::Disconnected) => {
                    self.disconnected = true;
                    return true;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn clear_cancels_pending_sort() {
        let (_sender, inbox) = mpsc::channel();
        let mut worker = SearchThread::new(inbox, |_| {});
        worker.handle(SearchCommand::Sort(1));
        assert_eq!(worker.wait(), Some(Duration::ZERO));
        worker.handle(SearchCommand::Clear);
        assert_eq!(worker.wait(), None);
    }

    #[test]
    fn only_newer_query_or_clear_supersedes_search() {
        let (sender, inbox) = mpsc::channel();
        let mut inbox = Inbox::new(inbox);
        for command in [SearchCommand::Add(vec![]), SearchCommand::Sort(1)] {
            sender.send(command.into()).unwrap();
        }
        assert!(!inbox.is_superseded());
        sender.send(SearchCommand::Clear.into()).unwrap();
        assert!(inbox.is_superseded());
        assert_eq!(inbox.read_ahead.len(), 3, "no command is lost");
    }
}
