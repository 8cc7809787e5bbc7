//! Flexible variants: options in the variant's place, `w=400,fit=cover`, checked before they are asked for.
//!
//! The account must have them switched on (delivery answers 9429 where it has not), and they never work with images that
//! need signed URLs. Which options there are, and their ranges, is Cloudflare's documentation: [`options`].

pub mod options;

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::delivery_url::{DeliveryUrl, NotDelivery};
use super::safe_text::visible;
use super::variant::VariantOptions;
use super::width::cut_end;
use options::{OPTIONS, Parameter};

/// What may stand in the options as it is: what Cloudflare's own examples hold. A comma parts options, so one inside a
/// value (`rgb(1,2,3)`) is encoded.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b';')
    .remove(b'(')
    .remove(b')');

/// The longest text that is read as options, in bytes.
const MAX_BYTES: usize = 1024;

/// The checked options of a flexible variant, in one order whatever order they were typed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flexible(Vec<(&'static Parameter, String)>);

/// Why a text is no flexible variant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOptions {
    /// Nothing in it.
    #[error("A flexible variant needs at least one option, such as w=400")]
    Empty,
    /// Longer than anybody types.
    #[error("These options are too long: 1024 bytes at most")]
    TooLong,
    /// No `name=value`; holds what stands there, made visible.
    #[error("“{0}” has no value: options read name=value, with commas between them")]
    NoValue(String),
    /// A name that Cloudflare does not document; holds it, made visible.
    #[error("“{name}” is no option of a flexible variant{hint}", hint = near(.name))]
    Unknown {
        /// The name, made visible.
        name: String,
    },
    /// The same option twice.
    #[error("{0} stands there twice")]
    Twice(&'static str),
    /// A value that the option does not take.
    #[error("{option} takes {takes}, not “{value}”")]
    Value {
        /// The option's name.
        option: &'static str,
        /// What it takes, in words.
        takes: String,
        /// The value, made visible.
        value: String,
    },
}

/// Something that could stand next in a text being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The whole text once it is taken.
    pub text: String,
    /// The part that is suggested: `fit=` or `cover`.
    pub part: String,
    /// What it does, in a few words.
    pub what: &'static str,
}

impl Flexible {
    /// Reads and checks options, in any order, by their full or short names.
    pub fn parse(text: &str) -> Result<Self, InvalidOptions> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err(InvalidOptions::TooLong);
        }
        let mut read: Vec<(&'static Parameter, String)> = Vec::new();
        for part in parts(text).map(str::trim) {
            if part.is_empty() {
                continue;
            }
            let (name, value) = part.split_once('=').ok_or_else(|| InvalidOptions::NoValue(shown(part)))?;
            let (name, value) = (name.trim(), value.trim());
            let option = options::named(name).ok_or_else(|| InvalidOptions::Unknown { name: shown(name) })?;
            if value.is_empty() {
                return Err(InvalidOptions::NoValue(shown(part)));
            }
            if read.iter().any(|(other, _)| other.name == option.name) {
                return Err(InvalidOptions::Twice(option.name));
            }
            let value = option.takes.read(value).ok_or_else(|| InvalidOptions::Value {
                option: option.name,
                takes: option.takes.words(),
                value: shown(value),
            })?;
            read.push((option, value));
        }
        if read.is_empty() {
            return Err(InvalidOptions::Empty);
        }
        read.sort_by_key(|(option, _)| OPTIONS.iter().position(|other| other.name == option.name));
        Ok(Self(read))
    }

    /// The value of an option, by its full name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(option, _)| option.name == name).map(|(_, value)| value.as_str())
    }

    /// What the account would say of a variant with these options.
    pub fn as_variant_options(&self) -> VariantOptions {
        let option = |name| self.get(name).map(str::to_owned);
        // Multiplied by another number, its width and height are not those of the picture.
        let side = |name| option(name).filter(|_| self.get("dpr").is_none());
        let (width, height) = (side("width"), side("height"));
        VariantOptions {
            name: self.to_string(),
            fit: option("fit"),
            width,
            height,
            ..VariantOptions::default()
        }
    }

    /// What Cloudflare takes, but does nothing with: worth a word while building one.
    pub fn notes(&self) -> Vec<&'static str> {
        let mut notes = Vec::new();
        let sized = self.get("width").is_some() || self.get("height").is_some();
        let crops = matches!(self.get("fit"), Some("cover" | "crop" | "aspect-crop"));
        if self.get("fit").is_some() && !sized {
            notes.push("fit does nothing without a width or a height");
        }
        if self.get("dpr").is_some() && !sized {
            notes.push("dpr multiplies a width or a height, and there is none");
        }
        if self.get("gravity").is_some() && !crops {
            notes.push("gravity matters with fit=cover, crop or aspect-crop only");
        }
        if self.get("zoom").is_some() && self.get("gravity") != Some("face") {
            notes.push("zoom matters with gravity=face only");
        }
        if self.get("format") == Some("json") {
            notes.push("format=json delivers what is known of the picture, not a picture");
        }
        notes
    }

    /// The delivery URL with these options in the variant's place, on the host of the URL given.
    pub fn url(&self, of: &DeliveryUrl) -> Result<DeliveryUrl, NotDelivery> {
        let (before, _) = of.as_str().rsplit_once('/').ok_or(NotDelivery::Path)?;
        DeliveryUrl::parse(&format!("{before}/{self}"))
    }
}

/// The options as a URL's segment: short names, in one order, percent-encoded.
impl fmt::Display for Flexible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (option, value)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{}={}", option.short, utf8_percent_encode(value, VALUE))?;
        }
        Ok(())
    }
}

/// What could stand next: names of options that are not there yet, or an option's values. Nothing where whatever is
/// typed stands for itself, such as a number.
pub fn complete(text: &str) -> Vec<Suggestion> {
    let start = parts(text).last().map_or(0, |last| text.len() - last.len());
    let (before, last) = text.split_at(start);
    let suggestion =
        |part: &str, whole: String, what| Suggestion { text: whole, part: part.to_owned(), what };
    if let Some((name, typed)) = last.split_once('=') {
        let Some(option) = options::named(name.trim()) else { return Vec::new() };
        let values = option.takes.values().iter();
        return values
            .filter(|(value, _)| value.starts_with(typed.trim()) && *value != typed.trim())
            .map(|(value, what)| suggestion(value, format!("{before}{name}={value}"), what))
            .collect();
    }
    let typed = last.trim().to_ascii_lowercase();
    let there: Vec<_> =
        parts(before).filter_map(|part| options::named(part.split_once('=')?.0.trim())).collect();
    let free = OPTIONS.iter().filter(|option| !there.iter().any(|other| other.name == option.name));
    let fits = free.filter(|option| option.name.starts_with(&typed) || option.short == typed);
    fits.map(|option| {
        suggestion(&format!("{}=", option.short), format!("{before}{}=", option.short), option.what)
    })
    .collect()
}

/// The options of a text: commas part them, but for those between parentheses.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
}

/// An option whose name begins alike, for a typing error.
fn near(name: &str) -> String {
    let begins = name.get(..2).unwrap_or(name).to_ascii_lowercase();
    match OPTIONS.iter().find(|option| !begins.is_empty() && option.name.starts_with(&begins)) {
        Some(option) => format!("; did you mean {}?", option.name),
        None => String::new(),
    }
}

fn shown(text: &str) -> String {
    cut_end(&visible(text), 40).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Result<String, String> {
        Flexible::parse(text).map(|options| options.to_string()).map_err(|why| why.to_string())
    }

    #[test]
    fn options_are_written_in_one_order() {
        for (text, expected) in [
            ("w=400,fit=cover", "w=400,fit=cover"),
            (" fit=cover , width=400, ", "w=400,fit=cover"),
            ("q=80,f=webp,h=0300,w=auto", "w=auto,h=300,q=80,f=webp"),
            ("quality=medium-high", "q=medium-high"),
            ("g=0.50x1", "g=0.5x1"),
            ("gravity=face,zoom=.5", "g=face,zoom=0.5"),
            ("background=#F80", "background=%23F80"),
            ("background=%23ff8800", "background=%23ff8800"),
            ("background=rgba(1, 2,3,50%),blur=250", "background=rgba(1%2C%202%2C3%2C50%25),blur=250"),
            ("trim=20;30;20;0", "trim=20;30;20;0"),
            (
                "sharpen=10.0,anim=false,rotate=90,metadata=none",
                "rotate=90,sharpen=10,metadata=none,anim=false",
            ),
            ("FIT=COVER,w=1", "w=1,fit=cover"),
        ] {
            assert_eq!(canonical(text).as_deref(), Ok(expected), "{text}");
            let again = Flexible::parse(expected).unwrap();
            assert_eq!(again.to_string(), expected, "what is written is read");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, sentence) in [
            ("", "A flexible variant needs at least one option, such as w=400"),
            (" , ", "A flexible variant needs at least one option, such as w=400"),
            ("w", "“w” has no value: options read name=value, with commas between them"),
            ("w=", "“w=” has no value: options read name=value, with commas between them"),
            ("wid=4", "“wid” is no option of a flexible variant; did you mean width?"),
            ("\u{1b}[2J=4", "“␛[2J” is no option of a flexible variant"),
            ("w=1,width=2", "width stands there twice"),
            ("w=0", "width takes a whole number from 1 to 12000, or auto, not “0”"),
            ("w=12001", "width takes a whole number from 1 to 12000, or auto, not “12001”"),
            ("h=1e3", "height takes a whole number from 1 to 12000, not “1e3”"),
            (
                "fit=stretch",
                "fit takes scale-down, contain, cover, crop, aspect-crop, pad, squeeze, not “stretch”",
            ),
            ("blur=251", "blur takes a whole number from 1 to 250, not “251”"),
            ("sharpen=10.1", "sharpen takes a number from 0 to 10, not “10.1”"),
            ("sharpen=NaN", "sharpen takes a number from 0 to 10, not “NaN”"),
            (
                "q=101",
                "quality takes a whole number from 1 to 100, or high, medium-high, medium-low, low, not “101”",
            ),
            ("rotate=45", "rotate takes 90, 180, 270, not “45”"),
            (
                "g=1.1x0",
                "gravity takes auto, face, left, right, top, bottom, or a point such as 0.5x0.33, not “1.1x0”",
            ),
            (
                "background=url(x:y)",
                "background takes a CSS colour, such as #RRGGBB, red or rgba(…), not “url(x:y)”",
            ),
            ("trim=1;2;3", "trim takes top;right;bottom;left in pixels, not “1;2;3”"),
        ] {
            assert_eq!(canonical(text), Err(sentence.to_owned()), "{text}");
        }
        assert_eq!(Flexible::parse(&"w=1,".repeat(400)), Err(InvalidOptions::TooLong));
    }

    #[test]
    fn the_url_has_the_options_in_the_variants_place() {
        let of =
            DeliveryUrl::parse("https://shop.example/cdn-cgi/imagedelivery/H/a/b%25c.png/public").unwrap();
        let url = Flexible::parse("fit=pad,background=#fff,w=9").unwrap().url(&of).unwrap();
        assert_eq!(
            url.as_str(),
            "https://shop.example/cdn-cgi/imagedelivery/H/a/b%25c.png/w=9,fit=pad,background=%23fff"
        );
        assert_eq!(url.id(), of.id());
        assert_eq!(url.variant(), "w=9,fit=pad,background=#fff");
        let slash = Flexible::parse("background=rgb(0 0 0 / 50%)").unwrap().url(&of).unwrap();
        assert_eq!((slash.id(), slash.variant()), (of.id(), "background=rgb(0 0 0 / 50%)"));
    }

    #[test]
    fn what_would_do_nothing_is_noted() {
        let notes = |text: &str| Flexible::parse(text).unwrap().notes().len();
        assert_eq!(notes("w=4,fit=cover,g=face,zoom=1,dpr=2"), 0);
        assert_eq!(notes("fit=cover,g=left"), 1);
        assert_eq!(notes("dpr=2"), 1);
        assert_eq!(notes("w=4,g=left,zoom=1,f=json"), 3);
    }

    #[test]
    fn what_may_come_next_is_suggested() {
        let parts = |text: &str| complete(text).into_iter().map(|s| s.part).collect::<Vec<_>>();
        assert_eq!(parts("").len(), OPTIONS.len());
        assert_eq!(parts("wi"), ["w="]);
        assert_eq!(parts("w"), ["w="]);
        assert_eq!(parts("w=400,b"), ["background=", "blur=", "brightness="]);
        assert_eq!(parts("w=400,width"), Vec::<String>::new(), "it is there");
        assert_eq!(parts("fit=c"), ["contain", "cover", "crop"]);
        assert_eq!(parts("fit=cover"), Vec::<String>::new());
        assert_eq!(parts("w=400,f=we"), ["webp"]);
        assert_eq!(parts("x=1"), Vec::<String>::new());
        let taken = &complete("w=400, ga")[0];
        assert_eq!((taken.text.as_str(), taken.what), ("w=400,gamma=", "exposure, 1 is as it is"));
        assert_eq!(complete("background=rgb(1,2,").len(), 0, "inside a colour");
    }

    #[test]
    fn whatever_is_suggested_is_taken() {
        for option in OPTIONS {
            for (value, _) in option.takes.values() {
                let text = format!("{}={value}", option.short);
                assert_eq!(canonical(&text).as_deref(), Ok(&*text));
            }
        }
    }
}
