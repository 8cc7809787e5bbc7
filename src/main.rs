//! cfimg, the program: it turns what [`run`] answers into an exit code.

use std::fs::OpenOptions;
use std::io::{self, BufReader, BufWriter, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use cfimg::cloudflare::{Client, Config, KeyRing};
use cfimg::commands::{
    self, Arguments, Color, Command, Console, Errors, Kept, Live, Paint, Question, Screen, Stop, World,
};
use cfimg::demo::{CUSTOM_ID, DRAFT_ID, HOSTILE_ID, PRIVATE_ID, SAMPLE_ID};
use cfimg::desktop::{self, Desktop};
use cfimg::domain::{Failure, FailureKind, KeySource, PictureChoice, Preferences};
use cfimg::picture::EnvFacts;
use cfimg::runtime::{self, Ending, with_panics_told_last};
use cfimg::sandbox::{self, Sandbox};
use cfimg::settings::{self, Settings};
use cfimg::ui::Theme;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The system's allocator keeps most of what a large picture or copy took; this one returns it within seconds.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit code that Rust gives a program that panicked.
const PANICKED: u8 = 101;

fn main() -> ExitCode {
    if let Some(code) = desktop::hidden_command(std::env::args_os().skip(1)) {
        return code;
    }
    if let Some(code) = std::env::args_os().nth(1).as_deref().and_then(runtime::hidden_command) {
        return code;
    }
    if let Some(code) = sandbox::hidden_command(std::env::args_os().skip(1)) {
        return code;
    }
    // Where it fails, such a write ends us as before.
    _ = runtime::survive_file_size_limit();
    let arguments = match Arguments::read(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(answer) => return ExitCode::from(print(&answer)),
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

/// Prints help, the version, or what is wrong with the arguments; the exit code.
fn print(answer: &clap::Error) -> u8 {
    if answer.use_stderr() {
        // If nobody reads it, nobody is left to be told.
        _ = answer.print();
        return u8::try_from(answer.exit_code()).unwrap_or(2);
    }
    let printed = writable_output().map_err(Stop::from);
    let printed = printed.and_then(|()| Ok(answer.print().and_then(|()| stdout().flush())?));
    match printed {
        Ok(()) | Err(Stop::Closed) => 0,
        Err(Stop::Failed(failure)) => {
            standard_error(Color::Auto).failure(&failure);
            failure.kind.exit_code()
        }
    }
}

/// Fails if what a command prints would be lost.
fn writable_output() -> Result<(), Failure> {
    if runtime::output::is_writable() {
        return Ok(());
    }
    Err(Failure::new(
        FailureKind::Other,
        "The answer could not be written",
        "Standard output is closed, or open for reading only.",
    ))
}

fn run(arguments: Arguments, errors: &Errors) -> Result<u8, Stop> {
    let Arguments { image, no_history, no_index, picture, command, common } = arguments;
    if let Some(file) = &common.log {
        runtime::log::start(file)?;
    }
    settings::mask_secrets(std::env::vars_os());
    let color = common.color;
    match command {
        Some(Command::Question(question)) => {
            // These two print nothing.
            if !matches!(question, Question::Open(_) | Question::Copy(_)) {
                writable_output()?;
            }
            finish(answer(question, picture, color, errors))
        }
        Some(Command::Demo(demo)) if demo.serve => {
            writable_output()?;
            let mut out = stdout();
            finish(commands::demo::serve(&demo, &mut console(&mut out, color, errors)))
        }
        Some(Command::Demo(demo)) => {
            on_a_terminal()?;
            let option = demo.picture.or(picture);
            let (picture, off_by) = if let Some(picture) = option {
                (picture, None)
            } else {
                let settings = settings()?;
                (settings.picture, settings.preferences.pictures_off_by)
            };
            let mut preferences = Preferences { pictures_off_by: off_by, ..Preferences::default() };
            preferences.settle_pictures(option);
            finish(async {
                let server = commands::demo::start(&demo).await?;
                let client = commands::demo::config(&server).map(Client::new);
                let image = demo.image.or_else(|| Some(SAMPLE_ID.to_owned()));
                run_program(runtime::Program {
                    image,
                    label: "demo".to_owned(),
                    earlier: [HOSTILE_ID, DRAFT_ID, CUSTOM_ID, PRIVATE_ID].map(str::to_owned).into(),
                    preferences,
                    // A key, a domain and a variant of one's own are another account's.
                    ..program(client, KeySource::Account, Vec::new(), picture, color)
                })
                .await
            })
        }
        None => {
            on_a_terminal()?;
            let mut settings = settings()?;
            settings.preferences.settle_pictures(picture);
            let connection = connection();
            let kept = connection.as_ref().ok();
            let history = kept.filter(|_| !no_history && settings.history).and_then(commands::history);
            let index = kept.filter(|_| !no_index && settings.index).and_then(commands::index);
            let client = connection.map(Client::new);
            let picture = picture.unwrap_or(settings.picture);
            finish(run_program(runtime::Program {
                image,
                history,
                index,
                preferences: settings.preferences,
                ..program(client, settings.key, settings.signing_keys, picture, color)
            }))
        }
    }
}

/// The terminal program of a client that signs with keys from `source`, and nothing else that a person has settled.
fn program(
    client: Result<Client, Failure>,
    source: KeySource,
    newest_first: Vec<String>,
    picture: PictureChoice,
    color: Color,
) -> runtime::Program {
    let mut env = EnvFacts::read(&|name| std::env::var_os(name), None);
    runtime::ask_tmux(&mut env, picture);
    runtime::Program {
        image: None,
        keys: KeyRing::new(client.as_ref().ok().cloned(), source, newest_first),
        client,
        preferences: Preferences::default(),
        hands: Arc::new(Desktop::new(std::env::vars_os())),
        label: String::new(),
        earlier: Vec::new(),
        history: None,
        index: None,
        theme: Theme { color: wants_color(color, true) },
        picture,
        env,
    }
}

/// The terminal program: it draws before it asks anybody anything.
async fn run_program(program: runtime::Program) -> Result<u8, Stop> {
    runtime::run(program).await.map(Ending::exit_code).map_err(|error| {
        let why = format!("The system says: {error}. Is this a terminal that can move its cursor?");
        Failure::new(FailureKind::Other, "The terminal could not be used", why).into()
    })
}

async fn answer(
    mut question: Question,
    picture: Option<PictureChoice>,
    color: Color,
    errors: &Errors,
) -> Result<u8, Stop> {
    let mut settings = settings()?;
    if let Question::View(view) = &mut question {
        let option = view.picture.or(picture);
        settings.preferences.settle_pictures(option);
        view.picture = option.or(Some(settings.picture));
    }
    let mut env = EnvFacts::read(&|name| std::env::var_os(name), runtime::window());
    if let Question::View(view) = &question {
        runtime::ask_tmux(&mut env, view.picture.unwrap_or_default());
    }
    let desktop = Desktop::new(std::env::vars_os());
    let world = World {
        input: Box::new(BufReader::new(io::stdin())),
        desktop: &desktop,
        terminal: &write_to_terminal,
        indexes: &Kept(connection),
        preferences: &settings.preferences,
        keys: &KeyRing::new(None, settings.key.clone(), settings.signing_keys.clone()),
        screen: Screen {
            is_terminal: stdout().is_terminal(),
            env,
            no_color_by: match color {
                Color::Never => Some(commands::NEVER),
                Color::Auto if !wants_color(color, true) => Some("NO_COLOR"),
                Color::Auto | Color::Always => None,
            },
            graphics: runtime::graphics,
            renderer: Arc::new(Sandbox::new()),
        },
    };
    let connect = || {
        Ok(Live::new(connection()?, errors).with_keys(settings.key.clone(), settings.signing_keys.clone()))
    };
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

fn console<'a>(out: &'a mut dyn io::Write, color: Color, errors: &'a Errors) -> Console<'a> {
    #[expect(clippy::disallowed_methods, reason = "`main` reads the clock for the rooms that may not")]
    let now = Timestamp::now();
    let terminal = stdout().is_terminal();
    Console { out, terminal, paint: paint(color, terminal), errors, now, zone: TimeZone::system }
}

fn paint(color: Color, terminal: bool) -> Paint {
    Paint::new(wants_color(color, terminal))
}

fn wants_color(color: Color, terminal: bool) -> bool {
    color.wanted(terminal, std::env::var_os("NO_COLOR").as_deref())
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
