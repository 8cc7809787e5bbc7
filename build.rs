//! Gives the program its build information: commit, target, compiler, features, profile.
//!
//! The date is that of the commit, so that two builds of one commit are equal. A build without a git checkout works.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR"));
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=CFIMG_COMMIT");
    for file in watched(&root) {
        println!("cargo:rerun-if-changed={}", file.display());
    }
    // A package's build sets the variable where there is no checkout.
    let commit = env::var("CFIMG_COMMIT").ok().filter(|commit| !commit.is_empty());
    let commit = commit.or_else(|| checkout(&root)).or_else(|| published(&root));
    set("COMMIT", commit.as_deref().unwrap_or("unknown"));
    set("TARGET", &variable("TARGET"));
    let rustc = output(Command::new(variable("RUSTC")).arg("--version"));
    set("RUSTC", rustc.as_deref().unwrap_or("unknown").trim_start_matches("rustc "));
    let features = ["avif", "svg"].into_iter();
    let features =
        features.filter(|name| env::var_os(format!("CARGO_FEATURE_{}", name.to_uppercase())).is_some());
    let features = features.collect::<Vec<_>>().join(", ");
    set("FEATURES", if features.is_empty() { "none" } else { &features });
    set("PROFILE", &variable("PROFILE"));
}

fn set(name: &str, value: &str) {
    println!("cargo:rustc-env=CFIMG_BUILD_{name}={value}");
}

/// A variable that cargo always sets.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

/// The commit of the git checkout and its date: `a73845f57462 2026-11-28`.
fn checkout(root: &Path) -> Option<String> {
    git(
        root,
        &["show", "--no-patch", "--abbrev=12", "--date=format-local:%Y-%m-%d", "--format=%h %cd", "HEAD"],
    )
}

/// The commit that a package of crates.io was made from.
fn published(root: &Path) -> Option<String> {
    let text = fs::read_to_string(root.join(".cargo_vcs_info.json")).ok()?;
    let (_, hash) = text.split_once("\"sha1\": \"")?;
    Some(hash.get(..12)?.to_owned())
}

/// The files that a commit or checkout changes. A file that does not exist would cause a rebuild each time.
fn watched(root: &Path) -> Vec<PathBuf> {
    let file = |name: &str| {
        let path = root.join(git(root, &["rev-parse", "--git-path", name])?);
        path.exists().then_some(path)
    };
    let branch = git(root, &["symbolic-ref", "--quiet", "HEAD"]);
    // Without a file of its own, the branch is in packed-refs, and its next commit changes only the reflog.
    let branch = branch.and_then(|branch| file(&branch)).or_else(|| file("logs/HEAD"));
    file("HEAD").into_iter().chain(branch).collect()
}

/// What git prints about this folder's own checkout. An archive may lie in the checkout of something else.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    if !root.join(".git").exists() {
        return None;
    }
    output(Command::new("git").args(arguments).current_dir(root).env("TZ", "UTC"))
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!text.is_empty()).then_some(text)
}
