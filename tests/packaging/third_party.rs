//! `packaging/THIRD-PARTY-LICENSES.txt`: the licences of the libraries that are in the binaries.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::choice::choose;
use crate::dependencies::used;
use crate::policy::allowed;
use crate::texts::{mit, of};
use crate::{read, root, toml};

const FILE: &str = "packaging/THIRD-PARTY-LICENSES.txt";
const LEAD: &str = "\
The binaries of cfimg contain the libraries below. cfimg itself is licensed under MIT or Apache-2.0.
The source of a library is at https://crates.io/crates/NAME/VERSION.

`UPDATE_DOCS=1 cargo test --test packaging` generates this file.
";
/// What is in the binaries, but not in the lock file.
const RUNTIME: [[&str; 3]; 2] = [
    ["Rust's standard library", "MIT", "Copyright (c) The Rust Project Contributors"],
    ["musl (in static binaries)", "MIT", "Copyright (c) 2005-2020 Rich Felker, et al."],
];

#[test]
fn third_party_licences_are_those_of_the_lock_file() {
    let expected = generate();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(root().join(FILE), &expected).expect("the file can be written");
    }
    let now = read(FILE);
    let difference = now.lines().zip(expected.lines()).find(|(now, expected)| now != expected);
    assert!(
        now == expected,
        "{FILE} is out of date; `UPDATE_DOCS=1 cargo test --test packaging` rewrites it. First difference: {difference:#?}"
    );
}

fn generate() -> String {
    let policy = toml("deny.toml");
    let mut libraries = Vec::new();
    // Macros run only while cfimg is built.
    for package in used("normal,no-proc-macro") {
        let chosen = choose(&package.license, &allowed(&policy, &package.name));
        let chosen = chosen.unwrap_or_else(|| panic!("{}: {} is not allowed", package.name, package.license));
        let texts = of(package, &chosen);
        libraries.push((format!("{} {}", package.name, package.version), chosen.join(" and "), texts));
    }
    libraries.extend(
        RUNTIME.map(|[name, license, copyright]| (name.to_owned(), license.to_owned(), vec![mit(copyright)])),
    );
    libraries.sort();

    let mut file = format!("{LEAD}\n");
    let mut by_text: BTreeMap<String, Text> = BTreeMap::new();
    for (library, license, texts) in &libraries {
        writeln!(file, "  {library}: {license}").expect("a string");
        for text in texts {
            let (copyright, body) = split(text);
            let same = body.split_whitespace().collect::<Vec<_>>().join(" ");
            let entry = by_text.entry(same).or_insert_with(|| Text { body, users: Vec::new() });
            let user = (library, copyright);
            if !entry.users.contains(&user) {
                entry.users.push(user);
            }
        }
    }
    let mut texts: Vec<&Text> = by_text.values().collect();
    texts.sort_by_key(|text| std::cmp::Reverse(text.users.len()));
    for Text { body, users } in texts {
        write!(file, "\n{}\n\n", "=".repeat(80)).expect("a string");
        for (library, copyright) in users {
            writeln!(file, "{library}").expect("a string");
            for line in copyright {
                writeln!(file, "    {line}").expect("a string");
            }
        }
        write!(file, "\n{body}\n").expect("a string");
    }
    file
}

/// A licence, and whose it is: many differ only in the lines about the copyright.
struct Text<'a> {
    body: String,
    users: Vec<(&'a String, Vec<String>)>,
}

/// The lines about the copyright at the start of a text, and what follows them.
fn split(text: &str) -> (Vec<String>, String) {
    let mut copyright = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next_if(|line| is_head(line)) {
        if line.to_lowercase().contains("copyright") {
            copyright.push(line.trim().to_owned());
        }
    }
    let body: Vec<&str> = lines.collect();
    // A text that is all head is kept whole.
    if body.is_empty() { (Vec::new(), text.to_owned()) } else { (copyright, body.join("\n")) }
}

fn is_head(line: &str) -> bool {
    let line = line.trim().trim_start_matches('#').trim().to_lowercase();
    line.is_empty()
        || line.starts_with("copyright")
        || line == "all rights reserved."
        || ["mit license", "the mit license", "the mit license (mit)", "mit license (mit)"]
            .contains(&line.as_str())
}

#[test]
fn same_licences_of_many_authors_appear_once() {
    let (copyright, body) =
        split("MIT License\n\nCopyright (c) 2020 A\nCopyright (c) 2021 B\n\nPermission is …\n\nAs is.");
    assert_eq!(copyright, ["Copyright (c) 2020 A", "Copyright (c) 2021 B"]);
    assert_eq!(body, "Permission is …\n\nAs is.");
}
