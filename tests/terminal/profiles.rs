//! Profiles whose `token_command` uses the terminal.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use cfimg::demo::{ACCOUNT_ID, TOKEN};
use portable_pty::CommandBuilder;
use rustix::process::Signal;
use tempfile::TempDir;
use vt100::Screen;

use super::history::{TestAccount, with_server};
use super::pty::{self, Pty, cfimg, command};

/// Asks for a passphrase.
const ASKS: &str = "stty -echo; printf 'Passphrase: ' >&2; read -r typed; stty echo
[ \"$typed\" = sesame ] && echo TOKEN";

/// A folder with a `config.toml` that has the profiles `home` and `work`, whose token a command prints. `TOKEN` in it is
/// the token, and `$OUT` the folder.
fn folder(home: &TestAccount, work: &TestAccount, token_command: &str) -> TempDir {
    let [home, work] = [home, work].map(|account| account.environment()[0].1.clone());
    let token_command = token_command.replace("TOKEN", TOKEN);
    let config = format!(
        r#"profile = "home"

[profiles.home]
account = "{ACCOUNT_ID}"
base_url = "{home}"
token_variable = "HOME_TOKEN"

[profiles.work]
account = "{ACCOUNT_ID}"
base_url = "{work}"
token_command = '''{token_command}'''
"#
    );
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("cfimg")).expect("it is new");
    fs::write(folder.path().join("cfimg/config.toml"), config).expect("it is ours");
    folder
}

fn with_folder(mut command: CommandBuilder, folder: &TempDir) -> CommandBuilder {
    command.env("XDG_CONFIG_HOME", folder.path());
    command.env("OUT", folder.path());
    command.env("HOME_TOKEN", TOKEN);
    command
}

/// The program with the profile `home`, and this command for the token of `work`.
fn with_program(token_command: &str, script: impl FnOnce(Pty, &Path)) {
    with_server(|home| {
        with_server(|work| {
            let folder = folder(&home, &work, token_command);
            let pty = Pty::start(with_folder(cfimg(&[]), &folder));
            pty.shows(" home · 127.0.0.1:");
            pty.shown();
            script(pty, folder.path());
        });
    });
}

/// `cfimg list` with this command for the token.
fn with_list(token_command: &str, script: impl FnOnce(Pty, &Path)) {
    with_server(|home| {
        with_server(|work| {
            let folder = folder(&home, &work, token_command);
            let pty = Pty::start(with_folder(cfimg(&["list", "--profile", "work"]), &folder));
            script(pty, folder.path());
        });
    });
}

/// Waits until the process whose number is in the file `pid` has ended.
fn has_ended(folder: &Path) {
    let pid = || fs::read_to_string(folder.join("pid")).unwrap_or_default();
    let process = || pid().trim().parse().ok().and_then(rustix::process::Pid::from_raw);
    pty::until(|| process().is_some_and(|pid| rustix::process::test_kill_process(pid).is_err()));
}

#[test]
fn token_command_gets_the_terminal_and_ctrl_c_comes_back() {
    with_program(ASKS, |pty, _| {
        let asks = |count: usize| {
            pty.until(|screen| {
                !screen.alternate_screen() && screen.contents().matches("Passphrase:").count() == count
            })
        };
        pty.press("a2");
        asks(1);
        pty::until(|| pty.foreground() != pty.pid());
        // The start of a passphrase, which is not keys of ours either.
        pty.press("ses\x03");
        pty.until(Screen::alternate_screen);
        pty.shows("Cancelled");
        pty.shows(" home · 127.0.0.1:");
        pty.press("a2");
        asks(2);
        pty.press("sesame\r");
        pty.shows(" work · 127.0.0.1:");
        pty.shown();
        pty.press("q");
        let (code, text) = pty.end();
        assert_eq!(code, 0);
        assert!(!text.contains("sesame") && !text.contains(TOKEN), "{text}");
    });
}

#[test]
fn command_that_ignores_ctrl_c_keeps_the_terminal() {
    let command = "trap '' INT; printf READY >&2; read -r typed </dev/tty; echo \"$typed\" > \"$OUT/typed\"; echo TOKEN";
    with_program(command, |pty, folder| {
        pty.press("a2");
        pty.shows("READY");
        pty::until(|| pty.foreground() != pty.pid());
        pty.press("\x03sesame\r");
        pty.shows(" work · 127.0.0.1:");
        assert_eq!(fs::read_to_string(folder.join("typed")).expect("a file"), "sesame\n");
        pty.shown();
        pty.press("q");
        assert_eq!(pty.end().0, 0);
    });
}

#[test]
fn end_of_the_program_ends_the_token_command() {
    let command =
        "trap '' INT HUP TERM; stty -echo </dev/tty; echo $$ > \"$OUT/pid\"; read -r typed </dev/tty";
    with_program(command, |pty, folder| {
        pty.press("a2");
        pty::until(|| fs::read_to_string(folder.join("pid")).is_ok_and(|pid| pid.ends_with('\n')));
        pty.signal(Signal::TERM);
        has_ended(folder);
        assert_eq!(pty.end().0, 143);
    });
}

#[test]
fn token_command_that_is_cut_off_leaves_modes_and_no_process() {
    let command = "stty -echo </dev/tty; sleep 1000 & echo $! > \"$OUT/pid\"; while echo x; do :; done";
    with_list(command, |pty, folder| {
        pty.shows("Its output is too long");
        has_ended(folder);
        pty.assert_clean();
        assert_eq!(pty.end().0, 4);
    });
}

#[test]
fn ctrl_c_at_a_token_command_restores_the_terminal() {
    with_list(ASKS, |pty, _| {
        pty.shows("Passphrase:");
        pty::until(|| pty.foreground() != pty.pid());
        pty.press("ses\x03");
        let (_, text) = pty.end();
        assert!(!text.contains("token_command"), "Ctrl-C ends cfimg too: {text}");
    });
}

#[test]
fn ctrl_z_at_a_token_command_stops_both_and_keeps_the_echo_off() {
    with_server(|home| {
        with_server(|work| {
            let folder = folder(&home, &work, ASKS);
            let mut shell = with_folder(command("sh"), &folder);
            shell.args(["-i"]);
            shell.env("PS1", "READY> ");
            let pty = Pty::start(shell);
            pty.shows("READY>");
            pty.press(format!("{}\r", env!("CARGO_BIN_EXE_cfimg")));
            pty.until(Screen::alternate_screen);
            pty.shown();
            pty.press("a2");
            pty.shows("Passphrase:");
            pty.press("\x1a");
            pty.until(|screen| screen.contents().matches("READY>").count() == 2);
            let shell = pty.foreground();
            pty.press("fg\r");
            pty::until(|| pty.foreground() != shell);
            pty.press("sesame\r");
            pty.shows(" work · 127.0.0.1:");
            pty.shown();
            pty.press("q");
            let prompt = |screen: &Screen| screen.contents().trim_end().ends_with("READY>");
            let text = pty.until(|screen| !screen.alternate_screen() && prompt(screen));
            assert!(!text.contains("sesame"), "{text}");
            pty.press("exit 0\r");
            assert_eq!(pty.end().0, 0);
        });
    });
}

#[test]
fn warning_about_a_profile_is_shown_at_the_start_and_after_a_switch() {
    with_server(|home| {
        with_server(|work| {
            let folder = folder(&home, &work, "echo TOKEN");
            let credentials = folder.path().join("cfimg/credentials.toml");
            fs::write(&credentials, "").expect("it is ours");
            fs::set_permissions(&credentials, fs::Permissions::from_mode(0o644)).expect("it is ours");
            let pty = Pty::start(with_folder(cfimg(&["--no-index"]), &folder));
            pty.shows("Other users can read");
            pty.press("a2");
            pty.shows("Switched to work. Other users can read");
            pty.press("q");
            assert_eq!(pty.end().0, 0);
        });
    });
}
