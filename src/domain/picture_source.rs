//! Where a picture's bytes come from, and what they reveal.

use jiff::SignedDuration;

use super::delivery_plan::{DeliveryPlan, NotSigned, SignMode};
use super::picture_format::Format;
use super::url_display::percent_encode_for_display;
use super::{Access, DeliveryUrl, ImageId, VariantOptions};

/// Where a picture's bytes come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PictureSource {
    /// A URL on a delivery host, as it is. No credentials are sent.
    Plain(String),
    /// A URL on a delivery host, which is signed when it is fetched.
    Signed { id: ImageId, url: String },
    /// The original, from the API.
    Original(ImageId),
}

/// What is only known from a picture's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PictureInfo {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Detected from the bytes.
    pub format: Format,
    /// The size of the file.
    pub bytes: u64,
    /// How long the download took.
    pub took: SignedDuration,
    /// How the bytes were fetched. `None` for the plain URL.
    pub via: Option<FetchedVia>,
    /// How long the first frame is shown. `None` if there is only one.
    pub frame_delay: Option<SignedDuration>,
    /// What is missing from the picture as shown, in words.
    pub note: Option<String>,
}

/// How a picture without a plain URL was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchedVia {
    /// From a URL signed with the key of this name.
    SignedBy(String),
    /// As the original, from the API.
    Original,
}

impl PictureSource {
    /// The source of a variant's picture. If the access is unknown, the delivery host's response to the plain URL
    /// decides. Fails if no URL opens it; the original may be available.
    pub fn of_variant(
        url: &DeliveryUrl,
        access: Access,
        options: &[VariantOptions],
    ) -> Result<Self, NotSigned> {
        let plan = DeliveryPlan::new(url, access, options, SignMode::IfNeeded);
        Self::of_plan(plan, url.id(), &percent_encode_for_display(url.as_str()))
    }

    /// The source of a picture that is delivered by this plan. Fails if no URL opens it.
    pub fn of_plan(plan: DeliveryPlan, id: &ImageId, url: &str) -> Result<Self, NotSigned> {
        match plan {
            DeliveryPlan::Plain(_) | DeliveryPlan::Unsure => Ok(Self::Plain(url.to_owned())),
            DeliveryPlan::Sign => Ok(Self::Signed { id: id.clone(), url: url.to_owned() }),
            DeliveryPlan::Refuse(why) => Err(why),
        }
    }

    /// Whether it is a picture of this image.
    pub fn is_of(&self, image: &ImageId) -> bool {
        match self {
            Self::Plain(url) => DeliveryUrl::parse(url).is_ok_and(|url| url.id() == image),
            Self::Signed { id, .. } | Self::Original(id) => id == image,
        }
    }

    /// Whether a delivery host serves it, rather than the API.
    pub fn is_delivered(&self) -> bool {
        !matches!(self, Self::Original(_))
    }
}

impl PictureInfo {
    /// Whether both describe the same picture, however it was fetched.
    pub fn is_same_picture(&self, other: &Self) -> bool {
        let key = |info: &Self| (info.width, info.height, info.format, info.bytes);
        key(self) == key(other)
    }
}
