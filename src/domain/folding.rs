//! Text comparison for the filter. Unicode is normalized; case and accents matter only if the pattern has them.

use std::borrow::Cow;

use icu_normalizer::ComposingNormalizerBorrowed;
use icu_normalizer::properties::{
    CanonicalCombiningClassMapBorrowed, CanonicalDecompositionBorrowed, Decomposed,
};
use nucleo_matcher::chars::normalize;

/// A search text, prepared for comparison with many texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    units: Vec<Unit>,
    plain: String,
    /// Whether the comparison is case-sensitive.
    case: bool,
    /// Whether a match of `plain` must be verified, because case matters or the pattern has an accent.
    strict: bool,
}

/// A character of a text. Case folding expands some characters, such as `ß`, to several units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unit {
    /// Without accents and case.
    plain: char,
    /// Without combining accents and case: `ø` for `Ø`.
    folded: char,
    /// Without combining accents.
    letter: char,
    /// A hash of the combining accents; 0 if there are none.
    accents: u64,
}

impl Pattern {
    /// Case-sensitive if there is an upper-case letter.
    pub(super) fn smart(text: &str) -> Self {
        Self::new(text, text.chars().any(char::is_uppercase))
    }

    pub(super) fn any_case(text: &str) -> Self {
        Self::new(text, false)
    }

    fn new(text: &str, case: bool) -> Self {
        let units = units(text);
        let strict = case || units.iter().any(|unit| unit.is_accented());
        Self { plain: units.iter().map(|unit| unit.plain).collect(), units, case, strict }
    }

    /// The pattern without case and accents.
    pub(super) fn plain(&self) -> &str {
        &self.plain
    }

    pub(super) fn counts_case(&self) -> bool {
        self.case
    }

    pub(super) fn is_strict(&self) -> bool {
        self.strict
    }

    /// The bytes to search for in ASCII text. `None` if no ASCII text can contain the pattern.
    pub(super) fn ascii(&self) -> Option<Vec<u8>> {
        let is_ascii = |unit: &Unit| {
            let c = if self.case { unit.letter } else { unit.plain };
            !unit.is_accented() && c.is_ascii()
        };
        let byte = |unit: &Unit| u8::try_from(if self.case { unit.letter } else { unit.plain }).ok();
        self.units.iter().all(is_ascii).then(|| self.units.iter().filter_map(byte).collect())
    }

    /// Whether the units start with the pattern.
    pub(super) fn starts(&self, units: &[Unit]) -> bool {
        units.len() >= self.units.len()
            && self.units.iter().zip(units).all(|(wanted, unit)| wanted.fits(unit, self.case))
    }

    /// Whether a text starts with the pattern, or is equal to it if `whole`.
    pub(super) fn fits(&self, text: &str, whole: bool) -> bool {
        let units = units(text);
        (!whole || units.len() == self.units.len()) && self.starts(&units)
    }

    /// Whether every text that contains this pattern contains `other` too.
    pub(super) fn implies(&self, other: &Self) -> bool {
        (self.case || !other.case) && other.starts(&self.units)
    }

    /// The first occurrence of the pattern, as a range of units.
    pub(super) fn find(&self, units: &[Unit]) -> Option<std::ops::Range<usize>> {
        let last = units.len().checked_sub(self.units.len())?;
        let at = (0..=last).find(|at| self.starts(&units[*at..]))?;
        Some(at..at + self.units.len())
    }
}

impl Unit {
    pub(super) fn plain(self) -> char {
        self.plain
    }

    fn is_accented(self) -> bool {
        self.accents != 0 || self.plain != self.folded
    }

    /// Whether this unit of a pattern matches a unit of a text.
    fn fits(self, unit: &Self, case: bool) -> bool {
        let same_letter = || unaccented(self.letter) == unaccented(unit.letter);
        let same = self.plain == unit.plain && (!case || same_letter());
        same && (!self.is_accented() || self.folded == unit.folded && self.accents == unit.accents)
    }
}

/// The units of a text. Canonically equivalent texts have the same units.
pub(super) fn units(text: &str) -> Vec<Unit> {
    let text = nfc(text);
    let mut units: Vec<Unit> = Vec::with_capacity(text.len());
    let mut accents = Vec::new();
    for c in text.chars() {
        if is_accent(c)
            && let Some(last) = units.last_mut()
        {
            last.accents = hash(last.accents, c);
            continue;
        }
        let letter = without_accents(c, &mut accents);
        let accents = accents.drain(..).rev().fold(0, hash);
        if c.is_ascii() {
            let folded = c.to_ascii_lowercase();
            units.push(Unit { plain: folded, folded, letter, accents });
            continue;
        }
        for folded in fold_case(letter) {
            units.push(Unit { plain: normalize(folded), folded, letter, accents: 0 });
        }
        if let Some(last) = units.last_mut() {
            last.accents = accents;
        }
    }
    units
}

/// A text without case and accents, one character per unit.
pub(super) fn plain(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    units(text).into_iter().map(|unit| unit.plain).collect()
}

/// A text in Unicode's composed normal form.
pub(super) fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// Removes the accents that a letter is composed with, and adds them to `accents`, last one first.
fn without_accents(c: char, accents: &mut Vec<char>) -> char {
    let mut letter = c;
    while !letter.is_ascii()
        && let Decomposed::Expansion(base, accent) = CanonicalDecompositionBorrowed::new().decompose(letter)
        && is_accent(accent)
    {
        accents.push(accent);
        letter = base;
    }
    letter
}

/// Removes what Unicode does not decompose either: `O` for `Ø`.
fn unaccented(letter: char) -> char {
    // The table has a single `s` for it.
    if matches!(letter, 'ß' | '\u{1e9e}') { letter } else { normalize(letter) }
}

/// Full case folding with the standard library only: `ẞ`, `ß` and `SS` become `ss`, all sigmas `σ`.
fn fold_case(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

/// Whether a combining character is an accent. The voicing marks of kana, viramas and Thai vowels make another letter.
fn is_accent(c: char) -> bool {
    !c.is_ascii() && matches!(CanonicalCombiningClassMapBorrowed::new().get_u8(c), 1 | 10..=36 | 200..=240)
}

/// One step of FNV-1a, per character.
fn hash(before: u64, c: char) -> u64 {
    let before = if before == 0 { 0xcbf2_9ce4_8422_2325 } else { before };
    ((before ^ u64::from(c)).wrapping_mul(0x100_0000_01b3)).max(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holds(pattern: &str, text: &str) -> bool {
        Pattern::smart(pattern).find(&units(text)).is_some()
    }

    #[test]
    fn case_and_accents_matter_only_if_typed() {
        for (pattern, text, expected) in [
            ("uber", "Über", true),
            ("über", "U\u{308}BER", true),
            ("u\u{308}ber", "ÜBER", true),
            ("über", "uber", false),
            ("Über", "über", false),
            ("Uber", "Über", true),
            ("Uber", "über", false),
            ("résume", "résumé", true),
            ("résume", "resumé", false),
            ("lodz", "Łódź", true),
            ("łodz", "Łódź", true),
            ("łodz", "Lódź", false),
            ("ệ", "e\u{302}\u{323}", true),
            ("ệ", "e\u{323}\u{302}", true),
            ("ê", "ệ", false),
            ("a\u{302}\u{316}", "A\u{316}\u{302}", true),
            ("istanbul", "İSTANBUL", true),
            ("istanbul", "İstanbul", true),
            ("strasse", "STRAßE", true),
            ("straße", "STRASSE", true),
            ("straße", "Stra\u{1e9e}e", true),
            ("Straße", "Strasse", false),
            ("file", "ﬁle", true),
            ("ﬁ", "Profile", true),
            ("οδος", "ΟΔΟΣ", true),
            ("οδοσ", "οδος", true),
            ("k", "\u{212a}", true),
            ("한국", "\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}", true),
            ("하", "한국", false),
            ("か", "が", false),
            ("が", "か\u{3099}", true),
            ("и", "й", true),
            ("й", "и", false),
            ("日本", "日本語", true),
        ] {
            assert_eq!(holds(pattern, text), expected, "{pattern} in {text}");
        }
    }

    #[test]
    fn lone_combining_marks_are_text() {
        assert!(holds("\u{301}", "\u{301}\u{301}"));
        assert!(!holds("\u{301}", "a"));
        assert!(holds("", ""));
    }

    #[test]
    fn ascii_only_for_patterns_of_ascii_texts() {
        for (pattern, ascii) in [
            ("logo", Some("logo")),
            ("Logo", Some("Logo")),
            ("ﬁ", Some("fi")),
            ("straße", Some("strasse")),
            ("ﬁX", None),
            ("über", None),
            ("日", None),
        ] {
            let bytes = Pattern::smart(pattern).ascii();
            assert_eq!(bytes.as_deref(), ascii.map(str::as_bytes), "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn text_contains_each_of_its_parts(before in ".{0,5}", part in "[a-zäößA-Zé日本\u{301}]{0,6}", after in "[a-z]{0,3}") {
            // A following mark would change the last letter of the part.
            prop_assume!(!part.starts_with('\u{301}'));
            let text = format!("{before}{part}{after}");
            prop_assert!(holds(&part, &text));
        }

        #[test]
        fn plain_has_one_character_per_unit(text in "\\PC*|.*") {
            prop_assert_eq!(plain(&text).chars().count(), units(&text).len());
        }

        #[test]
        fn longer_pattern_implies_shorter(text in "[aAäÄé日ßİ\u{301}]{0,5}", more in "[aAäé\u{301}]{0,3}", in_text in "[aAäÄéß日i\u{301}\u{307}]{0,9}") {
            let (old, new) = (Pattern::smart(&text), Pattern::smart(&format!("{text}{more}")));
            let units = units(&in_text);
            prop_assert!(!new.implies(&old) || new.find(&units).is_none() || old.find(&units).is_some());
        }
    }
}
