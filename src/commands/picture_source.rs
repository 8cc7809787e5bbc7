//! Decides where the bytes of a picture are fetched from: the delivery host, or the API for an original.

use std::io::Write;

use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::account::Account;
use super::console::{Clock, Errors};
use super::signing::UrlSigner;
use crate::cloudflare::{Head, OnProgress, Saved};
use crate::domain::signing::{FETCH_LIFETIME, check_signable};
use crate::domain::{
    Access, DeliveryUrl, Failure, FailureKind, Image, ImageId, Plain, Variant, VariantOptions,
};
use crate::picture::{self, Format, PictureError};

/// Fetches pictures. Errors are already messages for the user.
pub trait PictureFetcher {
    /// Writes a picture's bytes to `to` as they arrive, at most `cap`. On failure a part of them may have
    /// been written.
    fn fetch(
        &self,
        source: &Source,
        cap: u64,
        to: &mut (dyn Write + Send),
        on_progress: &OnProgress<'_>,
    ) -> impl Future<Output = Result<Saved, Failure>>;

    /// Sends a HEAD request. Fails for an original, which the API serves only as a whole.
    fn head(&self, source: &Source) -> impl Future<Output = Result<Head, Failure>>;
}

/// Where to fetch a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// From this URL on a delivery host. No credentials are sent.
    Delivery(String),
    /// From this URL on a delivery host, signed for five minutes when it is fetched.
    Signed {
        /// The unsigned URL.
        url: DeliveryUrl,
        /// The time from which the five minutes count.
        at: Timestamp,
    },
    /// From the API.
    Original(ImageId),
}

impl Source {
    /// Whether the picture comes from a delivery host.
    pub(super) fn is_delivered(&self) -> bool {
        !matches!(self, Self::Original(_))
    }
}

/// Chooses the source of each variant's picture.
pub(super) struct Sources<'a, A> {
    account: &'a A,
    clock: Clock,
    /// Whether signing works. A failure is kept, so that it does not cause a request per variant.
    signs: OnceCell<Result<(), Failure>>,
    options: OnceCell<Vec<VariantOptions>>,
}

impl<'a, A: UrlSigner> Sources<'a, A> {
    pub(super) fn new(account: &'a A, clock: Clock) -> Self {
        Self { account, clock, signs: OnceCell::new(), options: OnceCell::new() }
    }

    /// The source of a variant's picture, signed if the image needs it. Fails if only a signed URL would work
    /// and none can be made.
    pub(super) async fn source_for(
        &self,
        image: &Image,
        variant: &Variant,
        options: &[VariantOptions],
    ) -> Result<Source, Failure> {
        match image.plain(&variant.name, options) {
            // If the access is unknown, the host's response decides.
            Plain::Works | Plain::Unsure => return Ok(Source::Delivery(variant.url.as_str().to_owned())),
            Plain::Forbidden => {}
        }
        check_signable(&variant.url, image.access, options)
            .map_err(|why| Failure::new(FailureKind::Other, "It cannot be signed", why.to_string()))?;
        let at = self.clock.now();
        let sign = || async { self.account.sign(&variant.url, Some(short_expiry(at))).await.map(drop) };
        self.signs.get_or_init(sign).await.clone()?;
        Ok(Source::Signed { url: variant.url.clone(), at })
    }
}

impl<A: Account + UrlSigner> Sources<'_, A> {
    /// The options of the account's variants, if [`Self::source_for`] needs them: they say which variants are
    /// public even for private images.
    pub(super) async fn options_for(&self, image: &Image, errors: &Errors) -> &[VariantOptions] {
        if image.access != Access::Signed {
            return &[];
        }
        let fetch = || async {
            self.account.variant_options().await.unwrap_or_else(|failure| {
                errors.warning(&format!("Which variants are public all the same is unknown: {failure}"));
                Vec::new()
            })
        };
        self.options.get_or_init(fetch).await
    }
}

/// The expiry of a signature made at `at` for one fetch, in Unix seconds.
pub(super) fn short_expiry(at: Timestamp) -> i64 {
    at.as_second() + FETCH_LIFETIME
}

/// The message for a picture that cannot be shown or saved.
pub(super) fn picture_failure(error: &PictureError) -> Failure {
    let kind = match error {
        PictureError::Empty | PictureError::NotAPicture { .. } | PictureError::Cut { .. } => {
            FailureKind::Network
        }
        _ => FailureKind::Other,
    };
    let text = error.to_string();
    let (what, hint) = text.rsplit_once(". ").unwrap_or((&text, ""));
    Failure::new(kind, what, hint)
}

/// The format of a file, from its first bytes.
pub(super) fn format(head: &[u8]) -> Option<Format> {
    picture::format(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Captured, run};

    const UUID: &str = "bc27a117-9509-446b-8c69-c81bfeac0a01";

    /// The sources of the variant `hero` of images with these IDs and further members, and the number of
    /// signatures.
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
    fn source_is_plain_url_if_that_works() {
        let public = [VariantOptions::read("hero", r#"{"neverRequireSignedURLs":true}"#)];
        let plain = Ok(Source::Delivery(format!("https://imagedelivery.net/H/{UUID}/hero")));
        let works = [(UUID, r#","requireSignedURLs":false"#), (UUID, "")];
        assert_eq!(
            sources(&works, &[], true),
            (vec![plain.clone(), plain.clone()], 0),
            "if access is unknown, the host's response decides"
        );
        assert_eq!(sources(&[(UUID, PRIVATE)], &public, true), (vec![plain], 0));
    }

    #[test]
    fn private_image_is_signed_for_five_minutes() {
        let (results, signed) = sources(&[(UUID, PRIVATE)], &[], false);
        let Ok(Source::Signed { url, at }) = &results[0] else { panic!("{results:?}") };
        assert_eq!((url.as_str(), signed), (&*format!("https://imagedelivery.net/H/{UUID}/hero"), 1));
        assert_eq!(short_expiry(*at) - at.as_second(), 300);
        let (results, signed) = sources(&[(UUID, PRIVATE), (UUID, PRIVATE)], &[], true);
        assert!(
            results.iter().all(|source| source.as_ref().is_err_and(|why| why.contains("No key"))),
            "{results:?}"
        );
        assert_eq!(signed, 1, "signing was tried once, not for each variant");
        let (results, signed) = sources(&[("mine", PRIVATE)], &[], false);
        assert!(results[0].is_err() && signed == 0, "{results:?}");
    }

    #[test]
    fn non_picture_response_is_a_network_failure() {
        let failure = picture_failure(&picture::file_info(b"<html>").unwrap_err());
        assert_eq!(failure.kind, FailureKind::Network);
        assert!(!failure.what.is_empty() && failure.hint.ends_with('.'), "{failure}");
    }
}
