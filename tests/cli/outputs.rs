//! Outputs that cannot be written, and files that are none.

use std::fs::File;
use std::process::{Command, Stdio};

use cfimg::demo::SAMPLE_ID;
use rustix::fs::{CWD, FileType, Mode, mknodat};

use super::{Ended, Stand, bare, ended};

/// The program's command lines that print an answer.
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

fn sentence(end: &Ended) -> &str {
    assert_eq!(end.errors.lines().count(), 1, "{end:?}");
    end.errors.trim_end()
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_a_failure() {
    let stand = Stand::new();
    for arguments in printing() {
        let full = File::options().write(true).open("/dev/full").expect("a device");
        let read_only = File::open("/dev/null").expect("a device");
        for out in [full, read_only] {
            let child = stand.command(&arguments).stdout(out).stderr(Stdio::piped()).spawn();
            let end: Ended = child.expect("it starts").wait_with_output().expect("it ends").into();
            assert!(sentence(&end).contains("could not be written"), "{arguments:?} {end:?}");
            assert_eq!(end.code, Some(1), "{arguments:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_closed_output_is_a_failure_and_a_discarded_one_is_none() {
    let stand = Stand::new();
    let shell = |redirection: &str, arguments: &[&str]| {
        let mut command = Command::new("/bin/sh");
        let script = format!("\"$@\" {redirection}; exit $?");
        command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_cfimg")]).args(arguments);
        command.env_clear().envs(stand.environment()).env("TZ", "UTC").stdin(Stdio::null());
        command
    };
    for arguments in printing() {
        let end = ended(&mut shell(">&-", &arguments));
        assert!(sentence(&end).contains("could not be written"), "{arguments:?} {end:?}");
        assert_eq!(end.code, Some(1), "{arguments:?}");
    }
    for redirection in [">/dev/null", "2>&-", "<&-", "<&- 2>&-"] {
        assert_eq!(ended(&mut shell(redirection, &["list"])).code, Some(0), "{redirection}");
    }
    // As Python's DEVNULL does, for the program itself and for a shell around it.
    let null = || File::options().read(true).write(true).open("/dev/null").expect("a device");
    for mut command in [stand.command(&["list"]), shell("", &["list"])] {
        assert_eq!(command.stdout(null()).status().expect("it starts").code(), Some(0));
    }
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let stand = Stand::new();
    for arguments in printing() {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let child = stand.command(&arguments).stdout(writer).stderr(Stdio::piped()).spawn();
        let end: Ended = child.expect("it starts").wait_with_output().expect("it ends").into();
        assert_eq!((end.code, end.errors.as_str()), (Some(0), ""), "{arguments:?}");
    }
}

/// A pipe, a folder, and a device, by name; none holds a file.
fn no_files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let fifo = folder.join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a FIFO");
    vec![fifo, folder.to_owned(), "/dev/zero".into(), folder.join("missing").join("file")]
}

#[test]
fn a_log_that_is_no_file_is_refused_before_anything_is_sent() {
    let folder = tempfile::tempdir().expect("a folder");
    for path in no_files(folder.path()) {
        let name = path.to_str().expect("UTF-8");
        let end = ended(&mut bare(&["--log", name, "list"]));
        assert!(sentence(&end).contains(name), "{end:?}");
        assert_eq!((end.code, end.out.as_str()), (Some(1), ""));
    }
}

#[test]
fn a_config_that_is_no_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for path in no_files(folder.path()) {
        let end =
            ended(bare(&["explain", "https://imagedelivery.net/h/i/public"]).env("CFIMG_CONFIG", &path));
        assert!(sentence(&end).contains(path.to_str().expect("UTF-8")), "{end:?}");
        assert_eq!((end.code, end.out.as_str()), (Some(2), ""));
    }
    let nothing =
        ended(bare(&["explain", "https://imagedelivery.net/h/i/public"]).env("CFIMG_CONFIG", "/dev/null"));
    assert_eq!(nothing.code, Some(0), "{nothing:?}");
}
