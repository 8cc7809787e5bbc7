//! Stops the reading thread while another program has the terminal: it would take that program's input.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;

/// Whether the terminal may be read.
struct Gate {
    closed: Mutex<bool>,
    changed: Condvar,
    /// Wakes the thread that waits for input.
    wake: (OwnedFd, OwnedFd),
}

/// `None` if the system has no pipe left. Then the terminal is always read.
fn gate() -> Option<&'static Gate> {
    static GATE: OnceLock<Option<Gate>> = OnceLock::new();
    let open = || {
        let (reader, writer) = io::pipe().ok()?;
        let wake = (reader.into(), writer.into());
        Some(Gate { closed: Mutex::new(false), changed: Condvar::new(), wake })
    };
    GATE.get_or_init(open).as_ref()
}

/// From now on nothing is read, until [`open`].
pub(in crate::terminal) fn close() {
    set(true);
}

/// Lets the terminal be read again.
pub(in crate::terminal) fn open() {
    set(false);
}

/// Whether another program has the terminal.
pub(in crate::terminal) fn is_closed() -> bool {
    gate().is_some_and(|gate| *gate.locked())
}

fn set(closed: bool) {
    let Some(gate) = gate() else { return };
    // It may be locked by a read, which has its input already.
    *gate.locked() = closed;
    gate.changed.notify_all();
    if closed {
        _ = rustix::io::write(&gate.wake.1, b"!");
    }
}

/// Reads from the terminal once there is input and the gate is open. Blocks until then.
pub(super) fn read(terminal: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<usize, Errno> {
    let Some(gate) = gate() else { return rustix::io::read(terminal, buffer) };
    loop {
        let is_closed = gate.locked();
        drop(gate.changed.wait_while(is_closed, |closed| *closed));
        let mut ready = [
            PollFd::from_borrowed_fd(terminal, PollFlags::IN),
            PollFd::from_borrowed_fd(gate.wake.0.as_fd(), PollFlags::IN),
        ];
        rustix::event::poll(&mut ready, None)?;
        let [has_input, is_woken] = ready.map(|ready| ready.revents());
        if is_woken.contains(PollFlags::IN) {
            rustix::io::read(&gate.wake.0, &mut [0; 64])?;
        }
        let is_closed = gate.locked();
        if !*is_closed && !has_input.is_empty() {
            return rustix::io::read(terminal, buffer);
        }
    }
}

impl Gate {
    fn locked(&self) -> MutexGuard<'_, bool> {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
