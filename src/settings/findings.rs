//! What reading a TOML file finds besides its values.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::domain::Mistake;

#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) mistakes: Vec<Mistake>,
    pub(super) hidden: Vec<Range<usize>>,
    /// Lines with a syntax error. What the parser makes of a value there is a guess.
    pub(super) broken: Vec<Range<usize>>,
    /// Names whose values may be shown.
    pub(super) shown: BTreeSet<String>,
    /// Names without which the program can't start.
    pub(super) fatal: BTreeSet<String>,
}
