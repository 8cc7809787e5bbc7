//! What the release workflow builds is what installers look for.

use crate::dependencies::targets;
use crate::{read, toml};

const WORKFLOW: &str = ".github/workflows/release.yml";

#[test]
fn workflow_builds_every_target() {
    let workflow = read(WORKFLOW);
    let built = workflow.lines().filter_map(|line| line.trim().strip_prefix("- { target: "));
    let mut built: Vec<&str> = built.filter_map(|rest| rest.split([',', ' ']).next()).collect();
    let mut targets = targets();
    built.sort_unstable();
    targets.sort_unstable();
    assert_eq!(built, targets, "the targets of deny.toml are those of {WORKFLOW}");
}

#[test]
fn binstall_finds_the_archives() {
    let manifest = toml("Cargo.toml");
    let package = &manifest["package"];
    let binstall = &package["metadata"]["binstall"];
    // As packaging/archive names archives and the folders in them.
    let archive = "{ name }-{ version }-{ target }";
    let url = format!("{{ repo }}/releases/download/v{{ version }}/{archive}{{ archive-suffix }}");
    assert_eq!(binstall["pkg-url"].as_str(), Some(url.as_str()));
    assert_eq!(binstall["bin-dir"].as_str(), Some(format!("{archive}/{{ bin }}{{ binary-ext }}").as_str()));
    assert!(read("packaging/facts").contains(r#"archive_name() { echo "$name-$version-$1"; }"#));
    for target in targets() {
        let format = binstall["overrides"].get(&target).unwrap_or(binstall)["pkg-fmt"].as_str();
        assert_eq!(format, Some(if target.contains("windows") { "zip" } else { "tgz" }), "{target}");
    }
}

#[test]
fn pages_name_the_package_of_this_version() {
    let package = concat!("apt install ./cfimg_", env!("CARGO_PKG_VERSION"), "-1_amd64.deb");
    for page in ["README.md", "docs/installing.md"] {
        assert!(read(page).contains(package), "{page} does not have {package}");
    }
}

#[test]
fn experimental_systems_are_labelled() {
    let notes = read("packaging/release-notes");
    for system in ["macOS", "Windows"] {
        assert!(notes.contains(&format!("{system}, **experimental**")), "{system}");
    }
}

#[test]
fn copyright_file_has_the_licence() {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ");
    let license = read("LICENSE-MIT");
    let (_, terms) = license.split_once("\n\nPermission").expect("the terms");
    let debian = read("packaging/debian/copyright").replace("\n .\n", "\n\n");
    assert!(words(&debian).contains(&words(&format!("Permission{terms}"))), "{debian}");
}
