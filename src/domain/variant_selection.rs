//! Selects a variant of an image. Used by the screen and the commands.

use super::secret::redacted;
use super::{Failure, FailureKind, Image, Variant, sanitize};

/// The variant to use if none is named.
pub const DEFAULT_VARIANT: &str = "public";

/// Why no variant could be selected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoVariant {
    /// The image has not been uploaded yet, so nothing can be delivered.
    Draft,
    /// The API lists no variants.
    None,
    /// The image has variants, but none of this name.
    Unknown(String),
}

impl Image {
    /// The index of the initial variant: the wanted one, or else `public`, or else the first by name.
    pub fn preferred_variant(&self, wanted: Option<&str>) -> Option<usize> {
        preferred(&self.variants.iter().map(|variant| variant.name.as_str()), wanted)
    }

    /// The variant to act on: exactly the wanted one, or the initial one if none is wanted.
    pub fn variant(&self, wanted: Option<&str>) -> Result<&Variant, NoVariant> {
        if self.draft {
            return Err(NoVariant::Draft);
        }
        let index = self.preferred_variant(wanted).ok_or(NoVariant::None)?;
        match (&self.variants[index], wanted) {
            (variant, Some(name)) if variant.name != name => Err(NoVariant::Unknown(name.to_owned())),
            (variant, _) => Ok(variant),
        }
    }
}

/// The index of the initial variant: the wanted one, or else `public`, or else the first.
pub(super) fn preferred<'a>(
    names: &(impl ExactSizeIterator<Item = &'a str> + Clone),
    wanted: Option<&str>,
) -> Option<usize> {
    let index = |name: &str| names.clone().position(|other| other == name);
    let first = (names.len() > 0).then_some(0);
    wanted.and_then(index).or_else(|| index(DEFAULT_VARIANT)).or(first)
}

impl NoVariant {
    /// The error for the user, with the variants that exist.
    pub fn failure(&self, image: &Image) -> Failure {
        let id = sanitize::sanitize(image.id.as_str());
        match self {
            Self::Draft => Failure::new(
                FailureKind::NotFound,
                "This image is a draft",
                format!("{id} can't be delivered until its file is uploaded."),
            ),
            Self::None => Failure::new(
                FailureKind::NotFound,
                "This image has no variants",
                format!(
                    "The API returned no delivery URL for {id}. List the account's variants with `cfimg \
                     variants`."
                ),
            ),
            Self::Unknown(name) => {
                let names: Vec<_> = image.variants.iter().map(|v| sanitize::sanitize(&v.name)).collect();
                Failure::new(
                    FailureKind::NotFound,
                    format!("Variant “{}” not found", sanitize::sanitize(&redacted(name))),
                    format!("{id} has these variants: {}.", names.join(", ")),
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(rest: &str) -> Image {
        Image::read(&format!(r#"{{"id":"a"{rest}}}"#)).unwrap()
    }

    fn with_variants(names: &[&str], rest: &str) -> Image {
        let urls: Vec<_> =
            names.iter().map(|name| format!("\"https://imagedelivery.net/H/a/{name}\"")).collect();
        image(&format!(",\"variants\":[{}]{rest}", urls.join(",")))
    }

    #[test]
    fn preferred_is_wanted_then_public_then_first() {
        let both = with_variants(&["zoom", "public", "avatar"], "");
        assert_eq!(both.preferred_variant(Some("zoom")), Some(2));
        assert_eq!(both.preferred_variant(Some("w=400")), Some(1));
        assert_eq!(both.preferred_variant(None), Some(1));
        assert_eq!(with_variants(&["zoom", "avatar"], "").preferred_variant(None), Some(0));
        assert_eq!(image("").preferred_variant(Some("zoom")), None);
    }

    #[test]
    fn unknown_variant_is_never_replaced_by_another() {
        let image_with = with_variants(&["zoom", "public"], "");
        assert_eq!(image_with.variant(Some("zoom")).unwrap().name, "zoom");
        assert_eq!(image_with.variant(None).unwrap().name, "public");
        let none = image_with.variant(Some("zo\u{1b}m")).unwrap_err();
        assert_eq!(none, NoVariant::Unknown("zo\u{1b}m".to_owned()));
        let failure = none.failure(&image_with);
        assert_eq!(failure.kind, FailureKind::NotFound);
        assert!(failure.what.contains("zo␛m") && failure.hint.contains("public, zoom"), "{failure}");
        assert_eq!(image("").variant(None), Err(NoVariant::None));
        assert_eq!(with_variants(&["public"], ",\"draft\":true").variant(None), Err(NoVariant::Draft));
    }
}
