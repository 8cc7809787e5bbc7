//! The rows of the actions dialog: the key table without repetitions, and the terms of the filter.

use std::borrow::Cow;
use std::sync::LazyLock;

use crate::app::contexts::in_panes;
use crate::app::keymap::{Binding, GROUPS, Group};
use crate::app::{Action, Keymap, Model};
use crate::domain::sanitize::sanitize;

/// A row of the actions dialog.
#[derive(Debug, Clone)]
pub struct Row {
    pub group: Group,
    pub description: Cow<'static, str>,
    /// More words by which a search finds it.
    pub keywords: &'static str,
    pub run: Run,
    /// The rows of the key table that it represents, and their indices there.
    bindings: Vec<(usize, &'static Binding)>,
    /// What is typed into the filter, for its terms.
    written: &'static str,
}

/// What Enter does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    Action(Action),
    /// Opens the filter and types this into it.
    Filter(&'static str),
}

/// The terms of the filter: how each is written, what it means, and what Enter types.
const FILTER: [(&str, &str, &str); 10] = [
    ("word", "Match the name, ID, creator or metadata", ""),
    ("\"two words\"", "Match the exact phrase", "\""),
    ("-word", "Leave out images that match", "-"),
    ("signed:", "Only images that need signed URLs", "signed:"),
    ("public:", "Only public images", "public:"),
    ("unknown:", "Only images whose access is unknown", "unknown:"),
    ("creator:NAME", "Only this creator's images", "creator:"),
    ("before:DATE", "Uploaded before this day, month or year", "before:"),
    ("after:DATE", "Uploaded on or after this day, month or year", "after:"),
    ("meta.KEY:VALUE", "Only images with this metadata", "meta."),
];

/// The rows of the key table and the filter, in the order of [`GROUPS`].
pub fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
        let all = || listed().into_iter().chain(FILTER.map(filter_row));
        GROUPS.iter().flat_map(|(group, _)| all().filter(move |row| row.group == *group)).collect()
    });
    &ROWS
}

/// All rows. The user's own commands come before the groups that are about the program.
pub fn all_rows(keymap: &Keymap) -> Cow<'static, [Row]> {
    let mut all = Cow::Borrowed(rows());
    if !keymap.commands().is_empty() {
        let at = rows().iter().position(|row| row.group == Group::Program).unwrap_or(rows().len());
        all.to_mut().splice(at..at, commands(keymap));
    }
    all
}

fn commands(keymap: &Keymap) -> impl Iterator<Item = Row> {
    keymap.commands().iter().enumerate().map(|(index, bound)| Row {
        group: Group::Commands,
        description: sanitize(&bound.command.description).into_owned().into(),
        keywords: "custom command external program",
        run: Run::Action(Action::RunCommand(index)),
        bindings: vec![],
        written: "",
    })
}

/// One row for all bindings with the same description.
fn listed() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (at, (binding, _)) in Keymap::default().rows().enumerate() {
        match rows.iter_mut().find(|row| row.description == binding.description) {
            Some(row) => {
                row.bindings.push((at, binding));
                if row.keywords.is_empty() {
                    row.keywords = binding.keywords;
                }
            }
            None => rows.push(Row {
                group: binding.group,
                description: binding.description.into(),
                keywords: binding.keywords,
                run: Run::Action(binding.action.clone()),
                bindings: vec![(at, binding)],
                written: "",
            }),
        }
    }
    rows
}

fn filter_row((written, description, typed): (&'static str, &'static str, &'static str)) -> Row {
    Row {
        group: Group::Filter,
        description: description.into(),
        keywords: "filter search find",
        run: Run::Filter(typed),
        bindings: vec![],
        written,
    }
}

impl Row {
    /// The names of the keys, or what is typed into the filter.
    pub fn keys(&self, keymap: &Keymap) -> Vec<String> {
        match self.run {
            Run::Filter(_) => return vec![self.written.to_owned()],
            Run::Action(Action::RunCommand(index)) => {
                let key = keymap.commands().get(index).and_then(|bound| bound.shortcut);
                return key.iter().map(ToString::to_string).collect();
            }
            Run::Action(_) => {}
        }
        let mut keys = Vec::new();
        for key in self.bindings.iter().flat_map(|(at, _)| keymap.keys(*at)).map(ToString::to_string) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    /// The names of the action in the settings. Only actions of the key table have one.
    pub fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for name in self.bindings.iter().map(|(_, binding)| binding.name) {
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Whether one of its keys would run it now.
    pub(super) fn applies(&self, model: &Model) -> bool {
        match self.run {
            Run::Filter(_) => true,
            Run::Action(Action::RunCommand(_)) => in_panes(model),
            Run::Action(_) => self.bindings.iter().any(|(_, binding)| binding.context.applies(model)),
        }
    }
}
