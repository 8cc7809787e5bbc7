//! The URL of a variant that `url`, `open` and `copy` give: plain or signed, on the API's host or a domain of one's own.

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
use crate::domain::signing::{InvalidExpiry, clock_is_off, clock_warning, expires_at, may_sign};
use crate::domain::width::cut_end;
use crate::domain::{
    Access, CustomDomain, DeliveryUrl, Failure, FailureKind, Image, Lifetime, Plain, Preferences, Reference,
    SignedUrl, VariantOptions, time_format, url_display,
};

/// What is wanted of a URL.
#[derive(Debug)]
pub(super) struct UrlOptions {
    variant: Option<String>,
    /// The variant of the settings, where nobody names one.
    preferred: Option<String>,
    unsigned: bool,
    signing: Signing,
    domain: Option<CustomDomain>,
}

#[derive(Debug, Clone, Copy)]
enum Signing {
    /// Not without being asked.
    Never,
    /// As it was asked.
    Requested(Validity),
    /// Where the image needs it.
    IfNeeded(Validity),
}

#[derive(Debug, Clone, Copy)]
enum Validity {
    For(Lifetime),
    Until(i64),
}

/// Gives the URLs of one run. The variants' options and the keys are asked for once, and what holds for all is said once.
pub(super) struct UrlBuilder<'a, A> {
    account: &'a A,
    errors: &'a Errors,
    wanted: UrlOptions,
    clock: Clock,
    zone: fn() -> TimeZone,
    options: OnceCell<Vec<VariantOptions>>,
    keys: OnceCell<Result<(), Failure>>,
    domain_noted: Cell<bool>,
    clock_noted: Cell<bool>,
}

/// A variant of an image.
#[derive(Debug)]
pub(super) struct SelectedImage {
    pub(super) image: Image,
    /// Where it is delivered, unsigned.
    pub(super) url: DeliveryUrl,
}

/// The URL to give.
#[derive(Debug)]
pub(super) enum ResolvedUrl {
    /// An unsigned one.
    Plain(DeliveryUrl),
    /// A signed one, and the name of the key that signed.
    Signed(SignedUrl, String),
}

impl UrlOptions {
    /// Checks what is asked; `where_needed` says that private images are signed without being asked.
    pub(super) fn new(
        link: &Link,
        where_needed: bool,
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
                        // A shell takes a date with a space for two.
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
            (None, None) if where_needed => Signing::IfNeeded(Validity::For(lifetime)),
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
    pub(super) fn new<'c: 'a>(account: &'a A, wanted: UrlOptions, console: &Console<'c>) -> Self {
        Self {
            account,
            errors: console.errors,
            wanted,
            clock: console.clock(),
            zone: console.zone,
            options: OnceCell::new(),
            keys: OnceCell::new(),
            domain_noted: Cell::new(false),
            clock_noted: Cell::new(false),
        }
    }

    /// The image that is meant.
    pub(super) async fn image(&self, reference: &Reference) -> Result<Image, Failure> {
        self.account.image(reference).await
    }

    /// The variant that is meant, and its URL as it was wanted, as text.
    pub(super) async fn link(&self, reference: &Reference) -> Result<String, Failure> {
        let selected = self.select(self.image(reference).await?, reference.variant.as_deref())?;
        let resolved = self.resolve(&selected).await?;
        if let Some(note) = self.expiry_note(&resolved) {
            self.note_once(&note);
        }
        Ok(resolved.text())
    }

    /// The variant that is meant of an image, `pasted` with its URL.
    pub(super) fn select(&self, image: Image, pasted: Option<&str>) -> Result<SelectedImage, Failure> {
        let (typed, preferred) = (self.wanted.variant.as_deref(), self.wanted.preferred.as_deref());
        let url = variant_arg(&image, typed, pasted, preferred, self.errors)?.url;
        let url = self.on_domain(&url)?;
        Ok(SelectedImage { image, url })
    }

    /// Another variant's URL, on the domain that is wanted.
    pub(super) fn on_domain(&self, url: &DeliveryUrl) -> Result<DeliveryUrl, Failure> {
        let Some(domain) = &self.wanted.domain else { return Ok(url.clone()) };
        domain.url(url).map_err(|why| {
            let hint = format!("On {domain} the URL could not be read: {why}. Give another --domain.");
            Failure::new(FailureKind::Usage, "The domain does not fit", hint)
        })
    }

    /// Its URL, signed or not as it was wanted; why not, where it would open nothing.
    pub(super) async fn resolve(&self, selected: &SelectedImage) -> Result<ResolvedUrl, Failure> {
        self.resolve_with(selected, |words| self.errors.warning(words)).await
    }

    /// The URL of another variant, beside one that was given: what was to be said of the image was said of that one, and
    /// a variant that is always public is no surprise among them.
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
        let sign_requested = matches!(self.wanted.signing, Signing::Requested(_));
        let options = if image.access == Access::Signed || (sign_requested && image.access == Access::Unknown)
        {
            self.options().await
        } else {
            &[]
        };
        let may = may_sign(url, image.access, options);
        let id = sanitize(image.id.as_str());
        match (self.wanted.signing, may) {
            (Signing::Requested(until), Ok(())) => return self.sign(url, until).await,
            (Signing::Requested(_), Err(why)) if why.works_unsigned() => {
                warn(&format!("{id} is not signed. {why}"));
                return plain();
            }
            (Signing::Requested(_), Err(why)) => {
                return Err(Failure::new(FailureKind::Other, "Not signed", why.to_string()));
            }
            _ => {}
        }
        match (image.plain(url.variant(), options), self.wanted.signing, may) {
            (Plain::Works, ..) => {}
            (Plain::Unsure, ..) => {
                let why = image.why_unknown().unwrap_or_default();
                warn(&format!(
                    "Whether {id} needs signed URLs is unknown ({why}): if it does, its plain URL answers 403."
                ));
            }
            (Plain::Forbidden, ..) if self.wanted.unsigned => {
                warn(&format!("{id} needs signed URLs, and this one is not signed: it answers 403."));
            }
            (Plain::Forbidden, _, Err(why)) => {
                return Err(Failure::new(
                    FailureKind::Other,
                    "This image needs signed URLs",
                    format!("{why} The plain URL answers 403: --unsigned takes it all the same."),
                ));
            }
            (Plain::Forbidden, Signing::IfNeeded(until), Ok(())) => return self.sign(url, until).await,
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

    /// What is said of a signature, in a sentence; nothing where there is none.
    pub(super) fn expiry_note(&self, resolved: &ResolvedUrl) -> Option<String> {
        let ResolvedUrl::Signed(signed, key) = resolved else { return None };
        // An hour that begins now is not told as 59 minutes for the milliseconds that have passed.
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

    /// The options of the account's variants. Only they tell that one is public all the same; without them none is
    /// taken to be.
    pub(super) async fn options(&self) -> &[VariantOptions] {
        let ask = || async {
            self.account.variant_options().await.unwrap_or_else(|failure| {
                let words = format!("Which variants are public all the same is unknown: {failure}");
                self.errors.warning(&words);
                Vec::new()
            })
        };
        self.options.get_or_init(ask).await
    }

    /// Says something of a kind that may be said of each of a thousand images, once.
    pub(super) fn note_once(&self, text: &str) {
        self.errors.note_once(text);
    }

    /// Warns of something that did not keep a URL from being given.
    pub(super) fn warn(&self, text: &str) {
        self.errors.warning(text);
    }

    async fn sign(&self, url: &DeliveryUrl, until: Validity) -> Result<ResolvedUrl, Failure> {
        // Keys that cannot be had are not asked for again with each of a thousand images.
        let keys = self.keys.get_or_init(|| async { self.account.keys().await.map(drop) }).await;
        keys.clone()?;
        let expires = match until {
            Validity::Until(at) => Some(at),
            Validity::For(lifetime) => lifetime.expires(self.clock.now()),
        };
        let (signed, key) = self.account.sign(url, expires).await?;
        if url.as_str().contains("/cdn-cgi/imagedelivery/") && !self.domain_noted.replace(true) {
            self.errors.warning(
                "Cloudflare does not document signing on custom domains: try the URL before you rely on it.",
            );
        }
        let off = self.account.server_now().and_then(|server| clock_is_off(server, self.clock.now()));
        if let Some(off) = off.filter(|_| !self.clock_noted.replace(true)) {
            self.errors.warning(&clock_warning(off));
        }
        Ok(ResolvedUrl::Signed(signed, key))
    }
}

impl ResolvedUrl {
    /// The URL, for whoever asked for it. A secret, where it is signed.
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
        linked(image, variant, |link| link.target.unsigned = unsigned, false)
    }

    fn linked(
        image: &str,
        variant: Option<&str>,
        change: impl FnOnce(&mut Link),
        where_needed: bool,
    ) -> (Result<String, (FailureKind, String)>, String) {
        let target = Target { image: image.to_owned(), variant: variant.map(str::to_owned), unsigned: false };
        let mut link = Link { target, sign: None, expires_at: None, domain: None };
        change(&mut link);
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let console = captured.console(&mut out, &errors);
        let url = run(async {
            let wanted = UrlOptions::new(&link, where_needed, &Preferences::default(), &console)?;
            let account = account();
            UrlBuilder::new(&account, wanted, &console)
                .link(&ImageArg::read(&link.target.image).reference?)
                .await
        });
        (url.map_err(|failure: Failure| (failure.kind, failure.to_string())), captured.text())
    }

    #[test]
    fn the_variant_named_pasted_or_public() {
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
    fn a_private_image_is_asked_for_twice() {
        let (url, errors) = link_for("closed", None, false);
        let (kind, words) = url.unwrap_err();
        assert_eq!((kind, errors.as_str()), (FailureKind::Other, ""));
        assert!(words.contains("403") && words.contains("--unsigned"), "{words}");
        let (url, errors) = link_for("closed", None, true);
        assert_eq!(url.as_deref(), Ok("https://imagedelivery.net/H/closed/public"));
        assert_eq!(
            errors,
            "cfimg: warning: closed needs signed URLs, and this one is not signed: it answers 403.\n"
        );
        let (url, errors) = link_for("closed", Some("avatar"), false);
        assert_eq!((url.as_deref(), errors.as_str()), (Ok("https://imagedelivery.net/H/closed/avatar"), ""));
    }

    #[test]
    fn without_the_flag_it_acts_and_warns() {
        for (image, why) in [("odd", "the API does not say"), ("odder", "requireSignedURLs is null, where")] {
            let (url, errors) = link_for(image, None, false);
            let start = format!("cfimg: warning: Whether {image} needs signed URLs is unknown ({why}");
            assert!(url.is_ok() && errors.starts_with(&start), "{errors}");
        }
    }

    #[test]
    fn what_has_no_such_url_says_why() {
        for (image, variant, words) in [
            ("open", Some("w400"), "No variant “w400”. open has these: avatar, public, zoom."),
            ("https://imagedelivery.net/H/open/w400", None, "No variant “w400”"),
            ("draft", None, "draft"),
            ("bare", None, "no variants"),
            ("gone", None, "not found"),
        ] {
            let (kind, message) = link_for(image, variant, true).0.unwrap_err();
            assert_eq!(kind, FailureKind::NotFound, "{message}");
            assert!(message.contains(words), "{message}");
        }
        assert_eq!(link_for("..", None, false).0.unwrap_err().0, FailureKind::Usage);
    }

    const PRIVATE: &str = "bc27a117-9509-446b-8c69-c81bfeac0a01";

    #[test]
    fn a_private_image_is_signed_where_it_was_asked_or_is_needed() {
        let forced = |link: &mut Link| link.sign = Some(None);
        for (change, where_needed) in [(forced as fn(&mut Link), false), (|_| {}, true), (forced, true)] {
            let (url, errors) = linked(PRIVATE, None, change, where_needed);
            let url = url.unwrap();
            // An hour after the console's noon.
            assert!(
                url.starts_with(&format!("https://imagedelivery.net/H/{PRIVATE}/public?exp=17955")),
                "{url}"
            );
            assert!(url.contains("&sig="), "{url}");
            assert_eq!(errors, "Signed by the key test: it opens until 2026-11-24 13:00 UTC (in 1 hour).\n");
        }
        let (url, errors) = linked(PRIVATE, None, |link| link.sign = Some(Some(Lifetime::Never)), false);
        assert!(url.unwrap().contains("/public?sig=") && errors.contains("for ever"), "{errors}");
        let date = |link: &mut Link| link.expires_at = Some("2027-01-01".to_owned());
        assert!(linked(PRIVATE, None, date, true).0.unwrap().contains("exp=1798761600&"));
    }

    #[test]
    fn nothing_is_signed_in_vain() {
        let sign = |link: &mut Link| link.sign = Some(None);
        for (image, variant, url, words) in [
            ("open", None, "https://imagedelivery.net/H/open/public", "This image is public"),
            (PRIVATE, Some("avatar"), "", "neverRequireSignedURLs"),
        ] {
            let (resolved, errors) = linked(image, variant, sign, false);
            let resolved = resolved.unwrap();
            assert!(resolved.starts_with(url) && !resolved.contains("sig="), "{resolved}");
            let start = format!("cfimg: warning: {image} is not signed. ");
            assert!(errors.starts_with(&start) && errors.contains(words), "{errors}");
        }
        let (url, errors) = linked(PRIVATE, Some("avatar"), |_| {}, true);
        assert!(url.is_ok() && errors.is_empty(), "{errors}");
        for where_needed in [false, true] {
            for (image, variant, words) in
                [("closed", None, "custom ID"), (PRIVATE, Some("w=4"), "Flexible variants do not work")]
            {
                for change in [sign as fn(&mut Link), |_| {}] {
                    let (kind, message) = linked(image, variant, change, where_needed).0.unwrap_err();
                    let refused =
                        kind == FailureKind::Other && (message.contains(words) || message.contains("--sign"));
                    assert!(refused, "{message}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_signed_for_is_said_before_anything_is_asked() {
        for (date, words) in [
            ("2020-01-01", "this date is past"),
            ("soon", "“soon”. --expires-at takes 2026-12-31, \"2026-12-31 18:00\","),
            ("99999-01-01", "takes 2026"),
        ] {
            let (kind, message) =
                linked(PRIVATE, None, |link| link.expires_at = Some(date.to_owned()), false).0.unwrap_err();
            assert!(kind == FailureKind::Usage && message.contains(words), "{message}");
        }
        let both = |link: &mut Link| {
            link.sign = Some(Some(Lifetime::DEFAULT));
            link.expires_at = Some("2099-01-01".to_owned());
        };
        assert_eq!(linked(PRIVATE, None, both, false).0.unwrap_err().0, FailureKind::Usage);
    }

    #[test]
    fn options_stand_in_a_variants_place_on_any_domain() {
        let (url, errors) = linked("open", Some("fit=cover,width=400"), |_| {}, false);
        assert_eq!((url.as_deref(), &*errors), (Ok("https://imagedelivery.net/H/open/w=400,fit=cover"), ""));
        let (_, errors) = linked("open", Some("fit=cover"), |_| {}, false);
        assert!(errors.contains("fit does nothing"), "{errors}");
        let (url, errors) = linked("open", Some("wid=4"), |_| {}, false);
        assert_eq!(url.as_deref(), Ok("https://imagedelivery.net/H/open/wid=4"));
        assert!(errors.contains("did you mean width?"), "{errors}");
        let (kind, _) = linked("open", Some("w=0"), |_| {}, false).0.unwrap_err();
        assert_eq!(kind, FailureKind::Usage);
        let domain = |link: &mut Link| link.domain = Some("img.example.com".parse().unwrap());
        let (url, _) = linked("open", None, domain, false);
        assert_eq!(url.as_deref(), Ok("https://img.example.com/cdn-cgi/imagedelivery/H/open/public"));
        let (url, errors) = linked(PRIVATE, None, domain, true);
        assert!(url.is_ok() && errors.contains("does not document signing on custom domains"), "{errors}");
    }
}
