//! An image as the API describes it. Any field may be null, missing or of an unexpected type without affecting the
//! others.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::value::RawValue;

use super::sanitize::sanitize;
use super::variant::MAX_VARIANTS;
use super::width::cut_end;
use super::{ApiMessage, DeliveryUrl, Failure, FailureKind, ImageId, Json, Variant, VariantOptions};

#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    pub id: ImageId,
    /// The name of the uploaded file. Drafts have none. Untrusted.
    pub filename: Option<String>,
    /// Who uploaded it, as the account defines that. Untrusted.
    pub creator: Option<String>,
    pub uploaded: Option<Timestamp>,
    pub access: Access,
    /// Whether the upload has not arrived yet.
    pub draft: bool,
    /// Metadata of the account: JSON of any type.
    pub meta: Option<Json>,
    pub variants: Vec<Variant>,
    /// The API's JSON, including fields unknown to us.
    pub raw: Arc<str>,
    /// The `messages` of the response.
    pub messages: Vec<ApiMessage>,
}

/// Whether an image needs signed URLs. This is what most users want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Anyone with a URL can see it.
    Public,
    /// It needs signed URLs, except for variants that are always public.
    Signed,
    /// The API did not say. Never treated as public.
    Unknown,
}

const ACCESS_KEY: &str = "requireSignedURLs";

/// The response contains no image: there is no valid `id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnImage;

impl Image {
    /// Reads the `result` of an image's details.
    pub fn read(raw: &str) -> Result<Self, NotAnImage> {
        let (mut id, mut filename, mut creator, mut uploaded, mut meta) = (None, None, None, None, None);
        let (mut access, mut draft, mut variants) = (None, false, Vec::new());
        // Parses only what is stored: a list may have 100,000 images.
        for (key, value) in Json::members(raw) {
            let value = value.get();
            let text = || serde_json::from_str::<String>(value).ok();
            match (key.as_str(), value) {
                ("id", _) => id = text().map_or(id, |text| ImageId::parse(&text).ok()),
                ("filename", _) => filename = text().or(filename),
                ("creator", _) => creator = text().or(creator),
                ("uploaded", _) => uploaded = text().map_or(uploaded, |text| text.parse().ok()),
                (ACCESS_KEY, _) => {
                    let read = match value {
                        "true" => Access::Signed,
                        "false" => Access::Public,
                        _ => Access::Unknown,
                    };
                    // A repeated key that contradicts itself says nothing.
                    access = Some(access.filter(|before| *before != read).map_or(read, |_| Access::Unknown));
                }
                ("draft", "true") => draft = true,
                // One page of Cloudflare's documentation calls it `metadata`.
                ("meta" | "metadata", _) if value != "null" => meta = Json::parse(value).or(meta),
                ("variants", _) => variants = read_variants(value).unwrap_or(variants),
                _ => {}
            }
        }
        variants.sort_by(|a, b| a.name.cmp(&b.name));
        variants.dedup();
        let id = id.ok_or(NotAnImage)?;
        let access = access.unwrap_or(Access::Unknown);
        Ok(Self {
            id,
            filename,
            creator,
            uploaded,
            access,
            draft,
            meta,
            variants,
            raw: raw.into(),
            messages: Vec::new(),
        })
    }

    /// Whether the API returned a field at all, even one that we cannot read. This looks at the raw JSON.
    pub fn has_field(&self, field: &str) -> bool {
        Json::members(&self.raw).iter().any(|(key, value)| key == field && value.get() != "null")
    }

    /// Why the access is unknown, as a clause. `None` if it is known.
    pub fn why_unknown(&self) -> Option<String> {
        let missing = || "the API didn't report it".to_owned();
        (self.access == Access::Unknown).then(|| self.invalid_access().unwrap_or_else(missing))
    }

    /// The value that is not a valid access, as a clause. `None` if the access is known, or missing in the response.
    pub fn invalid_access(&self) -> Option<String> {
        if self.access != Access::Unknown {
            return None;
        }
        let mut members = Json::members(&self.raw);
        members.retain(|(key, _)| key == ACCESS_KEY);
        let (_, value) = members.iter().find(|(_, value)| !is_bool(value)).or(members.last())?;
        Some(if is_bool(value) {
            format!("{ACCESS_KEY} is both true and false")
        } else {
            let value = sanitize(value.get());
            format!("{ACCESS_KEY} is {}, not true or false", cut_end(&value, 40))
        })
    }

    /// The word for scripts: `draft`, or the access. A draft's flag means nothing yet.
    pub fn access_word(&self) -> &'static str {
        if self.draft { "draft" } else { self.access.word() }
    }

    /// The account hash, which is found only in delivery URLs.
    pub fn hash(&self) -> Option<&str> {
        self.variants.first().map(|variant| variant.url.hash())
    }

    /// The error if this is not the image that a URL names, as the URL's account hash is another account's. Custom IDs are
    /// only unique within an account.
    pub fn of_other_account(&self, url_hash: Option<&str>) -> Option<Failure> {
        let (url, own) = (url_hash?, self.hash()?);
        let shown = |text: &str| cut_end(&sanitize(text), 64).into_owned();
        let hint = format!(
            "Its account hash is {}, this account has {}. Use that account's credentials, or only the ID for the image \
             of this account.",
            shown(url),
            shown(own)
        );
        let what = "The URL is of another account";
        (url != own).then(|| Failure::new(FailureKind::NotFound, what, hint))
    }

    /// Whether the file name is that of an SVG. SVGs are delivered unchanged in every variant.
    pub fn is_svg(&self) -> bool {
        self.filename.as_deref().is_some_and(|name| name.to_ascii_lowercase().ends_with(".svg"))
    }

    /// The variants that are public although the image needs signed URLs.
    pub fn always_public<'a>(&'a self, options: &'a [VariantOptions]) -> impl Iterator<Item = &'a Variant> {
        self.variants.iter().filter(|variant| is_always_public(&variant.name, options))
    }
}

/// The access of a draft.
pub const DRAFT: &str = "draft: not delivered until its file is uploaded";

/// The text for a field that the API sent but cfimg cannot read. `how` is an imperative.
pub fn invalid_value(how: &str) -> String {
    format!("invalid value: {how} to see it")
}

/// Whether the account delivers this variant without a signature, whatever the image's access.
pub fn is_always_public(variant: &str, options: &[VariantOptions]) -> bool {
    options.iter().any(|o| o.name == variant && o.never_require_signed_urls == Some(true))
}

impl Access {
    /// The word for scripts: `public`, `signed` or `unknown`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Signed => "signed",
            Self::Unknown => "unknown",
        }
    }

    /// The text for display.
    pub fn label(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Signed => "signed URL required",
            Self::Unknown => "unknown",
        }
    }
}

fn is_bool(value: &RawValue) -> bool {
    matches!(value.get(), "true" | "false")
}

fn read_variants(array: &str) -> Option<Vec<Variant>> {
    let entries: Vec<&RawValue> = serde_json::from_str(array).ok()?;
    Some(entries.into_iter().filter_map(variant).take(MAX_VARIANTS).collect())
}

fn variant(url: &RawValue) -> Option<Variant> {
    let url: String = serde_json::from_str(url.get()).ok()?;
    let url = DeliveryUrl::parse(&url).ok()?;
    Some(Variant { name: url.variant().to_owned(), url })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_parses_documented_fields() {
        let raw = r#"{"id":"083eb7b2","filename":"logo.png","meta":{"key":"value"},"creator":"user-123",
            "uploaded":"2026-02-14T09:51:09.559Z","requireSignedURLs":false,"future":1,
            "variants":["https://imagedelivery.net/H/083eb7b2/thumbnail","https://imagedelivery.net/H/083eb7b2/public"]}"#;
        let image = Image::read(raw).unwrap();
        assert_eq!(image.filename.as_deref(), Some("logo.png"));
        assert_eq!(image.creator.as_deref(), Some("user-123"));
        assert_eq!(image.uploaded, Some("2026-02-14T09:51:09.559Z".parse().unwrap()));
        assert_eq!(image.access, Access::Public);
        assert_eq!(image.meta, Json::parse(r#"{"key":"value"}"#));
        let names: Vec<_> = image.variants.iter().map(|v| v.name.as_str()).collect();
        assert_eq!(names, ["public", "thumbnail"]);
        assert_eq!(image.hash(), Some("H"));
        assert_eq!(&*image.raw, raw);
    }

    #[test]
    fn invalid_field_does_not_affect_others() {
        let image = Image::read(
            r#"{"id":"a","filename":3,"creator":null,"uploaded":"soon","requireSignedURLs":"false","draft":1,
               "meta":null,"metadata":[1],"variants":[null,7,"javascript:alert(1)","https://imagedelivery.net/H/a/v"]}"#,
        )
        .unwrap();
        assert_eq!((image.filename, image.creator, image.uploaded), (None, None, None));
        assert_eq!(image.access, Access::Unknown, "never public by default");
        assert!(!image.draft);
        assert_eq!(image.meta, Json::parse("[1]"));
        assert_eq!(image.variants.len(), 1);
    }

    #[test]
    fn access_is_unknown_unless_flag_is_one_boolean() {
        let access = |flags: &[&str]| {
            let members: Vec<_> = flags.iter().map(|flag| format!(r#""requireSignedURLs":{flag}"#)).collect();
            Image::read(&format!(r#"{{"id":"a",{}}}"#, members.join(","))).unwrap().access
        };
        assert_eq!(access(&["true"]), Access::Signed);
        assert_eq!(access(&["false"]), Access::Public);
        assert_eq!(access(&["false", "false"]), Access::Public);
        for flag in
            ["null", "0", "1", "1.0", "\"true\"", "\"false\"", "\"\"", "[]", "[true]", "{}", r#"{"a":true}"#]
        {
            assert_eq!(access(&[flag]), Access::Unknown, "{flag}");
            for known in ["true", "false"] {
                assert_eq!(access(&[flag, known]), Access::Unknown, "{flag} {known}");
                assert_eq!(access(&[known, flag]), Access::Unknown, "{known} {flag}");
            }
        }
        for flags in [["true", "false"], ["false", "true"]] {
            assert_eq!(access(&flags), Access::Unknown, "{flags:?}");
        }
        assert_eq!(access(&["true", "false", "false"]), Access::Unknown);
    }

    #[test]
    fn unreadable_field_is_not_missing() {
        let image = Image::read(
            r#"{"id":"a","filename":3,"creator":null,"uploaded":"soon","requireSignedURLs":"\"filename\":3"}"#,
        )
        .unwrap();
        let unread = ["filename", "creator", "uploaded", "draft"].map(|field| image.has_field(field));
        assert_eq!(unread, [true, false, true, false]);
    }

    #[test]
    fn unknown_access_has_a_reason() {
        for (flag, is_unknown, invalid) in [
            (r#""requireSignedURLs":true"#, false, None),
            (r#""requiresignedurls":true"#, true, None),
            (r#""requireSignedURLs":null"#, true, Some("null")),
            (r#""requireSignedURLs":"fa\u001blse""#, true, Some(r#""fa\u001blse""#)),
            ("\"requireSignedURLs\":\"\u{202e}no\"", true, Some("\"⟨U+202E⟩no\"")),
            (r#""requireSignedURLs":1,"requireSignedURLs":false"#, true, Some("1")),
            (r#""requireSignedURLs":true,"requireSignedURLs":false"#, true, Some("true")),
            (r#""requireSignedURLs":true,"requireSignedURLs":true"#, false, None),
        ] {
            let image = Image::read(&format!(r#"{{"id":"a",{flag}}}"#)).unwrap();
            assert_eq!(image.why_unknown().is_some(), is_unknown, "{flag}");
            let why = image.invalid_access();
            assert_eq!(why.is_some(), invalid.is_some(), "{flag}");
            assert!(why.is_none_or(|why| why.contains(invalid.unwrap())), "{flag}");
        }
        let long = format!(r#"{{"id":"a","requireSignedURLs":"{}"}}"#, "x".repeat(9000));
        assert!(Image::read(&long).unwrap().why_unknown().unwrap().len() < 120);
    }

    #[test]
    fn hostile_response_stays_bounded() {
        let urls: Vec<_> = (0..5000).map(|i| format!("\"https://imagedelivery.net/H/a/v{i}\"")).collect();
        let meta = format!("[{}0]", "0,".repeat(4 << 20));
        let raw = format!(r#"{{"id":"a","meta":{meta},"variants":[{}]}}"#, urls.join(","));
        let image = Image::read(&raw).unwrap();
        assert_eq!(image.variants.len(), MAX_VARIANTS);
        assert!(matches!(image.meta, Some(Json::Raw(_))), "unparsed");
    }

    #[test]
    fn read_requires_a_valid_id() {
        for raw in ["{}", "[]", "null", r#"{"id":7}"#, r#"{"id":""}"#, r#"{"count":{"current":1}}"#] {
            assert_eq!(Image::read(raw), Err(NotAnImage), "{raw}");
        }
    }

    #[test]
    fn variant_may_be_public_on_signed_image() {
        let image = Image::read(
            r#"{"id":"a","requireSignedURLs":true,"variants":["https://imagedelivery.net/H/a/thumb","https://imagedelivery.net/H/a/hero"]}"#,
        )
        .unwrap();
        let options = [VariantOptions {
            name: "thumb".into(),
            never_require_signed_urls: Some(true),
            ..Default::default()
        }];
        let never = [("thumb", Some(false)), ("hero", None)].map(|(name, never)| VariantOptions {
            name: name.into(),
            never_require_signed_urls: never,
            ..Default::default()
        });
        assert_eq!(image.always_public(&never).count(), 0);
        assert_eq!(image.always_public(&options).map(|v| v.name.as_str()).collect::<Vec<_>>(), ["thumb"]);
    }
}
