//! The rows of the actions dialog: the key table without repetitions, and the terms of the filter.

use std::sync::LazyLock;

use crate::app::keymap::{BINDINGS, Binding, GROUPS, Group};
use crate::app::{Action, Model};

/// A row of the actions dialog.
#[derive(Debug)]
pub struct Row {
    pub group: Group,
    /// The names of the keys, or what is typed into the filter.
    pub keys: Vec<String>,
    pub description: &'static str,
    /// More words by which a search finds it.
    pub keywords: &'static str,
    pub run: Run,
    /// The rows of the key table that it represents. Empty for the filter's terms.
    bindings: Vec<&'static Binding>,
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

/// All rows, in the order of [`GROUPS`].
pub fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
        let all = || listed(BINDINGS).into_iter().chain(FILTER.map(filter_row));
        GROUPS.iter().flat_map(|(group, _)| all().filter(move |row| row.group == *group)).collect()
    });
    &ROWS
}

/// One row for all bindings with the same description.
fn listed(bindings: &'static [Binding]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for binding in bindings {
        let keys = binding.keys.iter().map(ToString::to_string);
        match rows.iter_mut().find(|row| row.description == binding.description) {
            Some(row) => {
                let new: Vec<String> = keys.filter(|key| !row.keys.contains(key)).collect();
                row.keys.extend(new);
                row.bindings.push(binding);
                if row.keywords.is_empty() {
                    row.keywords = binding.keywords;
                }
            }
            None => rows.push(Row {
                group: binding.group,
                keys: keys.collect(),
                description: binding.description,
                keywords: binding.keywords,
                run: Run::Action(binding.action.clone()),
                bindings: vec![binding],
            }),
        }
    }
    rows
}

fn filter_row((written, description, typed): (&str, &'static str, &'static str)) -> Row {
    Row {
        group: Group::Filter,
        keys: vec![written.to_owned()],
        description,
        keywords: "filter search find",
        run: Run::Filter(typed),
        bindings: vec![],
    }
}

impl Row {
    /// Whether one of its keys would run it now.
    pub(super) fn applies(&self, model: &Model) -> bool {
        self.bindings.is_empty() || self.bindings.iter().any(|binding| (binding.context)(model))
    }
}
