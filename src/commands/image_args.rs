//! The images that a command is asked about: its arguments, and the lines of standard input where one of them is `-`.

use std::cell::Cell;
use std::io::BufRead;
use std::iter;
use std::rc::Rc;
use std::thread;

use futures_util::stream::{self, Stream, StreamExt as _};
use tokio::sync::mpsc;

use crate::domain::secret::redacted;
use crate::domain::{Failure, FailureKind, Reference, Refusal, sanitize, url_finder, width};

/// The longest line that is read: an HTML snippet fits, an endless line does not.
const MAX_LINE: usize = 64 * 1024;

/// Lines read ahead of the requests.
const READ_AHEAD: usize = 16;

/// How a script comes to name no image.
const MISSING: &str =
    "Give an image ID, or a URL that holds one. In a script, look whether a variable is set.";

/// What to do instead of writing a table into standard input.
const TABLE: &str = "Write one image a line: `cfimg list --ids` prints the IDs alone, and `cut -f3` keeps those of `cfimg list`.";

/// Standard input, which another thread may wait for.
pub type Input = Box<dyn BufRead + Send>;

/// One image, as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ImageArg {
    /// The words of the person, made safe and short, to tell its failure from others. Nothing where there are no others.
    pub(super) name: Option<String>,
    /// What they mean, or why they mean no image.
    pub(super) reference: Result<Reference, Failure>,
}

impl ImageArg {
    pub(super) fn read(text: &str) -> Self {
        if text.trim().is_empty() {
            return Self::unreadable("This IMAGE is empty", MISSING.to_owned());
        }
        let shown = |text: &str| width::cut_end(&sanitize::sanitize(text.trim()), 60).into_owned();
        match Reference::read(text) {
            // It is not shown either.
            Err(Refusal::Token) => Self::unreadable("This names no image", Refusal::Token.to_string()),
            Err(why) => {
                let shown = shown(&redacted(text));
                Self { reference: Err(refused(&shown, why)), name: Some(shown) }
            }
            Ok(reference) => Self { name: Some(shown(&reference.name(text))), reference: Ok(reference) },
        }
    }

    fn missing() -> Self {
        Self { name: None, reference: Err(empty()) }
    }

    fn unreadable(what: &str, hint: String) -> Self {
        let failure = Failure::new(FailureKind::Usage, what, hint);
        Self { name: None, reference: Err(failure) }
    }
}

/// The images in the order given. Standard input is read while earlier images are already being answered.
pub(super) fn all(arguments: Vec<String>, input: Input) -> Result<impl Stream<Item = ImageArg>, Failure> {
    if arguments.iter().filter(|argument| *argument == "-").count() > 1 {
        return Err(Failure::new(
            FailureKind::Usage,
            "Standard input was asked for twice",
            "It can be read once: give one `-`.",
        ));
    }
    let alone = arguments.len() == 1;
    let mut input = Some(input);
    Ok(stream::iter(arguments).flat_map(move |argument| match (&*argument, input.take()) {
        ("-", Some(reader)) => lines(reader).left_stream(),
        (_, untouched) => {
            input = untouched;
            let mut image = ImageArg::read(&argument);
            if alone {
                image.name = None;
            }
            stream::iter([image]).right_stream()
        }
    }))
}

/// The images of a command that takes one IMAGE; `-` is a line of standard input each. That there are none is a failure:
/// a command that does something with an image would else be silent, as if it had done it.
pub(super) fn one_or_lines(image: String, input: Input) -> Result<impl Stream<Item = ImageArg>, Failure> {
    let none = Rc::new(Cell::new(true));
    let seen = Rc::clone(&none);
    let images = all(vec![image], input)?.inspect(move |_| seen.set(false));
    let end = stream::once(async move { none.get() }).filter_map(async |none| none.then(ImageArg::missing));
    Ok(images.chain(end))
}

/// The images, once all are known, where there are no more than `most`.
pub(super) async fn at_most(most: usize, images: impl Stream<Item = ImageArg>) -> Option<Vec<ImageArg>> {
    let images: Vec<ImageArg> = images.take(most + 1).collect().await;
    (images.len() <= most).then_some(images)
}

/// The lines of standard input that are not blank, whatever stands in them, each with its number; at least one.
pub(super) fn numbered(input: Input) -> impl Iterator<Item = (usize, Result<String, Failure>)> {
    let (mut lines, mut none) = (Lines::new(input), true);
    iter::from_fn(move || {
        let line = lines.next().map(|line| line.text).or_else(|| none.then(|| Err(empty())));
        none = false;
        line.map(|text| (lines.number, text))
    })
}

/// The failure of a standard input that holds nothing.
fn empty() -> Failure {
    Failure::new(
        FailureKind::Usage,
        "Standard input is empty",
        "Write an image ID or a URL into it, or give it as an argument.",
    )
}

/// The lines of standard input that are not blank.
fn lines(input: Input) -> impl Stream<Item = ImageArg> {
    let (sender, mut receiver) = mpsc::channel(READ_AHEAD);
    // A thread of its own, not a runtime's: nobody waits for it at the end, and a keyboard may never send another line.
    let spawned = thread::Builder::new().name("standard input".to_owned()).spawn(move || {
        for line in Lines::new(input) {
            let image = match line.text {
                Ok(text) => ImageArg::read(&text),
                Err(failure) => ImageArg { name: line.name, reference: Err(failure) },
            };
            if sender.blocking_send(image).is_err() {
                break;
            }
        }
    });
    let failed = spawned.err().map(|error| {
        ImageArg::unreadable(
            "Standard input could not be read",
            format!("The system gave no thread: {error}."),
        )
    });
    stream::iter(failed).chain(stream::poll_fn(move |context| receiver.poll_recv(context)))
}

/// The lines that are not blank, until the end or the first that could not be read: what fails once, such as a folder,
/// may fail for ever.
struct Lines {
    input: Input,
    /// The number of the line that came last.
    number: usize,
    /// Whether a line that is not blank has come.
    begun: bool,
    failed: bool,
    /// Whether the line before ended with CR: an LF after it is part of the same end.
    after_cr: bool,
}

/// A line; or why it is none, and what of it can be shown.
struct Line {
    name: Option<String>,
    text: Result<String, Failure>,
}

impl Line {
    fn unread(what: &str, hint: String) -> Self {
        Self { name: None, text: Err(Failure::new(FailureKind::Usage, what, hint)) }
    }
}

impl Lines {
    fn new(input: Input) -> Self {
        Self { input, number: 0, begun: false, failed: false, after_cr: false }
    }
}

impl Iterator for Lines {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
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
                        let hint = format!("The system says: {error}.");
                        return Some(Line::unread("Standard input could not be read", hint));
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
                let taken = newline.unwrap_or(chunk.len());
                cut |= line.len() + taken > MAX_LINE;
                if !cut {
                    line.extend_from_slice(&chunk[..taken]);
                }
                ended = newline.is_some();
                self.after_cr = newline.is_some_and(|at| chunk[at] == b'\r');
                self.input.consume(taken + usize::from(ended));
            }
            if cut {
                let hint = format!(
                    "An image ID has 1024 characters at most, and no line over {MAX_LINE} bytes is read."
                );
                return Some(Line::unread("A line of standard input is too long", hint));
            }
            if self.number == 1 && is_utf_16(&line) {
                self.failed = true;
                let hint = "Write it as UTF-8. In PowerShell: `… | Out-File -Encoding utf8`.";
                return Some(Line::unread("Standard input is UTF-16", hint.to_owned()));
            }
            match String::from_utf8(line) {
                Ok(line) if url_finder::trim(&line).is_empty() => {}
                Ok(line) if !std::mem::replace(&mut self.begun, true) && is_table(&line) => {
                    self.failed = true;
                    return Some(Line::unread("Standard input is a table", TABLE.to_owned()));
                }
                Ok(line) => return Some(Line { name: None, text: Ok(line) }),
                Err(error) => {
                    let shown = sanitize::sanitize(&String::from_utf8_lossy(error.as_bytes())).into_owned();
                    let shown = width::cut_end(shown.trim(), 60).into_owned();
                    let hint = "Image IDs are UTF-8: look at how the list was written.";
                    let what = format!("“{shown}” is no text");
                    let failure = Failure::new(FailureKind::Usage, what, hint);
                    return Some(Line { name: Some(shown), text: Err(failure) });
                }
            }
        }
        None
    }
}

/// Whether the start of a text is UTF-16: it has the mark, or a zero byte in its first character.
fn is_utf_16(start: &[u8]) -> bool {
    let marked = start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]);
    marked || matches!(start, [0, one, ..] | [one, 0, ..] if *one != 0)
}

/// Whether a line is of a table, such as `cfimg list` prints: IDs and URLs hold no tab.
fn is_table(line: &str) -> bool {
    url_finder::trim(line).contains('\t')
}

fn refused(shown: &str, why: Refusal) -> Failure {
    let hint = why.to_string();
    Failure::new(FailureKind::Usage, format!("“{shown}” names no image"), hint)
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, Read as _};

    use super::*;
    use crate::commands::console::tests::run;

    /// A folder, or a disk that is gone.
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

    fn read(arguments: &[&str], input: &'static [u8]) -> Vec<String> {
        let arguments = arguments.iter().map(|&a| a.to_owned()).collect();
        let stream = all(arguments, Box::new(Cursor::new(input))).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime
            .block_on(stream.collect::<Vec<_>>())
            .into_iter()
            .map(|image| image.reference.map_or_else(|f| f.to_string(), |r| r.id.as_str().to_owned()))
            .collect()
    }

    #[test]
    fn standard_input_stands_where_its_dash_does() {
        assert_eq!(read(&["a", "-", "b"], b"one\n\n  \r\ntwo\r\nthree"), ["a", "one", "two", "three", "b"]);
        assert_eq!(read(&["-"], b"a\rb\r\r\nc\r"), ["a", "b", "c"]);
        assert_eq!(read(&["-"], b"\xef\xbb\xbfa\r\n\xef\xbb\xbf\r\n\"b c\"\n"), ["a", "b c"]);
        assert_eq!(read(&["-"], b""), [""; 0]);
        assert_eq!(read(&["-"], b"-\n"), ["-"], "inside, a dash is a name");
    }

    #[test]
    fn a_bad_line_loses_only_itself() {
        assert_eq!(
            read(&["-"], b"a\n\xff\xfe\n..\nb\n"),
            [
                "a",
                "“\u{fffd}\u{fffd}” is no text. Image IDs are UTF-8: look at how the list was written.",
                "“..” names no image. An image ID has no “.” or “..” between slashes.",
                "b"
            ]
        );
    }

    #[test]
    fn utf_16_is_refused_as_a_whole() {
        for input in [&b"\xff\xfea\0\n\0b\0\n\0"[..], b"\xfe\xff\0a\0\n", b"a\0\n\0b\0", b"\0a\0\n"] {
            let read: Vec<_> =
                Lines::new(Box::new(Cursor::new(input.to_vec()))).map(|line| line.text).collect();
            let kinds: Vec<_> = read.iter().map(|text| text.as_ref().err().map(|why| why.kind)).collect();
            assert_eq!(kinds, [Some(FailureKind::Usage)], "{read:?}");
        }
    }

    #[test]
    fn no_secret_is_in_a_name_or_an_error() {
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
    fn an_endless_line_is_not_kept() {
        static LONG: [u8; MAX_LINE * 3] = [b'x'; MAX_LINE * 3];
        let read = read(&["-", "after"], &LONG);
        assert!(read[0].starts_with("A line of standard input is too long"), "{}", read[0]);
        assert_eq!(read[1..], ["after"]);
    }

    #[test]
    fn what_cannot_be_read_is_told_once_and_ends_it() {
        let broken = Box::new(Cursor::new(b"a\n").chain(Broken));
        let lines: Vec<_> = Lines::new(broken).take(9).map(|line| line.text).collect();
        assert_eq!((lines.len(), lines[0].is_ok()), (2, true), "{lines:?}");
        assert!(
            lines[1].as_ref().is_err_and(|why| why.what == "Standard input could not be read"),
            "{lines:?}"
        );
    }

    #[test]
    fn standard_input_is_read_once() {
        let twice = all(vec!["-".into(), "-".into()], Box::new(Cursor::new(b"")));
        assert_eq!(twice.err().map(|failure| failure.kind), Some(FailureKind::Usage));
    }

    #[test]
    fn one_image_or_those_of_standard_input() {
        let read = |argument: &str, input: &'static str| {
            run(one_or_lines(argument.to_owned(), Box::new(Cursor::new(input))).unwrap().collect::<Vec<_>>())
                .into_iter()
                .map(|image| image.reference.map_or_else(|f| f.to_string(), |r| r.id.as_str().to_owned()))
                .collect::<Vec<_>>()
        };
        assert_eq!(read("a", "b"), ["a"]);
        assert_eq!(
            read("-", "\nb\n..\nc"),
            ["b", "“..” names no image. An image ID has no “.” or “..” between slashes.", "c"]
        );
        for nothing in ["", "\n \n"] {
            let read_lines = read("-", nothing);
            assert!(
                read_lines.len() == 1 && read_lines[0].starts_with("Standard input is empty. "),
                "{read_lines:?}"
            );
        }
    }

    #[test]
    fn lines_have_their_numbers() {
        let read = |input: &'static [u8]| {
            let input = Box::new(Cursor::new(input).chain(Broken).take(20));
            let short = |failure: Failure| failure.what;
            numbered(input).map(|(at, text)| (at, text.map_err(short))).take(9).collect::<Vec<_>>()
        };
        let text = |text: &str| Ok(text.to_owned());
        let failed = |why: &str| Err(why.to_owned());
        let end = "Standard input could not be read";
        assert_eq!(read(b"\na\n \nb"), [(2, text("a")), (4, failed(end))]);
        assert_eq!(
            read(b"a\n\xff\nb\n"),
            [(1, text("a")), (2, failed("“\u{fffd}” is no text")), (3, text("b")), (4, failed(end))]
        );
        let long = [&vec![b'x'; MAX_LINE + 1][..], b"\nb"].concat();
        let read_lines: Vec<_> =
            numbered(Box::new(Cursor::new(long))).map(|(at, text)| (at, text.ok())).collect();
        assert_eq!(read_lines, [(1, None), (2, Some("b".to_owned()))], "a long line is one line");
        let nothing: Vec<_> = numbered(Box::new(Cursor::new(b"\n "))).collect();
        assert!(matches!(&nothing[..], [(_, Err(failure))] if failure.what == "Standard input is empty"));
    }

    #[test]
    fn table_on_standard_input_is_refused_whole() {
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
        assert_eq!(read(b"\ta\t\r\nc\n"), 2, "around a line it is white space");
        assert_eq!(read(b"a\nb\tc\nd\n"), 3, "after the first line, a line loses only itself");
    }

    #[test]
    fn an_empty_argument_says_so() {
        for text in ["", "  ", "\t"] {
            let failure = ImageArg::read(text).reference.unwrap_err();
            assert_eq!(failure.kind, FailureKind::Usage);
            assert!(failure.to_string().starts_with("This IMAGE is empty. Give an image ID"), "{failure}");
        }
    }

    #[test]
    fn so_many_and_no_more() {
        let some =
            |most| run(at_most(most, stream::iter(["a", "b"].map(ImageArg::read)))).map(|some| some.len());
        assert_eq!([some(1), some(2), some(3)], [None, Some(2), Some(2)]);
    }
}
