//! Output that cannot be written, and paths that are not files.

use std::fs::File;
use std::process::{Command, Stdio};

use cfimg::demo::SAMPLE_ID;
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::{CommandResult, Harness, bare, run_command, write_failure};

/// Command lines that print a result.
fn printing() -> Vec<Vec<&'static str>> {
    let url = "https://imagedelivery.net/hash/id/public";
    vec![
        vec!["list"],
        vec!["list", "--json", "--limit", "1"],
        vec!["show", SAMPLE_ID],
        vec!["show", "--json", SAMPLE_ID],
        vec!["check", SAMPLE_ID],
        vec!["check", "--all"],
        vec!["url", SAMPLE_ID],
        vec!["variants"],
        vec!["usage", "--json"],
        vec!["explain", url],
        vec!["view", SAMPLE_ID, "--picture", "halfblocks"],
        vec!["save", SAMPLE_ID, "-o", "-"],
        vec!["--help"],
        vec!["--version"],
        vec!["list", "--help"],
    ]
}

fn only_line(end: &CommandResult) -> &str {
    assert_eq!(end.errors.lines().count(), 1, "{end:?}");
    end.errors.trim_end()
}

#[cfg(target_os = "linux")]
#[test]
fn full_or_read_only_output_is_a_failure() {
    let harness = Harness::new();
    for arguments in printing() {
        let full = File::options().write(true).open("/dev/full").expect("a device");
        let read_only = File::open("/dev/null").expect("a device");
        for out in [full, read_only] {
            let child = harness.command(&arguments).stdout(out).stderr(Stdio::piped()).spawn();
            let end: CommandResult = child.expect("it starts").wait_with_output().expect("it ends").into();
            assert!(only_line(&end).contains(&write_failure()), "{arguments:?} {end:?}");
            assert_eq!(end.code, Some(1), "{arguments:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn closed_output_fails_and_discarded_output_does_not() {
    let harness = Harness::new();
    let shell = |redirection: &str, arguments: &[&str]| {
        let mut command = Command::new("/bin/sh");
        let script = format!("\"$@\" {redirection}; exit $?");
        command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_cfimg")]).args(arguments);
        command.env_clear().envs(harness.environment()).env("TZ", "UTC").stdin(Stdio::null());
        command
    };
    for arguments in printing() {
        let end = run_command(&mut shell(">&-", &arguments));
        assert!(only_line(&end).contains(&write_failure()), "{arguments:?} {end:?}");
        assert_eq!(end.code, Some(1), "{arguments:?}");
    }
    for redirection in [">/dev/null", "2>&-", "<&-", "<&- 2>&-"] {
        assert_eq!(run_command(&mut shell(redirection, &["list"])).code, Some(0), "{redirection}");
    }
    // As Python's DEVNULL, for the program itself and for a shell around it.
    let null = || File::options().read(true).write(true).open("/dev/null").expect("a device");
    for mut command in [harness.command(&["list"]), shell("", &["list"])] {
        assert_eq!(command.stdout(null()).status().expect("it starts").code(), Some(0));
    }
}

#[test]
fn closed_pipe_is_not_a_failure() {
    let harness = Harness::new();
    for arguments in printing() {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let child = harness.command(&arguments).stdout(writer).stderr(Stdio::piped()).spawn();
        let end: CommandResult = child.expect("it starts").wait_with_output().expect("it ends").into();
        assert_eq!((end.code, end.errors.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

/// Paths of a pipe, a folder, a device, and a missing file.
fn paths_of_no_file(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let fifo = folder.join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a FIFO");
    vec![fifo, folder.to_owned(), "/dev/zero".into(), folder.join("missing").join("file")]
}

#[test]
fn log_path_that_is_no_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for path in paths_of_no_file(folder.path()) {
        let name = path.to_str().expect("UTF-8");
        let end = run_command(&mut bare(&["--log", name, "list"]));
        assert!(only_line(&end).contains(name), "{end:?}");
        assert_eq!((end.code, end.out.as_str()), (Some(1), ""));
    }
}

#[test]
fn config_path_that_is_no_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for path in paths_of_no_file(folder.path()) {
        let end = run_command(
            bare(&["explain", "https://imagedelivery.net/h/i/public"]).env("CFIMG_CONFIG", &path),
        );
        assert!(only_line(&end).contains(path.to_str().expect("UTF-8")), "{end:?}");
        assert_eq!((end.code, end.out.as_str()), (Some(2), ""));
    }
    let nothing = run_command(
        bare(&["explain", "https://imagedelivery.net/h/i/public"]).env("CFIMG_CONFIG", "/dev/null"),
    );
    assert_eq!(nothing.code, Some(0), "{nothing:?}");
}
