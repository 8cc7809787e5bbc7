//! Threads that receive commands, such as those that use the disk: a slow disk, or a lock of another cfimg, blocks
//! neither keys nor frames.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// On drop up to this many pending writes are waited for. More would not be finished in time.
const FEW: usize = 3;

/// Sends commands to a thread, which starts with the first one, and ends after the last one when this is dropped.
pub struct Worker<T> {
    name: &'static str,
    /// Starts the thread on first use.
    sender: LazyLock<Started<T>, Box<dyn FnOnce() -> Started<T> + Send>>,
    writes: Arc<Writes>,
    /// How long drop waits for pending writes.
    patience: Duration,
}

/// The queue of a thread, or why there is none.
type Started<T> = Result<Sender<Job<T>>, String>;

/// A command in the queue.
pub struct Job<T> {
    pub command: T,
    /// Dropped when the command has run.
    _write: Option<Write>,
}

/// A command that was not queued, as there is no thread.
#[derive(Debug)]
pub struct NotQueued<T> {
    pub command: T,
    pub why: String,
}

/// The number of commands whose end is waited for.
#[derive(Default)]
struct Writes {
    pending: Mutex<usize>,
    finished: Condvar,
}

struct Write(Arc<Writes>);

impl<T: Send + 'static> Worker<T> {
    /// A worker whose thread runs `work`. Starts nothing yet.
    pub fn new(name: &'static str, work: impl FnOnce(Receiver<Job<T>>) + Send + 'static) -> Self {
        let start = move || {
            let (sender, commands) = mpsc::channel();
            let thread = thread::Builder::new().name(name.to_owned()).spawn(move || work(commands));
            thread.map(|_| sender).map_err(|error| {
                tracing::error!(%error, "there is no thread for the {name}");
                error.to_string()
            })
        };
        let sender = LazyLock::new(Box::new(start) as Box<_>);
        Self { name, sender, writes: Arc::default(), patience: Duration::ZERO }
    }

    /// Lets drop wait this long for a few pending writes. If that is not enough, the thread is left running: its files
    /// are consistent at any time.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Queues a command that need not finish before the program ends.
    pub fn send(&self, command: T) -> Result<(), NotQueued<T>> {
        self.queue(Job::from(command))
    }

    /// Queues a command that [`Self::settle`] waits for, and drop too.
    pub fn write(&self, command: T) -> Result<(), NotQueued<T>> {
        *self.writes.locked() += 1;
        self.queue(Job { command, _write: Some(Write(self.writes.clone())) })
    }

    fn queue(&self, job: Job<T>) -> Result<(), NotQueued<T>> {
        match &*self.sender {
            Ok(sender) => sender.send(job).map_err(|mpsc::SendError(job)| (job, "it has ended".to_owned())),
            Err(why) => Err((job, why.clone())),
        }
        .map_err(|(job, why)| NotQueued { command: job.command, why })
    }
}

impl<T> Worker<T> {
    /// Waits for pending writes. Returns how many are left after this time.
    pub fn settle(&self, at_most: Duration) -> usize {
        let wait = self.writes.finished.wait_timeout_while(self.writes.locked(), at_most, |left| *left > 0);
        *wait.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        let few = *self.writes.locked() <= FEW;
        let left = self.settle(if few { self.patience } else { Duration::ZERO });
        if left > 0 {
            tracing::warn!(left, "the {} was not written in time", self.name);
        }
    }
}

impl<T> From<T> for Job<T> {
    fn from(command: T) -> Self {
        Self { command, _write: None }
    }
}

impl Writes {
    fn locked(&self) -> MutexGuard<'_, usize> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        *self.0.locked() -= 1;
        self.0.finished.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A worker that waits for a message, the sender of that message, and the commands that have run.
    fn stalled() -> (Worker<u32>, Sender<()>, Receiver<u32>) {
        let (go, wait) = mpsc::channel();
        let (did, done) = mpsc::channel();
        let worker = Worker::new("test", move |commands: Receiver<Job<u32>>| {
            _ = wait.recv();
            for job in commands {
                _ = did.send(job.command);
            }
        });
        (worker.with_patience(Duration::from_secs(20)), go, done)
    }

    #[test]
    fn drop_finishes_a_few_writes() {
        let (worker, go, done) = stalled();
        worker.send(0).unwrap();
        worker.write(1).unwrap();
        worker.write(2).unwrap();
        go.send(()).unwrap();
        drop(worker);
        assert_eq!(done.try_iter().collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn drop_waits_neither_for_reads_nor_many_writes() {
        for writes in [0, 100] {
            let (worker, go, done) = stalled();
            worker.send(0).unwrap();
            (0..writes).for_each(|number| worker.write(number).unwrap());
            // The thread does not run before this returns.
            drop(worker);
            assert_eq!(done.try_iter().count(), 0);
            go.send(()).unwrap();
            assert_eq!(done.iter().count(), writes as usize + 1, "the thread still runs all commands");
        }
    }

    #[test]
    fn command_after_a_panic_is_returned() {
        let worker = Worker::new("test", |commands: Receiver<Job<u32>>| drop(commands));
        let end = loop {
            if let Err(end) = worker.write(7) {
                break end;
            }
        };
        assert_eq!(
            (end.command, end.why.as_str(), worker.settle(Duration::from_secs(20))),
            (7, "it has ended", 0)
        );
    }

    #[test]
    fn thread_starts_with_the_first_command() {
        for sends in [false, true] {
            let (sender, started) = mpsc::channel();
            let worker = Worker::new("test", move |_: Receiver<Job<()>>| sender.send(()).unwrap());
            if sends {
                _ = worker.send(());
            }
            assert_eq!(worker.settle(Duration::ZERO), 0);
            drop(worker);
            assert_eq!(started.recv().is_ok(), sends);
        }
    }
}
