//! The version and the build information.

use std::path::Path;
use std::process::Command;

use super::{bare, run_command};

#[test]
fn short_version_is_one_line() {
    let end = run_command(&mut bare(&["-V"]));
    assert_eq!(end.out, concat!("cfimg ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn long_version_has_build_information() {
    let out = run_command(&mut bare(&["--version"])).out;
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some(concat!("cfimg ", env!("CARGO_PKG_VERSION"))));
    let names: Vec<&str> = lines.map(|line| line.split_once(':').expect("a name").0).collect();
    assert_eq!(names, ["commit", "target", "rustc", "features", "profile"]);
    assert!(out.contains(std::env::consts::ARCH), "{out}");
}

#[test]
fn commit_is_that_of_the_checkout() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let git = ["show", "--no-patch", "--abbrev=12", "--format=%h", "HEAD"];
    let commit = Command::new("git").args(git).current_dir(root).output();
    let commit = commit.ok().filter(|output| root.join(".git").exists() && output.status.success());
    let commit = commit.map_or("unknown".to_owned(), |output| {
        String::from_utf8(output.stdout).expect("a hash").trim().to_owned()
    });
    let out = run_command(&mut bare(&["--version"])).out;
    assert!(out.contains(&format!("\ncommit:   {commit}")), "{commit}\n{out}");
}
