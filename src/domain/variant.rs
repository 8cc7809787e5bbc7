//! Variants of an image, and the account's options for variants of that name.

use super::width::first_chars;
use super::{DeliveryUrl, Flexible, Json};

/// The limit of variants in a response. Cloudflare allows 100 per account, and a hostile response must not block the
/// screen.
pub const MAX_VARIANTS: usize = 1_000;

/// The limit of options of a variant besides those with their own field.
const MAX_OTHERS: usize = 20;

/// The longest name or value of such an option, in characters.
const MAX_CHARS: usize = 60;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// The last segment of the URL.
    pub name: String,
    /// Unsigned.
    pub url: DeliveryUrl,
}

/// The account's options for variants of this name. Any of them may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariantOptions {
    pub name: String,
    /// `scale-down`, `contain`, `cover`, `crop` or `pad`.
    pub fit: Option<String>,
    /// The maximum in pixels, as the API wrote the number.
    pub width: Option<String>,
    /// The maximum in pixels, as the API wrote the number.
    pub height: Option<String>,
    /// Which metadata of the picture is preserved: `keep`, `copyright` or `none`.
    pub metadata: Option<String>,
    /// All other options, such as `blur`, with values as text. Untrusted and truncated.
    pub others: Vec<(String, String)>,
    /// Whether the variant is public even if the image needs signed URLs. False if the entry lacks it, as that is
    /// Cloudflare's default. `None` if the entry is invalid.
    pub never_require_signed_urls: Option<bool>,
}

impl VariantOptions {
    /// Reads an entry of the variants map. What is missing or of an unexpected type is left out.
    pub fn read(name: &str, entry: &str) -> Self {
        let mut options = Self { name: name.to_owned(), ..Self::default() };
        let Some(Json::Object(members)) = Json::parse(entry) else { return options };
        options.never_require_signed_urls = Some(false);
        for (key, value) in members {
            match (key.as_str(), value) {
                ("neverRequireSignedURLs", value) => {
                    options.never_require_signed_urls =
                        if let Json::Bool(never) = value { Some(never) } else { None };
                }
                ("options", Json::Object(members)) => {
                    for (key, value) in members {
                        match (key.as_str(), value) {
                            ("fit", Json::Text(fit)) => options.fit = Some(fit),
                            ("metadata", Json::Text(metadata)) => options.metadata = Some(metadata),
                            ("width", Json::Number(width)) => options.width = Some(width),
                            ("height", Json::Number(height)) => options.height = Some(height),
                            (_, Json::Null) => {}
                            (_, value) if options.others.len() < MAX_OTHERS => {
                                let cut = |text: &str| first_chars(text, MAX_CHARS).into_owned();
                                options.others.push((cut(&key), cut(&text(&value))));
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        options
    }

    /// All options except the metadata: `scale-down 200×200 blur 20`. Empty if there are none.
    pub fn summary(&self) -> String {
        let others = self.others.iter().map(|(name, value)| format!("{name} {value}"));
        let words = [self.fitting()].into_iter().chain(others).filter(|words| !words.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }

    /// Fit and size: `scale-down 200×200`. Empty if there are none.
    pub fn fitting(&self) -> String {
        let size = match (&self.width, &self.height) {
            (Some(width), Some(height)) => format!("{width}×{height}"),
            (Some(width), None) => format!("{width} wide"),
            (None, Some(height)) => format!("{height} high"),
            (None, None) => String::new(),
        };
        let words: Vec<&str> =
            [self.fit.as_deref().unwrap_or_default(), &size].into_iter().filter(|w| !w.is_empty()).collect();
        words.join(" ")
    }
}

/// A JSON value on one line.
fn text(value: &Json) -> String {
    match value {
        Json::Text(text) | Json::Number(text) | Json::Raw(text) => text.clone(),
        Json::Bool(yes) => yes.to_string(),
        Json::Null => "null".to_owned(),
        Json::Array(values) => {
            let values: Vec<_> = values.iter().take(MAX_OTHERS).map(text).collect();
            format!("[{}]", values.join(", "))
        }
        Json::Object(members) => {
            let members = members.iter().take(MAX_OTHERS);
            let members: Vec<_> = members.map(|(key, value)| format!("{key}: {}", text(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

/// The size of a variant's picture in pixels, if it does not depend on the original. `name` is a variant's name or the
/// options of a flexible variant. An SVG is delivered unchanged.
pub fn certain_size(name: &str, account: &[VariantOptions], is_svg: bool) -> Option<(u32, u32)> {
    if is_svg {
        return None;
    }
    if let Some(options) = account.iter().find(|options| options.name == name) {
        return filled_box(options.fit.as_deref(), options.width.as_deref(), options.height.as_deref());
    }
    let flexible = Flexible::of_url(name).ok()?;
    // With a `dpr`, width and height are not those of the picture.
    let is_certain = flexible.is_understood() && flexible.get("dpr").is_none();
    filled_box(flexible.get("fit"), flexible.get("width"), flexible.get("height")).filter(|_| is_certain)
}

/// Only a box that is filled has a certain size; with every other fit the picture may be smaller.
fn filled_box(fit: Option<&str>, width: Option<&str>, height: Option<&str>) -> Option<(u32, u32)> {
    let fills = matches!(fit, Some("cover" | "pad" | "squeeze"));
    if fills { Some((width?.parse().ok()?, height?.parse().ok()?)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_filled_box_has_certain_size() {
        for (fit, size, certain) in [
            ("cover", r#""width":400,"height":300"#, Some((400, 300))),
            ("pad", r#""width":400,"height":300"#, Some((400, 300))),
            ("squeeze", r#""width":400,"height":300"#, Some((400, 300))),
            ("cover", r#""width":400"#, None),
            ("cover", r#""width":4.5,"height":300"#, None),
            ("scale-down", r#""width":9999,"height":9999"#, None),
            ("contain", r#""width":400,"height":300"#, None),
            ("crop", r#""width":400,"height":300"#, None),
        ] {
            let options = VariantOptions::read("v", &format!(r#"{{"options":{{"fit":"{fit}",{size}}}}}"#));
            assert_eq!(certain_size("v", std::slice::from_ref(&options), false), certain, "{fit} {size}");
            assert_eq!(certain_size("v", &[options], true), None, "an SVG");
        }
    }

    #[test]
    fn flexible_size_is_uncertain_with_unknown_options() {
        assert_eq!(certain_size("w=4,h=3,fit=cover", &[], false), Some((4, 3)));
        assert_eq!(certain_size("w=4,h=3,fit=cover,border=5", &[], false), None);
    }

    #[test]
    fn options_may_be_missing_or_invalid() {
        let whole = VariantOptions::read(
            "thumb",
            r#"{"id":"thumb","options":{"fit":"scale-down","width":200,"height":150,"metadata":"none"},"neverRequireSignedURLs":true}"#,
        );
        assert_eq!(whole.summary(), "scale-down 200×150");
        assert_eq!(whole.metadata.as_deref(), Some("none"));
        assert_eq!(whole.never_require_signed_urls, Some(true));
        for (entry, summary) in [
            ("null", ""),
            (r#"{"options":null}"#, ""),
            (r#"{"options":{"fit":3,"width":"x","height":9}}"#, "9 high fit 3 width x"),
            (
                r#"{"options":{"fit":"cover","blur":20,"new":{"a":[true,null]},"x":null}}"#,
                "cover blur 20 new {a: [true, null]}",
            ),
            (r#"{"options":{"fit":"cover","width":10}}"#, "cover 10 wide"),
        ] {
            let options = VariantOptions::read("v", entry);
            assert_eq!(options.summary(), summary, "{entry}");
            assert_eq!(options.never_require_signed_urls, (entry != "null").then_some(false));
        }
    }
}
