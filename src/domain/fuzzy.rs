//! Matches the terms of a filter: the score of an image, and the matched parts of a text.
//!
//! A term is a substring. In a fuzzy query its letters only need to occur in order. Case matters if the term has a
//! capital letter, and an accent matters if the term has it.

use std::borrow::Cow;
use std::cell::RefCell;

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Matcher, Utf32Str};
use unicode_segmentation::UnicodeSegmentation;

use super::escapes::backslash_escape;
use super::filter::Term as Typed;
use super::folding::{Pattern, Unit, plain, units};
use super::{Access, ImageSummary, Query};

/// Decides for one image after the other whether it matches a query.
#[derive(Debug)]
pub struct Finder {
    query: Query,
    terms: TermMatcher,
}

/// The terms of a query, prepared for many images. It may own working memory, so each thread needs its own.
#[derive(Debug, Clone)]
pub struct TermMatcher {
    terms: Vec<Term>,
    excluded: Vec<Term>,
    /// The bit of the letter, if the whole query is one letter: the first key that a user types.
    single_letter: Option<u64>,
    /// For fuzzy terms. It takes 130 kB.
    fuzzy: Option<Box<Fuzzy>>,
}

#[derive(Debug, Clone, Default)]
struct Fuzzy {
    matcher: Matcher,
    buffer: Vec<char>,
}

/// Which letters occur in an image's file name, in its ID and in the rest. These 24 bytes rule out most images without
/// a look at their texts, and answer a one-letter query alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letters([u64; 3]);

/// An image's texts without case and accents, for texts that cannot be searched directly.
#[derive(Debug)]
pub struct Folded {
    text: Box<str>,
    /// Where each part but the last ends in `text`.
    ends: [usize; PARTS - 1],
}

/// File name, ID, creator and metadata. Matches in earlier parts score higher.
const PARTS: usize = 4;

/// The index of each part in [`Letters`].
const ORDER: [usize; PARTS] = [0, 1, 2, 2];

/// The part that is JSON.
const META: usize = 3;

/// The bonus for a match in each part. It never outweighs a better match: the first letter of a word alone adds eight.
const BONUS: [u32; PARTS] = [6, 4, 2, 0];

/// The score of a letter, and the bonus at the start of the text, of a word, of a number, and after the preceding
/// letter. These are the matcher's own numbers, so its scores and ours are comparable.
const LETTER: u32 = 16;
const AT_TEXT: u32 = 10;
const AT_WORD: u32 = 8;
const AT_NUMBER: u32 = 5;
const FOLLOWING: u32 = 4;

/// Occurrences in one text that are compared to find the best.
const MAX_OCCURRENCES: usize = 32;

/// Length of a term times length of a text, in bytes, above which a prepared search is worth its setup.
const LARGE: usize = 1 << 20;

#[derive(Debug, Clone)]
struct Term {
    pattern: Pattern,
    /// The pattern for ASCII texts. `None` if no ASCII text can contain it.
    ascii: Option<Vec<u8>>,
    /// For matches with gaps.
    gaps: Option<Atom>,
    access: Option<Access>,
    letters: u64,
    length: usize,
    /// The score of a whole match at the start of a word.
    word_start_score: u32,
}

impl Finder {
    pub fn new(query: Query) -> Self {
        let terms = TermMatcher::new(&query);
        Self { query, terms }
    }

    /// Whether an image meets the restrictions, matches every term, and no excluded term.
    pub fn matches(&mut self, image: &ImageSummary) -> bool {
        let (letters, folded) = Letters::new(image);
        self.query.narrows(image) && self.terms.score(image, letters, folded.as_ref()).is_some()
    }
}

impl TermMatcher {
    pub fn new(query: &Query) -> Self {
        let term = |typed| Term::new(typed, query.is_fuzzy());
        let mut matcher = Self {
            terms: query.terms().iter().map(term).collect(),
            excluded: query.excluded().iter().map(|typed| Term::new(typed, false)).collect(),
            single_letter: None,
            fuzzy: query.is_fuzzy().then(Box::default),
        };
        if let [Typed { text, .. }] = query.terms()
            && matcher.excluded.is_empty()
            && let [b'a'..=b'z' | b'0'..=b'9'] = text.as_bytes()
        {
            matcher.single_letter = Some(letters(text) & PRESENT);
        }
        matcher
    }

    /// The score of an image. `None` if it lacks a term or matches an excluded one. Each term counts in the part where
    /// it matches best, and never spans two parts. `letters` and `folded` must be those of the image.
    pub fn score(&mut self, image: &ImageSummary, letters: Letters, folded: Option<&Folded>) -> Option<u32> {
        if let Some(letter) = self.single_letter {
            return letters.score(letter);
        }
        let access = image.access();
        if !self.terms.iter().all(|term| term.access == Some(access) || letters.may_contain(term.letters)) {
            return None;
        }
        let texts = Texts { parts: parts(image), letters, folded };
        let Self { terms, excluded, fuzzy, .. } = self;
        let score = terms.iter().try_fold(0_u32, |sum, term| {
            let best = term.best(&texts, fuzzy.as_deref_mut());
            let best = best.or((term.access == Some(access)).then_some(LETTER));
            Some(sum.saturating_add(best?))
        })?;
        let is_excluded = |term: &Term| term.access == Some(access) || term.best(&texts, None).is_some();
        (!excluded.iter().any(is_excluded)).then_some(score)
    }

    /// Adds the indices of the graphemes in `text` that the terms matched.
    fn mark(&mut self, text: &str, marked: &mut Vec<usize>) {
        // Normalization does not cross grapheme boundaries.
        let graphemes = text.graphemes(true).enumerate();
        let (units, graphemes): (Vec<Unit>, Vec<usize>) = graphemes
            .flat_map(|(at, grapheme)| units(grapheme).into_iter().map(move |unit| (unit, at)))
            .unzip();
        for term in &self.terms {
            let mut from = 0;
            while let Some(at_range) = term.pattern.find(&units[from..]) {
                let at_range = from + at_range.start..from + at_range.end;
                from = at_range.end.max(at_range.start + 1);
                marked.extend(&graphemes[at_range]);
            }
            if from == 0
                && let (Some(gaps), Some(fuzzy)) = (&term.gaps, &mut self.fuzzy)
            {
                let plain: Vec<char> = units.iter().map(|unit| unit.plain()).collect();
                let mut indices = Vec::new();
                _ = gaps.indices(Utf32Str::Unicode(&plain), &mut fuzzy.matcher, &mut indices);
                marked.extend(indices.iter().filter_map(|index| graphemes.get(*index as usize)));
            }
        }
        marked.sort_unstable();
        marked.dedup();
    }
}

/// An image's texts, in the order of [`PARTS`].
struct Texts<'a> {
    parts: [&'a str; PARTS],
    letters: Letters,
    folded: Option<&'a Folded>,
}

impl Term {
    fn new(typed: &Typed, fuzzy: bool) -> Self {
        let pattern = Pattern::smart(&typed.text);
        let ascii = pattern.ascii();
        let foreign = if ascii.is_none() { FOREIGN } else { 0 };
        let length = pattern.plain().chars().count();
        let gaps = (fuzzy && !typed.phrase).then(|| {
            Atom::new(pattern.plain(), CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy, false)
        });
        Self {
            access: typed.access(),
            letters: letters(pattern.plain()) & PRESENT | foreign,
            word_start_score: contiguous_score(length, AT_WORD),
            pattern,
            ascii,
            gaps,
            length,
        }
    }

    /// The best score of the term in the image's parts.
    fn best(&self, texts: &Texts, mut fuzzy: Option<&mut Fuzzy>) -> Option<u32> {
        let mut best = None;
        for at in 0..PARTS {
            // A match at the start of a word cannot be beaten by a part with a lower bonus.
            if best.is_some_and(|best| best >= self.word_start_score.saturating_add(BONUS[at])) {
                break;
            }
            let letters_of_part = texts.letters.0[ORDER[at]];
            if letters_of_part & self.letters != self.letters {
                continue;
            }
            let folded = if letters_of_part & FOREIGN == 0 {
                None
            } else {
                texts.folded.map(|folded| folded.part(at))
            };
            let score = match folded {
                None => self.contiguous(texts.parts[at]),
                Some(folded) => self.contiguous_folded(folded, texts.parts[at], at),
            };
            let score = score.or_else(|| {
                self.with_gaps(folded.unwrap_or(texts.parts[at]), at == 0, fuzzy.as_deref_mut()?)
            });
            best = best.max(score.map(|score| score + BONUS[at]));
        }
        best
    }

    /// The score of a match with gaps. For file names the best position of each letter matters; elsewhere a greedy
    /// match is enough, because IDs contain nearly all letters somewhere.
    fn with_gaps(&self, text: &str, optimal: bool, fuzzy: &mut Fuzzy) -> Option<u32> {
        let Fuzzy { matcher, buffer } = fuzzy;
        let gaps = self.gaps.as_ref()?;
        let text = Utf32Str::new(text, buffer);
        if optimal {
            return gaps.score(text, matcher).map(u32::from);
        }
        matcher.config.ignore_case = true;
        matcher.fuzzy_match_greedy(text, gaps.needle_text()).map(u32::from)
    }

    /// The score of a whole match in an ASCII text.
    fn contiguous(&self, text: &str) -> Option<u32> {
        let term = self.ascii.as_deref()?;
        let any_case = !self.pattern.counts_case();
        if term.len().saturating_mul(text.len()) > LARGE {
            let text: Cow<str> = if any_case { plain(text).into() } else { text.into() };
            return self.best_of(&text, str::from_utf8(term).ok()?);
        }
        let text = text.as_bytes();
        let (first, rest) = term.split_first()?;
        let other = if any_case { first.to_ascii_uppercase() } else { *first };
        let last = text.len().checked_sub(term.len())?;
        let (mut best, mut occurrences, mut from) = (None, 0, 0);
        while let Some(at) = text[from..=last].iter().position(|byte| byte == first || *byte == other) {
            let start = from + at;
            let piece = &text[start + 1..start + term.len()];
            if piece == rest || any_case && piece.eq_ignore_ascii_case(rest) {
                let before = start.checked_sub(1).map(|before| char::from(text[before]));
                best = best.max(Some(bonus_after(before, char::from(*first))));
                occurrences += 1;
                if best >= Some(AT_WORD) || occurrences == MAX_OCCURRENCES {
                    break;
                }
            }
            from = start + 1;
            if from > last {
                break;
            }
        }
        Some(contiguous_score(self.length, best?))
    }

    /// The score of a whole match in a text that is `folded` without case and accents.
    fn contiguous_folded(&self, folded: &str, text: &str, part: usize) -> Option<u32> {
        if !self.pattern.is_strict() {
            return self.best_of(folded, self.pattern.plain());
        }
        if !folded.contains(self.pattern.plain()) {
            return None;
        }
        let units = units(&searchable(text, part));
        let (mut best, mut from) = (None, 0);
        for _ in 0..MAX_OCCURRENCES {
            let Some(at_range) = self.pattern.find(&units[from..]) else { break };
            let at = from + at_range.start;
            let before = at.checked_sub(1).map(|before| units[before].plain());
            best = best.max(Some(bonus_after(before, units[at].plain())));
            if best >= Some(AT_WORD) {
                break;
            }
            from = at + 1;
        }
        Some(contiguous_score(self.length, best?))
    }

    /// The best score of the occurrences of `piece`.
    fn best_of(&self, text: &str, piece: &str) -> Option<u32> {
        let mut best = None;
        let first = piece.chars().next()?;
        for (at, _) in text.match_indices(piece).take(MAX_OCCURRENCES) {
            best = best.max(Some(bonus_after(text[..at].chars().next_back(), first)));
            if best >= Some(AT_WORD) {
                break;
            }
        }
        Some(contiguous_score(self.length, best?))
    }
}

/// The score of `letters` in a row of which the first has the bonus `bonus`.
fn contiguous_score(letters: usize, bonus: u32) -> u32 {
    let following = u32::try_from(letters.saturating_sub(1)).unwrap_or(u32::MAX);
    (LETTER + 2 * bonus).saturating_add(following.saturating_mul(LETTER + bonus.max(FOLLOWING)))
}

/// The bonus of a term after the character `before`. It counts twice for the first letter.
fn bonus_after(before: Option<char>, first: char) -> u32 {
    match before {
        None => AT_TEXT,
        Some(before) if first.is_alphanumeric() && !before.is_alphanumeric() => AT_WORD,
        Some(before) if first.is_ascii_digit() && !before.is_ascii_digit() => AT_NUMBER,
        Some(_) => 0,
    }
}

impl Letters {
    /// The letters of an image, and its folded texts if it needs them.
    pub fn new(image: &ImageSummary) -> (Self, Option<Folded>) {
        let parts = parts(image);
        let mut letters = [0; 3];
        let mut foreign = false;
        for (at, part) in parts.into_iter().enumerate() {
            if is_foreign(part, at) {
                letters[ORDER[at]] |= FOREIGN;
                foreign = true;
            }
        }
        let folded = foreign.then(|| Folded::new(parts));
        for (at, part) in parts.into_iter().enumerate() {
            letters[ORDER[at]] |= self::letters(folded.as_ref().map_or(part, |folded| folded.part(at)));
        }
        (Self(letters), folded)
    }

    /// Whether the image has folded texts.
    pub fn has_folded(self) -> bool {
        self.0.iter().any(|part| part & FOREIGN != 0)
    }

    fn may_contain(self, term: u64) -> bool {
        self.0.iter().any(|part| part & term == term)
    }

    /// The score of a one-letter query.
    fn score(self, letter: u64) -> Option<u32> {
        let start = (letter & LATIN) << STARTS;
        let score = |(part, bonus): (u64, u32)| {
            let at_start = if part & start != 0 { 2 * AT_WORD } else { 0 };
            (part & letter != 0).then_some(LETTER + at_start + bonus)
        };
        self.0.into_iter().zip(BONUS).filter_map(score).max()
    }
}

impl Folded {
    fn new(parts: [&str; PARTS]) -> Self {
        let mut text = String::new();
        let mut ends = [0; PARTS - 1];
        for (at, part) in parts.into_iter().enumerate() {
            text.push_str(&plain(&searchable(part, at)));
            if let Some(end) = ends.get_mut(at) {
                *end = text.len();
            }
        }
        Self { text: text.into(), ends }
    }

    fn part(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        let end = self.ends.get(at).copied().unwrap_or(self.text.len());
        &self.text[start..end]
    }
}

/// The indices of the graphemes in a text that a query matched, ascending. They are highlighted.
pub fn highlights(query: &Query, text: &str) -> Vec<usize> {
    thread_local! {
        // Cached, because its working memory is large and one frame calls this for fifty rows with the same query.
        static LAST: RefCell<Option<(Query, TermMatcher)>> = const { RefCell::new(None) };
    }
    let mut marked = Vec::new();
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(of, _)| of != query) {
            *last = Some((query.clone(), TermMatcher::new(query)));
        }
        if let Some((_, terms)) = last {
            terms.mark(text, &mut marked);
        }
    });
    marked
}

fn parts(image: &ImageSummary) -> [&str; PARTS] {
    [image.filename().unwrap_or(""), image.id(), image.creator().unwrap_or(""), image.meta()]
}

/// Whether a part cannot be searched directly.
fn is_foreign(text: &str, part: usize) -> bool {
    !text.is_ascii() || part == META && text.contains('\\')
}

/// A part as users know it: JSON without its escapes.
fn searchable(text: &str, part: usize) -> Cow<'_, str> {
    if part == META && text.contains('\\') { unescaped(text).into() } else { text.into() }
}

fn unescaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = &rest[at..];
        let (c, length) = backslash_escape(escape).unwrap_or(match escape.as_bytes().get(1) {
            // A lone surrogate.
            Some(b'u') => (char::REPLACEMENT_CHARACTER, 6),
            // White space.
            _ => (' ', 2),
        });
        text.push(c);
        rest = escape.get(length..).unwrap_or_default();
    }
    text + rest
}

/// The bits of the letters `a` to `z`, ignoring case. Ten bits for digits and one for folded texts follow. Punctuation
/// has none, because nearly every text has it.
const LATIN: u64 = (1 << 26) - 1;
const DIGITS: u32 = 26;
const FOREIGN: u64 = 1 << 36;
const PRESENT: u64 = (1 << 37) - 1;

/// Where the bits of the letters repeat, for letters that start a word.
const STARTS: u32 = 37;

fn letters(text: &str) -> u64 {
    let mut bits = 0;
    let mut inside = false;
    for byte in text.bytes() {
        let bit = letter(byte);
        bits |= bit;
        if !inside {
            bits |= (bit & LATIN) << STARTS;
        }
        inside = bit != 0 || !byte.is_ascii();
    }
    bits
}

fn letter(byte: u8) -> u64 {
    match byte {
        b'a'..=b'z' => 1 << (byte - b'a'),
        b'A'..=b'Z' => 1 << (byte - b'A'),
        b'0'..=b'9' => 1 << (u32::from(byte - b'0') + DIGITS),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::{Image, UrlTemplates};

    fn query(text: &str) -> Query {
        Query::parse(text, &TimeZone::UTC)
    }

    fn named(name: &str) -> ImageSummary {
        let raw = serde_json::json!({ "id": "-", "filename": name });
        UrlTemplates::default().summarize(&Image::read(&raw.to_string()).unwrap())
    }

    fn score(term: &str, name: &str) -> Option<u32> {
        let image = named(name);
        let (letters, folded) = Letters::new(&image);
        TermMatcher::new(&query(term)).score(&image, letters, folded.as_ref())
    }

    fn fuzzy_score(term: &str, name: &str) -> Option<u32> {
        let image = named(name);
        let (letters, folded) = Letters::new(&image);
        TermMatcher::new(&query(term).fuzzy()).score(&image, letters, folded.as_ref())
    }

    #[test]
    fn case_and_accents_matter_if_term_has_them() {
        for (term, name, expected) in [
            ("logo", "LOGO.png", true),
            ("Logo", "logo.png", false),
            ("Logo", "my Logo.png", true),
            ("uber", "Übersicht", true),
            ("über", "ubersicht", false),
            ("über", "ÜBERSICHT", true),
            ("Über", "übersicht", false),
            ("resume", "re\u{301}sume\u{301}.pdf", true),
            ("sumé", "re\u{301}sume\u{301}.pdf", true),
            ("本語", "日本語", true),
            ("日語", "日本語", false),
            ("k", "\u{212a}", true),
            ("a", "", false),
        ] {
            assert_eq!(score(term, name).is_some(), expected, "{term} in {name}");
        }
    }

    #[test]
    fn whole_match_at_word_start_scores_best() {
        for (term, names) in [
            ("logo", &["logo.png", "my-logo.png", "catalogo.png", "l-o-g-o.png"][..]),
            ("42", &["42.png", "a-42.png", "a42.png", "142.png"]),
            ("日本", &["日本.png", "の日本.png", "日x本.png"]),
            ("über", &["über.png", "tüber über", "tüber"][..1]),
        ] {
            let scores: Vec<_> = names.iter().map(|name| score(term, name)).collect();
            assert!(scores.is_sorted_by(|a, b| a > b), "{term}: {scores:?}");
        }
    }

    #[test]
    fn highlights_are_grapheme_indices() {
        for (typed, text, marked) in [
            ("logo", "my-logo.png", vec![3, 4, 5, 6]),
            ("mf", "mountain-final", vec![]),
            ("o", "logo", vec![1, 3]),
            ("\"my logo\"", "my logo", vec![0, 1, 2, 3, 4, 5, 6]),
            ("-logo", "logo", vec![]),
            ("ss", "STRAßE", vec![4]),
            ("fin", "ﬁnal", vec![0, 1]),
            ("ubersicht", "U\u{308}bersicht", (0..9).collect()),
            ("i", "İ", vec![0]),
            ("logo my", "my-logo.png", vec![0, 1, 3, 4, 5, 6]),
            ("logo nowhere", "my-logo.png", vec![3, 4, 5, 6]),
            ("ogo go", "logo", vec![1, 2, 3]),
            ("本", "日本語", vec![1]),
            ("sum", "re\u{301}sume\u{301}", vec![2, 3, 4]),
            ("b", "👨‍👩‍👧b", vec![1]),
            ("signed:", "signed", vec![]),
            ("Logo", "logo", vec![]),
            ("", "logo", vec![]),
        ] {
            assert_eq!(highlights(&query(typed), text), marked, "{typed} in {text}");
        }
    }

    #[test]
    fn fuzzy_term_matches_letters_in_order() {
        for (term, name, expected) in [
            ("lgo", "logo.png", true),
            ("MF", "mountain-final.png", true),
            ("日語", "日本語", true),
            ("ubrscht", "U\u{308}bersicht", true),
            ("\"lgo\"", "logo.png", false),
            ("lgo -png", "logo.png", false),
            ("ogl", "logo.png", false),
        ] {
            assert_eq!(fuzzy_score(term, name).is_some(), expected, "{term} in {name}");
        }
        assert_eq!(highlights(&query("mf").fuzzy(), "mountain-final"), [0, 9]);
        assert_eq!(highlights(&query("ur").fuzzy(), "xU\u{308}ber"), [1, 4]);
    }

    #[test]
    fn one_letter_prefers_word_starts() {
        let scores: Vec<_> = ["zoo", "a-z", "az", "b"].iter().map(|name| score("z", name)).collect();
        assert_eq!(scores[0], scores[1]);
        assert!(scores[1] > scores[2] && scores[2] > scores[3], "{scores:?}");
        assert_eq!(scores[3], None);
    }

    #[test]
    fn letters_take_24_bytes() {
        assert_eq!(std::mem::size_of::<Letters>(), 24);
    }
}
