//! What a check found, and how it is printed.

use serde::Serialize;

use crate::commands::console::{Aligned, Console, Stop};
use crate::domain::sanitize::{json_line, sanitize};
use crate::domain::secret::redacted;
use crate::domain::width::{pad, wrap};
use crate::domain::{Access, Failure, FailureKind};

/// The fewest columns for texts beside the names. With less, they are below.
const NARROW: usize = 30;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    Warning,
    /// The kind decides the exit code.
    Error(FailureKind),
    /// It could not be found out.
    Unknown,
    /// A check that it depends on failed.
    Skipped,
}

/// What a check found, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) state: State,
    /// A fragment, without a full stop.
    pub(super) text: String,
    /// Sentences. Empty if there is nothing to do.
    pub(super) hint: String,
}

/// A check by name.
pub(super) struct Check<Facts> {
    pub(super) name: &'static str,
    pub(super) run: fn(&Facts) -> Finding,
}

/// A finding and the check it is of.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) group: &'static str,
    pub(super) check: &'static str,
    pub(super) finding: Finding,
}

/// Prints findings, group by group.
#[derive(Debug)]
pub(super) struct Report {
    json: bool,
    /// The width of the column with names.
    width: usize,
    lines: usize,
    warnings: usize,
    errors: usize,
    first_error: Option<FailureKind>,
}

/// An element of `--json`.
#[derive(Serialize)]
struct JsonLine<'a> {
    group: &'a str,
    check: &'a str,
    state: &'static str,
    text: &'a str,
    hint: Option<&'a str>,
}

impl State {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error(_) => "error",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }

    fn mark(self, is_ascii: bool) -> &'static str {
        match (self, is_ascii) {
            (Self::Ok, false) => "✓",
            (Self::Ok, true) => "+",
            (Self::Warning, _) => "!",
            (Self::Error(_), false) => "✗",
            (Self::Error(_), true) => "x",
            (Self::Unknown, _) => "?",
            (Self::Skipped, _) => "-",
        }
    }

    /// The access that has the same colour.
    fn color(self) -> Option<Access> {
        match self {
            Self::Ok => Some(Access::Public),
            Self::Warning => Some(Access::Signed),
            Self::Error(_) | Self::Unknown => Some(Access::Unknown),
            Self::Skipped => None,
        }
    }
}

impl Finding {
    fn new(state: State, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { state, text: text.into(), hint: hint.into() }
    }

    pub(super) fn ok(text: impl Into<String>) -> Self {
        Self::new(State::Ok, text, "")
    }

    pub(super) fn warning(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(State::Warning, text, hint)
    }

    pub(super) fn error(kind: FailureKind, text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(State::Error(kind), text, hint)
    }

    pub(super) fn unknown(text: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(State::Unknown, text, hint)
    }

    pub(super) fn skipped(why: &str) -> Self {
        Self::new(State::Skipped, format!("not checked: {why}"), "")
    }

    pub(super) fn failed(failure: &Failure) -> Self {
        let ray = failure.ray.as_ref().map(|ray| format!(" [cf-ray {ray}]")).unwrap_or_default();
        Self::error(failure.kind, failure.headline(), format!("{}{ray}", failure.hint))
    }

    /// A failure that leaves most of the program working.
    pub(super) fn warned(failure: &Failure) -> Self {
        Self { state: State::Warning, ..Self::failed(failure) }
    }
}

/// The lines of a group.
pub(super) fn lines<Facts>(group: &'static str, checks: &[Check<Facts>], facts: &Facts) -> Vec<Line> {
    checks.iter().map(|check| Line { group, check: check.name, finding: (check.run)(facts) }).collect()
}

impl Report {
    /// A report whose longest check has this name's width.
    pub(super) fn new(json: bool, width: usize) -> Self {
        Self { json, width, lines: 0, warnings: 0, errors: 0, first_error: None }
    }

    /// Prints a group.
    pub(super) fn print(&mut self, lines: &[Line], console: &mut Console<'_>) -> Result<(), Stop> {
        let mut text = String::new();
        for (at, line) in lines.iter().enumerate() {
            let line = Line { finding: public(&line.finding), ..*line };
            let is_first = self.lines == 0;
            match console.aligned() {
                _ if self.json => {
                    text += if is_first { "[\n" } else { ",\n" };
                    text += &line.json();
                }
                Some(aligned) => {
                    if at == 0 {
                        text += if is_first { "" } else { "\n" };
                        text += &aligned.paint.bold(line.group);
                        text.push('\n');
                    }
                    text += &line.aligned(aligned, self.width);
                }
                None => text += &line.tabs(),
            }
            self.lines += 1;
            match line.finding.state {
                State::Warning => self.warnings += 1,
                State::Error(kind) => {
                    self.errors += 1;
                    self.first_error = self.first_error.or(Some(kind));
                }
                State::Ok | State::Unknown | State::Skipped => {}
            }
        }
        console.answer(&text)
    }

    /// Ends the output. Returns the exit code.
    pub(super) fn finish(self, console: &mut Console<'_>) -> Result<u8, Stop> {
        if self.json {
            console.answer("\n]\n")?;
        } else if console.terminal {
            console.answer(&format!("\n{}\n", self.summary()))?;
        }
        Ok(self.first_error.map_or(0, FailureKind::exit_code))
    }

    fn summary(&self) -> String {
        let count = |count: usize, word: &str| match count {
            0 => None,
            1 => Some(format!("1 {word}")),
            _ => Some(format!("{count} {word}s")),
        };
        let counts = [count(self.errors, "error"), count(self.warnings, "warning")];
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        if counts.is_empty() { "No problems found.".to_owned() } else { format!("{}.", counts.join(", ")) }
    }
}

impl Line {
    fn json(&self) -> String {
        let Finding { state, text, hint } = &self.finding;
        let hint = Some(hint.as_str()).filter(|hint| !hint.is_empty());
        let line = JsonLine { group: self.group, check: self.check, state: state.word(), text, hint };
        json_line(&serde_json::to_string(&line).unwrap_or_default())
    }

    fn tabs(&self) -> String {
        let Finding { state, text, hint } = &self.finding;
        let columns = [self.group, self.check, state.word(), text, hint];
        columns.join("\t").trim_end().to_owned() + "\n"
    }

    /// A line per text, with the hint below it.
    fn aligned(&self, Aligned { paint, width }: Aligned, names: usize) -> String {
        let Finding { state, text, hint } = &self.finding;
        let mark = state.mark(paint.has_ascii_marks());
        let mark = state.color().map_or_else(|| paint.dim(mark), |color| paint.access(color, mark));
        let start = format!("  {mark} {}", pad(self.check, names));
        let columns = width.map_or(usize::MAX, usize::from);
        let (start, indent) = match columns.checked_sub(names + 6).filter(|room| *room >= NARROW) {
            Some(_) => (format!("{start}  "), names + 6),
            None => (format!("{}\n    ", start.trim_end()), 4),
        };
        let room = columns.saturating_sub(indent);
        let rows = wrap(text, room).into_iter().chain(hint_rows(hint, room)).collect::<Vec<_>>();
        format!("{start}{}\n", rows.join(&format!("\n{}", " ".repeat(indent))))
    }
}

fn hint_rows(hint: &str, room: usize) -> Vec<String> {
    if hint.is_empty() { Vec::new() } else { wrap(hint, room) }
}

/// The finding as it may be pasted into a bug report: sanitized, without secrets and e-mail addresses, and with account
/// IDs and the home folder shortened.
fn public(finding: &Finding) -> Finding {
    let home = etcetera::home_dir().ok().filter(|home| home.parent().is_some());
    let home = home.map(|home| home.display().to_string());
    let public = |text: &str| {
        let text = anonymous(&sanitize(&redacted(text)));
        home.as_ref().map_or_else(|| text.clone(), |home| text.replace(home, "~"))
    };
    Finding { text: public(&finding.text), hint: public(&finding.hint), ..*finding }
}

/// Shortens account IDs and leaves out e-mail addresses.
fn anonymous(text: &str) -> String {
    let is_edge = |c: char| c.is_whitespace() || "\"'“”()[]<>,;".contains(c);
    let word = |word: &str| {
        if word.len() == 32 && word.bytes().all(|b| b.is_ascii_hexdigit()) {
            return format!("{}…{}", &word[..4], &word[28..]);
        }
        let is_address =
            word.split_once('@').is_some_and(|(_, host)| host.trim_end_matches('.').contains('.'));
        if is_address { "…".to_owned() } else { word.to_owned() }
    };
    let mut out = String::new();
    for part in text.split_inclusive(is_edge) {
        let bare = part.trim_end_matches(is_edge);
        out += &word(bare);
        out += &part[bare.len()..];
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn report_names_no_account_address_or_signature() {
        for (text, shown) in [
            ("(023e105f4ecef8ad9ca31a8372d0c353)", "(023e…c353)"),
            ("a “me@example.com's Account”, b", "a “…'s Account”, b"),
            ("http://NAME:PASSWORD@HOST:PORT.", "http://NAME:PASSWORD@HOST:PORT."),
            ("https://h.example/a?sig=0123&x", "https://h.example/a?sig=…&x"),
            ("a\tb\u{1b}[2J", "a␉b␛[2J"),
        ] {
            assert_eq!(public(&Finding::ok(text)).text, shown);
        }
    }
}
