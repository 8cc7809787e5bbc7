//! An action and its keys, as the settings file has them.

use std::ops::Range;

/// An entry of `[keys]`, unchecked. The spans are bytes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEntry {
    pub action: String,
    pub action_span: Range<usize>,
    /// Empty if the action has no key.
    pub keys: Vec<(String, Range<usize>)>,
}
