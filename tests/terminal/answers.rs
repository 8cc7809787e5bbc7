//! The queries for the terminal's colours and graphics protocol, and their responses.

use std::fs;
use std::time::Duration;

use portable_pty::CommandBuilder;
use rustix::process::Signal;
use tempfile::TempDir;

use super::pty::{Pty, cfimg};

const FENCE: &str = "\x1b[c";

/// The responses of kitty, and others that were not queried.
const KITTY: &str = "\x1b_Gi=31;OK\x1b\\\x1bP>|kitty(0.41.1)\x1b\\\x1b[6;19;10t\x1b[4;570;1000t\x1b[?62;c\x1b[?1;0;1024S\x1b]10;rgb:f/f/f\x1b\\\x1b]11;rgb:0/0/0\x1b\\";

fn demo_with_log(arguments: &[&str]) -> (TempDir, CommandBuilder) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = cfimg(&["demo", "--log"]);
    command.arg(folder.path().join("log"));
    command.args(arguments);
    (folder, command)
}

/// Waits until the query has timed out, which only the log shows.
fn wait_for_timeout(pty: &Pty, folder: &TempDir) {
    let has_timed_out =
        || fs::read_to_string(folder.path().join("log")).unwrap_or_default().contains("in time");
    let waited = (0..400).any(|_| {
        pty.writes_within(Duration::from_millis(50));
        has_timed_out()
    });
    assert!(waited, "the query never times out");
}

/// Ends the program while text is in the Image pane. Returns the log.
fn end(pty: Pty, folder: &TempDir) -> String {
    let (log, left) = end_with_screen(pty, folder);
    assert_eq!(left, "", "no character is left on the screen");
    log
}

/// Also returns the text that is left on the screen.
fn end_with_screen(pty: Pty, folder: &TempDir) -> (String, String) {
    pty.press("\x03");
    assert_eq!(pty.other(), Vec::<String>::new());
    let (code, left) = pty.end();
    assert_eq!(code, 0);
    (fs::read_to_string(folder.path().join("log")).expect("a log"), left)
}

#[test]
fn terminal_response_selects_the_protocol() {
    let (folder, command) = demo_with_log(&[]);
    let pty = Pty::start(command);
    pty.wrote(FENCE, 1);
    pty.press(KITTY);
    pty.press("i\x15typed");
    pty.until(|screen| screen.contents().lines().any(|line| line.contains("typed ")));
    let log = end(pty, &folder);
    assert!(log.contains("kitty(0.41.1) supports kitty graphics."), "{log}");
    assert!(log.contains("Some((10, 19))"), "{log}");
}

#[test]
fn keys_typed_during_the_query_are_not_lost() {
    let (folder, command) = demo_with_log(&[]);
    let pty = Pty::start(command);
    // Before the first frame, before the query, and while a response is awaited.
    pty.press("i be");
    pty.wrote("\x1b[?1049h", 1);
    pty.press("fo");
    pty.wrote(FENCE, 1);
    pty.press("re and dur");
    pty.shows("before and dur");
    pty.press("ing");
    pty.shows("before and during ");
    wait_for_timeout(&pty, &folder);
    pty.wait_for_output(|output| {
        output.queries == ["10?", "11?", " 6n", "?0u", ">0q", " 16t", " 14t", " 0c"]
    });
    let (log, left) = end_with_screen(pty, &folder);
    assert!(
        left == "i be" || left.is_empty(),
        "the kernel echoes what is typed before the program starts: {left}"
    );
    assert!(log.contains("Half-blocks: the terminal didn't respond in time."), "{log}");
}

#[test]
fn late_split_response_is_not_read_as_keys() {
    let (folder, command) = demo_with_log(&[]);
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
    assert!(log.contains("didn't respond in time"), "{log}");
    assert!(log.contains("kitty(0.41.1) supports kitty graphics."), "a late response still counts: {log}");
}

#[test]
fn graphics_are_not_queried_without_need() {
    for (term, option) in [("linux", "auto"), ("xterm-256color", "halfblocks"), ("xterm-256color", "off")] {
        let (folder, mut command) = demo_with_log(&["--picture", option]);
        command.env("TERM", term);
        let pty = Pty::start(command);
        pty.shown();
        pty.press("i\x15typed");
        pty.shows("typed ");
        let queries = if term == "linux" { &[][..] } else { &["10?", "11?", " 6n", "?0u"] };
        pty.wait_for_output(|output| output.queries == queries);
        let log = end(pty, &folder);
        assert!(log.contains(if option == "off" { "Pictures are turned off" } else { "lf-blocks" }), "{log}");
    }
}

#[test]
fn invalid_variables_are_refused() {
    for (name, value) in [("CFIMG_PICTURE", "sixels"), ("CFIMG_THEME", "neon"), ("CFIMG_MARKS", "emoji")] {
        let mut command = cfimg(&["demo", "--color", "never"]);
        command.env(name, value);
        let pty = Pty::start(command);
        pty.shows(name);
        assert_eq!(pty.end().0, 2);
    }
}

/// The foreground of the access mark of the list's third image. The first one is selected.
fn mark_color(screen: &vt100::Screen) -> Option<vt100::Color> {
    Some(screen.cell(4, 3).filter(|cell| cell.contents() == "○")?.fgcolor())
}

#[test]
fn background_selects_the_colors() {
    for (background, expected) in [("rgb:0000/0000/0000", 114), ("rgb:ffff/ffff/ffff", 22)] {
        let pty = Pty::demo();
        pty.until(|screen| mark_color(screen) == Some(vt100::Color::Idx(28)));
        // In two parts, as over a slow connection.
        pty.press(format!("\x1b]11;{}", &background[..6]));
        pty.press(format!("{}\x1b\\", &background[6..]));
        pty.until(|screen| mark_color(screen) == Some(vt100::Color::Idx(expected)));
        pty.press("\x03");
        assert_eq!((pty.other(), pty.end().0), (Vec::new(), 0));
    }
}

#[test]
fn theme_without_colors_queries_no_background() {
    for (name, value) in [("NO_COLOR", "1"), ("CFIMG_THEME", "mono")] {
        let mut command = cfimg(&["demo"]);
        command.env(name, value);
        let pty = Pty::start(command);
        pty.shown();
        pty.wait_for_output(|output| output.queries == [" 6n", "?0u", ">0q", " 16t", " 14t", " 0c"]);
        pty.until(|screen| mark_color(screen) == Some(vt100::Color::Default));
        pty.press("\x03");
        assert_eq!(pty.end().0, 0);
    }
}

#[test]
fn wide_marks_become_ascii() {
    let pty = Pty::demo();
    pty.wait_for_output(|output| output.queries.contains(&" 6n".to_owned()));
    let measured = |screen: &vt100::Screen| screen.cell(1, 0).map(|cell| cell.contents().to_owned());
    pty.until(|screen| screen.contents().contains('○') && measured(screen).as_deref() != Some("●"));
    pty.press("\x1b[2;3R");
    pty.until(|screen| !screen.contents().contains(['○', '●']) && screen.contents().contains(" - PUBLIC "));
    pty.press("\x03");
    assert_eq!((pty.other(), pty.end().0), (Vec::new(), 0));
}

#[test]
fn marks_of_the_users_choice_are_not_measured() {
    for (marks, signs) in [("unicode", '○'), ("ascii", '-')] {
        let mut command = cfimg(&["demo"]);
        command.env("CFIMG_MARKS", marks);
        let pty = Pty::start(command);
        pty.until(|screen| screen.contents().contains(&format!(" {signs} PUBLIC ")));
        pty.wait_for_output(|output| output.queries == ["10?", "11?", "?0u", ">0q", " 16t", " 14t", " 0c"]);
        pty.press("\x03");
        assert_eq!(pty.end().0, 0);
    }
}

#[test]
fn keyboard_protocol_is_on_until_the_end_if_the_terminal_knows_it() {
    let ends: [fn(&Pty); 3] = [
        // Ctrl-C on a Russian layout.
        |pty| pty.press("\x1b[1089::99;5u"),
        |pty| pty.signal(Signal::TERM),
        // Another process turns it off.
        |pty| pty.signal(Signal::KILL),
    ];
    for end in ends {
        let pty = Pty::start(cfimg(&["demo"]));
        pty.wrote("\x1b[?u", 1);
        pty.shown();
        assert!(!String::from_utf8_lossy(&pty.raw()).contains("\x1b[>29u"), "it may not know it");
        pty.press("\x1b[?0u");
        pty.wrote("\x1b[>29u", 1);
        // In a text field, text comes as text.
        pty.press("\x1b[105::105;;105u");
        pty.wrote("\x1b[=5u", 1);
        pty.press("\x15н\x1b[1086;;1086u");
        pty.shows("но ");
        end(&pty);
        pty.wrote("\x1b[<u", 1);
        pty.until(|screen| !screen.alternate_screen());
    }
}

#[test]
fn keyboard_protocol_is_not_pushed_twice() {
    let pty = Pty::start(cfimg(&["demo"]));
    pty.wrote("\x1b[?u", 1);
    pty.press("\x1b[?0u");
    pty.wrote("\x1b[>29u", 1);
    // As after `fg`: nobody popped the flags.
    pty.signal(Signal::CONT);
    pty.wrote("\x1b[<u\x1b[>29u", 1);
    pty.press("q");
    pty.wrote("\x1b[<u", 2);
    assert_eq!(pty.end().0, 0);
}
