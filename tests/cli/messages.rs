//! The wording of the commands' messages on standard error. Other tests check codes and data.

use std::fmt::Write as _;
use std::fs;

use cfimg::demo::{DRAFT_ID, Options, PRIVATE_ID, SAMPLE_ID, SVG_ID};

use super::{CommandResult, Harness, bare, run_command, with_input};

/// Collects commands with their exit codes and messages.
struct Messages(String);

impl Messages {
    fn add(&mut self, command: &str, result: &CommandResult) {
        let CommandResult { code, errors, .. } = result;
        writeln!(self.0, "$ cfimg {command}\n{errors}[{}]\n", code.expect("an exit code")).expect("text");
    }
}

fn words(command: &str) -> Vec<String> {
    command
        .split_whitespace()
        .map(|word| match word {
            "PUBLIC" => SAMPLE_ID.to_owned(),
            "PRIVATE" => PRIVATE_ID.to_owned(),
            "DRAFT" => DRAFT_ID.to_owned(),
            "SVG" => SVG_ID.to_owned(),
            "''" => String::new(),
            word => word.replace('_', " "),
        })
        .collect()
}

#[test]
fn messages_of_commands() {
    let mut messages = Messages(String::new());
    let harness = Harness::new();
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("logo.png"), "").expect("a file");
    fs::create_dir(folder.path().join("folder")).expect("a folder");
    for line in [
        "show ''",
        "show - -",
        "show",
        "chekc PUBLIC",
        "help nope",
        "one two",
        "PUBLIC show PUBLIC",
        "list --meta status",
        "list --meta a=1 --meta a=2 --meta a=3 --meta a=4 --meta a=5 --meta a=6",
        "list --filter no_such_image",
        "list --filter before:soon",
        "list --filter signed:maybe",
        "url PRIVATE",
        "url PRIVATE --unsigned",
        "url PRIVATE --sign=1h --expires-at 2099-01-01",
        "url PRIVATE --expires-at soon",
        "url PRIVATE --sign --domain a.example",
        "url PUBLIC --as pdf",
        "url PUBLIC hero --as srcset",
        "view PUBLIC",
        "view PUBLIC --picture off",
        "view PUBLIC --picture halfblocks --color never",
        "save PUBLIC",
        "save PUBLIC -o folder",
        "save PUBLIC -o no/folder/x",
        "demo",
    ] {
        let result = run_command(harness.command(&words(line)).current_dir(folder.path()));
        messages.add(line, &result);
    }
    let long = "x".repeat(70_000);
    for (line, name, input) in [
        ("check -", "no lines", ""),
        ("check -", "a table", "2026-01-02\tsigned\ta\tlogo.png\n"),
        ("check -", "UTF-16", "a\0b\0\n"),
        ("check -", "a long line", &*long),
        ("open -", "101 lines", &"a\n".repeat(101)),
        ("save - -o x", "two lines", "a\nb\n"),
        ("save - --force", "a line twice", &format!("{SVG_ID}\n{SVG_ID}\n")),
        ("explain -", "no URL", "no URL\n"),
    ] {
        let result = with_input(harness.command(&words(line)).current_dir(folder.path()), input);
        messages.add(&format!("{line} < {name}"), &result);
    }
    let empty = Harness::with(Options { images: 0, ..Options::default() });
    for line in ["list", "check --all"] {
        messages.add(&format!("{line} (without images)"), &empty.run(&words(line)));
    }
    let state = tempfile::tempdir().expect("a folder");
    for line in ["list --cached", "index", "index --clear"] {
        let mut command = harness.command(&words(line));
        let result = run_command(command.env("XDG_STATE_HOME", state.path()));
        messages.add(line, &CommandResult { errors: result.errors + &result.out, ..result });
    }
    let url = format!("https://imagedelivery.net/H/{PRIVATE_ID}/hero?sig={}", "0".repeat(64));
    messages.add("explain URL (without a key)", &run_command(&mut bare(&["explain", &url])));
    let full = harness.command(&["usage"]).stdout(read_only()).stderr(std::process::Stdio::piped()).spawn();
    messages.add("usage > READ-ONLY", &full.expect("it starts").wait_with_output().expect("it ends").into());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.bind(|| insta::assert_snapshot!("messages", messages.0));
}

fn read_only() -> fs::File {
    fs::File::open(if cfg!(windows) { "NUL" } else { "/dev/null" }).expect("a device")
}
