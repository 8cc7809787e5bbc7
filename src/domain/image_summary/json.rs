//! JSON of a listed image.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::ImageSummary;
use crate::domain::Access;

impl ImageSummary {
    /// The image in the API's format. `listed_at` is in it, under `cfimg`.
    pub fn json(&self, listed_at: Timestamp) -> String {
        let variants = self.image().map(|image| image.variants).unwrap_or_default();
        let json = ImageJson {
            id: self.id(),
            filename: self.filename(),
            creator: self.creator(),
            uploaded: self.uploaded().map(|at| at.to_string()),
            require_signed_urls: match self.access() {
                Access::Unknown => None,
                access => Some(access == Access::Signed),
            },
            meta: serde_json::from_str(self.meta()).ok(),
            variants: variants.into_iter().map(|variant| variant.url.as_str().to_owned()).collect(),
            cfimg: Added { listed_at: listed_at.to_string() },
        };
        serde_json::to_string(&json).unwrap_or_default()
    }
}

/// The image in the API's field order. What cfimg adds is under `cfimg`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageJson<'a> {
    id: &'a str,
    filename: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uploaded: Option<String>,
    #[serde(rename = "requireSignedURLs", skip_serializing_if = "Option::is_none")]
    require_signed_urls: Option<bool>,
    /// As the API wrote it, so that numbers keep all their digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<&'a RawValue>,
    variants: Vec<String>,
    cfimg: Added,
}

#[derive(Serialize)]
struct Added {
    listed_at: String,
}
