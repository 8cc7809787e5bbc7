//! The prompt of `cfimg login`.

use std::fs;

use cfimg::demo::{ACCOUNT_ID, TWO_ACCOUNTS_TOKEN};
use rustix::process::Signal;
use rustix::termios::{LocalModes, tcgetattr};

use super::history::{TestAccount, with_server};
use super::pty::{Pty, cfimg, command, until};

/// The end of the prompt.
const PROMPT: &str = "(it isn't shown): ";

fn login(account: &TestAccount) -> Pty {
    let mut command = cfimg(&["login", "--base-url", &account.api_base]);
    command.env("XDG_CONFIG_HOME", account.state.path());
    let pty = Pty::start(command);
    pty.shows(PROMPT);
    pty
}

fn shows_input(pty: &Pty) -> bool {
    tcgetattr(pty.shell()).expect("a terminal").local_modes.contains(LocalModes::ECHO)
}

#[test]
fn token_is_not_shown_and_account_is_chosen() {
    with_server(|account| {
        let pty = login(&account);
        pty.press(format!("{TWO_ACCOUNTS_TOKEN}\r"));
        pty.shows("Account (1 to 2): ");
        assert!(shows_input(&pty), "the number is shown");
        pty.press("7\r1\r");
        pty.shows("Logged in to Demo: pictures of everything");
        let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
        assert!(!raw.contains(&TWO_ACCOUNTS_TOKEN[..12]), "{raw}");
        assert_eq!(pty.end().0, 0);
        let stored = fs::read_to_string(account.state.path().join("cfimg/credentials.toml")).expect("a file");
        assert!(stored.contains(ACCOUNT_ID) && stored.contains(TWO_ACCOUNTS_TOKEN));
    });
}

#[test]
fn signals_restore_the_terminal() {
    with_server(|account| {
        let ends: [fn(&Pty); 3] = [
            |pty| pty.press("half-a-token\x03"),
            |pty| pty.signal(Signal::TERM),
            |pty| pty.press("half-a-token\x15\x04"),
        ];
        for end in ends {
            let pty = login(&account);
            assert!(!shows_input(&pty));
            end(&pty);
            // Asserts that the modes are as before.
            let (code, text) = pty.end();
            assert!(code != 0 && !text.contains("half-a-token"), "{code} {text}");
        }
    });
}

#[test]
fn stopped_prompt_shows_input_until_it_continues() {
    with_server(|account| {
        let mut shell = command("sh");
        shell.args(["-i"]);
        shell.env("PS1", "READY> ");
        shell.env("XDG_CONFIG_HOME", account.state.path());
        let pty = Pty::start(shell);
        pty.shows("READY>");
        pty.press(format!("{} login --base-url {}\r", env!("CARGO_BIN_EXE_cfimg"), account.api_base));
        pty.shows(PROMPT);
        pty.press("half-a-token\x1a");
        pty.until(|screen| screen.contents().matches("READY>").count() == 2);
        until(|| shows_input(&pty));
        pty.press("fg\r");
        pty.until(|screen| screen.contents().matches(PROMPT).count() == 2);
        until(|| !shows_input(&pty));
        pty.press(format!("{TWO_ACCOUNTS_TOKEN}\r"));
        pty.shows("Account (1 to 2): ");
        pty.press("1\r");
        let text = pty.shows("Logged in to");
        assert!(!text.contains("half-a-token"), "{text}");
        pty.until(|screen| screen.contents().matches("READY>").count() == 3);
        pty.press("exit\r");
        assert_eq!(pty.end().0, 0);
    });
}
