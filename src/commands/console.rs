//! Where a command writes: its answer on one writer, everything else on another.

use std::collections::HashSet;
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::time::Instant;

use crate::domain::{ApiMessage, Failure, FailureKind, sanitize};

/// A command's surroundings. Nothing else of the process is read or written.
pub struct Console<'a> {
    /// Standard output, for the answer alone.
    pub out: &'a mut dyn Write,
    /// Whether that is a terminal: tables have aligned columns there, and tabs elsewhere.
    pub terminal: bool,
    /// How the answer is painted.
    pub paint: Paint,
    /// Standard error.
    pub errors: &'a Errors,
    /// The time, for `12 years ago`.
    pub now: Timestamp,
    /// The zone that local time is told in. It takes a walk through the time zone database, so it is asked when needed.
    pub zone: fn() -> TimeZone,
}

/// This machine's time, which goes on from a console's: a run may take long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    began: Timestamp,
    started: Instant,
}

/// Standard error: failures, warnings, and progress where somebody watches.
pub struct Errors {
    line: Mutex<Line>,
    /// What is said only once.
    printed: Mutex<HashSet<String>>,
    paint: Paint,
    watched: bool,
    muted: AtomicBool,
}

/// A writer, and whether a passing line stands on it.
struct Line {
    writer: Box<dyn Write + Send>,
    passing: bool,
}

/// Colours, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Paint {
    on: bool,
}

/// Why a command ends before its end.
#[derive(Debug)]
pub enum Stop {
    /// It could not be done.
    Failed(Failure),
    /// Nobody reads the answer any more, as after `| head -1`: no failure, and nothing to say.
    Closed,
}

impl Console<'_> {
    /// Writes a part of the answer, whole lines, and lets it be read at once.
    pub(super) fn answer(&mut self, text: &str) -> Result<(), Stop> {
        self.out.write_all(text.as_bytes())?;
        Ok(self.out.flush()?)
    }

    /// A clock that begins now.
    pub(super) fn clock(&self) -> Clock {
        Clock { began: self.now, started: Instant::now() }
    }
}

impl Clock {
    pub(super) fn now(&self) -> Timestamp {
        self.began.checked_add(self.started.elapsed()).unwrap_or(self.began)
    }
}

impl Errors {
    /// On this writer; `watched` says that a terminal reads it.
    pub fn new(writer: Box<dyn Write + Send>, paint: Paint, watched: bool) -> Self {
        let line = Mutex::new(Line { writer, passing: false });
        Self { line, printed: Mutex::default(), paint, watched, muted: AtomicBool::new(false) }
    }

    /// Writes nothing from now on.
    pub(super) fn mute(&self) {
        self.muted.store(true, Ordering::Relaxed);
    }

    /// Tells a failure, on one line.
    pub fn failure(&self, failure: &impl Display) {
        self.line(&self.paint.red("cfimg:"), &failure.to_string());
    }

    /// Warns of something that did not keep the command from its answer.
    pub fn warning(&self, text: &str) {
        self.line(&self.paint.yellow("cfimg: warning:"), text);
    }

    /// Warns of something that may hold of each of a thousand images, once.
    pub(super) fn warning_once(&self, text: &str) {
        if self.is_new(text) {
            self.warning(text);
        }
    }

    /// Shows a message that the API sent with a success, once.
    pub(super) fn api_note(&self, message: &ApiMessage) {
        let note = message.note();
        if self.is_new(&note) {
            self.line("cfimg: note:", &note);
        }
    }

    /// Says what has been done, where the answer is not a text, on one line.
    pub fn note(&self, text: &str) {
        self.write(&format!("{}\n", sanitize::sanitize(text)));
    }

    /// Says so once, though it is done with each of a thousand images.
    pub(super) fn note_once(&self, text: &str) {
        if self.is_new(text) {
            self.note(text);
        }
    }

    /// Says what is going on, where somebody watches.
    pub fn progress(&self, text: &str) {
        if self.watched {
            self.line(&self.paint.dim("cfimg:"), text);
        }
    }

    /// Whether somebody watches: what only progress needs is not asked for otherwise.
    pub fn watched(&self) -> bool {
        self.watched
    }

    /// Says how far it is, where somebody watches, on a line that whatever comes next takes the place of.
    pub fn passing(&self, text: &str) {
        if self.watched {
            self.put(&self.paint.dim(&sanitize::sanitize(text)), true);
        }
    }

    /// Takes a passing line away, such as before the answer's own lines, which may go to the same terminal.
    pub fn clear(&self) {
        self.put("", false);
    }

    fn is_new(&self, text: &str) -> bool {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned())
    }

    fn line(&self, label: &str, text: &str) {
        self.write(&format!("{label} {}\n", sanitize::sanitize(text)));
    }

    fn write(&self, text: &str) {
        self.put(text, false);
    }

    fn put(&self, text: &str, passing: bool) {
        if self.muted.load(Ordering::Relaxed) {
            return;
        }
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let clear = if std::mem::replace(&mut line.passing, passing) { "\r\x1b[K" } else { "" };
        let text = [clear, text].concat();
        if text.is_empty() {
            return;
        }
        // Where standard error is closed nobody is left to be told.
        _ = line.writer.write_all(text.as_bytes()).and_then(|()| line.writer.flush());
    }
}

impl Paint {
    /// Colours if `on`.
    pub fn new(on: bool) -> Self {
        Self { on }
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.style("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.style("2", text)
    }

    pub(super) fn red(self, text: &str) -> String {
        self.style("1;31", text)
    }

    pub(super) fn green(self, text: &str) -> String {
        self.style("32", text)
    }

    pub(super) fn yellow(self, text: &str) -> String {
        self.style("1;33", text)
    }

    fn style(self, code: &str, text: &str) -> String {
        if self.on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::Closed;
        }
        Self::Failed(Failure::new(
            FailureKind::Other,
            "The answer could not be written",
            format!("The system says: {error}."),
        ))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;

    /// What was written on standard error.
    #[derive(Debug, Clone, Default)]
    pub(in super::super) struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Captured {
        pub(in super::super) fn new() -> (Self, Errors) {
            let captured = Self::default();
            (captured.clone(), Errors::new(Box::new(captured), Paint::default(), false))
        }

        pub(in super::super) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }

        /// A console without colours, at noon of 2026-11-24 in UTC.
        #[expect(clippy::unused_self, reason = "tests read better when the console comes from what hears it")]
        pub(in super::super) fn console<'a>(&self, out: &'a mut Vec<u8>, errors: &'a Errors) -> Console<'a> {
            let now = "2026-11-24T12:00:00Z".parse().unwrap();
            Console { out, terminal: false, paint: Paint::default(), errors, now, zone: || TimeZone::UTC }
        }
    }

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    pub(in super::super) fn run<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn standard_error_is_one_safe_line_each() {
        let (captured, errors) = Captured::new();
        errors.failure(&"a\nb\u{1b}[31m");
        errors.warning("w");
        errors.note("n\u{1b}\u{202e}");
        errors.progress("nobody watches");
        assert_eq!(captured.text(), "cfimg: a␊b␛[31m\ncfimg: warning: w\nn␛⟨U+202E⟩\n");
        let captured = Captured::default();
        let errors = Errors::new(Box::new(captured.clone()), Paint::new(true), true);
        errors.failure(&"a");
        errors.progress("p");
        assert_eq!(captured.text(), "\x1b[1;31mcfimg:\x1b[0m a\n\x1b[2mcfimg:\x1b[0m p\n");
    }

    #[test]
    fn a_passing_line_makes_way() {
        let captured = Captured::default();
        let errors = Errors::new(Box::new(captured.clone()), Paint::default(), true);
        errors.clear();
        errors.passing("1 of 2\u{1b}");
        errors.passing("2 of 2");
        errors.clear();
        errors.clear();
        errors.passing("3");
        errors.failure(&"a");
        assert_eq!(captured.text(), "1 of 2␛\r\x1b[K2 of 2\r\x1b[K3\r\x1b[Kcfimg: a\n");
        let (captured, errors) = Captured::new();
        errors.passing("nobody watches");
        errors.clear();
        assert_eq!(captured.text(), "");
    }

    #[test]
    fn only_a_closed_pipe_is_no_failure() {
        assert!(matches!(io::Error::from(io::ErrorKind::BrokenPipe).into(), Stop::Closed));
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(full.into(), Stop::Failed(failure) if failure.kind == FailureKind::Other));
    }
}
