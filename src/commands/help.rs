//! Texts of `--help` besides those of commands and options.

use std::fmt::Write as _;

use clap::builder::StyledStr;
use clap::builder::styling::Styles;
use clap::{Args, Command, Subcommand};

/// The commands as `cfimg --help` groups them.
const GROUPS: [(&str, &[&str]); 3] = [
    ("Inspect", &["show", "check", "list", "variants", "usage", "explain"]),
    ("Use", &["url", "open", "copy", "view", "save"]),
    ("Set up", &["demo", "login", "logout", "config", "doctor", "index", "completions", "man", "help"]),
];

/// The columns that the program's own help is written for.
const WIDTH: usize = 80;

/// How the program is started.
pub(super) const USAGE_LINES: &str = "cfimg [OPTIONS] [IMAGE]\n       cfimg [OPTIONS] COMMAND …";

/// Usage and commands.
pub(super) fn overview<C: Subcommand>() -> StyledStr {
    let header = *Styles::styled().get_header();
    let end = "\nMore: `cfimg --help`, `cfimg COMMAND --help`\n";
    StyledStr::from(format!("\n{header}Usage:{header:#} {USAGE_LINES}\n{}{end}", groups::<C>()))
}

/// The commands in groups. clap itself cannot group them.
fn groups<C: Subcommand>() -> String {
    let styles = Styles::styled();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let commands = C::augment_subcommands(Command::new("cfimg"));
    let about = |name: &str| match commands.find_subcommand(name).and_then(Command::get_about) {
        Some(about) => about.to_string(),
        None => HELP_COMMAND.to_owned(),
    };
    let mut text = String::new();
    for (title, names) in GROUPS {
        _ = write!(text, "\n{header}{title}:{header:#}\n");
        for name in names {
            _ = writeln!(text, "  {literal}{name:<11}{literal:#}  {}", about(name));
        }
    }
    text
}

/// The program's help.
pub(super) fn template<C: Subcommand, Own: Args, Global: Args>() -> StyledStr {
    let header = *Styles::styled().get_header();
    let mut text = format!("{{about-with-newline}}\n{{usage-heading}} {{usage}}\n{}", groups::<C>());
    let own = Own::augment_args(Command::new("cfimg").version("0"));
    let common = Global::augment_args(Command::new("cfimg").disable_help_flag(true));
    for (title, command) in [("Options", own), ("Global options", common)] {
        let command = command.mut_args(|arg| arg.hide_short_help(false).help_heading(None::<&str>));
        let options = command.help_template("{options}").term_width(WIDTH).render_help();
        _ = write!(text, "\n{header}{title}:{header:#}\n{}\n", options.ansi().to_string().trim_end());
    }
    StyledStr::from(text.trim_end().to_owned() + "{after-help}")
}

/// The line of clap's own command.
const HELP_COMMAND: &str = "Print the help of a command";

/// Above everything, in `--help`.
pub(super) const LEAD: &str = "\
See any Cloudflare image from your terminal: its details, variants and pixels.

Without a command, cfimg opens the program. Press ? there for all keys.
IMAGE is an image ID, or text that contains one, such as a delivery URL.
cfimg only reads: the permission Images Read is enough.";

/// After everything, in `-h`.
pub(super) const SHORT: &str = "\
IMAGE is an image ID or a URL. No account? Try `cfimg demo`.
Details and examples: `cfimg --help`, `cfimg COMMAND --help`";

/// After everything, in `--help`.
pub(super) const LONG: &str = "\
Examples:
  cfimg demo                          Look around without an account
  cfimg login                         Store an API token for your account
  cfimg ID                            Open the program on an image
  cfimg show ID                       Show an image's details and variants
  cfimg check --all --verify          Check which images need signed URLs
  cfimg list --filter 'signed: logo'  Find images
  cfimg url ID hero --sign=7d         Print a signed URL, valid for a week
  cfimg copy ID thumbnail             Copy a URL
  cfimg save ID                       Save the original to a file
  cfimg config --edit                 Change the settings
  cfimg doctor                        Find out why something doesn't work
  cfimg -- show                       Open an image whose ID is `show`

Environment:
  CLOUDFLARE_API_TOKEN           An API token with the permission Images Read
  CLOUDFLARE_ACCOUNT_ID          The account; optional if there is only one
  CLOUDFLARE_EMAIL               With CLOUDFLARE_API_KEY: the older global key,
  CLOUDFLARE_API_KEY             used if there is no token
  CLOUDFLARE_BASE_URL            Another API address, such as the demo's
  CF_API_TOKEN, CF_ACCOUNT_ID, CF_EMAIL, CF_API_KEY, CLOUDFLARE_API_BASE_URL
                                 Other names, used if those above are not set
  CLOUDFLARE_IMAGES_SIGNING_KEY  The key that signs URLs; default: the account's
  CFIMG_PROFILE                  Like --profile
  CFIMG_CONFIG                   The settings file, instead of config.toml
  CFIMG_NO_HISTORY               If set: like --no-history
  CFIMG_NO_INDEX                 If set: like --no-index
  CFIMG_NO_MOUSE                 If set: like --no-mouse
  CFIMG_PICTURE                  Like --picture
  CFIMG_THEME                    Like --theme
  CFIMG_MARKS                    Access marks: auto, unicode, ascii
  NO_COLOR                       If set: no colours and no links
  FORCE_HYPERLINK                1: links on every terminal; 0: no links

Exit codes:
   0  Success
   1  Any other failure
   2  Wrong usage, or text that cannot be an image ID
   3  No such image or variant
   4  Missing credentials or permission
   5  Network error, rate limit, or a response that is not from the API
  10  `check` found an image that needs signed URLs
With several images, all are tried. The exit code is that of the first failure.";

/// After the options of `config`.
pub(super) const CONFIG: &str = "\
Exit code: 2 if the settings file or the theme has mistakes. All are printed.

Examples:
  cfimg config                     Which settings are in force, and why
  cfimg config --edit              Change them
  cfimg config --default | less    Read about every setting
  cfimg config --theme-file dark   Print a theme to start your own from";

/// What the manual says of files.
pub(super) const FILES: &str = "\
  ~/.config/cfimg/config.toml   The settings
  ~/.config/cfimg/themes        Your own themes
  ~/.local/state/cfimg/history  Lookups, by account
  ~/.local/state/cfimg/index    The local index of the list, by account
  ~/.cache/cfimg                Thumbnails
The variables XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_CACHE_HOME change these folders.";

/// After the options of `show`.
pub(super) const SHOW: &str = "\
Examples:
  cfimg show ID
  cfimg show --probe https://imagedelivery.net/HASH/ID/hero
  cfimg show --json ID | jq .meta";

pub(super) const SHOW_LONG: &str = "\
A variant's URL is the URL base followed by the variant's name. In terminals
that support links, the name links to the URL unless it needs a signature.

In a pipe or a file, columns are separated by tabs. The first column names the
field: filename, id, creator, uploaded, access, metadata (JSON) or variant.
After `variant` come name, resizing, access and URL. --probe adds size, type and
bytes, and an error if there is one. Access is signed, public, unknown or draft.

With --json, --probe adds the results as `cfimg.probe`, by variant.

Examples:
  cfimg show ID
  cfimg show --probe https://imagedelivery.net/HASH/ID/hero
  cfimg show --json ID | jq .meta
  cfimg show ID | awk -F'\\t' '$1 == \"variant\" { print $5 }'";

/// After the options of `check`.
pub(super) const CHECK: &str = "\
Examples:
  cfimg check ID              Exit code 10: it needs signed URLs
  cfimg check - < ids.txt
  cfimg check --all --verify  Compare with what the delivery host does";

pub(super) const CHECK_LONG: &str = "\
Prints access (signed, public, unknown or draft), ID and file name. Columns are
aligned on a terminal and separated by tabs elsewhere.

--verify requests the plain URL and adds a second column: `open`, `closed`
(access denied), `unchecked` (a draft) or `failed` (see standard error).

--json prints id, access, filename and draft. --verify adds delivery: result,
variant, and error if it failed.

Exit codes:
  0   No image needs signed URLs
  1   An image is unknown or a draft, or --verify found a contradiction
  10  An image needs signed URLs
Any other failure has its usual exit code. The first failure outranks 10.

Examples:
  cfimg check ID
  cfimg check - < ids.txt
  cfimg check --all --verify
  cfimg check --quiet ID || echo 'not public'";

/// After the options of `url`.
pub(super) const URL: &str = "\
Examples:
  cfimg url ID thumbnail
  cfimg url ID --sign=7d
  cfimg url ID w=400,fit=cover --as html";

pub(super) const URL_LONG: &str = "\
If an image needs signed URLs, --sign or --unsigned is required. Anyone with a
signed URL can see the image until it expires.

--as srcset and --as picture list the variants with the same aspect ratio as the
chosen one. If a variant's options don't give its size, cfimg reads the start of
the picture.

--as qr prints a QR code as text. Without colours, such as in a pipe, it scans
only on a light background.

Examples:
  cfimg url ID thumbnail
  cfimg url ID --sign=7d
  cfimg url ID w=400,fit=cover --as html
  cfimg url ID --as qr         To open it on a phone
  cfimg url - --sign < ids.txt";

/// After the options of `open`.
pub(super) const OPEN: &str = "\
Examples:
  cfimg open ID
  cfimg open ID hero --sign=15m";

/// After the options of `copy`.
pub(super) const COPY: &str = "\
Examples:
  cfimg copy ID thumbnail
  cfimg copy - < ids.txt       One URL per line";

/// After the options of `explain`.
pub(super) const EXPLAIN: &str = "\
Example:
  cfimg explain 'https://imagedelivery.net/HASH/ID/hero?exp=…&sig=…'";

pub(super) const EXPLAIN_LONG: &str = "\
The signature is checked with CLOUDFLARE_IMAGES_SIGNING_KEY, the key in the
settings, or the account's keys. The image is not fetched.

--json prints host, custom_domain, hash, image, custom_id, variant, flexible,
signature (none, good, bad or unchecked), key, reason (why it is bad), expires
(a date or `never`), expired, other_parameters (their names) and notes.

Exit codes:
  0  Nothing is wrong with the URL
  1  It has parameters but no signature
  4  Its signature is invalid or has expired, or it has extra parameters
Without a key to check with, the exit code is that of the failure.

Example:
  cfimg explain 'https://imagedelivery.net/HASH/ID/hero?exp=…&sig=…'";

/// The usage of `view`.
pub(super) const VIEW_USAGE: &str = "\
cfimg view [OPTIONS] <IMAGE> [VARIANT]
       cfimg view --grid[=COLUMNS] [OPTIONS] <IMAGE>...";

/// After the options of `view`.
pub(super) const VIEW: &str = "\
Examples:
  cfimg view ID
  cfimg view ID hero --width 40
  cfimg list --ids | fzf --preview 'cfimg view {}'
  cfimg list --ids --filter logo | cfimg view --grid -";

/// After the options of `save`.
pub(super) const SAVE: &str = "\
Examples:
  cfimg save ID                     The original, under its file name
  cfimg save ID hero -o hero.webp
  cfimg list --ids | cfimg save -   All originals";

/// After the options of `list`.
pub(super) const LIST: &str = "\
Examples:
  cfimg list -n 20
  cfimg list --filter 'signed: logo after:2026'
  cfimg list --ids | cfimg check -";

pub(super) const LIST_LONG: &str = "\
Terms of --filter, which must all match:
  signed:  public:  unknown:  By access
  creator:NAME                The creator starts with NAME
  before:DATE  after:DATE     Uploaded before DATE, or on DATE and later;
                              DATE is 2026, 2026-01 or 2026-01-31
  meta.KEY:VALUE              The metadata at KEY starts with VALUE, or is that
                              number
  meta.KEY:                   There is metadata at KEY
  \"two words\"                 A phrase in file name, ID, creator or metadata
  word                        A word in any of these; `signed`, `public` and
                              `unknown` also match the access
  -TERM                       Excludes images that match TERM
A value in double quotes may contain spaces and must match as a whole:
creator:\"Jane Doe\". A word with a capital letter is case-sensitive. Accents
matter only if they are typed.

--creator and --meta are faster, because Cloudflare's API applies them. The KEY
of --meta may end with an operator of the API: --meta 'priority[gte:number]=8'.

Columns are upload date, access (signed, public, unknown or draft), ID and file
name. They are aligned on a terminal and separated by tabs elsewhere, so that
`cut -f3` prints the IDs. With --cached, drafts are listed as unknown. An image
that the API returns twice is printed once, unless 10,000 others come between.

Examples:
  cfimg list -n 20
  cfimg list --filter 'signed: logo after:2026'
  cfimg list --ids | cfimg check -
  cfimg list --meta region.name=eu-west --json | jq .meta";

/// After the options of `variants`.
pub(super) const VARIANTS: &str = "\
Examples:
  cfimg variants
  cfimg variants --json | jq -r .id";

/// After the options of `usage`.
pub(super) const USAGE: &str = "\
Examples:
  cfimg usage
  cfimg usage --json | jq .count.current";

/// After the options of `index`.
pub(super) const INDEX: &str = "\
Examples:
  cfimg index
  cfimg index --clear --all";

/// After the options of `doctor`.
pub(super) const DOCTOR: &str = "\
Examples:
  cfimg doctor
  cfimg doctor --json | jq '.[] | select(.state == \"error\")'";

pub(super) const DOCTOR_LONG: &str = "\
Checks settings, account, network, Cloudflare Images, terminal, tmux, desktop
and stored files. Each line is good, or says what is wrong and what to do.

The output contains no token, key or signed URL, so that you can paste it into a
bug report. cfimg sends a dozen requests at most, all of them GET or HEAD.

In a pipe or a file, columns are separated by tabs: group, check, state, what
was found, and what to do. The state is ok, warning, error, unknown or skipped.

--json prints an array of objects with group, check, state, text and hint.

Exit codes:
  0  No error, but there may be warnings
Otherwise, the exit code is that of the first error.

Examples:
  cfimg doctor
  cfimg doctor --json | jq '.[] | select(.state == \"error\")'";

/// After the options of `demo`.
pub(super) const DEMO: &str = "\
Examples:
  cfimg demo
  cfimg demo --serve --port 8787";

/// After the options of `completions`.
pub(super) const COMPLETIONS: &str = "\
Examples:
  cfimg completions bash > ~/.local/share/bash-completion/completions/cfimg
  cfimg completions fish > ~/.config/fish/completions/cfimg.fish";

pub(super) const COMPLETIONS_LONG: &str = "\
The package installs the scripts for bash, zsh and fish. Otherwise, print the
script of your shell to a file that the shell reads:
  bash        ~/.local/share/bash-completion/completions/cfimg
  zsh         _cfimg in a directory of $fpath
  fish        ~/.config/fish/completions/cfimg.fish
  powershell  $PROFILE
  elvish      ~/.config/elvish/rc.elv
  nushell     a file that config.nu reads with `source`

The script calls cfimg at each Tab. Image IDs and variants come from the local
index, so completing sends no request. An image is also found by the start of
its file name. In nushell, only commands and options complete.

Examples:
  cfimg completions bash > ~/.local/share/bash-completion/completions/cfimg
  cfimg completions zsh > ~/.zfunc/_cfimg
  cfimg completions fish > ~/.config/fish/completions/cfimg.fish";

/// After the options of `man`.
pub(super) const MAN: &str = "\
On a terminal, the page opens in man. Elsewhere, it is printed as roff.

Examples:
  cfimg man
  cfimg man list
  cfimg man --output ~/.local/share/man/man1";

/// After the options of `login`.
pub(super) const LOGIN: &str = "\
Examples:
  cfimg login
  cfimg login --profile work --account 023e105f4ecef8ad9ca31a8372d0c353
  cfimg login --status";

pub(super) const LOGIN_LONG: &str = "\
The token is typed or pasted on the terminal, which doesn't show it, or read
from standard input. It needs the permission Images Read. cfimg checks it, and
stores it with the account in credentials.toml, which only you can read.

--status prints the profile in use first, marked with *. In a pipe, the columns
are profile, `active`, account, source and state. The state is valid, expired,
disabled, rejected, no-permission, no-images, no-token, unreachable or unknown.
The exit code is 4 if the profile in use isn't logged in.

Examples:
  cfimg login
  cfimg login --profile work --account 023e105f4ecef8ad9ca31a8372d0c353
  pass show cloudflare | cfimg login
  cfimg login --status --json";

/// After the options of `logout`.
pub(super) const LOGOUT: &str = "\
Examples:
  cfimg logout
  cfimg logout --profile work";

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::commands::Arguments;

    fn commands() -> Vec<Command> {
        let mut program = Arguments::command().term_width(WIDTH);
        program.build();
        program.get_subcommands().filter(|command| command.get_name() != "help").cloned().collect()
    }

    #[test]
    fn every_command_is_in_one_group() {
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        let commands = commands();
        let mut names: Vec<_> = commands.iter().map(Command::get_name).chain(["help"]).collect();
        grouped.sort_unstable();
        names.sort_unstable();
        assert_eq!(grouped, names);
    }

    #[test]
    fn short_help_fits_on_a_screen() {
        let program = Arguments::command().term_width(WIDTH).render_help().to_string();
        assert!(program.lines().count() <= 48, "{program}");
        for mut command in commands() {
            let text = command.render_help().to_string();
            assert!(text.lines().count() <= 24, "{text}");
            assert!(text.contains("\nExample"), "{text}");
        }
    }

    #[test]
    fn clap_wraps_no_line_of_our_own() {
        for command in commands().iter().chain([&Arguments::command()]) {
            for text in [command.get_after_help(), command.get_after_long_help()].into_iter().flatten() {
                let text = text.to_string();
                let long: Vec<_> = text.lines().filter(|line| line.chars().count() > WIDTH).collect();
                assert!(long.is_empty(), "{long:?}");
            }
        }
        for summary in commands().iter().filter_map(Command::get_about) {
            assert!(summary.to_string().chars().count() <= WIDTH - "  variants  ".len(), "{summary}");
        }
    }
}
