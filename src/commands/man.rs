//! `cfimg man`: the manual, made of the same texts as `--help` and the key table.

mod page;
mod roff;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use clap::CommandFactory as _;

use super::arguments::{Arguments, Man};
use super::console::{Console, Stop};
use crate::domain::Failure;
use crate::domain::child_process::child_process;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::redacted;
use crate::domain::typo;
use page::is_documented;

/// Shows a page, or writes all of them.
pub fn show(args: &Man, console: &mut Console<'_>) -> Result<u8, Stop> {
    let pages = pages();
    if let Some(folder) = &args.output {
        return write_all(&pages, folder, console);
    }
    // `cfimg help` is the program's own help.
    let name = file_name(args.command.as_deref().filter(|command| *command != "help"));
    let Some(page) = pages.iter().find(|page| page.file == name) else {
        return Err(unknown(args.command.as_deref().unwrap_or_default(), &pages).into());
    };
    if console.terminal && open_in_man(page).is_some() {
        return Ok(0);
    }
    console.answer(&page.roff)?;
    Ok(0)
}

/// A manual page.
#[derive(Debug)]
pub struct Page {
    /// The file's name, such as `cfimg-show.1`.
    pub file: String,
    /// The text in the language of man.
    pub roff: String,
}

/// All pages, that of `cfimg` first.
pub fn pages() -> Vec<Page> {
    let mut program = Arguments::command();
    program.build();
    let commands = program.get_subcommands().filter(|command| is_documented(command));
    let mut pages = vec![Page { file: file_name(None), roff: page::program(&program) }];
    pages.extend(commands.map(|command| Page {
        file: file_name(Some(command.get_name())),
        roff: page::command(&program, command),
    }));
    pages
}

fn file_name(command: Option<&str>) -> String {
    command.map_or_else(|| "cfimg.1".to_owned(), |command| format!("cfimg-{command}.1"))
}

fn unknown(command: &str, pages: &[Page]) -> Failure {
    let names: Vec<&str> =
        pages.iter().filter_map(|page| page.file.strip_prefix("cfimg-")?.strip_suffix(".1")).collect();
    let hint = match typo::closest(command, names.iter().copied()) {
        Some(name) => format!("Did you mean `{name}`?"),
        None => format!("The commands are {}.", names.join(", ")),
    };
    Failure::usage(format!("unknown command '{}'", sanitize(&redacted(command))), hint)
}

fn write_all(pages: &[Page], folder: &Path, console: &mut Console<'_>) -> Result<u8, Stop> {
    let failed = |error| {
        let what = format!("Couldn't write the pages to {}", sanitize(&folder.display().to_string()));
        Failure::other(what, format!("System error: {error}."))
    };
    fs::create_dir_all(folder).map_err(failed)?;
    for page in pages {
        fs::write(folder.join(&page.file), &page.roff).map_err(failed)?;
    }
    if console.terminal {
        console.errors.note(&format!("Wrote {} pages.", pages.len()));
    }
    Ok(0)
}

/// Opens the page in `man`, which has a pager. `None` if that is not possible.
fn open_in_man(page: &Page) -> Option<()> {
    let folder = tempfile::tempdir().ok()?;
    // Any `man` opens a path with a slash; not each has `-l`.
    let path = folder.path().join(&page.file);
    fs::File::create_new(&path).and_then(|mut file| file.write_all(page.roff.as_bytes())).ok()?;
    let mut man = child_process("man");
    man.arg(&path);
    man.status().ok()?.success().then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Keymap;
    use crate::app::actions::rows;

    /// The page as it is read: without roff's escapes and font changes.
    fn plain(page: &Page) -> String {
        let text = page
            .roff
            .replace("\\-", "-")
            .replace("\\&", "")
            .replace("\\*(Aq", "'")
            .replace("\\(dq", "\"")
            .replace("\\(ga", "`");
        let text = text.replace("\\fB", "").replace("\\fI", "").replace("\\fR", "");
        text.replace("\\(aq", "'").replace("\\|", "").replace("\\'", "'").replace("\\\\", "\\")
    }

    #[test]
    fn every_command_and_option_is_in_its_page() {
        let mut program = Arguments::command();
        program.build();
        let pages = pages();
        let commands = program.get_subcommands().filter(|command| is_documented(command));
        let all: Vec<_> = std::iter::once(&program).chain(commands).collect();
        assert_eq!(pages.len(), all.len());
        for (page, command) in pages.iter().zip(all) {
            let text = plain(page);
            for option in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
                let name = match (option.get_long(), option.get_value_names()) {
                    (Some(long), _) => format!("--{long}"),
                    (None, Some(names)) => names[0].to_string(),
                    (None, None) => option.get_id().to_string(),
                };
                assert!(text.contains(&name), "{}: {name}", page.file);
                if matches!(option.get_id().as_str(), "help" | "version") {
                    continue;
                }
                let help = option.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(text.contains(&help), "{}: {help}", page.file);
            }
            for section in
                ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO", "EXAMPLES"]
            {
                assert!(
                    text.contains(&format!("\n.SH \"{section}\"\n"))
                        || text.contains(&format!("\n.SH {section}\n")),
                    "{}: {section}",
                    page.file
                );
            }
        }
        for command in program.get_subcommands().filter(|command| is_documented(command)) {
            assert!(plain(&pages[0]).contains(&format!("cfimg-{}(1)", command.get_name())));
        }
    }

    #[test]
    fn every_key_variable_and_exit_code_is_in_the_main_page() {
        let text = plain(&pages()[0]);
        for row in rows() {
            assert!(text.contains(&*row.description), "{}", row.description);
            let keys = row.keys(&Keymap::default());
            assert!(text.contains(&keys[0]), "{keys:?}");
        }
        for name in ["CLOUDFLARE_API_TOKEN", "CFIMG_CONFIG", "NO_COLOR", "config.toml"] {
            assert!(text.contains(name), "{name}");
        }
    }

    #[test]
    fn unknown_page_is_a_usage_error() {
        let failure = unknown("shwo", &pages());
        assert!(failure.kind.exit_code() == 2 && failure.hint.contains("`show`"), "{failure}");
        assert!(unknown("zzzzzz", &pages()).hint.contains("show, check"));
    }
}
