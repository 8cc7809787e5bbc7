//! Going to the shell and coming back.

use rustix::process::{Signal, kill_process};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use vt100::Screen;

use super::pty::{self, Pty, command};

const CFIMG: &str = env!("CARGO_BIN_EXE_cfimg");

/// Has a shell start the program, has it stopped in this way, and comes back by `fg`. Returns what the shell had on the
/// screen meanwhile.
fn comes_back(program: &str, stop: impl Fn(&Pty)) -> String {
    let mut shell = command("sh");
    shell.args(["-i"]);
    shell.env("PS1", "READY> ");
    let pty = Pty::start(shell);
    pty.shows("READY>");
    for round in 0..2 {
        pty.press(if round == 0 { format!("{program}\r") } else { "fg\r".to_owned() });
        pty.until(Screen::alternate_screen);
        pty.shown();
        pty.until(Screen::bracketed_paste);
        stop(&pty);
        let prompts = round + 2;
        pty.until(|screen| {
            !screen.alternate_screen() && screen.contents().matches("READY>").count() == prompts
        });
        pty.assert_clean();
    }
    let stopped = pty.text();
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
    stopped
}

#[test]
fn ctrl_z_gives_the_shell_its_terminal_and_fg_comes_back_whole() {
    let output = comes_back(&format!("{CFIMG} demo"), |pty| pty.press("\x1a"));
    // Where sudo is the shell, it sends a program on that was stopped for writing from the background.
    assert!(output.contains("Stopped") && !output.contains("tty output"), "{output}");
}

#[test]
fn so_does_the_signal_from_outside() {
    comes_back(&format!("{CFIMG} demo"), |pty| {
        kill_process(pty.foreground(), Signal::TSTP).expect("the program runs");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn a_script_around_it_is_stopped_with_it() {
    comes_back(&format!("sh -c '{CFIMG} demo; exit $?'"), |pty| {
        let group = pty.foreground();
        pty.press("\x1a");
        // The shell goes on as soon as the script is stopped. What is typed then might be read by the program still.
        pty::until(|| states(group) == "TT");
    });
}

/// What the processes of a group do, as the kernel tells: `T` where one is stopped.
#[cfg(target_os = "linux")]
fn states(group: rustix::process::Pid) -> String {
    let state = |process: &std::fs::DirEntry| {
        let output = std::fs::read_to_string(process.path().join("stat")).ok()?;
        // The name in parentheses may hold anything. After it come the state, the parent and the group.
        let mut fields = output.rsplit(')').next()?.split_whitespace();
        let state = fields.next()?.to_owned();
        (fields.nth(1)?.parse() == Ok(group.as_raw_pid())).then_some(state)
    };
    let all = std::fs::read_dir("/proc").expect("Linux tells of its processes").flatten();
    all.filter_map(|process| state(&process)).collect()
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
fn where_no_shell_watches_nothing_is_stopped() {
    let pty = Pty::demo();
    let ways: [fn(&Pty); 2] = [|pty| pty.press("\x1a"), |pty| pty.signal(Signal::TSTP)];
    for (times, stop) in (1..).zip(ways) {
        stop(&pty);
        // tmux may put lines of a screen that was not cleared above the shell's.
        pty.wrote("\x1b[2J\x1b[?1049l", times);
        pty.wrote("\x1b[?1049h", times + 1);
        pty.shown();
    }
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
