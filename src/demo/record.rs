//! One image of the account and its JSON.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::picture::Picture;
use super::variant::VARIANTS;

/// The first segment of every delivery URL. It is not the account ID, and only an image's variants contain it.
pub const ACCOUNT_HASH: &str = "MTt4OTd0b0w5ajDemoHash";

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) filename: Option<String>,
    /// Raw JSON, so that numbers and the order of keys are preserved
    pub(super) meta: Option<Box<RawValue>>,
    /// The API omits the field, sets it to null, or to a text
    #[serde(default, deserialize_with = "present")]
    pub(super) creator: Option<Value>,
    pub(super) uploaded: Timestamp,
    #[serde(default)]
    pub(super) private: bool,
    /// `None` for a draft, whose bytes were never uploaded
    pub(super) picture: Option<Picture>,
}

/// A null is a value too.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Record {
    /// The image as the API describes it, with delivery URLs that start with `base`.
    pub(super) fn to_json(&self, base: &str) -> ImageJson<'_> {
        let id = encode_for_url(&self.id);
        ImageJson {
            id: &self.id,
            filename: self.filename.as_deref(),
            meta: self.meta.as_deref(),
            creator: self.creator.as_ref(),
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
    creator: Option<&'a Value>,
    uploaded: String,
    #[serde(rename = "requireSignedURLs")]
    require_signed_urls: bool,
    variants: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<bool>,
}
