//! The query that stands, and what it has matched so far.

use crate::domain::Query;
use crate::domain::fuzzy::Fuzzy;

use super::Found;
use super::pass::{Among, Images, Match};

/// A query on its way through the images.
pub(super) struct Standing {
    generation: u64,
    query: Query,
    fuzzy: Fuzzy,
    /// Images below `searched` that may match: those that the query before this one matched. Ascending, as the next.
    doubtful: Vec<u32>,
    /// What matches, of those below `searched` that are not in doubt.
    matches: Vec<Match>,
    searched: u32,
}

impl Standing {
    /// The query, after another one stood. Where it only says more than that one, just what that one matched is searched.
    pub(super) fn after(old: Option<Self>, generation: u64, query: Query) -> Self {
        let fuzzy = Fuzzy::new(&query);
        match old.filter(|old| query.extends(&old.query)) {
            Some(old) => {
                let mut doubtful: Vec<u32> = old.matches.iter().map(|found| found.index).collect();
                doubtful.extend(old.doubtful);
                Self { generation, query, fuzzy, doubtful, matches: vec![], searched: old.searched }
            }
            None => Self { generation, query, fuzzy, doubtful: vec![], matches: vec![], searched: 0 },
        }
    }

    /// How many images have been gone over, from the first.
    pub(super) fn searched(&self) -> u32 {
        self.searched
    }

    /// Goes over what is left. Whether it came to the end, and was not superseded on the way.
    pub(super) fn search(&mut self, images: &Images, mut superseded: impl FnMut() -> bool) -> bool {
        let Self { query, fuzzy, doubtful, .. } = self;
        let (matches, through) = images.pass(Among::These(doubtful), query, fuzzy, &mut superseded);
        self.matches.extend(matches);
        doubtful.drain(..through);
        if !doubtful.is_empty() {
            return false;
        }
        doubtful.shrink_to_fit();
        let rest = Among::Range(self.searched, images.len());
        let (matches, through) = images.pass(rest, query, fuzzy, superseded);
        self.matches.extend(matches);
        self.searched += u32::try_from(through).unwrap_or(u32::MAX);
        self.searched == images.len()
    }

    /// What matches, the best first.
    pub(super) fn found(&self) -> Found {
        Found { generation: self.generation, matches: best_first(&self.matches), of: self.searched }
    }
}

/// Scores below this are sorted by counting, in a fraction of a millisecond for a hundred thousand.
const COUNTED: u32 = 1 << 14;

fn best_first(matches: &[Match]) -> Vec<u32> {
    let highest = matches.iter().map(|found| found.score).max().unwrap_or(0);
    if highest >= COUNTED {
        let mut sorted = matches.to_vec();
        sorted.sort_by_key(|found| std::cmp::Reverse(found.score));
        return sorted.into_iter().map(|found| found.index).collect();
    }
    // Where the images of each score begin, the highest score first.
    let place = |found: &Match| (highest - found.score) as usize;
    let mut begins = vec![0; highest as usize + 2];
    for found in matches {
        begins[place(found) + 1] += 1;
    }
    for at in 1..begins.len() {
        begins[at] += begins[at - 1];
    }
    let mut sorted = vec![0; matches.len()];
    for found in matches {
        let begin: &mut usize = &mut begins[place(found)];
        sorted[*begin] = found.index;
        *begin += 1;
    }
    sorted
}
