//! Output of a command: results go to one writer, messages to another.

use std::collections::HashSet;
use std::fmt::Display;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::builder::StyledStr;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::domain::secret::redacted;
use crate::domain::width::{columns, cut_end, pad, wrap};
use crate::domain::{Access, ApiMessage, Failure, Role, sanitize};
use crate::settings::{TomlFile, draw};
use crate::ui::Theme;

/// What is encoded in the target of a link besides non-ASCII characters.
const LINK: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'\\');

/// Standard output, standard error, the clock and the time zone. Commands use nothing else of the process.
pub struct Console<'a> {
    /// Standard output, for results only.
    pub out: &'a mut dyn Write,
    /// Whether standard output is a terminal. Tables are aligned on a terminal and separated by tabs
    /// elsewhere.
    pub terminal: bool,
    /// The terminal's width. `None` if unknown.
    pub width: Option<u16>,
    /// Colours for standard output.
    pub paint: Paint,
    pub errors: &'a Errors,
    /// Reads the clock.
    pub now: fn() -> Timestamp,
    /// The local time zone. Finding it searches the time zone database, so it is called only when needed.
    pub zone: fn() -> TimeZone,
}

/// Standard error: failures, warnings and, on a terminal, progress.
pub struct Errors {
    line: Mutex<Line>,
    /// Texts of messages that are printed only once.
    seen: Mutex<HashSet<String>>,
    paint: Paint,
    is_terminal: bool,
    muted: AtomicBool,
}

/// The writer, and whether a status line is on the terminal.
struct Line {
    writer: Box<dyn Write + Send>,
    has_status: bool,
}

/// Adds the theme's colours and links, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paint {
    theme: Theme,
    links: bool,
}

/// How aligned columns are printed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aligned {
    pub(super) paint: Paint,
    /// The terminal's width. `None` if unknown.
    pub(super) width: Option<u16>,
}

/// Why a command stops early.
#[derive(Debug)]
pub enum Stop {
    /// The command failed.
    Failed(Failure),
    /// Standard output was closed by its reader, as in `| head -1`. This is not a failure.
    Closed,
}

/// The user's text as a message repeats it: short, without secrets and control characters.
pub(super) fn excerpt(text: &str) -> String {
    cut_end(&sanitize::sanitize(&redacted(text)), 60).into_owned()
}

impl Console<'_> {
    /// Writes a part of the output, which ends with a newline, and flushes it.
    pub(super) fn answer(&mut self, text: &str) -> Result<(), Stop> {
        self.out.write_all(text.as_bytes())?;
        Ok(self.out.flush()?)
    }

    /// How columns are aligned. `None` if standard output is not a terminal.
    pub(super) fn aligned(&self) -> Option<Aligned> {
        self.terminal.then_some(Aligned { paint: self.paint, width: self.width })
    }

    /// Writes a row of a label and a value: aligned, with labels in this width, or separated by a tab.
    pub(super) fn labelled(&mut self, width: usize, label: &str, value: &str) -> Result<(), Stop> {
        let row = match self.aligned() {
            Some(Aligned { paint, width: columns }) => {
                let gap = " ".repeat(width.saturating_sub(label.len()));
                let room = columns.map_or(usize::MAX, |columns| usize::from(columns).saturating_sub(width));
                let value = wrapped(value, room).join(&format!("\n{}", " ".repeat(width)));
                format!("{}{gap}{value}\n", paint.dim(label))
            }
            None => format!("{}\t{value}\n", label.to_lowercase()),
        };
        self.answer(&row)
    }
}

/// The lines of a sentence. What would be cut inside of a word stays whole, so that it can be copied.
fn wrapped(text: &str, max: usize) -> Vec<String> {
    let has_long_word = text.split(' ').any(|word| columns(word) > max);
    if has_long_word || text.contains('\x1b') { vec![text.to_owned()] } else { wrap(text, max) }
}

impl Errors {
    /// Writes to `writer`. `is_terminal` enables progress.
    pub fn new(writer: Box<dyn Write + Send>, paint: Paint, is_terminal: bool) -> Self {
        let line = Mutex::new(Line { writer, has_status: false });
        Self { line, seen: Mutex::default(), paint, is_terminal, muted: AtomicBool::new(false) }
    }

    /// Suppresses all further messages.
    pub(super) fn mute(&self) {
        self.muted.store(true, Ordering::Relaxed);
    }

    /// Prints a failure on one line.
    pub fn failure(&self, failure: &impl Display) {
        self.line(&self.paint.problem("cfimg:"), &failure.to_string());
    }

    /// Prints a warning: the command still gives its result.
    pub fn warning(&self, text: &str) {
        self.line(&self.paint.strong(Role::Warning, "cfimg: warning:"), text);
    }

    /// Prints the mistakes of a settings file.
    pub fn mistakes(&self, file: &TomlFile) {
        self.put(&draw(file, self.paint.theme.has_colors()), false);
    }

    /// Prints a warning that could apply to each of a thousand images, once.
    pub(super) fn warning_once(&self, text: &str) {
        if self.is_new(text) {
            self.warning(text);
        }
    }

    /// Prints a message that the API sent with a successful response, once.
    pub(super) fn api_note(&self, message: &ApiMessage) {
        let note = message.note();
        if self.is_new(&note) {
            self.line("cfimg: note:", &note);
        }
    }

    /// Prints a message on one line, without a label.
    pub fn note(&self, text: &str) {
        self.put(&format!("{}\n", sanitize::sanitize(text)), false);
    }

    /// Prints a note that could apply to each of a thousand images, once.
    pub(super) fn note_once(&self, text: &str) {
        if self.is_new(text) {
            self.note(text);
        }
    }

    /// Prints a text by clap.
    pub fn help(&self, text: &StyledStr) {
        let text = if self.paint.theme.has_colors() { text.ansi().to_string() } else { text.to_string() };
        self.put(&text, false);
    }

    /// Prints a message about progress, if standard error is a terminal.
    pub fn progress(&self, text: &str) {
        if self.is_terminal {
            self.line(&self.paint.dim("cfimg:"), text);
        }
    }

    /// Whether standard error is a terminal. If not, nothing needs to be requested for progress alone.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Shows a status line, if standard error is a terminal. The next output on standard error replaces it.
    pub fn status(&self, text: &str) {
        if self.is_terminal {
            self.put(&self.paint.dim(&sanitize::sanitize(text)), true);
        }
    }

    /// Removes the status line, for instance before output that goes to the same terminal.
    pub fn clear(&self) {
        self.put("", false);
    }

    fn is_new(&self, text: &str) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned())
    }

    fn line(&self, label: &str, text: &str) {
        self.put(&format!("{label} {}\n", sanitize::sanitize(text)), false);
    }

    fn put(&self, text: &str, has_status: bool) {
        if self.muted.load(Ordering::Relaxed) {
            return;
        }
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        let clear = if std::mem::replace(&mut line.has_status, has_status) { "\r\x1b[K" } else { "" };
        let text = [clear, text].concat();
        if text.is_empty() {
            return;
        }
        // If standard error is closed, there is nowhere left to report it.
        _ = line.writer.write_all(text.as_bytes()).and_then(|()| line.writer.flush());
    }
}

impl Paint {
    pub fn new(theme: Theme) -> Self {
        Self { theme, links: false }
    }

    /// With links, unless the theme has no colours: then no escape sequence is wanted.
    #[must_use]
    pub fn with_links(self, links: bool) -> Self {
        Self { links: links && self.theme.has_colors(), ..self }
    }

    /// A text that links to a URL (OSC 8), or the text alone. The URL must not be a secret: the terminal may show it.
    pub(super) fn link(self, url: &str, text: &str) -> String {
        if !self.links {
            return text.to_owned();
        }
        // What is not printable ASCII could end the sequence.
        let url = utf8_percent_encode(url, LINK);
        format!("\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\")
    }

    /// The coloured mark of an access, for a terminal.
    pub(super) fn mark(self, access: Access) -> String {
        self.access(access, self.theme.access_mark(access))
    }

    /// Mark and word in nine columns: `● signed `. A draft (`None`) has no mark, as nothing is wrong with it.
    pub(super) fn access_cell(self, access: Option<Access>) -> String {
        match access {
            Some(access) => format!("{} {}", self.mark(access), pad(access.word(), 7)),
            None => format!("  {}  ", self.dim("draft")),
        }
    }

    /// Text in the colour of this access.
    pub(super) fn access(self, access: Access, text: &str) -> String {
        self.style(&self.theme.access_sgr(access), text)
    }

    /// A word that is good news.
    pub(super) fn success(self, word: &str) -> String {
        self.strong(Role::Success, word)
    }

    /// A word that is bad news.
    pub(super) fn problem(self, word: &str) -> String {
        self.strong(Role::Error, word)
    }

    fn strong(self, role: Role, word: &str) -> String {
        self.style(&self.theme.bold_sgr(role), word)
    }

    /// Dark text on light ground in every theme, line by line. Indexed colours, which themes leave alone.
    pub(super) fn black_on_white(self, text: &str) -> String {
        text.split('\n').map(|line| self.style("38;5;16;48;5;231", line)).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.style("1", text)
    }

    /// Whether marks are ASCII.
    pub(super) fn has_ascii_marks(self) -> bool {
        self.theme.has_ascii_marks()
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.style("2", text)
    }

    fn style(self, code: &str, text: &str) -> String {
        if code.is_empty() || !self.theme.has_colors() {
            return text.to_owned();
        }
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

impl Default for Paint {
    fn default() -> Self {
        Self::new(Theme::mono())
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
        Self::Failed(Failure::other("Couldn't write the output", format!("System error: {error}.")))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::FailureKind;

    /// A writer for standard error that keeps the text.
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
        #[expect(
            clippy::unused_self,
            reason = "tests read better when the console comes from its standard error"
        )]
        pub(in super::super) fn console<'a>(&self, out: &'a mut Vec<u8>, errors: &'a Errors) -> Console<'a> {
            let now = || "2026-11-24T12:00:00Z".parse().unwrap();
            Console {
                out,
                terminal: false,
                width: None,
                paint: Paint::default(),
                errors,
                now,
                zone: || TimeZone::UTC,
            }
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
    fn messages_are_single_sanitized_lines() {
        let (captured, errors) = Captured::new();
        errors.failure(&"a\nb\u{1b}[31m");
        errors.warning("w");
        errors.note("n\u{1b}\u{202e}");
        errors.progress("not a terminal");
        assert_eq!(captured.text(), "cfimg: a␊b␛[31m\ncfimg: warning: w\nn␛⟨U+202E⟩\n");
        let captured = Captured::default();
        let errors = Errors::new(Box::new(captured.clone()), Paint::new(Theme::default()), true);
        errors.failure(&"a");
        errors.progress("p");
        assert_eq!(captured.text(), "\x1b[1;31mcfimg:\x1b[0m a\n\x1b[2mcfimg:\x1b[0m p\n");
    }

    #[test]
    fn status_line_is_replaced_by_next_output() {
        let captured = Captured::default();
        let errors = Errors::new(Box::new(captured.clone()), Paint::default(), true);
        errors.clear();
        errors.status("1 of 2\u{1b}");
        errors.status("2 of 2");
        errors.clear();
        errors.clear();
        errors.status("3");
        errors.failure(&"a");
        assert_eq!(captured.text(), "1 of 2␛\r\x1b[K2 of 2\r\x1b[K3\r\x1b[Kcfimg: a\n");
        let (captured, errors) = Captured::new();
        errors.status("not a terminal");
        errors.clear();
        assert_eq!(captured.text(), "");
    }

    #[test]
    fn labelled_sentence_is_wrapped_on_terminal() {
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let mut console = captured.console(&mut out, &errors);
        console.labelled(6, "Note", "one two three").unwrap();
        let mut console = Console { terminal: true, width: Some(14), ..console };
        console.labelled(6, "Note", "one two three").unwrap();
        console.labelled(6, "File", "/a/b/c/d/e").unwrap();
        let expected = "note\tone two three\nNote  one two\n      three\nFile  /a/b/c/d/e\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn no_url_ends_the_sequence_of_a_link() {
        let paint = Paint::new(Theme::default()).with_links(true);
        let url = "https://a.example/\u{1b}\\\u{7}\u{9c}é ;\"/v?a=b";
        let target = "https://a.example/%1B%5C%07%C2%9C%C3%A9%20;%22/v?a=b";
        assert_eq!(paint.link(url, "v"), format!("\x1b]8;;{target}\x1b\\v\x1b]8;;\x1b\\"));
        for none in [Paint::new(Theme::default()), Paint::default().with_links(true)] {
            assert_eq!(none.link(url, "v"), "v");
        }
    }

    #[test]
    fn broken_pipe_is_not_a_failure() {
        assert!(matches!(io::Error::from(io::ErrorKind::BrokenPipe).into(), Stop::Closed));
        let full = io::Error::from(io::ErrorKind::StorageFull);
        assert!(matches!(full.into(), Stop::Failed(failure) if failure.kind == FailureKind::Other));
    }
}
