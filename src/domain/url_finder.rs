//! Finds URLs in pasted text, in any encoding and with any text around them.

use super::ImageId;
use super::delivery_url::{DeliveryUrl, NotDelivery};
use super::escapes::{MAX_TEXT, has_backslash, has_html, head, states};
use super::refusal::Refusal;
use super::sanitize::is_unsafe;
use super::secret::holds_signature;
use super::signing::{is_flexible, is_uuid};
use super::trim::{bare, is_mark, is_quote, trim};
use super::width::first_bytes;

/// How far the end of a URL is searched, in bytes: more than the limit of a delivery URL.
const MAX_URL: usize = 24 * 1024;

/// The limit of URLs in one text that are examined, and of bytes searched for their ends.
const MAX_URLS: usize = 32;
const MAX_URL_BYTES: usize = 4 * MAX_TEXT;

/// Stands for the scheme and host of a root-relative URL, `/cdn-cgi/imagedelivery/…`. The name is reserved (RFC 2606).
pub(super) const NO_ORIGIN: &str = "https://unknown.invalid";

const ON_ZONE: &str = "/cdn-cgi/imagedelivery/";
const HOST: &str = "imagedelivery.net";

/// A URL that names an image.
#[derive(Debug)]
pub(super) struct UrlMatch {
    /// The URL as it would be sent, with query and fragment. It may be signed.
    pub(super) url: String,
    /// `None` for a URL of the API, or a URL without a variant.
    pub(super) delivery: Option<DeliveryUrl>,
    pub(super) id: ImageId,
    pub(super) variant: Option<String>,
    pub(super) hash: Option<String>,
    /// Whether the host or path is Cloudflare's. On another host the path only looks like that of a delivery URL.
    known: bool,
}

/// A URL found in a text.
struct Candidate {
    url: String,
    /// Whether the surrounding text or the query shows that the path has escapes too.
    is_escaped: bool,
}

/// The first URL in a text that names an image and is `wanted`. If there is none, the error of the first URL; `None` if
/// the text contains no URL. Undoes as few layers of escapes as possible.
pub(super) fn find(text: &str, wanted: impl Fn(&UrlMatch) -> bool) -> Option<Result<UrlMatch, Refusal>> {
    let text = trim(head(text));
    let (mut refusal, mut fallback) = (None, None);
    for (depth, state) in states(text).iter().enumerate() {
        for candidate in candidates(state) {
            match read(&candidate.url) {
                Ok(url_match) if url_match.hides_signature() => _ = refusal.get_or_insert(Refusal::Url),
                Ok(url_match) if !wanted(&url_match) => {}
                Ok(url_match) if url_match.known && !candidate.is_escaped => return Some(Ok(url_match)),
                Ok(url_match) => _ = fallback.get_or_insert(url_match),
                // A custom ID may be the percent-encoded URL of something else.
                Err(why) if depth == 0 || why == Refusal::Dashboard => _ = refusal.get_or_insert(why),
                Err(_) => {}
            }
        }
    }
    fallback.map(Ok).or(refusal.map(Err))
}

impl UrlMatch {
    fn hides_signature(&self) -> bool {
        holds_signature(self.id.as_str()) || self.variant.as_deref().is_some_and(holds_signature)
    }
}

fn read(url: &str) -> Result<UrlMatch, Refusal> {
    let id = |text: &str| {
        let text = percent_encoding::percent_decode_str(text).decode_utf8().map_err(|_| Refusal::Url)?;
        ImageId::parse(&text).map_err(Refusal::Id)
    };
    let without_variant = |id, hash, known| {
        let (url, delivery, variant) = (url.to_owned(), None, None);
        UrlMatch { url, delivery, id, variant, hash, known }
    };
    if let Some(segment) = api_id(url) {
        return Ok(without_variant(id(segment)?, None, true));
    }
    let (host, path) = host_and_path(url).ok_or(Refusal::Url)?;
    if is_below(host, "dash.cloudflare.com") {
        return Err(Refusal::Dashboard);
    }
    if is_below(host, "cloudflare.com") {
        return Err(Refusal::Url);
    }
    let on_zone = path.strip_prefix(ON_ZONE);
    let known = on_zone.is_some() || host.eq_ignore_ascii_case(HOST);
    if on_zone.is_none() && path.starts_with("/cdn-cgi/") {
        return Err(Refusal::Url);
    }
    let delivery = match DeliveryUrl::parse(url) {
        Ok(delivery) => delivery,
        Err(NotDelivery::Id(why)) => return Err(Refusal::Id(why)),
        Err(NotDelivery::Path) => {
            // Without a variant.
            let (hash, segment) = on_zone.unwrap_or(&path[1..]).split_once('/').ok_or(Refusal::Url)?;
            let id = id(segment.trim_end_matches('/'))?;
            let fits = known && !segment.contains("%2F") && !segment.contains("%2f") || is_uuid(id.as_str());
            // The parser accepts any valid hash.
            let fits = fits && DeliveryUrl::parse(&format!("{}/public", url_path(url))).is_ok();
            let hash = Some(hash.to_owned()).filter(|_| fits).ok_or(Refusal::Url)?;
            return Ok(without_variant(id, Some(hash), known));
        }
        Err(_) => return Err(Refusal::Url),
    };
    let hash = Some(delivery.hash().to_owned());
    let (image, variant) = (delivery.id().as_str(), delivery.variant());
    if known && !is_flexible(variant) && (is_uuid(variant) || variant.contains('.')) {
        // Not a variant's name, which has only letters and digits: this is the end of the ID.
        let id = ImageId::parse(&format!("{image}/{variant}")).map_err(Refusal::Id)?;
        return Ok(without_variant(id, hash, known));
    }
    let (id, variant) = (delivery.id().clone(), Some(variant.to_owned()));
    Ok(UrlMatch { variant, delivery: Some(delivery), ..without_variant(id, hash, known) })
}

/// The image's ID in `…/client/v4/accounts/{account}/images/v1/{id}`, still percent-encoded.
fn api_id(url: &str) -> Option<&str> {
    let (_, rest) = url_path(url).split_once("/accounts/")?;
    let (_, id) = rest.split_once("/images/v1/")?;
    Some(id.strip_suffix("/blob").unwrap_or(id))
}

/// A URL without query, fragment and trailing slashes.
fn url_path(url: &str) -> &str {
    url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/')
}

fn host_and_path(url: &str) -> Option<(&str, &str)> {
    let (_, rest) = url_path(url).split_once("://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.split(':').next()?;
    Some((host, if path.is_empty() { "/" } else { path }))
}

fn is_below(host: &str, domain: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The URLs in a text, in order, including URLs inside others.
fn candidates(text: &str) -> Vec<Candidate> {
    let mut matched: Vec<Candidate> = Vec::new();
    let mut searched = 0;
    // The last URL with a scheme: its end, and its scheme and host.
    let mut outer: Option<(usize, &str)> = None;
    for (start, kind) in markers(text) {
        searched += MAX_URL.min(text.len() - start);
        if matched.len() == MAX_URLS || searched > MAX_URL_BYTES {
            break;
        }
        let before = &text[..start];
        let inside = outer.filter(|(end, _)| start < *end);
        let (url_start, origin) = match kind {
            Marker::Scheme => (start, ""),
            Marker::Host if before.ends_with("://") || !starts_host(before) => continue,
            Marker::Host => (start, "https://"),
            Marker::Zone => match host_before(before) {
                _ if before.ends_with(HOST) => continue,
                // Already found with its scheme.
                Some(host) if before[..before.len() - host.len()].ends_with("://") => continue,
                Some(host) => (start - host.len(), "https://"),
                None => (start, inside.map_or(NO_ORIGIN, |(_, origin)| origin)),
            },
        };
        let end = url_start + end_of(text, url_start, inside.is_some());
        let url = match unwrapped(origin, &text[url_start..]) {
            Some(url) => url,
            None => format!("{origin}{}", &text[url_start..end]),
        };
        if matches!(kind, Marker::Scheme) {
            let matched = &text[url_start..end];
            let scheme = matched.find("://").map_or(0, |at| at + 3);
            let host = matched[scheme..].find('/').map_or(matched.len(), |slash| scheme + slash);
            outer = Some((end, &text[url_start..url_start + host]));
        }
        // A backslash at its end escapes the next character.
        let and_next = text[end..].chars().next().map_or(end, |c| end + c.len_utf8());
        let is_escaped = is_escaped(&url, &text[..url_start]) || has_backslash(&text[url_start..and_next]);
        matched.push(Candidate { url, is_escaped });
    }
    matched
}

/// The URL of an image with a UUID, if a mail program has wrapped the line within its path.
fn unwrapped(origin: &str, tail: &str) -> Option<String> {
    let mut url = origin.to_owned();
    let is_whole = |url: &str| {
        read(url).is_ok_and(|url_match| url_match.delivery.is_some() && is_uuid(url_match.id.as_str()))
    };
    for (at, piece) in tail.split(char::is_whitespace).filter(|piece| !piece.is_empty()).take(4).enumerate() {
        // A URL with a UUID is far shorter.
        if url.len() + piece.len() > 1_024 {
            return None;
        }
        url.push_str(without_punctuation(piece, None));
        if is_whole(&url) {
            return (at > 0).then_some(url);
        }
    }
    None
}

#[derive(Clone, Copy)]
enum Marker {
    /// `https://` or `http://`
    Scheme,
    /// `imagedelivery.net/` or `dash.cloudflare.com/`
    Host,
    /// `/cdn-cgi/imagedelivery/`
    Zone,
}

/// The positions where URLs may start, in order.
fn markers(text: &str) -> Vec<(usize, Marker)> {
    // ASCII lower case does not change byte positions.
    let lower = text.to_ascii_lowercase();
    let mut markers = Vec::new();
    for (sign, kind) in [
        ("https://", Marker::Scheme),
        ("http://", Marker::Scheme),
        ("imagedelivery.net/", Marker::Host),
        ("dash.cloudflare.com/", Marker::Host),
        (ON_ZONE, Marker::Zone),
    ] {
        markers.extend(lower.match_indices(sign).map(|(at, _)| (at, kind)));
    }
    markers.sort_by_key(|(at, _)| *at);
    markers
}

/// Whether a host name may start after this text.
fn starts_host(before: &str) -> bool {
    !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | '@'))
}

/// The host at the end of a text.
fn host_before(before: &str) -> Option<&str> {
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':');
    // A host has at most 253 characters.
    let length = before.bytes().rev().take(260).take_while(|b| is_host(char::from(*b))).count();
    let start = before.len() - length;
    let host = before[start..].trim_start_matches(':');
    let top = host.split(':').next()?.rsplit_once('.')?.1;
    let is_name = top.len() >= 2 && top.bytes().all(|b| b.is_ascii_alphabetic());
    (is_name || before[..start].ends_with("//")).then_some(host).filter(|host| !host.is_empty())
}

/// Whether the escapes in a URL's path are to be undone, because the surrounding text or the query has such escapes.
fn is_escaped(url: &str, before: &str) -> bool {
    let query = &url[url_path(url).len()..];
    let in_html = || {
        let open = before
            .rfind('<')
            .is_some_and(|at| before[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic()));
        open || before.ends_with(';') || has_html(query)
    };
    has_backslash(url) || before.ends_with("\\\"") || (has_html(url) && in_html())
}

/// The length of the URL that starts at `url_start`. Its end depends on what precedes it: a quote, a bracket, or
/// neither. `nested` means inside another URL.
fn end_of(text: &str, url_start: usize, nested: bool) -> usize {
    let tail = first_bytes(&text[url_start..], MAX_URL);
    let before = text[..url_start].trim_end_matches('/');
    let opener = before.chars().next_back();
    // `/_next/image?url=…` has no scheme.
    let word = before.rsplit(|c: char| c.is_whitespace() || is_quote(c)).next().unwrap_or_default();
    let nested = nested || (opener == Some('=') && word.contains('?'));
    let closed = |closes: &dyn Fn(char) -> bool| tail.find(closes).unwrap_or(tail.len());
    let line = tail.find(['\n', '\r']).unwrap_or(tail.len());
    let end = match opener {
        Some('=') if nested => return nested_end(tail),
        None if !tail.contains(char::is_whitespace) => tail.len(),
        None => spaced_end(&tail[..stop(&tail[..line], false)]),
        Some(quote @ ('"' | '\'' | '`')) => quoted_end(&tail[..closed(&|c| c == quote)]),
        Some(quote) if is_quote(quote) => quoted_end(&tail[..closed(&|c| is_quote(c) && !c.is_ascii())]),
        Some('(') => {
            let line = &tail[..line];
            let inside = &line[..closing_bracket(line).unwrap_or(line.len())];
            // A title in Markdown.
            let inside = inside.split(['"', '\'']).next().unwrap_or_default().trim_end();
            spaced_end(inside)
        }
        Some('<') => spaced_end(&tail[..closed(&|c| c == '>').min(line)]),
        _ => stop(tail, true),
    };
    without_punctuation(&tail[..end], opener).len()
}

/// The end of an unquoted URL.
fn stop(text: &str, at_space: bool) -> usize {
    let ends = |c: char| {
        (at_space && c.is_whitespace())
            || is_quote(c)
            || matches!(c, '<' | '>' | ']' | '}' | '|')
            || is_mark(c)
    };
    let end = text.find(ends).unwrap_or(text.len());
    closing_bracket(&text[..end]).unwrap_or(end)
}

/// The `)` that closes a bracket opened before the text.
fn closing_bracket(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn quoted_end(quoted: &str) -> usize {
    if is_srcset(quoted) { quoted.find(' ').unwrap_or(quoted.len()) } else { quoted.len() }
}

/// Whether a quoted text lists URLs with widths or densities, `URL 320w, URL 2x`. A single URL may contain spaces.
fn is_srcset(quoted: &str) -> bool {
    quoted.rsplit_once(' ').is_some_and(|(_, last)| {
        last.strip_suffix(['w', 'x']).is_some_and(|number| number.parse::<f32>().is_ok())
    })
}

/// The end of a URL that may be followed by other text. This is the first space, unless the whole text is one URL whose
/// ID contains spaces.
fn spaced_end(text: &str) -> usize {
    let Some(space) = text.find(char::is_whitespace) else { return text.len() };
    let first = without_punctuation(&text[..space], None);
    let whole = without_punctuation(text, None);
    let path = url_path(whole);
    let Some((before, variant)) = path.rsplit_once('/').filter(|_| space < path.len()) else { return space };
    let is_variant =
        is_flexible(variant) || (!variant.is_empty() && variant.bytes().all(|b| b.is_ascii_alphanumeric()));
    if !is_variant || text[space..].contains("://") || first.contains(['?', '#']) {
        return space;
    }
    // A sentence after a complete URL may contain a slash.
    let is_whole =
        read(first).is_ok_and(|url_match| url_match.variant.is_some() || is_uuid(url_match.id.as_str()));
    let ends_in_file = before.rsplit_once('.').is_some_and(|(_, extension)| {
        (2..=5).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    if !is_whole || ends_in_file || variant == "public" || is_flexible(variant) { text.len() } else { space }
}

/// The end of a URL inside another one. Of the parameters after it, only those of a signature belong to it.
fn nested_end(tail: &str) -> usize {
    let tail = &tail[..stop(tail, true)];
    let Some(end) = tail.find(['?', '&', '#']) else { return without_punctuation(tail, None).len() };
    if !tail[end..].starts_with('?') {
        return end;
    }
    let mut own = end;
    for parameter in tail[end + 1..].split('&') {
        let name = parameter.split('=').next().unwrap_or_default();
        if !matches!(name.to_ascii_lowercase().as_str(), "exp" | "sig") {
            break;
        }
        own += 1 + parameter.len();
    }
    own
}

/// A URL without the punctuation at the end of a sentence.
fn without_punctuation(url: &str, opener: Option<char>) -> &str {
    let mut url = url;
    loop {
        let Some(last) = url.chars().next_back() else { return url };
        let foreign = match last {
            ')' => url.matches(')').count() > url.matches('(').count(),
            '.' | ',' | ';' | ':' | '!' | '?' | '…' | '。' | '、' | '，' | '．' | '！' | '？' | '；'
            | '：' | ']' | '}' | '>' | '|' | '*' | '）' | '】' | '」' => true,
            quote if is_quote(quote) => true,
            c => c.is_whitespace() || is_mark(c),
        };
        if !foreign || (opener == Some('"') && last != ',' && last != ';') {
            return url;
        }
        url = &url[..url.len() - last.len_utf8()];
    }
}

/// The part before the query, if only the end of a signed URL was copied.
pub(super) fn before_signature(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let starts_parameter = |at: usize| at == 0 || matches!(lower.as_bytes()[at - 1], b'?' | b'&' | b';');
    lower.match_indices("sig=").find(|(at, _)| starts_parameter(*at))?;
    Some(text.split_once('?').map_or("", |(before, _)| before))
}

/// The query of a URL, decoded just far enough to find a signature.
pub(super) fn query(written: &str) -> String {
    let names = |text: &str| text.split('&').any(|pair| pair.starts_with("sig="));
    if names(written) && !written.contains("amp;") {
        return written.to_owned();
    }
    let read = states(written).into_iter().find(|state| names(state) && !state.contains("amp;"));
    read.unwrap_or_else(|| written.replace("&amp;", "&"))
}

/// Whether a text consists of a single URL or ID, with no other text.
pub(super) fn is_one(text: &str) -> bool {
    !bare(text).chars().any(|c| c.is_whitespace() || is_unsafe(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::escapes::fully_decoded;

    #[test]
    fn find_undoes_as_few_escapes_as_possible() {
        let id = |text: &str| find(text, |_| true).unwrap().unwrap().id.as_str().to_owned();
        assert_eq!(id("https://imagedelivery.net/H/a%2520b/public"), "a%20b");
        assert_eq!(id("https%3A%2F%2Fimagedelivery.net%2FH%2Fa%252520b%2Fpublic"), "a%20b");
        assert_eq!(id("https://imagedelivery.net/H/a&amp;b/public"), "a&amp;b", "no sign of HTML");
        assert_eq!(id("<img src=\"https://imagedelivery.net/H/a&amp;b/public\">"), "a&b");
    }

    #[test]
    fn query_is_decoded_until_signature_appears() {
        for text in [
            "exp=1&sig=a",
            "exp=1&amp;sig=a",
            "exp%3D1%26sig%3Da",
            r"exp=1\u0026sig=a",
            "exp=1%26amp%3Bsig=a",
        ] {
            assert_eq!(query(text), "exp=1&sig=a", "{text}");
        }
        assert_eq!(query("sig=a%2Bb&x=1"), "sig=a%2Bb&x=1");
        assert_eq!(query("a=1&amp;b=2"), "a=1&b=2");
    }

    #[test]
    fn find_finishes_on_megabytes() {
        for part in [
            "https://",
            "https%3A%2F%2F",
            "imagedelivery.net/",
            "/cdn-cgi/imagedelivery/",
            "&amp;",
            "\\u0026",
            "%2525",
            "%ff",
            "(",
            "a ",
            "sig=",
            "http",
        ] {
            let text = part.repeat(1_000_000 / part.len());
            _ = find(&text, |_| true);
            _ = fully_decoded(head(&text));
        }
    }
}
