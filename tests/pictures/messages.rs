//! The texts of errors, notes and detected graphics. Other tests assert on the values.

use std::fmt::Write as _;

use cfimg::domain::PictureChoice;
use cfimg::picture::{Format, Note, PictureError, Resource};
use cfimg::terminal::{Detection, TerminalEnv, TerminalResponse};

use super::refused;

#[test]
fn error_and_note_messages() {
    let format = Format::Png;
    let reason = || "a reason".to_owned();
    let mut all = String::new();
    for error in [
        PictureError::Empty,
        PictureError::Unsupported { format: Format::Heic },
        PictureError::UnsupportedFeature { format: Format::Jpeg, feature: "lossless coding" },
        PictureError::Still { format },
        PictureError::Cut { format },
        PictureError::TooLong { format, width: 60_000, height: 50_000, limit: 12_000 },
        PictureError::TooLarge {
            format,
            width: 12_000,
            height: 12_000,
            needs: 12_000 * 12_000 * 4,
            limit: 192 << 20,
        },
        PictureError::NoPixels { format, width: 0, height: 7 },
        PictureError::Damaged { format, reason: reason() },
        PictureError::TooExpensive { format: Format::Svg, resource: Resource::Memory },
        PictureError::TooExpensive { format: Format::Svg, resource: Resource::Text },
        PictureError::TooExpensive { format: Format::Svg, resource: Resource::Time },
        PictureError::NoProcess { format, reason: reason() },
        PictureError::Cancelled,
        PictureError::Unencodable { protocol: "sixel", reason: reason() },
    ] {
        let failure = error.failure();
        assert!(!failure.what.contains(". "), "the advice is in the hint: {failure}");
        writeln!(all, "{failure}").unwrap();
    }
    for bytes in [
        &b"<!DOCTYPE html><html><body>Sign in</body></html>"[..],
        b"<?xml version=\"1.0\"?><Error/>",
        b"{\"success\":false}",
        b"ERROR 9425: Image not found\n",
        b"bad \x1b[31m",
        b"   \n",
        b"PK\x03\x04",
        b"\x1f\x8b",
    ] {
        writeln!(all, "{}", refused(bytes).failure()).unwrap();
    }
    for note in [
        Note::LinkedPictures(1),
        Note::LinkedPictures(2),
        Note::FirstFrame,
        Note::ProfileIgnored,
        Note::Incomplete,
        Note::Damaged,
        Note::NoFont,
    ] {
        writeln!(all, "{note}").unwrap();
    }
    insta::assert_snapshot!("messages", all);
}

/// The reason for the graphics of a terminal with this name and these DA1 attributes.
fn why(env: &TerminalEnv, choice: PictureChoice, name: Option<&str>, attributes: Option<&[u16]>) -> String {
    let (mut detection, _) = Detection::start(env, choice);
    if let Some(name) = name {
        detection.answer(TerminalResponse::Version(name.to_owned()));
    }
    if let Some(attributes) = attributes {
        detection.answer(TerminalResponse::Attributes(attributes.to_vec()));
    }
    _ = detection.give_up();
    detection.finished().expect("it has given up").why
}

#[test]
fn reasons_for_graphics() {
    let xterm = TerminalEnv { term: "xterm-256color".to_owned(), can_query: true, ..TerminalEnv::default() };
    let tmux = TerminalEnv { tmux: true, ..xterm.clone() };
    let blocked = TerminalEnv { passthrough: Some(false), ..tmux.clone() };
    let screen = TerminalEnv { screen: true, ..xterm.clone() };
    let kitty = TerminalEnv { term: "xterm-kitty".to_owned(), ..xterm.clone() };
    let unknown = TerminalEnv { term: String::new(), ..xterm.clone() };
    let dumb = TerminalEnv { term: "dumb".to_owned(), ..xterm.clone() };
    let mut all = String::new();
    for (env, name, attributes) in [
        (&xterm, None, None),
        (&unknown, None, None),
        (&dumb, None, None),
        (&xterm, Some("kitty(0.41.1)"), Some(&[][..])),
        (&xterm, Some("kitty(0.26.5)"), Some(&[])),
        (&kitty, None, Some(&[])),
        (&xterm, Some("ghostty 1.2.0"), Some(&[22])),
        (&xterm, Some("iTerm2 3.5.0"), Some(&[4])),
        (&xterm, Some("Konsole 25.04.2"), Some(&[4])),
        (&xterm, Some("xterm.js(6.0.0)"), Some(&[4])),
        (&xterm, Some("contour 0.4.3"), Some(&[4])),
        (&xterm, Some("foot(1.21.0)"), Some(&[4])),
        (&xterm, Some("XTerm(379)"), Some(&[])),
        (&tmux, Some("kitty(0.41.1)"), Some(&[2])),
        (&tmux, None, Some(&[4])),
        (&tmux, None, Some(&[2])),
        (&blocked, Some("kitty(0.41.1)"), Some(&[2])),
        (&screen, Some("kitty(0.41.1)"), Some(&[2])),
    ] {
        writeln!(all, "{}", why(env, PictureChoice::Auto, name, attributes)).unwrap();
    }
    for choice in [
        PictureChoice::Kitty,
        PictureChoice::Sixel,
        PictureChoice::Iterm2,
        PictureChoice::Halfblocks,
        PictureChoice::Off,
    ] {
        writeln!(all, "{}", why(&xterm, choice, None, None)).unwrap();
    }
    insta::assert_snapshot!("graphics", all);
}
