//! Whether a variant of an image needs a signature. The program and all commands tell it in the same words.

use super::signing::is_flexible;
use super::{Access, Image, VariantOptions};

/// The label of a variant that is public whatever the image's access.
pub const ALWAYS_PUBLIC: &str = "always public";

/// How a variant of an image is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VariantAccess {
    /// The image is public.
    Public,
    /// The variant needs no signature, although the image may.
    AlwaysPublic,
    NeedsSignature,
    /// A flexible variant of a private image: no signature opens it.
    Refused,
    Unknown,
    /// A draft is not delivered.
    Draft,
}

impl VariantAccess {
    /// `options` are the account's variants. Without an entry there, the variant of a private image may be public.
    pub fn new(image: &Image, variant: &str, options: &[VariantOptions]) -> Self {
        let entry = options.iter().find(|options| options.name == variant);
        match (image.access, entry.and_then(|options| options.never_require_signed_urls)) {
            _ if image.draft => Self::Draft,
            (Access::Public, _) => Self::Public,
            (Access::Signed | Access::Unknown, Some(true)) => Self::AlwaysPublic,
            (Access::Signed, _) if is_flexible(variant) => Self::Refused,
            (Access::Signed, Some(false)) => Self::NeedsSignature,
            (Access::Signed, None) | (Access::Unknown, _) => Self::Unknown,
        }
    }

    /// The access that decides the mark. `None` if nothing is delivered.
    pub fn access(self) -> Option<Access> {
        match self {
            Self::Public | Self::AlwaysPublic => Some(Access::Public),
            Self::NeedsSignature => Some(Access::Signed),
            Self::Unknown => Some(Access::Unknown),
            Self::Refused | Self::Draft => None,
        }
    }

    /// The text for display.
    pub fn label(self) -> &'static str {
        match self {
            Self::Public => Access::Public.label(),
            Self::AlwaysPublic => ALWAYS_PUBLIC,
            Self::NeedsSignature => "needs signature",
            Self::Refused => "not delivered",
            Self::Unknown => Access::Unknown.label(),
            Self::Draft => "not delivered yet",
        }
    }

    /// The word for scripts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Refused => Access::Signed.word(),
            _ => self.access().map_or(Access::Unknown.word(), Access::word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn access_of_variant_is_never_guessed() {
        use VariantAccess::{AlwaysPublic, Draft, NeedsSignature, Public, Refused, Unknown};
        let options = [
            ("unset", "{}"),
            ("no", r#"{"neverRequireSignedURLs":false}"#),
            ("yes", r#"{"neverRequireSignedURLs":true}"#),
            ("odd", r#"{"neverRequireSignedURLs":"true"}"#),
        ]
        .map(|(name, entry)| VariantOptions::read(name, entry));
        let variants = ["unset", "no", "yes", "odd", "other", "w=9"];
        for (flags, expected) in [
            (
                r#""requireSignedURLs":true"#,
                [NeedsSignature, NeedsSignature, AlwaysPublic, Unknown, Unknown, Refused],
            ),
            (r#""requireSignedURLs":null"#, [Unknown, Unknown, AlwaysPublic, Unknown, Unknown, Unknown]),
            (r#""requireSignedURLs":false"#, [Public; 6]),
            (r#""requireSignedURLs":false,"draft":true"#, [Draft; 6]),
        ] {
            let image = Image::read(&format!(r#"{{"id":"a",{flags}}}"#)).unwrap();
            let accesses = variants.map(|variant| VariantAccess::new(&image, variant, &options));
            assert_eq!(accesses, expected, "{flags}");
            let unread = VariantAccess::new(&image, "no", &[]);
            let expected = if expected[1] == NeedsSignature { Unknown } else { expected[1] };
            assert_eq!(unread, expected, "the account's options are unknown: {flags}");
        }
    }
}
