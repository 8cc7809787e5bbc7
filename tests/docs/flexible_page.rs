//! The options in `docs/flexible-variants.md` are those that the program knows.

use std::fmt::Write as _;

use cfimg::domain::flexible::options::OPTIONS;

use crate::pages::{assert_parts, markdown};

#[test]
fn flexible_page_lists_every_option() {
    let mut table = "| option | short | sets | values |\n| --- | --- | --- | --- |\n".to_owned();
    for option in OPTIONS {
        let short = if option.short == option.name { String::new() } else { format!("`{}`", option.short) };
        let (what, accepts) = (markdown(option.what), markdown(&option.accepts.describe()));
        writeln!(table, "| `{}` | {short} | {what} | {accepts} |", option.name).expect("a string");
    }
    assert_parts("docs/flexible-variants.md", &[("options".to_owned(), table)]);
}
