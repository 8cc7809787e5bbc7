//! What was listed is there in the next run.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use cfimg::demo::{PRIVATE_ID, TOKEN};

use super::history::{FakeDesktop, started, with_server};

/// The files of the indexes.
fn indexes(desk: &FakeDesktop) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(desk.state.path().join("cfimg/index")).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "redb"))
        .collect()
}

#[test]
fn what_was_listed_is_there_in_the_next_run_for_its_owner_alone() {
    with_server(|desk| {
        let pty = started(desk.command(&["--no-index"]));
        pty.press("\x1bOA\tb");
        pty.shows("Browse ━━ 36 ━");
        pty.press("q");
        assert_eq!(pty.end().0, 0);
        assert_eq!(indexes(&desk), Vec::<PathBuf>::new(), "not where it is not wanted");

        let pty = started(desk.command(&[]));
        pty.press("\tb");
        pty.shows("Browse ━━ 36 ━");
        // The end does not wait long for it.
        let is_stored = || {
            let stored = indexes(&desk);
            stored.first().is_some_and(|file| {
                let bytes = std::fs::read(file).unwrap_or_default();
                bytes.windows(PRIVATE_ID.len()).any(|window| window == PRIVATE_ID.as_bytes())
            })
        };
        let looks_again = |_: &i32| {
            let stored = is_stored();
            if !stored {
                pty.writes_within(Duration::from_millis(20));
            }
            stored
        };
        assert!((0..1000).any(|look| looks_again(&look)), "the list is kept");
        pty.press("q");
        assert_eq!(pty.end().0, 0);
        let stored = indexes(&desk);
        assert_eq!(stored.len(), 1, "{stored:?}");
        let mode =
            |path: &PathBuf| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&stored[0]), 0o600);
        let bytes = std::fs::read(&stored[0]).expect("it is there");
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        assert!(holds(PRIVATE_ID) && !holds(TOKEN) && !holds("sig="), "no secret is in it");

        // Whoever answers now, the list comes from the disk: nobody does.
        let mut command = desk.command(&[]);
        command.env("HTTP_PROXY", "http://127.0.0.1:9");
        let pty = started(command);
        pty.press("\tb");
        pty.shows("Browse ━━ 36 ━");
        pty.press("q");
        assert_eq!(pty.end().0, 0);
    });
}
