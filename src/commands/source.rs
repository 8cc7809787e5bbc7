//! Where the bytes of pictures come from: a delivery host, or the API where only the original is to be had.

use std::io::Write;

use super::account::Account;
use super::console::Errors;
use crate::cloudflare::{Head, OnProgress, Saved};
use crate::domain::{Access, Failure, FailureKind, Image, ImageId, Plain, Variant, VariantOptions};
use crate::picture::{Format, PictureError, facts};

/// What fetches pictures for commands: failures are in words already.
pub trait Pictures {
    /// Writes a picture's bytes, `cap` at most, as they come. After a failure a part of them may be written.
    fn fetch(
        &self,
        source: &Source,
        cap: u64,
        to: &mut (dyn Write + Send),
        on_progress: &OnProgress<'_>,
    ) -> impl Future<Output = Result<Saved, Failure>>;

    /// What a delivery host tells of a picture without its bytes.
    fn head(&self, url: &str) -> impl Future<Output = Result<Head, Failure>>;
}

/// Where a picture's bytes are to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// At this URL of a delivery host, which is sent no credentials.
    Delivery(String),
    /// From the API: what was uploaded.
    Original(ImageId),
}

/// Where a variant's bytes are to be had; nothing where only a signed URL would deliver them. This is the one place where
/// commands decide so: a URL that is signed comes in here.
pub(super) fn source_of(image: &Image, variant: &Variant, options: &[VariantOptions]) -> Option<Source> {
    match image.plain(&variant.name, options) {
        // Where the API does not say, the host will.
        Plain::Works | Plain::Unsure => Some(Source::Delivery(variant.url.as_str().to_owned())),
        Plain::Forbidden => None,
    }
}

/// The options of the account's variants, as far as [`source_of`] needs them: only they tell that a variant of a private
/// image is public all the same.
pub(super) async fn options_for(
    image: &Image,
    account: &impl Account,
    errors: &Errors,
) -> Vec<VariantOptions> {
    if image.access != Access::Signed {
        return Vec::new();
    }
    account.variant_options().await.unwrap_or_else(|failure| {
        errors.warning(&format!("Whether a variant never needs a signature is unknown: {failure}"));
        Vec::new()
    })
}

/// Why a picture is not shown or saved, in words.
pub(super) fn picture_failure(error: &PictureError) -> Failure {
    let kind = match error {
        PictureError::Empty | PictureError::NotAPicture { .. } | PictureError::Cut { .. } => {
            FailureKind::Network
        }
        _ => FailureKind::Other,
    };
    let words = error.to_string();
    let (what, mend) = words.rsplit_once(". ").unwrap_or((&words, ""));
    Failure::new(kind, what, mend)
}

/// The kind of file, by its first bytes.
pub(super) fn format(head: &[u8]) -> Option<Format> {
    match facts(head) {
        Ok(facts) => Some(facts.format),
        Err(PictureError::Cut { format } | PictureError::NoPixels { format, .. }) => Some(format),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_url_is_taken_where_it_works_and_only_there() {
        let image = |access: &str| {
            let url = "https://imagedelivery.net/H/a/hero";
            Image::read(&format!(r#"{{"id":"a","variants":["{url}"]{access}}}"#)).unwrap()
        };
        let public = [VariantOptions::read("hero", r#"{"neverRequireSignedURLs":true}"#)];
        let of = |image: &Image, options: &[VariantOptions]| source_of(image, &image.variants[0], options);
        let there = Some(Source::Delivery("https://imagedelivery.net/H/a/hero".to_owned()));
        assert_eq!(of(&image(r#","requireSignedURLs":false"#), &[]), there);
        assert_eq!(of(&image(""), &[]), there, "the host will say");
        assert_eq!(of(&image(r#","requireSignedURLs":true"#), &public), there);
        assert_eq!(of(&image(r#","requireSignedURLs":true"#), &[]), None);
    }

    #[test]
    fn a_picture_that_is_none_is_a_matter_of_the_network() {
        let failure = picture_failure(&facts(b"<html>").unwrap_err());
        assert_eq!(failure.kind, FailureKind::Network);
        assert!(failure.what.starts_with("This is not a picture") && failure.mend.ends_with("browser."));
    }
}
