//! A line of the section `[keys]` in the settings, before its keys are parsed.

use std::ops::Range;

/// An action's name and its keys, with their places in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEntry {
    pub action: String,
    pub action_span: Range<usize>,
    /// As written, such as `ctrl-y`. Empty if the action is to have no key.
    pub keys: Vec<(String, Range<usize>)>,
}
