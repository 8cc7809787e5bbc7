//! Checks signed delivery URLs, independently of cfimg's signing code.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A key of the account, which `…/images/v1/keys` returns under the name `default`.
pub const SIGNING_KEY: &str = "demoK3yThatOpensOnlyTheDemo00000=";

/// All signing keys of the account, by name. Any of them may sign.
pub(super) const KEYS: [(&str, &str); 2] =
    [("default", SIGNING_KEY), ("mobile-app", "demoK3yOfTheMobileApp0000000000=")];

/// Why a URL does not open a private image; the text comes after `Image access denied:`.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("signature is required")]
    Missing,
    #[error("query string is invalid")]
    Malformed,
    #[error("signature does not match")]
    Wrong,
    #[error("URL has expired")]
    Expired,
}

/// Checks the query of a request for `raw_path`; `now` is in Unix seconds.
///
/// The signature covers the raw path, and `?exp=…` if the URL expires. Other parameters are rejected, because the
/// signature would not cover them.
pub(super) fn check(raw_path: &str, query: Option<&str>, now: u64) -> Result<(), Refusal> {
    let (mut sig, mut exp) = (None, None);
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sig", value)) if sig.is_none() => sig = Some(value),
            Some(("exp", value)) if exp.is_none() => exp = Some(value),
            _ => return Err(Refusal::Malformed),
        }
    }
    let sig = sig.ok_or(Refusal::Missing)?;
    let signed = match exp {
        Some(exp) => format!("{raw_path}?exp={exp}"),
        None => raw_path.to_owned(),
    };
    // The documented form is lower-case hexadecimal; `hex` would accept both cases.
    if sig.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(Refusal::Malformed);
    }
    let sig = hex::decode(sig).map_err(|_| Refusal::Malformed)?;
    if !KEYS.iter().any(|(_, key)| mac(key, &signed).verify_slice(&sig).is_ok()) {
        return Err(Refusal::Wrong);
    }
    match exp {
        Some(exp) if exp.parse::<u64>().map_err(|_| Refusal::Malformed)? <= now => Err(Refusal::Expired),
        _ => Ok(()),
    }
}

fn mac(key: &str, text: &str) -> Hmac<Sha256> {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATH: &str = "/cheeW4oKsx5ljh8e8BoL2A/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile";

    fn sign(key: &str, text: &str) -> String {
        hex::encode(mac(key, text).finalize().into_bytes())
    }

    #[test]
    fn sign_matches_known_signatures() {
        let key = "Oix0bbNaT8Rge9PuyxUBrjI6zrgnsyJ5=";
        assert_eq!(
            sign(key, &format!("{PATH}?exp=1631289275")),
            "72411885ee02134d38662f3e70ac8ff694f408e9d14b05125f6b022c3f403efa"
        );
        assert_eq!(sign(key, PATH), "f650d16a54309cc5560ccf74ba805cd33c92ba5edaa7f09abeebfaf7e3f5895e");
    }

    #[test]
    fn signature_is_valid_until_its_expiry() {
        let sig = sign(SIGNING_KEY, &format!("{PATH}?exp=1000"));
        let query = format!("exp=1000&sig={sig}");
        assert_eq!(check(PATH, Some(&query), 999), Ok(()));
        assert_eq!(check(PATH, Some(&query), 1000), Err(Refusal::Expired));
        let query = format!("exp=2000&sig={sig}");
        assert_eq!(check(PATH, Some(&query), 999), Err(Refusal::Wrong), "the expiry is signed too");
    }

    #[test]
    fn check_rejects_invalid_signatures() {
        let sig = sign(KEYS[1].1, PATH);
        assert_eq!(check(PATH, Some(&format!("sig={sig}")), 0), Ok(()), "any key of the account opens");
        assert_eq!(check("/other", Some(&format!("sig={sig}")), 0), Err(Refusal::Wrong));
        assert_eq!(check(PATH, None, 0), Err(Refusal::Missing));
        assert_eq!(check(PATH, Some("exp=99"), 0), Err(Refusal::Missing));
        assert_eq!(check(PATH, Some(&format!("sig={sig}&x=1")), 0), Err(Refusal::Malformed));
        assert_eq!(check(PATH, Some(&format!("sig={}", sig.to_uppercase())), 0), Err(Refusal::Malformed));
        assert_eq!(check(PATH, Some("sig=zz"), 0), Err(Refusal::Malformed));
    }
}
