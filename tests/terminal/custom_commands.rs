//! Commands of the user, run by real shells.

use std::fs;
use std::path::Path;

use rustix::process::Signal;
use tempfile::TempDir;
use vt100::Screen;

use super::mouse::is_captured;
use super::pty::{self, Pty, cfimg, command};

/// The program, with a command on `E` in its settings.
fn start(folder: &TempDir, settings: &str) -> Pty {
    let path = folder.path().join("config.toml");
    fs::write(&path, format!("[commands.mine]\nkey = \"E\"\n{settings}\n")).expect("a file");
    let mut command = cfimg(&["demo"]);
    command.env("CFIMG_CONFIG", path);
    command.env("TMPDIR", folder.path());
    command.env("CLOUDFLARE_API_TOKEN", "canary-token");
    command.env("CF_API_KEY", "canary-key");
    command.env("OUT", folder.path());
    let pty = Pty::start(command);
    pty.shown();
    pty
}

/// The program in an interactive shell, with these settings.
fn start_in_shell(folder: &TempDir, settings: &str) -> Pty {
    let path = folder.path().join("config.toml");
    fs::write(&path, settings).expect("a file");
    let mut shell = command("sh");
    shell.args(["-i"]);
    shell.env("PS1", "READY> ");
    shell.env("CFIMG_CONFIG", path);
    let pty = Pty::start(shell);
    pty.shows("READY>");
    pty.press(format!("{} demo\r", env!("CARGO_BIN_EXE_cfimg")));
    pty.until(Screen::alternate_screen);
    pty.shown();
    pty
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Waits until the program has the terminal again, with all of its modes.
fn is_back(pty: &Pty) {
    pty.until(|screen| screen.alternate_screen() && screen.bracketed_paste() && is_captured(screen));
    pty.shown();
    pty.press("?");
    pty.shows("Type to search");
    pty.press("\x1b");
}

fn quit(pty: Pty) {
    pty.press("\x03");
    assert_eq!(pty.end().0, 0);
}

/// The folders of files that are left.
fn left(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("it is there").flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("cfimg-")).collect()
}

/// A file in the folder, once it has a whole line.
fn read(folder: &TempDir, name: &str) -> String {
    let text = || fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    pty::until(|| text().ends_with('\n'));
    text()
}

#[test]
fn command_gets_terminal_file_and_no_credentials() {
    let folder = folder();
    let settings = r#"shell = true
run = '''
env > "$OUT/env"; ls -ld "${CFIMG_FILE%/*}" > "$OUT/mode"; ls "${CFIMG_FILE%/*}" > "$OUT/name"
printf 'Say something: '; read -r line; echo "$line" > "$OUT/line"
'''"#;
    let pty = start(&folder, settings);
    pty.press("E");
    pty.until(|screen| !screen.alternate_screen() && screen.contents().ends_with("Say something: "));
    pty.press("hello\r");
    is_back(&pty);
    assert_eq!(read(&folder, "line"), "hello\n");
    assert_eq!(read(&folder, "name"), "picture.webp\n");
    assert!(read(&folder, "mode").starts_with("drwx------"));
    let env = read(&folder, "env");
    assert!(env.contains("CFIMG_FILE=") && !env.contains("canary") && !env.contains("CFIMG_URL"), "{env}");
    assert_eq!(left(folder.path()), [""; 0]);
    quit(pty);
}

#[test]
fn failure_is_shown_below_the_output_until_enter() {
    let folder = folder();
    let pty = start(&folder, "shell = true\nrun = 'echo some output; exit 3'");
    pty.press("E");
    let screen = pty.shows("mine failed (exit code 3). Press Enter to return.");
    assert!(screen.contains("some output\n"), "{screen}");
    pty.press("x\r");
    is_back(&pty);
    quit(pty);
}

#[test]
fn output_of_commands_is_kept_in_order() {
    let folder = folder();
    let pty = start(&folder, "shell = true\nrun = 'echo output of $$; exit 3'");
    for count in 1..=2 {
        pty.press("E");
        pty.until(|screen| {
            ["output of", "Press Enter"].iter().all(|text| screen.contents().matches(text).count() == count)
        });
        pty.press("\r");
        pty.until(Screen::alternate_screen);
    }
    pty.press("q");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn terminal_is_repaired_after_a_mess() {
    let folder = folder();
    let settings = r"shell = true
run = '''printf '\033[?1049h\033[?1002;1006h\033[?25l\033[31;7mred\033[3;5r\033[?1h\033=\033(0'; stty raw -echo -isig; kill -SEGV $$'''";
    let pty = start(&folder, settings);
    pty.press("E");
    pty.shows("mine failed (killed by SIGSEGV). Press Enter to return.");
    pty.assert_clean();
    pty.press("\r");
    is_back(&pty);
    quit(pty);
}

#[test]
fn ctrl_c_ends_only_the_command() {
    let folder = folder();
    let pty = start(&folder, "run = 'sleep 1000'");
    pty.press("E");
    pty.until(|screen| !screen.alternate_screen());
    pty::until(|| pty.foreground() != pty.pid());
    pty.press("\x03");
    pty.shows("mine failed (killed by SIGINT). Press Enter to return.");
    pty.press("\r");
    is_back(&pty);
    quit(pty);
}

#[test]
fn command_that_does_not_exist_is_named() {
    let folder = folder();
    let pty = start(&folder, "run = 'no-such-program {id}'");
    pty.press("E");
    pty.shows("Couldn't start mine (no-such-program). System error: No such file");
    is_back(&pty);
    quit(pty);
}

#[test]
fn background_command_runs_on_and_its_failure_is_a_notice() {
    let folder = folder();
    let settings = r#"background = true
shell = true
run = '''echo "$CFIMG_FILE" > "$OUT/file"; while [ ! -e "$OUT/go" ]; do sleep 0.02; done; echo first >&2; echo 'no display' >&2; exit 3'''"#;
    let pty = start(&folder, settings);
    pty.press("E");
    let file = read(&folder, "file");
    assert!(Path::new(file.trim()).exists());
    fs::write(folder.path().join("go"), "").expect("a file");
    pty.shows("mine failed (exit code 3): no display");
    assert_eq!(left(folder.path()), [""; 0]);
    for name in ["go", "file"] {
        fs::remove_file(folder.path().join(name)).expect("it is there");
    }
    // Another one outlives the program, and its folder goes with it.
    pty.press("E");
    let file = read(&folder, "file");
    quit(pty);
    assert!(Path::new(file.trim()).exists());
    fs::write(folder.path().join("go"), "").expect("a file");
    pty::until(|| left(folder.path()).is_empty());
}

#[test]
fn sigterm_ends_program_and_command() {
    let folder = folder();
    let pty =
        start(&folder, "shell = true\nrun = 'echo $$ > \"$OUT/pid\"; : \"$CFIMG_FILE\"; exec sleep 1000'");
    pty.press("E");
    read(&folder, "pid");
    pty.signal(Signal::TERM);
    assert_eq!(pty.end().0, 143);
    assert_eq!(left(folder.path()), [""; 0]);
}

#[test]
fn ctrl_z_in_a_command_suspends_both() {
    let folder = folder();
    let pty =
        start_in_shell(&folder, "[commands.mine]\nkey = \"E\"\nrun = \"sh -c 'echo RUNS; read -r line'\"\n");
    pty.press("E");
    pty.until(|screen| !screen.alternate_screen() && screen.contents().contains("RUNS"));
    pty.press("\x1a");
    pty.until(|screen| screen.contents().matches("READY>").count() == 2);
    pty.press("fg\r");
    pty.until(|screen| screen.contents().contains("fg"));
    pty.press("hello\r");
    pty.until(Screen::alternate_screen);
    pty.shown();
    pty.press("\x03");
    pty.until(|screen| !screen.alternate_screen() && screen.contents().trim_end().ends_with("READY>"));
    pty.press("exit 0\r");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn failure_in_the_background_is_reported_while_others_write() {
    let folder = folder();
    let settings = r#"background = true
shell = true
run = '''(while [ -d "$OUT" ]; do echo still >&2; done) & exit 3'''"#;
    let pty = start(&folder, settings);
    pty.press("E");
    pty.shows("mine failed (exit code 3): still");
    quit(pty);
}
