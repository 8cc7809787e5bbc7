//! State of the actions dialog.

use crate::app::text_input::TextInput;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActionsDialog {
    /// The words to search for.
    pub line: TextInput,
    /// The row of the cursor, among the rows that match.
    pub cursor: usize,
    /// Whether each of all rows applies to what is below the dialog.
    pub available: Vec<bool>,
}
