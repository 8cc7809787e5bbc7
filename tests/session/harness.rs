//! A session with an in-memory screen, and the driver that simulates its user.

use std::cell::{Cell, RefCell};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cfimg::app::browse::Paging;
use cfimg::app::{Code, Input, Key, Keymap, Model, Notice, Overlay, Profiles, Remote, Start, next_wake};
use cfimg::cloudflare::{Client, Config, KeyRing, RetryPolicy};
use cfimg::demo::{ACCOUNT_ID, Server, TOKEN};
use cfimg::desktop::{ClipboardBackend, CommandError, Copied, CopyError, Desktop, OpenError, Reply};
use cfimg::domain::child_process::{InTerminal, RunInTerminal};
use cfimg::domain::{
    AccountId, ColorDepth, CommandLine, CommandText, Credentials, CustomCommand, KeySource, MarksChoice,
    Preferences, Secret, ThemeChoice,
};
use cfimg::runtime::account::{Account, StartAccount};
use cfimg::runtime::effects::EffectRunner;
use cfimg::runtime::session::Session;
use cfimg::runtime::{Arrival, Ending};
use cfimg::sandbox::Sandbox;
use cfimg::storage::ThumbnailCache;
use cfimg::terminal::Window;
use cfimg::terminal::{Backlog, Tty};
use cfimg::ui::Theme;
use futures_util::FutureExt as _;
use ratatui::Terminal;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::screen::Screen;

/// The time limit for a script, far longer than any needs.
const DEADLINE: Duration = Duration::from_secs(20);

/// A session that has not started.
pub(super) struct Harness {
    pub(super) session: Session<Screen, Recorder>,
    pub(super) driver: Driver,
}

/// Simulates the user of a session.
pub(super) struct Driver {
    pub(super) arrivals: UnboundedSender<Arrival>,
    pub(super) screen: Screen,
    pub(super) tty: Recorder,
    pub(super) desktop: Arc<FakeDesktop>,
}

/// Records the calls to the terminal.
#[derive(Debug, Clone, Default)]
pub(super) struct Recorder {
    calls: Rc<RefCell<Vec<String>>>,
    /// Whether calls fail, and whether they fail because the terminal is gone.
    pub(super) fails: Rc<Cell<Option<Gone>>>,
    /// The number of live tasks when the session was last suspended.
    pub(super) tasks: Rc<Cell<usize>>,
    /// How the mouse was captured and released, in order.
    pub(super) mouse: Rc<RefCell<Vec<bool>>>,
    /// The commands that had the terminal.
    commands: Arc<Mutex<Vec<RecordedCommand>>>,
    /// Until its sender is dropped, the next command runs.
    held: Rc<RefCell<Option<std::sync::mpsc::Receiver<()>>>>,
    /// Why the next command does not start.
    pub(super) command_error: Rc<Cell<Option<io::ErrorKind>>>,
    /// Whether Ctrl-C ends the next command.
    pub(super) interrupts: Rc<Cell<bool>>,
    /// The window size, if it is not the default.
    pub(super) window: Rc<Cell<Option<Window>>>,
}

/// A command that had the terminal.
#[derive(Debug, Clone)]
pub(super) struct RecordedCommand {
    pub(super) name: String,
    /// The program and its arguments.
    pub(super) words: Vec<String>,
    pub(super) variables: Vec<String>,
    /// The file among the arguments, and what is in it.
    pub(super) file: Option<(PathBuf, Vec<u8>)>,
}

/// Whether a failing terminal is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gone(pub(super) bool);

/// A desktop that accepts and records everything.
#[derive(Default)]
pub(super) struct FakeDesktop {
    /// The copied texts and opened URLs, in order.
    taken: Mutex<Vec<String>>,
    /// The replies of commands in the background that do not end. `None` if they end at once.
    held_replies: Mutex<Option<Vec<Reply<(), CommandError>>>>,
}

/// A client for an API server.
pub(super) fn client(api_base: &str, retry_policy: RetryPolicy) -> Client {
    let config = Config {
        base: api_base.parse().expect("the server's address is a URL"),
        credentials: Credentials::Token(Secret::parse(TOKEN).expect("the demo's token is one")),
        account: Some(AccountId::parse(ACCOUNT_ID).expect("the demo's account is one")),
        profile: None,
    };
    Client::with_retry_policy(config, retry_policy)
}

/// The account of a profile, which has its own signing keys.
pub(super) fn account_of(client: Client, profiles: Profiles, desktop: &Arc<FakeDesktop>) -> Account {
    let keys = KeyRing::new(Some(client.clone()), KeySource::Account, vec![]);
    let mut account = account(client, keys, None, desktop);
    account.model.profiles = profiles;
    account
}

fn account(
    client: Client,
    keys: KeyRing,
    thumbnails: Option<ThumbnailCache>,
    desktop: &Arc<FakeDesktop>,
) -> Account {
    let (sender, results) = unbounded_channel();
    let start = Start {
        offline: None,
        label: "demo".to_owned(),
        earlier: Vec::new(),
        preferences: Preferences::default(),
        keymap: Keymap::default(),
    };
    let sandbox = Sandbox::with_program(env!("CARGO_BIN_EXE_cfimg"));
    let desktop = Arc::clone(desktop) as Arc<dyn Desktop>;
    let effect_runner =
        EffectRunner::new(Some(client), keys, desktop, sandbox, sender).with_thumbnail_cache(thumbnails);
    Account { model: Model::new(start), effect_runner, results, image: None, server: None }
}

/// The default keys, and commands of the user as `KEY NAME TEXT`, where `$` starts a text for a shell.
pub(super) fn keymap_with(commands: &[&str]) -> Keymap {
    let commands = commands.iter().map(|command| {
        let (key, rest) = command.split_once(' ').expect("a key");
        let (name, text) = rest.split_once(' ').expect("a name");
        let (text, background) = text.strip_suffix(" &").map_or((text, false), |text| (text, true));
        let text = text.strip_prefix('$').map_or_else(|| CommandText::parse(text), CommandText::parse_shell);
        CustomCommand {
            name: name.to_owned(),
            description: format!("Run {name}"),
            key: Some((key.to_owned(), 0..0)),
            text: text.expect("a command"),
            background,
        }
    });
    let (keymap, mistakes) = Keymap::default().with_commands(commands.collect());
    assert_eq!(mistakes, []);
    keymap
}

/// Waits are ten thousand times shorter.
pub(super) fn fast_retries() -> RetryPolicy {
    RetryPolicy { time_scale: 10_000, ..RetryPolicy::default() }
}

impl Harness {
    /// A session with a server that also provides the signing keys.
    pub(super) fn new(server: &Server) -> Self {
        Self::at(&server.api_base())
    }

    /// The same with the API at this URL.
    pub(super) fn at(api_base: &str) -> Self {
        Self::with(client(api_base, fast_retries()))
    }

    /// A session with a server, and a command that prints the signing key.
    pub(super) fn with_key_command(server: &Server, command: String) -> Self {
        Self::with_key_source(server, KeySource::Command(command))
    }

    /// A session with a server and no signing key.
    pub(super) fn without_key(server: &Server) -> Self {
        Self::with_key_source(server, KeySource::Account)
    }

    /// A session with a server, whose thumbnails are stored.
    pub(super) fn with_thumbnail_cache(server: &Server, cache: ThumbnailCache) -> Self {
        let client = client(&server.api_base(), fast_retries());
        let keys = KeyRing::new(Some(client.clone()), KeySource::Account, vec![]);
        Self::with_stores(client, keys, Some(cache))
    }

    /// A session with a server and another source for the signing key.
    pub(super) fn with_key_source(server: &Server, source: KeySource) -> Self {
        Self::with_keys(client(&server.api_base(), fast_retries()), KeyRing::new(None, source, vec![]))
    }

    /// A session that signs with the keys of the client's account.
    pub(super) fn with(client: Client) -> Self {
        let keys = KeyRing::new(Some(client.clone()), KeySource::Account, vec![]);
        Self::with_keys(client, keys)
    }

    fn with_keys(client: Client, keys: KeyRing) -> Self {
        Self::with_stores(client, keys, None)
    }

    fn with_stores(client: Client, keys: KeyRing, thumbnails: Option<ThumbnailCache>) -> Self {
        Self::with_all(client, keys, thumbnails, Keymap::default())
    }

    /// A session with a server, and commands of the user as `KEY NAME TEXT`, where `$` starts a text for a shell.
    pub(super) fn with_commands(server: &Server, commands: &[&str]) -> Self {
        let keymap = keymap_with(commands);
        let client = client(&server.api_base(), fast_retries());
        let keys = KeyRing::new(Some(client.clone()), KeySource::Account, vec![]);
        Self::with_all(client, keys, None, keymap)
    }

    fn with_all(client: Client, keys: KeyRing, thumbnails: Option<ThumbnailCache>, keymap: Keymap) -> Self {
        let desktop = Arc::new(FakeDesktop::default());
        let mut account = account(client, keys, thumbnails, &desktop);
        account.model.keymap = keymap;
        Self::with_account(account, desktop)
    }

    /// A session that starts with this account. The others are made by `start`.
    pub(super) fn with_profiles(account: Account, start: StartAccount, desktop: Arc<FakeDesktop>) -> Self {
        let Self { session, driver } = Self::with_account(account, desktop);
        Self { session: session.with_accounts(start), driver }
    }

    fn with_account(account: Account, desktop: Arc<FakeDesktop>) -> Self {
        let (sender, arrivals) = unbounded_channel();
        let (screen, tty) = (Screen::new(100, 30), Recorder::default());
        let session = Session::new(
            Terminal::new(screen.clone()).expect("a screen in memory cannot fail"),
            tty.clone(),
            // That of a terminal with all colours, which has responded.
            Theme::new(ThemeChoice::Auto, ColorDepth::Rgb, MarksChoice::Auto)
                .on_background([0; 3])
                .with_foreground([255; 3]),
            account,
            arrivals,
            Backlog::default(),
        );
        Self { session, driver: Driver { arrivals: sender, screen, tty, desktop } }
    }

    /// Starts the session, with an optional image.
    pub(super) fn start(mut self, image: Option<&str>) -> Self {
        self.session.start(image.map(str::to_owned)).expect("nothing here can fail");
        self
    }

    /// Runs the loop until the script ends.
    pub(super) async fn run<T>(&mut self, script: impl AsyncFnOnce(&Driver) -> T) -> T {
        let Self { session, driver } = self;
        tokio::select! {
            ending = session.run() => panic!("it ended: {ending:?}\n{}", driver.screen.text()),
            result = script(driver) => result,
            () = tokio::time::sleep(DEADLINE) => panic!("too slow. The screen:\n{}", driver.screen.text()),
        }
    }

    /// Presses keys, and runs the loop until it has handled them.
    pub(super) fn press(&mut self, keys: &str) {
        self.driver.press(keys);
        assert!(self.session.run().now_or_never().is_none(), "{keys:?} ends it");
    }

    /// Runs the loop until the model fulfils a condition and is drawn.
    pub(super) async fn until(&mut self, condition: impl Fn(&Model) -> bool) {
        let until = async {
            while !condition(self.session.model()) {
                let next = self.driver.screen.next();
                self.run(async |_| next.await).await;
            }
        };
        let finished = tokio::time::timeout(DEADLINE, until).await.is_ok();
        assert!(finished, "too slow. The screen:\n{}", self.driver.screen.text());
    }

    /// Runs the loop until this image is shown, and nothing is awaited any more. Returns the screen's text.
    pub(super) async fn until_ready(&mut self, id: &str) -> String {
        self.until(|model| is_ready(model, id)).await;
        self.driver.screen.text()
    }

    /// Runs the loop until the newest image is shown, and nothing is awaited any more. Returns the screen's text.
    pub(super) async fn until_started(&mut self) -> String {
        self.until(|model| model.browse.row(0).is_some_and(|newest| is_ready(model, newest.id()))).await;
        self.driver.screen.text()
    }

    /// Asserts that nothing is drawn or written to the terminal, and that the loop does not wake.
    pub(super) async fn assert_idle(&mut self) {
        // What was queued with the last response is drawn now.
        self.press("");
        assert_eq!(next_wake(self.session.model()), None);
        let written = |driver: &Driver| (driver.screen.frames().len(), driver.tty.calls().len());
        let before = written(&self.driver);
        for _ in 0..10 {
            tokio::task::yield_now().await;
            assert!(self.session.run().now_or_never().is_none());
        }
        assert_eq!(written(&self.driver), before);
    }

    /// Runs the loop until no lookup is running. Returns the screen's text.
    pub(super) async fn until_answered(&mut self) -> String {
        self.until(|model| model.lookup.image.pending_request().is_none()).await;
        self.driver.screen.text()
    }

    /// Runs the loop until `count` texts were copied or opened, and a notice says so.
    pub(super) async fn until_taken(&mut self, count: usize) {
        let desktop = Arc::clone(&self.driver.desktop);
        self.until(|model| desktop.taken().len() == count && model.notice.is_some()).await;
    }

    /// Runs the loop until a notice says that something was done.
    pub(super) async fn until_done(&mut self) {
        self.until(|model| matches!(model.notice, Some(Notice::Done(_)))).await;
    }

    /// Runs the loop until a notice says that the last action failed.
    pub(super) async fn until_warning(&mut self) {
        self.until(|model| model.warning().is_some()).await;
    }

    /// Runs the loop until the actions dialog is open.
    pub(super) async fn until_actions(&mut self) {
        self.until(|model| matches!(model.overlay, Some(Overlay::Actions(_)))).await;
    }

    /// Runs the loop until it ends by itself.
    pub(super) async fn end(&mut self) -> Ending {
        let ending = tokio::time::timeout(DEADLINE, self.session.run()).await;
        ending.expect("it ends soon").expect("nothing here can fail")
    }
}

impl Driver {
    /// Presses keys in the notation of terminals: `\r` is Enter, `\x1b` Esc, `\x15` Ctrl-U. They arrive at once.
    pub(super) fn press(&self, keys: &str) {
        self.send(Arrival::Inputs(keys.chars().map(|c| Input::Key(key(c))).collect()));
    }

    pub(super) fn send(&self, arrival: Arrival) {
        self.arrivals.send(arrival).expect("the session listens");
    }

    /// Replaces the text in the input and looks it up. The focus must be on another pane.
    pub(super) fn look_up(&self, id: &str) {
        self.press(&format!("i\x15{id}\r"));
    }
}

/// Whether an image is shown with all that was requested for it, and the start of the list too.
fn is_ready(model: &Model, id: &str) -> bool {
    let lookup = &model.lookup;
    let is_shown = lookup.shown().is_some_and(|image| image.id.as_str() == id) && lookup.listed_at.is_none();
    let has_options = matches!(lookup.options, Remote::Loaded(_) | Remote::Failed { .. });
    let is_listed = !matches!(model.browse.paging, Paging::NotStarted | Paging::Loading(_));
    is_shown && has_options && is_listed && next_wake(model).is_none()
}

fn key(c: char) -> Key {
    match c {
        '\r' => Key::plain(Code::Enter),
        '\t' => Key::plain(Code::Tab),
        '\x1b' => Key::plain(Code::Esc),
        '\0'..='\x1f' => Key::ctrl(char::from(c as u8 | 0x60)),
        _ => Key::char(c),
    }
}

impl Recorder {
    pub(super) fn commands(&self) -> Vec<RecordedCommand> {
        self.commands.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn calls(&self) -> Vec<String> {
        self.calls.borrow().clone()
    }

    /// The next command runs until the result is dropped.
    pub(super) fn hold_command(&self) -> std::sync::mpsc::Sender<()> {
        let (sender, held) = std::sync::mpsc::channel();
        self.held.replace(Some(held));
        sender
    }

    fn record(&self, call: &str) -> io::Result<()> {
        self.calls.borrow_mut().push(call.to_owned());
        self.fails.get().map_or(Ok(()), |_| Err(io::Error::other("the terminal fails")))
    }
}

/// The status of a command that was ended by Ctrl-C.
fn interrupted() -> ExitStatus {
    #[cfg(unix)]
    let status = std::os::unix::process::ExitStatusExt::from_raw(2);
    #[cfg(windows)]
    let status = std::os::windows::process::ExitStatusExt::from_raw(130);
    status
}

impl Tty for Recorder {
    fn suspend(&mut self) -> io::Result<()> {
        self.tasks.set(Handle::current().metrics().num_alive_tasks());
        self.record("suspend")
    }

    fn lend(&mut self) -> io::Result<RunInTerminal> {
        self.record("lend")?;
        let (commands, outcome) = (Arc::clone(&self.commands), self.command_error.take());
        let (outcome, held) = (Mutex::new(outcome), Mutex::new(self.held.take()));
        let status = if self.interrupts.take() { interrupted() } else { ExitStatus::default() };
        Ok(Arc::new(move |command, how| {
            let words = [command.get_program()].into_iter().chain(command.get_args());
            let words: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).collect();
            let variables = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
            let variables =
                variables.map(|(name, value)| format!("{}={}", name.display(), value.display())).collect();
            let file = words.iter().map(Path::new).find(|word| word.is_absolute());
            let file = file.map(|path| (path.to_owned(), std::fs::read(path).expect("it is there")));
            let name = match how {
                InTerminal::Shown(name) => name.to_owned(),
                InTerminal::Captured(time) => format!("{time:?}"),
            };
            let run = RecordedCommand { name, words, variables, file };
            commands.lock().unwrap_or_else(PoisonError::into_inner).push(run);
            let held = held.lock().unwrap_or_else(PoisonError::into_inner).take();
            _ = held.map(|held| held.recv());
            let outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
            outcome.map_or(Ok(Some(status)), |error| Err(error.into()))
        }))
    }

    fn reclaim(&mut self) -> io::Result<()> {
        self.record("reclaim")
    }

    fn resume(&mut self) -> io::Result<()> {
        self.record("resume")
    }

    fn passthrough(&mut self, sequence: &str) -> io::Result<()> {
        self.record(sequence)
    }

    fn window(&self) -> Option<Window> {
        Some(self.window.get().unwrap_or(Window { columns: 100, rows: 30, width: 1000, height: 600 }))
    }

    fn capture_mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse.borrow_mut().push(on);
        Ok(())
    }

    fn is_gone(&self) -> bool {
        self.fails.get() == Some(Gone(true))
    }
}

impl FakeDesktop {
    pub(super) fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on commands in the background do not end.
    pub(super) fn hold_replies(&self) {
        *self.held_replies.lock().unwrap_or_else(PoisonError::into_inner) = Some(Vec::new());
    }

    /// Waits for a command in the background, and returns what ends it.
    pub(super) async fn held_reply(&self) -> Reply<(), CommandError> {
        let held = || self.held_replies.lock().unwrap_or_else(PoisonError::into_inner).as_mut()?.pop();
        loop {
            match held() {
                Some(reply) => return reply,
                None => tokio::task::yield_now().await,
            }
        }
    }

    fn take(&self, what: String) {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(what);
    }
}

impl Desktop for FakeDesktop {
    fn copy(&self, text: Arc<str>, reply: Reply<Copied, CopyError>) {
        let osc52 = Some(format!("\x1b]52;c;{}\x1b\\", text.len()));
        self.take(text.to_string());
        reply(Ok(Copied { backend: ClipboardBackend::Osc52, osc52, instead_of: None }));
    }

    fn open(&self, url: String, reply: Reply<(), OpenError>) {
        self.take(url);
        reply(Ok(()));
    }

    fn run_in_background(&self, line: CommandLine, folder: Option<PathBuf>, reply: Reply<(), CommandError>) {
        if let Some(held) = &mut *self.held_replies.lock().unwrap_or_else(PoisonError::into_inner) {
            held.push(reply);
            return;
        }
        let words: Vec<_> = line.arguments.iter().map(|word| word.to_string_lossy()).collect();
        let error = CommandError::Failed { how: "exit code 3".to_owned(), line: words.join(" ") };
        self.take(line.program.to_string_lossy().into_owned());
        folder.map_or(Ok(()), std::fs::remove_dir_all).expect("it is ours");
        reply(Err(error));
    }
}
