//! cfimg, the program: it turns what [`run`] answers into an exit code.

use std::fs::OpenOptions;
use std::io::{self, BufReader, BufWriter, IsTerminal as _, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cfimg::cloudflare::{Client, Config, KeyRing};
use cfimg::commands::{
    self, Arguments, Color, Command, Console, Errors, Indexes, Live, Paint, Question, Screen, Stop, World,
};
use cfimg::demo::{CUSTOM_ID, DRAFT_ID, HOSTILE_ID, PRIVATE_ID, SAMPLE_ID};
use cfimg::desktop::{self, Desktop};
use cfimg::domain::{Failure, FailureKind, KeySource, PictureChoice, Preferences};
use cfimg::picture::EnvFacts;
use cfimg::runtime::{self, Ending, with_panics_told_last};
use cfimg::settings::{self, Settings};
use cfimg::storage::{self, History, Index};
use cfimg::ui::Theme;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The exit code that Rust gives a program that panicked.
const PANICKED: u8 = 101;

fn main() -> ExitCode {
    if let Some(code) = desktop::hidden_command(std::env::args_os().skip(1)) {
        return code;
    }
    let arguments = match Arguments::read(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(answer) => {
            // Help and version too; where nobody reads them, there is nobody to tell.
            _ = answer.print();
            return ExitCode::from(u8::try_from(answer.exit_code()).unwrap_or(2));
        }
    };
    let errors = standard_error(arguments.common.color);
    let outcome = with_panics_told_last(&mut stderr(), || run(arguments, &errors));
    match outcome.unwrap_or(Ok(PANICKED)) {
        Ok(code) => ExitCode::from(code),
        Err(Stop::Closed) => ExitCode::SUCCESS,
        Err(Stop::Failed(failure)) => {
            errors.failure(&failure);
            ExitCode::from(failure.kind.exit_code())
        }
    }
}

fn run(arguments: Arguments, errors: &Errors) -> Result<u8, Stop> {
    let Arguments { image, no_history, no_index, picture, command, common } = arguments;
    if let Some(file) = &common.log {
        start_log(file)?;
    }
    let color = common.color;
    match command {
        Some(Command::Question(mut question)) => {
            if let Question::View(view) = &mut question {
                let how = view.picture.or(picture);
                view.picture = Some(how.map_or_else(|| settings().map(|settings| settings.picture), Ok)?);
            }
            finish(answer(question, color, errors))
        }
        Some(Command::Demo(demo)) if demo.serve => {
            let mut out = stdout();
            finish(commands::demo::serve(&demo, &mut console(&mut out, color, errors)))
        }
        Some(Command::Demo(demo)) => {
            on_a_terminal()?;
            let picture =
                demo.picture.or(picture).map_or_else(|| settings().map(|settings| settings.picture), Ok)?;
            finish(async {
                let server = commands::demo::start(&demo).await?;
                let connection = commands::demo::config(&server);
                let image = demo.image.or_else(|| Some(SAMPLE_ID.to_owned()));
                let earlier = [HOSTILE_ID, DRAFT_ID, CUSTOM_ID, PRIVATE_ID].map(str::to_owned).into();
                let (history, index) = (None, None);
                run_program(Program {
                    image,
                    connection,
                    label: "demo",
                    earlier,
                    history,
                    index,
                    color,
                    picture,
                    // A key, a domain and a variant of one's own are another account's.
                    key: (KeySource::Account, Vec::new()),
                    preferences: Preferences::default(),
                })
                .await
            })
        }
        None => {
            on_a_terminal()?;
            let settings = settings()?;
            let connection = connection();
            let keeps = !no_history && settings.history;
            let history = connection.as_ref().ok().filter(|_| keeps).and_then(history);
            let keeps = !no_index && settings.index;
            let index = connection.as_ref().ok().filter(|_| keeps).and_then(index);
            let earlier = vec![];
            finish(run_program(Program {
                image,
                connection,
                label: "",
                earlier,
                history,
                index,
                color,
                picture: picture.unwrap_or(settings.picture),
                key: (settings.key, settings.signing_keys),
                preferences: settings.preferences,
            }))
        }
    }
}

/// What the terminal program starts with.
struct Program {
    /// The image to look up first.
    image: Option<String>,
    /// Whom to ask; without it the program opens all the same, and says what to set.
    connection: Result<Config, Failure>,
    /// What stands for the account on the screen: `demo`, or nothing.
    label: &'static str,
    /// Lookups that `↑` recalls from the start, the newest last.
    earlier: Vec<String>,
    /// Those of earlier runs, where they are kept.
    history: Option<History>,
    /// What earlier runs have listed, where it is kept.
    index: Option<Index>,
    /// When colours are written.
    color: Color,
    /// How pictures are drawn.
    picture: PictureChoice,
    /// Where the keys that sign come from, and the names of those to prefer, the newest first.
    key: (KeySource, Vec<String>),
    /// How the person wants things done.
    preferences: Preferences,
}

/// The terminal program: it draws before it asks anybody anything.
async fn run_program(program: Program) -> Result<u8, Stop> {
    let Program { image, connection, label, earlier, history, index, color, picture, key, preferences } =
        program;
    let client = connection.map(Client::new);
    let keys = KeyRing::new(client.as_ref().ok().cloned(), key.0, key.1);
    let ending = runtime::run(runtime::Program {
        image,
        client,
        keys,
        preferences,
        hands: Arc::new(Desktop::new(std::env::vars_os())),
        label: label.to_owned(),
        earlier,
        history,
        index,
        theme: Theme { color: color.wanted(true, std::env::var_os("NO_COLOR").as_deref()) },
        picture,
        env: EnvFacts::read(&|name| std::env::var_os(name), None),
    })
    .await;
    ending.map(Ending::exit_code).map_err(|error| {
        let why = format!("The system says: {error}. Is this a terminal that can move its cursor?");
        Failure::new(FailureKind::Other, "The terminal could not be used", why).into()
    })
}

async fn answer(question: Question, color: Color, errors: &Errors) -> Result<u8, Stop> {
    let settings = settings()?;
    let desktop = Desktop::new(std::env::vars_os());
    let world = World {
        input: Box::new(BufReader::new(io::stdin())),
        desktop: &desktop,
        terminal: &write_to_terminal,
        indexes: &Kept,
        preferences: &settings.preferences,
        keys: &KeyRing::new(None, settings.key.clone(), settings.signing_keys.clone()),
        screen: Screen {
            is_terminal: stdout().is_terminal(),
            env: EnvFacts::read(&|name| std::env::var_os(name), runtime::window()),
            graphics: runtime::graphics,
        },
    };
    let (key, names) = (settings.key.clone(), settings.signing_keys.clone());
    let connect = || Ok(Live::new(connection()?, errors).with_keys(key, names));
    let mut out = BufWriter::with_capacity(64 * 1024, stdout());
    commands::run(question, connect, world, &mut console(&mut out, color, errors)).await
}

fn settings() -> Result<Settings, Failure> {
    settings::load(&|name| std::env::var_os(name))
}

fn connection() -> Result<Config, Failure> {
    let connection = settings::connection(&|name| std::env::var_os(name))?;
    Ok(Config { base: connection.base, credentials: connection.credentials, account: connection.account })
}

fn history(config: &Config) -> Option<History> {
    let owner = storage::owner(&config.base, config.account.as_ref(), &config.credentials);
    Some(History::new(&storage::folder()?, owner))
}

fn index(config: &Config) -> Option<Index> {
    let owner = storage::owner(&config.base, config.account.as_ref(), &config.credentials);
    Some(Index::new(&storage::folder()?, owner))
}

/// The indexes on this machine.
struct Kept;

impl Indexes for Kept {
    fn of_account(&self) -> Result<Index, Failure> {
        index(&connection()?).ok_or_else(homeless)
    }

    fn clear(&self, all: bool) -> Result<u64, Failure> {
        let config = if all { None } else { Some(connection()?) };
        let owner =
            config.map(|config| storage::owner(&config.base, config.account.as_ref(), &config.credentials));
        let folder = storage::folder().ok_or_else(homeless)?;
        Index::clear(&folder, owner.as_deref()).map_err(|error| commands::index_trouble(&error))
    }
}

fn homeless() -> Failure {
    Failure::new(
        FailureKind::Other,
        "There is no home folder",
        "Set HOME, under which the local index is kept.",
    )
}

/// Runs on one thread, and waits for nothing at the end: a name server that never answers must not hold the exit.
fn finish(task: impl Future<Output = Result<u8, Stop>>) -> Result<u8, Stop> {
    // A thread that has nothing to do must not wake the processor seconds later just to end.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .thread_keep_alive(Duration::from_millis(50))
        .build();
    let runtime = runtime.map_err(|error| {
        Failure::new(FailureKind::Other, "cfimg could not start", format!("The system says: {error}."))
    })?;
    let outcome = runtime.block_on(task);
    runtime.shutdown_background();
    outcome
}

fn on_a_terminal() -> Result<(), Failure> {
    let stream = match (io::stdin().is_terminal(), stdout().is_terminal()) {
        (true, true) => return Ok(()),
        (false, _) => "Standard input",
        (true, false) => "Standard output",
    };
    Err(Failure::new(
        FailureKind::Usage,
        format!("{stream} is not a terminal"),
        "The program needs one for its keys and its screen. In scripts use commands such as `cfimg show`: see \
         `cfimg --help`.",
    ))
}

/// The log is asked for by `--log` alone: nothing is written by itself.
fn start_log(file: &Path) -> Result<(), Failure> {
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};

    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let opened = options.open(file).map_err(|error| {
        let what = format!("The log {} could not be opened", file.display());
        Failure::new(
            FailureKind::Other,
            what,
            format!("The system says: {error}. Name another file with --log."),
        )
    })?;
    let layer = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(Mutex::new(opened));
    let ours = Targets::new().with_target("cfimg", LevelFilter::DEBUG);
    let log = tracing_subscriber::registry().with(layer.with_filter(ours));
    // There is no other subscriber that this one could find in its place.
    _ = tracing::subscriber::set_global_default(log);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "cfimg starts");
    Ok(())
}

fn console<'a>(out: &'a mut dyn io::Write, color: Color, errors: &'a Errors) -> Console<'a> {
    #[expect(clippy::disallowed_methods, reason = "`main` reads the clock for the rooms that may not")]
    let now = Timestamp::now();
    Console { out, paint: paint(color, stdout().is_terminal()), errors, now, zone: TimeZone::system }
}

fn paint(color: Color, terminal: bool) -> Paint {
    Paint::new(color.wanted(terminal, std::env::var_os("NO_COLOR").as_deref()))
}

/// The terminal that the person sits at, wherever standard output goes.
fn write_to_terminal(sequence: &str) -> io::Result<()> {
    match OpenOptions::new().write(true).open("/dev/tty") {
        Ok(mut terminal) => terminal.write_all(sequence.as_bytes()),
        Err(_) if stdout().is_terminal() => {
            let mut out = stdout();
            out.write_all(sequence.as_bytes())?;
            out.flush()
        }
        Err(error) => Err(error),
    }
}

#[expect(clippy::disallowed_methods, reason = "standard output is handed down from here")]
fn stdout() -> io::Stdout {
    io::stdout()
}

#[expect(clippy::disallowed_methods, reason = "standard error is handed down from here")]
fn stderr() -> io::Stderr {
    io::stderr()
}

fn standard_error(color: Color) -> Errors {
    let stderr = stderr();
    let watched = stderr.is_terminal();
    Errors::new(Box::new(stderr), paint(color, watched), watched)
}
