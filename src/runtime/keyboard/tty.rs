//! The threads that read a terminal of Unix.
//!
//! crossterm's reader takes answers that it does not know for keys, and waits for ever for the end of some. Polling is
//! not to be had for terminals on macOS. So one thread reads, asleep until something comes; a second parts what came,
//! and only within a sequence looks at the clock.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::frames::{Frame, Frames, Waiting};
use super::{BUNDLE, keys};
use crate::app::Input;
use crate::picture::TerminalAnswer;
use crate::runtime::{Arrival, Ending};

/// An ESC that nothing follows for so long is the key.
const BRIEFLY: Duration = Duration::from_millis(40);

/// A sequence that has not come whole for so long never will.
const PATIENTLY: Duration = Duration::from_millis(300);

/// What the kernel holds of a terminal's input at the most.
const READ: usize = 4096;

/// Reads keys, pastes and answers until the terminal is gone. The threads end with the program.
pub(in crate::runtime) fn read(arrivals: &UnboundedSender<Arrival>) -> io::Result<()> {
    let (sender, bytes) = sync_channel(64);
    let arrivals = arrivals.clone();
    thread::Builder::new().name("keyboard".to_owned()).spawn(move || part(&bytes, &arrivals))?;
    thread::Builder::new().name("terminal".to_owned()).spawn(move || {
        let mut buffer = [0; READ];
        loop {
            match rustix::io::read(rustix::stdio::stdin(), &mut buffer) {
                Ok(length @ 1..) => {
                    if sender.send(buffer[..length].to_vec()).is_err() {
                        return;
                    }
                }
                Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => {}
                // A line's end, typed while a shell had the terminal, reads as nothing too.
                Ok(_) if rustix::termios::tcgetattr(rustix::stdio::stdin()).is_ok() => {
                    thread::park_timeout(BRIEFLY);
                }
                // With the sender the other thread ends, and says so.
                _ => return,
            }
        }
    })?;
    Ok(())
}

fn part(bytes: &Receiver<Vec<u8>>, arrivals: &UnboundedSender<Arrival>) {
    let (mut frames, mut out) = (Frames::default(), Vec::new());
    let mut patience = None;
    loop {
        let waiting = frames.waiting();
        if waiting != Waiting::Patiently {
            patience = None;
        }
        let read = match waiting {
            Waiting::No => bytes.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Waiting::Briefly => bytes.recv_timeout(BRIEFLY),
            Waiting::Patiently => {
                // Keys that come meanwhile do not make it longer.
                let end: Instant = *patience.get_or_insert_with(|| now() + PATIENTLY);
                bytes.recv_timeout(end.saturating_duration_since(now()))
            }
        };
        match read {
            Ok(read) => frames.take(&read, &mut out),
            Err(RecvTimeoutError::Timeout) if waiting == Waiting::Briefly => frames.pause(&mut out),
            Err(RecvTimeoutError::Timeout) => frames.give_up(&mut out),
            Err(RecvTimeoutError::Disconnected) => {
                _ = arrivals.send(Arrival::End(Ending::HangUp));
                return;
            }
        }
        while out.len() < BUNDLE
            && let Ok(read) = bytes.try_recv()
        {
            frames.take(&read, &mut out);
        }
        if !send(&mut out, arrivals) {
            return;
        }
    }
}

/// Sends what came, in its order: keys and pastes together, answers by themselves.
fn send(frames: &mut Vec<Frame>, arrivals: &UnboundedSender<Arrival>) -> bool {
    let mut inputs = Vec::new();
    let mut answers = Vec::new();
    for frame in frames.drain(..) {
        match frame {
            Frame::Paste(text) => inputs.push(Input::Paste(text)),
            frame => match keys::key(&frame) {
                Some(key) => inputs.push(Input::Key(key)),
                None => answers.extend(answer(&frame)),
            },
        }
    }
    // They have nothing to do with each other, so their order does not matter.
    let inputs = (!inputs.is_empty()).then_some(Arrival::Inputs(inputs));
    let mut all = inputs.into_iter().chain(answers.into_iter().map(Arrival::Answer));
    all.all(|arrival| arrivals.send(arrival).is_ok())
}

pub(super) fn answer(frame: &Frame) -> Option<TerminalAnswer> {
    match frame {
        Frame::Csi(csi) => TerminalAnswer::of_csi(csi),
        Frame::String(opens, says) => TerminalAnswer::of_string(*opens, says),
        _ => None,
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a sequence takes is told by the clock alone")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::SyncSender;

    use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

    use super::*;
    use crate::app::{Code, Key};

    fn parted() -> (SyncSender<Vec<u8>>, UnboundedReceiver<Arrival>) {
        let ((sender, bytes), (arrivals, arrived)) = (sync_channel(64), unbounded_channel());
        thread::spawn(move || part(&bytes, &arrivals));
        (sender, arrived)
    }

    fn inputs(arrived: &mut UnboundedReceiver<Arrival>) -> Vec<Input> {
        match arrived.blocking_recv() {
            Some(Arrival::Inputs(inputs)) => inputs,
            other => panic!("{other:?}"),
        }
    }

    fn key(code: Code) -> Input {
        Input::Key(Key::plain(code))
    }

    #[test]
    fn an_escape_comes_by_itself_and_so_do_keys_after_what_was_cut() {
        let (bytes, mut arrived) = parted();
        bytes.send(b"\x1b".to_vec()).unwrap();
        assert_eq!(inputs(&mut arrived), [key(Code::Esc)]);
        bytes.send(b"\x1b_Gi=31;O".to_vec()).unwrap();
        bytes.send(b"\x1b[A".to_vec()).unwrap();
        assert_eq!(inputs(&mut arrived), [key(Code::Up)]);
        bytes.send(b"\x1b_".to_vec()).unwrap();
        assert_eq!(inputs(&mut arrived), [Input::Key(Key { alt: true, ..Key::char('_') })]);
    }

    #[test]
    fn keys_of_a_read_come_together_and_answers_are_none_of_them() {
        let (bytes, mut arrived) = parted();
        bytes.send(b"j\x1b[6;19;10tk\x1b[?62;4c\x1b]11;rgb:0/0/0\x07".to_vec()).unwrap();
        assert_eq!(inputs(&mut arrived), [key(Code::Char('j')), key(Code::Char('k'))]);
        for expected in [TerminalAnswer::Cell { width: 10, height: 19 }, TerminalAnswer::Attributes(vec![4])]
        {
            assert!(matches!(arrived.blocking_recv(), Some(Arrival::Answer(answer)) if answer == expected));
        }
        drop(bytes);
        assert!(matches!(arrived.blocking_recv(), Some(Arrival::End(Ending::HangUp))));
    }
}
