//! A TOML file of the user with all of its mistakes.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::findings::Findings;
use super::table_reader::TableReader;
use crate::domain::Mistake;
use crate::domain::sanitize::sanitize;

/// The most syntax errors of a file that are collected.
const MAX_ERRORS: usize = 100;

const NO_EQUALS: &str = "missing `=`";

/// A file's text, and what is wrong with it. `Debug` hides the text, which may contain a secret by mistake.
#[derive(Clone)]
pub struct TomlFile {
    path: PathBuf,
    text: String,
    /// In the order of the file.
    mistakes: Vec<Mistake>,
    /// The bytes that are never shown: they may be a secret in the wrong place.
    hidden: Vec<Range<usize>>,
}

impl TomlFile {
    /// Parses the text, and reads its top-level table. What `read` does not ask for is an unknown `noun`.
    pub(super) fn parse<T>(
        path: &Path,
        text: String,
        noun: &'static str,
        read: impl FnOnce(&mut TableReader<'_, '_>) -> T,
    ) -> (Self, T) {
        let mut findings = Findings::default();
        let mut syntax = syntax_errors(&text);
        // The parser stops at a name without a value.
        let rest = without_lines(&text, syntax.iter().filter(|error| error.message == NO_EQUALS));
        let (table, _) = DeTable::parse_recoverable(&rest);
        if rest != text {
            syntax.extend(syntax_errors(&rest));
            syntax.sort_by_key(|error| error.span.start);
            syntax.dedup();
        }
        for error in &syntax {
            let line = line_around(&text, error.span.start);
            findings.broken.push(line.start..line.end.max(error.span.end));
        }
        let mut reader = TableReader::new(table.get_ref(), noun, &mut findings);
        let value = read(&mut reader);
        reader.finish();
        drop(table);
        for mistake in syntax {
            let line = line_around(&text, mistake.span.start);
            let name = key_on(&text[line.clone()]);
            if !name.is_some_and(|name| findings.shown.contains(name)) {
                let value =
                    name.map_or(line.start, |_| line.start + text[line.clone()].find('=').unwrap_or(0));
                findings.hidden.push(value..line.end);
            }
            let is_fatal = name.is_some_and(|name| findings.fatal.contains(name));
            findings.mistakes.push(if is_fatal { mistake.fatal() } else { mistake });
        }
        let mut file = Self { path: path.to_owned(), text, mistakes: Vec::new(), hidden: findings.hidden };
        file.add(findings.mistakes);
        (file, value)
    }

    /// Adds mistakes that another module found in what was read.
    pub fn add(&mut self, mistakes: Vec<Mistake>) {
        self.mistakes.extend(mistakes);
        self.mistakes.sort_by_key(|mistake| mistake.span.start);
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name without the folder, sanitized.
    pub fn name(&self) -> String {
        let name = self.path.file_name().unwrap_or(self.path.as_os_str());
        sanitize(&name.to_string_lossy()).into_owned()
    }

    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// Whether the program can't start with a mistake.
    pub fn is_fatal(&self) -> bool {
        self.mistakes.iter().any(|mistake| mistake.fatal)
    }

    /// Makes the mistakes fatal in the table whose name is at this byte.
    pub(super) fn fail_in_table(&mut self, at: usize) {
        let name = line_around(&self.text, at);
        let is_inline = self.text[name.clone()].contains('{');
        let rest = self.text[name.end..].find(if is_inline { "\n" } else { "\n[" });
        let end = rest.map_or(self.text.len(), |length| name.end + length);
        let mistakes = self.mistakes.iter_mut();
        mistakes.filter(|mistake| (name.start..=end).contains(&mistake.span.start)).for_each(|mistake| {
            mistake.fatal = true;
        });
    }

    /// The number of the line with this byte, from 1.
    pub fn line_at(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or(&self.text);
        before.matches('\n').count() + 1
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn hidden(&self) -> &[Range<usize>] {
        &self.hidden
    }
}

impl std::fmt::Debug for TomlFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TomlFile")
            .field("path", &self.path)
            .field("mistakes", &self.mistakes)
            .finish_non_exhaustive()
    }
}

fn syntax_errors(text: &str) -> Vec<Mistake> {
    let (_, errors) = DeTable::parse_recoverable(text);
    let mistakes = errors.into_iter().take(MAX_ERRORS).map(|error| {
        let span = error.span().unwrap_or(text.len()..text.len());
        let is_blank = text.get(span.clone()).is_none_or(|text| text.trim().is_empty());
        match error.message() {
            "key with no value, expected `=`" => Mistake::new(span, NO_EQUALS),
            "string values must be quoted, expected literal string" if is_blank => {
                Mistake::new(span, "missing value")
            }
            "string values must be quoted, expected literal string" => {
                Mistake::new(span, "a string must be in quotes")
            }
            message => Mistake::new(span, sanitize(message)),
        }
    });
    mistakes.collect()
}

/// The text with spaces instead of the lines with these mistakes.
fn without_lines<'a>(text: &str, mistakes: impl Iterator<Item = &'a Mistake>) -> String {
    let mut out = text.to_owned();
    for mistake in mistakes {
        let line = line_around(&out, mistake.span.start);
        let blank = " ".repeat(line.len());
        out.replace_range(line, &blank);
    }
    out
}

/// The bytes of the line with this byte, without its line break.
pub(super) fn line_around(text: &str, at: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let at = at.min(bytes.len());
    let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length);
    let end = if bytes[start..end].ends_with(b"\r") { end - 1 } else { end };
    start..end
}

/// The name that a line sets, if it looks like one.
pub(super) fn key_on(line: &str) -> Option<&str> {
    const MAX_NAME: usize = 40;

    let name = line.split_once('=').map_or_else(|| line.split_whitespace().next(), |(name, _)| Some(name))?;
    let name = name.trim().trim_matches('"');
    let is_letter = |c: char| c.is_ascii_lowercase() || matches!(c, '-' | '_');
    (!name.is_empty() && name.len() <= MAX_NAME && name.chars().all(is_letter)).then_some(name)
}
