//! However the program ends, the terminal is restored for the shell.

use std::fs::File;
use std::io::Write as _;
use std::net::TcpListener;
use std::process::{Command, Stdio};

use cfimg::terminal::{Guard, Tty as _, print_panics_after};
use portable_pty::CommandBuilder;
use rustix::process::Signal;

use super::pty::{Pty, cfimg, command};

#[test]
fn quitting_restores_the_terminal() {
    for keys in ["q", "\x03", "i\x03", "?\x1bq", "?\x03"] {
        let pty = Pty::demo();
        pty.press(keys);
        assert_eq!(pty.end(), (0, String::new()), "{keys:?}");
    }
}

#[test]
fn signals_restore_the_terminal() {
    // QUIT kills the process, which then has no exit code; portable_pty gives 1.
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129), (Signal::QUIT, 1)] {
        let pty = Pty::demo();
        pty.signal(signal);
        assert_eq!(pty.end(), (code, String::new()), "{signal:?}");
    }
}

#[test]
fn terminal_is_restored_after_sigkill() {
    for signal in [Signal::KILL, Signal::ABORT, Signal::USR1, Signal::ALARM] {
        let pty = Pty::demo();
        pty.signal(signal);
        // Another process restores the terminal, shortly after.
        pty.until(|screen| !screen.alternate_screen() && !screen.hide_cursor());
        assert_eq!(pty.end(), (1, String::new()), "{signal:?}");
    }
}

#[test]
fn unread_terminal_does_not_delay_exit() {
    type End<'a> = (&'a dyn Fn(&Pty), u32);

    let signalled = |signal| move |pty: &Pty| pty.signal(signal);
    let pressed = |keys: &'static str| move |pty: &Pty| pty.press(keys);
    let ends: [End<'_>; 6] = [
        (&signalled(Signal::TERM), 143),
        (&signalled(Signal::HUP), 129),
        (&signalled(Signal::INT), 130),
        (&pressed("q"), 0),
        // Drawing blocks before the second key is read.
        (&pressed("?\x03"), 0),
        (
            &|pty| {
                pty.press("?");
                pty.signal(Signal::TERM);
            },
            143,
        ),
    ];
    for (number, (end, code)) in ends.into_iter().enumerate() {
        assert_eq!(Pty::demo().end_unread(end), code, "way {number}");
    }
}

#[test]
fn signal_during_startup_restores_the_terminal() {
    for _ in 0..5 {
        let pty = Pty::start(cfimg(&["demo"]));
        pty.until(vt100::Screen::alternate_screen);
        pty.signal(Signal::TERM);
        assert_eq!(pty.end(), (143, String::new()));
    }
}

#[test]
fn closed_terminal_with_sighup_exits_with_129() {
    assert_eq!(Pty::demo().hang_up(), 129);
}

#[test]
fn closed_terminal_without_sighup_exits_with_129() {
    let mut command = cfimg(&["demo"]);
    // Without a controlling terminal no HUP is sent, as under `nohup` or `sudo`.
    command.set_controlling_tty(false);
    let pty = Pty::start(command);
    pty.shown();
    assert_eq!(pty.hang_up(), 129);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the child reports that it has started")]
fn guard_detects_a_closed_terminal() {
    const CHILD: &str = "CFIMG_TEST_IS_CLOSED_UPON";
    if std::env::var_os(CHILD).is_some() {
        let guard = Guard::enter().expect("a terminal");
        let before = guard.is_gone();
        std::io::Write::write_all(&mut std::io::stdout(), b"here\n").expect("a terminal");
        // Reading gives an end or an error.
        _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(if !before && guard.is_gone() { 42 } else { 1 });
    }
    let mut command = ourselves("exit::guard_detects_a_closed_terminal");
    command.set_controlling_tty(false);
    command.env(CHILD, "1");
    let pty = Pty::start(command);
    pty.until(|screen| screen.contents().contains("here"));
    assert_eq!(pty.hang_up(), 42);
}

#[test]
fn failed_start_writes_no_sequence() {
    const CHILD: &str = "CFIMG_TEST_CANNOT_START";
    if std::env::var_os(CHILD).is_some() {
        Guard::enter().expect_err("there is nothing to read keys from");
        return;
    }
    let ourselves = std::env::current_exe().expect("we are a file");
    let name = "exit::failed_start_writes_no_sequence";
    let mut command = command("sh");
    // Without a controlling terminal, standard input has no substitute.
    command.set_controlling_tty(false);
    command.args(["-c", r#"exec "$0" --exact "$1" --color never < /dev/null"#]);
    command.args([ourselves.as_os_str(), name.as_ref()]);
    command.env(CHILD, "1");
    let pty = Pty::start(command);
    let screen = pty.shows("1 passed");
    assert!(!pty.raw().contains(&0x1b), "no sequence was written: {screen}");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn error_before_start_writes_no_sequence() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("it is bound").port().to_string();
    let pty = Pty::start(cfimg(&["demo", "--port", &port, "--color", "never"]));
    let screen = pty.shows(&port);
    assert!(!pty.raw().contains(&0x1b), "no sequence was written: {screen}");
    assert_eq!(pty.end().0, 1);
}

#[test]
fn panic_is_printed_after_restoring_the_terminal() {
    const CHILD: &str = "CFIMG_TEST_PANICS";
    if std::env::var_os(CHILD).is_some() {
        // This process plays the program in the terminal. Its guard and panic hook are tested.
        let result = print_panics_after(&mut stderr(), || {
            let guard = Guard::enter().expect("a terminal");
            let mut terminal = guard.terminal().expect("a terminal");
            terminal.draw(|frame| frame.render_widget("drawn on top", frame.area())).expect("a terminal");
            std::thread::spawn(|| panic!("in a thread")).join().expect_err("it panics");
            panic!("the sky falls\n\x1b]0;owned\x07\u{202e}");
        });
        std::process::exit(if result.is_err() { 101 } else { 0 });
    }
    let mut command = ourselves("exit::panic_is_printed_after_restoring_the_terminal");
    command.env(CHILD, "1");
    let pty = Pty::start(command);
    // Without an alternate screen, as on Linux's console, leaving it does not reset the style.
    pty.wrote("\x1b[0m\x1b[?2004l", 1);
    let (code, screen) = pty.end();
    assert_eq!(code, 101);
    // A panic message may quote text from the network.
    for words in ["Please report this", "in a thread", "the sky falls", "exit.rs", "␛]0;owned␇⟨U+202E⟩"]
    {
        assert!(screen.contains(words), "{words}:\n{screen}");
    }
    assert!(!screen.contains("drawn on top"), "{screen}");
    let staircase = screen.lines().filter(|line| line.starts_with("          ")).count();
    assert_eq!(staircase, 0, "lines start at the left again:\n{screen}");
}

#[test]
fn missing_terminal_is_a_usage_error() {
    let run = |stdin: Stdio, stdout: Stdio| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_cfimg"));
        program.args(["demo", "--color", "never"]).env_clear().stdin(stdin).stdout(stdout);
        program.output().expect("the program starts")
    };
    let terminal = Pty::start(command("cat"));
    let keys = || Stdio::from(File::try_clone(terminal.shell()).expect("it can be shared"));
    for (stdin, stdout, named) in [
        (Stdio::null(), Stdio::piped(), "Standard input"),
        (Stdio::null(), keys(), "Standard input"),
        (keys(), Stdio::piped(), "Standard output"),
    ] {
        let output = run(stdin, stdout);
        let message = String::from_utf8_lossy(&output.stderr);
        assert!(message.contains(named) && message.contains("cfimg show"), "{message}");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert!(!message.contains('\x1b'), "{message}");
    }
    terminal.press("\x04");
    assert_eq!(terminal.end(), (0, String::new()), "nothing was written to the terminal");
}

/// Starts one test of this test binary, which plays the program in the terminal.
pub(super) fn ourselves(test: &str) -> CommandBuilder {
    let ourselves = std::env::current_exe().expect("we are a file");
    let mut command = command(ourselves.to_str().expect("its name is UTF-8"));
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]);
    command
}

#[expect(clippy::disallowed_methods, reason = "the child plays `main`, which owns standard error")]
fn stderr() -> impl std::io::Write {
    let mut stderr = std::io::stderr();
    _ = stderr.flush();
    stderr
}
