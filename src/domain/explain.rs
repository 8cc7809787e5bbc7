//! Explains a delivery URL: its account, image and variant, whether its signature is valid, and when it expires.
//!
//! The signature itself never appears in the output.

mod signature;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use percent_encoding::percent_decode_str;
use serde::Serialize;

use super::FailureKind;
use super::delivery_plan::{CUSTOM_DOMAIN_UNDOCUMENTED, FLEXIBLE_IS_NEVER_PRIVATE, NO_PRIVATE_CUSTOM_ID};
use super::delivery_url::DeliveryUrl;
use super::flexible::Flexible;
use super::reference;
use super::sanitize::{json_line, sanitize};
use super::signing::{SigningKey, is_flexible, is_uuid, origin_and_path};
use super::time_format;
use super::url_finder::NO_ORIGIN;
use super::width::cut_end;

pub use signature::{Signature, SignatureFault};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The URL without query and fragment.
    pub url: DeliveryUrl,
    /// Scheme and host; empty for a root-relative URL. Untrusted.
    pub origin: String,
    /// Whether the URL is on a custom domain (`/cdn-cgi/imagedelivery/…`), where Cloudflare does not document signing.
    pub custom_domain: bool,
    pub signature: Signature,
    pub expiry: Expiry,
    /// Names of query parameters other than `exp` and `sig`, sanitized and truncated.
    pub other_parameters: Vec<String>,
    pub warnings: Vec<Warning>,
}

/// A sentence about something unusual in a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub kind: WarningKind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarningKind {
    /// Undocumented parameters in an unsigned URL.
    OtherParameters,
    /// A parameter whose name only resembles that of a signature.
    MisnamedSignature,
    /// Parameters in a signed URL that opens without them.
    RemovableParameters,
    /// Parameters in a signed URL that may not open even without them.
    ForbiddenParameters,
    ExpiryWithoutSignature,
    ParameterOrder,
    Fragment,
    TrailingSlash,
    DoubleEncodedId,
    CustomId,
    Flexible,
    FlexibleOption,
    CustomDomain,
}

/// When a URL's signature expires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Neither a signature nor an expiry.
    None,
    /// A signature without an expiry.
    Never,
    /// In Unix seconds.
    At(i64),
    /// In Unix seconds.
    Expired(i64),
    /// `exp` is not a number of seconds.
    Unreadable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("This isn't a delivery URL, such as https://imagedelivery.net/ACCOUNT-HASH/IMAGE-ID/VARIANT.")]
pub struct NoDeliveryUrl;

/// The parts of a query as written.
#[derive(Debug, Default)]
struct Query<'a> {
    sig: Option<&'a str>,
    exp: Option<&'a str>,
    /// Names of all other parameters, including repeated signatures and expiries.
    others: Vec<&'a str>,
    sig_before_exp: bool,
}

/// Explains the first delivery URL in a text. `keys` is empty if the signing keys are unknown; `now` decides what has
/// expired.
pub fn explain(text: &str, keys: &[SigningKey], now: Timestamp) -> Result<Explanation, NoDeliveryUrl> {
    let (written, url) = reference::delivery_url(text).ok_or(NoDeliveryUrl)?;
    let (rest, fragment) = written.split_once('#').map_or((written.as_str(), None), |(a, b)| (a, Some(b)));
    let (bare, query) = rest.split_once('?').unwrap_or((rest, ""));
    let query = Query::read(query);
    let (origin, path) = origin_and_path(bare);
    let expiry = match (query.exp, query.sig) {
        (None, None) => Expiry::None,
        (None, Some(_)) => Expiry::Never,
        (Some(exp), _) => match exp.parse::<i64>() {
            Ok(at) if exp.bytes().all(|b| b.is_ascii_digit()) => {
                if at <= now.as_second() {
                    Expiry::Expired(at)
                } else {
                    Expiry::At(at)
                }
            }
            _ => Expiry::Unreadable,
        },
    };
    let signature = signature::check(keys, origin, path, query.sig, query.exp);
    let custom_domain = path.starts_with("/cdn-cgi/imagedelivery/");
    let mut warnings = warnings(&url, path, &query, fragment, custom_domain);
    let other_parameters: Vec<String> =
        query.others.iter().map(|name| cut_end(&sanitize(name), 30).into_owned()).collect();
    if !other_parameters.is_empty() {
        warnings.insert(0, other_parameters_warning(&other_parameters, &signature));
    }
    let origin = if origin == NO_ORIGIN { "" } else { origin }.to_owned();
    Ok(Explanation { url, origin, custom_domain, signature, expiry, other_parameters, warnings })
}

impl<'a> Query<'a> {
    fn read(text: &'a str) -> Self {
        let mut query = Self::default();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "sig" if query.sig.is_none() => {
                    query.sig = Some(value);
                    query.sig_before_exp = query.exp.is_none();
                }
                "exp" if query.exp.is_none() => query.exp = Some(value),
                _ => query.others.push(name),
            }
        }
        query.sig_before_exp &= query.exp.is_some();
        query
    }
}

fn warnings(
    url: &DeliveryUrl,
    path: &str,
    query: &Query,
    fragment: Option<&str>,
    custom_domain: bool,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |kind, text: &str| warnings.push(Warning { kind, text: text.to_owned() });
    let signed = query.sig.is_some();
    if query.exp.is_some() && !signed {
        warn(WarningKind::ExpiryWithoutSignature, "exp has no effect without sig.");
    }
    if query.sig_before_exp {
        warn(WarningKind::ParameterOrder, "sig comes before exp; the documented order is exp, then sig.");
    }
    if fragment.is_some() {
        warn(WarningKind::Fragment, "The part after # is never sent.");
    }
    if path.ends_with('/') {
        warn(
            WarningKind::TrailingSlash,
            "The path ends with a slash, which is also sent and signed. Remove it.",
        );
    }
    let id = url.id().as_str();
    if is_double_encoded(id) {
        warn(
            WarningKind::DoubleEncodedId,
            &format!(
                "The image ID is still percent-encoded after decoding ({}). It may have been encoded twice.",
                cut_end(&sanitize(id), 60)
            ),
        );
    }
    if signed && !is_uuid(id) {
        warn(WarningKind::CustomId, NO_PRIVATE_CUSTOM_ID);
    }
    if is_flexible(url.variant()) {
        if signed {
            warn(WarningKind::Flexible, FLEXIBLE_IS_NEVER_PRIVATE);
        }
        for note in Flexible::of_url(url.variant()).map_or_else(|_| vec![], |options| options.notes()) {
            warn(WarningKind::FlexibleOption, &format!("{note}."));
        }
    }
    if signed && custom_domain {
        warn(WarningKind::CustomDomain, CUSTOM_DOMAIN_UNDOCUMENTED);
    }
    warnings
}

/// A warning about parameters that no delivery URL has. Removing them helps only if the signature is valid.
fn other_parameters_warning(names: &[String], signature: &Signature) -> Warning {
    let more = if names.len() > 5 { ", …" } else { "" };
    let intro = format!("Other query parameters: {}{more}.", names[..names.len().min(5)].join(", "));
    let is_like_signature = |name: &&String| {
        ["sig", "signature", "sign", "hmac", "token"].iter().any(|other| name.eq_ignore_ascii_case(other))
    };
    let (kind, text) = match signature {
        Signature::None => match names.iter().find(is_like_signature) {
            Some(name) => (
                WarningKind::MisnamedSignature,
                format!("{intro} The signature must be called sig, not {name}."),
            ),
            None => (WarningKind::OtherParameters, format!("{intro} Cloudflare documents only exp and sig.")),
        },
        Signature::Good { .. } => (
            WarningKind::RemovableParameters,
            format!("{intro} A signed URL may contain only exp and sig, each once. Remove the others."),
        ),
        Signature::Bad(_) | Signature::Unchecked => (
            WarningKind::ForbiddenParameters,
            format!("{intro} A signed URL may contain only exp and sig, each once."),
        ),
    };
    Warning { kind, text }
}

/// Whether a decoded text still contains percent-encoding.
fn is_double_encoded(text: &str) -> bool {
    percent_decode_str(text).decode_utf8().map_or(true, |decoded| decoded != text)
}

impl Explanation {
    /// Whether the URL opens a private image, as far as the URL and the known keys tell.
    pub fn opens(&self) -> bool {
        matches!(self.signature, Signature::Good { .. })
            && matches!(self.expiry, Expiry::At(_) | Expiry::Never)
            && self.other_parameters.is_empty()
    }

    /// What kind of failure the URL is. `None` if nothing is wrong, or only that the signature could not be checked.
    pub fn fault(&self) -> Option<FailureKind> {
        let others = !self.other_parameters.is_empty();
        match self.signature {
            // An expiry without a signature was cut off; such a URL opens nothing private.
            Signature::None => (others || self.expiry != Expiry::None).then_some(FailureKind::Other),
            Signature::Bad(_) => Some(FailureKind::Credentials),
            Signature::Good { .. } | Signature::Unchecked => {
                let no_valid_expiry = matches!(self.expiry, Expiry::Expired(_) | Expiry::Unreadable);
                (others || no_valid_expiry).then_some(FailureKind::Credentials)
            }
        }
    }

    /// One JSON object with the facts of [`Self::lines`], for scripts. The signature is not in it.
    pub fn json(&self) -> String {
        let host = self.origin.split_once("://").map_or(self.origin.as_str(), |(_, host)| host);
        let (signature, key, reason) = match &self.signature {
            Signature::None => ("none", None, None),
            Signature::Good { key } => ("good", Some(key.as_str()), None),
            Signature::Bad(why) => ("bad", None, Some(why.describe())),
            Signature::Unchecked => ("unchecked", None, None),
        };
        let seconds = |at: i64| Timestamp::from_second(at).map_or(at.to_string(), |at| at.to_string());
        let (expires, is_expired) = match self.expiry {
            Expiry::None | Expiry::Unreadable => (None, None),
            Expiry::Never => (Some("never".to_owned()), Some(false)),
            Expiry::At(at) => (Some(seconds(at)), Some(false)),
            Expiry::Expired(at) => (Some(seconds(at)), Some(true)),
        };
        let object = Object {
            host,
            custom_domain: self.custom_domain,
            hash: self.url.hash(),
            image: self.url.id().as_str(),
            custom_id: !is_uuid(self.url.id().as_str()),
            variant: self.url.variant(),
            flexible: is_flexible(self.url.variant()),
            signature,
            key,
            reason,
            expires,
            expired: is_expired,
            other_parameters: &self.other_parameters,
            notes: self.warnings.iter().map(|warning| warning.text.as_str()).collect(),
        };
        json_line(&serde_json::to_string(&object).unwrap_or_default())
    }

    /// Labels and sanitized values for display. The signature is not in them.
    pub fn lines(&self, now: Timestamp, zone: &TimeZone) -> Vec<(&'static str, String)> {
        let host = self.origin.split_once("://").map_or(self.origin.as_str(), |(_, host)| host);
        let host = if host.is_empty() { "not given" } else { host };
        let flexible = if is_flexible(self.url.variant()) { " (flexible)" } else { "" };
        let custom_domain = if self.custom_domain { " (custom domain)" } else { "" };
        let custom_id = if is_uuid(self.url.id().as_str()) { "" } else { " (custom ID)" };
        let mut lines = vec![
            ("Host", format!("{}{custom_domain}", sanitize(host))),
            ("Account hash", sanitize(self.url.hash()).into_owned()),
            ("Image", format!("{}{custom_id}", sanitize(self.url.id().as_str()))),
            ("Variant", format!("{}{flexible}", sanitize(self.url.variant()))),
            ("Signature", self.signature.to_string()),
        ];
        if let Some(words) = self.expiry.describe(now, zone) {
            lines.push(("Expires", words));
        }
        lines.extend(self.warnings.iter().map(|warning| ("Note", warning.text.clone())));
        lines
    }
}

#[derive(Serialize)]
struct Object<'a> {
    host: &'a str,
    custom_domain: bool,
    hash: &'a str,
    image: &'a str,
    custom_id: bool,
    variant: &'a str,
    flexible: bool,
    signature: &'static str,
    key: Option<&'a str>,
    reason: Option<&'static str>,
    expires: Option<String>,
    expired: Option<bool>,
    other_parameters: &'a [String],
    notes: Vec<&'a str>,
}

impl Expiry {
    /// When the signature expires. `None` if there is no signature.
    pub fn describe(self, now: Timestamp, zone: &TimeZone) -> Option<String> {
        let moment = |at: i64| match Timestamp::from_second(at) {
            Ok(at) => format!("{} ({})", time_format::local(at, zone), time_format::ago(at, now)),
            Err(_) => format!("{at}, not a valid date"),
        };
        match self {
            Self::None => None,
            Self::Never => Some("never".into()),
            Self::At(at) => Some(moment(at)),
            Self::Expired(at) => Some(format!("expired {}", moment(at))),
            Self::Unreadable => Some("exp isn't a number of seconds since 1970".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::signing::sign;

    const PATH: &str = "/cheeW4oKsx5ljh8e8BoL2A/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile";
    const HOST: &str = "https://imagedelivery.net";

    fn key(name: &str, text: &str) -> SigningKey {
        SigningKey::parse(name, text).unwrap()
    }

    fn keys() -> [SigningKey; 2] {
        [key("default", "first="), key("mo\u{1b}bile", "Oix0bbNaT8Rge9PuyxUBrjI6zrgnsyJ5=")]
    }

    fn now() -> Timestamp {
        "2021-09-10T14:00:00Z".parse().unwrap()
    }

    fn read(text: &str) -> Explanation {
        explain(text, &keys(), now()).unwrap()
    }

    fn kinds(text: &str) -> Vec<WarningKind> {
        read(text).warnings.iter().map(|warning| warning.kind).collect()
    }

    #[test]
    fn signed_url_is_explained() {
        let url = format!(
            "{HOST}{PATH}?exp=1631289275&sig=72411885ee02134d38662f3e70ac8ff694f408e9d14b05125f6b022c3f403efa"
        );
        let explanation = read(&url);
        assert_eq!(explanation.origin, HOST);
        assert_eq!(explanation.url.as_str(), format!("{HOST}{PATH}"));
        assert!(!explanation.custom_domain);
        assert_eq!(explanation.signature, Signature::Good { key: "mo\u{1b}bile".into() });
        assert_eq!(explanation.expiry, Expiry::At(1_631_289_275));
        assert_eq!((kinds(&url), &explanation.other_parameters[..]), (vec![], &[][..]));
        assert!(explanation.opens());
        let lines = explanation.lines(now(), &TimeZone::UTC);
        let (_, signature) = lines.iter().find(|(label, _)| *label == "Signature").unwrap();
        assert!(signature.contains("mo␛bile"), "{signature}");
        assert_eq!(read(&format!("<img src=\"{}\">", url.replace('&', "&amp;"))), explanation, "in HTML");
    }

    #[test]
    fn signature_is_checked_on_decoded_url() {
        let percent = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
        };
        let plain = DeliveryUrl::parse(&format!("{HOST}{PATH}")).unwrap();
        for expires in [None, Some(2_000_000_000)] {
            let url = sign(&plain, &keys()[0], expires).expose();
            let next = format!("/_next/image?url={}&w=640&q=75", percent(&url));
            for text in [
                percent(&url),
                percent(&percent(&url)),
                url.replace('/', "\\/").replace('&', "\\u0026").replace('=', "\\u003d"),
                url.replace('&', "&amp;"),
                url.replace('&', "&#x26;").replace('=', "&#61;"),
                url.replace('?', "%3F").replace('&', "%26"),
                url.replace('&', "%26").replace('=', "%3D"),
                next.clone(),
                percent(&next),
                format!("https://shop.example{next}"),
                format!("https://wsrv.nl/?url={url}&w=300"),
                format!("/cdn-cgi/image/w=80/{url}"),
                format!("“{url}”."),
                format!("{url}."),
                format!("{{\"url\": \"{url}\"}}"),
            ] {
                let explanation = read(&text);
                assert!(explanation.opens() && explanation.warnings.is_empty(), "{text}: {explanation:?}");
            }
        }
        let zone = DeliveryUrl::parse(&format!("https://a.example/cdn-cgi/imagedelivery{PATH}")).unwrap();
        let root_relative = sign(&zone, &keys()[0], None).expose().replace("https://a.example", "");
        let explanation = read(&root_relative);
        assert!(
            explanation.opens() && explanation.custom_domain && explanation.origin.is_empty(),
            "{explanation:?}"
        );
    }

    #[test]
    fn unsigned_url_is_explained() {
        let url = "shop.example/cdn-cgi/imagedelivery/H/a%2520b/w=400,fat=x#top";
        let explanation = read(url);
        assert_eq!(explanation.origin, "https://shop.example");
        assert!(explanation.custom_domain);
        assert_eq!(
            (explanation.url.hash(), explanation.url.id().as_str(), explanation.url.variant()),
            ("H", "a%20b", "w=400,fat=x")
        );
        assert_eq!((explanation.signature, explanation.expiry), (Signature::None, Expiry::None));
        assert_eq!(
            kinds(url),
            [WarningKind::Fragment, WarningKind::DoubleEncodedId, WarningKind::FlexibleOption]
        );
        assert_eq!(explain("a", &[], now()), Err(NoDeliveryUrl));
        assert_eq!(explain("https://example.com/cat.png", &[], now()), Err(NoDeliveryUrl));
    }

    #[test]
    fn expiry_is_read_from_exp() {
        for (query, expected) in [
            ("", Expiry::None),
            ("sig=00", Expiry::Never),
            ("exp=1631282340&sig=00", Expiry::Expired(1_631_282_340)),
            ("exp=1631282400", Expiry::Expired(now().as_second())),
            ("exp=1631282401", Expiry::At(now().as_second() + 1)),
            ("exp=9223372036854775807&sig=00", Expiry::At(i64::MAX)),
            ("exp=9223372036854775808&sig=00", Expiry::Unreadable),
            ("exp=-1&sig=00", Expiry::Unreadable),
            ("exp=&sig=00", Expiry::Unreadable),
        ] {
            let expiry = read(&format!("{HOST}{PATH}?{query}")).expiry;
            assert_eq!(expiry, expected, "{query}");
            assert_eq!(expiry.describe(now(), &TimeZone::UTC).is_none(), expected == Expiry::None, "{query}");
        }
    }

    #[test]
    fn warnings_for_unusual_parts() {
        use WarningKind::{
            CustomDomain, CustomId, ExpiryWithoutSignature, ForbiddenParameters, MisnamedSignature,
            OtherParameters, ParameterOrder, RemovableParameters, TrailingSlash,
        };
        let good =
            sign(&DeliveryUrl::parse(&format!("{HOST}{PATH}")).unwrap(), &keys()[0], Some(2_000_000_000));
        let good = good.expose();
        let (exp, sig) = good.split_once('?').unwrap().1.split_once('&').unwrap();
        let swapped = format!("{HOST}{PATH}?{sig}&{exp}");
        assert!(read(&swapped).opens(), "order does not change what is signed");
        let others = format!("{good}&v=\u{202e}1&exp=2");
        assert_eq!(read(&others).other_parameters, ["v", "exp"]);
        assert!(read(&others).warnings[0].text.contains("v, exp"));
        for (url, expected) in [
            (good.clone(), &[][..]),
            (others, &[RemovableParameters]),
            (format!("{HOST}{PATH}?exp=2000000000&sig={}&v=1", "0".repeat(64)), &[ForbiddenParameters]),
            (format!("{HOST}{PATH}?v=1"), &[OtherParameters]),
            (format!("{HOST}{PATH}?Signature=0"), &[MisnamedSignature]),
            (swapped, &[ParameterOrder]),
            (format!("{HOST}{PATH}?exp=9999999999"), &[ExpiryWithoutSignature]),
            (format!("{HOST}{PATH}/"), &[TrailingSlash]),
            (format!("{HOST}/H/a.png/public?sig=0"), &[CustomId]),
            (format!("{HOST}/H/bc27a117-9509-446b-8c69-c81bfeac0a01/w=4?sig=0"), &[WarningKind::Flexible]),
            (format!("https://a.example/cdn-cgi/imagedelivery{PATH}?sig=0"), &[CustomDomain]),
        ] {
            assert_eq!(kinds(&url), expected, "{url}");
        }
    }

    #[test]
    fn expired_signature_is_good_but_does_not_open() {
        let url = DeliveryUrl::parse(&format!("{HOST}{PATH}")).unwrap();
        let expired = read(&sign(&url, &keys()[0], Some(now().as_second())).expose());
        assert_eq!(expired.signature, Signature::Good { key: "default".into() });
        assert!(!expired.opens());
        let good = sign(&url, &keys()[0], None).expose();
        assert!(
            read(&good).opens() && !read(&format!("{good}&w=9")).opens(),
            "a parameter outside the signature"
        );
    }

    #[test]
    fn fault_by_signature_and_parameters() {
        let good = sign(&DeliveryUrl::parse(&format!("{HOST}{PATH}")).unwrap(), &keys()[0], None).expose();
        let bad = format!("{HOST}{PATH}?sig={}", "0".repeat(64));
        let (unsigned, denied) = (Some(FailureKind::Other), Some(FailureKind::Credentials));
        for (url, fault) in [
            (format!("{HOST}{PATH}"), None),
            (format!("{HOST}{PATH}#top"), None),
            (format!("{HOST}{PATH}?"), None),
            (format!("{HOST}{PATH}?v=1"), unsigned),
            (format!("{HOST}{PATH}?v"), unsigned),
            (format!("{HOST}{PATH}?exp=9999999999"), unsigned),
            (format!("{HOST}{PATH}?exp=1"), unsigned),
            (good.clone(), None),
            (format!("{good}&v=1"), denied),
            (format!("{good}&sig=1"), denied),
            (bad.clone(), denied),
            (format!("{bad}&v=1"), denied),
        ] {
            assert_eq!(read(&url).fault(), fault, "{url}");
        }
        let unchecked = |query: &str| explain(&format!("{bad}{query}"), &[], now()).unwrap().fault();
        assert_eq!((unchecked(""), unchecked("&v=1")), (None, denied));
    }

    #[test]
    fn json_has_facts_of_lines() {
        let url = format!(
            "{HOST}{PATH}?exp=1631289275&sig=72411885ee02134d38662f3e70ac8ff694f408e9d14b05125f6b022c3f403efa"
        );
        assert_eq!(
            read(&url).json(),
            "{\"host\":\"imagedelivery.net\",\"custom_domain\":false,\"hash\":\"cheeW4oKsx5ljh8e8BoL2A\",\
             \"image\":\"bc27a117-9509-446b-8c69-c81bfeac0a01\",\"custom_id\":false,\"variant\":\"mobile\",\
             \"flexible\":false,\"signature\":\"good\",\"key\":\"mo\\u001bbile\",\"reason\":null,\
             \"expires\":\"2021-09-10T15:54:35Z\",\"expired\":false,\"other_parameters\":[],\"notes\":[]}"
        );
        let value = |url: &str| serde_json::from_str::<serde_json::Value>(&read(url).json()).unwrap();
        let plain = value(&format!("{HOST}{PATH}"));
        assert_eq!((&plain["signature"], plain["expires"].is_null()), (&"none".into(), true));
        let expired = value(&format!("{HOST}{PATH}?exp=1&sig=0&v=1"));
        assert_eq!((&expired["signature"], &expired["expired"]), (&"bad".into(), &true.into()));
        assert_eq!(expired["other_parameters"], serde_json::json!(["v"]));
        assert_eq!(value(&format!("{HOST}{PATH}?sig=0"))["expires"], "never");
    }

    #[test]
    fn explanation_never_contains_signature() {
        let url = DeliveryUrl::parse(&format!("{HOST}{PATH}")).unwrap();
        let signed = sign(&url, &keys()[0], None).expose();
        let explanation = read(&signed);
        let sig = &signed[signed.len() - 64..];
        let all =
            format!("{explanation:?} {:?} {}", explanation.lines(now(), &TimeZone::UTC), explanation.json());
        assert!(!all.contains(&sig[..10]), "{all}");
    }
}
