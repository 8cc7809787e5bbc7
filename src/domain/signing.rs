//! Signs delivery URLs: the algorithm, the choice of the key, and which URLs cannot or need not be signed.
//!
//! Everything here is pure: the key and the time are arguments. `lifetime` says how long a URL is valid.

mod key_source;
mod lifetime;

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::Sha256;

use super::delivery_url::DeliveryUrl;
use super::sanitize::sanitize;
use super::secret::{InvalidSecret, Secret};

pub use key_source::KeySource;
pub use lifetime::{InvalidExpiry, Lifetime, Validity, clock_is_off, clock_warning, expires_at};

/// The name of an account's first signing key.
pub const DEFAULT_KEY: &str = "default";

/// The lifetime of URLs that cfimg fetches itself, in seconds. It leaves time for the request and for clocks that
/// differ.
pub const FETCH_LIFETIME: i64 = 5 * 60;

/// The characters that need no encoding in a path (RFC 3986's `pchar` and the slash), and the percent sign, which is
/// assumed to start an encoding. All others are encoded before signing, so that no client changes the path afterwards.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@')
    .remove(b'/')
    .remove(b'%');

/// A delivery URL with a signature. Whoever has it can open the image. It is another type than [`DeliveryUrl`] so that
/// it cannot end up where no secret belongs; its `Debug` hides the signature.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedUrl {
    /// Scheme, host, path and `?exp=…`.
    signed: String,
    signature: String,
    expires: Option<i64>,
}

/// A signing key of the account. It cannot be printed by accident, and is wiped from memory when dropped.
#[derive(Debug, Clone)]
pub struct SigningKey {
    name: String,
    secret: Secret,
}

/// Signs a delivery URL. `expires` is in Unix seconds; `None` for a URL that never expires.
///
/// On a custom domain (`https://ZONE/cdn-cgi/imagedelivery/…`) the whole path is signed. Cloudflare does not document
/// signing there, so callers should warn the user. Not every signature is useful: see [`super::DeliveryPlan`].
pub fn sign(url: &DeliveryUrl, key: &SigningKey, expires: Option<i64>) -> SignedUrl {
    let (origin, path) = origin_and_path(url.as_str());
    let exp = expires.map(|expires| expires.to_string());
    let text = text_to_sign(&sent_path(path), exp.as_deref());
    let signature = hex::encode(mac(key, &text).finalize().into_bytes());
    SignedUrl { signed: format!("{origin}{text}"), signature, expires }
}

/// The signed part of a URL: its path, and `?exp=…` if it expires.
pub(super) fn text_to_sign(path: &str, exp: Option<&str>) -> String {
    match exp {
        Some(exp) => format!("{path}?exp={exp}"),
        None => path.to_owned(),
    }
}

/// The algorithm: HMAC-SHA256 of [`text_to_sign`], in lower-case hexadecimal digits. The HMAC key is the text of the
/// signing key as Cloudflare shows it; it looks like base64 but is not decoded. This could not be tested against the
/// live service, so it is kept in one place.
fn mac(key: &SigningKey, text: &str) -> Hmac<Sha256> {
    let secret = key.secret.expose().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac
}

/// Whether a signature was made for a text with this key. Compares in constant time.
pub(super) fn is_signed_by(key: &SigningKey, text: &str, signature: &[u8]) -> bool {
    mac(key, text).verify_slice(signature).is_ok()
}

/// Splits a URL into scheme and host, and the path from its first slash.
pub(super) fn origin_and_path(url: &str) -> (&str, &str) {
    let host = url.find("://").map_or(0, |at| at + 3);
    let path = url[host..].find('/').map_or(url.len(), |at| host + at);
    url.split_at(path)
}

/// A path as clients send it.
pub(super) fn sent_path(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

impl SignedUrl {
    /// The whole URL. It is a secret: only for the clipboard, the browser, the delivery host and standard output.
    pub fn expose(&self) -> String {
        let joint = if self.expires.is_some() { '&' } else { '?' };
        format!("{}{joint}sig={}", self.signed, self.signature)
    }

    /// The URL for display: `…?exp=1631289275&sig=…`.
    pub fn without_signature(&self) -> String {
        let joint = if self.expires.is_some() { '&' } else { '?' };
        format!("{}{joint}sig=…", self.signed)
    }

    /// In Unix seconds. `None` if it never expires.
    pub fn expires(&self) -> Option<i64> {
        self.expires
    }

    /// `now` is in Unix seconds.
    pub fn has_expired(&self, now: i64) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignedUrl({:?})", self.without_signature())
    }
}

impl SigningKey {
    /// Parses a key as the dashboard and the API show it. Quotes and white space around it are dropped.
    pub fn parse(name: &str, text: &str) -> Result<Self, InvalidSecret> {
        Ok(Self { name: name.to_owned(), secret: Secret::parse(text)? })
    }

    /// See [`Secret::mask`].
    pub fn mask(&self) {
        self.secret.mask();
    }

    /// The name in the account. Untrusted, but not secret.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether both keys make the same signatures, whatever their names.
    pub fn has_same_secret(&self, other: &Self) -> bool {
        is_signed_by(other, "", &mac(self, "").finalize().into_bytes())
    }
}

/// The message if nothing can be signed, without a full stop.
pub const NO_SIGNING_KEY: &str = "No signing key is available";

/// Why no signing key could be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    #[error("The account has no signing keys. Check the dashboard under Images › Keys.")]
    NoKeys,
    /// No key has a name from the settings.
    #[error(
        "The account has no signing key called {wanted}, only {}. Name one of those in `signing_keys` in config.toml.",
        names(.there)
    )]
    Missing {
        /// The names in the settings, sanitized.
        wanted: String,
        /// The names of the account's keys.
        there: Vec<String>,
    },
    /// Several keys, none of them called `default`, and no name in the settings.
    #[error("The account has several signing keys: {}. Name one in `signing_keys` in config.toml.", names(.0))]
    Several(Vec<String>),
}

/// Chooses the signing key: the first of the names in the settings (newest first) that the account has. Without names
/// in the settings, it is `default` or the only key.
pub fn choose_key<'a, S: AsRef<str>>(
    keys: &'a [SigningKey],
    newest_first: &[S],
) -> Result<&'a SigningKey, NoKey> {
    let named = |name: &str| keys.iter().find(|key| key.name == name);
    let there = || keys.iter().map(|key| key.name.clone()).collect();
    if keys.is_empty() {
        return Err(NoKey::NoKeys);
    }
    if newest_first.is_empty() {
        let only = if keys.len() == 1 { keys.first() } else { None };
        return named(DEFAULT_KEY).or(only).ok_or_else(|| NoKey::Several(there()));
    }
    newest_first.iter().find_map(|name| named(name.as_ref())).ok_or_else(|| {
        let wanted: Vec<_> = newest_first.iter().map(|name| name.as_ref().to_owned()).collect();
        NoKey::Missing { wanted: names(&wanted), there: there() }
    })
}

/// Joins names for a sentence, sanitized: `a, b, c`. The number is limited, because a response may be hostile.
fn names(names: &[String]) -> String {
    let mut shown: Vec<String> = names.iter().take(8).map(|name| sanitize(name).into_owned()).collect();
    if names.len() > shown.len() {
        shown.push("…".into());
    }
    shown.join(", ")
}

/// Whether a variant is the options of a flexible variant. Names contain only letters and digits.
pub fn is_flexible(variant: &str) -> bool {
    variant.contains('=')
}

/// Whether Cloudflare assigned this ID: 32 hexadecimal digits in groups of 8, 4, 4, 4, 12. Cloudflare's version and
/// variant digits follow no RFC, so they are not checked.
pub fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "Oix0bbNaT8Rge9PuyxUBrjI6zrgnsyJ5=";
    const URL: &str =
        "https://imagedelivery.net/cheeW4oKsx5ljh8e8BoL2A/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile";

    fn key(name: &str) -> SigningKey {
        SigningKey::parse(name, KEY).unwrap()
    }

    fn url(text: &str) -> DeliveryUrl {
        DeliveryUrl::parse(text).unwrap()
    }

    #[test]
    fn sign_matches_known_signatures() {
        let expiring = sign(&url(URL), &key("default"), Some(1_631_289_275));
        assert_eq!(
            expiring.expose(),
            format!(
                "{URL}?exp=1631289275&sig=72411885ee02134d38662f3e70ac8ff694f408e9d14b05125f6b022c3f403efa"
            )
        );
        let permanent = sign(&url(&format!("{URL}?exp=9&sig=old#x")), &key("default"), None);
        assert_eq!(
            permanent.expose(),
            format!("{URL}?sig=f650d16a54309cc5560ccf74ba805cd33c92ba5edaa7f09abeebfaf7e3f5895e")
        );
    }

    #[test]
    fn only_path_is_signed_even_on_custom_domain() {
        let sig = |text: &str| sign(&url(text), &key("default"), None).signature;
        let path = URL.strip_prefix("https://imagedelivery.net").unwrap();
        assert_eq!(sig(URL), sig(&format!("http://127.0.0.1:8080{path}")));
        let zone = format!("https://shop.example/cdn-cgi/imagedelivery{path}");
        assert_ne!(sig(URL), sig(&zone));
        let text = format!("/cdn-cgi/imagedelivery{path}");
        assert!(is_signed_by(&key("x"), &text, &hex::decode(sig(&zone)).unwrap()));
    }

    #[test]
    fn signed_path_is_what_clients_send() {
        for id in ["a b", "фото/100%25.jpg", "a\\b", "a^b|c[d]{e}`f`", "a'b,c;d=e:f@g!", "\u{202e}x"] {
            let signed =
                sign(&url(&format!("https://imagedelivery.net/HASH/{id}/public")), &key("k"), Some(7));
            let text = signed.expose();
            let sent = url::Url::parse(&text).unwrap();
            assert_eq!(sent.as_str(), text, "clients do not change the URL");
            let (_, path) = origin_and_path(&signed.signed);
            assert_eq!(path, format!("{}?exp=7", sent.path()));
        }
    }

    #[test]
    fn debug_hides_key_and_signature() {
        let signed = sign(&url(URL), &key("default"), Some(1));
        let printed = format!("{signed:?} {signed:#?} {:?} {:#?}", key("default"), [key("default")]);
        assert!(!printed.contains(&signed.signature[..8]) && !printed.contains(&KEY[..6]), "{printed}");
        assert!(printed.contains("exp=1&sig=…") && printed.contains("default"));
    }

    #[test]
    fn only_uuids_are_assigned_by_cloudflare() {
        let uuid = "bc27a117-9509-446b-8c69-c81bfeac0a01";
        assert!(is_uuid(uuid) && is_uuid(&uuid.to_uppercase()));
        for id in
            ["blog/cat.png", "bc27a117-9509-446b-8c69+c81bfeac0a01", "bc27a117-9509-446b-8c69-c81bfeac0a0g"]
        {
            assert!(!is_uuid(id), "{id}");
        }
    }

    #[test]
    fn url_expires_at_its_second() {
        let signed = sign(&url(URL), &key("default"), Some(100));
        assert_eq!((signed.has_expired(99), signed.has_expired(100)), (false, true));
        assert!(!sign(&url(URL), &key("default"), None).has_expired(i64::MAX));
    }

    #[test]
    fn choose_key_prefers_newest_name_then_default() {
        let keys = [key("old"), key("default"), key("new")];
        let name =
            |keys: &[SigningKey], wanted: &[&str]| choose_key(keys, wanted).map(|key| key.name().to_owned());
        assert_eq!(name(&keys, &[]), Ok("default".into()));
        assert_eq!(name(&keys, &["new", "old"]), Ok("new".into()));
        assert_eq!(name(&keys, &["gone", "old"]), Ok("old".into()));
        assert_eq!(name(&keys[..1], &[]), Ok("old".into()), "the only one");
        let there = ["old", "default", "new"].map(str::to_owned).into();
        assert_eq!(name(&keys, &["go\u{1b}ne"]), Err(NoKey::Missing { wanted: "go␛ne".to_owned(), there }));
        let several = ["a", "b"].map(str::to_owned).into();
        assert_eq!(name(&[key("a"), key("b")], &[]), Err(NoKey::Several(several)));
        assert_eq!(name(&[], &["a"]), Err(NoKey::NoKeys));
    }
}
