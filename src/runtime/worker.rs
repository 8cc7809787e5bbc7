//! A thread for work on the disk: one that is slow, or locked by another cfimg, holds no key and no frame.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// As much as this is waited for. More would not be done in that time, and is given up at once.
const FEW: usize = 3;

/// A thread that does errands in the order asked for. When dropped it finishes what is to be written, or is left alone
/// where that takes too long: what it writes is whole at any moment.
pub(super) struct Worker<T> {
    /// To the thread; `None` once it is to end.
    sender: Option<Sender<Job<T>>>,
    /// Breaks off when the thread has ended.
    ended: Receiver<()>,
    /// Held by each errand that writes, until it is done.
    writes: Arc<()>,
    /// How long the program's end waits for what is still to be written.
    patience: Duration,
    name: &'static str,
}

/// Something that is to be done.
pub(super) struct Job<T> {
    pub what: T,
    /// Dropped when it is done.
    _writes: Option<Arc<()>>,
}

impl<T: Send + 'static> Worker<T> {
    /// Starts a thread that does `work` with what it is asked for, and is given so long to finish at the end. Where none
    /// can be had, nothing is done.
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

    /// A thread that does nothing before it may, and how much it has done.
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
            // The thread is held until after this.
            drop(worker);
            assert_eq!(done.try_iter().count(), 0);
            may.send(()).unwrap();
            assert_eq!(done.iter().count(), writes as usize + 1, "left alone, it does them all the same");
        }
    }
}
