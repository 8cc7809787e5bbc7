//! The history of lookups between runs.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use cfimg::demo::{ACCOUNT_ID, Options, PRIVATE_ID, Server, TOKEN};
use portable_pty::CommandBuilder;
use tempfile::TempDir;

use super::pty::{Pty, cfimg};

const UP: &str = "\x1b[A";

/// An account, and a folder for its history.
pub(super) struct TestAccount {
    pub(super) api_base: String,
    pub(super) state: TempDir,
}

impl TestAccount {
    fn new(api_base: String) -> Self {
        Self { api_base, state: tempfile::tempdir().expect("a folder") }
    }

    pub(super) fn command(&self, arguments: &[&str]) -> CommandBuilder {
        let mut command = cfimg(arguments);
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command
    }

    pub(super) fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("CLOUDFLARE_BASE_URL", self.api_base.clone()),
            ("CLOUDFLARE_API_TOKEN", TOKEN.to_owned()),
            ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID.to_owned()),
            ("XDG_STATE_HOME", self.state.path().display().to_string()),
        ]
    }

    /// The history files.
    fn histories(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.state.path().join("cfimg/history")).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some()).collect()
    }
}

/// Runs `script` while the embedded Cloudflare is running.
pub(super) fn with_server(script: impl FnOnce(TestAccount)) {
    let (send_base, api_base) = std::sync::mpsc::channel();
    // Dropped when `script` returns, which ends the server's thread.
    let (_through, ends) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime for the server").block_on(async {
            let server = Server::start(Options::default()).await.expect("a free port");
            send_base.send(server.api_base()).expect("the test waits for it");
            _ = ends.await;
        });
    });
    script(TestAccount::new(api_base.recv().expect("the server starts")));
}

/// Starts the program without an image, and waits until it reads keys: before, the terminal translates Enter.
pub(super) fn start(command: CommandBuilder) -> Pty {
    let pty = Pty::start(command);
    pty.shows("? all keys");
    pty
}

#[test]
fn lookup_is_recalled_in_the_next_run() {
    with_server(|account| {
        let pty = start(account.command(&[]));
        pty.press(format!("i\x15{PRIVATE_ID}\r"));
        pty.shows("passport-scan.jpg ─");
        pty.press("q");
        assert_eq!(pty.end(), (0, String::new()));

        let [file] = &account.histories()[..] else {
            panic!("one account, one file: {:?}", account.histories())
        };
        assert_eq!(fs::read_to_string(file).expect("a text"), format!("{PRIVATE_ID}\n"));
        let mode = fs::metadata(file).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let pty = start(account.command(&[]));
        pty.press("i\x15");
        pty.shows("↑ earlier");
        pty.press(UP);
        pty.shows(PRIVATE_ID);
        pty.press("\r");
        pty.shows("passport-scan.jpg ─");
        pty.press("q");
        assert_eq!(pty.end().0, 0);

        // Another account has no history.
        let mut other = account.command(&[]);
        other.env("CLOUDFLARE_ACCOUNT_ID", "f".repeat(32));
        let pty = start(other);
        pty.press("i");
        pty.press(UP);
        pty.press("typed");
        assert!(!pty.shows("typed").contains(PRIVATE_ID));
        pty.press("\x03");
        assert_eq!(pty.end().0, 0);
    });
}

#[test]
fn lookup_is_stored_when_quitting_at_once() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let account = TestAccount::new(format!("http://{}/client/v4", silent.local_addr().expect("it is bound")));
    let pty = start(account.command(&[]));
    pty.press("i\x15https://imagedelivery.net/Hash/an-id/public?exp=1&sig=secret\r\x03");
    assert_eq!(pty.end().0, 0);
    let texts: Vec<_> = account.histories().iter().map(|file| fs::read(file).expect("a file")).collect();
    assert_eq!(texts, [b"an-id\n"]);
}

#[test]
fn no_history_stores_nothing() {
    with_server(|account| {
        let variable = |mut command: CommandBuilder| {
            command.env("CFIMG_NO_HISTORY", "1");
            command
        };
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.toml");
        fs::write(&file, "history = false\n").expect("a file");
        let settled = |mut command: CommandBuilder| {
            command.env("CFIMG_CONFIG", &file);
            command
        };
        for command in [
            account.command(&["--no-history"]),
            variable(account.command(&[])),
            settled(account.command(&[])),
        ] {
            let pty = start(command);
            pty.press(format!("i\x15{PRIVATE_ID}\r"));
            pty.shows("passport-scan.jpg ─");
            pty.press("q");
            assert_eq!(pty.end().0, 0);
            assert!(!account.state.path().join("cfimg/history").exists());
        }
    });
}

#[test]
fn unwritable_state_folder_is_ignored() {
    with_server(|account| {
        fs::write(account.state.path().join("cfimg"), "in the folder's place").expect("a file");
        let pty = Pty::start(account.command(&[PRIVATE_ID]));
        pty.shows("passport-scan.jpg ─");
        pty.press("q");
        assert_eq!(pty.end(), (0, String::new()));
    });
}
