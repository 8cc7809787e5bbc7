//! Reads the section `[templates]`.

use super::table_reader::TableReader;
use crate::domain::Mistake;
use crate::domain::copy_as::{CopyAs, Template};

/// The templates by name, in alphabetical order.
pub(super) fn read(table: &mut TableReader<'_, '_>) -> Vec<(String, Template)> {
    let mut templates = Vec::new();
    for (name, span) in table.names() {
        let template = table.parsed_by(&name, Template::parse);
        if CopyAs::named(&name).is_some() {
            table.report(
                &name,
                Mistake::new(span, "a built-in format has this name").with_help("choose another name"),
            );
        } else if let Some(template) = template {
            templates.push((name, template.into_inner()));
        }
    }
    templates
}
