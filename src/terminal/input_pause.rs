//! Stops the reading thread while a command has the terminal: it would take the command's input.

#[cfg(unix)]
pub use unix::InputPause;

/// Elsewhere commands share the input.
#[cfg(not(unix))]
#[derive(Debug, Clone)]
pub struct InputPause;

#[cfg(not(unix))]
impl InputPause {
    pub fn new() -> std::io::Result<Self> {
        Ok(Self)
    }
}

#[cfg(unix)]
mod unix {
    use std::io::{self, PipeReader, PipeWriter, Read as _, Write as _, pipe};
    use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::fd::BorrowedFd;
    use rustix::io::Errno;

    /// How long the thread may take to stop. It does not stop in a read, where the system can't poll the terminal.
    const PATIENCE: Duration = Duration::from_millis(300);

    /// Clones share the state.
    #[derive(Debug, Clone)]
    pub struct InputPause(Arc<Shared>);

    #[derive(Debug)]
    struct Shared {
        state: Mutex<State>,
        changed: Condvar,
        /// Readable while the thread must look at the state.
        woken: PipeReader,
        wake: PipeWriter,
    }

    #[derive(Debug, Default)]
    struct State {
        is_paused: bool,
        is_parked: bool,
    }

    impl InputPause {
        pub fn new() -> io::Result<Self> {
            let (woken, wake) = pipe()?;
            let shared = Shared { state: Mutex::default(), changed: Condvar::new(), woken, wake };
            Ok(Self(Arc::new(shared)))
        }

        /// Returns when nothing is read any more.
        pub(in crate::terminal) fn pause(&self) {
            let mut state = self.state();
            if std::mem::replace(&mut state.is_paused, true) {
                return;
            }
            if (&self.0.wake).write_all(b".").is_ok() {
                let is_running = |state: &mut State| !state.is_parked;
                drop(self.0.changed.wait_timeout_while(state, PATIENCE, is_running));
            }
        }

        pub(in crate::terminal) fn resume(&self) {
            self.state().is_paused = false;
            self.0.changed.notify_all();
        }

        /// Blocks until there is input to read, and not while paused. Returns at once if the system can't poll.
        pub(in crate::terminal) fn wait_for_input(&self, terminal: BorrowedFd<'_>) {
            loop {
                let mut files = [
                    PollFd::from_borrowed_fd(terminal, PollFlags::IN),
                    PollFd::new(&self.0.woken, PollFlags::IN),
                ];
                match poll(&mut files, None) {
                    Err(Errno::INTR) => {}
                    Ok(_) if files[1].revents().contains(PollFlags::IN) => self.park(),
                    _ => return,
                }
            }
        }

        fn park(&self) {
            _ = (&self.0.woken).read(&mut [0]);
            let mut state = self.state();
            state.is_parked = true;
            self.0.changed.notify_all();
            let resumed = self.0.changed.wait_while(state, |state| state.is_paused);
            resumed.unwrap_or_else(PoisonError::into_inner).is_parked = false;
        }

        fn state(&self) -> MutexGuard<'_, State> {
            self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    #[cfg(test)]
    mod tests {
        use std::os::fd::AsFd as _;
        use std::sync::mpsc::channel;
        use std::thread;

        use super::*;

        #[test]
        fn nothing_is_read_while_paused() {
            let (input, mut terminal) = pipe().unwrap();
            let pause = InputPause::new().unwrap();
            let (of_thread, (sender, read)) = (pause.clone(), channel());
            thread::spawn(move || {
                of_thread.wait_for_input(input.as_fd());
                sender.send(()).unwrap();
            });
            pause.pause();
            assert!(pause.state().is_parked);
            terminal.write_all(b"x").unwrap();
            assert!(read.try_recv().is_err());
            pause.resume();
            read.recv().unwrap();
        }
    }
}
