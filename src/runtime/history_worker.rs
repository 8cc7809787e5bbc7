//! The worker that reads and writes the history.

use std::sync::mpsc::Receiver;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::arrival::Arrival;
use super::worker::{Job, Worker};
use crate::app::Event;
use crate::storage::History;

/// How long the end of the program waits for lookups that are not stored yet.
const PATIENCE: Duration = Duration::from_millis(500);

/// Runs its commands in order.
pub(super) struct HistoryWorker(Worker<Command>);

enum Command {
    Read,
    Remember(String),
}

impl HistoryWorker {
    /// Starts the thread. `None` if the system has no thread left; then no lookup is stored.
    pub(super) fn start(history: History, arrivals: UnboundedSender<Arrival>) -> Option<Self> {
        let work = move |waiting: Receiver<Job<Command>>| {
            for Job { command, .. } in waiting {
                run(&history, command, &arrivals);
            }
        };
        Worker::start("history", PATIENCE, work).map(Self)
    }

    /// Reads the lookups of earlier runs. They arrive as an event.
    pub(super) fn read(&self) {
        self.0.read(Command::Read);
    }

    /// Stores a lookup for later runs.
    pub(super) fn remember(&self, text: String) {
        self.0.write(Command::Remember(text));
    }
}

/// Errors only go to the log: the image is shown anyway, and a notice would cover it.
fn run(history: &History, command: Command, arrivals: &UnboundedSender<Arrival>) {
    match command {
        Command::Read => match history.read() {
            Ok(earlier) if earlier.is_empty() => {}
            Ok(earlier) => _ = arrivals.send(Arrival::Event(Event::HistoryRead(earlier))),
            Err(error) => tracing::warn!(%error, "the history could not be read"),
        },
        Command::Remember(text) => {
            if let Err(error) = history.remember(&text) {
                tracing::warn!(%error, "a lookup could not be remembered");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::path::Path;

    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;

    fn history_worker(folder: &Path) -> (HistoryWorker, UnboundedReceiver<Arrival>) {
        let (sender, arrivals) = unbounded_channel();
        let history = History::new(folder, "owner".to_owned());
        (HistoryWorker::start(history, sender).unwrap(), arrivals)
    }

    fn earlier(arrivals: &mut UnboundedReceiver<Arrival>) -> Option<Vec<String>> {
        match arrivals.blocking_recv()? {
            Arrival::Event(Event::HistoryRead(earlier)) => Some(earlier),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn drop_finishes_pending_writes() {
        let folder = tempfile::tempdir().unwrap();
        let (first, mut arrivals) = history_worker(folder.path());
        first.read();
        for number in 0..20 {
            first.remember(number.to_string());
        }
        drop(first);
        assert_eq!(earlier(&mut arrivals), None, "an empty history sends no event");
        let (second, mut arrivals) = history_worker(folder.path());
        second.read();
        let all: Vec<_> = (0..20).map(|number| number.to_string()).collect();
        assert_eq!(earlier(&mut arrivals), Some(all));
    }

    #[test]
    fn locked_history_blocks_neither_read_nor_drop() {
        let folder = tempfile::tempdir().unwrap();
        let (first, _arrivals) = history_worker(folder.path());
        first.remember("one".to_owned());
        drop(first);
        let lock = File::open(folder.path().join("history/lock")).unwrap();
        lock.lock().unwrap();
        let (second, mut arrivals) = history_worker(folder.path());
        second.read();
        assert_eq!(earlier(&mut arrivals), Some(vec!["one".to_owned()]));
        second.remember("two".to_owned());
        drop(second);
        // The thread still runs, so its channel is open. Both end when the lock is released.
        assert!(
            arrivals.try_recv().is_err_and(|error| error == tokio::sync::mpsc::error::TryRecvError::Empty)
        );
        drop(lock);
        assert_eq!(earlier(&mut arrivals), None);
        let history = History::new(folder.path(), "owner".to_owned());
        assert_eq!(history.read().unwrap(), ["one", "two"]);
    }
}
