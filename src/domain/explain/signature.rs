//! Checks the signature of a URL: whether it is valid, with which key, or what is wrong with it.

use std::fmt;

use base64::Engine as _;

use crate::domain::sanitize::sanitize;
use crate::domain::signing::{SigningKey, is_signed_by, sent_path, text_to_sign};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    None,
    /// Made with this key.
    Good {
        /// Untrusted text.
        key: String,
    },
    Bad(SignatureFault),
    /// No signing key is known.
    Unchecked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureFault {
    /// No known key made this signature for this path and expiry.
    NoMatch,
    /// Valid in lower case. It is not known how the live service treats upper case.
    UpperCase,
    NotHex,
    /// Encoded as base64; valid as hexadecimal digits.
    Base64,
    /// Made without the expiry.
    WithoutExpiry,
    /// Made over the whole URL, including scheme and host.
    WholeUrl,
}

/// Checks a signature in constant time. `path` and `exp` are as written in the URL.
pub(super) fn check(
    keys: &[SigningKey],
    origin: &str,
    path: &str,
    sig: Option<&str>,
    exp: Option<&str>,
) -> Signature {
    let Some(sig) = sig else { return Signature::None };
    let text = text_to_sign(&sent_path(path), exp);
    let signed_by = |text: &str, signature: &[u8]| keys.iter().find(|key| is_signed_by(key, text, signature));
    let Some(bytes) = hex::decode(sig).ok().filter(|bytes| bytes.len() == 32) else {
        let bytes = from_base64(sig).filter(|bytes| bytes.len() == 32);
        if bytes.is_some() && keys.is_empty() {
            return Signature::Unchecked;
        }
        let base64 = bytes.is_some_and(|bytes| signed_by(&text, &bytes).is_some());
        return Signature::Bad(if base64 { SignatureFault::Base64 } else { SignatureFault::NotHex });
    };
    if keys.is_empty() {
        return Signature::Unchecked;
    }
    if let Some(key) = signed_by(&text, &bytes) {
        return if sig.bytes().any(|b| b.is_ascii_uppercase()) {
            Signature::Bad(SignatureFault::UpperCase)
        } else {
            Signature::Good { key: key.name().to_owned() }
        };
    }
    // The most common mistakes. Naming them saves users an afternoon.
    if exp.is_some() && signed_by(&text_to_sign(&sent_path(path), None), &bytes).is_some() {
        return Signature::Bad(SignatureFault::WithoutExpiry);
    }
    if signed_by(&format!("{origin}{text}"), &bytes).is_some() {
        return Signature::Bad(SignatureFault::WholeUrl);
    }
    Signature::Bad(SignatureFault::NoMatch)
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text =
        text.replace('-', "+").replace('_', "/").replace("%3D", "").replace("%2B", "+").replace("%2F", "/");
    base64::engine::general_purpose::STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none; works if the image or the variant is public"),
            Self::Good { key } => write!(f, "valid, signed with key {}", sanitize(key)),
            Self::Bad(why) => write!(f, "invalid: {}", why.describe()),
            Self::Unchecked => f.write_str("not checked: no signing key is available"),
        }
    }
}

impl SignatureFault {
    /// What is wrong, and what to do.
    pub fn describe(self) -> &'static str {
        match self {
            Self::NoMatch => "no available key matches; the path, the expiry or the key was changed",
            Self::UpperCase => "it matches, but in upper case; use lower case, as Cloudflare may reject it",
            Self::NotHex => "not 64 hexadecimal digits; part of it may be missing",
            Self::Base64 => "base64-encoded; use hexadecimal digits",
            Self::WithoutExpiry => "made from the path only; sign the path and ?exp=…",
            Self::WholeUrl => "made from the whole URL; sign only the path and ?exp=…",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::DeliveryUrl;
    use crate::domain::signing::sign;

    const PATH: &str = "/cheeW4oKsx5ljh8e8BoL2A/bc27a117-9509-446b-8c69-c81bfeac0a01/mobile";
    const HOST: &str = "https://imagedelivery.net";

    fn key() -> SigningKey {
        SigningKey::parse("default", "Oix0bbNaT8Rge9PuyxUBrjI6zrgnsyJ5=").unwrap()
    }

    fn signature(expires: Option<i64>) -> String {
        let url = DeliveryUrl::parse(&format!("{HOST}{PATH}")).unwrap();
        let signed = sign(&url, &key(), expires).expose();
        signed[signed.len() - 64..].to_owned()
    }

    fn of(sig: &str, exp: Option<&str>) -> Signature {
        check(&[key()], HOST, PATH, Some(sig), exp)
    }

    #[test]
    fn base64_signature_without_keys_is_unchecked() {
        let base64 = base64::engine::general_purpose::STANDARD.encode([7; 32]);
        assert_eq!(check(&[], HOST, PATH, Some(&base64), None), Signature::Unchecked);
        assert_eq!(check(&[], HOST, PATH, Some("cut"), None), Signature::Bad(SignatureFault::NotHex));
    }

    #[test]
    fn common_mistakes_are_recognised() {
        let good = signature(Some(7));
        assert_eq!(of(&good, Some("7")), Signature::Good { key: "default".into() });
        assert_eq!(
            of(&good, Some("07")),
            Signature::Bad(SignatureFault::NoMatch),
            "exp is compared as written"
        );
        assert_eq!(of(&good.to_uppercase(), Some("7")), Signature::Bad(SignatureFault::UpperCase));
        assert_eq!(of(&good[..63], Some("7")), Signature::Bad(SignatureFault::NotHex));
        assert_eq!(of(&good[..62], Some("7")), Signature::Bad(SignatureFault::NotHex));
        assert_eq!(of("", Some("7")), Signature::Bad(SignatureFault::NotHex));
        assert_eq!(of(&signature(None), Some("7")), Signature::Bad(SignatureFault::WithoutExpiry));
        let base64 = base64::engine::general_purpose::URL_SAFE.encode(hex::decode(&good).unwrap());
        assert_eq!(of(&base64, Some("7")), Signature::Bad(SignatureFault::Base64));
        let other = check(&[key()], HOST, "/x", Some(&good), Some("7"));
        assert_eq!(other, Signature::Bad(SignatureFault::NoMatch));
    }

    #[test]
    fn signature_over_whole_url_is_recognised() {
        let whole = {
            use hmac::{Hmac, KeyInit as _, Mac as _};
            let mut mac = Hmac::<sha2::Sha256>::new_from_slice(b"Oix0bbNaT8Rge9PuyxUBrjI6zrgnsyJ5=").unwrap();
            mac.update(format!("{HOST}{PATH}?exp=7").as_bytes());
            hex::encode(mac.finalize().into_bytes())
        };
        assert_eq!(of(&whole, Some("7")), Signature::Bad(SignatureFault::WholeUrl));
    }

    #[test]
    fn signature_without_keys_is_unchecked() {
        assert_eq!(check(&[], HOST, PATH, Some(&signature(None)), None), Signature::Unchecked);
        assert_eq!(check(&[], HOST, PATH, None, None), Signature::None);
        assert_eq!(check(&[], HOST, PATH, Some("x"), None), Signature::Bad(SignatureFault::NotHex));
    }
}
