//! What bash lists and inserts.

use super::candidate::Candidate;
use super::request::Request;
use crate::domain::width::cut_end;

/// The columns of a description in bash's list.
const DESCRIPTION: usize = 40;

/// The candidates, one a line.
///
/// If there are several, readline lists the lines and inserts their common start. So they can carry a description. Images
/// that match by name are listed by name until one is left.
pub(super) fn answer(request: &Request, candidates: &[Candidate]) -> String {
    let line = &request.line;
    // The common start of what is listed must not be shorter than the word.
    let can_list = |candidate: &Candidate| {
        !candidate.by_name || request.is_menu || candidate.description.starts_with(&request.word)
    };
    let insertions: Vec<(String, &Candidate)> = candidates
        .iter()
        .filter(|candidate| candidates.len() == 1 || can_list(candidate))
        .filter_map(|candidate| Some((line.insertion(&candidate.value)?, candidate)))
        .collect();
    if request.is_menu || insertions.len() == 1 {
        return insertions.into_iter().map(|(insertion, _)| insertion + "\n").collect();
    }
    let lines: Vec<(String, &str)> = insertions
        .into_iter()
        .filter_map(|(insertion, candidate)| {
            let Candidate { value, description, by_name } = candidate;
            if *by_name {
                Some((line.insertion(description)?, &**value))
            } else {
                Some((insertion, &**description))
            }
        })
        .collect();
    let mut text = String::new();
    if have_common_text(&lines) {
        // Nothing in common with this line: readline inserts nothing.
        text.push_str(" \n");
    }
    for (insertion, description) in lines {
        text.push_str(&insertion);
        if !description.is_empty() {
            text.push_str("  (");
            text.push_str(&cut_end(description, DESCRIPTION));
            text.push(')');
        }
        text.push('\n');
    }
    text
}

/// Whether all lines have the same text before the description, which would be inserted with it.
fn have_common_text(lines: &[(String, &str)]) -> bool {
    lines.len() > 1 && lines.windows(2).all(|pair| pair[0].0 == pair[1].0)
}
