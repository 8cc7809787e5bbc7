//! The threads that read a Unix terminal.
//!
//! crossterm's reader takes unknown responses for keys, and waits forever for the end of some. macOS cannot poll every
//! terminal. So one thread blocks on reads and parses what comes. A second thread handles timeouts, and wakes only while
//! a sequence is incomplete.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::blocking::read_some;
use crate::domain::{Input, Key};
use crate::terminal::backlog::Backlog;
use crate::terminal::event::TerminalEvent;
use crate::terminal::input_pause::InputPause;
use crate::terminal::mouse::mouse;
use crate::terminal::parser::{Frame, FrameParser, Waiting};
use crate::terminal::response::TerminalResponse;
use crate::terminal::{guard, keys};

/// After this time an ESC that nothing follows is the key.
const SHORT_WAIT: Duration = Duration::from_millis(40);

/// After this time the rest of a sequence will not come.
const LONG_WAIT: Duration = Duration::from_millis(300);

/// After this time without input the end of a paste is lost.
const PASTING: Duration = Duration::from_secs(5);

/// Ctrl-C, which always ends the program.
const INTERRUPT: Key = Key::ctrl('c');

/// The most input that the kernel buffers for a terminal, in bytes.
const READ: usize = 4096;

/// Receives the events. Returns `false` if nobody listens any more.
type OnEvent = Box<dyn Fn(TerminalEvent) -> bool + Send>;

/// Reads keys, pastes and responses, and passes them to `on_event`, until the terminal is gone or `on_event` returns
/// `false`. The threads end with the program.
pub fn read_input(
    on_event: impl Fn(TerminalEvent) -> bool + Send + 'static,
    backlog: &Backlog,
    pause: &InputPause,
) -> io::Result<()> {
    let pause = pause.clone();
    let parser = InputParser::start(Box::new(on_event), backlog.clone())?;
    thread::Builder::new().name("terminal".to_owned()).spawn(move || {
        let mut buffer = [0; READ];
        loop {
            pause.wait_for_input(rustix::stdio::stdin());
            match read_some(rustix::stdio::stdin(), &mut buffer) {
                Ok(length @ 1..) => {
                    if !parser.take(&buffer[..length]) {
                        return;
                    }
                }
                // An end of file typed while a shell had the terminal also reads as nothing.
                Ok(_) if rustix::termios::tcgetattr(rustix::stdio::stdin()).is_ok() => {
                    thread::park_timeout(SHORT_WAIT);
                }
                _ => {
                    _ = (locked(&parser.state).on_event)(TerminalEvent::Closed);
                    return;
                }
            }
        }
    })?;
    Ok(())
}

/// Parses what is read. Its thread gives up on sequences that stay incomplete.
struct InputParser {
    state: Arc<Mutex<ParserState>>,
    /// Wakes the timeout thread: a sequence has started, or more of it has come.
    wake_timeouts: SyncSender<()>,
}

/// The parser, shared by the two threads.
struct ParserState {
    frames: FrameParser,
    on_event: OnEvent,
    backlog: Backlog,
    /// The number of reads.
    reads: u64,
    /// When to give up on an incomplete sequence. Later input does not extend it.
    give_up_at: Option<Instant>,
}

impl InputParser {
    fn start(on_event: OnEvent, backlog: Backlog) -> io::Result<Self> {
        let state =
            ParserState { frames: FrameParser::default(), on_event, backlog, reads: 0, give_up_at: None };
        let state = Arc::new(Mutex::new(state));
        let (wake_timeouts, woken) = sync_channel(1);
        let watched = state.clone();
        thread::Builder::new().name("timeouts".to_owned()).spawn(move || watch(&watched, &woken))?;
        Ok(Self { state, wake_timeouts })
    }

    /// Parses what was read. `false` if the event loop has ended.
    fn take(&self, bytes: &[u8]) -> bool {
        let mut state = locked(&self.state);
        state.reads += 1;
        let mut out = Vec::new();
        state.frames.take(bytes, &mut out);
        if state.frames.waiting() != Waiting::No {
            // If the channel is full, the thread is about to wake anyway.
            _ = self.wake_timeouts.try_send(());
        }
        state.send(&mut out)
    }
}

/// Gives up on sequences that stay incomplete. Sleeps while there is none.
fn watch(state: &Mutex<ParserState>, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        loop {
            // A `while let` would hold the lock during the wait.
            let pause = locked(state).pause();
            let Some((reads, pause)) = pause else { break };
            match woken.recv_timeout(pause) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => {
                    if !locked(state).out_of_time(reads) {
                        return;
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }
}

impl ParserState {
    /// The number of reads so far, and how long to wait for the next. `None` if nothing is incomplete.
    fn pause(&mut self) -> Option<(u64, Duration)> {
        let waiting = self.frames.waiting();
        if waiting != Waiting::Patiently {
            self.give_up_at = None;
        }
        let pause = match waiting {
            Waiting::No => return None,
            Waiting::Briefly => SHORT_WAIT,
            Waiting::Pasting => PASTING,
            Waiting::Patiently => {
                let end: Instant = *self.give_up_at.get_or_insert_with(|| now() + LONG_WAIT);
                end.saturating_duration_since(now())
            }
        };
        Some((self.reads, pause))
    }

    /// Gives up, unless there were more than `reads` reads meanwhile. `false` if the event loop has ended.
    fn out_of_time(&mut self, reads: u64) -> bool {
        let mut out = Vec::new();
        match self.frames.waiting() {
            Waiting::Patiently => self.frames.give_up(&mut out),
            _ if reads != self.reads => {}
            Waiting::Briefly => self.frames.pause(&mut out),
            Waiting::Pasting => self.frames.give_up(&mut out),
            Waiting::No => {}
        }
        self.send(&mut out)
    }

    /// Sends keys and pastes together, in order, and responses separately. Input is dropped if the backlog is full.
    /// `false` if the event loop has ended.
    fn send(&self, frames: &mut Vec<Frame>) -> bool {
        let mut inputs = Vec::new();
        let mut responses = Vec::new();
        for frame in frames.drain(..) {
            let input = match keys::input(&frame) {
                Some(input) => input,
                None => match (mouse(&frame), frame) {
                    (Some(mouse), _) => Input::Mouse(mouse),
                    (None, Frame::Paste(text)) => Input::Paste(text.into()),
                    (None, frame) => {
                        let response = TerminalResponse::of_frame(&frame);
                        responses.extend(response.filter(|_| self.backlog.reserve()));
                        continue;
                    }
                },
            };
            let interrupts = matches!(
                input,
                Input::Key(INTERRUPT)
                    | Input::Escaped(INTERRUPT)
                    | Input::KeyOnLayout { base: INTERRUPT, .. }
            );
            if interrupts {
                self.backlog.interrupt();
                guard::end_after_interrupt();
            }
            if self.backlog.reserve() || interrupts {
                inputs.push(input);
            }
        }
        // Inputs and responses are independent, so their order does not matter.
        let inputs = (!inputs.is_empty()).then_some(TerminalEvent::Inputs(inputs));
        let mut all = inputs.into_iter().chain(responses.into_iter().map(TerminalEvent::Response));
        all.all(&self.on_event)
    }
}

fn locked(state: &Mutex<ParserState>) -> MutexGuard<'_, ParserState> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(
    clippy::disallowed_methods,
    reason = "only the clock knows whether the terminal has run out of time"
)]
pub(in crate::terminal) fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{self, Receiver};

    use super::*;
    use crate::domain::{Code, Key, Mouse, MouseKind};

    fn channel() -> (OnEvent, Receiver<TerminalEvent>) {
        let (sender, events) = mpsc::channel();
        (Box::new(move |event| sender.send(event).is_ok()), events)
    }

    fn start_parser() -> (InputParser, Receiver<TerminalEvent>) {
        let (on_event, events) = channel();
        (InputParser::start(on_event, Backlog::default()).unwrap(), events)
    }

    fn inputs(events: &Receiver<TerminalEvent>) -> Vec<Input> {
        match events.recv() {
            Ok(TerminalEvent::Inputs(inputs)) => inputs,
            other => panic!("{other:?}"),
        }
    }

    fn key(code: Code) -> Input {
        Input::Key(Key::plain(code))
    }

    #[test]
    fn lone_escape_and_keys_after_incomplete_sequence_are_read() {
        let (parser, events) = start_parser();
        assert!(parser.take(b"\x1b"));
        assert_eq!(inputs(&events), [key(Code::Esc)]);
        assert!(parser.take(b"\x1b_Gi=31;O"));
        assert!(parser.take(b"\x1b[A"));
        assert_eq!(inputs(&events), [key(Code::Up)]);
        assert!(parser.take(b"\x1b_"));
        assert_eq!(inputs(&events), [Input::Escaped(Key::char('_'))]);
    }

    #[test]
    fn responses_are_sent_apart_from_keys() {
        let (parser, events) = start_parser();
        assert!(parser.take(b"j\x1b[6;19;10tk\x1b[?62;4c\x1b]11;rgb:0/0/0\x07"));
        assert_eq!(inputs(&events), [key(Code::Char('j')), key(Code::Char('k'))]);
        for expected in
            [TerminalResponse::Cell { width: 10, height: 19 }, TerminalResponse::Attributes(vec![4])]
        {
            assert!(matches!(events.recv(), Ok(TerminalEvent::Response(response)) if response == expected));
        }
        drop(events);
        assert!(!parser.take(b"j"), "nobody listens");
    }

    #[test]
    fn only_presses_and_the_wheel_are_sent() {
        let (parser, events) = start_parser();
        assert!(parser.take(b"\x1b[<0;1;2m\x1b[<35;3;4M\x1b[<2;3;4M"));
        assert!(events.try_recv().is_err(), "a release, motion and another button wake nobody");
        assert!(parser.take(b"j\x1b[<0;3;2M\x1b[<0;3;2m\x1b[<65;1;1M"));
        let mouse = |kind, column, row| Input::Mouse(Mouse { kind, column, row });
        let expected =
            [key(Code::Char('j')), mouse(MouseKind::Press, 2, 1), mouse(MouseKind::WheelDown, 0, 0)];
        assert_eq!(inputs(&events), expected);
    }

    #[test]
    fn flood_is_bounded_and_interrupt_passes() {
        let (on_event, events) = channel();
        let backlog = Backlog::default();
        let parser = InputParser::start(on_event, backlog.clone()).unwrap();
        for flood in [&b"x"[..], b"\x1b[<64;1;1M", b"\x1b[?62c", b"\x1b[200~x\x1b[201~"] {
            assert!(parser.take(&flood.repeat(100_000)));
        }
        assert!(parser.take(b"\x03"));
        assert!(backlog.is_interrupted());
        let mut all = Vec::new();
        while let Ok(TerminalEvent::Inputs(inputs)) = events.try_recv() {
            all.extend(inputs);
        }
        assert_eq!(all.len(), 16_385, "as much as a line takes, and Ctrl-C");
        assert_eq!(all.last(), Some(&Input::Key(Key::ctrl('c'))));
    }

    #[test]
    fn paste_timeout_restarts_with_each_read() {
        let (on_event, events) = channel();
        let mut state = ParserState {
            frames: FrameParser::default(),
            on_event,
            backlog: Backlog::default(),
            reads: 2,
            give_up_at: None,
        };
        state.frames.take(b"\x1b[200~some", &mut Vec::new());
        assert_eq!(state.pause(), Some((2, PASTING)));
        assert!(state.out_of_time(1), "more has come meanwhile");
        assert_eq!(state.pause(), Some((2, PASTING)));
        assert!(state.out_of_time(2));
        assert_eq!(inputs(&events), [Input::Paste("some".to_owned().into())]);
        assert_eq!(state.pause(), None);
    }
}
