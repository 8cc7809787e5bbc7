//! Suspending to the shell and resuming.

use rustix::process::{Signal, kill_process};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use vt100::Screen;

use super::mouse::is_captured;
use super::pty::{self, Pty, command};

const CFIMG: &str = env!("CARGO_BIN_EXE_cfimg");

/// Starts the program from a shell, suspends it with `stop` twice, and resumes it with `fg`. Returns the
/// shell's screen while the program was suspended.
fn suspend_and_resume(program: &str, stop: impl Fn(&Pty)) -> String {
    let mut shell = command("sh");
    shell.args(["-i"]);
    shell.env("PS1", "READY> ");
    let pty = Pty::start(shell);
    pty.shows("READY>");
    for round in 0..2 {
        pty.press(if round == 0 { format!("{program}\r") } else { "fg\r".to_owned() });
        pty.until(Screen::alternate_screen);
        pty.shown();
        pty.until(|screen| screen.bracketed_paste() && is_captured(screen));
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
    pty.shows("Type to search");
    pty.press("\x03");
    let screen =
        pty.until(|screen| !screen.alternate_screen() && screen.contents().trim_end().ends_with("READY>"));
    assert_eq!(screen.matches("READY>").count(), 4, "the shell's output is still there:\n{screen}");
    pty.press("exit $?\r");
    assert_eq!(pty.end().0, 0);
    stopped
}

#[test]
fn ctrl_z_suspends_and_fg_resumes() {
    let output = suspend_and_resume(&format!("{CFIMG} demo"), |pty| pty.press("\x1a"));
    // If the shell is run by sudo, sudo resumes a program that was stopped for writing from the background.
    assert!(output.contains("Stopped") && !output.contains("tty output"), "{output}");
}

#[test]
fn sigtstp_suspends_and_fg_resumes() {
    suspend_and_resume(&format!("{CFIMG} demo"), |pty| {
        kill_process(pty.foreground(), Signal::TSTP).expect("the program runs");
    });
}

#[cfg(target_os = "linux")]
#[test]
fn ctrl_z_stops_the_whole_process_group() {
    suspend_and_resume(&format!("sh -c '{CFIMG} demo; exit $?'"), |pty| {
        let group = pty.foreground();
        pty.press("\x1a");
        // The shell continues as soon as the script is stopped. What is typed then might still be read by the
        // program.
        pty::until(|| states(group) == "TT");
    });
}

/// The states of a process group's members, as the kernel shows them: `T` means stopped.
#[cfg(target_os = "linux")]
fn states(group: rustix::process::Pid) -> String {
    let state = |process: &std::fs::DirEntry| {
        let output = std::fs::read_to_string(process.path().join("stat")).ok()?;
        // The name in parentheses may hold anything. After it come state, parent and group.
        let mut fields = output.rsplit(')').next()?.split_whitespace();
        let state = fields.next()?.to_owned();
        (fields.nth(1)?.parse() == Ok(group.as_raw_pid())).then_some(state)
    };
    let all = std::fs::read_dir("/proc").expect("Linux tells of its processes").flatten();
    all.filter_map(|process| state(&process)).collect()
}

#[test]
fn screen_is_redrawn_after_sigstop_and_sigcont() {
    let pty = Pty::demo();
    pty.signal(Signal::STOP);
    // Meanwhile the shell sets up its own terminal modes, and other programs write to the screen.
    let mut modes = tcgetattr(pty.shell()).expect("it is a terminal");
    modes.local_modes |= LocalModes::ICANON | LocalModes::ECHO | LocalModes::ISIG;
    tcsetattr(pty.shell(), OptionalActions::Now, &modes).expect("it is a terminal");
    pty.reset();
    pty.signal(Signal::CONT);
    pty.shown();
    pty.until(|screen| screen.alternate_screen() && screen.bracketed_paste() && screen.hide_cursor());
    pty.until(is_captured);
    // The key works without Enter, so raw mode is back.
    pty.press("?");
    pty.shows("Type to search");
    pty.press("\x03");
    assert_eq!(pty.end(), (0, String::new()));
}

#[test]
fn suspend_without_job_control_only_redraws() {
    let pty = Pty::demo();
    let stops: [fn(&Pty); 2] = [|pty| pty.press("\x1a"), |pty| pty.signal(Signal::TSTP)];
    for (times, stop) in (1..).zip(stops) {
        stop(&pty);
        // If the screen was not cleared, tmux may put its lines above the shell's.
        pty.wrote("\x1b[2J\x1b[?1049l", times);
        pty.wrote("\x1b[?1049h", times + 1);
        pty.shown();
    }
    pty.press("?");
    pty.shows("Type to search");
    pty.press("\x03");
    assert_eq!(pty.end(), (0, String::new()));
}

#[test]
fn ctrl_l_redraws_the_screen() {
    let pty = Pty::demo();
    pty.reset();
    pty.press("\x0c");
    pty.shown();
    pty.press("q");
    assert_eq!(pty.end().0, 0);
}
