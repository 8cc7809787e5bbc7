//! Fuzzy terms: how well an image holds them, and where a text does.
//!
//! A term's letters must occur in their order, gaps allowed. Case counts where the term has a capital; accents count
//! where the term has one.

use std::cell::RefCell;

use nucleo_matcher::chars::{normalize, to_lower_case};
use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Matcher, Utf32Str};
use unicode_segmentation::UnicodeSegmentation;

use super::{Listed, Query};

/// Finds what a query asks for, one image after the other and in no order of its own.
#[derive(Debug)]
pub struct Finder {
    query: Query,
    fuzzy: Fuzzy,
}

/// A query's terms, made ready for many images. It holds working memory: one for each thread.
#[derive(Debug, Clone)]
pub struct Fuzzy {
    terms: Vec<Term>,
    /// The bit of the one letter that is the whole query: the first key that a person types.
    alone: Option<u64>,
    matcher: Matcher,
    buffer: Vec<char>,
}

/// Which letters an image holds in its file name, its ID, and the rest: 24 bytes that refuse most images without a look
/// at their texts, and answer the first key alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letters([u64; 3]);

/// File name, ID, creator and metadata: in this order they count for more where a term is in several.
const PARTS: usize = 4;

/// Where each part is in [`Letters`].
const PLACES: [usize; PARTS] = [0, 1, 2, 2];

/// What a term scores more by where it is. It outweighs no better match: a word's first letter alone brings eight.
const BONUS: [u32; PARTS] = [6, 4, 2, 0];

/// What a letter scores, and what it scores more at the start of the text, of a word, of a number, and where it follows
/// the one before it: the matcher's own figures, so that its scores and ours compare.
const LETTER: u32 = 16;
const AT_TEXT: u32 = 10;
const AT_WORD: u32 = 8;
const AT_NUMBER: u32 = 5;
const FOLLOWING: u32 = 4;

#[derive(Debug, Clone)]
struct Term {
    /// As it was typed.
    text: String,
    /// In one piece, and with gaps.
    whole: Atom,
    gaps: Atom,
    any_case: bool,
    letters: u64,
    /// What a text scores where the term is in one piece and begins a word.
    enough: u32,
}

impl Finder {
    /// Makes ready; it takes 130 kB.
    pub fn new(query: Query) -> Self {
        let fuzzy = Fuzzy::new(&query);
        Self { query, fuzzy }
    }

    /// Whether an image passes the words that narrow, and holds every term.
    pub fn finds(&mut self, image: &Listed) -> bool {
        self.query.narrows(image) && self.fuzzy.score(image, Letters::of(image)).is_some()
    }
}

impl Fuzzy {
    /// The terms of a query.
    pub fn new(query: &Query) -> Self {
        let atom = |text, kind| Atom::new(text, CaseMatching::Smart, Normalization::Smart, kind, false);
        let mut fuzzy = Self { terms: vec![], alone: None, matcher: Matcher::default(), buffer: vec![] };
        for text in query.terms() {
            let gaps = atom(text, AtomKind::Fuzzy);
            fuzzy.terms.push(Term {
                text: text.clone(),
                whole: atom(text, AtomKind::Substring),
                enough: in_one_piece(gaps.needle_text().len(), AT_WORD),
                gaps,
                any_case: !text.bytes().any(|byte| byte.is_ascii_uppercase()),
                letters: letters(text) & PRESENT,
            });
        }
        if let [text] = query.terms()
            && let [b'a'..=b'z' | b'0'..=b'9'] = text.as_bytes()
        {
            fuzzy.alone = Some(letters(text) & PRESENT);
        }
        fuzzy
    }

    /// How well an image holds all terms; nothing where it lacks one. Each term counts where it is held best, and is
    /// never spread over two parts.
    pub fn score(&mut self, image: &Listed, letters: Letters) -> Option<u32> {
        if let Some(letter) = self.alone {
            return letters.score(letter);
        }
        if !self.terms.iter().all(|term| letters.may_hold(term.letters)) {
            return None;
        }
        let parts = parts(image);
        let Self { terms, matcher, buffer, .. } = self;
        terms.iter().try_fold(0_u32, |sum, term| {
            Some(sum.saturating_add(term.best(parts, letters, matcher, buffer)?))
        })
    }

    /// Adds the graphemes of `text` that the terms matched.
    fn mark(&mut self, text: &str, marked: &mut Vec<usize>) {
        let held = letters(text);
        let mut indices = Vec::new();
        let Self { terms, matcher, buffer, .. } = self;
        let text_in_chars = Utf32Str::new(text, buffer);
        for term in terms.iter().filter(|term| held & term.letters == term.letters) {
            if text.is_ascii()
                && let Some((begin, _)) = term.one_piece(text.as_bytes())
            {
                marked.extend(begin..begin + term.text.len());
            } else if term.whole.indices(text_in_chars, matcher, &mut indices).is_none() {
                _ = term.gaps.indices(text_in_chars, matcher, &mut indices);
            }
        }
        // The matcher counts graphemes, but bytes where each grapheme begins with an ASCII character.
        if text_in_chars.is_ascii() && !text.is_ascii() {
            let begins: Vec<usize> = text.grapheme_indices(true).map(|(begin, _)| begin).collect();
            marked.extend(indices.iter().filter_map(|byte| begins.binary_search(&(*byte as usize)).ok()));
        } else {
            marked.extend(indices.iter().map(|index| *index as usize));
        }
        marked.sort_unstable();
        marked.dedup();
    }
}

impl Term {
    /// How well the image's parts hold the term: the best of them counts.
    fn best(
        &self,
        parts: [&str; PARTS],
        letters: Letters,
        matcher: &mut Matcher,
        buffer: &mut Vec<char>,
    ) -> Option<u32> {
        let mut best = None;
        for (at, part) in parts.into_iter().enumerate() {
            // A part where the term begins a word is not outdone by those that count for less.
            if best.is_some_and(|best| best >= self.enough.saturating_add(BONUS[at])) {
                break;
            }
            if letters.0[PLACES[at]] & self.letters == self.letters
                && let Some(score) = self.score(part, at == 0, matcher, buffer)
            {
                best = best.max(Some(score + BONUS[at]));
            }
        }
        best
    }

    /// How well a text holds the term. In one piece it is best. Where its letters are best taken from matters for file
    /// names; elsewhere the first place that a quick look finds will do: IDs hold nearly all letters somewhere.
    fn score(&self, text: &str, exactly: bool, matcher: &mut Matcher, buffer: &mut Vec<char>) -> Option<u32> {
        if text.is_ascii() {
            // The matcher's own search for one piece prepares itself anew for each text, which takes longer than this.
            if let Some((_, score)) = self.one_piece(text.as_bytes()) {
                return Some(score);
            }
            if !exactly {
                matcher.config.ignore_case = self.any_case;
                return matcher
                    .fuzzy_match_greedy(Utf32Str::Ascii(text.as_bytes()), self.gaps.needle_text())
                    .map(u32::from);
            }
        }
        let text = Utf32Str::new(text, buffer);
        let score = self.whole.score(text, matcher).or_else(|| self.gaps.score(text, matcher));
        score.map(u32::from)
    }

    /// Where the term is best found in one piece, and how well; for ASCII alone.
    fn one_piece(&self, text: &[u8]) -> Option<(usize, u32)> {
        let term = self.text.as_bytes();
        let (first, rest) = term.split_first()?;
        let other = if self.any_case { first.to_ascii_uppercase() } else { *first };
        let last = text.len().checked_sub(term.len())?;
        let mut best = None;
        let mut from = 0;
        while let Some(at) = text[from..=last].iter().position(|byte| byte == first || *byte == other) {
            let found = from + at;
            let piece = &text[found + 1..found + term.len()];
            if piece == rest || self.any_case && piece.eq_ignore_ascii_case(rest) {
                let extra = extra_after(found.checked_sub(1).map(|before| text[before]), *first);
                if best.is_none_or(|(_, best)| extra > best) {
                    best = Some((found, extra));
                }
                if extra >= AT_WORD {
                    break;
                }
            }
            from = found + 1;
            if from > last {
                break;
            }
        }
        best.map(|(found, extra)| (found, in_one_piece(term.len(), extra)))
    }
}

/// What so many letters in a row score that begin with a bonus.
fn in_one_piece(letters: usize, begun: u32) -> u32 {
    let following = u32::try_from(letters.saturating_sub(1)).unwrap_or(u32::MAX);
    (LETTER + 2 * begun).saturating_add(following.saturating_mul(LETTER + begun.max(FOLLOWING)))
}

/// What a term scores more that begins after `before`; the first letter has it twice.
fn extra_after(before: Option<u8>, first: u8) -> u32 {
    match before {
        None => AT_TEXT,
        Some(before) if first.is_ascii_alphanumeric() && !before.is_ascii_alphanumeric() => AT_WORD,
        Some(before) if first.is_ascii_digit() && !before.is_ascii_digit() => AT_NUMBER,
        Some(_) => 0,
    }
}

impl Letters {
    /// Those of an image.
    pub fn of(image: &Listed) -> Self {
        let [filename, id, creator, meta] = parts(image);
        Self([letters(filename), letters(id), letters(creator) | letters(meta)])
    }

    fn may_hold(self, term: u64) -> bool {
        self.0.iter().any(|held| held & term == term)
    }

    /// How well one letter is held.
    fn score(self, letter: u64) -> Option<u32> {
        let start = (letter & LATIN) << STARTS;
        let score = |(held, bonus): (u64, u32)| {
            let at_start = if held & start != 0 { 2 * AT_WORD } else { 0 };
            (held & letter != 0).then_some(LETTER + at_start + bonus)
        };
        self.0.into_iter().zip(BONUS).filter_map(score).max()
    }
}

/// Which graphemes of a text the query's terms matched, ascending: what is drawn brighter.
pub fn highlights(query: &Query, text: &str) -> Vec<usize> {
    thread_local! {
        // Its working memory is large, and a screen asks for fifty rows with one query.
        static LAST: RefCell<Option<(Query, Fuzzy)>> = const { RefCell::new(None) };
    }
    let mut marked = Vec::new();
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(of, _)| of != query) {
            *last = Some((query.clone(), Fuzzy::new(query)));
        }
        if let Some((_, fuzzy)) = last {
            fuzzy.mark(text, &mut marked);
        }
    });
    marked
}

fn parts(image: &Listed) -> [&str; PARTS] {
    [image.filename().unwrap_or(""), image.id(), image.creator().unwrap_or(""), image.meta()]
}

/// The bits of letters from `a` to `z`, whatever their case; ten bits for the digits and one for all that is not ASCII
/// follow. Marks have none: nearly every text has them.
const LATIN: u64 = (1 << 26) - 1;
const DIGITS: u32 = 26;
const FOREIGN: u64 = 1 << 36;
const PRESENT: u64 = (1 << 37) - 1;

/// Where the bits of the letters begin once more, for those that begin a word.
const STARTS: u32 = 37;

fn letters(text: &str) -> u64 {
    let mut bits = 0;
    let mut inside = false;
    for c in text.chars() {
        let bit = letter(c);
        bits |= bit;
        if !inside {
            bits |= (bit & LATIN) << STARTS;
        }
        inside = bit != 0;
    }
    bits
}

fn letter(c: char) -> u64 {
    let ascii = |c: char| match c {
        'a'..='z' => 1 << (c as u32 - 'a' as u32),
        'A'..='Z' => 1 << (c as u32 - 'A' as u32),
        '0'..='9' => 1 << (c as u32 - '0' as u32 + DIGITS),
        _ => 0,
    };
    if c.is_ascii() {
        return ascii(c);
    }
    // A letter with an accent is matched by the one without, and `k` by the sign for Kelvin.
    let plain = normalize(c);
    FOREIGN | ascii(plain) | ascii(to_lower_case(c)) | ascii(to_lower_case(plain))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::{Image, Shapes};

    fn query(text: &str) -> Query {
        Query::parse(text, &TimeZone::UTC)
    }

    fn named(name: &str) -> Listed {
        let raw = serde_json::json!({ "id": "-", "filename": name });
        Shapes::default().listed(&Image::read(&raw.to_string()).unwrap())
    }

    fn score(term: &str, name: &str) -> Option<u32> {
        let image = named(name);
        Fuzzy::new(&query(term)).score(&image, Letters::of(&image))
    }

    #[test]
    fn case_and_accents_count_where_the_term_has_them() {
        for (term, name, held) in [
            ("logo", "LOGO.png", true),
            ("Logo", "logo.png", false),
            ("Logo", "my Logo.png", true),
            ("uber", "Übersicht", true),
            ("über", "ubersicht", false),
            ("über", "ÜBERSICHT", true),
            ("Über", "übersicht", false),
            ("resume", "re\u{301}sume\u{301}.pdf", true),
            ("日語", "日本語", true),
            ("語日", "日本語", false),
            ("k", "\u{212a}", true),
            ("a", "", false),
        ] {
            assert_eq!(score(term, name).is_some(), held, "{term} in {name}");
        }
    }

    #[test]
    fn one_piece_at_a_start_is_best() {
        for (term, names) in [
            ("logo", &["logo.png", "my-logo.png", "l-o-g-o.png", "catalogo.png"][..]),
            ("42", &["42.png", "a-42.png", "a42.png", "142.png"]),
            ("mf", &["mf", "mountain-final.png", "mystuff.png"]),
            ("日本", &["日本.png", "日x本.png"]),
        ] {
            let scores: Vec<_> = names.iter().map(|name| score(term, name)).collect();
            assert!(scores.is_sorted_by(|a, b| a > b), "{term}: {scores:?}");
        }
    }

    #[test]
    fn what_is_marked_is_counted_in_graphemes() {
        for (typed, text, marked) in [
            ("logo", "my-logo.png", vec![3, 4, 5, 6]),
            ("mf", "mountain-final", vec![0, 9]),
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
    fn the_first_key_prefers_words_that_begin_with_it() {
        let scores: Vec<_> = ["zoo", "a-z", "az", "b"].iter().map(|name| score("z", name)).collect();
        assert_eq!(scores[0], scores[1]);
        assert!(scores[1] > scores[2] && scores[2] > scores[3], "{scores:?}");
        assert_eq!(scores[3], None);
    }

    #[test]
    fn the_letters_of_an_image_take_little() {
        assert_eq!(std::mem::size_of::<Letters>(), 24);
    }
}
