//! Reads and rewrites pages.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

const START: &str = "<!-- generated: ";
const END: &str = "<!-- end of generated -->";

/// Tests run at the same time, and several may rewrite parts of one page.
static LOCK: Mutex<()> = Mutex::new(());

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// The Markdown files that people read, relative to the root.
pub(crate) fn all() -> Vec<String> {
    let in_folder = |folder: &str| {
        let entries = fs::read_dir(root().join(folder)).expect("the folder exists");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        paths.filter(|path| path.extension().is_some_and(|end| end == "md")).collect::<Vec<PathBuf>>()
    };
    let relative = |path: PathBuf| {
        let relative = path.strip_prefix(root()).expect("it is below the root");
        relative.to_string_lossy().replace('\\', "/")
    };
    let mut pages: Vec<String> = in_folder(".").into_iter().chain(in_folder("docs")).map(relative).collect();
    pages.sort();
    pages
}

/// Fails if a page is not what `expected` makes of it. With `UPDATE_DOCS` set, rewrites the page instead.
pub(crate) fn assert_page(page: &str, expected: impl FnOnce(&str) -> String) {
    let _guard = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
    let now = read(page);
    let expected = expected(&now);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        if now != expected {
            fs::write(root().join(page), expected).expect("the page can be written");
        }
        return;
    }
    let difference = now.lines().zip(expected.lines()).find(|(now, expected)| now != expected);
    assert!(
        now == expected,
        "{page} is out of date; `UPDATE_DOCS=1 cargo test --test docs` rewrites it. First difference: {difference:#?}"
    );
}

/// Fails if the generated parts of a page are not these, by name. Each is between two comments of the page.
pub(crate) fn assert_parts(page: &str, parts: &[(String, String)]) {
    assert_page(page, |text| {
        let mut on_page = text.split(START);
        let mut out = on_page.next().unwrap_or_default().to_owned();
        let mut names = Vec::new();
        for part in on_page {
            let (name, rest) = part.split_once(" -->\n").expect("the comment ends");
            let (_, rest) = rest.split_once(END).unwrap_or_else(|| panic!("{page}: {name} does not end"));
            let generated = parts.iter().find(|(known, _)| known == name).map(|(_, text)| text.trim());
            let generated = generated.unwrap_or_else(|| panic!("{page}: there is no {name} any more"));
            for text in [START, name, " -->\n\n", generated, "\n\n", END, rest] {
                out.push_str(text);
            }
            names.push(name);
        }
        let mut all: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        all.sort_unstable();
        assert_eq!(names, all, "{page}: add `{START}NAME -->` and `{END}` where a part is missing");
        out
    });
}

/// The text below a heading, up to the next heading of its level.
pub(crate) fn section<'a>(page: &'a str, heading: &str) -> &'a str {
    let (_, after) = page.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no {heading}"));
    let level = heading.split(' ').next().unwrap_or_default();
    after.split(&format!("\n{level} ")).next().unwrap_or(after)
}

/// The text without its code blocks.
pub(crate) fn prose(text: &str) -> String {
    let mut in_code = false;
    let is_prose = |line: &&str| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    };
    text.split_inclusive('\n').filter(is_prose).collect()
}

/// The texts in backticks.
pub(crate) fn codes(prose: &str) -> impl Iterator<Item = &str> {
    prose.split('`').skip(1).step_by(2)
}

/// The texts in backticks in the first cells of tables.
pub(crate) fn codes_in_first_cells(prose: &str) -> Vec<&str> {
    let rows = prose.lines().filter_map(|line| line.strip_prefix("| "));
    rows.flat_map(|row| codes(row.split(" | ").next().unwrap_or(row))).collect()
}

/// Escapes a sentence of the program for a table or a paragraph, with options and variables in backticks.
pub(crate) fn markdown(sentence: &str) -> String {
    let mut is_code = false;
    let parts = sentence.split('`').map(|part| {
        let text = if is_code { format!("`{}`", part.replace('|', "\\|")) } else { escaped(part) };
        is_code = !is_code;
        text
    });
    parts.collect()
}

fn escaped(text: &str) -> String {
    let word = |word: &str| {
        let bare = word.trim_matches(|c: char| ".,;:()".contains(c));
        let is_option = bare.starts_with("--") && bare.len() > 2;
        let is_variable = bare.contains('_') && !bare.contains(|c: char| c.is_lowercase());
        if is_option || is_variable {
            word.replacen(bare, &format!("`{bare}`"), 1)
        } else {
            word.replace('|', "\\|").replace('<', "&lt;").replace('*', "\\*")
        }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
