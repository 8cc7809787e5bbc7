//! A thread for work on the disk: one that is slow, or locked by another cfimg, holds no key and no frame.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

/// How long the program's end waits for what is still to be done.
const PATIENCE: Duration = Duration::from_millis(500);

/// A thread that does errands in the order asked for. When dropped it finishes, or is left alone where that takes too
/// long: what it writes is whole at any moment.
pub(super) struct Errands<T> {
    /// To the thread; `None` once it is to end.
    sender: Option<Sender<T>>,
    /// Breaks off when the thread has ended.
    ended: Receiver<()>,
    name: &'static str,
}

impl<T: Send + 'static> Errands<T> {
    /// Starts a thread that does `work` with what it is asked for. Where none can be had, nothing is done.
    pub(super) fn start(name: &'static str, work: impl FnOnce(Receiver<T>) + Send + 'static) -> Option<Self> {
        let (errands, waiting) = mpsc::channel();
        let (alive, ended) = mpsc::channel();
        let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
            let _alive: Sender<()> = alive;
            work(waiting);
        });
        match thread {
            Ok(_) => Some(Self { sender: Some(errands), ended, name }),
            Err(error) => {
                tracing::warn!(%error, "there is no thread for the {name}");
                None
            }
        }
    }

    pub(super) fn ask(&self, errand: T) {
        // A thread that has panicked is told of when the program ends.
        _ = self.sender.as_ref().map(|sender| sender.send(errand));
    }
}

impl<T> Drop for Errands<T> {
    fn drop(&mut self) {
        self.sender = None;
        if self.ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the {} was not written in time", self.name);
        }
    }
}
