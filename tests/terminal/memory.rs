//! What a large copy took is given back.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::pty::{Pty, cfimg, until};

/// Resident memory of the program, in kB.
fn resident(pty: &Pty) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", pty.pid())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
    line.and_then(|kilobytes| kilobytes.parse().ok()).expect("it has memory")
}

#[test]
fn memory_of_a_large_copy_returns_to_the_system() {
    let folder = tempfile::tempdir().expect("a folder");
    let tmux = folder.path().join("tmux");
    fs::write(&tmux, "#!/bin/sh\n[ \"$1\" = load-buffer ] && cat > /dev/null\n").expect("it is written");
    fs::set_permissions(&tmux, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let mut command = cfimg(&["demo", "--images", "30000", "--picture", "off"]);
    command.env("TMUX", "/nonexistent,1,0");
    command.env("PATH", format!("{}:/usr/bin:/bin", folder.path().display()));
    let pty = Pty::start(command);
    pty.shown();
    pty.press("b");
    pty.shows("Browse ━━ 30,000 ━");
    pty.press("*");
    pty.shows("30,000 marked");
    pty.press("Y3");
    pty.shows("Copied HTML");
    let after_copy = resident(&pty);
    until(|| resident(&pty) + (8 << 10) < after_copy);
    pty.press("q");
    assert_eq!(pty.end().0, 0);
}
