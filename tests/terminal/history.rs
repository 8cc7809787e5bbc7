//! What was looked up is there after the program has ended.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use cfimg::demo::{ACCOUNT_ID, Options, PRIVATE_ID, Server, TOKEN};
use portable_pty::CommandBuilder;
use tempfile::TempDir;

use super::pty::{Pty, cfimg};

const UP: &str = "\x1b[A";

/// An account, and where its history is kept.
pub(super) struct FakeDesktop {
    api_base: String,
    pub(super) state: TempDir,
}

impl FakeDesktop {
    fn new(api_base: String) -> Self {
        Self { api_base, state: tempfile::tempdir().expect("a folder") }
    }

    pub(super) fn command(&self, arguments: &[&str]) -> CommandBuilder {
        let mut command = cfimg(arguments);
        command.env("CLOUDFLARE_BASE_URL", &self.api_base);
        command.env("CLOUDFLARE_API_TOKEN", TOKEN);
        command.env("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID);
        command.env("XDG_STATE_HOME", self.state.path());
        command
    }

    /// The files of histories.
    fn histories(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.state.path().join("cfimg/history")).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some()).collect()
    }
}

/// Does something while the embedded Cloudflare answers.
pub(super) fn with_server(script: impl FnOnce(FakeDesktop)) {
    let (started, starts) = std::sync::mpsc::channel();
    // Dropped with the script, and then the server's thread ends too.
    let (_through, ends) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime for the server").block_on(async {
            let server = Server::start(Options::default()).await.expect("a free port");
            started.send(server.api_base()).expect("the test waits for it");
            _ = ends.await;
        });
    });
    script(FakeDesktop::new(starts.recv().expect("the server starts")));
}

/// The program without an image, once it takes keys as they are: before, the terminal makes another of Enter.
pub(super) fn started(command: CommandBuilder) -> Pty {
    let pty = Pty::start(command);
    pty.shows("Type or paste an image ID");
    pty
}

#[test]
fn a_lookup_is_recalled_in_the_next_run() {
    with_server(|desk| {
        let pty = started(desk.command(&[]));
        pty.press(format!("{PRIVATE_ID}\r"));
        pty.shows("passport-scan.jpg");
        pty.press("q");
        assert_eq!(pty.end(), (0, String::new()));

        let [file] = &desk.histories()[..] else { panic!("one account, one file: {:?}", desk.histories()) };
        assert_eq!(fs::read_to_string(file).expect("a text"), format!("{PRIVATE_ID}\n"));
        let mode = fs::metadata(file).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let pty = Pty::start(desk.command(&[]));
        pty.shows("recalls earlier lookups");
        pty.press("i\x15");
        pty.press(UP);
        pty.shows(PRIVATE_ID);
        pty.press("\r");
        pty.shows("passport-scan.jpg");
        pty.press("q");
        assert_eq!(pty.end().0, 0);

        // Another account has looked up nothing.
        let mut other = desk.command(&[]);
        other.env("CLOUDFLARE_ACCOUNT_ID", "f".repeat(32));
        let pty = started(other);
        pty.press(UP);
        pty.press("typed");
        assert!(!pty.shows("typed").contains(PRIVATE_ID));
        pty.press("\x03");
        assert_eq!(pty.end().0, 0);
    });
}

#[test]
fn a_lookup_is_remembered_though_one_quits_at_once_and_never_its_signature() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let desk = FakeDesktop::new(format!("http://{}/client/v4", silent.local_addr().expect("it is bound")));
    let pty = started(desk.command(&[]));
    pty.press("https://imagedelivery.net/Hash/an-id/public?exp=1&sig=secret\r\x03");
    assert_eq!(pty.end().0, 0);
    let texts: Vec<_> = desk.histories().iter().map(|file| fs::read(file).expect("a file")).collect();
    assert_eq!(texts, [b"an-id\n"]);
}

#[test]
fn no_history_reads_none_and_writes_none() {
    with_server(|desk| {
        let variable = |mut command: CommandBuilder| {
            command.env("CFIMG_NO_HISTORY", "1");
            command
        };
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config.toml");
        fs::write(&file, "history = false\nindex = false\n").expect("a file");
        let settled = |mut command: CommandBuilder| {
            command.env("CFIMG_CONFIG", &file);
            command
        };
        for command in
            [desk.command(&["--no-history"]), variable(desk.command(&[])), settled(desk.command(&[]))]
        {
            let pty = started(command);
            pty.press(format!("{PRIVATE_ID}\r"));
            pty.shows("passport-scan.jpg");
            pty.press("q");
            assert_eq!(pty.end().0, 0);
            assert_eq!(fs::read_dir(desk.state.path()).expect("a folder").count(), 0);
        }
    });
}

#[test]
fn where_nothing_can_be_written_everything_else_works() {
    with_server(|desk| {
        fs::write(desk.state.path().join("cfimg"), "in the folder's place").expect("a file");
        let pty = Pty::start(desk.command(&[PRIVATE_ID]));
        pty.shows("passport-scan.jpg");
        pty.press("q");
        assert_eq!(pty.end(), (0, String::new()));
    });
}
