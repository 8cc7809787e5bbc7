//! The arguments of `cfimg`: parsing, and error messages.

mod number;

use std::ffi::OsString;
use std::num::{NonZeroU16, NonZeroUsize};
use std::path::PathBuf;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ErrorKind};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use super::help;
use super::shell::Shell;
use crate::domain::build_info::{LONG_VERSION, VERSION};
use crate::domain::sanitize::sanitize;
use crate::domain::secret::redacted;
use crate::domain::typo;
use crate::domain::width::{cut_end, first_chars};
use crate::domain::{AccountId, CustomDomain, Lifetime, PictureChoice, ThemeChoice};

/// The most columns of an argument in an error message.
const SHOWN: usize = 200;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "cfimg",
    // Without this, usage lines show the name that the program was started by, which may hold anything.
    bin_name = "cfimg",
    version = VERSION,
    long_version = LONG_VERSION,
    about = "See any Cloudflare image from your terminal: its details, variants and pixels.",
    override_usage = help::USAGE_LINES,
    long_about = help::LEAD,
    help_template = help::template::<Command, ProgramOptions, Common>(),
    after_help = help::SHORT,
    after_long_help = help::LONG,
    max_term_width = 100
)]
pub struct Arguments {
    /// The image to open: an ID, or text that contains one, such as a delivery URL
    pub image: Option<String>,
    #[command(flatten)]
    pub program: ProgramOptions,
    #[command(subcommand)]
    pub command: Option<Command>,
    #[command(flatten)]
    pub common: Common,
}

/// Options of the terminal program only.
#[derive(Debug, Clone, Args)]
pub struct ProgramOptions {
    /// Don't read or store the history of lookups
    // Commands store no lookups. They accept the option because it may be in an alias.
    #[arg(long)]
    pub no_history: bool,
    /// Don't read or store the local index and thumbnails
    #[arg(long)]
    pub no_index: bool,
    /// Don't use the mouse
    #[arg(long)]
    pub no_mouse: bool,
    /// Pictures: auto, kitty, sixel, iterm2, halfblocks, off
    #[arg(long, value_name = "HOW")]
    pub picture: Option<PictureChoice>,
}

/// Options that every command accepts.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Common {
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, hide_default_value = true)]
    #[arg(
        hide_possible_values = true,
        hide_short_help = true,
        help = "Colours and links: auto, always, never",
        long_help = "Colours and links: auto, always, never\n\n\
            `auto` uses them on terminals, unless NO_COLOR is set. Only terminals get links."
    )]
    pub color: Color,
    /// Colours: auto, dark, light, ansi, mono, or a theme file
    ///
    /// `auto` fits the terminal's background. `ansi` uses the terminal's own 16 colours, `mono` none. Another name
    /// is a file in the folder `themes` beside `config.toml`.
    #[arg(long, global = true, value_name = "NAME", hide_short_help = true)]
    pub theme: Option<String>,
    #[arg(
        long,
        global = true,
        value_name = "NAME",
        hide_short_help = true,
        help = "Use the account of this profile",
        long_help = "Use the account of this profile\n\n\
            It is in the settings, or stored by `cfimg login`. Default: CFIMG_PROFILE, else the variables CLOUDFLARE_*, \
            else the default profile."
    )]
    pub profile: Option<String>,
    /// Append a log for bug reports to FILE, without secrets
    ///
    /// It contains the IDs of accounts and images.
    #[arg(long, global = true, value_name = "FILE", hide_short_help = true)]
    pub log: Option<PathBuf>,
}

/// When colours are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// One that sends requests to the account.
    #[command(flatten)]
    Operation(Operation),
    /// Show the settings in force and where they come from, or edit them
    #[command(after_help = help::CONFIG)]
    Config(Config),
    /// Try cfimg without an account, on an embedded Cloudflare
    #[command(after_help = help::DEMO)]
    Demo(Demo),
    /// Store an API token, or show which tokens are stored
    #[command(after_help = help::LOGIN, after_long_help = help::LOGIN_LONG)]
    Login(Login),
    /// Remove a stored API token
    #[command(after_help = help::LOGOUT)]
    Logout,
    /// Check what works on this machine, and say what to do
    #[command(after_help = help::DOCTOR, after_long_help = help::DOCTOR_LONG)]
    Doctor(Doctor),
    /// Print the script that completes arguments in your shell
    #[command(after_help = help::COMPLETIONS, after_long_help = help::COMPLETIONS_LONG)]
    Completions(Completions),
    /// Show the manual
    #[command(after_help = help::MAN)]
    Man(Man),
}

/// Only the result is printed on standard output.
#[derive(Debug, Subcommand)]
pub enum Operation {
    /// Show the details and variants of images
    #[command(after_help = help::SHOW, after_long_help = help::SHOW_LONG)]
    Show(Show),
    /// Check whether images need signed URLs
    #[command(after_help = help::CHECK, after_long_help = help::CHECK_LONG)]
    Check(Check),
    /// List the images of the account
    #[command(after_help = help::LIST, after_long_help = help::LIST_LONG)]
    List(List),
    /// List the variants of the account
    #[command(after_help = help::VARIANTS)]
    Variants(Format),
    /// Show how many images the account has, and its limit
    #[command(after_help = help::USAGE)]
    Usage(Format),
    /// Explain a delivery URL and check its signature
    #[command(after_help = help::EXPLAIN, after_long_help = help::EXPLAIN_LONG)]
    Explain(Explain),
    /// Print a delivery URL, plain or signed, or as Markdown or HTML
    #[command(after_help = help::URL, after_long_help = help::URL_LONG)]
    Url(UrlOf),
    /// Open an image in the browser, signed if needed
    #[command(after_help = help::OPEN)]
    Open(Link),
    /// Copy the delivery URL of an image, signed if needed
    #[command(after_help = help::COPY)]
    Copy(Link),
    /// Show a picture in the terminal, or a contact sheet
    #[command(after_help = help::VIEW, override_usage = help::VIEW_USAGE)]
    View(View),
    /// Save a picture to a file
    #[command(after_help = help::SAVE)]
    Save(Save),
    /// Show the state of the local index of the list, or remove it
    #[command(after_help = help::INDEX)]
    Index(IndexOf),
}

/// `cfimg config`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "options, of which one may be used")]
pub struct Config {
    /// Print a settings file with every setting, its default and an explanation
    #[arg(long, group = "what")]
    pub default: bool,
    /// Open the settings file in your editor, then check it
    ///
    /// The editor is VISUAL, EDITOR or vi. A missing file is created.
    #[arg(long, group = "what")]
    pub edit: bool,
    /// Print a JSON object per setting
    #[arg(long, group = "what")]
    pub json: bool,
    /// Print the path of the settings file
    #[arg(long, group = "what")]
    pub path: bool,
    /// Print the JSON schema of the settings file
    #[arg(long, group = "what")]
    pub schema: bool,
    /// Print the file of a built-in theme: auto, dark, light, ansi, mono
    #[arg(long, value_name = "NAME", group = "what")]
    pub theme_file: Option<ThemeChoice>,
}

/// `cfimg show`.
#[derive(Debug, Args)]
pub struct Show {
    /// Image IDs or URLs; `-` reads one per line from standard input
    #[arg(value_name = "IMAGE", required = true)]
    pub images: Vec<String>,
    /// Print the API's JSON, one object per line
    #[arg(long)]
    pub json: bool,
    /// Fetch the start of each picture to get its size, type and bytes
    #[arg(long)]
    pub probe: bool,
}

/// `cfimg check`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Check {
    /// Image IDs or URLs; `-` reads one per line from standard input
    #[arg(value_name = "IMAGE", required_unless_present = "all", conflicts_with = "all")]
    pub images: Vec<String>,
    /// Check every image of the account
    #[arg(long)]
    pub all: bool,
    /// Request the plain URL too, and print the result
    #[arg(long)]
    pub verify: bool,
    /// Print one JSON object per line
    #[arg(long)]
    pub json: bool,
    /// Print nothing; only set the exit code
    #[arg(short, long, conflicts_with = "json")]
    pub quiet: bool,
}

/// The URL of a variant.
#[derive(Debug, Args)]
pub struct Link {
    /// An image ID or URL; `-` reads one per line from standard input
    pub image: String,
    /// A variant's name, or options such as w=400,fit=cover
    ///
    /// Default: the variant in the URL, else the one in the settings, else `public`, else the first by name.
    pub variant: Option<String>,
    /// Use a custom domain
    ///
    /// The URL then starts with `https://HOST/cdn-cgi/imagedelivery/`.
    #[arg(long, value_name = "HOST")]
    pub domain: Option<CustomDomain>,
    /// Sign the URL; LIFETIME is 90s, 15m, 1h, 7d or never
    ///
    /// Default lifetime: the one in the settings, else one hour.
    #[arg(long, value_name = "LIFETIME", num_args = 0..=1, require_equals = true, value_parser = Lifetime::parse)]
    #[arg(conflicts_with = "unsigned", help_heading = "Signing")]
    pub sign: Option<Option<Lifetime>>,
    /// Sign the URL, valid until DATE, such as 2026-12-31
    ///
    /// Also "2026-12-31 18:00" and 2026-12-31T18:00:00Z. Dates without a time zone are local.
    #[arg(long, value_name = "DATE", conflicts_with = "unsigned", help_heading = "Signing")]
    pub expires_at: Option<String>,
    /// Use the plain URL even if the image needs signed URLs
    #[arg(long, help_heading = "Signing")]
    pub unsigned: bool,
}

/// `cfimg url`.
#[derive(Debug, Args)]
pub struct UrlOf {
    #[command(flatten)]
    pub link: Link,
    /// As url, markdown, html, srcset, picture, curl, id, json, qr
    ///
    /// FORMAT can also be the name of a template in the settings.
    #[arg(long = "as", value_name = "FORMAT")]
    pub form: Option<String>,
    /// Measure pictures even if the options give their size
    ///
    /// This applies to formats that contain sizes, such as html and srcset.
    #[arg(long)]
    pub probe: bool,
}

/// `cfimg explain`.
#[derive(Debug, Args)]
pub struct Explain {
    /// Text with a delivery URL; `-` reads one per line from standard input
    pub url: String,
    /// Print one JSON object per line
    #[arg(long)]
    pub json: bool,
}

/// `cfimg view`.
#[derive(Debug, Args)]
pub struct View {
    /// An image ID or URL; `-` reads one per line from standard input
    pub image: String,
    /// A variant's name, or options such as w=400,fit=cover
    ///
    /// Default: the variant in the URL, else the one in the settings, else `public`, else the first by name. With --grid,
    /// further images.
    #[arg(value_name = "VARIANT")]
    pub rest: Vec<String>,
    /// Print a contact sheet of all IMAGEs, with their names
    ///
    /// Default: columns of about 22 cells. The thumbnails are the smallest variants that are large enough, never originals.
    #[arg(long, value_name = "COLUMNS", num_args = 0..=1, require_equals = true, value_parser = number::cells)]
    pub grid: Option<Option<NonZeroU16>>,
    /// Maximum width in columns (default: all; in fzf, the preview's)
    #[arg(long, value_name = "COLUMNS", value_parser = number::cells, allow_negative_numbers = true)]
    pub width: Option<NonZeroU16>,
    /// Maximum height in rows (default: all but one); with --grid, of each tile
    #[arg(long, value_name = "ROWS", value_parser = number::cells, allow_negative_numbers = true)]
    pub height: Option<NonZeroU16>,
    /// Draw with: auto, kitty, sixel, iterm2, halfblocks
    ///
    /// `halfblocks` is coloured text and also works in pipes and files. It is the default in fzf's preview. Animations
    /// show only their first frame.
    #[arg(long, value_name = "HOW")]
    pub picture: Option<PictureChoice>,
}

impl View {
    /// The variant. With `--grid` there is none.
    pub(super) fn variant(&self) -> Option<&str> {
        self.rest.first().filter(|_| self.grid.is_none()).map(String::as_str)
    }

    /// All images of `--grid`.
    pub(super) fn images(&self) -> Vec<String> {
        [&self.image].into_iter().chain(&self.rest).cloned().collect()
    }
}

/// `cfimg save`.
#[derive(Debug, Args)]
pub struct Save {
    /// An image ID or URL; `-` reads one per line from standard input
    pub image: String,
    /// A variant's name, or options such as w=400 (default: the original)
    pub variant: Option<String>,
    /// Save to FILE; `-` is standard output
    ///
    /// Default: the image's file name with the variant's name added, in the current folder.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite an existing file
    #[arg(long)]
    pub force: bool,
}

/// `cfimg list`.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct List {
    /// Print the API's JSON, one object per line
    #[arg(long)]
    pub json: bool,
    /// Print only the IDs, one per line
    #[arg(long, conflicts_with = "json")]
    pub ids: bool,
    /// Print at most N images
    #[arg(short = 'n', long, value_name = "N", value_parser = number::limit, allow_negative_numbers = true)]
    pub limit: Option<NonZeroUsize>,
    /// Sort by newest (the default), oldest, or name
    ///
    /// Sorting by name loads the whole list first.
    #[arg(long, value_name = "ORDER", value_enum, hide_possible_values = true, default_value_t)]
    #[arg(hide_default_value = true)]
    pub sort: Sort,
    /// Same as --sort oldest
    #[arg(long, conflicts_with = "sort")]
    pub oldest_first: bool,
    /// Print the local index; send no request
    #[arg(long, conflicts_with = "meta")]
    pub cached: bool,
    /// Only images that match, as in the program's filter
    ///
    /// cfimg applies it to the whole list.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, help_heading = "Filters")]
    pub filter: Option<String>,
    /// Only images of this creator; "" for images without one
    #[arg(long, value_name = "NAME", help_heading = "Filters")]
    pub creator: Option<String>,
    /// Only images with this metadata; at most 5 times
    ///
    /// KEY is a path into the JSON, such as region.name. All conditions must match.
    #[arg(long, value_name = "KEY=VALUE", value_parser = condition, help_heading = "Filters")]
    pub meta: Vec<(String, String)>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Sort {
    #[default]
    Newest,
    Oldest,
    Name,
}

impl List {
    /// The order given by `--sort` or `--oldest-first`.
    pub(super) fn order(&self) -> Sort {
        if self.oldest_first { Sort::Oldest } else { self.sort }
    }
}

/// `cfimg index`.
#[derive(Debug, Args)]
pub struct IndexOf {
    /// Remove the index and the cached thumbnails; the program will create new ones
    #[arg(long)]
    pub clear: bool,
    /// With --clear: remove the indexes and thumbnails of all accounts
    #[arg(long, requires = "clear")]
    pub all: bool,
}

/// For people, or for programs.
#[derive(Debug, Args)]
pub struct Format {
    /// Print the API's JSON, one object per line
    #[arg(long)]
    pub json: bool,
}

/// `cfimg doctor`.
#[derive(Debug, Args)]
pub struct Doctor {
    /// Print a JSON array of objects
    #[arg(long)]
    pub json: bool,
}

/// `cfimg login`.
#[derive(Debug, Clone, Default, Args)]
pub struct Login {
    /// The account's ID; default: the token's only one, or your choice
    #[arg(long, value_name = "ID", value_parser = AccountId::parse)]
    pub account: Option<AccountId>,
    /// Another address of the API, such as the demo's
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Use the account ID in wrangler's configuration
    ///
    /// cfimg looks in this folder and the folders above. It never reads wrangler's tokens.
    #[arg(long, conflicts_with = "account")]
    pub from_wrangler: bool,
    /// Show each profile's account and whether its token works
    #[arg(long, conflicts_with_all = ["account", "base_url", "from_wrangler"])]
    pub status: bool,
    /// A token by mistake. It is refused, and not shown.
    #[arg(hide = true)]
    pub token: Option<OsString>,
    /// With --status: print one JSON object per line
    #[arg(long, requires = "status")]
    pub json: bool,
}

/// `cfimg demo`.
#[derive(Debug, Clone, Default, Args)]
pub struct Demo {
    /// The image to open
    #[arg(conflicts_with = "serve")]
    pub image: Option<String>,
    /// Pictures: auto, kitty, sixel, iterm2, halfblocks, off
    #[arg(long, value_name = "HOW")]
    pub picture: Option<PictureChoice>,
    /// Don't use the mouse
    #[arg(long)]
    pub no_mouse: bool,
    /// Run only the server, and print the variables that select it
    #[arg(long, help_heading = "Server")]
    pub serve: bool,
    /// Listen on this port of 127.0.0.1 (default: any free port)
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 0,
        hide_default_value = true,
        help_heading = "Server"
    )]
    #[arg(value_parser = number::port, allow_negative_numbers = true)]
    pub port: u16,
    /// Number of images in the account (default: 36)
    #[arg(long, value_name = "N", value_parser = number::whole::<usize>, allow_negative_numbers = true)]
    #[arg(help_heading = "Server")]
    pub images: Option<usize>,
    /// Delay of every response, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0, hide_default_value = true, help_heading = "Server")]
    #[arg(value_parser = number::whole::<u64>, allow_negative_numbers = true)]
    pub latency: u64,
    /// Share of requests that fail, from 0 to 1
    #[arg(long, value_name = "RATE", default_value_t = 0.0, hide_default_value = true)]
    #[arg(value_parser = number::share, allow_negative_numbers = true, help_heading = "Server")]
    pub fail: f64,
    /// Seed of the generated images and of the failures
    #[arg(long, value_name = "SEED", value_parser = number::whole::<u64>, allow_negative_numbers = true)]
    #[arg(help_heading = "Server")]
    pub seed: Option<u64>,
}

/// `cfimg completions`.
#[derive(Debug, Clone, Args)]
pub struct Completions {
    /// bash, zsh, fish, powershell, elvish or nushell
    #[arg(value_enum, hide_possible_values = true)]
    pub shell: Shell,
}

/// `cfimg man`.
#[derive(Debug, Clone, Args)]
pub struct Man {
    /// The command whose page is shown (default: cfimg's own)
    #[arg(conflicts_with = "output")]
    pub command: Option<String>,
    /// Write all pages to files in DIR: cfimg.1, cfimg-show.1, …
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

impl Arguments {
    /// Usage and commands, without options.
    pub fn overview() -> StyledStr {
        help::overview::<Command>()
    }

    /// Parses the command line, which starts with the program's name. The error is what to print: a message,
    /// the help or the version.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        let arguments: Vec<OsString> = arguments.into_iter().collect();
        let asks_for_help = arguments.iter().any(|word| word == "help");
        let parsed = Self::try_parse_from(&arguments);
        let is_help_or_version = parsed.as_ref().is_err_and(|error| error.exit_code() == 0);
        if !is_help_or_version && let Some(error) = mistyped_command(&arguments) {
            return Err(error);
        }
        if let Some(error) = detached_lifetime(&arguments, &parsed) {
            return Err(error);
        }
        let arguments =
            parsed.map_err(|error| displayable(error, &arguments)).map_err(|error| match error.kind() {
                ErrorKind::InvalidSubcommand if asks_for_help => unknown_help_topic(&error),
                // clap takes a second word for a misspelt command, and suggests unrelated ones.
                ErrorKind::InvalidSubcommand => Self::command().error(
                    ErrorKind::UnknownArgument,
                    "cfimg opens only one IMAGE, and the first word isn't a command",
                ),
                ErrorKind::UnknownArgument => unknown_command(&arguments, error),
                _ => error,
            })?;
        if let Some(Command::Operation(Operation::View(view))) = &arguments.command
            && view.grid.is_none()
            && view.rest.len() > 1
        {
            let mut program = Self::command();
            program.build();
            let mut command = program.find_subcommand("view").cloned().unwrap_or(program);
            return Err(command
                .error(ErrorKind::TooManyValues, "without --grid, view accepts one IMAGE and one VARIANT"));
        }
        if arguments.image.is_some() && arguments.command.is_some() {
            // clap's own check would also refuse `cfimg --color never show IMAGE`.
            return Err(Self::command().error(
                ErrorKind::ArgumentConflict,
                "IMAGE must follow the command (to open an image whose ID is a command's name: cfimg -- ID)",
            ));
        }
        Ok(arguments)
    }
}

impl Color {
    /// Whether to write colours, on a terminal or not. `no_color` is the value of `NO_COLOR`.
    pub fn wanted(self, terminal: bool, no_color: Option<&std::ffi::OsStr>) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            // https://no-color.org: present and not empty, whatever its value.
            Self::Auto => terminal && no_color.is_none_or(std::ffi::OsStr::is_empty),
        }
    }
}

/// An error if a lifetime follows `--sign` after a space, so that it was read as another argument.
fn detached_lifetime(arguments: &[OsString], parsed: &Result<Arguments, clap::Error>) -> Option<clap::Error> {
    let mut pairs = arguments.windows(2).filter(|pair| pair[0] == "--sign");
    let lifetime = pairs.find_map(|pair| pair[1].to_str().filter(|text| Lifetime::parse(text).is_ok()))?;
    let is_misread = match parsed {
        Ok(arguments) => match &arguments.command {
            Some(Command::Operation(
                Operation::Url(UrlOf { link, .. }) | Operation::Open(link) | Operation::Copy(link),
            )) => link.variant.as_deref() == Some(lifetime),
            _ => false,
        },
        Err(error) => error.kind() == ErrorKind::UnknownArgument,
    };
    let text = format!("unexpected argument '{lifetime}'; did you mean '--sign={lifetime}'?");
    is_misread.then(|| Arguments::command().error(ErrorKind::UnknownArgument, text))
}

/// An error if the first word is close to a command's name. After `--` every word is an image.
fn mistyped_command(arguments: &[OsString]) -> Option<clap::Error> {
    let mut program = Arguments::command();
    let word = first_word(&program, arguments)?;
    let names: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).chain(["help"]).collect();
    if names.contains(&word) || !word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let name = typo::closest(word, names)?;
    let text = format!(
        "unknown command '{word}'; did you mean '{name}'? (to open an image with this ID: cfimg -- {word})"
    );
    Some(program.error(ErrorKind::InvalidSubcommand, text))
}

/// The first argument that is neither an option nor an option's value; `None` if it comes after `--`.
fn first_word<'a>(program: &clap::Command, arguments: &'a [OsString]) -> Option<&'a str> {
    let takes_value = |option: &str| {
        program.get_arguments().any(|known| {
            known.get_action().takes_values()
                && known.get_long().is_some_and(|long| option.strip_prefix("--") == Some(long))
        })
    };
    let mut rest = arguments.iter().skip(1);
    loop {
        let word = rest.next()?.to_str()?;
        if word == "--" {
            return None;
        }
        if word == "-" || !word.starts_with('-') {
            return Some(word);
        }
        if takes_value(word) {
            rest.next();
        }
    }
}

/// The same error with its arguments sanitized, and without signatures and credentials. clap repeats
/// arguments as they are, escape sequences included, so the command line is parsed again with sanitized text:
/// the only escape sequences left are clap's own styles.
fn displayable(error: clap::Error, arguments: &[OsString]) -> clap::Error {
    let shown = |argument: &OsString| -> OsString {
        let text = argument.to_string_lossy();
        cut_end(&sanitize(&first_chars(&redacted(&text), SHOWN)), SHOWN).into_owned().into()
    };
    let safe: Vec<OsString> = arguments.iter().map(shown).collect();
    if safe == arguments {
        return error;
    }
    match Arguments::try_parse_from(safe) {
        Err(safe_error) if safe_error.kind() == error.kind() => safe_error,
        _ => {
            let text = error.render().to_string();
            let shown_line = |line| sanitize(&redacted(line)).into_owned();
            let lines: Vec<_> = text.trim_start_matches("error: ").lines().map(shown_line).collect();
            clap::Error::raw(error.kind(), lines.join("\n") + "\n")
        }
    }
}

/// An error that names the first word if that was taken for IMAGE, and a second word is too many.
fn unknown_command(arguments: &[OsString], error: clap::Error) -> clap::Error {
    let mut program = Arguments::command();
    let names: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
    let is_option = error.get(ContextKind::InvalidArg).is_none_or(|arg| arg.to_string().starts_with('-'));
    match first_word(&program, arguments) {
        Some(word) if !is_option && !names.contains(&word) => {
            let word = cut_end(&sanitize(&redacted(word)), SHOWN).into_owned();
            program.error(ErrorKind::InvalidSubcommand, format!("unknown command '{word}'"))
        }
        _ => error,
    }
}

/// The error for `help` with an unknown command.
fn unknown_help_topic(error: &clap::Error) -> clap::Error {
    let word = error.get(ContextKind::InvalidSubcommand).map(ToString::to_string).unwrap_or_default();
    let mut program = Arguments::command();
    let commands: Vec<_> = program.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let text =
        format!("unknown command '{}'; the commands are {}", sanitize(&redacted(&word)), commands.join(", "));
    program.error(ErrorKind::UnknownArgument, text)
}

fn condition(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("use KEY=VALUE, such as region.name=eu-west".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sanitize::is_unsafe;

    fn read(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::read(std::iter::once("cfimg").chain(line.split_whitespace()).map(OsString::from))
    }

    #[test]
    fn clap_definition_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn unknown_word_is_an_image() {
        for (line, image) in [
            ("logo.png", "logo.png"),
            ("sight", "sight"),
            ("-- show", "show"),
            ("-- -abc", "-abc"),
            ("--color never logo.png", "logo.png"),
        ] {
            let arguments = read(line).unwrap();
            assert_eq!(arguments.image.as_deref(), Some(image), "{line}");
            assert!(arguments.command.is_none(), "{line}");
        }
        assert!(read("").unwrap().image.is_none());
        assert!(
            read("--no-history logo.png").unwrap().program.no_history
                && !read("logo.png").unwrap().program.no_history
        );
        assert_eq!(read("--picture sixel a").unwrap().program.picture, Some(PictureChoice::Sixel));
        let Some(Command::Demo(demo)) = read("demo --picture off --no-mouse").unwrap().command else {
            panic!("not a demo")
        };
        assert_eq!((demo.picture, demo.no_mouse), (Some(PictureChoice::Off), true));
        assert!(read("--no-mouse").unwrap().program.no_mouse && !read("").unwrap().program.no_mouse);
        assert!(read("--no-history show a").unwrap().program.no_history, "an alias may hold it");
    }

    #[test]
    fn common_options_work_before_and_after_command() {
        for line in ["--color never --log x show a", "show --color never a --log x"] {
            let arguments = read(line).unwrap();
            assert_eq!(arguments.common.color, Color::Never, "{line}");
            assert_eq!(arguments.common.log, Some("x".into()), "{line}");
            assert!(
                matches!(arguments.command, Some(Command::Operation(Operation::Show(show))) if show.images == ["a"])
            );
        }
    }

    #[test]
    fn image_after_double_dash_may_start_with_dash() {
        let Some(Command::Operation(Operation::Check(Check { images, .. }))) =
            read("check - a -- -b").unwrap().command
        else {
            panic!("a check")
        };
        assert_eq!(images, ["-", "a", "-b"]);
        let Some(Command::Operation(Operation::Url(UrlOf { link, .. }))) =
            read("url --unsigned -- -b -v").unwrap().command
        else {
            panic!("a url")
        };
        assert_eq!((&*link.image, link.variant.as_deref(), link.unsigned), ("-b", Some("-v"), true));
    }

    #[test]
    fn sign_takes_an_optional_lifetime() {
        let sign = |line: &str| {
            let Some(Command::Operation(Operation::Url(args))) = read(line).unwrap().command else {
                panic!("a url")
            };
            (args.link.sign, args.link.variant)
        };
        assert_eq!(sign("url a"), (None, None));
        assert_eq!(sign("url --sign a"), (Some(None), None), "the image is no lifetime");
        assert_eq!(sign("url a --sign hero"), (Some(None), Some("hero".to_owned())));
        assert_eq!(sign("url a --sign=90s"), (Some(Some(Lifetime::Seconds(90))), None));
        assert_eq!(sign("url a --sign=never"), (Some(Some(Lifetime::Never)), None));
    }

    #[test]
    fn list_takes_metadata_conditions() {
        let line = "list --meta a.b=c=d --meta n[gte:number]=8 --limit 3 --creator=";
        let Some(Command::Operation(Operation::List(list))) = read(line).unwrap().command else {
            panic!("a list")
        };
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(list.meta, [pair("a.b", "c=d"), pair("n[gte:number]", "8")]);
        assert_eq!((list.creator.as_deref(), list.limit.map(NonZeroUsize::get)), (Some(""), Some(3)));
    }

    #[test]
    fn invalid_arguments_are_usage_errors() {
        for line in [
            "show",
            "check",
            "url",
            "logo.png show a",
            "--colour",
            "a b",
            "demo --fail 2",
            "demo --fail NaN",
            "demo --serve a",
            "show --all a",
            "check --all a",
            "url a --sign=soon",
            "url a --sign=0s",
            "url a --sign=1M",
            "url a --sign=7D",
            "copy a --sign=1M",
            "open a --sign=1M",
            "check -q --json a",
            "url a --sign=99999999999999999999d",
            "url a --unsigned --sign",
            "url a --unsigned --expires-at 2099-01-01",
            "url a --domain https://a.example",
            "explain",
            "list a",
            "list --limit 0",
            "list -n 0",
            "list --sort size",
            "list --ids --json",
            "list --sort name --oldest-first",
            "list --meta status",
            "list --meta =1",
            "list --cached --meta a=1",
            "index --all",
            "--picture sixels",
        ] {
            assert_eq!(read(line).unwrap_err().exit_code(), 2, "{line}");
        }
        for line in ["--help", "-h", "-V", "help", "show --help"] {
            assert_eq!(read(line).unwrap_err().exit_code(), 0, "{line}");
        }
    }

    #[test]
    fn invalid_number_names_the_allowed_range() {
        let mut messages = String::new();
        for line in [
            "list --limit 0",
            "list --limit abc",
            "list --limit -3",
            "list --limit 99999999999999999999999",
            "view a --width 0",
            "view a --height 65536",
            "demo --port 65536",
            "demo --images many",
            "demo --latency -1",
            "demo --seed x",
            "demo --fail 2",
        ] {
            let message = read(line).unwrap_err().to_string();
            messages += message.split_inclusive('\n').next().unwrap_or_default();
        }
        insta::assert_snapshot!("number_errors", messages);
    }

    #[test]
    fn help_for_unknown_command_lists_the_commands() {
        let message = read("help nope").unwrap_err().to_string();
        assert!(message.contains("'nope'") && message.contains(" show, check, list,"), "{message}");
        assert_eq!(read("nope x").unwrap_err().kind(), ErrorKind::UnknownArgument);
    }

    #[test]
    fn unknown_command_is_named() {
        for line in ["delete ID", "delete ID more", "frobnicate 1 --json"] {
            let message = read(line).unwrap_err().to_string();
            let word = line.split(' ').next().unwrap();
            assert!(message.starts_with(&format!("error: unknown command '{word}'")), "{message}");
        }
        assert!(read("show a --nope").unwrap_err().to_string().contains("'--nope'"));
    }

    #[test]
    fn lifetime_after_a_space_is_explained() {
        for line in ["url ID --sign 1d", "url ID hero --sign 1d", "copy --sign 1d ID hero"] {
            let message = read(line).unwrap_err().to_string();
            assert!(message.contains("'--sign=1d'"), "{message}");
        }
        assert!(read("url --sign 1d").is_ok(), "an ID");
    }

    #[test]
    fn mistyped_command_is_a_usage_error_with_hint() {
        for (line, word, name) in [
            ("chekc", "chekc", "check"),
            ("chekc ID", "chekc", "check"),
            ("chekc --json", "chekc", "check"),
            ("chekc - --unknown", "chekc", "check"),
            ("views", "views", "view"),
            ("checks", "checks", "check"),
            ("Show", "Show", "show"),
            ("SHOW ID", "SHOW", "show"),
            ("variant", "variant", "variants"),
            ("hlep", "hlep", "help"),
            ("--color never ulr a", "ulr", "url"),
            ("--color=never --no-history ulr a", "ulr", "url"),
        ] {
            let error = read(line).expect_err(line);
            assert_eq!(error.exit_code(), 2, "{line}");
            let message = error.to_string();
            assert!(message.contains(&format!("'{name}'")), "{line}: {message}");
            assert!(message.contains(&format!("cfimg -- {word})\n")), "{line}: {message}");
        }
    }

    #[test]
    fn ids_are_not_mistyped_commands() {
        for line in [
            "083eb7b2-5392-4565-b69e-aff66acddd00",
            "check.png",
            "list1",
            "show-room",
            "blog/show",
            "screenshot",
            "image",
            "logo",
            "-- chekc",
            "-- views",
            "--log views logo",
            "https://imagedelivery.net/H/show/public",
        ] {
            assert!(read(line).is_ok_and(|arguments| arguments.image.is_some()), "{line}");
        }
        assert!(read("show chekc").unwrap().image.is_none(), "the argument of a command");
        assert!(read("demo chekc").is_ok());
    }

    #[test]
    fn parser_errors_sanitize_arguments() {
        const HOSTILE: &str = "\u{1b}]0;X\u{7}\u{202e}\u{9b}31m\r\n";
        let templates: &[&[&str]] = &[
            &["show", "--@"],
            &["--@"],
            &["-@"],
            &["show", "a", "--json=@"],
            &["show", "a", "--@=@"],
            &["list", "--limit", "@"],
            &["list", "--limit=@"],
            &["list", "--meta", "@"],
            &["list", "@"],
            &["url", "a", "--domain", "@"],
            &["url", "a", "--domain=https://@"],
            &["url", "a", "--sign=@"],
            &["url", "a", "b", "@"],
            &["url", "--sign=1m", "--unsigned", "--@", "a"],
            &["demo", "--port", "@"],
            &["demo", "--fail=@"],
            &["demo", "--serve", "@"],
            &["view", "a", "--width", "@"],
            &["view", "a", "--picture", "@"],
            &["--picture=@"],
            &["--color", "@"],
            &["help", "@"],
            &["@", "@"],
            &["@", "show", "a"],
            &["index", "--all", "--@"],
        ];
        for template in templates {
            for hostile in [HOSTILE.to_owned(), "y".repeat(20_000)] {
                let words = template.iter().map(|word| OsString::from(word.replace('@', &hostile)));
                let error = Arguments::read(std::iter::once("cfimg".into()).chain(words))
                    .expect_err("it is a usage error");
                assert_eq!(error.exit_code(), 2, "{template:?}");
                let plain = error.render().to_string();
                assert!(plain.lines().all(|line| !line.chars().any(is_unsafe)), "{template:?}: {plain:?}");
                let styled = error.render().ansi().to_string();
                let rest = anstyle_free(&styled);
                assert!(!rest.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{template:?}: {styled:?}");
                assert!(plain.len() < 5000, "{template:?}: {} bytes", plain.len());
            }
        }
    }

    #[test]
    fn parser_errors_print_no_secret() {
        const SIGNATURE: &str = "72411885ee02134d38662f3e70ac8ff694f408e9d14b05125f6b022c3f403efa";
        const TOKEN: &str = "cfut_0123456789abcdefghijklmnopqrstuvwxyzABCD";
        let plain = format!("https://imagedelivery.net/H/a/public?exp=1&sig={SIGNATURE}");
        let encoded =
            format!("https%3A%2F%2Fimagedelivery.net%2FH%2Fa%2Fpublic%3Fexp%3D1%26sig%3D{SIGNATURE}");
        let templates: &[&[&str]] = &[
            &["url", "a", "--domain", "@"],
            &["url", "a", "--sign=@"],
            &["url", "a", "b", "@"],
            &["list", "@"],
            &["list", "--limit", "@"],
            &["list", "--sort=@"],
            &["show", "a", "--@"],
            &["demo", "--port", "@"],
            &["usage", "@"],
            &["help", "@"],
            &["@", "@"],
        ];
        for template in templates {
            for secret in [&plain, &encoded, TOKEN] {
                let words = template.iter().map(|word| OsString::from(word.replace('@', secret)));
                let error = Arguments::read(std::iter::once("cfimg".into()).chain(words)).unwrap_err();
                let text = error.render().to_string();
                assert_eq!(error.exit_code(), 2, "{template:?}");
                assert!(!text.contains(SIGNATURE) && !text.contains(TOKEN), "{template:?}: {text}");
            }
        }
    }

    /// The text without colours and emphasis (`CSI … m`).
    fn anstyle_free(text: &str) -> String {
        let mut parts = text.split("\u{1b}[");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |plain, part| {
            let end = part.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(part.len());
            let style = part[end..].strip_prefix('m');
            plain + &style.map_or_else(|| format!("\u{1b}[{part}"), str::to_owned)
        })
    }

    #[cfg(unix)]
    #[test]
    fn invalid_utf8_error_has_no_raw_bytes() {
        use std::os::unix::ffi::OsStringExt as _;
        let odd = || OsString::from_vec(b"--\xff\x1b[2J".to_vec());
        for words in [vec![odd()], vec!["show".into(), odd()], vec!["list".into(), "--limit".into(), odd()]] {
            let error = Arguments::read(std::iter::once("cfimg".into()).chain(words)).unwrap_err();
            assert_eq!(error.exit_code(), 2);
            assert!(!error.render().to_string().contains('\u{1b}'), "{error}");
        }
    }

    #[test]
    fn help_does_not_show_argv0() {
        let words = ["\u{1b}[2Jevil", "show", "--help"].map(OsString::from);
        assert!(!Arguments::read(words).unwrap_err().render().to_string().contains("evil"));
    }

    #[test]
    fn auto_color_follows_terminal_and_no_color() {
        use std::ffi::OsStr;
        assert!(Color::Auto.wanted(true, None));
        assert!(Color::Auto.wanted(true, Some(OsStr::new(""))));
        assert!(!Color::Auto.wanted(true, Some(OsStr::new("0"))));
        assert!(!Color::Auto.wanted(false, None));
        assert!(Color::Always.wanted(false, Some(OsStr::new("1"))));
        assert!(!Color::Never.wanted(true, None));
    }
}
