//! The options of flexible variants that Cloudflare documents, and the values they accept.

use percent_encoding::percent_decode_str;

use ValueKind::{Colour, Edges, Number, Point, Text, Whole, Words};

#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    pub name: &'static str,
    /// Same as `name` if there is no short name.
    pub short: &'static str,
    /// What it does, in a few words.
    pub what: &'static str,
    pub accepts: ValueKind,
}

#[derive(Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// An integer in a range, or one of these words.
    Whole(u32, u32, &'static [Word]),
    /// A number in a range, which may have no upper limit.
    Number(u32, Option<u32>),
    Words(&'static [Word]),
    /// One of these words, or a point such as `0.5x0.33`.
    Point(&'static [Word]),
    /// A CSS colour.
    Colour,
    /// One of these words, or four numbers `top;right;bottom;left`, in pixels or as fractions of the side.
    Edges(&'static [Word]),
    Text,
}

/// A word that an option accepts, and what it does.
pub type Word = (&'static str, &'static str);

/// The largest width and height of a picture that Cloudflare produces, in pixels.
const MAX_SIDE: u32 = 12_000;

const PERCEIVED: &[Word] =
    &[("high", "larger files"), ("medium-high", ""), ("medium-low", ""), ("low", "smaller files")];

/// All options, in the order in which they are written.
pub const OPTIONS: &[Parameter] = &[
    option("width", "maximum width in pixels", Whole(1, MAX_SIDE, &[("auto", "chosen by the browser")]))
        .short("w"),
    option("height", "maximum height in pixels", Whole(1, MAX_SIDE, &[])).short("h"),
    option("wbreakpoints", "with w=auto: widths to choose from", Text),
    option("wmobile", "with w=auto: width on phones", Text),
    option("wdesktop", "with w=auto: width on desktops", Text),
    option("dpr", "multiply width and height", Number(1, None)),
    option(
        "fit",
        "how to fit width and height",
        Words(&[
            ("scale-down", "fit inside, never enlarge"),
            ("scale-up", "fit inside, never shrink"),
            ("contain", "fit inside, enlarge if needed"),
            ("cover", "fill and crop"),
            ("crop", "fill and crop, never enlarge"),
            ("aspect-crop", "crop to the aspect ratio, never enlarge"),
            ("pad", "fit inside, add borders"),
            ("squeeze", "stretch to fill"),
        ]),
    ),
    option(
        "upscale",
        "how to enlarge",
        Words(&[("interpolate", "fast"), ("generate", "AI: slow, then cached")]),
    ),
    option(
        "gravity",
        "crop focus",
        Point(&[
            ("auto", "most prominent part"),
            ("face", "faces"),
            ("left", ""),
            ("right", ""),
            ("top", ""),
            ("bottom", ""),
        ]),
    )
    .short("g"),
    option("zoom", "how close to the face, 0–1", Number(0, Some(1))),
    option("segment", "part to keep", Words(&[("foreground", "remove the background")])),
    option("quality", "quality, 1–100", Whole(1, 100, PERCEIVED)).short("q"),
    option(
        "format",
        "output format",
        Words(&[
            ("auto", "best the browser accepts"),
            ("avif", ""),
            ("webp", ""),
            ("jpeg", "progressive"),
            ("baseline-jpeg", "for old software"),
            ("json", "size and type, no picture"),
        ]),
    )
    .short("f"),
    option("compression", "encode faster or smaller", Words(&[("fast", "faster, larger file")])),
    option("background", "colour behind transparency and borders", Colour),
    option(
        "rotate",
        "degrees, clockwise",
        Words(&[("0", "unchanged"), ("90", ""), ("180", ""), ("270", "")]),
    ),
    option(
        "flip",
        "mirror the picture",
        Words(&[("h", "horizontally"), ("v", "vertically"), ("hv", "both")]),
    ),
    option("trim", "cut edges: top;right;bottom;left", Edges(&[("border", "remove a uniform border")])),
    option("trim.top", "cut at the top", Number(0, None)),
    option("trim.left", "cut at the left", Number(0, None)),
    option("trim.width", "width to keep", Number(0, None)),
    option("trim.height", "height to keep", Number(0, None)),
    option("trim.border.color", "with trim=border: border colour", Colour),
    option("trim.border.tolerance", "with trim=border: colour tolerance", Number(0, None)),
    option("trim.border.keep", "with trim=border: border to keep", Number(0, None)),
    option("blur", "blur radius, 0–250", Whole(0, 250, &[])),
    option("sharpen", "strength, 0–10 (1 after shrinking)", Number(0, Some(10))),
    option("brightness", "factor, 1 = unchanged", Number(0, None)),
    option("contrast", "factor, 1 = unchanged", Number(0, None)),
    option("gamma", "exposure, 1 = unchanged", Number(0, None)),
    option("saturation", "factor, 0 = grey", Number(0, None)),
    option(
        "metadata",
        "EXIF to keep",
        Words(&[("keep", "almost all, including GPS"), ("copyright", ""), ("none", "")]),
    ),
    option("anim", "keep the animation", Words(&[("true", "animated"), ("false", "first frame only")])),
    option("onerror", "if resizing fails", Words(&[("redirect", "redirect to the original")])),
    option("slow-connection-quality", "quality on slow connections", Whole(1, 100, PERCEIVED)).short("scq"),
];

const fn option(name: &'static str, what: &'static str, accepts: ValueKind) -> Parameter {
    Parameter { name, short: name, what, accepts }
}

impl Parameter {
    const fn short(self, short: &'static str) -> Self {
        Self { short, ..self }
    }
}

/// Finds an option by its full name, short name or alias, ignoring case.
pub(super) fn named(name: &str) -> Option<&'static Parameter> {
    let name = if name.eq_ignore_ascii_case("face-zoom") { "zoom" } else { name };
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    OPTIONS.iter().find(|option| is(option.name) || is(option.short))
}

impl ValueKind {
    /// The value in canonical form. `None` if the option does not accept it.
    pub(super) fn read(&self, text: &str) -> Option<String> {
        let word = |words: &[Word]| {
            words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(word, _)| (*word).to_owned())
        };
        match self {
            Self::Words(words) => word(words),
            Self::Whole(min, max, words) => {
                word(words).or_else(|| Some(whole(text).filter(|n| (*min..=*max).contains(n))?.to_string()))
            }
            Self::Number(min, max) => number(text, *min, *max),
            Self::Point(words) => word(words).or_else(|| {
                let (x, y) = text.split_once('x')?;
                Some(format!("{}x{}", number(x, 0, Some(1))?, number(y, 0, Some(1))?))
            }),
            Self::Colour => colour(text),
            Self::Edges(words) => word(words).or_else(|| {
                let edges: Option<Vec<String>> =
                    text.split(';').map(|edge| number(edge.trim(), 0, None)).collect();
                edges.filter(|edges| edges.len() == 4).map(|edges| edges.join(";"))
            }),
            Self::Text => Some(text.to_owned()),
        }
    }

    /// Whether an invalid value may be valid in a newer version of Cloudflare: an unknown word for an option that accepts
    /// words.
    pub(super) fn could_accept(&self, text: &str) -> bool {
        let takes_words = matches!(self, Self::Words(_) | Self::Point(_) | Self::Edges(_));
        takes_words && text.starts_with(|c: char| c.is_ascii_alphabetic())
    }

    /// What it accepts, for a sentence.
    pub fn describe(&self) -> String {
        let joined = |words: &[Word]| words.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        match self {
            Self::Whole(min, max, []) => format!("a whole number from {min} to {max}"),
            Self::Whole(min, max, words) => {
                format!("a whole number from {min} to {max}, or {}", joined(words))
            }
            Self::Number(min, Some(max)) => format!("a number from {min} to {max}"),
            Self::Number(min, None) => format!("a number of at least {min}"),
            Self::Words([rest @ .., (last, _)]) if !rest.is_empty() => format!("{} or {last}", joined(rest)),
            Self::Words(words) => joined(words),
            Self::Point(words) => format!("{}, or a point such as 0.5x0.33", joined(words)),
            Self::Colour => "a CSS colour, such as #RRGGBB, red or rgba(…)".into(),
            Self::Edges(words) => {
                format!("top;right;bottom;left in pixels or fractions, or {}", joined(words))
            }
            Self::Text => "any text".into(),
        }
    }

    /// The words that it accepts.
    pub fn values(&self) -> &'static [Word] {
        match self {
            Self::Whole(_, _, words) | Self::Words(words) | Self::Point(words) | Self::Edges(words) => words,
            Self::Number(..) | Self::Colour | Self::Text => &[],
        }
    }
}

fn whole(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// Checks a number and drops superfluous zeros. The digits stay as typed, without rounding.
fn number(text: &str, min: u32, max: Option<u32>) -> Option<String> {
    let (before, after) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.len() <= 9 && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(before) || !digits(after) || (before.is_empty() && after.is_empty()) {
        return None;
    }
    let ones: u32 = if before.is_empty() { 0 } else { before.parse().ok()? };
    let decimals = after.trim_end_matches('0');
    let too_much = max.is_some_and(|max| ones > max || (ones == max && !decimals.is_empty()));
    if ones < min || too_much {
        return None;
    }
    Some(if decimals.is_empty() { ones.to_string() } else { format!("{ones}.{decimals}") })
}

/// Checks the syntax of a CSS colour: a name, `#` with 3, 4, 6 or 8 hexadecimal digits, or a function of numbers. It
/// may be percent-encoded, as in URLs.
fn colour(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().map_or(text.into(), |decoded| decoded);
    let text = text.trim();
    let is_hex = |hex: &str| matches!(hex.len(), 3 | 4 | 6 | 8) && hex.bytes().all(|b| b.is_ascii_hexdigit());
    let is_name =
        |name: &str| !name.is_empty() && name.len() <= 24 && name.bytes().all(|b| b.is_ascii_alphabetic());
    let is_function = || {
        let (name, inside) = text.strip_suffix(')')?.split_once('(')?;
        let known = ["rgb", "rgba", "hsl", "hsla", "hwb", "lab", "lch", "oklab", "oklch"];
        let known = known.contains(&name.to_ascii_lowercase().as_str());
        let numbers = inside.bytes().all(|b| b.is_ascii_alphanumeric() || b" .,%/-+".contains(&b));
        (known && numbers && !inside.trim().is_empty()).then_some(())
    };
    let is = text.strip_prefix('#').map_or_else(|| is_name(text) || is_function().is_some(), is_hex);
    is.then(|| text.to_owned())
}
