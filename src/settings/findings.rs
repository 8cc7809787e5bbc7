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
    /// Values whose mistakes are fatal.
    pub(super) fatal: Vec<Range<usize>>,
    /// Where tables start, and whether every mistake in them is fatal.
    pub(super) tables: Vec<(usize, bool)>,
}
