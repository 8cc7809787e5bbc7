//! README and `--help` list exactly the existing keys, commands, options, exit codes, variables and files.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cfimg::app::keymap::BINDINGS;
use cfimg::commands::Arguments;
use cfimg::domain::FailureKind;
use clap::CommandFactory as _;

const README: &str = include_str!("../README.md");
const CI: &str = include_str!("../.ci/run");

/// The commands of README's first minute. CI runs the second.
const FIRST_MINUTE: [&str; 2] = ["cargo run --locked -- demo", "cargo test --locked"];

#[test]
fn readme_lists_exactly_the_keys() {
    let documented = codes_in_first_cells("Keys");
    let names = |keys: &[cfimg::app::Key]| keys.iter().map(ToString::to_string).collect::<Vec<_>>();
    for row in BINDINGS {
        let first = &names(row.keys)[0];
        assert!(documented.contains(first), "README does not list {first}: {}", row.description);
    }
    let all: BTreeSet<String> = BINDINGS.iter().flat_map(|row| names(row.keys)).collect();
    let invented: Vec<_> = documented.difference(&all).collect();
    assert!(invented.is_empty(), "README lists keys that do nothing: {invented:?}");
}

#[test]
fn readme_lists_exactly_the_commands_and_options() {
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
    // Options of cfimg are in backticks, those of cargo in code blocks.
    let documented: BTreeSet<String> = codes(README)
        .flat_map(|code| code.split_whitespace())
        // An option's value may follow it: `--sign=7d`.
        .filter_map(|word| word.split('=').next())
        .filter(|word| word.starts_with("--") && *word != "--" && *word != "--help")
        .map(str::to_owned)
        .collect();
    let missing: Vec<_> = options.difference(&documented).collect();
    assert!(missing.is_empty(), "README does not list {missing:?}");
    let invented: Vec<_> = documented.difference(&options).collect();
    assert!(invented.is_empty(), "README lists options that do not exist: {invented:?}");
}

#[test]
fn readme_and_help_list_the_exit_codes() {
    use FailureKind::{Credentials, Network, NotFound, Other, Usage};
    let mut codes: BTreeSet<u8> =
        [Usage, NotFound, Credentials, Network, Other].map(FailureKind::exit_code).into();
    codes.extend([0, 10]); // Success; `check` found an image that needs signed URLs.
    let documented: BTreeSet<u8> = section("Command line")
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok())
        .collect();
    assert_eq!(documented, codes, "README");
    let help = long_help();
    let (_, after) = help.split_once("Exit codes:").expect("`--help` lists the exit codes");
    let documented: BTreeSet<u8> =
        after.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
    assert_eq!(documented, codes, "--help");
}

#[test]
fn readme_and_help_list_exactly_the_variables() {
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/settings");
    let mut sources = String::new();
    for entry in fs::read_dir(settings).expect("the settings' sources") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            sources += &fs::read_to_string(path).expect("a source in UTF-8");
        }
    }
    // Only whole literals: a sentence may also name a variable.
    let mut read = variables(sources.split('"').filter(|text| variables([*text]).contains(*text)));
    assert!(read.contains("CLOUDFLARE_API_TOKEN"), "{read:?}");
    read.insert("NO_COLOR".to_owned());
    assert_eq!(variables([section("Settings")]), read, "README");
    assert_eq!(variables([&*long_help()]), read, "--help");
}

#[test]
fn readme_config_example_is_valid() {
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
fn readme_first_minute_is_what_ci_runs() {
    let minute = section("The first minute");
    for command in FIRST_MINUTE {
        let shown = minute.lines().any(|line| line.split(" #").next().map(str::trim) == Some(command));
        assert!(shown, "README does not show {command}");
    }
    assert!(CI.lines().any(|line| line == FIRST_MINUTE[1]), "CI does not run {}", FIRST_MINUTE[1]);
}

#[test]
fn readme_links_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let links = README.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let sources = codes(README).filter(|code| code.starts_with("src/") || code.starts_with(".ci/"));
    let files: Vec<&str> = links.filter(|link| !link.starts_with("http")).chain(sources).collect();
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        assert!(root.join(file).is_file(), "README points to {file}, which does not exist");
    }
}

fn section(title: &str) -> &'static str {
    let (_, after) = README.split_once(&format!("\n## {title}\n")).expect("README has this heading");
    after.split("\n## ").next().unwrap_or(after)
}

/// The texts in backticks, outside of code blocks.
fn codes(text: &str) -> impl Iterator<Item = &str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|prose| prose.split('`').skip(1).step_by(2))
}

/// The texts in backticks in the first cells of a table.
fn codes_in_first_cells(title: &str) -> BTreeSet<String> {
    let rows = section(title).lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.map(|row| row.split('|').next().unwrap_or(row));
    cells
        .flat_map(|cell| cell.split('`').step_by(2))
        .map(str::to_owned)
        .filter(|code| !code.trim().is_empty())
        .collect()
}

/// The words in these texts that look like our variables.
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

#[test]
fn help_texts() {
    let mut program = Arguments::command().term_width(100);
    program.build();
    let help = |command: &clap::Command| {
        let text = command.clone().term_width(100).render_long_help();
        format!("== {}\n{text}\n", command.get_name())
    };
    let texts: String = std::iter::once(&program).chain(program.get_subcommands()).map(help).collect();
    insta::assert_snapshot!("help", texts);
}
