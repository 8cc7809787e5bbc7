//! Flexible variants: options in place of a variant name, `w=400,fit=cover`, checked before the request.
//!
//! Cloudflare adds options every few months, so an unknown option or word is passed on with a warning.
//!
//! The account must have flexible variants enabled, or else delivery fails with 9429. They never work with images that
//! need signed URLs. The options and their ranges come from Cloudflare's documentation: [`options`].

pub mod options;

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::delivery_url::{DeliveryUrl, NotDelivery};
use super::{typo, width};
use options::{OPTIONS, Parameter};

/// The characters that need no encoding, as in Cloudflare's own examples. A comma separates options, so a comma inside
/// a value (`rgb(1,2,3)`) is encoded.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b';')
    .remove(b'(')
    .remove(b')');

/// The largest width and height of an AVIF that Cloudflare produces, in pixels.
const AVIF_SIDE: f64 = 1200.0;

/// The longest accepted text, in bytes.
const MAX_BYTES: usize = 1024;

/// The options of a flexible variant: known options in a fixed order, then unknown ones as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flexible(Vec<Setting>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Setting {
    /// `None` if the option is not in Cloudflare's documentation as we know it.
    option: Option<&'static Parameter>,
    /// As written.
    name: String,
    /// `None` if there is no `=`.
    value: Option<String>,
    /// Whether the option is known and its value valid.
    is_valid: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidOptions {
    #[error("A flexible variant needs at least one option, such as w=400")]
    Empty,
    #[error("The options are too long (limit 1,024 bytes)")]
    TooLong,
    /// An option without `=`, sanitized.
    #[error("“{0}” has no value; write options as name=value, separated by commas")]
    NoValue(String),
    /// The same option twice.
    #[error("{0} appears twice")]
    Twice(&'static str),
    /// An invalid value.
    #[error("{option} accepts {accepts}, not “{value}”")]
    Value {
        option: &'static str,
        /// The values that the option accepts, for a sentence.
        accepts: String,
        /// Sanitized.
        value: String,
    },
}

/// A completion for text that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The whole text with the completion.
    pub text: String,
    /// The completion alone: `fit=` or `cover`.
    pub part: String,
    /// What it does, in a few words.
    pub what: &'static str,
}

impl Flexible {
    /// Parses options typed by the user, in any order, by full or short names. Only what cannot be right is an error.
    pub fn parse(text: &str) -> Result<Self, InvalidOptions> {
        Self::read(text, true)
    }

    /// Parses the options in a decoded URL. Nothing unknown is an error: Cloudflare may know it.
    pub fn of_url(variant: &str) -> Result<Self, InvalidOptions> {
        Self::read(variant, false)
    }

    fn read(text: &str, strict: bool) -> Result<Self, InvalidOptions> {
        let text = text.trim();
        if strict && text.len() > MAX_BYTES {
            return Err(InvalidOptions::TooLong);
        }
        let mut read: Vec<Setting> = Vec::new();
        for part in parts(text).map(str::trim) {
            if part.is_empty() {
                continue;
            }
            let (name, value) =
                part.split_once('=').map_or((part, None), |(name, value)| (name, Some(value)));
            let (name, value) = (name.trim(), value.map(str::trim));
            if strict && (name.is_empty() || value.is_none_or(str::is_empty)) {
                return Err(InvalidOptions::NoValue(shown(part)));
            }
            let Some(option) = options::named(name) else {
                let decode = |text: &str| if strict { decoded(text) } else { text.to_owned() };
                let (name, value) = (decode(name), value.map(decode));
                read.push(Setting { option: None, name, value, is_valid: false });
                continue;
            };
            if strict && read.iter().any(|other| other.option == Some(option)) {
                return Err(InvalidOptions::Twice(option.name));
            }
            let accepted = value.and_then(|value| option.accepts.read(value));
            let typed = value.unwrap_or_default();
            if strict && accepted.is_none() && !option.accepts.could_accept(typed) {
                return Err(InvalidOptions::Value {
                    option: option.name,
                    accepts: option.accepts.describe(),
                    value: shown(typed),
                });
            }
            let is_valid = accepted.is_some();
            let value = accepted.or_else(|| value.map(str::to_owned));
            read.push(Setting { option: Some(option), name: option.short.to_owned(), value, is_valid });
        }
        if read.is_empty() {
            return Err(InvalidOptions::Empty);
        }
        let canonical_position =
            |setting: &Setting| OPTIONS.iter().position(|option| setting.option == Some(option));
        read.sort_by_key(|setting| canonical_position(setting).unwrap_or(OPTIONS.len()));
        Ok(Self(read))
    }

    /// The value of a known option, by its full name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let is = |setting: &&Setting| setting.option.is_some_and(|option| option.name == name);
        self.0.iter().find(is)?.value.as_deref()
    }

    /// Whether all options and their values are known.
    pub fn is_understood(&self) -> bool {
        self.0.iter().all(|setting| setting.is_valid)
    }

    /// Warnings about unknown options, and about options that Cloudflare accepts but that do nothing or something
    /// unexpected. Sentences without a full stop.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.0.iter().filter_map(Setting::warning).collect();
        let mut note = |condition: bool, words: &str| {
            if condition {
                notes.push(words.to_owned());
            }
        };
        let has = |name: &str| self.get(name).is_some();
        let is = |name: &str, value: &str| self.get(name) == Some(value);
        let above = |name: &str, most: f64| {
            self.get(name).and_then(|value| value.parse::<f64>().ok()).is_some_and(|value| value > most)
        };
        let sized = has("width") || has("height");
        let crops = matches!(self.get("fit"), Some("cover" | "crop" | "aspect-crop"));
        note(has("fit") && !sized, "fit has no effect without a width or height");
        note(has("dpr") && !sized, "dpr has no effect without a width or height");
        note(above("dpr", 2.0), "dpr above 2 isn't supported");
        note(has("gravity") && !crops, "gravity only works with fit=cover, crop or aspect-crop");
        note(has("zoom") && !is("gravity", "face"), "zoom only works with gravity=face");
        let by_screen = ["wbreakpoints", "wmobile", "wdesktop"].into_iter().any(has);
        note(by_screen && !is("width", "auto"), "wbreakpoints, wmobile and wdesktop only work with w=auto");
        let of_border =
            ["trim.border.color", "trim.border.tolerance", "trim.border.keep"].into_iter().any(has);
        note(of_border && !is("trim", "border"), "trim.border options only work with trim=border");
        note(is("upscale", "generate"), "upscale=generate is slow the first time");
        note(is("format", "json"), "format=json returns information about the picture, not a picture");
        note(
            is("format", "avif") && (above("width", AVIF_SIDE) || above("height", AVIF_SIDE)),
            "AVIF is limited to 1,200 pixels a side; larger pictures get another format",
        );
        note(
            has("metadata") && !is("metadata", "none") && matches!(self.get("format"), Some("webp" | "png")),
            "WebP and PNG always lose their metadata",
        );
        note(is("metadata", "keep"), "metadata=keep keeps the location of a photo (GPS)");
        note(has("onerror"), "onerror doesn't work for images stored in Cloudflare Images");
        notes
    }

    /// The URL of `of` with these options as its variant.
    pub fn url(&self, of: &DeliveryUrl) -> Result<DeliveryUrl, NotDelivery> {
        let (before, _) = of.as_str().rsplit_once('/').ok_or(NotDelivery::Path)?;
        DeliveryUrl::parse(&format!("{before}/{self}"))
    }
}

impl Setting {
    /// The known option that a misspelled name is close to, or the known value that a misspelled value is close to.
    fn suggestion(&self) -> Option<&'static str> {
        match self.option {
            None => closest_option(&self.name),
            Some(option) => {
                let known = option.accepts.values().iter().map(|(word, _)| *word);
                typo::closest(self.value.as_deref().unwrap_or_default(), known)
            }
        }
    }

    /// Why this option may not work.
    fn warning(&self) -> Option<String> {
        if self.is_valid {
            return None;
        }
        let value = self.value.as_deref().unwrap_or_default();
        let hint = did_you_mean(self.suggestion());
        let Some(option) = self.option else {
            let name = shown(&self.name);
            return Some(format!("Unknown option “{name}”{hint}; cfimg sends it anyway"));
        };
        let (accepts, value) = (option.accepts.describe(), shown(value));
        Some(format!("{} accepts {accepts}; cfimg sends “{value}” anyway{hint}", option.name))
    }
}

/// Writes the options as a URL segment: short names, in a fixed order, percent-encoded.
impl fmt::Display for Flexible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Setting { name, value, .. }) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(f, "{comma}{}", utf8_percent_encode(name, VALUE))?;
            if let Some(value) = value {
                write!(f, "={}", utf8_percent_encode(value, VALUE))?;
            }
        }
        Ok(())
    }
}

/// Completions for the end of a text: option names that are not used yet, or values of an option. Empty if the value is
/// free text, such as a number.
pub fn complete(text: &str) -> Vec<Suggestion> {
    let start = parts(text).last().map_or(0, |last| text.len() - last.len());
    let (before, last) = text.split_at(start);
    let suggestion =
        |part: &str, whole: String, what| Suggestion { text: whole, part: part.to_owned(), what };
    if let Some((name, typed)) = last.split_once('=') {
        let Some(option) = options::named(name.trim()) else { return Vec::new() };
        let values = option.accepts.values().iter();
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

/// Splits options at commas, but not inside parentheses.
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

fn closest_option(name: &str) -> Option<&'static str> {
    let names = || OPTIONS.iter().map(|option| option.name);
    let all = names().chain(OPTIONS.iter().map(|option| option.short)).chain(["face-zoom"]);
    let by_prefix = || names().find(|known| name.len() >= 3 && known.starts_with(&name.to_ascii_lowercase()));
    typo::closest(name, all.filter(|name| name.len() > 2)).or_else(by_prefix)
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map(|name| format!(" (did you mean {name}?)")).unwrap_or_default()
}

/// Decodes the percent-encoding that a user may type: `%23` for `#`. Invalid encoding stays.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8().map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

fn shown(text: &str) -> String {
    width::shown(text, 40)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Result<String, String> {
        Flexible::parse(text).map(|options| options.to_string()).map_err(|why| why.to_string())
    }

    #[test]
    fn options_are_written_in_canonical_order() {
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
            (
                "segment=foreground,fit=scale-up,w=9,upscale=generate",
                "w=9,fit=scale-up,upscale=generate,segment=foreground",
            ),
            ("gravity=face,face-zoom=0.5", "g=face,zoom=0.5"),
            (
                "trim.border.keep=1,trim=border,trim.border.color=#fff",
                "trim=border,trim.border.color=%23fff,trim.border.keep=1",
            ),
            ("trim.top=0.1,trim.width=20", "trim.top=0.1,trim.width=20"),
            ("trim=0.1;0;.25;0", "trim=0.1;0;0.25;0"),
            ("wmobile=320,w=auto,wbreakpoints=320;640", "w=auto,wbreakpoints=320;640,wmobile=320"),
            ("blur=0,rotate=0,dpr=3", "dpr=3,rotate=0,blur=0"),
            ("new.option=1,w=4,other=a b", "w=4,new.option=1,other=a%20b"),
            ("border=%232ff;5", "border=%232ff;5"),
            ("w=4,fit=stretch", "w=4,fit=stretch"),
        ] {
            assert_eq!(canonical(text).as_deref(), Ok(expected), "{text}");
            let reparsed = Flexible::parse(expected).unwrap();
            assert_eq!(reparsed.to_string(), expected, "round trip");
        }
    }

    #[test]
    fn invalid_options_are_errors() {
        let no_value = |part: &str| InvalidOptions::NoValue(part.to_owned());
        for (text, error) in [
            ("", InvalidOptions::Empty),
            (" , ", InvalidOptions::Empty),
            ("w", no_value("w")),
            ("w=", no_value("w=")),
            ("=4", no_value("=4")),
            ("w=1,width=2", InvalidOptions::Twice("width")),
        ] {
            assert_eq!(Flexible::parse(text), Err(error), "{text}");
        }
        for (text, name, refused) in [
            ("w=0", "width", "0"),
            ("w=12001", "width", "12001"),
            ("h=1e3", "height", "1e3"),
            ("blur=251", "blur", "251"),
            ("sharpen=10.1", "sharpen", "10.1"),
            ("sharpen=NaN", "sharpen", "NaN"),
            ("q=101", "quality", "101"),
            ("rotate=45", "rotate", "45"),
            ("g=1.1x0", "gravity", "1.1x0"),
            ("background=url(x:y)", "background", "url(x:y)"),
            ("trim=1;2;3", "trim", "1;2;3"),
        ] {
            let accepts = options::named(name).unwrap().accepts.describe();
            let error = InvalidOptions::Value { option: name, accepts, value: refused.to_owned() };
            assert_eq!(Flexible::parse(text), Err(error), "{text}");
        }
        assert_eq!(Flexible::parse(&"w=1,".repeat(400)), Err(InvalidOptions::TooLong));
    }

    #[test]
    fn url_has_options_as_variant() {
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
    fn options_without_effect_are_noted() {
        let notes = |text: &str| Flexible::parse(text).unwrap().notes().len();
        assert_eq!(notes("w=4,fit=cover,g=face,zoom=1,dpr=2"), 0);
        assert_eq!(notes("fit=cover,g=left"), 1);
        assert_eq!(notes("dpr=2"), 1);
        assert_eq!(notes("w=4,g=left,zoom=1,f=json"), 3);
        for one in [
            "w=4,dpr=3",
            "w=4,onerror=redirect",
            "wmobile=320",
            "trim.border.keep=1",
            "upscale=generate",
            "f=avif,w=1201",
            "f=webp,metadata=copyright",
            "metadata=keep",
            "w=4,fit=stretch",
            "new=1",
        ] {
            assert_eq!(notes(one), 1, "{one}");
        }
        assert_eq!(
            notes("w=auto,wmobile=320,wbreakpoints=1,trim=border,trim.border.keep=1,f=avif,h=1200"),
            0
        );
    }

    #[test]
    fn unknown_options_stay_and_typos_are_suggested() {
        for (text, meant) in [
            ("wid=4", Some("width")),
            ("hieght=4", Some("height")),
            ("qualty=4", Some("quality")),
            ("facezoom=1", Some("face-zoom")),
            ("w=1,fit=scaledown", Some("scale-down")),
            ("draw=x", None),
            ("x=1", None),
            ("border=5", None),
        ] {
            let options = Flexible::parse(text).unwrap();
            assert!(!options.is_understood(), "{text}");
            assert_eq!(options.to_string(), text);
            let unknown = options.0.iter().find(|setting| !setting.is_valid).unwrap();
            assert_eq!(unknown.suggestion(), meant, "{text}");
            let notes = options.notes().join(" ");
            assert!(meant.is_none_or(|meant| notes.contains(meant)), "{notes}");
        }
        let hostile = Flexible::parse("\u{1b}[2J\u{202e}=4").unwrap().notes().join("");
        assert!(hostile.contains("␛[2J") && !hostile.contains(['\u{1b}', '\u{202e}']), "{hostile}");
    }

    #[test]
    fn of_url_accepts_unknown_options() {
        for (variant, written) in [
            ("fit=cover,w=400", "w=400,fit=cover"),
            ("w=99999,blur=251,rotate=45,q=", "w=99999,q=,rotate=45,blur=251"),
            ("w=1,w=2", "w=1,w=2"),
            ("trim,w=4", "w=4,trim"),
            ("overlay=a%2Fb/c,w=4", "w=4,overlay=a%252Fb%2Fc"),
        ] {
            assert_eq!(Flexible::of_url(variant).unwrap().to_string(), written, "{variant}");
        }
        assert!(Flexible::of_url(&"w=1,".repeat(400)).is_ok());
        assert_eq!(Flexible::of_url(" , "), Err(InvalidOptions::Empty));
    }

    #[test]
    fn unknown_options_stay_in_their_path_segment() {
        let of = DeliveryUrl::parse("https://imagedelivery.net/H/a/public").unwrap();
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-._~;()%=,".contains(c);
        for text in [
            "x=/../../b/public",
            "x/../y=1",
            "x=?sig=1#top",
            "x=%2e%2e%2Fb%3Fc%23d",
            "x=%252F",
            "x=a b\t\u{1b}\r\n\0\u{202e}\\",
            "x%=%",
            "../..=1",
            "é=日本",
        ] {
            for options in [Flexible::parse(text).unwrap(), Flexible::of_url(text).unwrap()] {
                let written = options.to_string();
                assert!(written.chars().all(allowed), "{text:?}: {written}");
                let url = options.url(&of).unwrap();
                assert_eq!((url.id(), url.hash()), (of.id(), of.hash()), "{text:?}");
                assert_eq!(Flexible::of_url(url.variant()).unwrap().to_string(), written, "{text:?}");
            }
        }
    }

    #[test]
    fn complete_suggests_options_and_values() {
        let parts = |text: &str| complete(text).into_iter().map(|s| s.part).collect::<Vec<_>>();
        assert_eq!(parts("").len(), OPTIONS.len());
        assert_eq!(parts("wi"), ["w="]);
        assert_eq!(parts("w"), ["w=", "wbreakpoints=", "wmobile=", "wdesktop="]);
        assert_eq!(parts("w=400,b"), ["background=", "blur=", "brightness="]);
        assert_eq!(parts("w=400,width"), Vec::<String>::new(), "already used");
        assert_eq!(parts("fit=c"), ["contain", "cover", "crop"]);
        assert_eq!(parts("trim=b"), ["border"]);
        assert_eq!(parts("fit=cover"), Vec::<String>::new());
        assert_eq!(parts("w=400,f=we"), ["webp"]);
        assert_eq!(parts("x=1"), Vec::<String>::new());
        let accepted = &complete("w=400, ga")[0];
        assert_eq!(
            (accepted.text.as_str(), accepted.what),
            ("w=400,gamma=", options::named("gamma").unwrap().what)
        );
        assert_eq!(complete("background=rgb(1,2,").len(), 0, "inside a colour");
    }

    #[test]
    fn every_suggestion_parses() {
        for option in OPTIONS {
            for (value, _) in option.accepts.values() {
                let text = format!("{}={value}", option.short);
                assert_eq!(canonical(&text).as_deref(), Ok(&*text));
            }
        }
    }
}
