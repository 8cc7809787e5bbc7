//! Threads that run commands in order, such as those that use the disk: a slow disk, or a lock of another cfimg, blocks
//! neither keys nor frames.

use std::io;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// On drop up to this many unfinished commands are waited for. More would not be finished in time.
const FEW: usize = 3;

/// A thread that runs commands in order, started by the first one. If the system has no thread left, the next command
/// tries again. The thread ends after the last command when this is dropped.
pub struct Worker<T> {
    name: &'static str,
    /// What the thread does. It takes this when it starts.
    work: Arc<Mutex<Option<Work<T>>>>,
    /// The queue of the thread. `None` until it is started.
    queue: Mutex<Option<Sender<Job<T>>>>,
    unfinished: Arc<Unfinished>,
    /// How long drop waits for unfinished commands.
    patience: Duration,
}

type Work<T> = Box<dyn FnOnce(Receiver<Job<T>>) + Send>;

/// A command in the queue.
pub struct Job<T> {
    command: T,
    /// If its end is waited for.
    awaited: Option<Awaited>,
}

/// A command that was not queued, as there is no thread.
#[derive(Debug)]
pub struct NotQueued<T> {
    pub command: T,
    pub why: String,
}

/// The number of commands whose end is waited for.
#[derive(Default)]
struct Unfinished {
    count: Mutex<usize>,
    finished: Condvar,
}

/// An unfinished command. Its drop ends the wait for it, also if the thread panics.
struct Awaited(Arc<Unfinished>);

impl<T: Send + 'static> Worker<T> {
    /// A worker whose thread runs `work`, which receives the commands. Starts nothing yet.
    pub fn new(name: &'static str, work: impl FnOnce(Receiver<Job<T>>) + Send + 'static) -> Self {
        let work: Work<T> = Box::new(work);
        let work = Arc::new(Mutex::new(Some(work)));
        Self { name, work, queue: Mutex::default(), unfinished: Arc::default(), patience: Duration::ZERO }
    }

    /// A worker whose thread passes each command to `run`.
    pub fn for_each(name: &'static str, mut run: impl FnMut(T) + Send + 'static) -> Self {
        Self::new(name, move |jobs| jobs.into_iter().for_each(|job| job.run(&mut run)))
    }

    /// Lets drop wait this long for a few unfinished commands. If that is not enough, the thread is left running: its
    /// files are consistent at any time.
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
    pub fn send_awaited(&self, command: T) -> Result<(), NotQueued<T>> {
        *locked(&self.unfinished.count) += 1;
        self.queue(Job { command, awaited: Some(Awaited(self.unfinished.clone())) })
    }

    fn queue(&self, job: Job<T>) -> Result<(), NotQueued<T>> {
        match self.started(|run| thread::Builder::new().name(self.name.to_owned()).spawn(run).map(drop)) {
            Ok(queue) => queue.send(job).map_err(|mpsc::SendError(job)| (job, "it has stopped".to_owned())),
            Err(error) => {
                tracing::error!(%error, "couldn't start a thread for the {}", self.name);
                Err((job, error.to_string()))
            }
        }
        .map_err(|(job, why)| NotQueued { command: job.command, why })
    }

    /// The queue of the thread, which `spawn` starts unless it is started already.
    fn started(
        &self,
        spawn: impl FnOnce(Box<dyn FnOnce() + Send>) -> io::Result<()>,
    ) -> io::Result<Sender<Job<T>>> {
        let mut queue = locked(&self.queue);
        if let Some(queue) = &*queue {
            return Ok(queue.clone());
        }
        let (sender, jobs) = mpsc::channel();
        let work = self.work.clone();
        spawn(Box::new(move || {
            let work = locked(&work).take();
            if let Some(work) = work {
                work(jobs);
            }
        }))?;
        Ok(queue.insert(sender).clone())
    }
}

impl<T> Worker<T> {
    /// Waits for the commands that are awaited. Returns how many are left after this time.
    pub fn settle(&self, at_most: Duration) -> usize {
        let count = locked(&self.unfinished.count);
        let wait = self.unfinished.finished.wait_timeout_while(count, at_most, |left| *left > 0);
        *wait.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        let few = *locked(&self.unfinished.count) <= FEW;
        let left = self.settle(if few { self.patience } else { Duration::ZERO });
        if left > 0 {
            tracing::warn!("{left} commands of the {} were not finished", self.name);
        }
    }
}

impl<T> Job<T> {
    /// The command, to decide whether it is run. One that is dropped instead counts as finished.
    pub fn command(&self) -> &T {
        &self.command
    }

    /// Does the work of the command. Until this returns, the command counts as unfinished.
    pub fn run<R>(self, work: impl FnOnce(T) -> R) -> R {
        let Self { command, awaited: _until_done } = self;
        work(command)
    }
}

impl<T> From<T> for Job<T> {
    fn from(command: T) -> Self {
        Self { command, awaited: None }
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        *locked(&self.0.count) -= 1;
        self.0.finished.notify_all();
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
                _ = job.run(|command| did.send(command));
            }
        });
        (worker.with_patience(Duration::from_secs(20)), go, done)
    }

    #[test]
    fn drop_finishes_a_few_awaited_commands() {
        let (worker, go, done) = stalled();
        worker.send(0).unwrap();
        worker.send_awaited(1).unwrap();
        worker.send_awaited(2).unwrap();
        go.send(()).unwrap();
        drop(worker);
        assert_eq!(done.try_iter().collect::<Vec<_>>(), [0, 1, 2]);
    }

    #[test]
    fn drop_waits_neither_for_others_nor_for_many() {
        for awaited in [0, 100] {
            let (worker, go, done) = stalled();
            worker.send(0).unwrap();
            (0..awaited).for_each(|number| worker.send_awaited(number).unwrap());
            // The thread does not run before this returns.
            drop(worker);
            assert_eq!(done.try_iter().count(), 0);
            go.send(()).unwrap();
            assert_eq!(done.iter().count(), awaited as usize + 1, "the thread still runs all commands");
        }
    }

    #[test]
    fn command_after_the_end_of_the_thread_is_returned() {
        let worker = Worker::new("test", |commands: Receiver<Job<u32>>| drop(commands));
        let end = loop {
            if let Err(end) = worker.send_awaited(7) {
                break end;
            }
        };
        assert_eq!(
            (end.command, end.why.as_str(), worker.settle(Duration::from_secs(20))),
            (7, "it has stopped", 0)
        );
    }

    #[test]
    fn command_is_awaited_until_its_work_is_done() {
        let (go, wait) = mpsc::channel();
        let (started, has_begun) = mpsc::channel();
        let worker = Worker::new("test", move |jobs: Receiver<Job<u32>>| {
            for job in jobs {
                job.run(|_| {
                    started.send(()).unwrap();
                    wait.recv().unwrap();
                });
            }
        });
        worker.send_awaited(1).unwrap();
        has_begun.recv().unwrap();
        assert_eq!(worker.settle(Duration::ZERO), 1);
        go.send(()).unwrap();
        assert_eq!(worker.settle(Duration::from_secs(20)), 0);
    }

    #[test]
    fn panic_ends_the_wait_for_its_command() {
        let worker = Worker::new("test", |jobs: Receiver<Job<u32>>| {
            // A panic without a message.
            jobs.recv().unwrap().run(|_| std::panic::resume_unwind(Box::new("a bug")));
        });
        worker.send_awaited(1).unwrap();
        // It may be refused, as the thread has ended.
        _ = worker.send_awaited(2);
        assert_eq!(worker.settle(Duration::from_secs(20)), 0);
    }

    #[test]
    fn thread_that_could_not_be_started_is_tried_again() {
        let (worker, go, done) = stalled();
        let error = worker.started(|_| Err(io::Error::other("no thread is left"))).unwrap_err();
        assert_eq!(error.to_string(), "no thread is left");
        worker.send(1).unwrap();
        go.send(()).unwrap();
        assert_eq!(done.recv(), Ok(1));
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
