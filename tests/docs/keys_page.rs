//! The tables of `docs/keys.md` are those of the actions dialog.

use std::fmt::Write as _;

use cfimg::app::Keymap;
use cfimg::app::actions::{Row, Run, rows};
use cfimg::app::keymap::{ActionKeys, GROUPS};
use cfimg::domain::{KeyEntry, Shortcut};

use crate::pages::{assert_parts, markdown, read, section};

#[test]
fn keys_page_lists_every_binding() {
    let mut parts: Vec<_> = GROUPS
        .map(|(group, title)| {
            let rows = rows().iter().filter(|row| row.group == group);
            let is_filter = rows.clone().all(|row| matches!(row.run, Run::Filter(_)));
            let header = if is_filter { "| word | finds |" } else { "| key | does |" };
            let mut table = format!("{header}\n| --- | --- |\n");
            for row in rows {
                writeln!(table, "| {} | {} |", keys(row), markdown(&row.description)).expect("a string");
            }
            (title.to_owned(), table)
        })
        .into();
    parts.push(("Names of actions".to_owned(), names()));
    assert_parts("docs/keys.md", &parts);
}

/// The names of the settings, with their default keys.
fn names() -> String {
    let mut table = String::from("| name | default keys | does |\n| --- | --- | --- |\n");
    for ActionKeys { name, description, keys } in Keymap::default().actions() {
        let keys = keys.iter().map(Shortcut::to_string).collect::<Vec<_>>();
        writeln!(table, "| `{name}` | {} | {} |", joined(&keys), markdown(description)).expect("a string");
    }
    table
}

#[test]
fn names_and_keys_in_examples_exist() {
    let page = read("docs/keys.md");
    let examples = section(&page, "## Change the keys");
    let lines = examples.lines().skip_while(|line| *line != "[keys]").skip(1);
    let mut entries = Vec::new();
    for line in lines.take_while(|line| *line != "```") {
        let (action, keys) = line.split_once(" = ").expect("an entry");
        let keys = keys.split('#').next().unwrap_or_default().split('"').skip(1).step_by(2);
        entries.push(KeyEntry {
            action: action.trim().to_owned(),
            action_span: 0..0,
            keys: keys.map(|key| (key.to_owned(), 0..0)).collect(),
        });
    }
    assert!(entries.len() > 3, "{entries:?}");
    assert_eq!(Keymap::with_keys(&entries).1, []);
}

/// The keys as the actions dialog shows them: nine digits are the first and the last.
fn keys(row: &Row) -> String {
    joined(&row.keys(&Keymap::default()))
}

fn joined(keys: &[String]) -> String {
    if let [first, .., last] = keys
        && keys.iter().all(|key| key.parse::<u8>().is_ok())
    {
        return format!("`{first}`…`{last}`");
    }
    keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" ")
}
