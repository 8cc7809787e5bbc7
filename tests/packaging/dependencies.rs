//! The packages that the program is built from, as cargo resolves them.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::{root, strings, toml};

/// A package of the lock file.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) license: String,
    pub(crate) authors: String,
    /// `None` for a package of this repository.
    pub(crate) source: Option<String>,
    pub(crate) folder: PathBuf,
}

/// Every package of the lock file.
pub(crate) fn locked() -> &'static [Package] {
    static LOCKED: LazyLock<Vec<Package>> = LazyLock::new(read_metadata);
    &LOCKED
}

fn read_metadata() -> Vec<Package> {
    let metadata: Value = serde_json::from_str(&cargo(&["metadata", "--format-version=1"])).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let package = |package: &Value| Package {
        name: text(&package["name"]),
        version: text(&package["version"]),
        license: text(&package["license"]),
        authors: package["authors"]
            .as_array()
            .map(|all| all.iter().map(text).collect::<Vec<_>>())
            .unwrap_or_default()
            .join(", "),
        source: package["source"].as_str().map(str::to_owned),
        folder: PathBuf::from(text(&package["manifest_path"])).parent().expect("a folder").to_owned(),
    };
    metadata["packages"].as_array().expect("packages").iter().map(package).collect()
}

/// The packages of others that a build of a release uses, of these kinds of `cargo tree --edges`.
pub(crate) fn used(edges: &str) -> Vec<&'static Package> {
    let targets = targets();
    let mut arguments = vec!["tree", "--prefix=none", "--format={p}", "--edges", edges];
    arguments.extend(targets.iter().flat_map(|target| ["--target", target]));
    let tree = cargo(&arguments);
    // A line is `name v1.2.3`, and perhaps more.
    let names: Vec<(&str, &str)> = tree.lines().filter_map(|line| line.split_once(" v")).collect();
    let is_used = |package: &Package| {
        package.source.is_some()
            && names.iter().any(|(name, rest)| {
                *name == package.name && rest.split(' ').next() == Some(package.version.as_str())
            })
    };
    locked().iter().filter(|package| is_used(package)).collect()
}

/// The targets of the releases.
pub(crate) fn targets() -> Vec<String> {
    strings(&toml("deny.toml")["graph"]["targets"]).into_iter().map(str::to_owned).collect()
}

fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).arg("--locked").current_dir(root()).output();
    let output = output.expect("cargo starts");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}
