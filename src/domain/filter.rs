//! The filter: what a person types to find images, and which images it finds.
//!
//! Words are separated by spaces, and all must hold. Some narrow, such as `signed:` or `creator:NAME`; every other word
//! is a term, whose letters must be found in their order in the file name, the ID, the creator or the metadata.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::{Access, Image, Json};

/// A filter, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    narrowings: Vec<Narrowing>,
    terms: Vec<String>,
    unread: Vec<String>,
}

/// What is asked of an image, wherever it is kept.
pub trait Findable {
    /// Its ID.
    fn id(&self) -> &str;
    /// Its file name.
    fn filename(&self) -> Option<&str>;
    /// Its creator.
    fn creator(&self) -> Option<&str>;
    /// When it was uploaded.
    fn uploaded(&self) -> Option<Timestamp>;
    /// Whether it needs signed URLs.
    fn access(&self) -> Access;
    /// Its metadata.
    fn meta(&self) -> Option<Cow<'_, Json>>;
}

/// A condition that holds or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Narrowing {
    Access(Access),
    Creator(Value),
    /// Uploaded before this moment.
    Before(Timestamp),
    /// Uploaded at this moment or later.
    After(Timestamp),
    Meta(String, Value),
}

/// A value that is looked for, whatever its case.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Value {
    lower: String,
    /// It stood in quotes: a longer text that begins with it is another.
    whole: bool,
}

impl Query {
    /// Reads a filter. Dates are days of this time zone. Nothing is an error while it is being typed: a date that is no
    /// date narrows nothing, and [`Query::unread`] tells of it.
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

    /// Whether an image passes the words that narrow.
    pub fn narrows(&self, image: &impl Findable) -> bool {
        self.narrowings.iter().all(|narrowing| match narrowing {
            Narrowing::Access(access) => image.access() == *access,
            Narrowing::Creator(value) => value.fits(image.creator().unwrap_or_default()),
            Narrowing::Before(moment) => image.uploaded().is_some_and(|at| at < *moment),
            Narrowing::After(moment) => image.uploaded().is_some_and(|at| at >= *moment),
            Narrowing::Meta(path, value) => {
                image.meta().is_some_and(|meta| holds(&meta, path, &|found| value.fits_json(found)))
            }
        })
    }

    /// The words that do not narrow: each must be found.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }

    /// Whether all that this one finds is found by `old` too, as far as the words tell: just that need be searched then.
    pub fn extends(&self, old: &Self) -> bool {
        self.terms.len() >= old.terms.len()
            && old.terms.iter().zip(&self.terms).all(|(old, new)| new.starts_with(old.as_str()))
            && old.narrowings.iter().all(|narrowing| self.narrowings.contains(narrowing))
    }

    /// Words that were meant to narrow, and whose date is none.
    pub fn unread(&self) -> &[String] {
        &self.unread
    }

    /// Whether every image passes.
    pub fn is_empty(&self) -> bool {
        self.narrowings.is_empty() && self.terms.is_empty()
    }

    fn read(&mut self, word: &str, zone: &TimeZone) {
        let narrowing = match word.split_once(':') {
            Some(("signed", "")) => Narrowing::Access(Access::Signed),
            Some(("public", "")) => Narrowing::Access(Access::Public),
            Some(("creator", value)) if !value.is_empty() => Narrowing::Creator(Value::read(value)),
            Some((when @ ("before" | "after"), day)) => match moment(day, zone) {
                Some(moment) if when == "before" => Narrowing::Before(moment),
                Some(moment) => Narrowing::After(moment),
                None => return self.unread.push(word.to_owned()),
            },
            Some((key, value)) if key.starts_with("meta.") && key.len() > 5 => {
                Narrowing::Meta(key[5..].to_owned(), Value::read(value))
            }
            // Half typed.
            Some(("creator", _)) => return,
            _ => return self.terms.push(word.to_owned()),
        };
        self.narrowings.push(narrowing);
    }
}

impl Value {
    fn read(text: &str) -> Self {
        let quoted = text.strip_prefix('"').map(|text| text.strip_suffix('"').unwrap_or(text));
        Self { lower: quoted.unwrap_or(text).to_lowercase(), whole: quoted.is_some() }
    }

    fn fits(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        if self.whole { lower == self.lower } else { lower.starts_with(&self.lower) }
    }

    /// Texts may go on, `5` is not `50`.
    fn fits_json(&self, found: &Json) -> bool {
        match found {
            Json::Text(text) => self.fits(text),
            _ if self.lower.is_empty() && !self.whole => true,
            Json::Number(number) => number.eq_ignore_ascii_case(&self.lower),
            Json::Bool(flag) => flag.to_string() == self.lower,
            Json::Null => self.lower == "null",
            _ => false,
        }
    }
}

impl Findable for Image {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn filename(&self) -> Option<&str> {
        self.filename.as_deref()
    }

    fn creator(&self) -> Option<&str> {
        self.creator.as_deref()
    }

    fn uploaded(&self) -> Option<Timestamp> {
        self.uploaded
    }

    fn access(&self) -> Access {
        // A draft's flag holds of nothing yet.
        if self.draft { Access::Unknown } else { self.access }
    }

    fn meta(&self) -> Option<Cow<'_, Json>> {
        self.meta.as_ref().map(Cow::Borrowed)
    }
}

/// The first word of a text that does not begin with a space, and what follows. A value in quotes may hold spaces; where
/// the second quote is missing, it goes on to the end.
fn cut_word(text: &str) -> (&str, &str) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let quote = text[..end].find(":\"").filter(|&colon| {
        let key = &text[..colon];
        key == "creator" || key.starts_with("meta.")
    });
    match quote {
        Some(colon) => {
            let value = colon + 2;
            let closed = text[value..].find('"').map_or(text.len(), |length| value + length + 1);
            text.split_at(closed)
        }
        None => text.split_at(end),
    }
}

/// Where a day, a month or a year begins; a moment with its offset stands for itself.
fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let mut parts = text.split('-').map(|part| part.bytes().all(|b| b.is_ascii_digit()).then_some(part));
    let begin: Date = match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Some(year)), None, ..) if year.len() == 4 => Date::new(year.parse().ok()?, 1, 1).ok()?,
        (Some(Some(year)), Some(Some(month)), None, _) if year.len() == 4 => {
            Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?
        }
        (Some(Some(year)), Some(Some(month)), Some(Some(day)), None) if year.len() == 4 => {
            Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?
        }
        _ => return text.parse().ok(),
    };
    // Years that a clock cannot tell in every zone are nobody's uploads.
    if begin < date(1, 1, 1) {
        return None;
    }
    Some(begin.to_zoned_datetime(zone.clone()).ok()?.timestamp())
}

/// Whether some value at this path passes. Dots lead into objects, and a key may hold dots itself; of an array any element
/// may pass.
fn holds(json: &Json, path: &str, passes: &dyn Fn(&Json) -> bool) -> bool {
    match json {
        Json::Array(items) => items.iter().any(|item| holds(item, path, passes)),
        Json::Object(members) => members.iter().any(|(key, value)| match path.strip_prefix(key.as_str()) {
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
    use crate::domain::Shapes;
    use crate::domain::fuzzy::Finder;

    const IMAGE: &str = r#"{"id":"107b9558-dd06","filename":"Mountain-Übersicht.PNG","creator":"Jane Doe",
        "uploaded":"2026-01-15T00:30:00Z","requireSignedURLs":true,
        "meta":{"n":50,"ok":true,"a.b":"dotted","region":{"name":"eu-west","zones":[1,{"z":"deep"}]},"tags":["red","big"]}}"#;

    fn found(query: &str, raw: &str) -> bool {
        let image = Shapes::default().listed(&Image::read(raw).unwrap());
        Finder::new(Query::parse(query, &TimeZone::UTC)).finds(&image)
    }

    #[test]
    fn words_that_narrow() {
        for (query, passes) in [
            ("", true),
            ("signed:", true),
            ("public:", false),
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
            assert_eq!(found(query, IMAGE), passes, "{query}");
        }
        let bare = r#"{"id":"bare"}"#;
        for query in ["signed:", "public:", "before:2999", "after:1970", "creator:x", "meta.n:"] {
            assert!(!found(query, bare), "{query}");
        }
        assert!(found("creator:\"\"", bare), "nobody's");
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let image = r#"{"id":"a","uploaded":"2026-01-14T23:00:00Z"}"#;
        let image = Image::read(image).unwrap();
        assert!(Query::parse("after:2026-01-15", &zone).narrows(&image));
        assert!(!Query::parse("after:2026-01-15", &TimeZone::UTC).narrows(&image));
    }

    #[test]
    fn dates_that_are_none_are_told() {
        let query = Query::parse("before:2026-13 after:26 before:0000 after: logo", &TimeZone::UTC);
        assert_eq!(query.unread(), ["before:2026-13", "after:26", "before:0000", "after:"]);
        assert_eq!(query.terms(), ["logo"]);
    }

    #[test]
    fn terms_are_letters_in_their_order() {
        for (query, passes) in [
            ("mountain", true),
            ("mtn png", true),
            ("ubersicht", true),
            ("png mountain", true),
            ("gnpm", false),
            ("107b", true),
            ("janedoe", true),
            ("euwest", true),
            ("tagsred", true),
            ("mountain jane 9558 dotted", true),
            ("mountain nowhere", false),
            ("mountain9558", false),
            ("signed:x", false),
            ("日", false),
        ] {
            assert_eq!(found(query, IMAGE), passes, "{query}");
        }
        assert!(found("日語", r#"{"id":"a","filename":"日本語.jpg"}"#));
    }

    proptest! {
        #[test]
        fn no_text_is_an_error(text in "\\PC*|.*", name in "\\PC*|.*") {
            let query = Query::parse(&text, &TimeZone::UTC);
            let raw = serde_json::json!({ "id": "a", "filename": name, "meta": { "k": name } }).to_string();
            Finder::new(query).finds(&Shapes::default().listed(&Image::read(&raw).unwrap()));
        }

        #[test]
        fn an_image_is_found_by_its_own_name(name in "[a-zA-Z0-9äöü]{1,40}") {
            let raw = serde_json::json!({ "id": "-", "filename": name }).to_string();
            prop_assert!(found(&name, &raw));
        }
    }
}
