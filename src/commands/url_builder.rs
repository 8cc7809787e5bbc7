//! Builds the URLs for `url`, `open` and `copy`: plain or signed, on the API's host or a custom domain.

use std::cell::Cell;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::account::Account;
use super::account_cache::AccountCache;
use super::arguments::Link;
use super::console::{Console, excerpt};
use super::variant_arg::variant_arg;
use crate::domain::delivery_plan::{CUSTOM_DOMAIN_UNDOCUMENTED, NotSigned, PLAIN_URL_REFUSED};
use crate::domain::qr::scan_warning;
use crate::domain::sanitize::sanitize;
use crate::domain::signing::{InvalidExpiry, Validity, expires_at};
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::{
    CustomDomain, DeliveryPlan, DeliveryUrl, Failure, Image, Preferences, Reference, SignMode, SignedUrl,
    Variant, time_format,
};

/// The options for URLs, from the arguments and the settings.
#[derive(Debug)]
pub(super) struct UrlOptions {
    variant: Option<String>,
    /// The variant in the settings, used if none is named.
    preferred: Option<String>,
    mode: SignMode,
    validity: Validity,
    /// Whether a URL is given although it needs a signature and has none.
    gives_refused: bool,
    domain: Option<CustomDomain>,
}

/// Builds the URLs of one command. What applies to all images is printed once.
pub(super) struct UrlBuilder<'a, A> {
    cache: &'a AccountCache<'a, A>,
    url_options: UrlOptions,
    now: fn() -> Timestamp,
    zone: fn() -> TimeZone,
    clock_warned: Cell<bool>,
}

/// The URL to print, open or copy. It has no `Debug`, which would print a signature.
pub(super) struct Resolved {
    /// If it is signed, it is a secret.
    pub(super) url: String,
    /// Why it may not open.
    pub(super) warning: Option<String>,
    /// The key and the expiry. `None` for a plain URL.
    pub(super) note: Option<String>,
    /// What to print with its QR code. `None` for a plain URL.
    pub(super) scan_note: Option<String>,
}

impl UrlOptions {
    /// Checks the arguments. With `sign_if_needed`, private images are signed without `--sign`.
    pub(super) fn new(
        link: &Link,
        sign_if_needed: bool,
        preferences: &Preferences,
        console: &Console<'_>,
    ) -> Result<Self, Failure> {
        let validity = match (&link.expires_at, link.sign) {
            (Some(_), Some(Some(_))) => {
                return Err(Failure::usage(
                    "Both a lifetime and a date were given",
                    "Use only one: --sign=1h or --expires-at.",
                ));
            }
            (Some(date), _) => Validity::Until(read_expiry(date, console)?),
            (None, sign) => Validity::For(sign.flatten().unwrap_or(preferences.lifetime)),
        };
        let mode = if link.sign.is_some() || link.expires_at.is_some() {
            SignMode::Always
        } else if sign_if_needed && !link.unsigned {
            SignMode::IfNeeded
        } else {
            SignMode::Never
        };
        Ok(Self {
            variant: link.variant.clone(),
            preferred: preferences.variant.clone(),
            mode,
            validity,
            gives_refused: link.unsigned,
            domain: link.domain.clone().or_else(|| preferences.domain.clone()),
        })
    }
}

/// Reads `--expires-at`. Returns Unix seconds.
fn read_expiry(date: &str, console: &Console<'_>) -> Result<i64, Failure> {
    expires_at(date, &(console.zone)(), (console.now)()).map_err(|why| {
        let hint = match why {
            // A shell splits an unquoted date with a space in two.
            InvalidExpiry::Date => {
                "Use --expires-at 2026-12-31, \"2026-12-31 18:00\" or 2026-12-31T18:00:00Z.".to_owned()
            }
            why => format!("--expires-at: {why}."),
        };
        Failure::usage(format!("Invalid expiry “{}”", excerpt(date.trim())), hint)
    })
}

impl<'a, A: Account> UrlBuilder<'a, A> {
    pub(super) fn new(
        cache: &'a AccountCache<'a, A>,
        url_options: UrlOptions,
        console: &Console<'_>,
    ) -> Self {
        let (now, zone) = (console.now, console.zone);
        Self { cache, url_options, now, zone, clock_warned: Cell::new(false) }
    }

    /// The URL of an image's variant, as text.
    pub(super) async fn link(&self, reference: &Reference) -> Result<String, Failure> {
        let image = self.cache.account.image(reference).await?;
        let variant = self.select(&image, reference)?;
        let Resolved { url, warning, note, .. } = self.resolve(&image, &variant.url).await?;
        let errors = self.cache.errors;
        if let Some(warning) = warning {
            errors.warning(&warning);
        }
        if let Some(note) = note {
            errors.note_once(&note);
        }
        Ok(url)
    }

    /// Selects the variant.
    pub(super) fn select(&self, image: &Image, reference: &Reference) -> Result<Variant, Failure> {
        let (typed, preferred) = (self.url_options.variant.as_deref(), self.url_options.preferred.as_deref());
        variant_arg(image, typed, reference.variant.as_deref(), preferred, self.cache.errors)
    }

    /// A variant's URL, signed or not according to the options. Fails if the URL would not work.
    pub(super) async fn resolve(&self, image: &Image, url: &DeliveryUrl) -> Result<Resolved, Failure> {
        let url = self.on_domain(url)?;
        let plan = self.cache.plan(&url, image.access, self.url_options.mode).await?;
        if plan == DeliveryPlan::Sign {
            return self.sign(&url).await;
        }
        let warning = self.check_unsigned(plan, image)?;
        Ok(Resolved {
            url: percent_encode_for_display(url.as_str()).into_owned(),
            warning,
            note: None,
            scan_note: None,
        })
    }

    /// A URL moved to the custom domain, if there is one.
    fn on_domain(&self, url: &DeliveryUrl) -> Result<DeliveryUrl, Failure> {
        let Some(domain) = &self.url_options.domain else { return Ok(url.clone()) };
        domain.url(url).map_err(|why| {
            let hint = format!("The URL on {domain} would be invalid: {why}. Use another --domain.");
            Failure::usage("Invalid custom domain", hint)
        })
    }

    /// A warning about the plain URL, or why it is not given.
    fn check_unsigned(&self, plan: DeliveryPlan, image: &Image) -> Result<Option<String>, Failure> {
        let is_requested = self.url_options.mode == SignMode::Always;
        let id = sanitize(image.id.as_str());
        let refused = |hint: String| Err(Failure::other("This image needs signed URLs", hint));
        match plan {
            DeliveryPlan::Plain(why) if is_requested => {
                Ok(Some(format!("The URL of {id} isn't signed. {why}")))
            }
            DeliveryPlan::Plain(_) | DeliveryPlan::Sign => Ok(None),
            DeliveryPlan::Unsure => {
                let why = image.why_unknown().unwrap_or_default();
                Ok(Some(format!("Access of {id} is unknown ({why}), so the plain URL may be refused (403).")))
            }
            DeliveryPlan::Refuse(_) if self.url_options.gives_refused => {
                Ok(Some(format!("{id} needs signed URLs. {PLAIN_URL_REFUSED}")))
            }
            DeliveryPlan::Refuse(NotSigned::ByMode) => {
                refused(format!("{PLAIN_URL_REFUSED} Add --sign, or --unsigned for the plain URL anyway."))
            }
            DeliveryPlan::Refuse(why) if is_requested => {
                Err(Failure::other("Couldn't sign the URL", why.to_string()))
            }
            DeliveryPlan::Refuse(why) => {
                refused(format!("{why} {PLAIN_URL_REFUSED} Add --unsigned for the plain URL anyway."))
            }
        }
    }

    async fn sign(&self, url: &DeliveryUrl) -> Result<Resolved, Failure> {
        let AccountCache { account, errors, .. } = self.cache;
        let expires = self.url_options.validity.expires((self.now)());
        let (signed, key) = account.sign(url, expires).await?;
        let now = (self.now)();
        if url.as_str().contains("/cdn-cgi/imagedelivery/") {
            errors.warning_once(&format!("{CUSTOM_DOMAIN_UNDOCUMENTED} Test the URL before you rely on it."));
        }
        if let Some(warning) = account.clock_warning(now).filter(|_| !self.clock_warned.replace(true)) {
            errors.warning(&warning);
        }
        let validity = self.validity(&signed, now);
        let note = Some(format!("Signed with key {}, {validity}.", sanitize(&key)));
        let scan_note = Some(format!("Signed URL, {validity}. {}", scan_warning(signed.expires())));
        Ok(Resolved { url: signed.expose(), warning: None, note, scan_note })
    }

    /// How long a URL is valid.
    fn validity(&self, signed: &SignedUrl, now: Timestamp) -> String {
        // Without this, an hour that has just started would read as 59 minutes.
        let just_now = now - SignedDuration::from_secs(2);
        match signed.expires().map(Timestamp::from_second) {
            None => "never expires".to_owned(),
            Some(Ok(at)) => {
                let local = time_format::local(at, &(self.zone)());
                format!("valid until {local} ({})", time_format::ago(at, just_now))
            }
            Some(Err(_)) => "valid beyond the year 9999".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::account::scripted::{self, Scripted};
    use crate::commands::console::tests::{Captured, run};
    use crate::commands::image_args::ImageArg;
    use crate::domain::{FailureKind, Lifetime, VariantOptions};

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
        link_with(image, variant, |link| link.unsigned = unsigned, false)
    }

    fn link_with(
        image: &str,
        variant: Option<&str>,
        change: impl FnOnce(&mut Link),
        sign_if_needed: bool,
    ) -> (Result<String, (FailureKind, String)>, String) {
        let (image, variant) = (image.to_owned(), variant.map(str::to_owned));
        let mut link = Link { image, variant, unsigned: false, sign: None, expires_at: None, domain: None };
        change(&mut link);
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let console = captured.console(&mut out, &errors);
        let url = run(async {
            let url_options = UrlOptions::new(&link, sign_if_needed, &Preferences::default(), &console)?;
            let account = account();
            let cache = AccountCache::new(&account, &errors);
            UrlBuilder::new(&cache, url_options, &console).link(&ImageArg::read(&link.image).reference?).await
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
        assert!(
            errors.starts_with("cfimg: warning: ") && errors.contains(" closed ") && errors.contains("403"),
            "{errors}"
        );
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
    fn slow_keys_are_no_wrong_clock() {
        let account = Scripted { key_delay: Some(SignedDuration::from_hours(2)), ..account() };
        let (captured, errors) = Captured::new();
        let mut out = Vec::new();
        let console = Console { now: scripted::now, ..captured.console(&mut out, &errors) };
        let url =
            account.images.iter().find(|image| image.id.as_str() == PRIVATE).unwrap().variants[0].url.clone();
        let link = Link {
            image: PRIVATE.to_owned(),
            variant: None,
            unsigned: false,
            sign: Some(None),
            expires_at: None,
            domain: None,
        };
        let url_options = UrlOptions::new(&link, false, &Preferences::default(), &console).unwrap();
        let cache = AccountCache::new(&account, &errors);
        run(UrlBuilder::new(&cache, url_options, &console).sign(&url)).unwrap();
        assert_eq!(captured.text(), "");
    }

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
                errors.contains(" test, ") && errors.contains(" 2026-11-24 13:00 UTC (in 1 hour)"),
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
            let is_warning = errors.starts_with("cfimg: warning: ") && errors.contains(&format!(" {image} "));
            assert!(is_warning && errors.contains(words), "{errors}");
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
