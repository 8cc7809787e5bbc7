//! Switching to a profile whose `token_command` asks for a passphrase.

use std::fs;

use cfimg::demo::{ACCOUNT_ID, TOKEN};
use vt100::Screen;

use super::history::{TestAccount, with_server};
use super::pty::{Pty, cfimg};

/// `config.toml` with the profiles `home` and `work`, which asks for a passphrase.
fn config(home: &TestAccount, work: &TestAccount) -> String {
    let [home, work] = [home, work].map(|account| account.environment()[0].1.clone());
    format!(
        r#"profile = "home"

[profiles.home]
account = "{ACCOUNT_ID}"
base_url = "{home}"
token_variable = "HOME_TOKEN"

[profiles.work]
account = "{ACCOUNT_ID}"
base_url = "{work}"
token_command = """stty -echo; printf 'Passphrase: ' >&2; read -r typed; stty echo
[ "$typed" = sesame ] && echo {TOKEN}"""
"#
    )
}

#[test]
fn token_command_gets_the_terminal_and_ctrl_c_comes_back() {
    with_server(|home| {
        with_server(|work| {
            let folder = tempfile::tempdir().expect("a folder");
            fs::create_dir(folder.path().join("cfimg")).expect("it is new");
            fs::write(folder.path().join("cfimg/config.toml"), config(&home, &work)).expect("it is ours");
            let mut command = cfimg(&[]);
            command.env("XDG_CONFIG_HOME", folder.path());
            command.env("HOME_TOKEN", TOKEN);
            let pty = Pty::start(command);
            pty.shows(" home · 127.0.0.1:");
            pty.shown();
            let asks = |count: usize| {
                pty.until(|screen| {
                    !screen.alternate_screen() && screen.contents().matches("Passphrase:").count() == count
                })
            };
            pty.press("a2");
            asks(1);
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
    });
}
