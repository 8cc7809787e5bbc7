//! Reads that block, whatever other programs have done to the terminal.

use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fd::BorrowedFd;
use rustix::io::Errno;

/// The pause before another try, if the system can't poll the terminal.
const PAUSE: Duration = Duration::from_millis(40);

/// Blocks until there is input, and reads it. It blocks even if another program has left the terminal non-blocking.
pub(in crate::terminal) fn read_some(terminal: BorrowedFd<'_>, buffer: &mut [u8]) -> Result<usize, Errno> {
    loop {
        match rustix::io::read(terminal, &mut *buffer) {
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                if !has_input(terminal, None) {
                    thread::park_timeout(PAUSE);
                }
            }
            read => return read,
        }
    }
}

/// Waits until there is input or the end of file. Returns `false` on a timeout or an error.
pub(super) fn has_input(terminal: BorrowedFd<'_>, timeout: Option<&Timespec>) -> bool {
    let mut terminal = [PollFd::from_borrowed_fd(terminal, PollFlags::IN)];
    let polled = rustix::event::poll(&mut terminal, timeout);
    matches!(polled, Ok(1..)) && !terminal[0].revents().contains(PollFlags::NVAL)
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write as _};
    use std::os::fd::AsFd as _;
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn read_blocks_on_nonblocking_terminal() {
        let (ours, mut theirs) = io::pipe().unwrap();
        rustix::fs::fcntl_setfl(&ours, rustix::fs::OFlags::NONBLOCK).unwrap();
        let moment = Timespec { tv_sec: 0, tv_nsec: 1_000_000 };
        assert!(!has_input(ours.as_fd(), Some(&moment)), "nothing has come");
        let (sender, receiver) = mpsc::channel();
        let reader = thread::spawn(move || {
            let mut buffer = [0; 9];
            sender.send(()).unwrap();
            let read = [0; 2].map(|_| read_some(ours.as_fd(), &mut buffer));
            (read, buffer[0])
        });
        receiver.recv().unwrap();
        theirs.write_all(b"j").unwrap();
        drop(theirs);
        assert_eq!(reader.join().unwrap(), ([Ok(1), Ok(0)], b'j'), "what came, then the end");
    }
}
