//! Decides how a variant of an image is delivered. The program and all commands use this decision.

use super::image::is_always_public;
use super::signing::{is_flexible, is_uuid};
use super::{Access, DeliveryUrl, VariantOptions};

/// Why a private image with a custom ID is not delivered.
pub const NO_PRIVATE_CUSTOM_ID: &str =
    "Cloudflare doesn't deliver private images with a custom ID, signed or not.";

/// Why a flexible variant of a private image is not delivered.
pub const FLEXIBLE_IS_NEVER_PRIVATE: &str = "Flexible variants don't work with images that need signed URLs.";

/// When a URL is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignMode {
    Never,
    /// If the image needs it. An image of unknown access is not signed.
    IfNeeded,
    /// Unless that is pointless. An image of unknown access is signed: on a public image a signature does no harm.
    Always,
}

/// How a variant is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryPlan {
    /// By the plain URL, which opens: a signature is not needed.
    Plain(WhyPublic),
    /// By the plain URL. It is unknown whether that opens.
    Unsure,
    /// By a signed URL.
    Sign,
    /// Not at all: the plain URL would be refused (403), and a signed one is not possible.
    Refuse(NotSigned),
}

/// What happens to the plain URL of an image that needs signed URLs.
pub const PLAIN_URL_REFUSED: &str = "The plain URL would be refused (403).";

/// What is uncertain about a signed URL on a custom domain.
pub const CUSTOM_DOMAIN_UNDOCUMENTED: &str = "Cloudflare doesn't document signed URLs on custom domains.";

/// Why a variant's plain URL opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WhyPublic {
    /// Anyone with the URL can see the image.
    #[error("This image is public; its URL works without a signature.")]
    Image,
    /// The variant never needs a signature.
    #[error("This variant is always public (neverRequireSignedURLs); its URL works without a signature.")]
    Variant,
}

/// Why no URL of a variant opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// A signature would open it, but [`SignMode::Never`] forbids one.
    #[error("This image needs signed URLs.")]
    ByMode,
    /// A private image cannot have a custom ID.
    #[error("{} Upload it again without a custom ID.", NO_PRIVATE_CUSTOM_ID)]
    CustomId,
    /// Flexible variants do not work with private images.
    #[error("{} Choose a named variant.", FLEXIBLE_IS_NEVER_PRIVATE)]
    Flexible,
}

impl DeliveryPlan {
    /// The plan for a variant's URL. `options` are the account's variants; without them no variant is always public.
    pub fn new(url: &DeliveryUrl, access: Access, options: &[VariantOptions], mode: SignMode) -> Self {
        if access == Access::Public {
            return Self::Plain(WhyPublic::Image);
        }
        if is_always_public(url.variant(), options) {
            return Self::Plain(WhyPublic::Variant);
        }
        if access == Access::Unknown && mode != SignMode::Always {
            return Self::Unsure;
        }
        let why = if !is_uuid(url.id().as_str()) {
            NotSigned::CustomId
        } else if is_flexible(url.variant()) {
            NotSigned::Flexible
        } else if mode == SignMode::Never {
            NotSigned::ByMode
        } else {
            return Self::Sign;
        };
        Self::Refuse(why)
    }

    /// Why the URL is not signed. `None` if it is, or if only the mode or the unknown access forbids it.
    pub fn unsigned_reason(self) -> Option<String> {
        match self {
            Self::Plain(why) => Some(why.to_string()),
            Self::Refuse(why) if why != NotSigned::ByMode => Some(why.to_string()),
            Self::Unsure | Self::Sign | Self::Refuse(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UUID: &str = "bc27a117-9509-446b-8c69-c81bfeac0a01";

    #[test]
    fn plan_depends_on_access_variant_and_mode() {
        use Access::{Public, Signed, Unknown};
        use SignMode::{Always, IfNeeded, Never};
        let public = DeliveryPlan::Plain(WhyPublic::Image);
        let always_public = DeliveryPlan::Plain(WhyPublic::Variant);
        let not_signed = DeliveryPlan::Refuse(NotSigned::ByMode);
        let [custom_id, flexible] = [NotSigned::CustomId, NotSigned::Flexible].map(DeliveryPlan::Refuse);
        let options = [VariantOptions {
            name: "open".to_owned(),
            never_require_signed_urls: Some(true),
            ..VariantOptions::default()
        }];
        // For Never, IfNeeded and Always.
        for (id, variant, access, plans) in [
            (UUID, "hero", Public, [public; 3]),
            ("a", "w=9", Public, [public; 3]),
            (UUID, "open", Public, [public; 3]),
            (UUID, "open", Signed, [always_public; 3]),
            ("a", "open", Unknown, [always_public; 3]),
            (UUID, "hero", Signed, [not_signed, DeliveryPlan::Sign, DeliveryPlan::Sign]),
            (UUID, "hero", Unknown, [DeliveryPlan::Unsure, DeliveryPlan::Unsure, DeliveryPlan::Sign]),
            ("a", "hero", Signed, [custom_id; 3]),
            ("a", "hero", Unknown, [DeliveryPlan::Unsure, DeliveryPlan::Unsure, custom_id]),
            (UUID, "w=9", Signed, [flexible; 3]),
            (UUID, "w=9", Unknown, [DeliveryPlan::Unsure, DeliveryPlan::Unsure, flexible]),
        ] {
            let url = DeliveryUrl::parse(&format!("https://imagedelivery.net/H/{id}/{variant}")).unwrap();
            let plan = |mode| DeliveryPlan::new(&url, access, &options, mode);
            assert_eq!([Never, IfNeeded, Always].map(plan), plans, "{id} {variant} {access:?}");
        }
    }
}
