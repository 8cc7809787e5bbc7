//! Quitting while a picture is saved.

use std::path::Path;

use rustix::process::Signal;
use tempfile::tempdir;

use super::pty::{Pty, cfimg, until};

/// The names of the files in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("it is there");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn no_part_file_is_left_after_quitting_or_a_signal() {
    let quits: [fn(&Pty); 2] = [|pty| pty.press("\x03"), |pty| pty.signal(Signal::QUIT)];
    for quit in quits {
        let folder = tempdir().expect("a folder");
        let mut command = cfimg(&["demo", "--latency", "2000"]);
        command.cwd(folder.path());
        let pty = Pty::start(command);
        pty.shown();
        pty.press("w");
        pty.shows("skyline-by-night-public");
        pty.press("\r");
        until(|| names(folder.path()).iter().any(|name| name.starts_with(".cfimg-")));
        quit(&pty);
        pty.end();
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }
}
