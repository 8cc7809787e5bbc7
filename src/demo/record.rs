//! One image of the account and its JSON.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::ACCOUNT_HASH;
use super::picture::Picture;
use super::variant::VARIANTS;

#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) id: Cow<'static, str>,
    pub(super) filename: Option<Cow<'static, str>>,
    /// Raw JSON, so that numbers and the order of keys are preserved
    pub(super) meta: Option<Cow<'static, str>>,
    pub(super) creator: Creator,
    pub(super) uploaded: Timestamp,
    pub(super) private: bool,
    /// `None` for a draft, whose bytes were never uploaded
    pub(super) picture: Option<Picture>,
}

/// The owner of an image. The API omits the field or sets it to null.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Creator {
    Absent,
    Null,
    Named(Cow<'static, str>),
}

impl Record {
    /// A public image without metadata or creator.
    pub(super) fn new(
        id: Cow<'static, str>,
        filename: Cow<'static, str>,
        uploaded: Timestamp,
        picture: Picture,
    ) -> Self {
        Self {
            id,
            filename: Some(filename),
            meta: None,
            creator: Creator::Absent,
            uploaded,
            private: false,
            picture: Some(picture),
        }
    }

    /// The image as the API describes it, with delivery URLs that start with `base`.
    pub(super) fn to_json(&self, base: &str) -> ImageJson<'_> {
        let id = encode_for_url(&self.id);
        ImageJson {
            id: &self.id,
            filename: self.filename.as_deref(),
            meta: self
                .meta
                .as_deref()
                .map(|text| serde_json::from_str(text).expect("metadata is written as JSON")),
            creator: match &self.creator {
                Creator::Absent => None,
                Creator::Null => Some(Value::Null),
                Creator::Named(name) => Some(name.as_ref().into()),
            },
            // Cloudflare's own example, with a date in 2014, has three digits of a second.
            uploaded: format!("{:.3}", self.uploaded),
            require_signed_urls: self.private,
            variants: VARIANTS.iter().map(|v| format!("{base}/{ACCOUNT_HASH}/{id}/{}", v.name)).collect(),
            draft: self.picture.is_none().then_some(true),
        }
    }
}

/// An ID in a delivery URL: unencoded, except for characters that would end the path or be decoded.
fn encode_for_url(id: &str) -> String {
    id.replace('%', "%25").replace('?', "%3F").replace('#', "%23")
}

#[derive(Debug, Serialize)]
pub(super) struct ImageJson<'a> {
    id: &'a str,
    filename: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creator: Option<Value>,
    uploaded: String,
    #[serde(rename = "requireSignedURLs")]
    require_signed_urls: bool,
    variants: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<bool>,
}
