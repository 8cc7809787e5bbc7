//! The filter language: parses what the user types and decides which images match.
//!
//! Words are separated by spaces, and all of them must match. Some are restrictions, such as `signed:` or
//! `creator:NAME`. Every other word or `"phrase"` is a term: a substring of the file name, the ID, the creator or the
//! metadata. `-` before a word excludes the images that match it.

pub mod access_term;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::folding::{Pattern, nfc};
use super::{Access, ImageSummary, Json};

/// A parsed filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    restrictions: Vec<Restriction>,
    terms: Vec<Term>,
    excluded: Vec<Term>,
    unread: Vec<InvalidTerm>,
    fuzzy: bool,
}

/// A text that must occur in an image, or must not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As typed, without quotes.
    pub text: String,
    /// Whether it was quoted. A phrase is never fuzzy, and never an access.
    pub phrase: bool,
}

/// A restriction whose value is invalid. It is ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidTerm {
    /// As typed.
    pub word: String,
    pub expected: Expected,
}

/// The type of a restriction's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    Date,
    YesOrNo,
}

/// A condition, and whether it must hold or must not.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Restriction {
    condition: Condition,
    wanted: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Condition {
    Access(Access),
    Creator(Value),
    /// Exclusive.
    Before(Timestamp),
    /// Inclusive.
    After(Timestamp),
    Meta(String, Value),
}

/// A value to compare with, ignoring case.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    lower: String,
    pattern: Pattern,
    /// Whether it was quoted. A quoted value must be equal; an unquoted one may be a prefix.
    whole: bool,
}

impl Query {
    /// Parses a filter. Dates are days in `zone`. Nothing is an error, because the user is still typing: an invalid
    /// restriction is ignored and listed in [`Query::unread`].
    pub fn parse(text: &str, zone: &TimeZone) -> Self {
        let mut query = Self::default();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (word, after) = cut_word(rest);
            query.read(word, zone);
            rest = after.trim_start();
        }
        query
    }

    /// Whether an image meets the restrictions.
    pub fn narrows(&self, image: &ImageSummary) -> bool {
        self.restrictions.iter().all(|restriction| restriction.condition.holds(image) == restriction.wanted)
    }

    /// The terms that must match.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The terms that must not match.
    pub fn excluded(&self) -> &[Term] {
        &self.excluded
    }

    /// The same query, but the letters of a term may have gaps between them.
    #[must_use]
    pub fn fuzzy(self) -> Self {
        Self { fuzzy: true, ..self }
    }

    pub fn is_fuzzy(&self) -> bool {
        self.fuzzy
    }

    /// Whether a fuzzy search may find more images. Phrases and restrictions are never fuzzy.
    pub fn may_be_fuzzy(&self) -> bool {
        self.terms.iter().any(|term| !term.phrase)
    }

    /// Whether every match of this query is certainly a match of `old` too. Then it is enough to search those.
    pub fn extends(&self, old: &Self) -> bool {
        self.fuzzy == old.fuzzy
            && self.terms.len() >= old.terms.len()
            && old.terms.iter().zip(&self.terms).all(|(old, new)| new.extends(old))
            && old.excluded.iter().all(|term| self.excluded.contains(term))
            && old.restrictions.iter().all(|restriction| self.restrictions.contains(restriction))
    }

    /// Restrictions with invalid values.
    pub fn unread(&self) -> &[InvalidTerm] {
        &self.unread
    }

    /// Whether every image matches.
    pub fn is_empty(&self) -> bool {
        self.restrictions.is_empty() && self.terms.is_empty() && self.excluded.is_empty()
    }

    fn read(&mut self, word: &str, zone: &TimeZone) {
        // A word of dashes only is text.
        let excluded = word.strip_prefix('-').filter(|rest| !rest.trim_start_matches('-').is_empty());
        let wanted = excluded.is_none();
        let rest = excluded.unwrap_or(word);
        if let Some(phrase) = rest.strip_prefix('"') {
            return self.add(phrase.strip_suffix('"').unwrap_or(phrase), true, wanted);
        }
        let mut unread = |expected| self.unread.push(InvalidTerm { word: word.to_owned(), expected });
        let Some((key, value)) = rest.split_once(':') else { return self.add(rest, false, wanted) };
        let key_in_lower_case = key.to_ascii_lowercase();
        let (condition, wanted) = match &*key_in_lower_case {
            name @ ("signed" | "public" | "unknown") => match flag(value) {
                Some(flag) => {
                    let (access, is) = access(name, flag);
                    (Condition::Access(access), wanted == is)
                }
                None => return unread(Expected::YesOrNo),
            },
            // Still being typed.
            "creator" if value.is_empty() => return,
            "creator" => (Condition::Creator(Value::read(value)), wanted),
            when @ ("before" | "after") => match parse_time(value, zone) {
                Some(moment) if when == "before" => (Condition::Before(moment), wanted),
                Some(moment) => (Condition::After(moment), wanted),
                None => return unread(Expected::Date),
            },
            lower if lower.starts_with("meta.") && lower.len() > 5 => {
                (Condition::Meta(nfc(&key[5..]).into_owned(), Value::read(value)), wanted)
            }
            _ => return self.add(rest, false, wanted),
        };
        self.restrictions.push(Restriction { condition, wanted });
    }

    fn add(&mut self, text: &str, phrase: bool, wanted: bool) {
        // A quote that was just opened.
        if text.is_empty() {
            return;
        }
        let term = Term { text: text.to_owned(), phrase };
        if wanted { self.terms.push(term) } else { self.excluded.push(term) }
    }
}
impl Term {
    /// The access that this term names.
    pub fn access(&self) -> Option<Access> {
        let all = [Access::Signed, Access::Public, Access::Unknown];
        all.into_iter().find(|access| !self.phrase && self.text == access.word())
    }

    fn extends(&self, old: &Self) -> bool {
        if self == old {
            return true;
        }
        // One more letter may complete the name of an access, which matches more images.
        let is_text = self.access().is_none() && old.access().is_none();
        is_text && Pattern::smart(&self.text).implies(&Pattern::smart(&old.text))
    }
}

impl InvalidTerm {
    /// What is wrong with the word, as the rest of a sentence that starts with it.
    pub fn problem(&self) -> &'static str {
        match self.expected {
            Expected::Date => "must be like 2026-01-31",
            Expected::YesOrNo => "must be yes or no",
        }
    }
}

impl Condition {
    fn holds(&self, image: &ImageSummary) -> bool {
        match self {
            Self::Access(access) => image.access() == *access,
            Self::Creator(value) => value.fits(image.creator().unwrap_or_default()),
            Self::Before(moment) => image.uploaded().is_some_and(|at| at < *moment),
            Self::After(moment) => image.uploaded().is_some_and(|at| at >= *moment),
            Self::Meta(path, value) => {
                let meta = Json::parse(image.meta());
                meta.is_some_and(|meta| holds(&meta, path, &|actual| value.fits_json(actual)))
            }
        }
    }
}

impl Value {
    fn read(text: &str) -> Self {
        let quoted = text.strip_prefix('"').map(|text| text.strip_suffix('"').unwrap_or(text));
        let text = quoted.unwrap_or(text);
        Self { lower: text.to_lowercase(), pattern: Pattern::any_case(text), whole: quoted.is_some() }
    }

    fn fits(&self, text: &str) -> bool {
        self.pattern.fits(text, self.whole)
    }

    /// A text may be a prefix, but `5` does not match `50`.
    fn fits_json(&self, actual: &Json) -> bool {
        match actual {
            Json::Text(text) => self.fits(text),
            _ if self.lower.is_empty() && !self.whole => true,
            Json::Number(number) => number.eq_ignore_ascii_case(&self.lower),
            Json::Bool(flag) => flag.to_string() == self.lower,
            Json::Null => self.lower == "null",
            _ => false,
        }
    }
}

/// Splits off the first word of a text that does not start with a space. A phrase or a quoted value may contain spaces.
/// Without a closing quote it extends to the end.
fn cut_word(text: &str) -> (&str, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let sign = usize::from(text.starts_with('-'));
    let quoted = if text[sign..].starts_with('"') {
        Some(sign + 1)
    } else {
        text[..end].find(":\"").filter(|&colon| may_be_quoted(&text[sign..colon])).map(|colon| colon + 2)
    };
    match quoted {
        Some(value) => {
            let closed = text[value..].find('"').map_or(text.len(), |length| value + length + 1);
            text.split_at(closed)
        }
        None => text.split_at(end),
    }
}

/// Whether the value of this key may be quoted.
fn may_be_quoted(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    key == "creator" || key.starts_with("meta.")
}

/// The value of `signed:`, `public:` or `unknown:`. An empty value means yes.
fn flag(value: &str) -> Option<bool> {
    match &*value.to_ascii_lowercase() {
        "" | "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// The access that a flag names, and whether an image must have it. An image of unknown access is neither
/// `signed:false` nor `public:false`.
fn access(key: &str, flag: bool) -> (Access, bool) {
    match (key, flag) {
        ("signed", true) | ("public", false) => (Access::Signed, true),
        ("signed", false) | ("public", true) => (Access::Public, true),
        (_, flag) => (Access::Unknown, flag),
    }
}

/// The start of a day, month or year in `zone`, or a moment with its own offset.
fn parse_time(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let parts: Vec<&str> = text.split('-').collect();
    let is_number = |part: &&str| part.bytes().all(|b| b.is_ascii_digit());
    if parts.len() > 3 || parts[0].len() != 4 || !parts.iter().all(is_number) {
        return text.parse().ok();
    }
    let part = |at: usize| parts.get(at).map_or(Some(1), |part| part.parse().ok());
    let start = Date::new(parts[0].parse().ok()?, part(1)?, part(2)?).ok()?;
    // No upload is that old, and such years are out of range in some time zones.
    if start < date(1, 1, 1) {
        return None;
    }
    Some(start.to_zoned_datetime(zone.clone()).ok()?.timestamp())
}

/// Whether any value at this path passes. Dots separate keys, but a key may contain dots itself. In an array, any
/// element may pass.
fn holds(json: &Json, path: &str, passes: &dyn Fn(&Json) -> bool) -> bool {
    match json {
        Json::Array(items) => items.iter().any(|item| holds(item, path, passes)),
        Json::Object(members) => members.iter().any(|(key, value)| match path.strip_prefix(&*nfc(key)) {
            Some("") => passes(value) || matches!(value, Json::Array(items) if items.iter().any(passes)),
            Some(rest) => rest.strip_prefix('.').is_some_and(|rest| holds(value, rest, passes)),
            None => false,
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Image;
    use crate::domain::UrlTemplates;
    use crate::domain::fuzzy::Finder;

    const IMAGE: &str = r#"{"id":"107b9558-dd06","filename":"Mountain-Übersicht.PNG","creator":"Jane Doe",
        "uploaded":"2026-01-15T00:30:00Z","requireSignedURLs":true,
        "meta":{"n":50,"ok":true,"a.b":"dotted","region":{"name":"eu-west","zones":[1,{"z":"deep"}]},"tags":["red","big"]}}"#;

    fn matches(query: &str, raw: &str) -> bool {
        let image = UrlTemplates::default().summarize(&Image::read(raw).unwrap());
        Finder::new(Query::parse(query, &TimeZone::UTC)).matches(&image)
    }

    #[test]
    fn restrictions_narrow_the_images() {
        for (query, passes) in [
            ("", true),
            ("signed:", true),
            ("public:", false),
            ("unknown:", false),
            ("signed:true", true),
            ("signed:Yes", true),
            ("SIGNED:1", true),
            ("signed:false", false),
            ("public:no", true),
            ("unknown:false", true),
            ("-signed:", false),
            ("-public:", true),
            ("-signed:false", true),
            ("signed:x", true),
            ("-creator:jane", false),
            ("-creator:\"Jane Do\"", true),
            ("-creator:", true),
            ("-before:2026", true),
            ("-after:2026", false),
            ("-meta.n:50", false),
            ("signed: creator:jane", true),
            ("creator:\"jane doe\"", true),
            ("creator:\"jane\"", false),
            ("creator:\"jane doe", true),
            ("creator:doe", false),
            ("creator:\"\"", false),
            ("creator:", true),
            ("before:2026", false),
            ("before:2026-01-15", false),
            ("before:2026-01-16", true),
            ("after:2026-01-15", true),
            ("after:2026-01", true),
            ("after:2026-01-16", false),
            ("after:2026-01-15T00:30:00Z before:2026-01-15T00:30:01Z", true),
            ("before:soon", true),
            ("meta.n:50", true),
            ("meta.n:5", false),
            ("meta.n:", true),
            ("meta.m:", false),
            ("meta.ok:TRUE", true),
            ("meta.a.b:dot", true),
            ("meta.region.name:EU", true),
            ("meta.region.name:\"eu\"", false),
            ("meta.region.zones.z:deep", true),
            ("meta.region:eu", false),
            ("meta.tags:big", true),
            ("meta.tags:blue", false),
        ] {
            assert_eq!(matches(query, IMAGE), passes, "{query}");
        }
        let bare = r#"{"id":"bare"}"#;
        for query in [
            "signed:",
            "public:",
            "signed:false",
            "public:false",
            "before:2999",
            "after:1970",
            "creator:x",
            "meta.n:",
        ] {
            assert!(!matches(query, bare), "{query}");
        }
        for query in ["unknown:", "unknown:yes", "-signed:", "-public:", "-before:2999"] {
            assert!(matches(query, bare), "{query}");
        }
        assert!(matches("creator:\"\"", bare), "nobody's");
    }

    #[test]
    fn days_start_in_the_time_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let image = r#"{"id":"a","uploaded":"2026-01-14T23:00:00Z"}"#;
        let image = UrlTemplates::default().summarize(&Image::read(image).unwrap());
        assert!(Query::parse("after:2026-01-15", &zone).narrows(&image));
        assert!(!Query::parse("after:2026-01-15", &TimeZone::UTC).narrows(&image));
    }

    #[test]
    fn restriction_values_are_compared_normalized() {
        let decomposed =
            r#"{"id":"a","creator":"Ju\u0308rgen","meta":{"gro\u0308ße":"Cafe\u0301","n":"\u00dcber"}}"#;
        for query in [
            "creator:jürgen",
            "creator:\"JÜRGEN\"",
            "creator:jurgen",
            "meta.größe:café",
            "meta.n:über",
            "-creator:jörgen",
        ] {
            assert!(matches(query, decomposed), "{query}");
        }
        assert!(!matches("creator:jùrgen", decomposed));
    }

    #[test]
    fn unreadable_values_are_reported() {
        let query =
            Query::parse("before:2026-13 after:26 -before:0000 after: signed:maybe logo", &TimeZone::UTC);
        let unread: Vec<_> = query.unread().iter().map(|unread| (&*unread.word, unread.expected)).collect();
        assert_eq!(
            unread,
            [
                ("before:2026-13", Expected::Date),
                ("after:26", Expected::Date),
                ("-before:0000", Expected::Date),
                ("after:", Expected::Date),
                ("signed:maybe", Expected::YesOrNo),
            ]
        );
        assert_eq!(texts(query.terms()), ["logo"]);
    }

    fn texts(terms: &[Term]) -> Vec<&str> {
        terms.iter().map(|term| &*term.text).collect()
    }

    #[test]
    fn words_parse_as_terms_phrases_and_exclusions() {
        for (text, terms, excluded) in [
            ("two words", &["two", "words"][..], &[][..]),
            ("\"two words\" x", &["two words", "x"], &[]),
            ("\"logo\"", &["logo"], &[]),
            ("\"half typed", &["half typed"], &[]),
            ("\"a\"\"b\"c", &["a", "b", "c"], &[]),
            ("\"signed:\" \"-x\"", &["signed:", "-x"], &[]),
            ("-draft -\"two words\"", &[], &["draft", "two words"]),
            ("- -- -", &["-", "--", "-"], &[]),
            ("--x", &[], &["-x"]),
            ("\" -\"", &[" -"], &[]),
            ("\"\" \"", &[], &[]),
            ("-\"", &[], &[]),
            ("http://a creater:x 16:9", &["http://a", "creater:x", "16:9"], &[]),
            ("say\"hi", &["say\"hi"], &[]),
            ("-creator:\"Jane Doe\" x", &["x"], &[]),
        ] {
            let query = Query::parse(text, &TimeZone::UTC);
            assert_eq!(
                (texts(query.terms()), texts(query.excluded())),
                (terms.to_vec(), excluded.to_vec()),
                "{text}"
            );
            assert_eq!(query.unread(), [], "{text}");
        }
        assert!(Query::parse(" \"\" - \"", &TimeZone::UTC).terms().len() == 1);
        assert!(Query::parse("\" ", &TimeZone::UTC).excluded().is_empty());
    }

    #[test]
    fn terms_are_substrings() {
        for (query, passes) in [
            ("mountain", true),
            ("MOUNTAIN", false),
            ("Mountain", true),
            ("mtn", false),
            ("tain-", true),
            ("ubersicht", true),
            ("übersicht", true),
            ("U\u{308}bersicht", true),
            ("ûbersicht", false),
            ("Ubersicht", true),
            ("png mountain", true),
            ("107b", true),
            ("\"jane doe\"", true),
            ("\"doe jane\"", false),
            ("janedoe", false),
            ("eu-west", true),
            ("mountain jane 9558 dotted", true),
            ("mountain nowhere", false),
            ("mountain9558", false),
            ("signed", true),
            ("public", false),
            ("unknown", false),
            ("Signed", false),
            ("\"signed\"", false),
            ("sign", false),
            ("-signed", false),
            ("-public mountain", true),
            ("-mountain", false),
            ("-nowhere", true),
            ("mountain -jane", false),
            ("-\"jane doe\"", false),
            ("-\"doe jane\"", true),
            ("-", true),
            ("日", false),
        ] {
            assert_eq!(matches(query, IMAGE), passes, "{query}");
        }
        for (query, name) in [
            ("本語", "日本語.jpg"),
            ("public", "my-public-logo.png"),
            ("ﬁnal", "FINAL.png"),
            ("final", "ﬁnal.png"),
        ] {
            let raw =
                serde_json::json!({ "id": "a", "filename": name, "requireSignedURLs": true }).to_string();
            assert!(matches(query, &raw), "{query} in {name}");
        }
        let decomposed = serde_json::json!({ "id": "a", "filename": "U\u{308}bersicht.png" }).to_string();
        assert!(["übersicht", "Über", "uber"].iter().all(|query| matches(query, &decomposed)));
        assert!(!matches("ubër", &decomposed));
        let escaped = r#"{"id":"a","meta":{"title":"\u00dcber \"uns\"","face":"\ud83d\ude00"}}"#;
        assert!(["über", "\u{1f600}", "uber"].iter().all(|query| matches(query, escaped)));
        assert!(!matches("00dc", escaped));
    }

    #[test]
    fn longer_query_extends_shorter() {
        for (old, new, extends) in [
            ("lo", "logo", true),
            ("lo", "logo x", true),
            ("u", "ü", true),
            ("u", "u\u{308}", true),
            ("lo", "Lo", true),
            ("Lo", "lo", false),
            ("ü", "u", false),
            ("signe", "signed", false),
            ("signed", "signed", true),
            ("signed", "signedx", false),
            ("-lo", "-log", false),
            ("x", "x -lo", true),
            ("x -lo", "x", false),
            ("x", "x signed:", true),
            ("\"two", "\"two words\"", true),
            ("-", "-x", false),
            ("\u{1112}", "\u{1112}\u{1161}", false),
        ] {
            let [old_query, new_query] = [old, new].map(|text| Query::parse(text, &TimeZone::UTC));
            assert_eq!(new_query.extends(&old_query), extends, "{old} → {new}");
            assert!(!new_query.extends(&old_query.fuzzy()));
        }
    }

    #[test]
    fn huge_texts_and_queries_finish() {
        let name = format!("{}ü{}", "a".repeat(1_000_000), "ß".repeat(10_000));
        let raw = serde_json::json!({ "id": "a", "filename": name }).to_string();
        for (query, passes) in [
            ("a".repeat(10_000), true),
            ("S".repeat(10_000), false),
            ("s".repeat(10_000), true),
            (format!("{}b", "a".repeat(10_000)), false),
            (format!("{}ü", "a".repeat(100)), true),
            ("\"-".repeat(5_000), false),
            ("-".repeat(10_000), false),
            ("\"".repeat(10_000), true),
            ("\u{301}".repeat(10_000), false),
        ] {
            assert_eq!(matches(&query, &raw), passes, "{}", query.chars().take(3).collect::<String>());
        }
        let plain = serde_json::json!({ "id": "a", "filename": "a".repeat(1_000_000) }).to_string();
        assert!(matches(&"a".repeat(10_000), &plain));
        assert!(!matches(&format!("{}b", "a".repeat(10_000)), &plain));
        assert!(!matches(&"A".repeat(10_000), &plain));
    }

    proptest! {
        #[test]
        fn any_text_parses(text in "\\PC*|.*", name in "\\PC*|.*") {
            let query = Query::parse(&text, &TimeZone::UTC);
            let raw = serde_json::json!({ "id": "a", "filename": name, "meta": { "k": name } }).to_string();
            Finder::new(query).matches(&UrlTemplates::default().summarize(&Image::read(&raw).unwrap()));
        }

        #[test]
        fn image_matches_its_own_name(name in "[a-zA-Z0-9äöüßİﬁς한\u{301}\u{1112}\u{1161}]{1,40}") {
            let raw = serde_json::json!({ "id": "-", "filename": name }).to_string();
            prop_assert!(matches(&name, &raw));
            let phrase = format!("\"{name}\"");
            prop_assert!(matches(&phrase, &raw));
            let excluded = format!("-{phrase}");
            prop_assert!(!matches(&excluded, &raw));
        }
    }
}
