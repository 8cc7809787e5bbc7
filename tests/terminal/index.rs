//! The stored list in the next run.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use cfimg::demo::{PRIVATE_ID, TOKEN};

use super::history::{TestAccount, start, with_server};

/// The index files.
fn indexes(account: &TestAccount) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(account.state.path().join("cfimg/index")).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "redb"))
        .collect()
}

#[test]
fn list_is_stored_between_runs_and_private() {
    with_server(|account| {
        let pty = start(account.command(&["--no-index"]));
        pty.press("\x1bOA");
        pty.shows("┏ Images 36 ");
        pty.press("q");
        assert_eq!(pty.end().0, 0);
        assert_eq!(indexes(&account), Vec::<PathBuf>::new(), "`--no-index` stores nothing");

        let pty = start(account.command(&[]));
        pty.shows("┏ Images 36 ");
        // The program does not wait long for the write before it ends.
        let is_stored = || {
            let stored = indexes(&account);
            stored.first().is_some_and(|file| {
                let bytes = std::fs::read(file).unwrap_or_default();
                bytes.windows(PRIVATE_ID.len()).any(|window| window == PRIVATE_ID.as_bytes())
            })
        };
        let poll = |_: &i32| {
            let stored = is_stored();
            if !stored {
                pty.writes_within(Duration::from_millis(20));
            }
            stored
        };
        assert!((0..1000).any(|round| poll(&round)), "the list is stored");
        pty.press("q");
        assert_eq!(pty.end().0, 0);
        let stored = indexes(&account);
        assert_eq!(stored.len(), 1, "{stored:?}");
        let mode =
            |path: &PathBuf| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&stored[0]), 0o600);
        let bytes = std::fs::read(&stored[0]).expect("it is there");
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(holds(PRIVATE_ID) && !holds(TOKEN) && !holds("sig="), "it holds no secret");

        // Without a server, so the list can only come from the disk.
        let mut command = account.command(&[]);
        command.env("HTTP_PROXY", "http://127.0.0.1:9");
        let pty = start(command);
        pty.shows("┏ Images 36 ");
        pty.press("q");
        assert_eq!(pty.end().0, 0);
    });
}
