//! Suggests the known name that a misspelled one is close to.

/// Longer words are not misspelled names, and are not compared.
const MAX_CHARS: usize = 40;

/// The known name that `word` misspells, ignoring case. The limit is one wrong, missing, extra or swapped letter, or
/// two in names of six or more letters. `None` if no name is that close.
pub fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = lower(word)?;
    let near = |name: &'a str| {
        let letters = lower(name)?;
        let allowed = if letters.len() >= 6 { 2 } else { 1 };
        let distance = distance(&word, &letters);
        // A word that shares less than half its letters with a name is a different word.
        (distance <= allowed && word.len() > 2 * distance).then_some((distance, name))
    };
    known.into_iter().filter_map(near).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

fn lower(text: &str) -> Option<Vec<char>> {
    let letters: Vec<char> = text.chars().take(MAX_CHARS + 1).map(|c| c.to_ascii_lowercase()).collect();
    (!letters.is_empty() && letters.len() <= MAX_CHARS).then_some(letters)
}

/// The edit distance, where a swap of neighbours counts as one edit (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut cost = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                cost = cost.min(before[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closest_allows_two_edits_in_long_names() {
        let known = ["show", "check", "url", "usage", "variants"];
        for (word, name) in [
            ("chekc", Some("check")),
            ("CHECK", Some("check")),
            ("checks", Some("check")),
            ("chck", Some("check")),
            ("shaw", Some("show")),
            ("ulr", Some("url")),
            ("varaint", Some("variants")),
            ("image", None),
            ("ul", None),
            ("u", None),
            ("", None),
            ("logo", None),
            ("083eb7b2-5392-4565-b69e-aff66acddd00", None),
        ] {
            assert_eq!(closest(word, known), name, "{word}");
        }
        assert_eq!(closest(&"x".repeat(100_000), known), None);
    }

    #[test]
    fn closest_prefers_the_nearest() {
        assert_eq!(closest("heigth", ["weight", "height"]), Some("height"));
    }
}
