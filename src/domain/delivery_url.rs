//! Delivery URLs: the public addresses of an image's variants.

use std::fmt;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::{ImageId, InvalidId};

/// An unsigned delivery URL, `…/<account hash>/<image ID>/<variant>`.
///
/// It never contains a query or a fragment, so a pasted signature cannot end up in the history, the index or a log.
///
/// Clones share their text, because up to 100,000 URLs are signed and copied at once.
#[derive(Clone, PartialEq, Eq)]
pub struct DeliveryUrl(Arc<Parts>);

#[derive(PartialEq, Eq)]
struct Parts {
    url: String,
    hash: String,
    id: ImageId,
    variant: String,
}

/// The longest accepted URL, in bytes. Each of an ID's 1024 characters may be four bytes, each written as `%XX`. Longer
/// URLs would be slow to measure on every frame.
const MAX_BYTES: usize = 16 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotDelivery {
    /// It does not start with `http://` or `https://`.
    #[error("not an http or https URL")]
    Scheme,
    /// Longer than any URL that can deliver an image.
    #[error("too long for a delivery URL")]
    Length,
    /// The path is not an account hash, image ID and variant.
    #[error("its path isn't ACCOUNT-HASH/IMAGE-ID/VARIANT")]
    Path,
    /// The part in place of the image ID is not a valid one.
    #[error(transparent)]
    Id(#[from] InvalidId),
}

impl DeliveryUrl {
    /// Parses a delivery URL on imagedelivery.net, on a custom domain, or on any host whose path is hash/ID/variant.
    /// The path is kept as written; URL libraries would resolve `%2e%2e`.
    pub fn parse(text: &str) -> Result<Self, NotDelivery> {
        let scheme = ["https://", "http://"].into_iter().find(|scheme| has_prefix(text, scheme));
        let scheme_end = scheme.ok_or(NotDelivery::Scheme)?.len();
        if text.len() > MAX_BYTES {
            return Err(NotDelivery::Length);
        }
        if text.chars().any(char::is_control) {
            return Err(NotDelivery::Path);
        }
        let bare = text.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = bare[scheme_end..].split_once('/').ok_or(NotDelivery::Path)?;
        let path = path.trim_end_matches('/');
        url::Url::parse(bare).map_err(|_| NotDelivery::Path)?;
        if authority.is_empty() || authority.contains('@') {
            return Err(NotDelivery::Path);
        }
        let on_zone = path.strip_prefix("cdn-cgi/imagedelivery/");
        let host = authority.split(':').next().unwrap_or_default();
        let (hash, rest) = on_zone.unwrap_or(path).split_once('/').ok_or(NotDelivery::Path)?;
        let (id, variant) = rest.rsplit_once('/').ok_or(NotDelivery::Path)?;
        let known_host = on_zone.is_some() || host.eq_ignore_ascii_case("imagedelivery.net");
        if !is_hash(hash, if known_host { 1 } else { 10 }) || is_folded(&decoded(variant)?) {
            return Err(NotDelivery::Path);
        }
        Ok(Self(Arc::new(Parts {
            hash: hash.to_owned(),
            id: ImageId::parse(&decoded(id)?)?,
            variant: decoded(variant)?,
            url: bare.trim_end_matches('/').to_owned(),
        })))
    }

    /// The URL of another variant of the same image. `name` is percent-encoded. The part before it is known to be valid
    /// and is not parsed again.
    pub fn of_variant(&self, name: &str) -> Result<Self, NotDelivery> {
        let (before, _) = self.0.url.rsplit_once('/').ok_or(NotDelivery::Path)?;
        if before.len() + 1 + name.len() > MAX_BYTES {
            return Err(NotDelivery::Length);
        }
        let variant = decoded(name)?;
        let is_one_part = !name.contains(['/', '?', '#', '\\']) && !name.chars().any(char::is_control);
        if !is_one_part || is_folded(&variant) {
            return Err(NotDelivery::Path);
        }
        let (hash, id) = (self.0.hash.clone(), self.0.id.clone());
        Ok(Self(Arc::new(Parts { hash, id, variant, url: format!("{before}/{name}") })))
    }

    /// The whole URL as the API or the user wrote it, without query and fragment.
    pub fn as_str(&self) -> &str {
        &self.0.url
    }

    /// The account hash. It is not the account ID, and no endpoint returns it.
    pub fn hash(&self) -> &str {
        &self.0.hash
    }

    pub fn id(&self) -> &ImageId {
        &self.0.id
    }

    /// The variant's name, or the options of a flexible variant (`w=400,fit=cover`).
    pub fn variant(&self) -> &str {
        &self.0.variant
    }
}

impl fmt::Debug for DeliveryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeliveryUrl({:?})", self.0.url)
    }
}

fn has_prefix(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// On an unknown host, only something as long as a real hash counts as one, so that `blog/2026/post` is not a delivery
/// URL.
fn is_hash(text: &str, min: usize) -> bool {
    (min..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Whether clients resolve the last path segment away. They would request another URL than this one.
fn is_folded(variant: &str) -> bool {
    matches!(variant, "" | "." | "..")
}

fn decoded(text: &str) -> Result<String, NotDelivery> {
    percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned).map_err(|_| NotDelivery::Path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_refuses_megabytes() {
        let url = |variant: usize| format!("https://imagedelivery.net/H/a/{}", "v".repeat(variant));
        assert!(DeliveryUrl::parse(&url(10_000)).is_ok());
        assert_eq!(DeliveryUrl::parse(&url(100_000)), Err(NotDelivery::Length));
    }

    #[test]
    fn of_variant_equals_parsing_whole_url() {
        let url = DeliveryUrl::parse("https://a.example/H0123456789/blog%2Fcat/public").unwrap();
        for name in [
            "hero",
            "w=400,fit=cover",
            "caf%C3%A9",
            "é b",
            "%ff",
            "",
            ".",
            "..",
            "%2e%2E",
            "a/b",
            "a?b",
            "a#b",
            "a\tb",
        ] {
            let whole = DeliveryUrl::parse(&format!("https://a.example/H0123456789/blog%2Fcat/{name}"));
            let same_image =
                whole.ok().filter(|whole| whole.id() == url.id() && whole.as_str().ends_with(name));
            assert_eq!(url.of_variant(name).ok(), same_image.filter(|_| !name.is_empty()), "{name}");
        }
        assert_eq!(url.of_variant(&"v".repeat(MAX_BYTES)), Err(NotDelivery::Length));
    }

    fn parts(text: &str) -> Result<(String, String, String), NotDelivery> {
        DeliveryUrl::parse(text)
            .map(|u| (u.hash().to_owned(), u.id().as_str().to_owned(), u.variant().to_owned()))
    }

    #[test]
    fn parse_splits_hash_id_and_variant() {
        let table = [
            ("https://imagedelivery.net/H/083eb7b2/public", ("H", "083eb7b2", "public")),
            ("HTTPS://ImageDelivery.net/H/a/b/c.png/hero/", ("H", "a/b/c.png", "hero")),
            ("https://imagedelivery.net/H/a/public?exp=1&sig=ab#x", ("H", "a", "public")),
            (
                "https://shop.example/cdn-cgi/imagedelivery/H/a%20b/w=400,fit=cover",
                ("H", "a b", "w=400,fit=cover"),
            ),
            ("http://127.0.0.1:8080/MTt4OTd0b0w5aj/a%25b/public", ("MTt4OTd0b0w5aj", "a%b", "public")),
            ("https://imagedelivery.net/H/100%.jpg/public", ("H", "100%.jpg", "public")),
        ];
        for (url, (hash, id, variant)) in table {
            assert_eq!(parts(url), Ok((hash.to_owned(), id.to_owned(), variant.to_owned())), "{url}");
        }
    }

    #[test]
    fn parse_refuses_other_urls() {
        for url in [
            "https://example.com/blog/2026/post",
            "https://imagedelivery.net/H/only",
            "https://imagedelivery.net",
            "https:///H/a/public",
            "https://imagedelivery.net/H//public",
            "https://imagedelivery.net/H/a/..",
            "https://imagedelivery.net/H/a/%2E%2e",
        ] {
            assert!(parts(url).is_err(), "{url}");
        }
        assert_eq!(parts("ftp://imagedelivery.net/H/a/public"), Err(NotDelivery::Scheme));
        assert_eq!(
            parts("https://imagedelivery.net/H/a/%2e%2e/b/public"),
            Err(NotDelivery::Id(InvalidId::DotSegment))
        );
    }

    #[test]
    fn parse_drops_signature() {
        let url = DeliveryUrl::parse("https://imagedelivery.net/H/a/public?exp=1&sig=secret").unwrap();
        assert!(!format!("{url:?}").contains("secret"));
        assert_eq!(url.as_str(), "https://imagedelivery.net/H/a/public");
    }
}
