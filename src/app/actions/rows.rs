//! The rows of the actions dialog: the key table without repetitions, and the terms of the filter.

use std::sync::LazyLock;

use crate::app::keymap::{Binding, GROUPS, Group};
use crate::app::{Action, Keymap, Model};

/// A row of the actions dialog.
#[derive(Debug)]
pub struct Row {
    pub group: Group,
    pub description: &'static str,
    /// More words by which a search finds it.
    pub keywords: &'static str,
    pub run: Run,
    /// The rows of the key table that it represents, and their indices there. Empty for the filter's terms.
    bindings: Vec<(usize, &'static Binding)>,
    /// What is typed into the filter. Empty for bindings.
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

/// All rows, in the order of [`GROUPS`].
pub fn rows() -> &'static [Row] {
    static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
        let all = || listed().into_iter().chain(FILTER.map(filter_row));
        GROUPS.iter().flat_map(|(group, _)| all().filter(move |row| row.group == *group)).collect()
    });
    &ROWS
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
                description: binding.description,
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
        description,
        keywords: "filter search find",
        run: Run::Filter(typed),
        bindings: vec![],
        written,
    }
}

impl Row {
    /// The names of the keys, or what is typed into the filter.
    pub fn keys(&self, keymap: &Keymap) -> Vec<String> {
        if self.bindings.is_empty() {
            return vec![self.written.to_owned()];
        }
        let mut keys = Vec::new();
        for key in self.bindings.iter().flat_map(|(at, _)| keymap.keys(*at)).map(ToString::to_string) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    /// The names of the action in the settings. Empty for the filter's terms.
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
        self.bindings.is_empty() || self.bindings.iter().any(|(_, binding)| binding.context.applies(model))
    }
}
