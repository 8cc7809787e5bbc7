//! The images that a command works on: its arguments, and the lines of standard input if an argument is `-`.

use std::cell::Cell;
use std::io::BufRead;
use std::iter;
use std::rc::Rc;
use std::thread;

use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::sync::mpsc;

use crate::domain::account::group_thousands;
use crate::domain::secret::redacted;
use crate::domain::{Failure, Reference, Refusal, sanitize, trim::trim, width};

/// The longest line that is read, in bytes: an HTML snippet fits, an endless line does not.
const MAX_LINE: usize = 64 * 1024;

/// Lines that are read ahead of the requests.
const READ_AHEAD: usize = 16;

/// The hint for an empty argument, as scripts pass it.
const MISSING: &str = "Use an image ID or a URL. In a script, check whether a variable is empty.";

/// The hint for a table on standard input.
const TABLE: &str =
    "Use one image per line. `cfimg list --ids` prints only IDs; `cut -f3` extracts them from `cfimg list`.";

/// Standard input. It is read on another thread.
pub type Input = Box<dyn BufRead + Send>;

/// One image, as it was named by the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ImageArg {
    /// The user's text, sanitized and cut, to say in a message which image failed. `None` if there is only
    /// one image, or if the text names none: then the failure says which text.
    pub(super) name: Option<String>,
    /// The image, or why the text names none.
    pub(super) reference: Result<Reference, Failure>,
}

impl ImageArg {
    pub(super) fn read(text: &str) -> Self {
        if text.trim().is_empty() {
            return Self::invalid(Failure::usage("IMAGE is empty", MISSING));
        }
        let shown = |text: &str| width::cut_end(&sanitize::sanitize(text.trim()), 60).into_owned();
        match Reference::read(text) {
            // A token must not be shown.
            Err(Refusal::Token) => {
                Self::invalid(Failure::usage("Not an image ID", Refusal::Token.to_string()))
            }
            Err(why) => {
                let shown = shown(&redacted(text));
                Self::invalid(Failure::usage(format!("“{shown}” isn't an image ID or URL"), why.to_string()))
            }
            Ok(reference) => Self { name: Some(shown(&reference.name(text))), reference: Ok(reference) },
        }
    }

    fn invalid(failure: Failure) -> Self {
        Self { name: None, reference: Err(failure) }
    }
}

/// The images in the order of the arguments. Standard input is read while earlier images are being processed.
pub(super) fn all(
    arguments: &[String],
    input: Input,
) -> Result<impl Stream<Item = ImageArg> + use<>, Failure> {
    if arguments.iter().filter(|argument| *argument == "-").count() > 1 {
        return Err(Failure::usage("`-` was given more than once", "Standard input can be read only once."));
    }
    let is_only = arguments.len() == 1;
    let mut input = Some(input);
    Ok(stream::iter(arguments.to_vec()).flat_map(move |argument| match (&*argument, input.take()) {
        ("-", Some(reader)) => lines(reader).left_stream(),
        (_, unused) => {
            input = unused;
            let mut image = ImageArg::read(&argument);
            if is_only {
                image.name = None;
            }
            stream::iter([image]).right_stream()
        }
    }))
}

/// The images of a command that takes one IMAGE; if it is `-`, the lines of standard input. No lines are a
/// failure: otherwise a command such as `open` would do nothing and report success.
pub(super) fn one_or_lines(
    image: &str,
    input: Input,
) -> Result<impl Stream<Item = ImageArg> + use<>, Failure> {
    let is_empty = Rc::new(Cell::new(true));
    let has_images = Rc::clone(&is_empty);
    let images = all(&[image.to_owned()], input)?.inspect(move |_| has_images.set(false));
    let end = stream::once(async move { is_empty.get() })
        .filter_map(async |is_empty| is_empty.then(|| ImageArg::invalid(empty())));
    Ok(images.chain(end))
}

/// Connects to the account for these images. If that fails and the first image is invalid, returns the
/// image's failure instead: the exit code is that of the first failure in argument order.
pub(super) fn connect<A>(
    connect: impl FnOnce() -> Result<A, Failure>,
    first: Option<&String>,
) -> Result<A, Failure> {
    connect().map_err(|failure| match first {
        Some(first) if first != "-" => ImageArg::read(first).reference.err().unwrap_or(failure),
        _ => failure,
    })
}

/// Collects the images; `None` if there are more than `max`.
pub(super) async fn at_most(max: usize, images: impl Stream<Item = ImageArg>) -> Option<Vec<ImageArg>> {
    let images: Vec<ImageArg> = images.take(max + 1).collect().await;
    (images.len() <= max).then_some(images)
}

/// The lines of standard input that are not blank, as text, each with its number. Empty input gives one
/// failure.
pub(super) fn numbered(input: Input) -> impl Iterator<Item = (usize, Result<String, Failure>)> {
    let (mut lines, mut is_empty) = (Lines::new(input), true);
    iter::from_fn(move || {
        let line = lines.next().or_else(|| is_empty.then(|| Err(empty())));
        is_empty = false;
        line.map(|line| (lines.number, line))
    })
}

/// The failure for an empty standard input.
fn empty() -> Failure {
    Failure::usage("Standard input is empty", "Write an image ID or URL to it, or use an argument.")
}

/// The images on standard input, one per line that is not blank.
fn lines(input: Input) -> impl Stream<Item = ImageArg> {
    let (sender, mut receiver) = mpsc::channel(READ_AHEAD);
    // A plain thread, not one of the runtime's, which would be joined at the end: a terminal may never send
    // another line.
    let spawned = thread::Builder::new().name("standard input".to_owned()).spawn(move || {
        for line in Lines::new(input) {
            let image = line.map_or_else(ImageArg::invalid, |text| ImageArg::read(&text));
            if sender.blocking_send(image).is_err() {
                break;
            }
        }
    });
    let failed = spawned.err().map(|error| {
        let hint = format!("System error: {error}.");
        ImageArg::invalid(Failure::usage("Couldn't read standard input", hint))
    });
    stream::iter(failed).chain(stream::poll_fn(move |context| receiver.poll_recv(context)))
}

/// Reads lines that are not blank. Ends after the first read error: what fails once, such as a folder, may
/// fail forever.
struct Lines {
    input: Input,
    /// The number of the last line, from 1.
    number: usize,
    /// Whether a line that is not blank was read.
    has_started: bool,
    failed: bool,
    /// Whether the last line ended with CR: an LF after it belongs to the same line end.
    after_cr: bool,
}

impl Lines {
    fn new(input: Input) -> Self {
        Self { input, number: 0, has_started: false, failed: false, after_cr: false }
    }
}

impl Iterator for Lines {
    type Item = Result<String, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            self.number += 1;
            let mut line = Vec::new();
            let (mut ended, mut cut) = (false, false);
            while !ended {
                let chunk = match self.input.fill_buf() {
                    Ok(chunk) => chunk,
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    Err(error) => {
                        self.failed = true;
                        let hint = format!("System error: {error}.");
                        return Some(Err(Failure::usage("Couldn't read standard input", hint)));
                    }
                };
                if chunk.is_empty() {
                    if line.is_empty() && !cut {
                        return None;
                    }
                    break;
                }
                if self.after_cr {
                    self.after_cr = false;
                    if chunk[0] == b'\n' {
                        self.input.consume(1);
                        continue;
                    }
                }
                let newline = chunk.iter().position(|&b| matches!(b, b'\n' | b'\r'));
                let length = newline.unwrap_or(chunk.len());
                cut |= line.len() + length > MAX_LINE;
                if !cut {
                    line.extend_from_slice(&chunk[..length]);
                }
                ended = newline.is_some();
                self.after_cr = newline.is_some_and(|at| chunk[at] == b'\r');
                self.input.consume(length + usize::from(ended));
            }
            if cut {
                let hint = format!(
                    "The limit of a line is {} bytes, and that of an image ID 1,024 characters.",
                    group_thousands(MAX_LINE as u64)
                );
                return Some(Err(Failure::usage("A line of standard input is too long", hint)));
            }
            if self.number == 1 && is_utf_16(&line) {
                self.failed = true;
                let hint = "Use UTF-8. In PowerShell: `… | Out-File -Encoding utf8`.";
                return Some(Err(Failure::usage("Standard input is UTF-16", hint)));
            }
            match String::from_utf8(line) {
                Ok(line) if trim(&line).is_empty() => {}
                Ok(line) if !std::mem::replace(&mut self.has_started, true) && is_table(&line) => {
                    self.failed = true;
                    return Some(Err(Failure::usage("Standard input is a table", TABLE)));
                }
                Ok(line) => return Some(Ok(line)),
                Err(error) => {
                    let shown = sanitize::sanitize(&String::from_utf8_lossy(error.as_bytes())).into_owned();
                    let shown = width::cut_end(shown.trim(), 60).into_owned();
                    let hint = "Image IDs are UTF-8. Check how the input was written.";
                    return Some(Err(Failure::usage(format!("“{shown}” isn't UTF-8 text"), hint)));
                }
            }
        }
        None
    }
}

/// Whether a text starts as UTF-16: with a byte order mark, or with a zero byte in its first character.
fn is_utf_16(start: &[u8]) -> bool {
    let marked = start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]);
    marked || matches!(start, [0, one, ..] | [one, 0, ..] if *one != 0)
}

/// Whether a line is part of a table such as `cfimg list` prints: IDs and URLs hold no tab.
fn is_table(line: &str) -> bool {
    trim(line).contains('\t')
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, Read as _};

    use super::*;
    use crate::commands::console::tests::run;
    use crate::domain::FailureKind;

    /// Fails every read, like a folder.
    struct Broken;

    impl io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::IsADirectory.into())
        }
    }

    impl BufRead for Broken {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            Err(io::ErrorKind::IsADirectory.into())
        }

        fn consume(&mut self, _: usize) {}
    }

    /// The message for an invalid IMAGE.
    fn message(text: &str) -> String {
        ImageArg::read(text).reference.unwrap_err().to_string()
    }

    fn read(arguments: &[&str], input: &'static [u8]) -> Vec<String> {
        let arguments: Vec<_> = arguments.iter().map(|&a| a.to_owned()).collect();
        let stream = all(&arguments, Box::new(Cursor::new(input))).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime
            .block_on(stream.collect::<Vec<_>>())
            .into_iter()
            .map(|image| image.reference.map_or_else(|f| f.to_string(), |r| r.id.as_str().to_owned()))
            .collect()
    }

    #[test]
    fn dash_is_replaced_by_lines_of_standard_input() {
        assert_eq!(read(&["a", "-", "b"], b"one\n\n  \r\ntwo\r\nthree"), ["a", "one", "two", "three", "b"]);
        assert_eq!(read(&["-"], b"a\rb\r\r\nc\r"), ["a", "b", "c"]);
        assert_eq!(read(&["-"], b"\xef\xbb\xbfa\r\n\xef\xbb\xbf\r\n\"b c\"\n"), ["a", "b c"]);
        assert_eq!(read(&["-"], b""), [""; 0]);
        assert_eq!(read(&["-"], b"-\n"), ["-"], "on standard input, a dash is a name");
    }

    #[test]
    fn invalid_line_does_not_affect_others() {
        let lines = read(&["-"], b"a\n\xff\xfe\n..\nb\n");
        assert!(lines[1].starts_with("“\u{fffd}\u{fffd}” "), "{lines:?}");
        assert_eq!([&lines[0], &lines[2], &lines[3]], ["a", &message(".."), "b"]);
    }

    #[test]
    fn utf_16_input_is_refused_as_a_whole() {
        for input in [&b"\xff\xfea\0\n\0b\0\n\0"[..], b"\xfe\xff\0a\0\n", b"a\0\n\0b\0", b"\0a\0\n"] {
            let read: Vec<_> = Lines::new(Box::new(Cursor::new(input.to_vec()))).collect();
            let kinds: Vec<_> = read.iter().map(|text| text.as_ref().err().map(|why| why.kind)).collect();
            assert_eq!(kinds, [Some(FailureKind::Usage)], "{read:?}");
        }
    }

    #[test]
    fn names_and_errors_hold_no_secret() {
        let sig = "72411885ee02134d38662f3e70ac8ff694f408e9d14b05125f6b022c3f403efa";
        let token = format!("cfat_{}", "x".repeat(48));
        for text in [
            format!("imagedelivery.net/H/a/v?sig={sig}"),
            format!("imagedelivery.net%2FH%2Fa%2Fv%3Fsig%3D{sig}"),
            format!("https://a.b/?sig={sig}"),
            format!("a.b%3Fsig%3D{sig}"),
            token.clone(),
            format!("TOKEN={token}"),
            format!("curl https://a.b/ -H 'Bearer {token}'"),
            format!("curl https://imagedelivery.net/H/a/v -H 'Bearer {token}'"),
        ] {
            let debug = format!("{:?}", ImageArg::read(&text));
            assert!(!debug.contains(&sig[..8]) && !debug.contains("xxxx"), "{debug}");
        }
    }

    #[test]
    fn endless_line_is_reported_and_skipped() {
        static LONG: [u8; MAX_LINE * 3] = [b'x'; MAX_LINE * 3];
        let read = read(&["-", "after"], &LONG);
        assert!(read[0].contains(&group_thousands(MAX_LINE as u64)), "{}", read[0]);
        assert_eq!(read[1..], ["after"]);
    }

    #[test]
    fn read_error_is_reported_once_and_ends_input() {
        let broken = Box::new(Cursor::new(b"a\n").chain(Broken));
        let lines: Vec<_> = Lines::new(broken).take(9).collect();
        assert_eq!((lines.len(), lines[0].is_ok()), (2, true), "{lines:?}");
        assert!(lines[1].as_ref().is_err_and(|why| why.kind == FailureKind::Usage), "{lines:?}");
    }

    #[test]
    fn second_dash_is_a_usage_error() {
        let twice = all(&["-".into(), "-".into()], Box::new(Cursor::new(b"")));
        assert_eq!(twice.err().map(|failure| failure.kind), Some(FailureKind::Usage));
    }

    #[test]
    fn one_or_lines_fails_on_blank_input() {
        let read = |argument: &str, input: &'static str| {
            run(one_or_lines(argument, Box::new(Cursor::new(input))).unwrap().collect::<Vec<_>>())
                .into_iter()
                .map(|image| image.reference.map_or_else(|f| f.to_string(), |r| r.id.as_str().to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(read("a", "b"), ["a"]);
        assert_eq!(read("-", "\nb\n..\nc"), ["b", &message(".."), "c"]);
        for blank in ["", "\n \n"] {
            assert_eq!(read("-", blank), [empty().to_string()]);
        }
    }

    #[test]
    fn numbered_lines_count_blank_lines() {
        let read = |input: &'static [u8]| {
            let input = Box::new(Cursor::new(input).chain(Broken).take(20));
            let kind = |failure: Failure| failure.kind;
            numbered(input).map(|(at, text)| (at, text.map_err(kind))).take(9).collect::<Vec<_>>()
        };
        let text = |text: &str| Ok(text.to_owned());
        let failed = Err(FailureKind::Usage);
        assert_eq!(read(b"\na\n \nb"), [(2, text("a")), (4, failed.clone())]);
        assert_eq!(read(b"a\n\xff\nb\n"), [(1, text("a")), (2, failed.clone()), (3, text("b")), (4, failed)]);
        let long = [&vec![b'x'; MAX_LINE + 1][..], b"\nb"].concat();
        let read_lines: Vec<_> =
            numbered(Box::new(Cursor::new(long))).map(|(at, text)| (at, text.ok())).collect();
        assert_eq!(read_lines, [(1, None), (2, Some("b".to_owned()))], "a long line is one line");
        let blank: Vec<_> = numbered(Box::new(Cursor::new(b"\n "))).collect();
        assert!(matches!(&blank[..], [(_, Err(failure))] if *failure == empty()));
    }

    #[test]
    fn table_on_standard_input_is_refused() {
        let table: &[u8] = b"\n2026-01-02\tsigned\ta\tlogo.png\n2026-01-01\tpublic\tb\tx\n";
        let read_lines: Vec<_> = numbered(Box::new(Cursor::new(table))).collect();
        assert!(
            matches!(&read_lines[..], [(2, Err(failure))] if failure.kind == FailureKind::Usage),
            "{read_lines:?}"
        );
        let Err(failure) = &read_lines[0].1 else { panic!("it is refused") };
        assert!(failure.to_string().contains("cfimg list --ids"), "{failure}");
        let read = |input: &'static [u8]| read(&["-"], input).len();
        assert_eq!(read(b"a\tb\nc\n"), 1);
        assert_eq!(read(b"\ta\t\r\nc\n"), 2, "a tab around an ID is white space");
        assert_eq!(read(b"a\nb\tc\nd\n"), 3, "after the first line, only the line itself is refused");
    }

    #[test]
    fn empty_argument_is_a_usage_error() {
        for text in ["", "  ", "\t"] {
            let failure = ImageArg::read(text).reference.unwrap_err();
            assert_eq!(failure.kind, FailureKind::Usage);
            assert_eq!(failure.hint, MISSING);
        }
    }

    #[test]
    fn at_most_limits_the_count() {
        let some =
            |max| run(at_most(max, stream::iter(["a", "b"].map(ImageArg::read)))).map(|some| some.len());
        assert_eq!([some(1), some(2), some(3)], [None, Some(2), Some(2)]);
    }
}
