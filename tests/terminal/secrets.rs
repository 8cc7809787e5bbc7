//! Keys and tokens appear nowhere outside of the program: not on the screen, in the log, in the arguments of
//! a process, or in stored files.

use std::fs;
use std::path::Path;

use cfimg::demo::{PRIVATE_ID, SIGNING_KEY, TOKEN};

use super::history::{start, with_server};

/// The arguments of the program and of its child processes.
fn arguments_of(root: i32) -> Vec<String> {
    let number = |text: &str| text.parse::<i32>().ok();
    let processes: Vec<(i32, i32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| number(entry.file_name().to_str()?))
        .filter_map(|pid| {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
            // The process name before may hold anything, even a parenthesis.
            let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1).and_then(number)?;
            Some((pid, parent))
        })
        .collect();
    let mut ours = vec![root];
    while let Some((pid, _)) =
        processes.iter().find(|(pid, parent)| ours.contains(parent) && !ours.contains(pid))
    {
        ours.push(*pid);
    }
    let arguments = ours.into_iter().filter_map(|pid| fs::read(format!("/proc/{pid}/cmdline")).ok());
    arguments.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

/// The contents of all files in a folder, as text.
fn files(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            text += &files(&path);
        } else {
            text += &String::from_utf8_lossy(&fs::read(path).unwrap_or_default());
        }
    }
    text
}

#[cfg(target_os = "linux")]
#[test]
fn key_and_token_appear_nowhere() {
    with_server(|account| {
        let log = account.state.path().join("log.txt");
        let log_name = log.to_str().expect("a name").to_owned();
        // With a key from the environment, and then with the account's.
        for own_key in [true, false] {
            let mut command = account.command(&["--log", &log_name]);
            if own_key {
                command.env("CLOUDFLARE_IMAGES_SIGNING_KEY", SIGNING_KEY);
            }
            let pty = start(command);
            pty.press(format!("i\x15{PRIVATE_ID}\r"));
            pty.shows("● SIGNED URL REQUIRED");
            pty.press("y");
            pty.shows("valid until");
            pty.press("V");
            pty.shows("signed URL opens (200)");
            // The list is stored, too.
            pty.shows(" Images 36 ");
            for (where_, text) in [
                ("the screen", String::from_utf8_lossy(&pty.raw()).into_owned()),
                ("arguments", arguments_of(pty.pid().as_raw_nonzero().get()).join("\n")),
            ] {
                assert!(!text.contains(TOKEN) && !text.contains(SIGNING_KEY), "in {where_}");
            }
            pty.press("q");
            let (code, left) = pty.end();
            assert_eq!(code, 0);
            assert!(!left.contains(TOKEN) && !left.contains(SIGNING_KEY), "{left}");
        }
        let stored = files(account.state.path());
        assert!(
            stored.contains("cfimg starts") && stored.contains(PRIVATE_ID),
            "there is a log, and a history"
        );
        for secret in [TOKEN, SIGNING_KEY, "sig="] {
            assert!(!stored.contains(secret), "{secret} is stored");
        }
    });
}
