//! Builds the URLs for `url`, `open` and `copy`: plain or signed, on the API's host or a custom domain.

use std::cell::Cell;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::OnceCell;

use super::account::Account;
use super::arguments::Link;
use super::console::{Clock, Console, Errors};
use super::signing::UrlSigner;
use super::variant_arg::variant_arg;
use crate::domain::sanitize::sanitize;
use crate::domain::secret::redacted;
use crate::domain::signing::{InvalidExpiry, check_signable, clock_is_off, clock_warning, expires_at};
use crate::domain::width::cut_end;
use crate::domain::{
    Access, CustomDomain, DeliveryUrl, Failure, FailureKind, Image, Lifetime, Plain, Preferences, Reference,
    SignedUrl, VariantOptions, time_format, url_display,
};

/// The options for URLs, from the arguments and the settings.
#[derive(Debug)]
pub(super) struct UrlOptions {
    variant: Option<String>,
    /// The variant in the settings, used if none is named.
    preferred: Option<String>,
    unsigned: bool,
    signing: Signing,
    domain: Option<CustomDomain>,
}

#[derive(Debug, Clone, Copy)]
enum Signing {
    /// Never sign.
    Never,
    /// Sign, as requested by an option.
    Requested(Validity),
    /// Sign if the image needs it.
    IfNeeded(Validity),
}

#[derive(Debug, Clone, Copy)]
enum Validity {
    For(Lifetime),
    Until(i64),
}

/// Builds the URLs of one command. The variants' options and the keys are fetched once; what applies to all
/// images is printed once.
pub(super) struct UrlBuilder<'a, A> {
    account: &'a A,
    errors: &'a Errors,
    url_options: UrlOptions,
    clock: Clock,
    zone: fn() -> TimeZone,
    options: OnceCell<Vec<VariantOptions>>,
    keys: OnceCell<Result<(), Failure>>,
    domain_warned: Cell<bool>,
    clock_warned: Cell<bool>,
}

/// An image and the selected variant.
#[derive(Debug)]
pub(super) struct SelectedImage {
    pub(super) image: Image,
    /// The variant's unsigned URL.
    pub(super) url: DeliveryUrl,
}

/// The URL to print, open or copy.
#[derive(Debug)]
pub(super) enum ResolvedUrl {
    Plain(DeliveryUrl),
    /// A signed URL, and the name of its key.
    Signed(SignedUrl, String),
}

impl UrlOptions {
    /// Checks the arguments. With `sign_if_needed`, private images are signed without `--sign`.
    pub(super) fn new(
        link: &Link,
        sign_if_needed: bool,
        preferences: &Preferences,
        console: &Console<'_>,
    ) -> Result<Self, Failure> {
        let usage = |what: &str, hint: String| Err(Failure::new(FailureKind::Usage, what, hint));
        let lifetime = link.sign.flatten().unwrap_or(preferences.lifetime);
        let signing = match (&link.expires_at, link.sign) {
            (Some(_), Some(Some(_))) => {
                return usage(
                    "A lifetime and a date were given",
                    "Give one of them: --sign=1h, or --expires-at.".into(),
                );
            }
            (Some(date), _) => match expires_at(date, &(console.zone)(), console.now) {
                Ok(at) => Signing::Requested(Validity::Until(at)),
                Err(why) => {
                    let shown = cut_end(&sanitize(&redacted(date.trim())), 60).into_owned();
                    let hint = match why {
                        // A shell splits an unquoted date with a space in two.
                        InvalidExpiry::Date => {
                            "--expires-at takes 2026-12-31, \"2026-12-31 18:00\", or 2026-12-31T18:00:00Z."
                                .to_owned()
                        }
                        why => format!("--expires-at: {why}."),
                    };
                    return usage(&format!("No URL can be signed until “{shown}”"), hint);
                }
            },
            (None, Some(_)) => Signing::Requested(Validity::For(lifetime)),
            (None, None) if sign_if_needed => Signing::IfNeeded(Validity::For(lifetime)),
            (None, None) => Signing::Never,
        };
        Ok(Self {
            variant: link.target.variant.clone(),
            preferred: preferences.variant.clone(),
            unsigned: link.target.unsigned,
            signing,
            domain: link.domain.clone().or_else(|| preferences.domain.clone()),
        })
    }
}

impl<'a, A: Account + UrlSigner> UrlBuilder<'a, A> {
    pub(super) fn new<'c: 'a>(account: &'a A, url_options: UrlOptions, console: &Console<'c>) -> Self {
        Self {
            account,
            errors: console.errors,
            url_options,
            clock: console.clock(),
            zone: console.zone,
            options: OnceCell::new(),
            keys: OnceCell::new(),
            domain_warned: Cell::new(false),
            clock_warned: Cell::new(false),
        }
    }

    pub(super) async fn image(&self, reference: &Reference) -> Result<Image, Failure> {
        self.account.image(reference).await
    }

    /// The URL of an image's variant, as text.
    pub(super) async fn link(&self, reference: &Reference) -> Result<String, Failure> {
        let selected = self.select(self.image(reference).await?, reference.variant.as_deref())?;
        let resolved = self.resolve(&selected).await?;
        if let Some(note) = self.expiry_note(&resolved) {
            self.note_once(&note);
        }
        Ok(resolved.text())
    }

    /// Selects the variant. `pasted` is the one in a pasted URL.
    pub(super) fn select(&self, image: Image, pasted: Option<&str>) -> Result<SelectedImage, Failure> {
        let (typed, preferred) = (self.url_options.variant.as_deref(), self.url_options.preferred.as_deref());
        let url = variant_arg(&image, typed, pasted, preferred, self.errors)?.url;
        let url = self.on_domain(&url)?;
        Ok(SelectedImage { image, url })
    }

    /// A URL moved to the custom domain, if there is one.
    pub(super) fn on_domain(&self, url: &DeliveryUrl) -> Result<DeliveryUrl, Failure> {
        let Some(domain) = &self.url_options.domain else { return Ok(url.clone()) };
        domain.url(url).map_err(|why| {
            let hint = format!("On {domain} the URL could not be read: {why}. Give another --domain.");
            Failure::new(FailureKind::Usage, "The domain does not fit", hint)
        })
    }

    /// The variant's URL, signed or not according to the options. Fails if the URL would not work.
    pub(super) async fn resolve(&self, selected: &SelectedImage) -> Result<ResolvedUrl, Failure> {
        self.resolve_with(selected, |text| self.errors.warning(text)).await
    }

    /// Like [`Self::resolve`], without warnings: for further variants of an image whose first URL has given
    /// them.
    pub(super) async fn resolve_quietly(&self, selected: &SelectedImage) -> Result<ResolvedUrl, Failure> {
        self.resolve_with(selected, |_| {}).await
    }

    async fn resolve_with(
        &self,
        selected: &SelectedImage,
        warn: impl Fn(&str),
    ) -> Result<ResolvedUrl, Failure> {
        let SelectedImage { image, url } = selected;
        let plain = || Ok(ResolvedUrl::Plain(url.clone()));
        let sign_requested = matches!(self.url_options.signing, Signing::Requested(_));
        let options = if image.access == Access::Signed || (sign_requested && image.access == Access::Unknown)
        {
            self.options().await
        } else {
            &[]
        };
        let signable = check_signable(url, image.access, options);
        let id = sanitize(image.id.as_str());
        match (self.url_options.signing, signable) {
            (Signing::Requested(validity), Ok(())) => return self.sign(url, validity).await,
            (Signing::Requested(_), Err(why)) if why.works_unsigned() => {
                warn(&format!("{id} is not signed. {why}"));
                return plain();
            }
            (Signing::Requested(_), Err(why)) => {
                return Err(Failure::new(FailureKind::Other, "Not signed", why.to_string()));
            }
            _ => {}
        }
        match (image.plain(url.variant(), options), self.url_options.signing, signable) {
            (Plain::Works, ..) => {}
            (Plain::Unsure, ..) => {
                let why = image.why_unknown().unwrap_or_default();
                warn(&format!(
                    "Whether {id} needs signed URLs is unknown ({why}): if it does, its plain URL answers 403."
                ));
            }
            (Plain::Forbidden, ..) if self.url_options.unsigned => {
                warn(&format!("{id} needs signed URLs, and this one is not signed: it answers 403."));
            }
            (Plain::Forbidden, _, Err(why)) => {
                return Err(Failure::new(
                    FailureKind::Other,
                    "This image needs signed URLs",
                    format!("{why} The plain URL answers 403: --unsigned takes it all the same."),
                ));
            }
            (Plain::Forbidden, Signing::IfNeeded(validity), Ok(())) => return self.sign(url, validity).await,
            (Plain::Forbidden, ..) => {
                return Err(Failure::new(
                    FailureKind::Other,
                    "This image needs signed URLs",
                    "Its plain URL answers 403: add --sign for one that opens, or --unsigned to take the plain one all the same.",
                ));
            }
        }
        plain()
    }

    /// A note on the key and the expiry; `None` for a plain URL.
    pub(super) fn expiry_note(&self, resolved: &ResolvedUrl) -> Option<String> {
        let ResolvedUrl::Signed(signed, key) = resolved else { return None };
        // Without this, an hour that has just started would read as 59 minutes.
        let just_now = self.clock.now() - SignedDuration::from_secs(2);
        let until = match signed.expires().map(Timestamp::from_second) {
            None => "it opens for ever".to_owned(),
            Some(Ok(at)) => {
                format!(
                    "it opens until {} ({})",
                    time_format::local(at, &(self.zone)()),
                    time_format::ago(at, just_now)
                )
            }
            Some(Err(_)) => "it opens longer than dates go".to_owned(),
        };
        Some(format!("Signed by the key {}: {until}.", sanitize(key)))
    }

    /// The options of the account's variants, which say which variants are public even for private images. If
    /// they cannot be loaded, no variant counts as public.
    pub(super) async fn options(&self) -> &[VariantOptions] {
        let fetch = || async {
            self.account.variant_options().await.unwrap_or_else(|failure| {
                let text = format!("Which variants are public all the same is unknown: {failure}");
                self.errors.warning(&text);
                Vec::new()
            })
        };
        self.options.get_or_init(fetch).await
    }

    /// Prints a note once, however many images it applies to.
    pub(super) fn note_once(&self, text: &str) {
        self.errors.note_once(text);
    }

    /// Prints a warning about a URL that is given nevertheless.
    pub(super) fn warn(&self, text: &str) {
        self.errors.warning(text);
    }

    async fn sign(&self, url: &DeliveryUrl, validity: Validity) -> Result<ResolvedUrl, Failure> {
        // A failure is kept, too: it must not cause a request for each of a thousand images.
        let keys = self.keys.get_or_init(|| async { self.account.keys().await.map(drop) }).await;
        keys.clone()?;
        let expires = match validity {
            Validity::Until(at) => Some(at),
            Validity::For(lifetime) => lifetime.expires(self.clock.now()),
        };
        let (signed, key) = self.account.sign(url, expires).await?;
        if url.as_str().contains("/cdn-cgi/imagedelivery/") && !self.domain_warned.replace(true) {
            self.errors.warning(
                "Cloudflare does not document signing on custom domains: try the URL before you rely on it.",
            );
        }
        let off = self.account.server_now().and_then(|server| clock_is_off(server, self.clock.now()));
        if let Some(off) = off.filter(|_| !self.clock_warned.replace(true)) {
            self.errors.warning(&clock_warning(off));
        }
        Ok(ResolvedUrl::Signed(signed, key))
    }
}

impl ResolvedUrl {
    /// The URL as text. If it is signed, it is a secret.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Plain(url) => url_display::percent_encode_for_display(url.as_str()).into_owned(),
            Self::Signed(signed, _) => signed.expose(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::account::scripted::Scripted;
    use crate::commands::arguments::Target;
    use crate::commands::console::tests::{Captured, run};
    use crate::commands::image_args::ImageArg;

    fn account() -> Scripted {
        let image = |id: &str, rest: &str| {
            let url = |variant: &str| format!("\"https://imagedelivery.net/H/{id}/{variant}\"");
            format!(
                r#"{{"id":"{id}","variants":[{},{},{}]{rest}}}"#,
                url("zoom"),
                url("public"),
                url("avatar")
            )
        };
        let images = [
            image("open", r#","requireSignedURLs":false"#),
            image("a b", r#","requireSignedURLs":false"#),
            image("closed", r#","requireSignedURLs":true"#),
            image(PRIVATE, r#","requireSignedURLs":true"#),
            image("odd", ""),
            image("odder", r#","requireSignedURLs":null"#),
            image("draft", r#","draft":true"#),
            r#"{"id":"bare"}"#.to_owned(),
        ];
        let avatar = VariantOptions::read("avatar", r#"{"neverRequireSignedURLs":true}"#);
        let images: Vec<&str> = images.iter().map(String::as_str).collect();
        Scripted { options: Some(vec![avatar]), ..Scripted::with(&images) }
    }

    fn link_for(
        image: &str,
        variant: Option<&str>,
        unsigned: bool,
    ) -> (Result<String, (FailureKind, String)>, String) {
        link_with(image, variant, |link| link.target.unsigned = unsigned, false)
    }

    fn link_with(
        image: &str,
        variant: Option<&str>,
        change: impl FnOnce(&mut Link),
        sign_if_needed: bool,
    ) -> (Result<String, (FailureKind, String)>, String) {
        let target = Target { image: image.to_owned(), variant: variant.map(str::to_owned), unsigned: false };
        let mut link = Link { target, sign: None, expires_at: None, domain: None };
        change(&mut link);
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let console = captured.console(&mut out, &errors);
        let url = run(async {
            let url_options = UrlOptions::new(&link, sign_if_needed, &Preferences::default(), &console)?;
            let account = account();
            UrlBuilder::new(&account, url_options, &console)
                .link(&ImageArg::read(&link.target.image).reference?)
                .await
        });
        (url.map_err(|failure: Failure| (failure.kind, failure.to_string())), captured.text())
    }

    #[test]
    fn link_uses_named_else_pasted_else_public_variant() {
        let pasted = "https://imagedelivery.net/H/open/zoom?sig=1";
        for (image, variant, url) in [
            ("open", None, "https://imagedelivery.net/H/open/public"),
            ("open", Some("avatar"), "https://imagedelivery.net/H/open/avatar"),
            (pasted, None, "https://imagedelivery.net/H/open/zoom"),
            (pasted, Some("avatar"), "https://imagedelivery.net/H/open/avatar"),
            ("a b", None, "https://imagedelivery.net/H/a%20b/public"),
        ] {
            assert_eq!(
                link_for(image, variant, false),
                (Ok(url.to_owned()), String::new()),
                "{image} {variant:?}"
            );
        }
    }

    #[test]
    fn private_image_needs_sign_or_unsigned_option() {
        let (url, errors) = link_for("closed", None, false);
        let (kind, words) = url.unwrap_err();
        assert_eq!((kind, errors.as_str()), (FailureKind::Other, ""));
        assert!(words.contains("403") && words.contains("--unsigned"), "{words}");
        let (url, errors) = link_for("closed", None, true);
        assert_eq!(url.as_deref(), Ok("https://imagedelivery.net/H/closed/public"));
        assert!(errors.starts_with("cfimg: warning: closed ") && errors.contains("403"), "{errors}");
        assert_eq!(errors.lines().count(), 1, "{errors}");
        let (url, errors) = link_for("closed", Some("avatar"), false);
        assert_eq!((url.as_deref(), errors.as_str()), (Ok("https://imagedelivery.net/H/closed/avatar"), ""));
    }

    #[test]
    fn unknown_access_gives_plain_url_and_warning() {
        for image in ["odd", "odder"] {
            let (url, errors) = link_for(image, None, false);
            let image = account().images.into_iter().find(|known| known.id.as_str() == image).unwrap();
            let why = image.why_unknown().unwrap();
            let warning = errors.strip_prefix("cfimg: warning: ").unwrap_or_default();
            assert!(
                url.is_ok() && warning.contains(image.id.as_str()) && warning.contains(&*why),
                "{errors}"
            );
        }
    }

    #[test]
    fn missing_variant_or_image_is_a_failure() {
        for (image, variant, words) in [
            ("open", Some("w400"), "avatar, public, zoom"),
            ("https://imagedelivery.net/H/open/w400", None, "“w400”"),
            ("draft", None, "draft"),
            ("bare", None, ""),
            ("gone", None, ""),
        ] {
            let (kind, message) = link_for(image, variant, true).0.unwrap_err();
            assert_eq!(kind, FailureKind::NotFound, "{message}");
            assert!(message.contains(words), "{message}");
        }
        assert_eq!(link_for("..", None, false).0.unwrap_err().0, FailureKind::Usage);
    }

    const PRIVATE: &str = "bc27a117-9509-446b-8c69-c81bfeac0a01";

    #[test]
    fn private_image_is_signed_if_requested_or_needed() {
        let forced = |link: &mut Link| link.sign = Some(None);
        for (change, sign_if_needed) in [(forced as fn(&mut Link), false), (|_| {}, true), (forced, true)] {
            let (url, errors) = link_with(PRIVATE, None, change, sign_if_needed);
            let url = url.unwrap();
            // One hour after the test console's time, which is noon.
            assert!(
                url.starts_with(&format!("https://imagedelivery.net/H/{PRIVATE}/public?exp=17955")),
                "{url}"
            );
            assert!(url.contains("&sig="), "{url}");
            assert!(
                errors.contains(" test: ") && errors.contains(" 2026-11-24 13:00 UTC (in 1 hour)"),
                "{errors}"
            );
            assert_eq!(errors.lines().count(), 1, "{errors}");
        }
        let (url, errors) = link_with(PRIVATE, None, |link| link.sign = Some(Some(Lifetime::Never)), false);
        assert!(url.unwrap().contains("/public?sig=") && errors.lines().count() == 1, "{errors}");
        let date = |link: &mut Link| link.expires_at = Some("2027-01-01".to_owned());
        assert!(link_with(PRIVATE, None, date, true).0.unwrap().contains("exp=1798761600&"));
    }

    #[test]
    fn signature_that_would_not_help_is_refused() {
        let sign = |link: &mut Link| link.sign = Some(None);
        for (image, variant, url, words) in [
            ("open", None, "https://imagedelivery.net/H/open/public", ""),
            (PRIVATE, Some("avatar"), "", "neverRequireSignedURLs"),
        ] {
            let (resolved, errors) = link_with(image, variant, sign, false);
            let resolved = resolved.unwrap();
            assert!(resolved.starts_with(url) && !resolved.contains("sig="), "{resolved}");
            let start = format!("cfimg: warning: {image} ");
            assert!(errors.starts_with(&start) && errors.contains(words), "{errors}");
        }
        let (url, errors) = link_with(PRIVATE, Some("avatar"), |_| {}, true);
        assert!(url.is_ok() && errors.is_empty(), "{errors}");
        for sign_if_needed in [false, true] {
            for (image, variant) in [("closed", None), (PRIVATE, Some("w=4"))] {
                for change in [sign as fn(&mut Link), |_| {}] {
                    let (kind, message) = link_with(image, variant, change, sign_if_needed).0.unwrap_err();
                    assert_eq!(kind, FailureKind::Other, "{message}");
                }
            }
        }
    }

    #[test]
    fn invalid_expiry_is_a_usage_error() {
        for (date, words) in
            [("2020-01-01", "“2020-01-01”"), ("soon", "“soon”"), ("99999-01-01", "“99999-01-01”")]
        {
            let (kind, message) =
                link_with(PRIVATE, None, |link| link.expires_at = Some(date.to_owned()), false)
                    .0
                    .unwrap_err();
            assert!(kind == FailureKind::Usage && message.contains(words), "{message}");
        }
        let both = |link: &mut Link| {
            link.sign = Some(Some(Lifetime::DEFAULT));
            link.expires_at = Some("2099-01-01".to_owned());
        };
        assert_eq!(link_with(PRIVATE, None, both, false).0.unwrap_err().0, FailureKind::Usage);
    }

    #[test]
    fn flexible_options_and_custom_domain_shape_the_url() {
        let (url, errors) = link_with("open", Some("fit=cover,width=400"), |_| {}, false);
        assert_eq!((url.as_deref(), &*errors), (Ok("https://imagedelivery.net/H/open/w=400,fit=cover"), ""));
        let (_, errors) = link_with("open", Some("fit=cover"), |_| {}, false);
        assert!(errors.starts_with("cfimg: warning: fit "), "{errors}");
        let (url, errors) = link_with("open", Some("wid=4"), |_| {}, false);
        assert_eq!(url.as_deref(), Ok("https://imagedelivery.net/H/open/wid=4"));
        assert!(errors.contains("width"), "{errors}");
        let (kind, _) = link_with("open", Some("w=0"), |_| {}, false).0.unwrap_err();
        assert_eq!(kind, FailureKind::Usage);
        let domain = |link: &mut Link| link.domain = Some("img.example.com".parse().unwrap());
        let (url, _) = link_with("open", None, domain, false);
        assert_eq!(url.as_deref(), Ok("https://img.example.com/cdn-cgi/imagedelivery/H/open/public"));
        let (url, errors) = link_with(PRIVATE, None, domain, true);
        assert!(url.is_ok() && errors.matches("cfimg: warning: ").count() == 1, "{errors}");
    }
}
