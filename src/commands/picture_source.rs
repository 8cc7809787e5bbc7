//! Where the bytes of pictures come from: a delivery host, or the API where only the original is to be had.

use std::io::Write;

use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::account::Account;
use super::console::{Clock, Errors};
use super::signing::UrlSigner;
use crate::cloudflare::{Head, OnProgress, Saved};
use crate::domain::signing::{FETCH_LIFETIME, may_sign};
use crate::domain::{
    Access, DeliveryUrl, Failure, FailureKind, Image, ImageId, Plain, Variant, VariantOptions,
};
use crate::picture::{self, Format, PictureError};

/// What fetches pictures for commands: failures are in words already.
pub trait PictureFetcher {
    /// Writes a picture's bytes, `cap` at most, as they come. After a failure a part of them may be written.
    fn fetch(
        &self,
        source: &Source,
        cap: u64,
        to: &mut (dyn Write + Send),
        on_progress: &OnProgress<'_>,
    ) -> impl Future<Output = Result<Saved, Failure>>;

    /// What a delivery host tells of a picture without its bytes; of an original nothing is to be had so.
    fn head(&self, source: &Source) -> impl Future<Output = Result<Head, Failure>>;
}

/// Where a picture's bytes are to be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// At this URL of a delivery host, which is sent no credentials.
    Delivery(String),
    /// At this URL of a delivery host, signed for five minutes when it is fetched.
    Signed {
        /// The URL, unsigned.
        url: DeliveryUrl,
        /// From when on the signature holds.
        at: Timestamp,
    },
    /// From the API: what was uploaded.
    Original(ImageId),
}

impl Source {
    /// Whether a delivery host makes the picture, rather than the API giving what was uploaded.
    pub(super) fn is_delivered(&self) -> bool {
        !matches!(self, Self::Original(_))
    }
}

/// Finds where variants' bytes are to be had: the one place where commands decide so.
pub(super) struct Sources<'a, A> {
    account: &'a A,
    clock: Clock,
    /// Whether there is a key to sign with. Keys that cannot be had are not asked for again with each variant.
    signs: OnceCell<Result<(), Failure>>,
    options: OnceCell<Vec<VariantOptions>>,
}

impl<'a, A: UrlSigner> Sources<'a, A> {
    pub(super) fn new(account: &'a A, clock: Clock) -> Self {
        Self { account, clock, signs: OnceCell::new(), options: OnceCell::new() }
    }

    /// Where a variant's bytes are to be had, signed where the image needs it; why not, where only a signed URL would
    /// deliver them, and none can be made.
    pub(super) async fn source_for(
        &self,
        image: &Image,
        variant: &Variant,
        options: &[VariantOptions],
    ) -> Result<Source, Failure> {
        match image.plain(&variant.name, options) {
            // Where the API does not say, the host will.
            Plain::Works | Plain::Unsure => return Ok(Source::Delivery(variant.url.as_str().to_owned())),
            Plain::Forbidden => {}
        }
        may_sign(&variant.url, image.access, options)
            .map_err(|why| Failure::new(FailureKind::Other, "It cannot be signed", why.to_string()))?;
        let at = self.clock.now();
        let sign = || async { self.account.sign(&variant.url, Some(ends(at))).await.map(drop) };
        self.signs.get_or_init(sign).await.clone()?;
        Ok(Source::Signed { url: variant.url.clone(), at })
    }
}

impl<A: Account + UrlSigner> Sources<'_, A> {
    /// The options of the account's variants, as far as [`Self::of`] needs them: only they tell that a variant of a
    /// private image is public all the same.
    pub(super) async fn options_for(&self, image: &Image, errors: &Errors) -> &[VariantOptions] {
        if image.access != Access::Signed {
            return &[];
        }
        let ask = || async {
            self.account.variant_options().await.unwrap_or_else(|failure| {
                errors.warning(&format!("Which variants are public all the same is unknown: {failure}"));
                Vec::new()
            })
        };
        self.options.get_or_init(ask).await
    }
}

/// Until when what is signed at a moment opens, in Unix seconds.
pub(super) fn ends(at: Timestamp) -> i64 {
    at.as_second() + FETCH_LIFETIME
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
    let (what, hint) = words.rsplit_once(". ").unwrap_or((&words, ""));
    Failure::new(kind, what, hint)
}

/// The kind of file, by its first bytes.
pub(super) fn format(head: &[u8]) -> Option<Format> {
    picture::format(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Captured, run};

    const UUID: &str = "bc27a117-9509-446b-8c69-c81bfeac0a01";

    /// Where the variant `hero` of images with these IDs and members is to be had, and how often something was signed.
    fn sources(
        images: &[(&str, &str)],
        options: &[VariantOptions],
        keyless: bool,
    ) -> (Vec<Result<Source, String>>, usize) {
        let account = Scripted { keyless, ..Scripted::with(&[]) };
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let sources = Sources::new(&account, captured.console(&mut out, &errors).clock());
        let results = images.iter().map(|(id, access)| {
            let url = format!("https://imagedelivery.net/H/{id}/hero");
            let image = Image::read(&format!(r#"{{"id":"{id}","variants":["{url}"]{access}}}"#)).unwrap();
            let source = run(sources.source_for(&image, &image.variants[0], options));
            source.map_err(|failure| failure.to_string())
        });
        (results.collect(), account.signed.get())
    }

    const PRIVATE: &str = r#","requireSignedURLs":true"#;

    #[test]
    fn a_plain_url_is_taken_where_it_works_and_only_there() {
        let public = [VariantOptions::read("hero", r#"{"neverRequireSignedURLs":true}"#)];
        let there = Ok(Source::Delivery(format!("https://imagedelivery.net/H/{UUID}/hero")));
        let works = [(UUID, r#","requireSignedURLs":false"#), (UUID, "")];
        assert_eq!(
            sources(&works, &[], true),
            (vec![there.clone(), there.clone()], 0),
            "else the host will say"
        );
        assert_eq!(sources(&[(UUID, PRIVATE)], &public, true), (vec![there], 0));
    }

    #[test]
    fn a_private_one_is_signed_for_a_moment_where_a_key_is_to_be_had() {
        let (results, signed) = sources(&[(UUID, PRIVATE)], &[], false);
        let Ok(Source::Signed { url, at }) = &results[0] else { panic!("{results:?}") };
        assert_eq!((url.as_str(), signed), (&*format!("https://imagedelivery.net/H/{UUID}/hero"), 1));
        assert_eq!(ends(*at) - at.as_second(), 300);
        let (results, signed) = sources(&[(UUID, PRIVATE), (UUID, PRIVATE)], &[], true);
        assert!(
            results.iter().all(|source| source.as_ref().is_err_and(|why| why.contains("No key"))),
            "{results:?}"
        );
        assert_eq!(signed, 1, "not again with each variant");
        let (results, signed) = sources(&[("mine", PRIVATE)], &[], false);
        assert!(
            results[0].as_ref().is_err_and(|why| why.contains("custom ID")) && signed == 0,
            "{results:?}"
        );
    }

    #[test]
    fn a_picture_that_is_none_is_a_matter_of_the_network() {
        let failure = picture_failure(&picture::file_info(b"<html>").unwrap_err());
        assert_eq!(failure.kind, FailureKind::Network);
        assert!(failure.what.starts_with("This is not a picture") && failure.hint.ends_with("browser."));
    }
}
