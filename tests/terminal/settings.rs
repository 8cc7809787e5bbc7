//! Mistakes in the settings file, in a terminal.

use std::fs;

use super::pty::{Pty, cfimg};

#[test]
fn program_starts_despite_mistakes_and_counts_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    fs::write(&file, "thme = 1\nmouse = 1\n").expect("a file");
    let mut command = cfimg(&["demo"]);
    command.env("CFIMG_CONFIG", &file);
    let pty = Pty::start(command);
    pty.shows("config.toml has 2 mistakes.");
    pty.press("\x03");
    assert_eq!(pty.end().0, 0);
}

#[test]
fn mistake_in_a_key_source_is_shown_instead_of_the_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config.toml");
    fs::write(&file, "signing_keys = 1\n").expect("a file");
    let mut command = cfimg(&[]);
    command.env("CFIMG_CONFIG", &file);
    let pty = Pty::start(command);
    let (code, text) = pty.end();
    assert!(code == 2 && text.contains("config.toml:1:16"), "{code} {text}");
}

#[test]
fn edit_asks_until_the_file_is_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("bad"), "thme = 1\n").expect("a file");
    let mut command = cfimg(&["config", "--edit"]);
    command.env("CFIMG_CONFIG", path("config.toml"));
    command.env("EDITOR", format!("cp '{}'", path("bad").display()));
    let pty = Pty::start(command);
    pty.shows("Edit the file again? [Y/n]");
    fs::write(path("bad"), "theme = \"dark\"\n").expect("a file");
    pty.press("\r");
    assert_eq!(pty.end().0, 0);
    assert_eq!(fs::read_to_string(path("config.toml")).expect("a file"), "theme = \"dark\"\n");
}
