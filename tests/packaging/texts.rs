//! The licence texts in the packages' sources.

use std::fs;
use std::path::{Path, PathBuf};

use crate::dependencies::Package;
use crate::read;

/// How the file of a licence is named, if its package offers several.
const KEYWORDS: [(&str, &str); 11] = [
    ("MIT", "mit"),
    ("Apache-2.0", "apache"),
    ("Zlib", "zlib"),
    ("ISC", "isc"),
    ("BSD-2-Clause", "bsd"),
    ("BSD-3-Clause", "bsd"),
    ("BSL-1.0", "boost"),
    ("BSL-1.0", "bsl"),
    ("0BSD", "0bsd"),
    ("Unlicense", "unlicense"),
    ("GPL-2.0-only", "gpl"),
];

/// The texts of the chosen licences. If the package has none, it is the usual text with the package's authors.
pub(crate) fn of(package: &Package, chosen: &[String]) -> Vec<String> {
    let mut files = Vec::new();
    find(&package.folder, 4, &mut files);
    files.sort();
    let is_chosen = |file: &&PathBuf| {
        let name = file.file_name().expect("a name").to_string_lossy().to_lowercase();
        let mut tags =
            KEYWORDS.iter().filter(|(_, keyword)| name.contains(keyword)).map(|(id, _)| id).peekable();
        tags.peek().is_none() || tags.any(|id| chosen.iter().any(|chosen| chosen == id))
    };
    let texts: Vec<String> = files.iter().filter(is_chosen).map(|file| tidy(file)).collect();
    if texts.is_empty() { chosen.iter().map(|id| usual(package, id)).collect() } else { texts }
}

fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the package is there").map(|entry| entry.expect("an entry")) {
        let name = entry.file_name().to_string_lossy().to_lowercase();
        let is_license = ["license", "licence", "copying", "notice", "unlicense", "copyright"]
            .iter()
            .any(|start| name.starts_with(start));
        if entry.path().is_dir() {
            let may_have_one =
                !["src", "tests", "test", "examples", "benches", "docs"].contains(&name.as_str());
            if depth > 1 && may_have_one {
                find(&entry.path(), depth - 1, files);
            }
        } else if is_license && entry.path().extension().is_none_or(|end| end != "rs" && end != "html") {
            files.push(entry.path());
        }
    }
}

/// A file's text without what differs between systems and editors.
fn tidy(file: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(file).expect("a file")).into_owned();
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim_end);
    lines.collect::<Vec<_>>().join("\n").trim_matches('\n').to_owned()
}

fn usual(package: &Package, id: &str) -> String {
    let authors = if package.authors.is_empty() {
        format!("The {} authors", package.name)
    } else {
        package.authors.clone()
    };
    match id {
        "MIT" => mit(&format!("Copyright (c) {authors}")),
        "Apache-2.0" => read("LICENSE-APACHE").trim_matches('\n').to_owned(),
        "BSL-1.0" => read("tests/packaging/BSL-1.0.txt").trim_matches('\n').to_owned(),
        _ => panic!("{} {} has no text of {id}", package.name, package.version),
    }
}

/// The MIT licence with this line about the copyright.
pub(crate) fn mit(copyright: &str) -> String {
    read("LICENSE-MIT").trim_matches('\n').replace("Copyright (c) The cfimg authors", copyright)
}
