//! README is short, and the commands and keys in it exist.

use cfimg::app::Keymap;
use cfimg::commands::Arguments;
use clap::CommandFactory as _;

use crate::pages::{codes_in_first_cells, prose, read, root, section};

const MAX_LINES: usize = 150;
const MAX_WORDS: usize = 900;

/// The commands of README's first minute. CI runs the second.
const FIRST_MINUTE: [&str; 2] = ["cargo run --locked -- demo", "cargo test --locked"];

#[test]
fn readme_is_short() {
    let text = read("README.md");
    let lines = text.lines().count();
    assert!(lines <= MAX_LINES, "README has {lines} lines, {MAX_LINES} at most");
    let words = words(&text);
    assert!(words <= MAX_WORDS, "README has {words} words, {MAX_WORDS} at most");
}

/// The words outside of code blocks, without the targets of links. The rules of tables have no words.
fn words(text: &str) -> usize {
    let prose = prose(text);
    let mut parts = prose.split("](");
    let first = parts.next().unwrap_or_default().to_owned();
    let without_targets =
        parts.fold(first, |text, part| text + "]" + part.split_once(')').map_or("", |(_, rest)| rest));
    without_targets.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

#[test]
fn words_are_counted_without_code_rules_and_targets() {
    assert_eq!(
        words("# One\n```sh\nno no\n```\n| two | `--three` |\n| --- | :-- |\n[four five](no.md), six."),
        6
    );
}

#[test]
fn first_minute_is_what_ci_runs() {
    let readme = read("README.md");
    for command in FIRST_MINUTE {
        let is_shown = readme.lines().any(|line| line.split(" #").next().map(str::trim) == Some(command));
        assert!(is_shown, "README does not show {command}");
    }
    let ci = std::fs::read_to_string(root().join(".ci/run")).expect("CI's script");
    assert!(ci.lines().any(|line| line == FIRST_MINUTE[1]), "CI does not run {}", FIRST_MINUTE[1]);
}

#[test]
fn keys_of_readme_exist() {
    let readme = read("README.md");
    let keys = codes_in_first_cells(section(&readme, "## Ten keys"));
    assert!(keys.len() >= 10, "{keys:?}");
    for key in keys {
        let exists =
            Keymap::default().rows().flat_map(|(_, keys)| keys).any(|known| known.to_string() == key);
        assert!(exists, "README names the key {key}, which does nothing");
    }
}

#[test]
fn commands_of_readme_exist() {
    let readme = read("README.md");
    let commands = codes_in_first_cells(section(&readme, "## Six commands"));
    assert_eq!(commands.len(), 6, "{commands:?}");
    for command in commands {
        // Words in capitals and dots stand for something.
        let line = command.replace(['…', '[', ']'], "");
        let parsed = Arguments::command().try_get_matches_from(line.split_whitespace());
        assert!(parsed.is_ok(), "{command}: {}", parsed.expect_err("it failed"));
    }
}
