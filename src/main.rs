//! The `cfimg` binary: it sets up the process, and turns the result of [`run`] into an exit code.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::{self, BufReader, BufWriter, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cfimg::app::{Keymap, ProfileName, ProfileRow, Profiles};
use cfimg::cloudflare::{Client, CommandInput, Config, KeyRing};
use cfimg::commands::doctor::{Setup, Surroundings};
use cfimg::commands::{
    self, ApiAccount, Arguments, Color, Command, CommandContext, Common, ConfigContext, Console, Demo,
    Errors, LocalStores, LoginContext, Operation, Paint, Screen, Stop,
};
use cfimg::commands::{complete, login_status, man};
use cfimg::demo::{CUSTOM_ID, DRAFT_ID, HOSTILE_ID, PRIVATE_ID, SAMPLE_ID, Server};
use cfimg::desktop::{self, SystemDesktop};
use cfimg::domain::{
    CredentialSource, Failure, FailureKind, KeySource, MarksChoice, PictureChoice, Preferences, ThemeChoice,
    Themes, TokenSource,
};
use cfimg::runtime::{self, Ending};
use cfimg::sandbox::{self, Sandbox};
use cfimg::settings::{self, Profile, ProfileSummary, Settings, TomlFile};
use cfimg::terminal::{self, TerminalEnv, print_panics_after};
use cfimg::ui::Theme;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use supports_hyperlinks::supports_hyperlinks;

/// The system's allocator keeps most of what a large picture or copy took; this one returns it within seconds.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit code that Rust gives a program that panicked.
const PANICKED: u8 = 101;

fn main() -> ExitCode {
    let arguments = || std::env::args_os().skip(1);
    let hidden = desktop::hidden_command(arguments())
        .or_else(|| terminal::hidden_command(arguments()))
        .or_else(|| sandbox::hidden_command(arguments()));
    if let Some(code) = hidden {
        return code;
    }
    if let Some(shell) = std::env::var_os(complete::VARIABLE) {
        // The shell shows no errors.
        _ = complete::complete(&shell, arguments().collect(), &|name| std::env::var_os(name), &mut stdout());
        return ExitCode::SUCCESS;
    }
    // If this fails, a write above the limit kills us, as it did before.
    #[cfg(unix)]
    {
        _ = runtime::survive_file_size_limit();
    }
    // An error in the arguments may quote one of them.
    settings::mask_secrets(std::env::vars_os());
    let arguments = match Arguments::read(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(answer) => return ExitCode::from(print(&answer)),
    };
    let options = options(&arguments);
    let loaded = commands::load_settings(&|name| std::env::var_os(name), options.clone());
    let (settings, keymap) = match loaded {
        Ok((settings, keymap)) => (Ok(settings), keymap),
        Err(failure) => (Err(failure), Keymap::default()),
    };
    let look = Look::new(&arguments.common, settings.as_ref().ok());
    let errors = standard_error(look);
    let outcome =
        print_panics_after(&mut stderr(), || run(arguments, options, settings, keymap, look, &errors));
    match outcome.unwrap_or(Ok(PANICKED)) {
        Ok(code) => ExitCode::from(code),
        Err(Stop::Closed) => ExitCode::SUCCESS,
        Err(Stop::Failed(failure)) => {
            errors.failure(&failure);
            ExitCode::from(failure.kind.exit_code())
        }
    }
}

/// Prints help, the version, or the error in the arguments. Returns the exit code.
fn print(answer: &clap::Error) -> u8 {
    if answer.use_stderr() {
        // If this fails, there is nowhere left to report it.
        _ = answer.print();
        return u8::try_from(answer.exit_code()).unwrap_or(2);
    }
    let printed = writable_output().map_err(Stop::from);
    let printed = printed.and_then(|()| Ok(answer.print().and_then(|()| stdout().flush())?));
    match printed {
        Ok(()) | Err(Stop::Closed) => 0,
        Err(Stop::Failed(failure)) => {
            standard_error(Look::default()).failure(&failure);
            failure.kind.exit_code()
        }
    }
}

/// Fails if standard output is not writable, before a command does work whose output would be lost.
fn writable_output() -> Result<(), Failure> {
    if runtime::output::is_writable() {
        return Ok(());
    }
    Err(Failure::new(
        FailureKind::Other,
        "Couldn't write the output",
        "Standard output is closed or read-only.",
    ))
}

fn run(
    arguments: Arguments,
    options: settings::Options,
    settings: Result<Settings, Failure>,
    keymap: Keymap,
    look: Look,
    errors: &Errors,
) -> Result<u8, Stop> {
    let Arguments { image, command, common, .. } = arguments;
    if let Some(file) = &common.log {
        runtime::log::start(file)?;
    }
    // Settings may name a variable that contains a token.
    settings::mask_secrets(std::env::vars_os());
    let mistaken = settings.as_ref().map(Settings::mistaken_files).unwrap_or_default();
    let warning = settings::mistakes_notice(&mistaken);
    if is_stopped_by(&mistaken, command.as_ref(), errors) {
        return Ok(FailureKind::Usage.exit_code());
    }
    match command {
        Some(Command::Operation(operation)) => {
            // These two print nothing on standard output.
            if !matches!(operation, Operation::Open(_) | Operation::Copy(_)) {
                writable_output()?;
            }
            let settings = settings?;
            let profile = profile(common.profile.as_deref(), &settings)?;
            finish(answer(operation, settings, profile, look, errors))
        }
        Some(Command::Login(login)) => {
            writable_output()?;
            let (settings, env) = (settings?, |name: &str| std::env::var_os(name));
            let context = login_context(common.profile.as_deref(), &settings, &env);
            let mut out = stdout();
            let mut console = console(&mut out, look, errors);
            if login.status {
                let options =
                    login_status::Options { json: login.json, all: login.all, input: command_input() };
                return finish(login_status::print(options, context, &mut console));
            }
            finish(commands::login::login(&login, context, &mut console))
        }
        Some(Command::Logout) => {
            writable_output()?;
            let (settings, env) = (settings?, |name: &str| std::env::var_os(name));
            let context = login_context(common.profile.as_deref(), &settings, &env);
            let mut out = stdout();
            commands::logout::logout(&context, &mut console(&mut out, look, errors))
        }
        Some(Command::Config(config)) => {
            if !config.edit {
                writable_output()?;
            }
            let mut input = io::stdin().lock();
            let is_terminal = input.is_terminal();
            let context = ConfigContext {
                settings,
                options,
                variables: std::env::vars_os().collect(),
                input: is_terminal.then_some(&mut input as &mut dyn io::BufRead),
            };
            let mut out = BufWriter::with_capacity(64 * 1024, stdout());
            commands::config(&config, context, &mut console(&mut out, look, errors))
        }
        Some(Command::Demo(demo)) if demo.serve => {
            writable_output()?;
            let mut out = stdout();
            finish(commands::demo::serve(&demo, &mut console(&mut out, look, errors)))
        }
        Some(Command::Doctor(doctor)) => {
            writable_output()?;
            let variable = |name: &str| std::env::var_os(name);
            let setup =
                Setup::read(settings, common.profile.as_deref(), command_input(), common.log, &variable);
            finish(diagnose(doctor.json, setup, look, errors))
        }
        Some(Command::Demo(demo)) => {
            require_terminal()?;
            let settings = settings?;
            finish(async {
                let server = commands::demo::start(&demo).await?;
                let env = terminal_env(settings.picture);
                let program = demo_program(server, &Rc::new(settings), look, env);
                run_program(runtime::Program { image: demo.image, keymap, warning, ..program }).await
            })
        }
        Some(Command::Completions(completions)) => {
            writable_output()?;
            complete::print_script(completions.shell, &mut console(&mut stdout(), look, errors))
        }
        Some(Command::Man(args)) => {
            writable_output()?;
            man::show(&args, &mut console(&mut stdout(), look, errors))
        }
        None => {
            if let Err(failure) = require_terminal() {
                errors.failure(&failure);
                errors.help(&Arguments::overview());
                return Ok(failure.kind.exit_code());
            }
            let settings = settings?;
            let profile = profile(common.profile.as_deref(), &settings)?;
            let config = profile.as_ref().map_err(Clone::clone);
            let config = config.and_then(|profile| commands::client_config(profile, command_input()));
            let env = terminal_env(settings.picture);
            let program = profile_program(profile, config, &Rc::new(settings), look, env);
            let warning = in_one_line(warning.into_iter().chain(program.warning));
            finish(run_program(runtime::Program { image, keymap, warning, ..program }))
        }
    }
}

/// Whether mistakes in the settings stop a command. Prints them if so, and before every operation.
fn is_stopped_by(mistaken: &[&TomlFile], command: Option<&Command>, errors: &Errors) -> bool {
    let is_operation = matches!(command, Some(Command::Operation(_)));
    let is_fatal = mistaken.iter().any(|file| file.is_fatal()) && (is_operation || command.is_none());
    if is_fatal || is_operation {
        for file in mistaken {
            errors.mistakes(file);
        }
    }
    if let Some(file) = mistaken.iter().find(|file| file.is_fatal() && is_fatal) {
        errors.note(&format!("cfimg didn't start because of an error in {}.", file.name()));
    }
    is_fatal
}

fn login_context<'a>(
    profile: Option<&'a str>,
    settings: &'a Settings,
    env: &'a dyn Fn(&str) -> Option<OsString>,
) -> LoginContext<'a> {
    let (input, is_terminal) = (Box::new(BufReader::new(io::stdin())), io::stdin().is_terminal());
    LoginContext { profile, settings, env, input, is_terminal }
}

/// The chosen profile. The outer error is the user's mistake in naming one; the inner one is left to what needs the account.
fn profile(option: Option<&str>, settings: &Settings) -> Result<Result<Profile, Failure>, Failure> {
    let profile = settings::profile(&|name| std::env::var_os(name), option, settings);
    let is_explicit =
        option.is_some() || std::env::var_os(settings::PROFILE).is_some_and(|name| !name.is_empty());
    match profile {
        Err(failure) if is_explicit => Err(failure),
        Ok(profile) => {
            // Before an argument is taken for an image ID.
            if let CredentialSource::Fixed(credentials) = &profile.connection.credentials {
                credentials.mask();
            }
            Ok(Ok(profile))
        }
        failed => Ok(failed),
    }
}

/// Warnings as one text. `None` if there are none.
fn in_one_line(warnings: impl Iterator<Item = String>) -> Option<String> {
    warnings.reduce(|text, warning| {
        let stop = if text.ends_with('.') { "" } else { "." };
        format!("{text}{stop} {warning}")
    })
}

/// The terminal program for a profile.
fn profile_program(
    profile: Result<Profile, Failure>,
    config: Result<Config, Failure>,
    settings: &Rc<Settings>,
    look: Look,
    env: TerminalEnv,
) -> runtime::Program {
    let known = config.as_ref().ok();
    let history = known.filter(|_| settings.history).and_then(commands::history);
    let with_index = known.filter(|_| settings.index);
    let index = with_index.and_then(commands::index);
    let thumbnails = with_index.and_then(commands::thumbnails);
    let thumbnails = thumbnails.map(|cache| cache.with_private(settings.cache_private));
    let label = profile.as_ref().ok().and_then(|profile| profile.connection.other_server());
    let client = config.map(Client::new);
    let needs_credentials = matches!(&client, Err(failure) if *failure == settings::no_credentials());
    let current = profile.as_ref().ok().map(|profile| match &profile.name {
        Some(name) => ProfileName::Named(name.clone()),
        None => ProfileName::Environment,
    });
    let warning = profile.as_ref().ok().and_then(|profile| in_one_line(profile.warnings.iter().cloned()));
    let (key, signing_keys, preferences) = match profile {
        Ok(profile) => (profile.key, profile.signing_keys, profile.preferences),
        Err(_) => (settings.key.clone(), settings.signing_keys.clone(), settings.preferences.clone()),
    };
    runtime::Program {
        label: label.unwrap_or_default(),
        history,
        index,
        thumbnails,
        needs_credentials,
        profiles: Profiles { rows: profile_rows(settings), current },
        switch: Some(switch_program(settings, look)),
        warning,
        preferences,
        ..program(client, key, signing_keys, settings.picture, look, env)
    }
}

/// The profiles to choose from. Empty if the credentials file can't be read, which switching reports.
fn profile_rows(settings: &Settings) -> Vec<ProfileRow> {
    let row = |summary: ProfileSummary| {
        let id = summary.account.map(|account| account.as_str().to_owned());
        ProfileRow {
            name: ProfileName::Named(summary.name),
            account: summary.account_name.or(id).unwrap_or_default(),
            source: summary.source.to_string(),
            needs_terminal: summary.source == TokenSource::Command,
        }
    };
    let variables = settings::connection(&|name| std::env::var_os(name)).ok().map(|connection| ProfileRow {
        name: ProfileName::Environment,
        account: connection.account.map(|account| account.as_str().to_owned()).unwrap_or_default(),
        source: "environment variables".to_owned(),
        needs_terminal: false,
    });
    let profiles = settings::profiles(settings).unwrap_or_default();
    profiles.into_iter().map(row).chain(variables).collect()
}

/// Makes the programs of other profiles.
fn switch_program(settings: &Rc<Settings>, look: Look) -> runtime::SwitchProgram {
    let settings = settings.clone();
    Box::new(move |name, terminal| {
        let settings = settings.clone();
        // The session that it continues knows the terminal.
        let env = TerminalEnv::default();
        Box::pin(async move {
            let profile = match &name {
                ProfileName::Demo => {
                    let server = commands::demo::start(&Demo::default()).await?;
                    return Ok(demo_program(server, &settings, look, env));
                }
                ProfileName::Named(name) => {
                    settings::profile(&|name| std::env::var_os(name), Some(name), &settings)
                }
                ProfileName::Environment => {
                    let variable = |name: &str| std::env::var_os(name).filter(|_| name != settings::PROFILE);
                    settings::profile(&variable, None, &settings)
                }
            }?;
            let read = move || {
                let input = terminal.map_or(CommandInput::None, CommandInput::Terminal);
                let config = commands::client_config(&profile, input);
                (profile, config)
            };
            let (profile, config) = tokio::task::spawn_blocking(read)
                .await
                .map_err(|error| Failure::other("Couldn't read the credentials", format!("{error}.")))?;
            Ok(profile_program(Ok(profile), Ok(config?), &settings, look, env))
        })
    })
}

/// Whether a `token_command` may ask for a passphrase.
fn command_input() -> CommandInput {
    let is_terminal = io::stdin().is_terminal() && stderr().is_terminal();
    if is_terminal { CommandInput::Terminal(terminal::in_foreground()) } else { CommandInput::None }
}

/// The options that override settings.
fn options(arguments: &Arguments) -> settings::Options {
    let program = &arguments.program;
    let own = match &arguments.command {
        Some(Command::Operation(Operation::View(view))) => view.picture,
        Some(Command::Demo(demo)) => demo.picture,
        _ => None,
    };
    let is_mouseless_demo = matches!(&arguments.command, Some(Command::Demo(demo)) if demo.no_mouse);
    settings::Options {
        profile: arguments.common.profile.clone(),
        picture: own.or(program.picture),
        theme: arguments.common.theme.clone(),
        no_history: program.no_history,
        no_index: program.no_index,
        no_mouse: program.no_mouse || is_mouseless_demo,
    }
}

/// The terminal program for the demo. The keys in the settings belong to another account.
fn demo_program(server: Server, settings: &Rc<Settings>, look: Look, env: TerminalEnv) -> runtime::Program {
    let client = commands::demo::config(&server).map(Client::new);
    runtime::Program {
        label: "demo".to_owned(),
        earlier: [HOSTILE_ID, DRAFT_ID, CUSTOM_ID, PRIVATE_ID, SAMPLE_ID].map(str::to_owned).into(),
        preferences: settings.preferences.for_demo(),
        profiles: Profiles { rows: profile_rows(settings), current: Some(ProfileName::Demo) },
        switch: Some(switch_program(settings, look)),
        server: Some(server),
        ..program(client, KeySource::Account, Vec::new(), settings.picture, look, env)
    }
}

/// The terminal program for a client that signs with keys from `source`. Preferences, history and index are
/// off.
fn program(
    client: Result<Client, Failure>,
    source: KeySource,
    newest_first: Vec<String>,
    picture: PictureChoice,
    look: Look,
    env: TerminalEnv,
) -> runtime::Program {
    runtime::Program {
        image: None,
        keys: KeyRing::new(client.as_ref().ok().cloned(), source, newest_first),
        client,
        preferences: Preferences::default(),
        keymap: Keymap::default(),
        desktop: Arc::new(SystemDesktop::new(std::env::vars_os())),
        label: String::new(),
        earlier: Vec::new(),
        history: None,
        index: None,
        thumbnails: None,
        theme: look.theme(true, &env),
        picture,
        env,
        warning: None,
        needs_credentials: false,
        profiles: Profiles::default(),
        switch: None,
        server: None,
    }
}

fn terminal_env(picture: PictureChoice) -> TerminalEnv {
    let mut env = TerminalEnv::read(&|name| std::env::var_os(name), None);
    env.query_tmux(picture);
    env
}

/// Runs the terminal program. It draws before it sends a request.
async fn run_program(program: runtime::Program) -> Result<u8, Stop> {
    runtime::run(program).await.map(Ending::exit_code).map_err(|error| {
        let why = format!("System error: {error}. The terminal must support cursor movement.");
        Failure::new(FailureKind::Other, "Couldn't use the terminal", why).into()
    })
}

async fn answer(
    mut operation: Operation,
    settings: Settings,
    profile: Result<Profile, Failure>,
    look: Look,
    errors: &Errors,
) -> Result<u8, Stop> {
    let warnings = profile.iter().flat_map(|profile| &profile.warnings);
    warnings.for_each(|warning| errors.warning(warning));
    let (key, signing_keys, preferences) = match &profile {
        Ok(profile) => (profile.key.clone(), profile.signing_keys.clone(), profile.preferences.clone()),
        Err(_) => (settings.key, settings.signing_keys, settings.preferences),
    };
    let mut env = TerminalEnv::read(&|name| std::env::var_os(name), terminal::window());
    if let Operation::View(view) = &mut operation {
        // fzf owns the terminal, so it can't be queried.
        let is_preview = env.preview.is_some() && !stdout().is_terminal();
        view.picture = Some(match settings.picture {
            PictureChoice::Auto if is_preview => PictureChoice::Halfblocks,
            choice => choice,
        });
    }
    if let Operation::View(view) = &operation {
        env.query_tmux(view.picture.unwrap_or_default());
    }
    let desktop = SystemDesktop::new(std::env::vars_os());
    let profile = || profile.as_ref().map_err(Clone::clone);
    let owner = || commands::owner(profile()?, command_input());
    let context = CommandContext {
        input: Box::new(BufReader::new(io::stdin())),
        desktop: &desktop,
        terminal: &write_to_terminal,
        indexes: &LocalStores(&owner),
        preferences: &preferences,
        keys: &KeyRing::new(None, key.clone(), signing_keys.clone()),
        screen: Screen {
            is_terminal: stdout().is_terminal(),
            env,
            no_color_by: look.no_color_by(),
            renderer: Arc::new(Sandbox::new()),
        },
    };
    let connect = || {
        let config = commands::client_config(profile()?, command_input())?;
        Ok(ApiAccount::new(config, errors, now).with_keys(key.clone(), signing_keys.clone()))
    };
    let mut out = BufWriter::with_capacity(64 * 1024, stdout());
    commands::run(operation, connect, context, &mut console(&mut out, look, errors)).await
}

async fn diagnose(json: bool, setup: Setup, look: Look, errors: &Errors) -> Result<u8, Stop> {
    let choice = setup.picture();
    let variable = |name: &str| std::env::var_os(name);
    let mut env = TerminalEnv::read(&variable, terminal::window());
    env.query_tmux(choice);
    let surroundings = Surroundings {
        env,
        choice,
        no_color_by: look.no_color_by(),
        desktop: SystemDesktop::new(std::env::vars_os()),
        is_ssh: ["SSH_TTY", "SSH_CONNECTION"]
            .iter()
            .any(|name| variable(name).is_some_and(|value| !value.is_empty())),
    };
    let mut out = BufWriter::with_capacity(64 * 1024, stdout());
    commands::doctor::run(json, setup, surroundings, &mut console(&mut out, look, errors)).await
}

/// Runs `task` on one thread. Does not wait for threads at the end: a name server that never answers must not
/// delay the exit.
fn finish(task: impl Future<Output = Result<u8, Stop>>) -> Result<u8, Stop> {
    // An idle thread must not wake the processor seconds later just to end.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .thread_keep_alive(Duration::from_millis(50))
        .build();
    let runtime = runtime.map_err(|error| {
        Failure::new(FailureKind::Other, "Couldn't start cfimg", format!("System error: {error}."))
    })?;
    let outcome = runtime.block_on(task);
    runtime.shutdown_background();
    outcome
}

fn require_terminal() -> Result<(), Failure> {
    let stream = match (io::stdin().is_terminal(), stdout().is_terminal()) {
        (true, true) => return Ok(()),
        (false, _) => "Standard input",
        (true, false) => "Standard output",
    };
    Err(Failure::new(
        FailureKind::Usage,
        format!("{stream} is not a terminal"),
        "The screen needs one. In scripts, use a command such as `cfimg show ID`.",
    ))
}

fn console<'a>(out: &'a mut dyn io::Write, look: Look, errors: &'a Errors) -> Console<'a> {
    let is_terminal = stdout().is_terminal();
    let paint = look.paint(is_terminal).with_links(is_terminal && supports_hyperlinks());
    let width = terminal::window().map(|window| window.columns).filter(|columns| is_terminal && *columns > 0);
    Console { out, terminal: is_terminal, width, paint, errors, now, zone: TimeZone::system }
}

/// What the user chose of colours and marks.
#[derive(Debug, Clone, Copy, Default)]
struct Look {
    color: Color,
    themes: Themes,
    marks: MarksChoice,
}

impl Look {
    /// `settings` are `None` if they could not be read.
    fn new(options: &Common, settings: Option<&Settings>) -> Self {
        let built_in = || options.theme.as_deref()?.parse::<ThemeChoice>().ok().map(Themes::from);
        let themes = settings.map(|settings| settings.themes).or_else(built_in).unwrap_or_default();
        let marks = settings.map(|settings| settings.marks).unwrap_or_default();
        Self { color: options.color, themes, marks }
    }

    fn wants_color(self, terminal: bool) -> bool {
        self.color.wanted(terminal, std::env::var_os("NO_COLOR").as_deref())
    }

    /// The option or variable that turns colours off.
    fn no_color_by(self) -> Option<&'static str> {
        match self.color {
            Color::Never => Some(commands::COLOR_NEVER),
            Color::Auto if !self.wants_color(true) => Some("NO_COLOR"),
            Color::Auto | Color::Always => None,
        }
    }

    fn theme(self, terminal: bool, env: &TerminalEnv) -> Theme {
        let themes = if self.wants_color(terminal) { self.themes } else { ThemeChoice::Mono.into() };
        let theme = Theme::new(themes, env.color_depth(), self.marks);
        let theme = env.background().map_or(theme, |background| theme.on_background(background));
        theme.with_thin_circles(env.has_thin_circles())
    }

    fn paint(self, terminal: bool) -> Paint {
        Paint::new(self.theme(terminal, &TerminalEnv::read(&|name| std::env::var_os(name), None)))
    }
}

#[expect(clippy::disallowed_methods, reason = "`main` reads the clock for the modules that may not")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Writes to the controlling terminal, wherever standard output goes.
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

fn standard_error(look: Look) -> Errors {
    let stderr = stderr();
    let is_terminal = stderr.is_terminal();
    let width = terminal::window().map(|window| usize::from(window.columns)).filter(|columns| *columns > 0);
    Errors::new(Box::new(stderr), look.paint(is_terminal), is_terminal).wrapped_at(width)
}
