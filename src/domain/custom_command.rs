//! The user's own commands, such as `gimp {file}`, and what is filled into them.

mod end;
mod mistakes;
mod values;

use std::ffi::OsString;
use std::fmt;
use std::ops::Range;
use std::path::Path;

pub use self::end::{failed, failure_of};
pub use self::mistakes::InvalidCommand;
use self::values::PREFIX;
pub use self::values::{CannotRun, CommandValues, Part, Value};
use super::sanitize::sanitize;
use super::typo::closest;
use super::width::cut_end;

/// The shells whose `-c` runs an argument.
const SHELLS: [&str; 10] = ["sh", "bash", "dash", "zsh", "fish", "ksh", "mksh", "ash", "csh", "tcsh"];

/// A command of the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomCommand {
    pub name: String,
    /// What it does, for the actions dialog.
    pub description: String,
    /// Its key as written, and its place in the file. `None` if it has none.
    pub key: Option<(String, Range<usize>)>,
    pub text: CommandText,
    /// Whether it runs without the terminal.
    pub background: bool,
}

/// What a command runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandText {
    /// A program and its arguments.
    Words(Vec<Word>),
    /// A text for `sh -c`, and the values that it mentions as variables.
    Shell(String, Vec<Value>),
}

/// A program or an argument.
pub type Word = Vec<Part>;

/// A command with all values.
#[derive(Clone, PartialEq, Eq)]
pub struct CommandLine {
    pub program: OsString,
    pub arguments: Vec<OsString>,
    /// Its own variables.
    pub variables: Vec<(String, OsString)>,
}

/// Without the values: a signed URL may be among them.
impl fmt::Debug for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandLine").field("program", &self.program).finish_non_exhaustive()
    }
}

impl CommandText {
    /// Splits a text into words as a shell does, and parses their placeholders.
    pub fn parse(text: &str) -> Result<Self, Vec<InvalidCommand>> {
        let words = shlex::split(text).ok_or_else(|| vec![InvalidCommand::Quotes])?;
        let mut mistakes = Vec::new();
        if words.iter().all(String::is_empty) {
            mistakes.push(InvalidCommand::Empty);
        }
        if let Some(value) = Value::ALL.into_iter().find(|value| mentions(text, &value.variable())) {
            mistakes.push(InvalidCommand::NoShell(value));
        }
        let words: Vec<Word> = words.iter().map(|word| parse_word(word, &mut mistakes)).collect();
        let has_value = |word: &Word| word.iter().any(|part| matches!(part, Part::Value(_)));
        if words.first().is_some_and(has_value) {
            mistakes.push(InvalidCommand::Program);
        }
        if runs_shell(&words) && words.iter().any(has_value) {
            mistakes.push(InvalidCommand::PastedIntoShell);
        }
        if mistakes.is_empty() { Ok(Self::Words(words)) } else { Err(mistakes) }
    }

    /// Finds the variables in a text for a shell.
    pub fn parse_shell(text: &str) -> Result<Self, Vec<InvalidCommand>> {
        let mut mistakes = Vec::new();
        if text.trim().is_empty() {
            mistakes.push(InvalidCommand::Empty);
        }
        let is_placeholder = |value: &Value| {
            let placeholder = format!("{{{}}}", value.name());
            // `${url}` is a variable of the shell.
            text.match_indices(&placeholder).any(|(at, _)| !text[..at].ends_with('$'))
        };
        mistakes
            .extend(Value::ALL.into_iter().filter(is_placeholder).map(InvalidCommand::PlaceholderInShell));
        let known = Value::ALL.map(Value::variable);
        for name in variables_in(text).filter(|name| !known.iter().any(|known| known == name)) {
            if let Some(near) = closest(name, known.iter().map(String::as_str)) {
                mistakes.push(InvalidCommand::Variable(name.to_owned(), near.to_owned()));
            }
        }
        let values = Value::ALL.into_iter().filter(|value| mentions(text, &value.variable()));
        if mistakes.is_empty() { Ok(Self::Shell(text.to_owned(), values.collect())) } else { Err(mistakes) }
    }

    /// Whether it uses this value.
    pub fn needs(&self, value: Value) -> bool {
        match self {
            Self::Words(words) => words.iter().flatten().any(|part| *part == Part::Value(value)),
            Self::Shell(_, values) => values.contains(&value),
        }
    }

    /// Fills the values in.
    pub fn fill(&self, values: &CommandValues) -> Result<CommandLine, CannotRun> {
        match self {
            Self::Words(words) => {
                let mut filled = Vec::with_capacity(words.len());
                let mut options_ended = false;
                for word in words {
                    filled.push(values.fill(word, options_ended)?);
                    options_ended |= *word == [Part::Text("--".to_owned())];
                }
                let mut filled = filled.into_iter();
                let program = filled.next().unwrap_or_default();
                Ok(CommandLine { program, arguments: filled.collect(), variables: vec![] })
            }
            Self::Shell(text, used) => {
                let variable = |value: &Value| Ok((value.variable(), values.checked(*value)?));
                Ok(CommandLine {
                    program: "sh".into(),
                    arguments: vec!["-c".into(), text.into()],
                    variables: used.iter().map(variable).collect::<Result<_, _>>()?,
                })
            }
        }
    }
}

/// Parses the placeholders of a word. Two braces are a literal one.
fn parse_word(word: &str, mistakes: &mut Vec<InvalidCommand>) -> Word {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = word;
    while let Some(at) = rest.find(['{', '}']) {
        plain.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            plain.push_str(brace);
            rest = after;
            continue;
        }
        let end = if brace == "{" { rest.find(['{', '}']) } else { None };
        let Some(end) = end.filter(|&end| rest[end..].starts_with('}')) else {
            mistakes.push(InvalidCommand::Brace);
            continue;
        };
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        match placeholder(&rest[..end]) {
            Ok(value) => parts.push(Part::Value(value)),
            Err(mistake) => mistakes.push(mistake),
        }
        rest = &rest[end + 1..];
    }
    plain.push_str(rest);
    if !plain.is_empty() || parts.is_empty() {
        parts.push(Part::Text(plain));
    }
    parts
}

fn placeholder(name: &str) -> Result<Value, InvalidCommand> {
    match Value::ALL.into_iter().find(|value| value.name() == name) {
        // Anyone on this machine can read the arguments of a program.
        Some(Value::SignedUrl) => Err(InvalidCommand::SignedUrl),
        Some(value) => Ok(value),
        None => {
            let near = closest(name, Value::ALL.map(Value::name));
            let shown = cut_end(&sanitize(name), 30).into_owned();
            Err(InvalidCommand::Unknown(shown, near.map(str::to_owned)))
        }
    }
}

/// Whether it starts a shell that runs an argument, itself or by a program such as `env`.
fn runs_shell(words: &[Word]) -> bool {
    let text = |word: &Word| match &word[..] {
        [Part::Text(text)] => Some(text.clone()),
        _ => None,
    };
    let is_shell = |word: &Word| {
        let text = text(word);
        let name = text.as_deref().and_then(|text| Path::new(text).file_name()?.to_str());
        name.is_some_and(|name| SHELLS.contains(&name))
    };
    let is_c = |word: &Word| {
        text(word).is_some_and(|text| {
            let options = text.strip_prefix('-').unwrap_or_default();
            options.contains('c') && options.chars().all(|c| c.is_ascii_alphabetic())
        })
    };
    words.iter().position(is_shell).is_some_and(|at| words[at..].iter().any(is_c))
}

/// The names that start as our variables do.
fn variables_in(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(PREFIX).filter(move |(at, _)| !text[..*at].ends_with(is_name)).map(move |(at, _)| {
        let rest = &text[at..];
        &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())]
    })
}

fn mentions(text: &str, variable: &str) -> bool {
    variables_in(text).any(|name| name == variable)
}

#[cfg(test)]
mod tests;
