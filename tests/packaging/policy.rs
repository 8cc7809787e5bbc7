//! The part of `deny.toml` that can be checked without cargo-deny: licences, sources and forbidden packages.

use crate::choice::choose;
use crate::dependencies::{Package, locked, used};
use crate::{strings, toml};

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The licences that this package may have: those of all, and its exceptions.
pub(crate) fn allowed<'a>(policy: &'a toml::Table, package: &str) -> Vec<&'a str> {
    let licenses = &policy["licenses"];
    let exceptions = licenses["exceptions"].as_array().expect("an array").iter();
    let own = exceptions.filter(|exception| exception["crate"].as_str() == Some(package));
    strings(&licenses["allow"])
        .into_iter()
        .chain(own.flat_map(|exception| strings(&exception["allow"])))
        .collect()
}

#[test]
fn licences_are_allowed() {
    let policy = toml("deny.toml");
    let used = used("normal,build");
    assert!(used.len() > 100, "only {} packages", used.len());
    let refused = |package: &&&Package| choose(&package.license, &allowed(&policy, &package.name)).is_none();
    let refused: Vec<_> =
        used.iter().filter(refused).map(|package| (&package.name, &package.license)).collect();
    assert!(refused.is_empty(), "{refused:?}: allow them in deny.toml, or do without");
}

#[test]
fn exceptions_are_needed() {
    let policy = toml("deny.toml");
    let used = used("normal,build");
    for exception in policy["licenses"]["exceptions"].as_array().expect("an array") {
        let name = exception["crate"].as_str().expect("a name");
        let package = used.iter().find(|package| package.name == name);
        let package = package.unwrap_or_else(|| panic!("{name} is not used"));
        assert!(choose(&package.license, &strings(&policy["licenses"]["allow"])).is_none(), "{name}");
    }
}

#[test]
fn packages_come_from_crates_io() {
    let locked = locked();
    let elsewhere =
        locked.iter().filter(|package| package.source.as_deref().is_some_and(|source| source != CRATES_IO));
    assert_eq!(elsewhere.map(|package| &package.name).collect::<Vec<_>>(), Vec::<&String>::new());
    let own = locked.iter().filter(|package| package.source.is_none()).map(|package| package.name.as_str());
    assert_eq!(own.collect::<Vec<_>>(), ["cfimg"]);
}

#[test]
fn forbidden_packages_are_not_used() {
    let policy = toml("deny.toml");
    let used = used("normal,build");
    for ban in policy["bans"]["deny"].as_array().expect("an array") {
        let name = ban["crate"].as_str().expect("a name");
        // cargo-deny itself checks those of a certain version.
        if !name.contains(':') {
            assert!(used.iter().all(|package| package.name != name), "{name}: {:?}", ban["reason"]);
        }
    }
}
