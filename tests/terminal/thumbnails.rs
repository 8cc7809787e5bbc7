//! The gallery's thumbnails between runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use portable_pty::CommandBuilder;

use super::history::{start, with_server};
use super::pty::{Pty, cfimg, until};

/// The number of stored thumbnails.
fn stored(cache: &Path) -> usize {
    fs::read_dir(cache.join("cfimg/thumbnails")).map_or(0, Iterator::count)
}

/// Opens the gallery, and waits until it shows a picture.
fn open_gallery(pty: &Pty) {
    pty.shows("Variants");
    pty.press("t");
    pty.until(|screen| {
        let text = screen.contents();
        // The preview is not shown beside the gallery.
        text.contains(['▀', '▄']) && !text.contains("Variants")
    });
}

fn quit(pty: Pty) {
    // First the gallery closes.
    pty.press("qq");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn gallery_stores_thumbnails_until_the_index_is_cleared() {
    with_server(|account| {
        let cache = tempfile::tempdir().expect("a folder");
        let with_cache = |mut command: CommandBuilder| {
            command.env("XDG_CACHE_HOME", cache.path());
            command
        };
        let gallery = ["--picture", "halfblocks"];
        for command in [
            account.command(&["--picture", "halfblocks", "--no-index"]),
            cfimg(&["demo", "--picture", "halfblocks"]),
        ] {
            let pty = start(with_cache(command));
            open_gallery(&pty);
            quit(pty);
            assert_eq!(stored(cache.path()), 0);
        }
        let pty = start(with_cache(account.command(&gallery)));
        open_gallery(&pty);
        until(|| stored(cache.path()) > 5);
        quit(pty);

        let index = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_cfimg"));
            let command = command.arg("index").args(arguments).env_clear().envs(account.environment());
            command.env("XDG_CONFIG_HOME", "/dev/null");
            let output = command.env("XDG_CACHE_HOME", cache.path()).output().expect("it starts");
            assert!(output.status.success(), "{output:?}");
            String::from_utf8(output.stdout).expect("UTF-8")
        };
        let folder = cache.path().join("cfimg/thumbnails").display().to_string();
        let described = index(&[]);
        assert!(described.contains(&folder) && !described.contains(" 0 B "), "{described}");
        index(&["--clear"]);
        assert_eq!(stored(cache.path()), 0);
    });
}
