//! The real program, run as a user or a script runs it, against the embedded Cloudflare.

#[path = "cli/answers.rs"]
mod answers;
#[path = "cli/check.rs"]
mod check;
#[cfg(unix)]
#[path = "cli/completions.rs"]
mod completions;
#[path = "cli/config.rs"]
mod config;
#[path = "cli/doctor.rs"]
mod doctor;
#[path = "cli/envelope.rs"]
mod envelope;
#[path = "cli/exit_codes.rs"]
mod exit_codes;
#[path = "cli/explain.rs"]
mod explain;
#[path = "cli/grid.rs"]
mod grid;
#[path = "cli/list.rs"]
mod list;
#[cfg(unix)]
#[path = "cli/login.rs"]
mod login;
#[path = "cli/loopback.rs"]
mod loopback;
#[cfg(unix)]
#[path = "cli/messages.rs"]
mod messages;
#[cfg(unix)]
#[path = "cli/outputs.rs"]
mod outputs;
#[path = "cli/pasted_urls.rs"]
mod pasted_urls;
#[path = "cli/pipes.rs"]
mod pipes;
#[path = "cli/probe.rs"]
mod probe;
#[path = "cli/proxies.rs"]
mod proxies;
#[path = "cli/qr.rs"]
mod qr;
#[path = "cli/save.rs"]
mod save;
#[path = "cli/sign.rs"]
mod sign;
#[path = "cli/stub.rs"]
mod stub;
#[cfg(unix)]
#[path = "cli/terminal.rs"]
mod terminal;
#[path = "cli/version.rs"]
mod version;
#[path = "cli/view.rs"]
mod view;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use cfimg::demo::{ACCOUNT_ID, Options, Server, TOKEN};

/// An embedded Cloudflare on its own thread, and commands that connect to it.
struct Harness {
    server: Arc<Server>,
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Harness {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let (send_server, server) = mpsc::channel();
        let (stop, stopped) = mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let server = Server::start(options).await.expect("a free port");
                send_server.send(Arc::new(server)).expect("the test waits for it");
                let stopped = tokio::task::spawn_blocking(move || _ = stopped.recv());
                stopped.await.expect("the test has ended");
            });
        });
        let server = server.recv().expect("the server has started");
        Self { server, stop: Some(stop), thread: Some(thread) }
    }

    /// The program, with only the server's variables in its environment.
    fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = bare(arguments);
        command.envs(self.environment());
        command
    }

    /// The program, with this shell command as `signing_key_command`.
    fn command_with_keys(&self, folder: &Path, keys: &str, arguments: &[&str]) -> Command {
        let file = folder.join("config.toml");
        std::fs::write(&file, format!("signing_key_command = \"{keys}\"")).expect("a file");
        let mut command = self.command(arguments);
        command.env("CFIMG_CONFIG", &file).env("PATH", "/usr/bin:/bin");
        command
    }

    /// The targets of the requests for pictures.
    fn picture_requests(&self) -> Vec<String> {
        let targets = self.server.requests().into_iter().map(|request| request.target);
        targets.filter(|target| target.starts_with("/MTt4OTd0b0w5ajDemoHash/")).collect()
    }

    fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("CLOUDFLARE_BASE_URL", self.server.api_base()),
            ("CLOUDFLARE_ACCOUNT_ID", ACCOUNT_ID.to_owned()),
            ("CLOUDFLARE_API_TOKEN", TOKEN.to_owned()),
        ]
    }

    /// Runs the program to its end with an empty standard input.
    fn run<S: AsRef<OsStr>>(&self, arguments: &[S]) -> CommandResult {
        run_command(&mut self.command(arguments))
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// The program with an empty environment.
fn bare<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cfimg"));
    command.args(arguments).env_clear().env("TZ", "UTC").stdin(Stdio::null());
    // Do not read the settings of whoever runs the tests.
    command.env("XDG_CONFIG_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-settings"));
    command.env("XDG_CACHE_HOME", concat!(env!("CARGO_TARGET_TMPDIR"), "/no-cache"));
    command
}

fn with_token<S: AsRef<OsStr>>(arguments: &[S]) -> Command {
    let mut command = bare(arguments);
    command.env("CLOUDFLARE_ACCOUNT_ID", "023e105f4ecef8ad9ca31a8372d0c353");
    command.env("CLOUDFLARE_API_TOKEN", "cfut_hush");
    command
}

/// The message for output that cannot be written.
fn write_failure() -> String {
    match std::io::Error::from(std::io::ErrorKind::StorageFull).into() {
        cfimg::commands::Stop::Failed(failure) => failure.what,
        stop @ cfimg::commands::Stop::Closed => panic!("{stop:?}"),
    }
}

/// The result of a run.
#[derive(Debug)]
struct CommandResult {
    code: Option<i32>,
    out: String,
    errors: String,
}

fn run_command(command: &mut Command) -> CommandResult {
    command.output().expect("the program starts").into()
}

/// Runs a command with this text on standard input.
fn with_input(command: &mut Command, lines: &str) -> CommandResult {
    use std::io::Write as _;

    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends").into()
}

impl From<Output> for CommandResult {
    fn from(Output { status, stdout, stderr }: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("all output is UTF-8");
        Self { code: status.code(), out: text(stdout), errors: text(stderr) }
    }
}
