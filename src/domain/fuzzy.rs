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

/// A query's terms, made ready for many images. It holds working memory: one for each thread.
#[derive(Debug, Clone)]
pub struct Fuzzy {
    terms: Vec<Term>,
    matcher: Matcher,
    buffer: Vec<char>,
}

/// Which letters an image's parts hold: 16 bytes that refuse most images without a look at their texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letters([u32; PARTS]);

/// File name, ID, creator and metadata: in this order they count for more where a term is in several.
const PARTS: usize = 4;

/// What a term scores more by where it is. It outweighs no better match: a word's first letter alone brings eight.
const BONUS: [u32; PARTS] = [6, 4, 2, 0];

#[derive(Debug, Clone)]
struct Term {
    atom: Atom,
    letters: u32,
    /// What a text scores that is just this term.
    whole: u32,
}

impl Fuzzy {
    /// The terms of a query.
    pub fn new(query: &Query) -> Self {
        let mut fuzzy = Self { terms: vec![], matcher: Matcher::default(), buffer: vec![] };
        for text in query.terms() {
            let atom = Atom::new(text, CaseMatching::Smart, Normalization::Smart, AtomKind::Fuzzy, false);
            let whole = fuzzy.matched(&atom, text).unwrap_or(u32::MAX);
            fuzzy.terms.push(Term { atom, letters: letters(text), whole });
        }
        fuzzy
    }

    /// How well an image holds all terms; nothing where it lacks one. Each term counts where it is held best, and is
    /// never spread over two parts.
    pub fn score(&mut self, image: &Listed, letters: Letters) -> Option<u32> {
        if !self.terms.iter().all(|term| letters.may_hold(term.letters)) {
            return None;
        }
        let parts = parts(image);
        let mut sum = 0_u32;
        for at in 0..self.terms.len() {
            sum = sum.saturating_add(self.best(at, parts, letters)?);
        }
        Some(sum)
    }

    fn best(&mut self, term: usize, parts: [&str; PARTS], letters: Letters) -> Option<u32> {
        let Self { terms, matcher, buffer } = self;
        let term = &terms[term];
        let mut best = None;
        for (at, part) in parts.into_iter().enumerate() {
            // A part that holds the term as well as can be is not outdone by those that count for less.
            if best.is_some_and(|best| best >= term.whole.saturating_add(BONUS[at])) {
                break;
            }
            if letters.0[at] & term.letters == term.letters
                && let Some(score) = term.atom.score(Utf32Str::new(part, buffer), matcher)
            {
                best = best.max(Some(u32::from(score) + BONUS[at]));
            }
        }
        best
    }

    fn matched(&mut self, atom: &Atom, text: &str) -> Option<u32> {
        atom.score(Utf32Str::new(text, &mut self.buffer), &mut self.matcher).map(u32::from)
    }

    /// Adds the graphemes of `text` that the terms matched.
    fn mark(&mut self, text: &str, marked: &mut Vec<usize>) {
        let held = letters(text);
        let mut indices = Vec::new();
        let Self { terms, matcher, buffer } = self;
        let text_in_chars = Utf32Str::new(text, buffer);
        for term in terms.iter().filter(|term| held & term.letters == term.letters) {
            _ = term.atom.indices(text_in_chars, matcher, &mut indices);
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

impl Letters {
    /// Those of an image.
    pub fn of(image: &Listed) -> Self {
        Self(parts(image).map(letters))
    }

    fn may_hold(self, term: u32) -> bool {
        self.0.iter().any(|part| part & term == term)
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

/// A bit for each letter, for two digits each, and for all that is not ASCII. Marks have none: nearly every text has them.
fn letters(text: &str) -> u32 {
    if text.is_ascii() {
        return text.bytes().fold(0, |bits, byte| bits | letter(byte as char));
    }
    text.chars().fold(0, |bits, c| {
        // A letter with an accent is matched by the one without, and `K` by the sign for Kelvin.
        let plain = normalize(c);
        bits | letter(c) | letter(plain) | letter(to_lower_case(c)) | letter(to_lower_case(plain))
    })
}

fn letter(c: char) -> u32 {
    match c {
        'a'..='z' => 1 << (c as u32 - 'a' as u32),
        'A'..='Z' => 1 << (c as u32 - 'A' as u32),
        '0'..='9' => 1 << (26 + (c as u32 - '0' as u32) / 2),
        '\0'..='\x7f' => 0,
        _ => 1 << 31,
    }
}
