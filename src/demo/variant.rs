//! The account's variants.

use serde::Serialize;
use serde_json::{Value, json};

/// How a picture is fitted into a variant's width and height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Fit {
    /// Whole and within the box, never enlarged
    ScaleDown,
    /// Whole and as large as the box allows
    Contain,
    /// Fills the box; the rest is cropped
    Cover,
    /// Like `Cover`, but never enlarged
    Crop,
    /// Like `Contain`, with white padding
    Pad,
}

#[derive(Debug, PartialEq)]
pub(super) struct Variant {
    pub(super) name: &'static str,
    pub(super) fit: Fit,
    /// In pixels
    pub(super) width: u32,
    pub(super) height: u32,
    metadata: &'static str,
    /// Cloudflare's scale of 0 to 250; 0 is sharp
    pub(super) blur: u8,
    /// Delivered without a signature even if the image is private
    pub(super) public_always: bool,
}

const fn variant(name: &'static str, fit: Fit, width: u32, height: u32) -> Variant {
    Variant { name, fit, width, height, metadata: "none", blur: 0, public_always: false }
}

/// All variants, in the order in which an image lists them, which is deliberately not alphabetical.
pub(super) const VARIANTS: [Variant; 8] = [
    variant("thumbnail", Fit::ScaleDown, 200, 200),
    variant("hero", Fit::Cover, 1366, 768),
    Variant { metadata: "keep", ..variant("original", Fit::ScaleDown, 9999, 9999) },
    variant("public", Fit::ScaleDown, 1366, 768),
    Variant { metadata: "copyright", ..variant("square", Fit::Cover, 400, 400) },
    Variant { blur: 20, public_always: true, ..variant("blurred", Fit::Contain, 320, 240) },
    variant("card", Fit::Pad, 600, 400),
    variant("banner", Fit::Crop, 1200, 300),
];

impl Variant {
    pub(super) fn by_name(name: &str) -> Option<&'static Self> {
        const ALL: &[Variant] = &VARIANTS;
        ALL.iter().find(|variant| variant.name == name)
    }

    /// The variant as the API describes it.
    pub(super) fn to_json(&self) -> Value {
        let mut options = json!({
            "fit": self.fit, "metadata": self.metadata, "width": self.width, "height": self.height,
        });
        if self.blur > 0 {
            options["blur"] = self.blur.into();
        }
        json!({ "id": self.name, "options": options, "neverRequireSignedURLs": self.public_always })
    }
}
