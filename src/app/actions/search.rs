//! Searches the rows of the actions dialog.

use std::cmp::Reverse;
use std::ops::Range;

use super::rows::{Row, all_rows};
use crate::app::Keymap;

/// The indices of the rows that contain every word, best first. All rows if there is no word.
pub fn matches(keymap: &Keymap, text: &str) -> Vec<usize> {
    let mut scored: Vec<(u32, usize)> = all_rows(keymap)
        .iter()
        .enumerate()
        .filter_map(|(at, row)| {
            let scores = text.split_whitespace().map(|word| score(row, keymap, word));
            Some((scores.sum::<Option<u32>>()?, at))
        })
        .collect();
    scored.sort_by_key(|(score, at)| (Reverse(*score), *at));
    scored.into_iter().map(|(_, at)| at).collect()
}

/// The parts of a description that match, as bytes.
pub fn highlights(description: &str, text: &str) -> Vec<Range<usize>> {
    let lower = description.to_ascii_lowercase();
    let words = text.split_whitespace().map(str::to_ascii_lowercase);
    words.filter_map(|word| lower.find(&word).map(|at| at..at + word.len())).collect()
}

/// How well a row matches a word. `None` if it does not.
fn score(row: &Row, keymap: &Keymap, word: &str) -> Option<u32> {
    // `y` and `Y` are different keys.
    let (keys, names) = (row.keys(keymap), row.names());
    if keys.iter().any(|key| key == word) || names.contains(&word) {
        return Some(100);
    }
    let word = word.to_ascii_lowercase();
    // A letter is in the names of many keys.
    let in_keys = word.len() > 1 && keys.iter().any(|key| key.to_ascii_lowercase().contains(&word));
    let in_names = names.iter().filter_map(|name| score_in(name, &word, 5)).max();
    let scores = [
        in_keys.then_some(10),
        in_names,
        score_in(&row.description, &word, 20),
        score_in(row.keywords, &word, 10),
    ];
    scores.into_iter().flatten().reduce(|sum, score| sum + score)
}

/// Twice `score` at the start of a word, and a little more at the start of the text.
fn score_in(text: &str, word: &str, score: u32) -> Option<u32> {
    let text = text.to_ascii_lowercase();
    let starts = text.match_indices(word).map(|(at, _)| match text[..at].chars().next_back() {
        None => 2 * score + 1,
        Some(before) if !before.is_alphanumeric() => 2 * score,
        Some(_) => score,
    });
    starts.max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::actions::rows;

    fn best(text: &str) -> &'static str {
        matches(&Keymap::default(), text).first().map_or("nothing", |at| &rows()[*at].description)
    }

    #[test]
    fn synonyms_find_the_action() {
        for (text, description) in [
            ("markdown", "Copy as Markdown, HTML, srcset, curl, …"),
            ("MARK down", "Copy as Markdown, HTML, srcset, curl, …"),
            ("clipboard", "Copy the URL"),
            ("copy", "Copy the URL"),
            ("sign for a day", "Sign the URL for an hour, a day, a week, …"),
            ("browser", "Open in the browser"),
            ("find", "Filter the list"),
            ("search", "Filter the list"),
            ("zoom", "Zoom in"),
            ("full", "Show the picture full screen"),
            ("exit", "Quit"),
            ("help", "Show all keys and actions"),
            ("y", "Copy the URL"),
            ("Y", "Copy as Markdown, HTML, srcset, curl, …"),
            ("ctrl-l", "Redraw the screen"),
            ("creator:", "Only this creator's images"),
            ("meta", "Only images with this metadata"),
            ("sign", "Sign the URL for an hour, a day, a week, …"),
            ("filter", "Filter the list"),
            ("filter metadata", "Match the name, ID, creator or metadata"),
            ("markdown zzz", "nothing"),
            ("copy-as", "Copy as Markdown, HTML, srcset, curl, …"),
            ("next-variant", "Choose the next variant"),
            ("later-lookup", "Recall a later lookup"),
        ] {
            assert_eq!(best(text), description, "{text}");
        }
        assert_eq!(matches(&Keymap::default(), " "), (0..rows().len()).collect::<Vec<_>>());
    }

    #[test]
    fn matched_letters_are_highlighted() {
        assert_eq!(highlights("Sign for an hour, …", "HOUR sig zzz"), [12..16, 0..3]);
        assert!(highlights("Quit", "exit").is_empty());
    }
}
