//! What the terminal is asked about the mouse, and that nothing of it is left on.

use std::fs;

use cfimg::terminal::{Guard, Tty as _, print_panics_after};
use rustix::process::Signal;
use vt100::{MouseProtocolEncoding, MouseProtocolMode, Screen};

use super::exit::ourselves;
use super::pty::{Pty, cfimg};

/// Whether presses, releases and the wheel are reported, but no motion.
pub(super) fn is_captured(screen: &Screen) -> bool {
    screen.mouse_protocol_mode() == MouseProtocolMode::PressRelease
        && screen.mouse_protocol_encoding() == MouseProtocolEncoding::Sgr
}

fn is_free(screen: &Screen) -> bool {
    screen.mouse_protocol_mode() == MouseProtocolMode::None
}

/// The demo, with its image shown and the mouse captured.
fn captured() -> Pty {
    let pty = Pty::demo();
    pty.until(is_captured);
    pty
}

fn wrote(pty: &Pty, sequence: &str) -> Option<usize> {
    String::from_utf8_lossy(&pty.raw()).find(sequence)
}

#[test]
fn click_on_a_hint_runs_its_key() {
    let pty = captured();
    let screen = pty.text();
    let (row, line) = screen.lines().enumerate().last().expect("a screen has lines");
    let (before, _) = line.split_once("? all keys").expect("the last line has hints");
    let (column, row) = (before.chars().count() + 1, row + 1);
    // A release, another button, motion, and damaged reports do nothing.
    for nothing in ["<0;{}m", "<2;{}M", "<35;{}M", "<0;{};1M", "<0;99999999999;{}M", "<0;{}"] {
        pty.press(format!("\x1b[{}", nothing.replace("{}", &format!("{column};{row}"))));
    }
    pty.press(format!("\x1b[<0;{column};{row}M"));
    pty.shows("Type to search");
    pty.press("\x03");
    assert_eq!(pty.end(), (0, String::new()));
}

#[test]
fn first_frame_comes_before_the_mouse_and_motion_is_never_asked_for() {
    let pty = captured();
    pty.press("\r\r\x1b?\x1bq");
    pty.until(|screen| !screen.alternate_screen() && is_free(screen));
    assert!(wrote(&pty, "demo").expect("the first frame") < wrote(&pty, "\x1b[?1000h").expect("the mouse"));
    for mode in ["1001", "1002", "1003", "1005", "1015", "1016"] {
        assert_eq!(wrote(&pty, mode), None, "{mode}");
    }
    assert_eq!(pty.end(), (0, String::new()));
}

#[test]
fn whole_url_releases_the_mouse() {
    let pty = captured();
    // Enter goes to the variants first.
    pty.press("\r\r");
    pty.until(is_free);
    pty.press("\x1b");
    pty.until(is_captured);
    pty.press("\r");
    pty.until(is_free);
    pty.signal(Signal::TERM);
    assert_eq!(pty.end(), (143, String::new()));
}

#[test]
fn mouse_is_released_however_the_program_ends() {
    let ends: [fn(&Pty); 5] = [
        |pty| pty.press("q"),
        |pty| pty.press("\x03"),
        |pty| pty.signal(Signal::TERM),
        |pty| pty.signal(Signal::HUP),
        // Another process releases it.
        |pty| {
            pty.signal(Signal::KILL);
            pty.until(|screen| !screen.alternate_screen() && !screen.hide_cursor());
        },
    ];
    for end in ends {
        let pty = captured();
        end(&pty);
        // It checks the modes.
        assert_eq!(pty.end().1, "");
    }
}

#[test]
fn panic_releases_the_mouse() {
    const CHILD: &str = "CFIMG_TEST_PANICS_WITH_MOUSE";
    if std::env::var_os(CHILD).is_some() {
        let result = print_panics_after(&mut std::io::sink(), || {
            let mut guard = Guard::enter().expect("a terminal");
            guard.capture_mouse(true).expect("a terminal");
            panic!("the sky falls");
        });
        std::process::exit(if result.is_err() { 101 } else { 0 });
    }
    let mut command = ourselves("mouse::panic_releases_the_mouse");
    command.env(CHILD, "1");
    let pty = Pty::start(command);
    pty.wrote("\x1b[?1000h", 1);
    assert_eq!(pty.end().0, 101);
}

#[test]
fn mouse_is_left_alone_if_turned_off() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = folder.path().join("config.toml");
    fs::write(&settings, "mouse = false").expect("a file");
    for (arguments, variable) in [
        (&["--no-mouse", "demo"][..], None),
        (&["demo", "--no-mouse"], None),
        (&["demo"], Some(("CFIMG_NO_MOUSE", "1".as_ref()))),
        (&["demo"], Some(("CFIMG_CONFIG", settings.as_os_str()))),
    ] {
        let mut command = cfimg(arguments);
        if let Some((name, value)) = variable {
            command.env(name, value);
        }
        let pty = Pty::start(command);
        pty.shown();
        pty.press("\r\r\x1bq");
        pty.until(|screen| !screen.alternate_screen() && !screen.hide_cursor());
        for mode in ["?1000", "?1006"] {
            assert_eq!(wrote(&pty, mode), None, "{arguments:?} {variable:?}");
        }
        assert_eq!(pty.end(), (0, String::new()));
    }
}
