//! Reads the section `[keys]`.

use super::table_reader::TableReader;
use crate::domain::KeyEntry;

/// The entries, in the order of the file: a key belongs to the first action that has it.
pub(super) fn read(table: &mut TableReader<'_, '_>) -> Vec<KeyEntry> {
    let mut entries = Vec::new();
    for (action, action_span) in table.names() {
        if let Some(keys) = table.string_or_strings(&action) {
            let keys = keys.into_iter().map(|key| (key.get_ref().clone(), key.span())).collect();
            entries.push(KeyEntry { action, action_span, keys });
        }
    }
    entries.sort_by_key(|entry| entry.action_span.start);
    entries
}
