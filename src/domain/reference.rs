//! Parses what a user types or pastes to name an image.

use super::escapes::{head, states};
use super::refusal::Refusal;
use super::secret::{holds_credential, holds_signature, redacted};
use super::signing::is_uuid;
use super::trim::{bare, trim};
use super::url_finder::{self, UrlMatch, before_signature};
use super::{DeliveryUrl, ImageId, InvalidId};

/// An image as the user named it, by its ID or by a text that contains the ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub id: ImageId,
    /// The variant in a pasted URL, to be selected.
    pub variant: Option<String>,
    /// The account hash in a pasted URL. If the image is not found, the hash shows whether the URL is of another
    /// account.
    pub hash: Option<String>,
}

impl Reference {
    /// Finds an image ID in a text. The text may be the ID, a delivery URL (signed or not, in any encoding), a URL that
    /// contains one, an API URL, or Markdown or HTML with such a URL. White space and quotes around it are ignored.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let read = Self::read_any(text);
        let Ok(reference) = &read else {
            // The text of an error may be displayed.
            return if holds_credential(text) { Err(Refusal::Token) } else { read };
        };
        // Only these parts of the text are used.
        let parts = [Some(reference.id.as_str()), reference.variant.as_deref(), reference.hash.as_deref()];
        if parts.into_iter().flatten().any(holds_credential) {
            return Err(Refusal::Token);
        }
        if holds_signature(reference.id.as_str()) { Err(Refusal::Url) } else { read }
    }

    fn read_any(text: &str) -> Result<Self, Refusal> {
        match url_finder::find(text, |_| true) {
            Some(url) => Ok(url?.into()),
            None if holds_signature(text) => from_partial_url(text),
            None => Ok(Self { id: raw_id(text)?, variant: None, hash: None }),
        }
    }

    /// Whether a pasted text is a single clean ID or URL, which can be looked up at once. Anything else is left for the
    /// user to review.
    pub fn is_clean(text: &str) -> bool {
        url_finder::is_one(text) && Self::read(text).is_ok()
    }

    /// The text for the history. It never contains a signature.
    pub fn to_text(&self) -> String {
        self.id.as_str().to_owned()
    }

    /// The name for messages: the text as typed, or the ID if the text also contains a secret.
    pub fn name(&self, typed: &str) -> String {
        let typed = trim(typed);
        if redacted(typed) == typed { typed.to_owned() } else { self.to_text() }
    }
}

impl From<UrlMatch> for Reference {
    fn from(url: UrlMatch) -> Self {
        Self { id: url.id, variant: url.variant, hash: url.hash }
    }
}

/// The first delivery URL in a text, as it is sent and as it is parsed.
pub(super) fn delivery_url(text: &str) -> Option<(String, DeliveryUrl)> {
    let matched = url_finder::find(text, |matched| matched.delivery.is_some())?.ok()?;
    let (path, query) = matched.url.split_once('?').unwrap_or((&matched.url, ""));
    let url =
        if query.is_empty() { matched.url.clone() } else { format!("{path}?{}", url_finder::query(query)) };
    Some((url, matched.delivery?))
}

/// An ID on its own, perhaps in quotes as in JSON.
fn raw_id(text: &str) -> Result<ImageId, InvalidId> {
    let text = trim(text);
    let without_comma = text.strip_suffix(',').filter(|text| text.ends_with(['"', '\''])).unwrap_or(text);
    if let Ok(unquoted) = serde_json::from_str::<String>(without_comma) {
        return ImageId::parse(trim(&unquoted));
    }
    let text = bare(without_comma);
    // Punctuation can be part of a custom ID, but not of a UUID.
    let alone = text.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    ImageId::parse(if is_uuid(alone) { alone } else { text })
}

/// Parses the end of a URL with its signature. If it were taken for an ID, the signature would be sent and logged.
fn from_partial_url(text: &str) -> Result<Reference, Refusal> {
    let states = states(bare(head(text)));
    let before = states.iter().find_map(|state| before_signature(state)).ok_or(Refusal::Url)?;
    let path = before.trim_start_matches('/');
    if path.is_empty() || path.contains("://") {
        return Err(Refusal::Url);
    }
    match DeliveryUrl::parse(&format!("https://imagedelivery.net/{path}")) {
        Ok(url) if is_uuid(url.id().as_str()) => Ok(Reference {
            id: url.id().clone(),
            variant: Some(url.variant().to_owned()),
            hash: Some(url.hash().to_owned()),
        }),
        _ => Ok(Reference { id: ImageId::parse(before)?, variant: None, hash: None }),
    }
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
    fn read_finds_id_in_any_text() {
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
    fn read_refuses_with_reason() {
        assert_eq!(read(""), Err(Refusal::Id(InvalidId::Empty)));
        assert_eq!(read("one\ntwo"), Err(Refusal::Id(InvalidId::Control('\n'))));
        assert_eq!(read("https://example.com/cat.png"), Err(Refusal::Url));
        assert_eq!(read("https://imagedelivery.net/H/a/../public"), Err(Refusal::Id(InvalidId::DotSegment)));
    }

    #[test]
    fn read_refuses_tokens() {
        let token = format!("cfut_{}", "x".repeat(48));
        for text in [
            token.clone(),
            format!("Bearer {token}"),
            format!("{token}\nb"),
            format!("https://imagedelivery.net/H/{token}/public"),
            format!("https://imagedelivery.net/H/{ID}/{token}"),
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
        assert_eq!((reference.id.as_str(), &*reference.to_text()), (ID, ID), "the text also names an image");
    }

    #[test]
    fn is_clean_only_for_single_id_or_url() {
        assert!(Reference::is_clean(&format!(" {ID}\n")));
        assert!(Reference::is_clean("https://imagedelivery.net/H/a/public"));
        assert!(!Reference::is_clean("hello world.png"));
        assert!(!Reference::is_clean("![x](https://imagedelivery.net/H/a/public \"t\")"));
        assert!(!Reference::is_clean("a\u{202e}b"));
        assert!(!Reference::is_clean("https://example.com/cat.png"));
        assert!(!Reference::is_clean(""));
    }

    #[test]
    fn partial_url_never_keeps_its_signature() {
        let hero = Some("hero".to_owned());
        for (text, id, variant) in [
            (format!("H/{ID}/hero?exp=1&sig=secret"), ID.to_owned(), hero.clone()),
            (format!("/H/{ID}/hero?SIG=secret"), ID.to_owned(), hero),
            (format!("{ID}/hero?exp=1&sig=secret"), format!("{ID}/hero"), None),
            ("a?exp=1&amp;sig=secret".to_owned(), "a".to_owned(), None),
        ] {
            let read = Reference::read(&text).unwrap();
            assert_eq!((read.id.as_str(), &read.variant), (&*id, &variant), "{text}");
            assert!(!read.to_text().contains("secret"), "{text}");
        }
        for text in ["exp=1&sig=secret", "?exp=1&sig=secret", "sig=secret"] {
            assert_eq!(Reference::read(text), Err(Refusal::Url), "{text}");
        }
        assert_eq!(Reference::read("design=blue.png").unwrap().id.as_str(), "design=blue.png");
    }

    #[test]
    fn to_text_never_contains_signature() {
        let text = "https://imagedelivery.net/H/a/public?sig=secret";
        assert_eq!(Reference::read(text).unwrap().to_text(), "a");
        let half = "Hash/a/public?exp=1&sig=secret";
        assert_eq!(Reference::read(half).unwrap().to_text(), "Hash/a/public");
        assert_eq!(Reference::read("a?b").unwrap().to_text(), "a?b");
        assert_eq!(Reference::read(" a b ").unwrap().to_text(), "a b");
    }

    const SIGNATURE: &str = "72411885ee02134d38662f3e70ac8ff694f408e9d14b05125f6b022c3f403efa";

    fn signed() -> String {
        format!("https://imagedelivery.net/Hash/{ID}/hero?exp=1631289275&sig={SIGNATURE}")
    }

    fn percent(text: &str) -> String {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    }

    fn html(text: &str) -> String {
        text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
    }

    fn html_numbers(text: &str) -> String {
        text.chars()
            .map(
                |c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("&#x{:X};", u32::from(c)) },
            )
            .collect()
    }

    fn json(text: &str) -> String {
        text.replace('\\', "\\\\").replace('"', "\\\"").replace('/', "\\/")
    }

    fn json_units(text: &str) -> String {
        text.chars()
            .map(
                |c| {
                    if c.is_ascii_alphanumeric() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) }
                },
            )
            .collect()
    }

    fn shell(text: &str) -> String {
        text.chars()
            .flat_map(|c| matches!(c, '?' | '&' | '=').then_some('\\').into_iter().chain([c]))
            .collect()
    }

    const ENCODERS: [fn(&str) -> String; 6] = [percent, html, html_numbers, json, json_units, shell];

    #[test]
    fn signed_url_is_read_in_any_encoding() {
        let url = signed();
        let next = format!("https://shop.example/_next/image?url={}&w=640&q=75", percent(&url));
        let table = [
            percent(&url),
            percent(&percent(&url)),
            percent(&percent(&percent(&url))),
            url.replace("://", "%3A%2F%2F"),
            url.replace("://", "%3a//"),
            url.replace('/', "%2F"),
            url.replace('?', "%3F").replace('&', "%26").replace('=', "%3D"),
            url.replace('?', "%3F"),
            url.replace('&', "%26").replace('=', "%3D"),
            url.replace('?', "%253F").replace('&', "%2526"),
            url.replace("net/", "net%2F"),
            html(&url),
            html(&html(&url)),
            url.replace('&', "&#38;"),
            url.replace('&', "&#x26;").replace('=', "&#61;"),
            url.replace('?', "&quest;").replace('=', "&equals;"),
            html_numbers(&url),
            format!("&quot;{}&quot;", html(&url)),
            format!("<div style=\"background:url(&quot;{}&quot;)\">", html(&url)),
            json(&url),
            json(&json(&url)),
            json_units(&url),
            format!("{{\"url\":\"{}\"}}", json(&url).replace('&', "\\u0026").replace('=', "\\u003d")),
            format!("\"{{\\\"url\\\":\\\"{}\\\"}}\"", json(&json(&url))),
            url.replace('&', "\\x26"),
            shell(&url),
            percent(&html(&url)),
            html(&percent(&url)),
            percent(&json(&url)),
            json(&percent(&percent(&url))),
            next.clone(),
            percent(&next),
            html(&next),
            json(&html(&next)),
            next.replacen("https://shop.example", "", 1),
            format!("<img src=\"{}\">", html(&next.replacen("https://shop.example", "", 1))),
            format!("https://www.google.com/url?sa=t&source=web&url={}&usg=AOvVaw0", percent(&url)),
            format!(
                "https://www.google.com/imgres?imgurl={}&imgrefurl=https%3A%2F%2Fshop.example",
                percent(&url)
            ),
            format!("https://l.facebook.com/l.php?u={}&h=AT0", percent(&url)),
            format!("https://eur01.safelinks.protection.outlook.com/?url={}&data=05%7C01", percent(&url)),
            format!("https://wsrv.nl/?url={url}&w=300"),
            format!("https://wsrv.nl/?url={}", url.trim_start_matches("https://")),
            format!("https://shop.example/cdn-cgi/image/w=80,fit=cover/{url}"),
            format!("https://shop.example/cdn-cgi/image/w=80/{}", percent(&url)),
            format!("https://shop.example/photography/2026/x?url={}", percent(&url)),
            format!("https://shop.example/cdn-cgi/image/w=80/{}", url.replace("://", ":/")),
            format!("/cdn-cgi/imagedelivery/Hash/{ID}/hero?exp=1&sig={SIGNATURE}"),
            percent(&format!("/cdn-cgi/imagedelivery/Hash/{ID}/hero?exp=1&sig={SIGNATURE}")),
            percent(&url.replace("https://", "")),
            percent(&url.replace("https://imagedelivery.net/", "")),
            html(&url.replace("https://imagedelivery.net", "")),
            format!("“{url}”"),
            format!("{url}."),
        ];
        for text in table {
            let reference = Reference::read(&text);
            let read = reference.as_ref().map(|r| (r.id.as_str(), r.variant.as_deref()));
            assert_eq!(read, Ok((ID, Some("hero"))), "{text}");
            let reference = reference.unwrap();
            let reference_text = format!(
                "{reference:?} {} {} {}",
                reference.to_text(),
                reference.name(&text),
                redacted(&text)
            );
            assert!(!reference_text.contains(SIGNATURE), "{text}: {reference_text}");
        }
    }

    #[test]
    fn url_is_read_in_any_context() {
        let url = format!("https://imagedelivery.net/Hash/{ID}/hero");
        let mut table: Vec<String> = [
            ".", ",", ";", ":", "!", "?", "…", "。", "，", "）", ")", "]", "}", ").", ",\"", "”", "’", "»",
            "›", "\u{a0}", "\u{200b}", "*", "**", "/", "/.",
        ]
        .into_iter()
        .flat_map(|after| [format!("{url}{after}"), format!("see {url}{after} It works")])
        .collect();
        for (open, close) in [
            ("“", "”"),
            ("‘", "’"),
            ("«", "»"),
            ("« ", " »"),
            ("‹", "›"),
            ("„", "“"),
            ("‚", "‘"),
            ("»", "«"),
            ("「", "」"),
            ("'", "'"),
            ("\"", "\""),
            ("`", "`"),
            ("<", ">"),
            ("(", ")"),
            ("[", "]"),
            ("url(", ")"),
            ("url('", "')"),
            ("url(\"", "\");"),
            ("\u{feff}", "\r\n"),
            ("\u{200b}\u{a0}", "\u{a0}\u{2060}"),
            ("**", "**"),
            ("[a](", ")"),
            ("[a](<", ">)"),
            ("src=", " "),
            ("{\"url\": \"", "\"}"),
            ("(see ", ")"),
        ] {
            table.push(format!("{open}{url}{close}"));
            table.push(format!("text {open}{url}{close} text"));
        }
        for text in table {
            assert_eq!(read(&text), Ok((ID.to_owned(), Some("hero".to_owned()))), "{text:?}");
        }
    }

    #[test]
    fn urls_of_every_kind_are_read() {
        let uuid = |variant: Option<&str>| (ID.to_owned(), variant.map(str::to_owned));
        let other = |id: &str, variant: Option<&str>| (id.to_owned(), variant.map(str::to_owned));
        for (text, expected) in [
            (format!("/cdn-cgi/imagedelivery/Hash/{ID}/public"), uuid(Some("public"))),
            (
                format!("<img src=\"/cdn-cgi/imagedelivery/Hash/{ID}/w=80,fit=cover\">"),
                uuid(Some("w=80,fit=cover")),
            ),
            (
                format!("background: url(/cdn-cgi/imagedelivery/Hash/{ID}/public) no-repeat"),
                uuid(Some("public")),
            ),
            (format!("background: url('/cdn-cgi/imagedelivery/Hash/{ID}/public')"), uuid(Some("public"))),
            (format!("/cdn-cgi/imagedelivery/Hash/{ID}"), uuid(None)),
            (format!("https://imagedelivery.net/Hash/{ID}"), uuid(None)),
            (format!("https://imagedelivery.net/Hash/{ID}/"), uuid(None)),
            (format!("https://imagedelivery.net/Hash/{ID}?x=1"), uuid(None)),
            (format!("imagedelivery.net/Hash/{ID}"), uuid(None)),
            (format!("https://shop.example/cdn-cgi/imagedelivery/Hash/{ID}"), uuid(None)),
            ("https://imagedelivery.net/Hash/logo".to_owned(), other("logo", None)),
            ("https://imagedelivery.net/Hash/blog/cat.png".to_owned(), other("blog/cat.png", None)),
            ("https://imagedelivery.net/Hash/blog%2Fcat.png".to_owned(), other("blog/cat.png", None)),
            (
                "https://imagedelivery.net/Hash/blog%2Fcat/public".to_owned(),
                other("blog/cat", Some("public")),
            ),
            (format!("/cdn-cgi/image/w=80/https://imagedelivery.net/Hash/{ID}/public"), uuid(Some("public"))),
            (
                format!(
                    "https://a.example/cdn-cgi/image/w=80,quality=0.5/cdn-cgi/imagedelivery/Hash/{ID}/public"
                ),
                uuid(Some("public")),
            ),
            (
                format!("https://a.example/cdn-cgi/image/w=80//cdn-cgi/imagedelivery/Hash/{ID}/public"),
                uuid(Some("public")),
            ),
            (
                format!(
                    "https://imagedelivery.net/cdn-cgi/image/w=80/https://imagedelivery.net/Hash/{ID}/public"
                ),
                uuid(Some("public")),
            ),
            (
                format!("https://a.example/_next/image?url=https://imagedelivery.net/Hash/{ID}/public&w=640"),
                uuid(Some("public")),
            ),
            (
                format!(
                    "https://a.example/_next/image?url=%2Fcdn-cgi%2Fimagedelivery%2FHash%2F{ID}%2Fpublic&w=640"
                ),
                uuid(Some("public")),
            ),
            (format!("https://i0.wp.com/imagedelivery.net/Hash/{ID}/public?w=300"), uuid(Some("public"))),
            (format!("https:\\/\\/imagedelivery.net\\/Hash\\/{ID}\\/public"), uuid(Some("public"))),
            (
                "https://imagedelivery.net/Hash/hello world.png/public".to_owned(),
                other("hello world.png", Some("public")),
            ),
            (
                "https://imagedelivery.net/Hash/My Photos/hello world.png/hero".to_owned(),
                other("My Photos/hello world.png", Some("hero")),
            ),
            (
                "https://imagedelivery.net/Hash/2026/summer day.jpg/hero?sig=ab".to_owned(),
                other("2026/summer day.jpg", Some("hero")),
            ),
            (
                "![x](https://imagedelivery.net/Hash/hello world.png/public)".to_owned(),
                other("hello world.png", Some("public")),
            ),
            ("![x](https://imagedelivery.net/Hash/a_(b)/public)".to_owned(), other("a_(b)", Some("public"))),
            (format!("https://imagedelivery.net/Hash/{ID}/hero is the one and/or other"), uuid(Some("hero"))),
            (
                format!("https://imagedelivery.net/Hash/{}\n{}/public", &ID[..20], &ID[20..]),
                uuid(Some("public")),
            ),
            (
                format!("https://imagedelivery.net/Hash/{} {}/public", &ID[..20], &ID[20..]),
                uuid(Some("public")),
            ),
            (
                "<img src=\"https://imagedelivery.net/Hash/cat%20&amp;%20dog/public\">".to_owned(),
                other("cat & dog", Some("public")),
            ),
            (
                format!("https://api.cloudflare.com/client/v4/accounts/0\\/images\\/v1\\/{ID}")
                    .replace('/', "\\/"),
                uuid(None),
            ),
            (percent(&format!("https://api.cloudflare.com/client/v4/accounts/0/images/v1/{ID}")), uuid(None)),
        ] {
            assert_eq!(read(&text), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn raw_ids_stay_unchanged() {
        for id in [
            "hello%20world.png",
            "100%.jpg",
            "a%2Fb",
            "a&amp;b",
            "R&D.png",
            "a\\u0026b",
            "C:\\/x",
            "blog/2026/cat.png",
            "a b",
            "猫/写真.png",
            "it's",
            "a\"b",
            "sig.png",
            "a=sig",
            "signature.png",
            "x.sig=y.png",
            "design=blue.png",
            "cfut_logo",
            "http-logo",
            "imagedelivery.net",
            "dash.cloudflare.com.png",
            "https%3A%2F%2Fexample.com%2Fcat.png",
            "token=abc",
            "Bearer of good news.png",
            "(draft) logo",
            "a.",
            "key: value",
        ] {
            assert_eq!(read(id), Ok((id.to_owned(), None)), "{id}");
        }
        let long = "%é/".repeat(341);
        assert_eq!(read(&long), Ok((long.clone(), None)));
    }

    #[test]
    fn id_is_read_without_quotes() {
        for text in [
            "\"{}\"",
            "'{}'",
            "`{}`",
            "“{}”",
            "«{}»",
            "„{}“",
            "\"{}\",",
            "\u{feff}{}\r",
            "\u{200b}{}\u{a0}",
            "({})",
            "{}.",
            "{},",
            "<{}>",
        ] {
            let text = text.replace("{}", ID);
            assert_eq!(read(&text), Ok((ID.to_owned(), None)), "{text:?}");
            assert!(Reference::is_clean(&text), "{text:?}");
        }
        assert_eq!(read(r#""caf\u00e9 \"1\".png""#), Ok(("café \"1\".png".to_owned(), None)));
        assert_eq!(read("\"\""), Err(Refusal::Id(InvalidId::Empty)));
        assert!(Reference::is_clean(&format!("/cdn-cgi/imagedelivery/Hash/{ID}/public")));
        assert!(Reference::is_clean(&percent(&signed())));
        assert!(!Reference::is_clean("a\u{200b}b"));
    }

    #[test]
    fn dashboard_urls_have_their_own_error() {
        let account = "023e105f4ecef8ad9ca31a8372d0c353";
        for text in [
            format!("https://dash.cloudflare.com/{account}/images/hosted"),
            format!("https://dash.cloudflare.com/{account}/images/images"),
            format!("https://dash.cloudflare.com/{account}/images/hosted/{ID}?x=1#y"),
            format!("“https://dash.cloudflare.com/{account}/images/hosted”."),
            format!("https:\\/\\/dash.cloudflare.com\\/{account}\\/images\\/hosted"),
            percent(&format!("https://dash.cloudflare.com/{account}/images/hosted")),
            format!("dash.cloudflare.com/{account}/images/hosted"),
            "https://dash.cloudflare.com/?to=/:account/images".to_owned(),
            "https://dash.cloudflare.com".to_owned(),
        ] {
            assert_eq!(read(&text), Err(Refusal::Dashboard), "{text}");
        }
        assert_eq!(
            read("https://developers.cloudflare.com/cloudflare-images/manage/public"),
            Err(Refusal::Url)
        );
    }

    #[test]
    fn signature_without_image_is_refused_and_redacted() {
        for text in [
            format!("https://example.com/x?exp=1&sig={SIGNATURE}"),
            percent(&format!("https://example.com/x?sig={SIGNATURE}")),
            format!("%73%69%67%3D{SIGNATURE}"),
            format!("exp=1%26sig%3D{SIGNATURE}"),
            format!("{{\"exp\":1,\"sig\":\"{SIGNATURE}\"}}"),
            format!("signature: {SIGNATURE}"),
        ] {
            assert_eq!(read(&text), Err(Refusal::Url), "{text}");
            assert!(!redacted(&text).contains(SIGNATURE), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nested_encodings_do_not_hide_signatures(layers in proptest::collection::vec(0..ENCODERS.len(), 0..5), wrap in 0..4) {
            let text = layers.iter().fold(signed(), |text, layer| ENCODERS[*layer](&text));
            let text = match wrap {
                0 => text,
                1 => format!("https://shop.example/_next/image?url={}&w=640&q=75", percent(&text)),
                2 => format!("see “{text}”, please"),
                _ => format!("{{\"url\":\"{}\"}}", json(&text)),
            };
            let reference = Reference::read(&text);
            let shown = format!("{reference:?} {}", redacted(&text));
            prop_assert!(!shown.contains(SIGNATURE) && !shown.contains(&SIGNATURE[..16]), "{shown}");
            let reference = reference.unwrap();
            prop_assert_eq!((reference.id.as_str(), reference.variant.as_deref()), (ID, Some("hero")), "{}", text);
        }

        #[test]
        fn read_never_panics_on_escapes(text in "(https?://|imagedelivery.net/|/cdn-cgi/imagedelivery/|%3A|%2F|&amp;|\\\\u0026|sig=|[a-zé /?&#%\\\\\"'“”()<>.]){0,30}") {
            let _ = Reference::read(&text);
            let _ = Reference::is_clean(&text);
            let _ = redacted(&text);
        }
        #[test]
        fn read_never_panics(text in ".{0,80}") {
            let _ = Reference::read(&text);
            let _ = Reference::read(&format!("x(http://{text}https://{text}"));
        }
    }
}
