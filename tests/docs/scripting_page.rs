//! `docs/scripting.md` and `--help` list exactly the exit codes, and the page the checks of `cfimg doctor`.

use std::collections::BTreeSet;

use cfimg::commands::Arguments;
use cfimg::commands::doctor::checks;
use cfimg::domain::FailureKind;
use clap::CommandFactory as _;

use crate::pages::{assert_parts, codes_in_first_cells, read, section};

#[test]
fn scripting_page_and_help_list_the_exit_codes() {
    use FailureKind::{Credentials, Network, NotFound, Other, Usage};
    let mut codes: BTreeSet<u8> =
        [Usage, NotFound, Credentials, Network, Other].map(FailureKind::exit_code).into();
    codes.extend([0, 10]); // Success; `check` found an image that needs signed URLs.
    let page = read("docs/scripting.md");
    let documented: BTreeSet<u8> = codes_in_first_cells(section(&page, "## Exit codes"))
        .into_iter()
        .map(|code| code.parse().expect("a number"))
        .collect();
    assert_eq!(documented, codes, "docs/scripting.md");
    let help = Arguments::command().render_long_help().to_string();
    let (_, after) = help.split_once("Exit codes:").expect("`--help` lists the exit codes");
    let documented: BTreeSet<u8> =
        after.lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
    assert_eq!(documented, codes, "--help");
}

#[test]
fn scripting_page_lists_the_checks_of_doctor() {
    let row = |(group, names): (&str, Vec<&str>)| {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        format!("| `{group}` | {} |\n", names.join(", "))
    };
    let rows: String = checks().into_iter().map(row).collect();
    let table = format!("| group | checks |\n| --- | --- |\n{rows}");
    assert_parts("docs/scripting.md", &[("checks of doctor".to_owned(), table)]);
}
