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
    pub command: T,
    /// Dropped when the command has run.
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

    /// Queues a command that need not finish before the program ends.
    pub(super) fn read(&self, command: T) {
        self.send(command, None);
    }

    /// Queues a command that drop waits for.
    pub(super) fn write(&self, command: T) {
        self.send(command, Some(self.writes.clone()));
    }

    fn send(&self, command: T, writes: Option<Arc<()>>) {
        // This fails only if the thread has panicked, which is printed when the program ends.
        _ = self.sender.as_ref().map(|sender| sender.send(Job { command, _writes: writes }));
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
        let (go, wait) = mpsc::channel();
        let (did, done) = mpsc::channel();
        let worker = Worker::start("test", Duration::from_secs(20), move |waiting: Receiver<Job<u32>>| {
            _ = wait.recv();
            for job in waiting {
                _ = did.send(job.command);
            }
        });
        (worker.unwrap(), go, done)
    }

    #[test]
    fn drop_finishes_a_few_writes() {
        let (worker, go, done) = stalled();
        worker.read(0);
        worker.write(1);
        worker.write(2);
        go.send(()).unwrap();
        drop(worker);
        assert_eq!(done.try_iter().collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn drop_waits_neither_for_reads_nor_many_writes() {
        for writes in [0, 100] {
            let (worker, go, done) = stalled();
            worker.read(0);
            (0..writes).for_each(|number| worker.write(number));
            // The thread does not run before this returns.
            drop(worker);
            assert_eq!(done.try_iter().count(), 0);
            go.send(()).unwrap();
            assert_eq!(done.iter().count(), writes as usize + 1, "the thread still runs all commands");
        }
    }
}
