//! Going to the shell and coming back.

use rustix::process::Signal;
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use vt100::Screen;

use super::pty::{Pty, command};

#[test]
fn ctrl_z_gives_the_shell_its_terminal_and_fg_comes_back_whole() {
    let mut shell = command("sh");
    shell.args(["-i"]);
    shell.env("PS1", "READY> ");
    let pty = Pty::start(shell);
    pty.shows("READY>");
    for round in 0..2 {
        let start =
            if round == 0 { format!("{} demo\r", env!("CARGO_BIN_EXE_cfimg")) } else { "fg\r".to_owned() };
        pty.press(start);
        pty.until(Screen::alternate_screen);
        pty.shown();
        pty.until(Screen::bracketed_paste);
        pty.press("\x1a");
        let prompts = round + 2;
        pty.until(|screen| {
            !screen.alternate_screen() && screen.contents().matches("READY>").count() == prompts
        });
        pty.assert_clean();
    }
    pty.press("fg\r");
    pty.until(Screen::alternate_screen);
    pty.shown();
    pty.press("?");
    pty.shows("every key");
    pty.press("q");
    let screen =
        pty.until(|screen| !screen.alternate_screen() && screen.contents().trim_end().ends_with("READY>"));
    assert_eq!(screen.matches("READY>").count(), 4, "what the shell wrote is still there:\n{screen}");
    pty.press("exit $?\r");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn stopped_from_outside_it_comes_back_whole() {
    let pty = Pty::demo();
    pty.signal(Signal::STOP);
    // Meanwhile the shell sets the terminal up for itself, and others use it.
    let mut modes = tcgetattr(pty.shell()).expect("it is a terminal");
    modes.local_modes |= LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
    tcsetattr(pty.shell(), OptionalActions::Now, &modes).expect("it is a terminal");
    pty.reset();
    pty.signal(Signal::CONT);
    pty.shown();
    pty.until(|screen| screen.alternate_screen() && screen.bracketed_paste() && screen.hide_cursor());
    // No Enter is needed, so the keys come one by one again.
    pty.press("?");
    pty.shows("every key");
    pty.press("q");
    assert_eq!(pty.end(), (0, String::new()));
}

#[test]
fn ctrl_z_where_no_shell_watches_stops_nothing() {
    let pty = Pty::demo();
    pty.press("\x1a");
    // tmux may put lines of a screen that was not cleared above the shell's.
    pty.wrote("\x1b[2J\x1b[?1049l", 1);
    pty.wrote("\x1b[?1049h", 2);
    pty.shown();
    pty.press("?");
    pty.shows("every key");
    pty.press("q");
    assert_eq!(pty.end(), (0, String::new()));
}

#[test]
fn ctrl_l_mends_the_screen() {
    let pty = Pty::demo();
    pty.reset();
    pty.press("\x0c");
    pty.shown();
    pty.press("q");
    assert_eq!(pty.end().0, 0);
}
