//! Runs every command.

use std::process::Command;

use cfimg::commands::Arguments;
use cfimg::demo::{PRIVATE_ID, SAMPLE_ID, SVG_ID};
use clap::CommandFactory as _;

use super::canaries::{Leaks, SIGNATURE, TOKEN};
use super::children::watch;
use super::machine::{Machine, search_family};
use super::ways::Way;

/// The arguments to try of each command. `{token}` is a token pasted by mistake, `{old}` the secret
/// in use, and `{early}` too, if it is known before a profile is read. The rows that log out and
/// that remove the index are last.
const COMMANDS: &[(&str, &[&str])] = &[
    ("", &["", "{signed}", "{token}", "--profile {early}", "--tokn={token}"]),
    ("config", &["", "--json", "--default", "--path", "--schema", "--edit"]),
    ("show", &["{private} {signed}", "{public} --probe", "{private} --json", "-", "{token} {old}"]),
    ("check", &["--all", "{signed} --verify --json", "{old}"]),
    ("list", &["", "--json", "--cached", "--filter {early}"]),
    ("variants", &["", "--json"]),
    ("usage", &["", "--json", "{early}", "--profile {early}"]),
    ("explain", &["{signed}", "{signed} --json", "{old}"]),
    (
        "url",
        &[
            "{private} --sign=1h",
            "{signed} --sign",
            "{signed} --unsigned",
            "{private} --as html --sign",
            "{private} --as curl --sign",
            "{private} {old}",
        ],
    ),
    ("open", &["{private}", "{old}"]),
    ("copy", &["{private}", "{signed}", "{old}"]),
    (
        "view",
        &["{private} --picture halfblocks --height 3", "{svg} --picture halfblocks --height 3", "{old}"],
    ),
    ("save", &["{private} public --force -o saved", "{old}"]),
    (
        "login",
        &[
            "--profile {early} --base-url {base}",
            "--profile again --base-url {base}",
            "--status",
            "--status --json",
            "--account {token}",
            "--base-url {early}",
        ],
    ),
    ("doctor", &["", "--json"]),
    ("completions", &["bash", "fish", "{early}"]),
    ("man", &["show", "{early}"]),
    ("demo", &["--serve", ""]),
    ("index", &["", "--clear"]),
    ("logout", &["--profile again", "--profile {early}"]),
];

/// The commands whose output may contain signed URLs. The others are those that failed to open or copy one.
const PRINT_SIGNED_URLS: [&str; 3] = ["url", "open", "copy"];

#[test]
fn every_command_has_a_row() {
    let program = Arguments::command();
    let mut names: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
    names.sort_unstable();
    let mut rows: Vec<&str> =
        COMMANDS.iter().map(|(name, _)| *name).filter(|name| !name.is_empty()).collect();
    rows.sort_unstable();
    assert_eq!(rows, names, "add a row for a new command");
}

pub(super) fn run(machine: &Machine, way: &Way, leaks: &mut Leaks) {
    for (name, rows) in COMMANDS {
        // Without an account, most commands fail before they read their arguments. The first row is enough.
        let is_whole = way.works || ["config", "doctor"].contains(name);
        for row in rows.iter().take(if is_whole { rows.len() } else { 1 }) {
            run_one(machine, way, name, row, leaks);
        }
    }
    complete(machine, way, leaks);
}

fn run_one(machine: &Machine, way: &Way, name: &str, row: &str, leaks: &mut Leaks) {
    let signed = format!(
        "https://imagedelivery.net/{}/{PRIVATE_ID}/public?exp=9999999999&sig={SIGNATURE}",
        cfimg::demo::ACCOUNT_HASH
    );
    let is_early = way.variables.iter().any(|(name, _)| name.starts_with("CLOUDFLARE_API_"));
    let fill = |word: &str| {
        word.replace("{signed}", &signed)
            .replace("{private}", PRIVATE_ID)
            .replace("{public}", SAMPLE_ID)
            .replace("{svg}", SVG_ID)
            .replace("{base}", &machine.relay.base)
            .replace("{token}", TOKEN)
            .replace("{old}", way.secret)
            .replace("{early}", if is_early { way.secret } else { TOKEN })
    };
    let typed: Vec<String> =
        [name].into_iter().chain(row.split(' ')).filter(|word| !word.is_empty()).map(fill).collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cfimg"));
    command.args(["--log", &machine.log()]).args(&typed).env_clear();
    command.envs(machine.environment(way)).current_dir(machine.folder());
    let place = format!("`cfimg {name} {row}` with {way:?}");
    let end = watch(&mut command, &format!("{TOKEN}\n"), row == "--serve");
    let of_demo: &[&str] = if row == "--serve" { &[cfimg::demo::TOKEN] } else { &[] };
    leaks.search_but(&end.out, of_demo, &format!("the output of {place}"));
    leaks.search_but(&end.errors, of_demo, &format!("the messages of {place}"));
    leaks.search_for_signed_url(&end.errors, &format!("the messages of {place}"));
    if !PRINT_SIGNED_URLS.contains(&name) {
        leaks.search_for_signed_url(&end.out, &format!("the output of {place}"));
    }
    search_family(&end.family, &typed, &place, leaks);
    let is_mistake = ["{old}", "{early}", "{token}"].iter().any(|word| row.contains(word)) || row == "-";
    let needs_terminal =
        row.is_empty() && ["", "demo"].contains(&name) || row == "{signed}" && name.is_empty();
    // The pictures of private images can't be fetched with a foreign key.
    let needs_key = way.has_own_key && row.contains("{private}");
    if way.works && !is_mistake && !needs_terminal && !needs_key {
        // Their exit code is about the image.
        let is_good = end.code == Some(0) || ["check", "explain"].contains(&name);
        assert!(is_good, "{place}: {}{}", end.out, end.errors);
        assert!(!end.out.is_empty() || ["open", "copy", "logout", "config"].contains(&name), "{place}");
    }
}

/// What the shell runs at Tab.
fn complete(machine: &Machine, way: &Way, leaks: &mut Leaks) {
    for words in [&["show", ""][..], &["url", PRIVATE_ID, ""], &["--profile", ""]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cfimg"));
        command.arg("--").arg("cfimg").args(words).env_clear().envs(machine.environment(way));
        let end = watch(command.env("CFIMG_COMPLETE", "fish").current_dir(machine.folder()), "", false);
        leaks.search(&[end.out, end.errors].concat(), "the completions");
    }
}
