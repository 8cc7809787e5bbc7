//! Suggests the known name that a misspelled one is close to.

/// Longer words are not misspelled names, and are not compared.
const MAX_CHARS: usize = 40;

/// The known name that `word` misspells, ignoring case. The limit is one wrong, missing, extra or swapped letter, or
/// two in names of six or more letters. `None` if no name is that close.
pub fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = lower(word)?;
    let count = word.chars().count();
    let near = |name: &'a str| {
        let letters = lower(name)?;
        let allowed = if letters.chars().count() >= 6 { 2 } else { 1 };
        let distance = strsim::osa_distance(&word, &letters);
        // A word that shares less than half its letters with a name is a different word.
        (distance <= allowed && count > 2 * distance).then_some((distance, name))
    };
    known.into_iter().filter_map(near).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

fn lower(text: &str) -> Option<String> {
    let is_short = text.chars().nth(MAX_CHARS).is_none();
    (!text.is_empty() && is_short).then(|| text.to_ascii_lowercase())
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
