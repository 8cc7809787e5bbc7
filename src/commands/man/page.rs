//! The sections of a page.

use std::fmt::Write as _;

use clap::Command;
use clap_mangen::Man;

use super::roff::Roff;
use crate::app::Keymap;
use crate::app::actions::rows;
use crate::app::keymap::GROUPS;
use crate::commands::help;

/// The headings of a help text that are sections of the manual, in its order.
const SECTIONS: [(&str, &[&str]); 3] = [
    ("EXIT STATUS", &["Exit codes:"]),
    ("ENVIRONMENT", &["Environment:"]),
    ("EXAMPLES", &["Examples:", "Example:"]),
];

/// Whether a command has a page.
pub(super) fn is_documented(command: &Command) -> bool {
    command.get_name() != "help" && !command.is_hide_set()
}

/// The page of `cfimg`.
pub(super) fn program(program: &Command) -> String {
    let mut page = head(program);
    description(program, &mut page);
    options(program, &mut page);
    page.section("COMMANDS");
    for command in program.get_subcommands().filter(|command| is_documented(command)) {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        page.term(&format!("cfimg-{}(1)", command.get_name()), &about);
    }
    keys(&mut page);
    let text = after_help(program);
    section(&text, "EXIT STATUS", &mut page);
    section(&text, "ENVIRONMENT", &mut page);
    page.section("FILES");
    page.help(&help::FILES.lines().collect::<Vec<_>>(), false);
    section(&text, "EXAMPLES", &mut page);
    let names = program.get_subcommands().filter(|command| is_documented(command)).map(Command::get_name);
    see_also(names.map(|name| format!("cfimg-{name}(1)")), &mut page);
    page.0
}

/// The page of a command.
pub(super) fn command(program: &Command, command: &Command) -> String {
    let mut page = head(command);
    description(command, &mut page);
    options(command, &mut page);
    let text = after_help(command);
    if !section(&text, "EXIT STATUS", &mut page) {
        section(&after_help(program), "EXIT STATUS", &mut page);
    }
    page.section("ENVIRONMENT");
    page.paragraph("See cfimg(1).");
    section(&text, "EXAMPLES", &mut page);
    see_also(std::iter::once("cfimg(1)".to_owned()), &mut page);
    page.0
}

/// Title, name and synopsis.
fn head(command: &Command) -> Roff {
    let man = Man::new(command.clone());
    let mut text = Vec::new();
    // Writing to memory cannot fail.
    _ = man.render_name_section(&mut text);
    let mut page = Roff::title(command.get_display_name().unwrap_or_else(|| command.get_name()));
    page.0.push_str(&String::from_utf8_lossy(&text));
    page.section("SYNOPSIS");
    let usage = command.clone().render_usage().to_string();
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    for line in usage.trim_start_matches("Usage:").lines() {
        page.usage(name, line.trim());
    }
    page
}

fn options(command: &Command, page: &mut Roff) {
    let mut text = Vec::new();
    _ = Man::new(command.clone()).render_options_section(&mut text);
    page.0.push_str(&String::from_utf8_lossy(&text));
}

/// What the command does, and the paragraphs of its help that are no section.
fn description(command: &Command, page: &mut Roff) {
    page.section("DESCRIPTION");
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    let about = if about.ends_with('.') { about } else { about + "." };
    page.help(&about.lines().collect::<Vec<_>>(), false);
    let text = after_help(command);
    let (rest, _) = parts(&text);
    page.help(&rest, false);
}

fn keys(page: &mut Roff) {
    page.section("KEYS");
    page.paragraph("Press ? in the program for all keys.");
    for (group, title) in GROUPS {
        page.subsection(title);
        for row in rows().iter().filter(|row| row.group == group) {
            page.term(&row.keys(&Keymap::default()).join(", "), &row.description);
        }
    }
}

/// Writes a section of the help text, if it has it.
fn section(text: &str, title: &str, page: &mut Roff) -> bool {
    let (_, sections) = parts(text);
    let Some((_, lines)) = sections.iter().find(|(found, _)| *found == title) else { return false };
    page.section(title);
    page.help(lines, title == "EXAMPLES");
    true
}

fn see_also(pages: impl Iterator<Item = String>, page: &mut Roff) {
    page.section("SEE ALSO");
    let mut line = String::new();
    for name in pages {
        let comma = if line.is_empty() { "" } else { ", " };
        _ = write!(line, "{comma}{name}");
    }
    page.paragraph(&line);
}

fn after_help(command: &Command) -> String {
    let text = command.get_after_long_help().or(command.get_after_help());
    text.map(ToString::to_string).unwrap_or_default()
}

/// A help text as lines outside sections, and the sections by the titles of the manual.
fn parts(text: &str) -> (Vec<&str>, Vec<(&'static str, Vec<&str>)>) {
    let (mut outside, mut sections): (_, Vec<(_, Vec<_>)>) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let title = SECTIONS.iter().find(|(_, headings)| headings.contains(&line));
        match (title, sections.last_mut()) {
            (Some((title, _)), _) => sections.push((*title, Vec::new())),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => outside.push(line),
        }
    }
    (outside, sections)
}
