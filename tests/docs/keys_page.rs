//! The tables of `docs/keys.md` are those of the actions dialog.

use std::fmt::Write as _;

use cfimg::app::actions::{Row, Run, rows};
use cfimg::app::keymap::GROUPS;

use crate::pages::{assert_parts, markdown};

#[test]
fn keys_page_lists_every_binding() {
    let parts = GROUPS.map(|(group, title)| {
        let rows = rows().iter().filter(|row| row.group == group);
        let is_filter = rows.clone().all(|row| matches!(row.run, Run::Filter(_)));
        let header = if is_filter { "| word | finds |" } else { "| key | does |" };
        let mut table = format!("{header}\n| --- | --- |\n");
        for row in rows {
            writeln!(table, "| {} | {} |", keys(row), markdown(row.description)).expect("a string");
        }
        (title.to_owned(), table)
    });
    assert_parts("docs/keys.md", &parts);
}

/// The keys as the actions dialog shows them: nine digits are the first and the last.
fn keys(row: &Row) -> String {
    if let [first, .., last] = &row.keys[..]
        && row.keys.iter().all(|key| key.parse::<u8>().is_ok())
    {
        return format!("`{first}`…`{last}`");
    }
    row.keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" ")
}
