//! The worker that reads and writes the history.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use super::arrival::Arrival;
use crate::app::Event;
use crate::storage::History;
use crate::worker::Worker;

/// How long the end of the program waits for lookups that are not stored yet.
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(super) enum HistoryCommand {
    /// Read the lookups of earlier runs. They arrive as an event.
    Read,
    /// Store a lookup for later runs.
    Remember(String),
}

/// If the system has no thread left, no lookup is stored.
pub(super) fn history_worker(history: History, arrivals: UnboundedSender<Arrival>) -> Worker<HistoryCommand> {
    Worker::for_each("history", move |command| run(&history, command, &arrivals)).with_patience(PATIENCE)
}

/// Errors only go to the log: the image is shown anyway, and a notice would cover it.
fn run(history: &History, command: HistoryCommand, arrivals: &UnboundedSender<Arrival>) {
    match command {
        HistoryCommand::Read => match history.read() {
            Ok(earlier) if earlier.is_empty() => {}
            Ok(earlier) => _ = arrivals.send(Arrival::Event(Event::HistoryRead(earlier))),
            Err(error) => tracing::warn!(%error, "couldn't read the history"),
        },
        HistoryCommand::Remember(text) => {
            if let Err(error) = history.remember(&text) {
                tracing::warn!(%error, "couldn't store a lookup");
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

    fn start(folder: &Path) -> (Worker<HistoryCommand>, UnboundedReceiver<Arrival>) {
        let (sender, arrivals) = unbounded_channel();
        let history = History::new(folder, "owner".to_owned());
        (history_worker(history, sender), arrivals)
    }

    fn earlier(arrivals: &mut UnboundedReceiver<Arrival>) -> Option<Vec<String>> {
        match arrivals.blocking_recv()? {
            Arrival::Event(Event::HistoryRead(earlier)) => Some(earlier),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn drop_finishes_pending_lookups() {
        let folder = tempfile::tempdir().unwrap();
        let (first, mut arrivals) = start(folder.path());
        first.send(HistoryCommand::Read).unwrap();
        for number in 0..20 {
            first.send_awaited(HistoryCommand::Remember(number.to_string())).unwrap();
        }
        drop(first);
        assert_eq!(earlier(&mut arrivals), None, "an empty history sends no event");
        let (second, mut arrivals) = start(folder.path());
        second.send(HistoryCommand::Read).unwrap();
        let all: Vec<_> = (0..20).map(|number| number.to_string()).collect();
        assert_eq!(earlier(&mut arrivals), Some(all));
    }

    #[test]
    fn locked_history_blocks_neither_read_nor_drop() {
        let folder = tempfile::tempdir().unwrap();
        let (first, _arrivals) = start(folder.path());
        first.send_awaited(HistoryCommand::Remember("one".to_owned())).unwrap();
        drop(first);
        let lock = File::open(folder.path().join("history/lock")).unwrap();
        lock.lock().unwrap();
        let (second, mut arrivals) = start(folder.path());
        second.send(HistoryCommand::Read).unwrap();
        assert_eq!(earlier(&mut arrivals), Some(vec!["one".to_owned()]));
        second.send_awaited(HistoryCommand::Remember("two".to_owned())).unwrap();
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
