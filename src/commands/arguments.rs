//! The arguments of `cfimg`: parsing, and error messages.

mod number;

use std::ffi::OsString;
use std::num::{NonZeroU16, NonZeroUsize};
use std::path::PathBuf;

use clap::error::{ContextKind, ErrorKind};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

use super::help;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::redacted;
use crate::domain::typo;
use crate::domain::width::{cut_end, first_chars};
use crate::domain::{CustomDomain, Lifetime, PictureChoice, ThemeChoice};

/// The most columns of an argument in an error message.
const SHOWN: usize = 200;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "cfimg",
    // Without this, usage lines show the name that the program was started by, which may hold anything.
    bin_name = "cfimg",
    version,
    about = "See any Cloudflare image from your terminal: its details, its variants, its pixels.",
    override_usage = "cfimg [OPTIONS] [IMAGE]\n       cfimg [OPTIONS] COMMAND …",
    long_about = help::LEAD,
    after_help = help::SHORT,
    after_long_help = help::LONG,
    max_term_width = 100
)]
pub struct Arguments {
    /// The image to look up first: an ID, a delivery URL, or any text that holds one
    pub image: Option<String>,
    /// Remember no lookups from run to run, and read none
    // Commands store no lookups. They accept the option because it may be in an alias.
    #[arg(long)]
    pub no_history: bool,
    /// Don't read or store the local index of the list and thumbnails
    #[arg(long)]
    pub no_index: bool,
    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,
    /// How pictures are drawn: auto (what the terminal answers), kitty, sixel, iterm2, halfblocks, off
    #[arg(long, value_name = "HOW")]
    pub picture: Option<PictureChoice>,
    /// What to do instead of opening the program.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What holds for every command.
    #[command(flatten)]
    pub common: Common,
}

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// When colours are written.
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, hide_default_value = true)]
    #[arg(
        hide_possible_values = true,
        help = "Colours: auto (on a terminal, unless NO_COLOR is set), always, never"
    )]
    pub color: Color,
    /// Colours for this background: auto (what the terminal answers), dark, light; or ansi (the terminal's own 16), mono (none)
    #[arg(long, global = true, value_name = "NAME")]
    pub theme: Option<ThemeChoice>,
    /// Append a log to FILE, for a bug report: it names accounts and images, and holds no secret
    #[arg(long, global = true, value_name = "FILE")]
    pub log: Option<PathBuf>,
}

/// When colours are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, and not where `NO_COLOR` is set.
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
    /// One that asks the account.
    #[command(flatten)]
    Operation(Operation),
    /// Try everything without an account, on an embedded Cloudflare Images
    Demo(Demo),
}

/// What may be asked of the account. The answer alone is printed on standard output.
#[derive(Debug, Subcommand)]
pub enum Operation {
    /// Print details and variants of images
    Show(Show),
    /// Tell whether images need signed URLs: exit code 10 if any does
    Check(Check),
    /// Print the delivery URL of a variant, signed if asked; or what else people paste
    Url(UrlOf),
    /// Open a variant in the browser
    Open(Link),
    /// Copy the delivery URL of a variant to the clipboard; those of several images a line each
    Copy(Link),
    /// Tell what a delivery URL says: whose, of what, signed well or not, until when
    Explain(Explain),
    /// Print a picture, among the shell's lines; of an animation its first frame
    View(View),
    /// Save a picture's bytes into a file, and print its name
    Save(Save),
    /// Print every image of the account, newest first
    List(List),
    /// Print the account's variants, and how each resizes
    Variants(Format),
    /// Print how full the account is
    Usage(Format),
    /// Tell what the program has kept of the list on this machine, or remove it
    Index(IndexOf),
}

/// `cfimg show`.
#[derive(Debug, Args)]
pub struct Show {
    /// Image IDs, or URLs that hold one; `-` reads one a line from standard input
    #[arg(value_name = "IMAGE", required = true)]
    pub images: Vec<String>,
    /// How they are printed.
    #[arg(long, help = "Print each image as the API gave it, one JSON object a line")]
    pub json: bool,
    /// Fetch the begin of every variant's picture too: its size in pixels, its type, its bytes
    #[arg(long)]
    pub probe: bool,
}

/// `cfimg check`.
#[derive(Debug, Args)]
#[command(after_help = help::CHECK)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct Check {
    /// Image IDs, or URLs that hold one; `-` reads one a line from standard input
    #[arg(value_name = "IMAGE", required_unless_present = "all", conflicts_with = "all")]
    pub images: Vec<String>,
    /// Every image of the account, as the API lists them
    #[arg(long)]
    pub all: bool,
    /// Ask the delivery host for the plain URL too, and print what it answers
    #[arg(long)]
    pub verify: bool,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Print nothing: the exit code is the answer
    #[arg(short, long, conflicts_with = "json")]
    pub quiet: bool,
}

/// A variant's URL, to be used.
#[derive(Debug, Args)]
pub struct Link {
    /// An image ID, or a URL that holds one; `-` reads one a line from standard input
    pub image: String,
    /// The variant, or options such as `w=400,fit=cover`; without it the one in the URL, else that of the settings, else `public`, else the first by name
    pub variant: Option<String>,
    /// Take the plain URL even of an image that needs signed ones: it answers 403
    #[arg(long)]
    pub unsigned: bool,
    /// Sign the URL: for 90s, 15m, 1h, 7d or never to expire; an hour, or what the settings say, if not given
    #[arg(long, value_name = "LIFETIME", num_args = 0..=1, require_equals = true, value_parser = Lifetime::parse)]
    #[arg(conflicts_with = "unsigned")]
    pub sign: Option<Option<Lifetime>>,
    /// Sign the URL until DATE: 2026-12-31, "2026-12-31 18:00", 2026-12-31T18:00:00Z
    #[arg(long, value_name = "DATE", conflicts_with = "unsigned")]
    pub expires_at: Option<String>,
    /// Give the URL on a domain of your own, below /cdn-cgi/imagedelivery
    #[arg(long, value_name = "HOST")]
    pub domain: Option<CustomDomain>,
}

/// `cfimg url`.
#[derive(Debug, Args)]
#[command(after_help = help::URL)]
pub struct UrlOf {
    /// The URL.
    #[command(flatten)]
    pub link: Link,
    /// How it is printed.
    #[arg(long = "as", value_name = "FORM")]
    #[arg(
        help = "Print it as url, markdown, html, srcset, picture, curl, id, json, or a template of the settings"
    )]
    pub form: Option<String>,
    /// Measure every picture that html, srcset, picture or a template tells the size of, also where the account's options
    /// already make it certain
    #[arg(long)]
    pub probe: bool,
}

/// `cfimg explain`.
#[derive(Debug, Args)]
#[command(after_help = help::EXPLAIN)]
pub struct Explain {
    /// A delivery URL, or a text that holds one; `-` reads one a line from standard input
    pub url: String,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `cfimg view`.
#[derive(Debug, Args)]
pub struct View {
    /// An image ID, or a URL that holds one; `-` reads one a line from standard input
    pub image: String,
    /// The variant, or options such as `w=400,fit=cover`; without it the one in the URL, else that of the settings, else `public`, else the first by name
    pub variant: Option<String>,
    /// The most columns that it takes; without it those of the terminal
    #[arg(long, value_name = "COLUMNS", value_parser = number::cells, allow_negative_numbers = true)]
    pub width: Option<NonZeroU16>,
    /// The most rows that it takes; without it those of the terminal but for the prompt's
    #[arg(long, value_name = "ROWS", value_parser = number::cells, allow_negative_numbers = true)]
    pub height: Option<NonZeroU16>,
    /// How it is drawn: auto, kitty, sixel, iterm2, halfblocks; the last goes into files and pipes too
    #[arg(long, value_name = "HOW")]
    pub picture: Option<PictureChoice>,
}

/// `cfimg save`.
#[derive(Debug, Args)]
pub struct Save {
    /// An image ID, or a URL that holds one; `-` reads one a line from standard input
    pub image: String,
    /// The variant, or options such as `w=400,fit=cover`; without it the original, as it was uploaded
    pub variant: Option<String>,
    /// The file; `-` is standard output. Without it, in this folder, the image's file name, with the variant's in it
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Overwrite a file that is there already
    #[arg(long)]
    pub force: bool,
}

/// `cfimg list`.
#[derive(Debug, Default, Args)]
#[command(after_help = help::LIST)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct List {
    /// How they are printed.
    #[arg(long, help = "Print each image as the API gave it, one JSON object a line")]
    pub json: bool,
    /// Print the IDs alone, one a line
    #[arg(long, conflicts_with = "json")]
    pub ids: bool,
    /// Only images of this creator; "" for those that have none
    #[arg(long, value_name = "NAME")]
    pub creator: Option<String>,
    /// Only images with this metadata, as in `region.name=eu-west`; up to five times, and all must hold
    #[arg(long, value_name = "KEY=VALUE", value_parser = condition)]
    pub meta: Vec<(String, String)>,
    /// Only images that the words of TEXT find; cfimg itself looks through the whole list
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub filter: Option<String>,
    /// At most N images
    #[arg(short = 'n', long, value_name = "N", value_parser = number::limit, allow_negative_numbers = true)]
    pub limit: Option<NonZeroUsize>,
    /// The order: newest, oldest, or name, which reads the whole list first
    #[arg(long, value_name = "ORDER", value_enum, hide_possible_values = true, default_value_t)]
    #[arg(hide_default_value = true)]
    pub sort: Sort,
    /// The same as --sort oldest
    #[arg(long, conflicts_with = "sort")]
    pub oldest_first: bool,
    /// Ask nobody: print what the program has kept of the list
    #[arg(long, conflicts_with = "meta")]
    pub cached: bool,
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
    /// Remove the index and the cached thumbnails; the program makes new ones
    #[arg(long)]
    pub clear: bool,
    /// Remove those of all accounts
    #[arg(long, requires = "clear")]
    pub all: bool,
}

/// For people, or for programs.
#[derive(Debug, Args)]
pub struct Format {
    /// Print as the API gave it, one JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// `cfimg demo`.
#[derive(Debug, Clone, Default, Args)]
pub struct Demo {
    /// The image to look up first; without it, a sample
    #[arg(conflicts_with = "serve")]
    pub image: Option<String>,
    /// Run the server alone, and print the environment that leads to it
    #[arg(long)]
    pub serve: bool,
    /// How pictures are drawn: auto, kitty, sixel, iterm2, halfblocks, off
    #[arg(long, value_name = "HOW")]
    pub picture: Option<PictureChoice>,
    /// Leave the mouse to the terminal
    #[arg(long)]
    pub no_mouse: bool,
    /// The port on 127.0.0.1; without it, any that is free
    #[arg(long, value_name = "P", default_value_t = 0, hide_default_value = true)]
    #[arg(value_parser = number::port, allow_negative_numbers = true)]
    pub port: u16,
    /// How many images the account holds (36 if not given)
    #[arg(long, value_name = "N", value_parser = number::whole::<usize>, allow_negative_numbers = true)]
    pub images: Option<usize>,
    /// How long every answer takes, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0, hide_default_value = true)]
    #[arg(value_parser = number::whole::<u64>, allow_negative_numbers = true)]
    pub latency: u64,
    /// The share of requests that fail, from 0 to 1
    #[arg(long, value_name = "RATE", default_value_t = 0.0, hide_default_value = true)]
    #[arg(value_parser = number::share, allow_negative_numbers = true)]
    pub fail: f64,
    /// Seed of the generated images, and of which requests fail
    #[arg(long, value_name = "S", value_parser = number::whole::<u64>, allow_negative_numbers = true)]
    pub seed: Option<u64>,
}

impl Arguments {
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
        let arguments =
            parsed.map_err(|error| displayable(error, &arguments)).map_err(|error| match error.kind() {
                ErrorKind::InvalidSubcommand if asks_for_help => unknown_help_topic(&error),
                // clap takes a second word for a misspelt command, and suggests odd ones.
                ErrorKind::InvalidSubcommand => Self::command().error(
                    ErrorKind::UnknownArgument,
                    "the program takes one IMAGE, and the first word of these is no command",
                ),
                _ => error,
            })?;
        if arguments.image.is_some() && arguments.command.is_some() {
            // clap's own check would also refuse `cfimg --color never show IMAGE`.
            return Err(Self::command().error(
                ErrorKind::ArgumentConflict,
                "an IMAGE comes after the command, not before it (`cfimg -- NAME` for an image called like a command)",
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
        "there is no command '{word}': did you mean '{name}'? For an image called '{word}': cfimg -- {word}"
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

/// The error for `help` with an unknown command.
fn unknown_help_topic(error: &clap::Error) -> clap::Error {
    let word = error.get(ContextKind::InvalidSubcommand).map(ToString::to_string).unwrap_or_default();
    let mut program = Arguments::command();
    let commands: Vec<_> = program.get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let text =
        format!("there is no command “{}”: there are {}", sanitize(&redacted(&word)), commands.join(", "));
    program.error(ErrorKind::UnknownArgument, text)
}

fn condition(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write KEY=VALUE, such as region.name=eu-west".to_owned()),
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
        assert!(read("--no-history logo.png").unwrap().no_history && !read("logo.png").unwrap().no_history);
        assert_eq!(read("--picture sixel a").unwrap().picture, Some(PictureChoice::Sixel));
        let Some(Command::Demo(demo)) = read("demo --picture off --no-mouse").unwrap().command else {
            panic!("not a demo")
        };
        assert_eq!((demo.picture, demo.no_mouse), (Some(PictureChoice::Off), true));
        assert!(read("--no-mouse").unwrap().no_mouse && !read("").unwrap().no_mouse);
        assert!(read("--no-history show a").unwrap().no_history, "an alias may hold it");
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
        assert!(message.contains("“nope”") && message.contains(" show, check, url,"), "{message}");
        assert_eq!(read("nope x").unwrap_err().kind(), ErrorKind::UnknownArgument);
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
            assert!(message.contains(&format!("cfimg -- {word}\n")), "{line}: {message}");
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
