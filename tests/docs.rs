//! What README and `--help` say is what there is: keys, commands, options, exit codes, variables, files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cfimg::app::keymap::BINDINGS;
use cfimg::commands::Arguments;
use cfimg::domain::FailureKind;
use clap::CommandFactory as _;

const README: &str = include_str!("../README.md");
const CI: &str = include_str!("../.ci/run");

/// The commands that README promises to do everything; the second is what CI runs.
const FIRST_MINUTE: [&str; 2] = ["cargo run --locked -- demo", "cargo test --locked"];

#[test]
fn every_key_is_in_readme_and_no_other() {
    let documented = codes_in_first_cells("Keys");
    let names = |keys: &[cfimg::app::Key]| keys.iter().map(ToString::to_string).collect::<Vec<_>>();
    for row in BINDINGS {
        let first = &names(row.keys)[0];
        assert!(documented.contains(first), "README does not tell of {first}: {}", row.description);
    }
    let all: BTreeSet<String> = BINDINGS.iter().flat_map(|row| names(row.keys)).collect();
    let invented: Vec<_> = documented.difference(&all).collect();
    assert!(invented.is_empty(), "README tells of keys that do nothing: {invented:?}");
}

#[test]
fn every_command_and_option_is_in_readme_and_no_other() {
    let program = Arguments::command();
    let commands: BTreeSet<String> = program.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let documented: BTreeSet<String> = codes_in_first_cells("Command line")
        .iter()
        .filter_map(|code| code.strip_prefix("cfimg ")?.split_whitespace().next().map(str::to_owned))
        .filter(|word| word.chars().all(|c| c.is_ascii_lowercase()))
        .collect();
    assert_eq!(documented, commands);

    let everywhere = std::iter::once(&program).chain(program.get_subcommands());
    let options: BTreeSet<String> = everywhere
        .flat_map(clap::Command::get_arguments)
        .filter_map(|argument| Some(format!("--{}", argument.get_long()?)))
        .collect();
    // The program's stand between backticks, cargo's in blocks.
    let documented: BTreeSet<String> = codes(README)
        .flat_map(|code| code.split_whitespace())
        // What an option takes may stand behind it: `--sign=7d`.
        .filter_map(|word| word.split('=').next())
        .filter(|word| word.starts_with("--") && *word != "--" && *word != "--help")
        .map(str::to_owned)
        .collect();
    let silent: Vec<_> = options.difference(&documented).collect();
    assert!(silent.is_empty(), "README does not tell of {silent:?}");
    let invented: Vec<_> = documented.difference(&options).collect();
    assert!(invented.is_empty(), "README tells of options that there are not: {invented:?}");
}

#[test]
fn exit_codes_are_those_of_failures() {
    use FailureKind::{Credentials, Network, NotFound, Other, Usage};
    let mut codes: BTreeSet<u8> =
        [Usage, NotFound, Credentials, Network, Other].map(FailureKind::exit_code).into();
    codes.extend([0, 10]); // Done; and `check` has found an image that needs signed URLs.
    let documented: BTreeSet<u8> = section("Command line")
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok())
        .collect();
    assert_eq!(documented, codes, "README");
    let help = long_help();
    let (_, after) = help.split_once("Exit codes:").expect("`--help` tells the exit codes");
    let documented: BTreeSet<u8> =
        after.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
    assert_eq!(documented, codes, "--help");
}

#[test]
fn every_variable_is_in_readme_and_help_and_no_other() {
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/settings");
    let mut sources = String::new();
    for entry in fs::read_dir(settings).expect("the settings' sources") {
        sources += &fs::read_to_string(entry.expect("an entry").path()).expect("a source in UTF-8");
    }
    // Only whole literals: a sentence may name a variable too.
    let mut read = variables(sources.split('"').filter(|text| variables([*text]).contains(*text)));
    assert!(read.contains("CLOUDFLARE_API_TOKEN"), "{read:?}");
    read.insert("NO_COLOR".to_owned());
    assert_eq!(variables([section("Settings")]), read, "README");
    assert_eq!(variables([&*long_help()]), read, "--help");
}

#[test]
fn the_settings_in_readme_are_read() {
    let (_, after) = section("Settings").split_once("```toml\n").expect("README shows config.toml");
    let (shown, _) = after.split_once("```").expect("the block ends");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    fs::write(&file, shown).expect("a file");
    let env = |name: &str| (name == "CFIMG_CONFIG").then(|| file.clone().into());
    let settings = cfimg::settings::load(&env).expect("README's settings are good");
    assert_eq!(settings.signing_keys, ["2026", "default"]);
    assert!(settings.preferences.form("hugo").is_some() && settings.preferences.domain.is_some());
}

#[test]
fn the_first_minute_is_what_ci_runs() {
    let minute = section("The first minute");
    for command in FIRST_MINUTE {
        let shown = minute.lines().any(|line| line.split(" #").next().map(str::trim) == Some(command));
        assert!(shown, "README does not show {command}");
    }
    assert!(CI.lines().any(|line| line == FIRST_MINUTE[1]), "CI does not run {}", FIRST_MINUTE[1]);
}

#[test]
fn what_readme_points_to_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let links = README.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let sources = codes(README).filter(|code| code.starts_with("src/") || code.starts_with(".ci/"));
    let files: Vec<&str> = links.filter(|link| !link.starts_with("http")).chain(sources).collect();
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        assert!(root.join(file).is_file(), "README points to {file}, which is not there");
    }
}

/// The text under a heading of README.
fn section(title: &str) -> &'static str {
    let (_, after) = README.split_once(&format!("\n## {title}\n")).expect("README has this heading");
    after.split("\n## ").next().unwrap_or(after)
}

/// What stands between backticks, blocks of code left out.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|prose| prose.split('`').skip(1).step_by(2))
}

/// What stands between backticks in the first cell of a table's rows.
fn codes_in_first_cells(title: &str) -> BTreeSet<String> {
    let rows = section(title).lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.map(|row| row.split('|').next().unwrap_or(row));
    cells
        .flat_map(|cell| cell.split('`').step_by(2))
        .map(str::to_owned)
        .filter(|code| !code.trim().is_empty())
        .collect()
}

/// The names in these texts that read like variables of ours.
fn variables<'a>(texts: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    texts
        .into_iter()
        .flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'))
        .filter(|word| {
            word.starts_with("CLOUDFLARE_")
                || word.starts_with("CF_")
                || word.starts_with("CFIMG_")
                || *word == "NO_COLOR"
        })
        .map(str::to_owned)
        .collect()
}

fn long_help() -> String {
    Arguments::command().render_long_help().to_string()
}
