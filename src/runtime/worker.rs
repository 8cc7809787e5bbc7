//! A worker thread for disk access, so that a slow disk, or a lock of another cfimg, blocks neither keys nor frames.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// On drop up to this many pending writes are waited for. More would not be finished in time.
const FEW: usize = 3;

/// A thread that runs commands in order. On drop it finishes pending writes. If that takes too long, the thread is left
/// running: its files are consistent at any time.
pub(super) struct Worker<T> {
    /// Commands to the thread. `None` on drop.
    sender: Option<Sender<Job<T>>>,
    /// Disconnects when the thread has ended.
    ended: Receiver<()>,
    /// Cloned into each job that writes: the count tells how many are pending.
    writes: Arc<()>,
    /// How long drop waits for pending writes.
    patience: Duration,
    name: &'static str,
}

/// A command in the queue.
pub(super) struct Job<T> {
    pub what: T,
    /// Dropped when it is done.
    _writes: Option<Arc<()>>,
}

impl<T: Send + 'static> Worker<T> {
    /// Starts a thread that runs `work`, which receives the commands. `patience` limits how long drop waits. `None` if the
    /// system has no thread left.
    pub(super) fn start(
        name: &'static str,
        patience: Duration,
        work: impl FnOnce(Receiver<Job<T>>) + Send + 'static,
    ) -> Option<Self> {
        let (sender, waiting) = mpsc::channel();
        let (alive, ended) = mpsc::channel();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            let _alive: Sender<()> = alive;
            work(waiting);
        });
        match thread {
            Ok(_) => Some(Self { sender: Some(sender), ended, writes: Arc::new(()), patience, name }),
            Err(error) => {
                tracing::warn!(%error, "there is no thread for the {name}");
                None
            }
        }
    }

    /// Asks for something that nobody misses once the program has ended.
    pub(super) fn read(&self, what: T) {
        self.ask(what, None);
    }

    /// Asks for something that the program's end waits for.
    pub(super) fn write(&self, what: T) {
        self.ask(what, Some(self.writes.clone()));
    }

    fn ask(&self, what: T, writes: Option<Arc<()>>) {
        // A thread that has panicked is told of when the program ends.
        _ = self.sender.as_ref().map(|sender| sender.send(Job { what, _writes: writes }));
    }
}

impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        self.sender = None;
        let left = Arc::strong_count(&self.writes) - 1;
        if left == 0 {
            return;
        }
        let patience = if left > FEW { Duration::ZERO } else { self.patience };
        if self.ended.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!(left, "the {} was not written in time", self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A worker that waits for a message, the sender of that message, and the commands that have run.
    fn stalled() -> (Worker<u32>, Sender<()>, Receiver<u32>) {
        let (may, waits) = mpsc::channel();
        let (did, done) = mpsc::channel();
        let worker = Worker::start("test", Duration::from_secs(20), move |waiting: Receiver<Job<u32>>| {
            _ = waits.recv();
            for job in waiting {
                _ = did.send(job.what);
            }
        });
        (worker.unwrap(), may, done)
    }

    #[test]
    fn a_few_writes_are_finished_at_the_end() {
        let (worker, may, done) = stalled();
        worker.read(0);
        worker.write(1);
        worker.write(2);
        may.send(()).unwrap();
        drop(worker);
        assert_eq!(done.try_iter().collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn reads_and_more_writes_than_can_be_finished_hold_nobody() {
        for writes in [0, 100] {
            let (worker, may, done) = stalled();
            worker.read(0);
            (0..writes).for_each(|number| worker.write(number));
            // The thread does not run before this returns.
            drop(worker);
            assert_eq!(done.try_iter().count(), 0);
            may.send(()).unwrap();
            assert_eq!(done.iter().count(), writes as usize + 1, "left alone, it does them all the same");
        }
    }
}
