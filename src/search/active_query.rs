//! The current query and its matches so far.

use crate::domain::Query;
use crate::domain::fuzzy::TermMatcher;

use super::message::SearchMatches;
use super::scan::{Images, Match, ScanRange};

/// A query and its progress through the images.
pub(super) struct ActiveQuery {
    generation: u64,
    query: Query,
    terms: TermMatcher,
    /// Images below `searched` that may match, because they matched the previous query. Ascending, like `matches`.
    unconfirmed: Vec<u32>,
    /// The matches below `searched`, except those in `unconfirmed`.
    matches: Vec<Match>,
    searched: u32,
}

impl ActiveQuery {
    /// Replaces the previous query. If the new one only narrows the old one, just the old matches are searched.
    pub(super) fn new(previous: Option<Self>, generation: u64, query: Query) -> Self {
        let terms = TermMatcher::new(&query);
        let wider = previous.filter(|previous| query.extends(&previous.query));
        let (unconfirmed, searched) = wider.map_or_else(Default::default, |wider| {
            let matches = wider.matches.iter().map(|matched| matched.index);
            (matches.chain(wider.unconfirmed).collect(), wider.searched)
        });
        Self { generation, query, terms, unconfirmed, matches: vec![], searched }
    }

    /// How many images have been searched, from the first.
    pub(super) fn searched(&self) -> u32 {
        self.searched
    }

    /// Searches the remaining images. Returns whether it finished without being superseded.
    pub(super) fn search(&mut self, images: &Images, mut superseded: impl FnMut() -> bool) -> bool {
        let Self { query, terms, unconfirmed, .. } = self;
        let (matches, scanned) = images.scan(ScanRange::Indices(unconfirmed), query, terms, &mut superseded);
        self.matches.extend(matches);
        unconfirmed.drain(..scanned);
        if !unconfirmed.is_empty() {
            return false;
        }
        unconfirmed.shrink_to_fit();
        let rest = ScanRange::Range(self.searched, images.len());
        let (matches, scanned) = images.scan(rest, query, terms, superseded);
        self.matches.extend(matches);
        self.searched += u32::try_from(scanned).unwrap_or(u32::MAX);
        self.searched == images.len()
    }

    /// The matches, best first.
    pub(super) fn matches(&self) -> SearchMatches {
        SearchMatches {
            generation: self.generation,
            matches: best_first(&self.matches),
            searched: self.searched,
        }
    }
}

/// Lower scores are sorted by counting, which takes a fraction of a millisecond for 100,000 matches.
const COUNTED: u32 = 1 << 14;

fn best_first(matches: &[Match]) -> Vec<u32> {
    let highest = matches.iter().map(|matched| matched.score).max().unwrap_or(0);
    if highest >= COUNTED {
        let mut sorted = matches.to_vec();
        sorted.sort_by_key(|matched| std::cmp::Reverse(matched.score));
        return sorted.into_iter().map(|matched| matched.index).collect();
    }
    // The start of each score's images, the highest score first.
    let position = |matched: &Match| (highest - matched.score) as usize;
    let mut starts = vec![0; highest as usize + 2];
    for matched in matches {
        starts[position(matched) + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut sorted = vec![0; matches.len()];
    for matched in matches {
        let start: &mut usize = &mut starts[position(matched)];
        sorted[*start] = matched.index;
        *start += 1;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Image, ImageSummary, UrlTemplates};

    type Texts = [String; 4];

    fn summarize([filename, id, creator, meta]: &Texts) -> Arc<ImageSummary> {
        // An ID has no control characters, and no path segments of dots only.
        let id = id.replace(|c: char| c.is_control() || c == '/', "_");
        let raw = serde_json::json!({ "id": format!("-{id}"), "filename": filename, "creator": creator, "meta": { "n": meta } });
        Arc::new(UrlTemplates::default().summarize(&Image::read(&raw.to_string()).unwrap()))
    }

    fn images(texts: &[Texts]) -> Images {
        let mut images = Images::default();
        images.add(texts.iter().map(summarize).collect());
        images
    }

    fn fresh(query: &str, images: &Images) -> SearchMatches {
        let mut active_query = ActiveQuery::new(None, 0, Query::parse(query, &TimeZone::UTC));
        assert!(active_query.search(images, || false));
        active_query.matches()
    }

    fn matches(query: &str, texts: &[[&str; 4]]) -> Vec<u32> {
        let texts: Vec<Texts> = texts.iter().map(|texts| texts.map(str::to_owned)).collect();
        fresh(query, &images(&texts)).matches
    }

    #[test]
    fn best_matches_come_first_and_ties_keep_order() {
        let texts = [
            ["l-o-g-o.png", "", "", ""],
            ["catalogo.png", "", "", ""],
            ["", "", "", "logo"],
            ["", "", "logo", ""],
            ["", "logo", "", ""],
            ["my logo.png", "", "", ""],
            ["logo.png", "", "", ""],
            ["none.png", "", "", ""],
            ["logo.png", "", "", ""],
        ];
        assert_eq!(matches("logo", &texts), [6, 8, 3, 5, 4, 2, 1]);
        assert_eq!(matches("z", &[["a-z", "", "", ""], ["", "", "z", ""], ["bz", "", "", ""]]), [0, 1, 2]);
    }

    #[test]
    fn every_term_matches_within_one_part() {
        let texts = [["mountain", "77", "jane", "eu"], ["mountain", "78", "joe", "us"]];
        assert_eq!(matches("ount jane", &texts), [0]);
        assert_eq!(matches("7 mount us joe", &texts), [1]);
        assert_eq!(matches("mount nowhere", &texts), [0_u32; 0]);
        assert_eq!(matches("mountain77", &texts), [0_u32; 0], "across two parts");
        assert_eq!(matches("janeeu", &texts), [0_u32; 0], "across two parts");
    }

    #[test]
    fn scores_above_counting_limit_are_sorted() {
        let entry = |index, score| Match { index, score };
        let some = [entry(0, 3), entry(2, COUNTED + 5), entry(4, 3), entry(9, COUNTED + 6)];
        assert_eq!(best_first(&some), [9, 2, 0, 4]);
        assert_eq!(
            best_first(&some.map(|entry| Match { score: entry.score % COUNTED, ..entry })),
            [9, 2, 0, 4]
        );
        assert_eq!(best_first(&[]), [0_u32; 0]);
    }

    fn word() -> impl Strategy<Value = String> {
        prop_oneof!["[abA1 -]{0,8}", "signed|public|unknown", "[abäÄé\u{301}日\u{200d}Kß]{0,6}", "\\PC{0,5}"]
    }

    /// One step while a query is typed.
    #[derive(Debug, Clone)]
    enum Step {
        Type(char),
        Backspace,
        Add(Vec<Texts>),
        /// The search is interrupted after this many checks.
        Interrupt(usize),
        Finish,
    }

    fn step() -> impl Strategy<Value = Step> {
        let texts = prop::collection::vec(prop::array::uniform4(word()), 0..12);
        let letters = ['a', 'b', 'A', '1', '-', ' ', '"', 'ä', 'Ä', 'é', 'e', '\u{301}', '日', 'k', 's', 'ß'];
        prop_oneof![
            4 => prop::sample::select(letters.to_vec()).prop_map(Step::Type),
            1 => Just(Step::Backspace),
            2 => texts.prop_map(Step::Add),
            2 => (0_usize..4).prop_map(Step::Interrupt),
            1 => Just(Step::Finish),
        ]
    }

    proptest! {
        #[test]
        fn result_equals_fresh_search_after_any_steps(steps in prop::collection::vec(step(), 1..40)) {
            let mut images = Images::default();
            let mut typed = String::new();
            let new_query = |previous, typed: &str| ActiveQuery::new(previous, 0, Query::parse(typed, &TimeZone::UTC));
            let mut active_query = new_query(None, "");
            for step in steps {
                match step {
                    Step::Type(c) => {
                        typed.push(c);
                        active_query = new_query(Some(active_query), &typed);
                    }
                    Step::Backspace => {
                        typed.pop();
                        active_query = new_query(Some(active_query), &typed);
                    }
                    Step::Add(texts) => images.add(texts.iter().map(summarize).collect()),
                    Step::Interrupt(mut checks) => _ = active_query.search(&images, || {
                        checks = checks.saturating_sub(1);
                        checks == 0
                    }),
                    Step::Finish => {
                        prop_assert!(active_query.search(&images, || false));
                        prop_assert_eq!(active_query.matches(), fresh(&typed, &images));
                    }
                }
            }
            prop_assert!(active_query.search(&images, || false));
            prop_assert_eq!(active_query.matches(), fresh(&typed, &images));
        }

        #[test]
        fn matches_are_exactly_images_with_all_terms(
            texts in prop::collection::vec(prop::array::uniform4("[abcX1-]{0,7}"), 0..12),
            terms in prop::collection::vec("[abcx1-]{1,3}", 1..3),
        ) {
            let holds = |text: &str, term: &str| text.to_ascii_lowercase().contains(term);
            let expected = texts.iter().map(|[filename, id, creator, meta]| {
                let parts = [filename.clone(), format!("-{id}"), creator.clone(), format!(r#"{{"n":"{meta}"}}"#)];
                // A lone mark is searched like any other term.
                terms.iter().all(|term| parts.iter().any(|part| holds(part, term)))
            });
            let expected: Vec<u32> =
                expected.zip(0..).filter_map(|(holds, at)| holds.then_some(at)).collect();
            // Quoted, because a dash before a word excludes it.
            let terms: Vec<String> = terms.iter().map(|term| format!("\"{term}\"")).collect();
            let mut all_matches = fresh(&terms.join(" "), &images(&texts)).matches;
            all_matches.sort_unstable();
            prop_assert_eq!(all_matches, expected);
        }
    }
}
