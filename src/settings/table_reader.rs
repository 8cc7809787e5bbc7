//! Reads a table of a TOML file, and collects every mistake in it.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::findings::Findings;
use super::profile_table::is_name;
use super::section::{SECTIONS, Section};
use crate::domain::Mistake;
use crate::domain::typo::closest;

/// Parts of a name that a secret would have.
const SECRETS: [&str; 5] = ["token", "secret", "password", "api_key", "apikey"];

/// What an entry of the top level is called.
pub(super) const TOP_LEVEL: &str = "setting";

/// Names that only the table of a profile has.
const PROFILE_NAMES: [&str; 4] = ["account", "token_command", "token_variable", "base_url"];

/// The most mistakes of a file that are collected.
const MAX_MISTAKES: usize = 1000;

/// A table. A value that is missing or wrong is `None`; what is wrong about it is collected.
pub(super) struct TableReader<'t, 'f> {
    table: &'t DeTable<'t>,
    /// What an entry is called in messages, such as `setting`.
    noun: &'static str,
    known: BTreeSet<String>,
    findings: &'f mut Findings,
    /// Whether every mistake is fatal.
    is_fatal: bool,
    /// Names whose mistakes are fatal.
    fatal: BTreeSet<String>,
    /// Names whose values are never shown.
    hidden: &'static [&'static str],
}

impl<'t, 'f> TableReader<'t, 'f> {
    pub(super) fn new(table: &'t DeTable<'t>, noun: &'static str, findings: &'f mut Findings) -> Self {
        let (known, fatal) = (BTreeSet::new(), BTreeSet::new());
        Self { table, noun, known, findings, is_fatal: false, fatal, hidden: &[] }
    }

    /// Makes mistakes at these names fatal, and in tables of these names.
    pub(super) fn fail_on<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        self.fatal.extend(names.into_iter().map(str::to_owned));
    }

    /// Whether a mistake at this name is fatal.
    pub(super) fn fails_on(&self, name: &str) -> bool {
        self.is_fatal || self.fatal.contains(name)
    }

    /// Never shows the values of these names.
    pub(super) fn hide(&mut self, names: &'static [&'static str]) {
        self.hidden = names;
    }

    /// Never shows a value in this table that is no table.
    pub(super) fn hide_values(&mut self) {
        for (_, value) in self.table {
            if !matches!(value.get_ref(), DeValue::Table(_)) {
                hide_all(value, &mut self.findings.hidden);
            }
        }
    }

    /// Every name in the table with its place, for tables whose names are the user's. They are in alphabetical order:
    /// a TOML table has no order.
    pub(super) fn names(&self) -> Vec<(String, Range<usize>)> {
        self.table.iter().map(|(name, _)| (name.get_ref().to_string(), name.span())).collect()
    }

    /// Adds a mistake at a name.
    pub(super) fn report(&mut self, name: &str, mistake: Mistake) {
        self.findings.mistakes.push(if self.fails_on(name) { mistake.fatal() } else { mistake });
    }

    pub(super) fn string(&mut self, name: &str) -> Option<Spanned<String>> {
        let value = self.value(name)?;
        let text = string(value);
        if text.is_none() {
            self.expected(name, "a string", value);
        }
        text
    }

    pub(super) fn boolean(&mut self, name: &str) -> Option<Spanned<bool>> {
        let value = self.value(name)?;
        if let DeValue::Boolean(switch) = value.get_ref() {
            return Some(Spanned::new(value.span(), *switch));
        }
        self.expected(name, "true or false", value);
        None
    }

    /// A string that `T` parses.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&mut self, name: &str) -> Option<Spanned<T>> {
        self.parsed_by(name, str::parse)
    }

    /// A string that this function parses. Its error is a fragment such as `not a lifetime: use 1h`.
    pub(super) fn parsed_by<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Spanned<T>> {
        let text = self.string(name)?;
        match parse(text.get_ref()) {
            Ok(value) => Some(Spanned::new(text.span(), value)),
            Err(why) => {
                self.report(name, Mistake::of(text.span(), &why.to_string()));
                None
            }
        }
    }

    /// One of these words, in any case.
    pub(super) fn choice<T: Copy>(&mut self, name: &str, choices: &[(&str, T)]) -> Option<Spanned<T>> {
        let text = self.string(name)?;
        if let Some((_, choice)) = choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.get_ref()))
        {
            return Some(Spanned::new(text.span(), *choice));
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let help = did_you_mean(text.get_ref(), &words).unwrap_or_else(|| format!("use {}", listed(&words)));
        self.report(name, Mistake::new(text.span(), "unknown value").with_help(help));
        None
    }

    /// An array of strings. Other elements are left out.
    pub(super) fn strings(&mut self, name: &str) -> Option<Spanned<Vec<Spanned<String>>>> {
        let value = self.value(name)?;
        let DeValue::Array(array) = value.get_ref() else {
            self.expected(name, "an array of strings", value);
            return None;
        };
        let mut strings = Vec::new();
        for element in array {
            match string(element) {
                Some(text) => strings.push(text),
                None => self.expected(name, "a string", element),
            }
        }
        Some(Spanned::new(value.span(), strings))
    }

    /// A string, or an array of strings.
    pub(super) fn string_or_strings(&mut self, name: &str) -> Option<Vec<Spanned<String>>> {
        match self.value(name)?.get_ref() {
            DeValue::Array(_) => Some(self.strings(name)?.into_inner()),
            DeValue::String(_) => Some(vec![self.string(name)?]),
            _ => {
                let value = self.value(name)?;
                self.expected(name, "a string or an array of strings", value);
                None
            }
        }
    }

    /// A value that this function reads, with its mistakes.
    pub(super) fn read_by<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&Spanned<DeValue<'_>>) -> (T, Vec<Mistake>),
    ) -> Option<T> {
        let (value, mistakes) = read(self.value(name)?);
        for mistake in mistakes {
            self.report(name, mistake);
        }
        Some(value)
    }

    /// Whether the value is a table.
    pub(super) fn is_table(&self, name: &str) -> bool {
        self.table.get(name).is_some_and(|value| value.get_ref().is_table())
    }

    /// A table. What `read` does not ask for is an unknown `noun`.
    pub(super) fn table<T>(
        &mut self,
        name: &str,
        noun: &'static str,
        read: impl FnOnce(&mut TableReader<'_, '_>) -> T,
    ) -> Option<T> {
        self.known.insert(name.to_owned());
        let (key, value) = self.table.get_key_value(name)?;
        let is_fatal = self.fails_on(name);
        self.findings.tables.push((key.span().start, is_fatal));
        if is_fatal {
            self.findings.fatal.push(value.span());
        }
        let DeValue::Table(table) = value.get_ref() else {
            if !self.is_broken(&value.span()) {
                self.expected(name, "a table", value);
            }
            return None;
        };
        let mut reader = TableReader::new(table, noun, self.findings);
        reader.is_fatal = is_fatal;
        let value = read(&mut reader);
        reader.finish();
        Some(value)
    }

    /// Reports the names that were not asked for. Returns the names whose mistakes are fatal.
    pub(super) fn finish(mut self) -> BTreeSet<String> {
        let unknown: Vec<_> =
            self.table.iter().filter(|(name, _)| !self.known.contains(&**name.get_ref())).collect();
        for (name, value) in unknown {
            hide_all(value, &mut self.findings.hidden);
            self.findings.tables.push((name.span().start, self.is_fatal));
            if self.findings.mistakes.len() >= MAX_MISTAKES {
                continue;
            }
            let known = self.known.iter().map(String::as_str);
            let near = closest(name.get_ref(), known).map(str::to_owned);
            let mut mistake = Mistake::new(name.span(), format!("unknown {}", self.noun));
            let lower = name.get_ref().to_ascii_lowercase();
            if lower == "signing_key" {
                mistake = mistake.with_help("don't put secrets in this file; use signing_key_command");
            } else if near.is_none() && SECRETS.iter().any(|part| lower.contains(part)) {
                mistake = mistake.with_help("don't put secrets in this file");
            } else if let Some(near) = &near {
                mistake = mistake.with_help(format!("did you mean `{near}`?"));
            } else if let Some(help) = self.section_of(name.get_ref(), value) {
                mistake = mistake.with_help(help);
            }
            self.report(near.as_deref().unwrap_or_default(), mistake);
        }
        self.fatal
    }

    /// A help for an entry at the top level that belongs into a section, such as an example of `cfimg config --default`
    /// without the header above it.
    fn section_of(&self, name: &str, value: &Spanned<DeValue<'_>>) -> Option<String> {
        if self.noun != TOP_LEVEL {
            return None;
        }
        if let DeValue::Table(table) = value.get_ref() {
            let is_profile = PROFILE_NAMES.iter().any(|of_profile| table.contains_key(*of_profile));
            return (is_profile && is_name(name)).then(|| format!("did you mean `[profiles.{name}]`?"));
        }
        let is_example = |section: &&Section| section.example.split(" =").next() == Some(name);
        SECTIONS.iter().find(is_example).map(|section| format!("put it below `[{}]`", section.name))
    }

    /// The value, unless it is missing or its line has a syntax error, which is reported already.
    fn value(&mut self, name: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known.insert(name.to_owned());
        let is_hidden = self.hidden.contains(&name);
        if !is_hidden {
            self.findings.shown.insert(name.to_owned());
        }
        let value = self.table.get(name)?;
        if is_hidden {
            hide_all(value, &mut self.findings.hidden);
        }
        if self.fails_on(name) {
            self.findings.fatal.push(value.span());
        }
        (!self.is_broken(&value.span())).then_some(value)
    }

    /// The string at a name, even if its line has a syntax error.
    pub(super) fn guess(&self, name: &str) -> Option<&str> {
        self.table.get(name)?.get_ref().as_str()
    }

    /// Where the value of a name is.
    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.table.get(name).map(|value| value.span().start)
    }

    fn is_broken(&self, span: &Range<usize>) -> bool {
        self.findings.broken.iter().any(|broken| touch(broken, span))
    }

    fn expected(&mut self, name: &str, expected: &str, value: &Spanned<DeValue<'_>>) {
        let (found, help) = match value.get_ref() {
            DeValue::String(text) if expected == "true or false" && matches!(&**text, "true" | "false") => {
                ("a string", Some("remove the quotes"))
            }
            DeValue::String(_) if expected.starts_with("an array") => {
                ("a string", Some("put it in brackets"))
            }
            DeValue::String(_) => ("a string", None),
            DeValue::Integer(_) | DeValue::Float(_) => ("a number", None),
            DeValue::Boolean(_) => ("true or false", None),
            DeValue::Datetime(_) => ("a date", None),
            DeValue::Array(_) => ("an array", None),
            DeValue::Table(_) => ("a table", None),
        };
        let mistake = Mistake::new(value.span(), format!("expected {expected}, not {found}"));
        self.report(name, Mistake { help: help.map(str::to_owned), ..mistake });
    }
}

/// A help such as ``did you mean `sixel`?``. `None` if no name is close.
pub(super) fn did_you_mean(word: &str, names: &[&str]) -> Option<String> {
    closest(word, names.iter().copied()).map(|near| format!("did you mean `{near}`?"))
}

/// The words as `a, b or c`.
pub(super) fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [word] => (*word).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Whether two parts of a text overlap, or one starts where the other ends.
pub(super) fn touch(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start <= b.end && b.start <= a.end
}

fn string(value: &Spanned<DeValue<'_>>) -> Option<Spanned<String>> {
    match value.get_ref() {
        DeValue::String(text) => Some(Spanned::new(value.span(), text.to_string())),
        _ => None,
    }
}

/// Collects where the value and everything in it is.
fn hide_all(value: &Spanned<DeValue<'_>>, hidden: &mut Vec<Range<usize>>) {
    match value.get_ref() {
        DeValue::Table(table) => table.iter().for_each(|(_, value)| hide_all(value, hidden)),
        DeValue::Array(array) => array.iter().for_each(|value| hide_all(value, hidden)),
        _ => hidden.push(value.span()),
    }
}
