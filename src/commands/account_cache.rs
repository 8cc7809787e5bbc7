//! What a command learns about an account once, however many images it works on.

use tokio::sync::OnceCell;

use super::account::Account;
use super::console::Errors;
use crate::domain::{Access, DeliveryPlan, DeliveryUrl, Failure, PictureSource, SignMode, VariantOptions};

/// The warning if the account's variants could not be loaded.
pub(super) const NO_OPTIONS: &str = "Couldn't load the account's variants.";

/// The options of an account's variants, and whether it can sign. Each is requested when it is first needed. Failures
/// are kept, so that they do not cause a request for each of a thousand images.
pub(super) struct AccountCache<'a, A> {
    pub(super) account: &'a A,
    pub(super) errors: &'a Errors,
    options: OnceCell<Result<Vec<VariantOptions>, Failure>>,
    can_sign: OnceCell<Result<(), Failure>>,
}

impl<'a, A: Account> AccountCache<'a, A> {
    pub(super) fn new(account: &'a A, errors: &'a Errors) -> Self {
        Self { account, errors, options: OnceCell::new(), can_sign: OnceCell::new() }
    }

    /// The options of the account's variants.
    pub(super) async fn try_options(&self) -> Result<&[VariantOptions], &Failure> {
        self.options.get_or_init(|| self.account.variant_options()).await.as_deref()
    }

    /// The options of the account's variants, which say which variants are public even for private images. If they
    /// cannot be loaded, no variant counts as public.
    pub(super) async fn options(&self) -> &[VariantOptions] {
        self.try_options().await.unwrap_or_else(|failure| {
            self.errors.warning_once(&format!("{NO_OPTIONS} {failure}"));
            &[]
        })
    }

    /// The options, if they decide how images with this access are delivered; otherwise none, without a request.
    pub(super) async fn options_for(&self, access: Access, mode: SignMode) -> &[VariantOptions] {
        match (access, mode) {
            (Access::Signed, _) | (Access::Unknown, SignMode::Always) => self.options().await,
            (Access::Public | Access::Unknown, _) => &[],
        }
    }

    /// How a variant's URL is delivered. Fails if it needs a signature and none can be made.
    pub(super) async fn plan(
        &self,
        url: &DeliveryUrl,
        access: Access,
        mode: SignMode,
    ) -> Result<DeliveryPlan, Failure> {
        let plan = DeliveryPlan::new(url, access, self.options_for(access, mode).await, mode);
        if plan == DeliveryPlan::Sign {
            self.check_signing(url).await?;
        }
        Ok(plan)
    }

    /// Fails if there is no key to sign with. Checked once.
    async fn check_signing(&self, url: &DeliveryUrl) -> Result<(), Failure> {
        let sign = async || self.account.sign(url, None).await.map(drop);
        self.can_sign.get_or_init(sign).await.clone()
    }

    /// Where to fetch a variant's picture. Fails if only a signed URL would work and none can be made.
    pub(super) async fn source_of(
        &self,
        url: &DeliveryUrl,
        access: Access,
        options: &[VariantOptions],
    ) -> Result<PictureSource, Failure> {
        let source = PictureSource::of_variant(url, access, options)
            .map_err(|why| Failure::other("Couldn't sign the URL", why.to_string()))?;
        if let PictureSource::Signed { .. } = source {
            self.check_signing(url).await?;
        }
        Ok(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::console::tests::{Captured, run};
    use crate::domain::Image;

    const UUID: &str = "bc27a117-9509-446b-8c69-c81bfeac0a01";

    /// The sources of the variant `hero` of images with these IDs and further members, and the number of
    /// signatures.
    fn sources(
        images: &[(&str, &str)],
        options: &[VariantOptions],
        keyless: bool,
    ) -> (Vec<Result<PictureSource, String>>, usize) {
        let account = Scripted { keyless, ..Scripted::with(&[]) };
        let (_, errors) = Captured::new();
        let cache = AccountCache::new(&account, &errors);
        let results = images.iter().map(|(id, access)| {
            let url = format!("https://imagedelivery.net/H/{id}/hero");
            let image = Image::read(&format!(r#"{{"id":"{id}","variants":["{url}"]{access}}}"#)).unwrap();
            let source = run(cache.source_of(&image.variants[0].url, image.access, options));
            source.map_err(|failure| failure.to_string())
        });
        (results.collect(), account.signed.get())
    }

    const PRIVATE: &str = r#","requireSignedURLs":true"#;

    #[test]
    fn source_is_plain_url_if_that_works() {
        let public = [VariantOptions::read("hero", r#"{"neverRequireSignedURLs":true}"#)];
        let plain = Ok(PictureSource::Plain(format!("https://imagedelivery.net/H/{UUID}/hero")));
        let works = [(UUID, r#","requireSignedURLs":false"#), (UUID, "")];
        assert_eq!(
            sources(&works, &[], true),
            (vec![plain.clone(), plain.clone()], 0),
            "if access is unknown, the host's response decides"
        );
        assert_eq!(sources(&[(UUID, PRIVATE)], &public, true), (vec![plain], 0));
    }

    #[test]
    fn private_image_is_signed_if_there_is_a_key() {
        let (results, signed) = sources(&[(UUID, PRIVATE)], &[], false);
        let Ok(PictureSource::Signed { url, .. }) = &results[0] else { panic!("{results:?}") };
        assert_eq!((url.as_str(), signed), (&*format!("https://imagedelivery.net/H/{UUID}/hero"), 1));
        let (results, signed) = sources(&[(UUID, PRIVATE), (UUID, PRIVATE)], &[], true);
        assert!(
            results.iter().all(|source| source.as_ref().is_err_and(|why| why.contains("No key"))),
            "{results:?}"
        );
        assert_eq!(signed, 1, "signing was tried once, not for each variant");
        let (results, signed) = sources(&[("mine", PRIVATE)], &[], false);
        assert!(results[0].is_err() && signed == 0, "{results:?}");
    }
}
