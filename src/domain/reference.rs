//! What a person typed or pasted to name an image.

use percent_encoding::percent_decode_str;

use super::delivery_url::NotDelivery;
use super::secret::holds_credential;
use super::signing::is_uuid;
use super::{DeliveryUrl, ImageId, InvalidId};

/// An image as a person named it: by its ID, or by something that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The image.
    pub id: ImageId,
    /// The variant that the pasted URL named, to be selected.
    pub variant: Option<String>,
    /// The account hash of the pasted URL: another account's is worth a word when the image is not found.
    pub hash: Option<String>,
}

/// Why a text names no image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The text cannot be an ID.
    #[error("{0}.")]
    Id(#[from] InvalidId),
    /// It holds a URL, but none that names an image.
    #[error(
        "No image in this URL: a delivery URL reads https://imagedelivery.net/ACCOUNT-HASH/IMAGE-ID/VARIANT. \
         Paste one, or the image ID alone."
    )]
    Url,
    /// It holds an API token: sent as an ID it would stand in a URL, in a log and in the history.
    #[error("This looks like an API token. It was not sent: a token belongs in CLOUDFLARE_API_TOKEN.")]
    Token,
}

impl Reference {
    /// Reads an image ID, or anything that holds one: a delivery URL (signed or not), an API URL, or a Markdown or
    /// HTML snippet with such a URL. White space around it does not count.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let read = Self::read_any(text);
        // A refused text may be shown; of one that names an image only the ID is used.
        let used = read.as_ref().map_or(text, |reference| reference.id.as_str());
        if holds_credential(used) { Err(Refusal::Token) } else { read }
    }

    fn read_any(text: &str) -> Result<Self, Refusal> {
        let mut refusal = None;
        for url in urls(text) {
            match from_url(&url) {
                Ok(reference) => return Ok(reference),
                Err(why) => _ = refusal.get_or_insert(why),
            }
        }
        match refusal {
            Some(why) => Err(why),
            None => match before_signature(text) {
                Some(before) => from_half_url(before),
                None => Ok(Self { id: ImageId::parse(text)?, variant: None, hash: None }),
            },
        }
    }

    /// Whether a pasted text is one clean ID or URL, to be looked up at once; anything else is left to be read.
    pub fn is_clean(text: &str) -> bool {
        let text = text.trim();
        !text.chars().any(|c| c.is_whitespace() || super::safe_text::is_unsafe(c)) && Self::read(text).is_ok()
    }

    /// What the history keeps of it: never a signature.
    pub fn to_text(&self, typed: &str) -> String {
        let typed = typed.trim();
        let is_url = urls(typed).next().is_some() || before_signature(typed).is_some();
        if is_url { self.id.as_str().to_owned() } else { typed.to_owned() }
    }
}

/// The first delivery URL in a text, as it was written and as it is read. `&amp;`, as HTML has it, is made `&`.
pub(super) fn delivery_url(text: &str) -> Option<(String, DeliveryUrl)> {
    urls(text.trim()).find_map(|url| {
        let read = DeliveryUrl::parse(&url).ok()?;
        Some((url.replace("&amp;", "&"), read))
    })
}

fn from_url(url: &str) -> Result<Reference, Refusal> {
    if let Some(id) = api_id(url) {
        let id = percent_decode_str(id).decode_utf8().map_err(|_| Refusal::Url)?;
        return Ok(Reference { id: ImageId::parse(&id)?, variant: None, hash: None });
    }
    match DeliveryUrl::parse(url) {
        Ok(url) => Ok(Reference {
            id: url.id().clone(),
            variant: Some(url.variant().to_owned()),
            hash: Some(url.hash().to_owned()),
        }),
        Err(NotDelivery::Id(why)) => Err(why.into()),
        Err(_) => Err(Refusal::Url),
    }
}

/// What stands before the query of a URL of which only the end was copied, signature and all.
fn before_signature(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let begins = |at: usize| at == 0 || matches!(lower.as_bytes()[at - 1], b'?' | b'&' | b';');
    lower.match_indices("sig=").find(|(at, _)| begins(*at))?;
    Some(text.split_once('?').map_or("", |(before, _)| before))
}

/// Taken for an ID as it stands, the signature would be sent and logged.
fn from_half_url(before: &str) -> Result<Reference, Refusal> {
    let path = before.trim_start_matches('/');
    if path.is_empty() {
        return Err(Refusal::Url);
    }
    match DeliveryUrl::parse(&format!("https://imagedelivery.net/{path}")) {
        Ok(url) if is_uuid(url.id().as_str()) => from_url(url.as_str()),
        _ => Ok(Reference { id: ImageId::parse(before)?, variant: None, hash: None }),
    }
}

/// The image's ID in `…/client/v4/accounts/{account}/images/v1/{id}`, still percent-encoded.
fn api_id(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("/accounts/")?;
    let (_, id) = rest.split_once("/images/v1/")?;
    let id = id.split(['?', '#']).next()?;
    Some(id.strip_suffix("/blob").unwrap_or(id))
}

/// The URLs in a text, in order. Where one ends depends on what stands before it: a quote, a bracket, nothing.
fn urls(text: &str) -> impl Iterator<Item = String> {
    let mut rest = text;
    let mut before = None;
    let found = std::iter::from_fn(move || {
        // ASCII lower case keeps every byte's place.
        let lower = rest.to_ascii_lowercase();
        let at = lower.find("https://").into_iter().chain(lower.find("http://")).min()?;
        let opener = rest[..at].chars().next_back().or(before);
        let tail = &rest[at..];
        let end = match opener {
            None if !tail.contains(char::is_whitespace) => tail.len(),
            Some(quote @ ('"' | '\'')) => {
                let quoted = &tail[..tail.find(quote).unwrap_or(tail.len())];
                if is_srcset(quoted) { quoted.find(' ').unwrap_or(quoted.len()) } else { quoted.len() }
            }
            Some('(') => tail.find([')', ' ', '\n']).unwrap_or(tail.len()),
            _ => tail
                .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ')' | ']' | '`'))
                .unwrap_or(tail.len()),
        };
        let url = &tail[..end];
        before = url.chars().next_back();
        rest = &tail[end.max(1)..];
        Some(url.trim_end_matches([',', ';']).to_owned())
    });
    without_scheme(text).into_iter().chain(found)
}

/// A delivery URL without its scheme, as address bars show it, made whole. Taken for an ID its signature would be sent,
/// logged and remembered.
fn without_scheme(text: &str) -> Option<String> {
    let bare = text.strip_prefix("//").unwrap_or(text);
    let (host, path) = bare.split_once('/')?;
    let on_zone = host.contains('.') && path.starts_with("cdn-cgi/imagedelivery/");
    (on_zone || host.eq_ignore_ascii_case("imagedelivery.net")).then(|| format!("https://{bare}"))
}

/// Whether a quoted text lists URLs with their widths or densities, `URL 320w, URL 2x`. A lone URL may hold spaces.
fn is_srcset(quoted: &str) -> bool {
    quoted.rsplit_once(' ').is_some_and(|(_, last)| {
        last.strip_suffix(['w', 'x']).is_some_and(|number| number.parse::<f32>().is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "107b9558-dd06-4bbd-5fef-9c2c16bb7900";

    fn read(text: &str) -> Result<(String, Option<String>), Refusal> {
        Reference::read(text).map(|r| (r.id.as_str().to_owned(), r.variant))
    }

    #[test]
    fn reads_an_id_wherever_it_stands() {
        let url = format!("https://imagedelivery.net/MTt4OTd0b0w5aj/{ID}/hero");
        let hero = Some("hero".to_owned());
        let table = [
            (format!("  {ID}\n"), None),
            (url.clone(), hero.clone()),
            (format!("{url}?exp=1&sig=ab"), hero.clone()),
            (format!("![logo (new)]({url})"), hero.clone()),
            (format!("![logo]({url} \"title\")"), hero.clone()),
            (format!("<img alt=\"x\" src=\"{url}?a=1&amp;sig=2\" width=1>"), hero.clone()),
            (format!("<img src='{url}'>"), hero.clone()),
            (format!("<img srcset='{url} 2x'>"), hero.clone()),
            (format!("see <{url}>, please"), hero.clone()),
            (format!("https://example.com/ and {url}, too"), hero.clone()),
            (format!("srcset=\"{url} 320w, {url}2 640w\""), hero.clone()),
            (format!("imagedelivery.net/H/{ID}/hero"), hero.clone()),
            (format!("//imagedelivery.net/H/{ID}/hero"), hero.clone()),
            (format!("ImageDelivery.net/H/{ID}/hero?sig=ab"), hero.clone()),
            (format!("shop.example/cdn-cgi/imagedelivery/H/{ID}/hero?sig=ab"), hero.clone()),
            (format!("https://api.cloudflare.com/client/v4/accounts/023e/images/v1/{ID}"), None),
            (format!("https://api.cloudflare.com/client/v4/accounts/023e/images/v1/{ID}/blob?x"), None),
        ];
        for (text, variant) in table {
            assert_eq!(read(&text), Ok((ID.to_owned(), variant)), "{text}");
        }
        let api = "https://api.cloudflare.com/client/v4/accounts/023e/images/v1/a%2Fb%2520c";
        assert_eq!(read(api), Ok(("a/b%20c".to_owned(), None)));
    }

    #[test]
    fn refuses_with_the_reason() {
        assert_eq!(read(""), Err(Refusal::Id(InvalidId::Empty)));
        assert_eq!(read("one\ntwo"), Err(Refusal::Id(InvalidId::Control('\n'))));
        assert_eq!(read("https://example.com/cat.png"), Err(Refusal::Url));
        assert_eq!(read("https://imagedelivery.net/H/a/../public"), Err(Refusal::Id(InvalidId::DotSegment)));
    }

    #[test]
    fn a_token_is_never_taken_for_an_image() {
        let token = format!("cfut_{}", "x".repeat(48));
        for text in [
            token.clone(),
            format!("Bearer {token}"),
            format!("{token}\nb"),
            format!("https://imagedelivery.net/H/{token}/public"),
            format!("https://api.cloudflare.com/client/v4/user/tokens/verify {token}"),
        ] {
            assert_eq!(read(&text), Err(Refusal::Token), "{text}");
            assert!(!Reference::is_clean(&text), "{text}");
        }
        assert_eq!(read("cfut_logo"), Ok(("cfut_logo".to_owned(), None)));
        let curl = format!(
            "curl https://api.cloudflare.com/client/v4/accounts/023e/images/v1/{ID} -H 'Bearer {token}'"
        );
        let reference = Reference::read(&curl).unwrap();
        assert_eq!(
            (reference.id.as_str(), &*reference.to_text(&curl)),
            (ID, ID),
            "an image is named beside it"
        );
    }

    #[test]
    fn only_one_clean_id_or_url_is_looked_up_when_pasted() {
        assert!(Reference::is_clean(&format!(" {ID}\n")));
        assert!(Reference::is_clean("https://imagedelivery.net/H/a/public"));
        assert!(!Reference::is_clean("hello world.png"));
        assert!(!Reference::is_clean("![x](https://imagedelivery.net/H/a/public \"t\")"));
        assert!(!Reference::is_clean("a\u{202e}b"));
        assert!(!Reference::is_clean("https://example.com/cat.png"));
        assert!(!Reference::is_clean(""));
    }

    #[test]
    fn a_url_without_its_beginning_is_not_asked_for_with_its_signature() {
        let hero = Some("hero".to_owned());
        for (text, id, variant) in [
            (format!("H/{ID}/hero?exp=1&sig=secret"), ID.to_owned(), hero.clone()),
            (format!("/H/{ID}/hero?SIG=secret"), ID.to_owned(), hero),
            (format!("{ID}/hero?exp=1&sig=secret"), format!("{ID}/hero"), None),
            ("a?exp=1&amp;sig=secret".to_owned(), "a".to_owned(), None),
        ] {
            let read = Reference::read(&text).unwrap();
            assert_eq!((read.id.as_str(), &read.variant), (&*id, &variant), "{text}");
            assert!(!read.to_text(&text).contains("secret"), "{text}");
        }
        for text in ["exp=1&sig=secret", "?exp=1&sig=secret", "sig=secret"] {
            assert_eq!(Reference::read(text), Err(Refusal::Url), "{text}");
        }
        assert_eq!(Reference::read("design=blue.png").unwrap().id.as_str(), "design=blue.png");
    }

    #[test]
    fn history_keeps_no_signature() {
        let text = "https://imagedelivery.net/H/a/public?sig=secret";
        assert_eq!(Reference::read(text).unwrap().to_text(text), "a");
        let half = "Hash/a/public?exp=1&sig=secret";
        assert_eq!(Reference::read(half).unwrap().to_text(half), "Hash/a/public");
        assert_eq!(Reference::read("a?b").unwrap().to_text("a?b"), "a?b");
        assert_eq!(Reference::read(" a b ").unwrap().to_text(" a b "), "a b");
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd_to_be_read(text in ".{0,80}") {
            let _ = Reference::read(&text);
            let _ = Reference::read(&format!("x(http://{text}https://{text}"));
        }
    }
}
