//! Packages have the facts of `Cargo.toml`, the names that installers expect, and the licences of what they contain.
//!
//! `UPDATE_DOCS=1 cargo test --test packaging` rewrites `packaging/THIRD-PARTY-LICENSES.txt`.

#[path = "packaging/choice.rs"]
mod choice;
#[path = "packaging/dependencies.rs"]
mod dependencies;
#[path = "packaging/policy.rs"]
mod policy;
#[cfg(unix)]
#[path = "packaging/scripts.rs"]
mod scripts;
#[path = "packaging/texts.rs"]
mod texts;
#[path = "packaging/third_party.rs"]
mod third_party;
#[path = "packaging/workflow.rs"]
mod workflow;

use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn toml(file: &str) -> toml::Table {
    read(file).parse().unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The texts of an array.
fn strings(array: &toml::Value) -> Vec<&str> {
    array.as_array().expect("an array").iter().map(|value| value.as_str().expect("a text")).collect()
}
