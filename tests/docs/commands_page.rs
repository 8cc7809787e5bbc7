//! The commands of `docs/commands.md` are those of `--help`.

use std::fmt::Write as _;

use cfimg::commands::Arguments;
use clap::{Arg, ArgAction, Command, CommandFactory as _};

use crate::pages::{assert_parts, markdown};

#[test]
fn commands_page_is_the_help() {
    let mut program = Arguments::command();
    program.build();
    let commands: Vec<&Command> = visible_commands(&program).collect();
    let mut parts = vec![("commands".to_owned(), overview(&commands)), ("cfimg".to_owned(), page(&program))];
    parts.extend(commands.iter().map(|command| (format!("cfimg {}", command.get_name()), page(command))));
    let common = program.get_arguments().filter(|argument| argument.is_global_set());
    parts.push(("common options".to_owned(), table("option", common)));
    assert_parts("docs/commands.md", &parts);
}

fn visible_commands(program: &Command) -> impl Iterator<Item = &Command> {
    program.get_subcommands().filter(|command| !command.is_hide_set() && command.get_name() != "help")
}

fn overview(commands: &[&Command]) -> String {
    let mut table = "| command | does |\n| --- | --- |\n".to_owned();
    for command in commands {
        let name = command.get_name();
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        writeln!(table, "| [`cfimg {name}`](#cfimg-{name}) | {} |", markdown(&about)).expect("a string");
    }
    table
}

/// A command's long help: about, usage, arguments and options, and what follows them.
fn page(command: &Command) -> String {
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string);
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").replace("\n       ", "\n");
    let mut page = format!("{}\n```text\n{usage}\n```\n", blocks(&about.unwrap_or_default()));
    let own = || command.get_arguments().filter(|argument| is_own(argument));
    let mut headings: Vec<Option<&str>> = Vec::new();
    for argument in own() {
        if !headings.contains(&argument.get_help_heading()) {
            headings.push(argument.get_help_heading());
        }
    }
    for heading in headings {
        let header = heading.unwrap_or("argument");
        page += &table(header, own().filter(|argument| argument.get_help_heading() == heading));
    }
    // The program's own tells the environment and the exit codes, which have pages.
    if command.get_name() != "cfimg" {
        let after = command.get_after_long_help().or(command.get_after_help());
        page.push('\n');
        page += &blocks(&after.map(ToString::to_string).unwrap_or_default());
    }
    page
}

fn is_own(argument: &Arg) -> bool {
    let is_help = matches!(
        argument.get_action(),
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    );
    !is_help && !argument.is_global_set() && !argument.is_hide_set()
}

fn table<'a>(header: &str, arguments: impl Iterator<Item = &'a Arg>) -> String {
    let mut rows = String::new();
    for argument in arguments {
        let help = argument.get_long_help().or(argument.get_help()).map(ToString::to_string);
        let help = sentences(&help.unwrap_or_default());
        writeln!(rows, "| {} | {} |", names(argument), markdown(&help)).expect("a string");
    }
    if rows.is_empty() {
        rows
    } else {
        format!("\n| {} | meaning |\n| --- | --- |\n{rows}", header.to_lowercase())
    }
}

/// An argument's names, with its value: `-n`, `--limit N`.
fn names(argument: &Arg) -> String {
    let value = argument.get_value_names().and_then(|names| names.first()).map_or("", |name| name.as_str());
    if argument.is_positional() {
        let many =
            if argument.get_num_args().is_some_and(|count| count.max_values() > 1) { "…" } else { "" };
        return format!("`{value}{many}`");
    }
    let takes_value = argument.get_action().takes_values();
    let may_lack_value = argument.get_num_args().is_some_and(|count| count.min_values() == 0);
    let value = match (takes_value, may_lack_value) {
        (false, _) => String::new(),
        (true, true) => format!("[={value}]"),
        (true, false) => format!(" {value}"),
    };
    let short = argument.get_short().map(|short| format!("`-{short}`"));
    let long = argument.get_long().map(|long| format!("`--{long}{value}`"));
    short.into_iter().chain(long).collect::<Vec<_>>().join(", ")
}

/// The paragraphs of a help text: indented lines become code blocks, all others prose.
fn blocks(text: &str) -> String {
    let is_indented = |line: &str| line.starts_with("  ");
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let groups = lines.chunk_by(|a, b| !b.is_empty() && !a.is_empty() && is_indented(a) == is_indented(b));
    let blocks = groups.filter(|group| !group[0].is_empty()).map(|group| {
        if is_indented(group[0]) {
            let indent = group.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
            let is_shell = group[0].trim_start().starts_with("cfimg");
            let code = group.iter().map(|line| &line[indent..]);
            let code: Vec<String> =
                if is_shell { code.map(with_comment).collect() } else { code.map(str::to_owned).collect() };
            let kind = if is_shell { "sh" } else { "text" };
            format!("```{kind}\n{}\n```\n", code.join("\n"))
        } else {
            format!("{}\n", markdown(&group.join(" ")))
        }
    });
    blocks.collect::<Vec<_>>().join("\n")
}

/// The paragraphs of an option's help in one line. The first one has no full stop.
fn sentences(help: &str) -> String {
    let paragraphs = help.split("\n\n").map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join(". ")
}

/// An example whose explanation, behind a gap, is a comment of the shell.
fn with_comment(example: &str) -> String {
    match example.split_once("   ") {
        Some((command, comment)) => format!("{command}  # {}", comment.trim_start()),
        None => example.to_owned(),
    }
}
