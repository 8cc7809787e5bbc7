//! Runs the commands that README.md and docs/ show, against the embedded Cloudflare, and compares their output.
//!
//! Each page has a shell, a server and an empty home folder of its own. A fenced `console` block has commands, each
//! after `$ ` (continued after `> `), and below each its output, standard error included. `[..]` matches any text
//! within a line, and a line `...` any lines. Delivery URLs have the real host, the API its real address.
//! Blocks of `sh` are not run, but cfimg must accept the options that they show.
//!
//! `UPDATE_DOCS=1 cargo test --test docs_commands` writes outputs that do not match into the pages. Outputs that
//! match stay as they are, with their wildcards. In those that are written, only signatures with an expiry time become
//! wildcards; others are placed by hand.
#![cfg(unix)]

#[path = "docs_commands/output.rs"]
mod output;
#[path = "docs_commands/page.rs"]
mod page;
#[path = "docs_commands/session.rs"]
mod session;
#[path = "docs_commands/words.rs"]
mod words;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use cfimg::commands::{Arguments, Command};
use clap::CommandFactory as _;
use page::{Page, ShownCommand};
use words::commands_in;

/// Pages that show no command that can be run here.
const NO_COMMANDS: [&str; 9] = [
    "README.md",
    "docs/README.md",
    "docs/custom-commands.md",
    "docs/SUMMARY.md",
    "docs/keys.md",
    "docs/privacy.md",
    "docs/settings.md",
    "docs/shell.md",
    "docs/troubleshooting.md",
];

/// Programs of which every system has one, and words of the shell.
const POSIX: [&str; 30] = [
    "awk", "cat", "cd", "cut", "do", "done", "echo", "env", "export", "false", "fi", "for", "grep", "head",
    "if", "ls", "mkdir", "printf", "rm", "sed", "sort", "tail", "tee", "then", "true", "tr", "uniq", "wc",
    "while", "xargs",
];

#[test]
fn pages_show_what_commands_print() {
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let mut failures = Vec::new();
    for path in pages() {
        let text = fs::read_to_string(&path).expect("a page in UTF-8");
        let name = path.strip_prefix(root()).expect("a page of ours").to_string_lossy();
        match checked(&text) {
            Err(_) if update => fs::write(&path, updated(&text)).expect("the page can be written"),
            Err(why) => failures.push(format!("== {name}\n{why}")),
            Ok(0) if !NO_COMMANDS.contains(&&*name) => failures.push(format!("{name} shows no command")),
            Ok(1..) if NO_COMMANDS.contains(&&*name) => failures.push(format!("{name} is in NO_COMMANDS")),
            Ok(_) => {}
        }
    }
    assert!(failures.is_empty(), "{}\nUPDATE_DOCS=1 writes the outputs into the pages", failures.join("\n"));
}

#[test]
fn pages_show_only_options_that_exist() {
    for path in pages() {
        let page = Page::parse(&fs::read_to_string(&path).expect("a page in UTF-8"));
        let lines = page.scripts.iter().flat_map(|script| script.lines());
        for line in lines.chain(page.commands().map(|command| command.line.as_str())) {
            let wrong = unreadable(line);
            assert!(wrong.is_none(), "{}: {line}\n{}", path.display(), wrong.unwrap_or_default());
        }
    }
}

#[test]
fn help_shows_only_options_that_exist() {
    let program = Arguments::command();
    let mut examples = 0;
    for command in std::iter::once(&program).chain(program.get_subcommands()) {
        let texts = [command.get_after_help(), command.get_after_long_help(), command.get_long_about()];
        for text in texts.into_iter().flatten() {
            let text = text.to_string();
            let codes = text.split('`').skip(1).step_by(2).filter(|code| code.starts_with("cfimg"));
            let lines = text.lines().filter(|line| line.starts_with("  ") && line.contains("cfimg "));
            // A description may follow, in a column of its own.
            let lines = lines.filter_map(|line| line.trim_start_matches([' ', '$']).split("  ").next());
            for line in codes.chain(lines) {
                let wrong = unreadable(line);
                assert!(wrong.is_none(), "{}: {line}\n{}", command.get_name(), wrong.unwrap_or_default());
                examples += 1;
            }
        }
    }
    assert!(examples > 10, "{examples}");
}

/// An ID may start with a dash, so it must come after `--`.
#[test]
fn placeholders_of_fzf_are_never_options() {
    let pages = pages().into_iter().map(|path| fs::read_to_string(path).expect("a page in UTF-8"));
    let program = Arguments::command();
    let commands = std::iter::once(&program).chain(program.get_subcommands());
    let helps = commands.flat_map(|command| [command.get_after_help(), command.get_after_long_help()]);
    let texts: Vec<String> = pages.chain(helps.flatten().map(ToString::to_string)).collect();
    let mut seen = 0;
    for line in texts.iter().flat_map(|text| text.lines()) {
        for (at, _) in line.match_indices('{') {
            let is_field = line[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('}');
            let Some((_, before)) = line[..at].rsplit_once("cfimg ").filter(|_| is_field) else { continue };
            assert!(before.split(' ').any(|word| word == "--"), "{line}");
            seen += 1;
        }
    }
    assert!(seen >= 5, "{seen}");
}

/// The number of commands on this page, all of which print what the page shows.
fn checked(text: &str) -> Result<usize, String> {
    let page = Page::parse(text);
    let printed = printed(&page)?;
    let mut failures = Vec::new();
    for (command, output) in page.commands().zip(&printed) {
        if let Some(output) = output
            && !output::matches(&command.output, output)
        {
            let ShownCommand { line, output: shown } = command;
            failures.push(format!(
                "$ {line}
shown:
{shown}
printed:
{output}
"
            ));
        }
    }
    if failures.is_empty() { Ok(printed.len()) } else { Err(failures.join("\n")) }
}

/// The page with the outputs of commands instead of those that do not match.
fn updated(text: &str) -> String {
    let mut page = Page::parse(text);
    let printed = printed(&page).expect("the page's commands run");
    for (command, output) in page.commands_mut().zip(printed) {
        if let Some(output) = output
            && !output::matches(&command.output, &output)
        {
            command.output = output::with_wildcards(&output);
        }
    }
    page.render(text)
}

/// What each command of the page prints. `None` if it cannot run here.
fn printed(page: &Page) -> Result<Vec<Option<String>>, String> {
    let lines: Vec<&str> = page.commands().map(|command| command.line.as_str()).collect();
    let here: Vec<&str> = lines.iter().copied().filter(|line| runs_here(line)).collect();
    let mut outputs = session::run(&here)?.into_iter();
    Ok(lines.iter().map(|line| runs_here(line).then(|| outputs.next().unwrap_or_default())).collect())
}

/// Whether the command ends without a terminal, with programs that this machine is certain to have.
fn runs_here(line: &str) -> bool {
    commands_in(line).iter().all(|words| match words[0].as_str() {
        "cfimg" => {
            let read = Arguments::read(words.iter().map(OsString::from));
            // An error is an output too.
            read.map_or(true, |read| match read.command {
                Some(Command::Operation(_)) => true,
                Some(Command::Config(config)) => !config.edit,
                _ => false,
            })
        }
        program => POSIX.contains(&program) || cfg!(feature = "desktop-tests"),
    })
}

/// Why cfimg refuses one of the commands in this line of shell. Help and the version are no refusals.
fn unreadable(line: &str) -> Option<String> {
    let commands = commands_in(line).into_iter().filter(|words| words[0] == "cfimg");
    let read = commands.map(|words| Arguments::read(words.iter().map(OsString::from)));
    read.filter_map(Result::err).find(clap::Error::use_stderr).map(|error| error.to_string())
}

fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).into_iter().flatten();
    let docs = docs.map(|entry| entry.expect("an entry").path());
    let mut pages: Vec<_> = docs.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    pages.sort();
    pages.push(root().join("README.md"));
    pages
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A page as a user writes it, and commands of every kind that pages show.
const SAMPLE: &str = "\
# A page

1. Look:

   ```console
   $ cfimg list --ids | head -n 2
   1a2b3c4d-0002-4e5f-8a6b-7c8d9e0f1000
   [..]-00ea-[..]
   $ cfimg check 083eb7b2-5392-4565-b69e-aff66acddd00 \\
   > 107b9558-dd06-4bbd-5fef-9c2c16bb7900
   ...
   public	107b9558-dd06-4bbd-5fef-9c2c16bb7900	logo.png
   $ echo $?
   10
   ```

2. Write:

```console
$ cfimg url 107b9558-dd06-4bbd-5fef-9c2c16bb7900 hero > url
$ cat url
https://imagedelivery.net/MTt4OTd0b0w5ajDemoHash/107b9558-dd06-4bbd-5fef-9c2c16bb7900/hero
$ cfimg copy 107b9558-dd06-4bbd-5fef-9c2c16bb7900
Copied URL (clipboard)
$ cfimg open 107b9558-dd06-4bbd-5fef-9c2c16bb7900 && cat opened
https://imagedelivery.net/MTt4OTd0b0w5ajDemoHash/107b9558-dd06-4bbd-5fef-9c2c16bb7900/public
$ cfimg
$ cfimg demo
```
";

#[test]
fn page_that_tells_the_truth_passes() {
    assert_eq!(checked(SAMPLE), Ok(9));
}

#[test]
fn page_with_a_wrong_output_fails_and_is_corrected() {
    for (right, wrong) in [("\n   10\n", "\n   0\n"), ("[..]-00ea-[..]", "[..]"), ("7900/hero\n", "7900/h\n")]
    {
        let page = SAMPLE.replacen(right, wrong, 1);
        assert_ne!(page, SAMPLE);
        if wrong == "[..]" {
            assert_eq!(updated(&page), page, "an output that matches keeps its wildcards");
        } else {
            assert!(checked(&page).is_err(), "{wrong}");
            assert_eq!(updated(&page), SAMPLE, "the rest of the page is as it was");
        }
    }
}

#[test]
fn page_without_commands_is_noticed() {
    assert_eq!(checked("# A page\n\n```sh\ncfimg list\n```\n"), Ok(0));
    assert!(checked("```console\ncfimg list\n```\n").is_err(), "a block without `$ `");
    assert!(checked("```console\n$ echo '\n```\n").is_err(), "a shell that stops");
}

#[test]
fn options_that_do_not_exist_are_noticed() {
    for line in ["cfimg list --idz", "x=$(cfimg list --idz)", "echo | cfimg list 2> x --idz # all"] {
        assert!(unreadable(line).is_some(), "{line}");
    }
    for line in
        ["cfimg list --ids > --idz", "echo 'cfimg list --idz' # cfimg list --idz", "cfimg show --help"]
    {
        assert!(unreadable(line).is_none(), "{line}");
    }
}
