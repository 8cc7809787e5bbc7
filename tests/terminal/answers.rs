//! The terminal is asked what it can draw, and nobody notices.

use std::fs;
use std::time::Duration;

use portable_pty::CommandBuilder;
use tempfile::TempDir;

use super::pty::{Pty, cfimg};

const FENCE: &str = "\x1b[c";

/// What kitty answers, and more that no one asked for.
const KITTY: &str = "\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.41.1)\x1b\\\x1b[6;19;10t\x1b[4;570;1000t\x1b[?62;c\x1b[?1;0;1024S\x1b]11;rgb:0/0/0\x1b\\";

fn logged(arguments: &[&str]) -> (TempDir, CommandBuilder) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = cfimg(&["demo", "--log"]);
    command.arg(folder.path().join("log"));
    command.args(arguments);
    (folder, command)
}

/// Waits until the terminal has had its time. Only the log tells.
fn wait_for_timeout(pty: &Pty, folder: &TempDir) {
    let has_timed_out =
        || fs::read_to_string(folder.path().join("log")).unwrap_or_default().contains("in time");
    let waited = (0..400).any(|_| {
        pty.writes_within(Duration::from_millis(50));
        has_timed_out()
    });
    assert!(waited, "it waits for ever");
}

/// Ends the program with what was typed still in Image, and returns what its log says.
fn end(pty: Pty, folder: &TempDir) -> String {
    let (log, left) = ended(pty, folder);
    assert_eq!(left, "", "no character is left on the screen");
    log
}

/// Also returns what is left on the screen.
fn ended(pty: Pty, folder: &TempDir) -> (String, String) {
    pty.press("\x03");
    assert_eq!(pty.other(), Vec::<String>::new());
    let (code, left) = pty.end();
    assert_eq!(code, 0);
    (fs::read_to_string(folder.path().join("log")).expect("a log"), left)
}

#[test]
fn a_terminal_that_answers_at_once_says_what_it_draws() {
    let (folder, command) = logged(&[]);
    let pty = Pty::start(command);
    pty.wrote(FENCE, 1);
    pty.press(KITTY);
    pty.press("i\x15typed");
    pty.until(|screen| screen.contents().lines().any(|line| line.contains("typed ")));
    let log = end(pty, &folder);
    assert!(log.contains("kitty(0.41.1) draws kitty's graphics."), "{log}");
    assert!(log.contains("Some((10, 19))"), "{log}");
}

#[test]
fn a_terminal_that_never_answers_takes_no_key() {
    let (folder, command) = logged(&[]);
    let pty = Pty::start(command);
    // Before the first frame, before the question, and while an answer is awaited.
    pty.press("i be");
    pty.wrote("\x1b[?1049h", 1);
    pty.press("fo");
    pty.wrote(FENCE, 1);
    pty.press("re and dur");
    pty.shows("before and dur");
    pty.press("ing");
    pty.shows("before and during ");
    wait_for_timeout(&pty, &folder);
    pty.wait_for_output(|output| output.queries == [">0q", " 16t", " 14t", " 0c"]);
    let (log, left) = ended(pty, &folder);
    assert!(
        left == "i be" || left.is_empty(),
        "the kernel shows what is typed before there is a program: {left}"
    );
    assert!(log.contains("Half-blocks: the terminal did not answer in time."), "{log}");
}

#[test]
fn an_answer_that_is_late_and_in_parts_is_no_key() {
    let (folder, command) = logged(&[]);
    let pty = Pty::start(command);
    pty.wrote(FENCE, 1);
    pty.press("i\x15");
    wait_for_timeout(&pty, &folder);
    pty.press("a");
    for part in KITTY.as_bytes().chunks(7) {
        pty.press(part);
    }
    pty.press("b");
    pty.shows("ab ");
    let log = end(pty, &folder);
    assert!(log.contains("did not answer in time"), "{log}");
    assert!(log.contains("kitty(0.41.1) draws kitty's graphics."), "and it counts all the same: {log}");
}

#[test]
fn a_terminal_that_would_print_the_question_is_not_asked() {
    for (term, option) in [("linux", "auto"), ("xterm-256color", "halfblocks"), ("xterm-256color", "off")] {
        let (folder, mut command) = logged(&["--picture", option]);
        command.env("TERM", term);
        let pty = Pty::start(command);
        pty.shown();
        pty.press("i\x15typed");
        pty.shows("typed ");
        pty.wait_for_output(|output| output.queries.is_empty());
        let log = end(pty, &folder);
        assert!(log.contains(if option == "off" { "Pictures are off" } else { "lf-blocks" }), "{log}");
    }
}

#[test]
fn a_choice_that_is_none_is_refused() {
    let mut command = cfimg(&["demo", "--color", "never"]);
    command.env("CFIMG_PICTURE", "sixels");
    let pty = Pty::start(command);
    pty.shows("CFIMG_PICTURE");
    assert_eq!(pty.end().0, 2);
}
