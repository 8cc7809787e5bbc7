//! The secrets, and how they are found in a text.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// A token that the API accepts.
pub(super) const TOKEN: &str = "cfut_CanaryT0kenQ7xR2mW9pL4vK8nB3jH6tY1sD5gF0zAcE";
/// Another, in the format of older tokens, which nothing but its value shows to be one.
pub(super) const OLD_TOKEN: &str = "Zq7CanaryOldTok3nXv93kPw2LmRt8YbNs4HdGf6";
/// A token in the older format that the API rejects.
pub(super) const REJECTED_TOKEN: &str = "Hj5CanaryWrongTok3nMb82yTc6WqKs1VzLp0RxD";
/// A global API key that the API accepts, in the older format.
pub(super) const KEY: &str = "c4a7a29f1e0b3d5c6a8f9e7d2b1c0a4f6e8d3";
/// A signing key, with characters that URLs encode.
pub(super) const SIGNING_KEY: &str = "CanarY+Sign/K3yThatIsN0tOfTheDemo7Qm2Wp9==";
/// The signature in a URL that the user pastes.
pub(super) const SIGNATURE: &str = "ca9a7f3e1b5d8c2046ea8b0d3c7f915e2a4b6d8f0c1e3a5b7d9f1c3e5a7b9d0f";

/// What the embedded Cloudflare calls its token and its signing keys.
const OF_SERVER: [&str; 3] =
    [cfimg::demo::TOKEN, cfimg::demo::SIGNING_KEY, "demoK3yOfTheMobileApp0000000000="];

/// The fewest characters of a secret that are a leak.
const PART: usize = 14;

static NEEDLES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let ours = [TOKEN, OLD_TOKEN, REJECTED_TOKEN, KEY, SIGNING_KEY, SIGNATURE];
    ours.into_iter().chain(OF_SERVER).flat_map(needles).collect()
});

/// A secret's encodings, each with the secret.
fn needles(secret: &str) -> Vec<(String, String)> {
    let body = secret.trim_start_matches("cfut_").trim_start_matches("demo");
    // The demo's secrets differ from other words of its only at their start or in the middle.
    let is_ours = !OF_SERVER.contains(&secret);
    let mut needles = vec![secret.to_owned(), secret.chars().rev().collect()];
    needles.push(body[..PART].to_owned());
    if is_ours {
        needles.push(body[body.len() - PART..].to_owned());
    }
    needles.push(utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string());
    needles.extend([hex::encode(secret), hex::encode_upper(secret)]);
    for engine in [BASE64_STANDARD, BASE64_URL_SAFE] {
        // Whatever stands before the secret; the characters that also depend on what is around it are left out.
        for before in 0..3 {
            let encoded = engine.encode(["x".repeat(before).as_bytes(), secret.as_bytes()].concat());
            let encoded = encoded.trim_end_matches('=');
            needles.push(encoded[4.min(before * 4)..encoded.len() - 2].to_owned());
        }
    }
    needles.into_iter().map(|needle| (needle, secret.to_owned())).collect()
}

/// The first secret in a text, in any encoding, without those in `allowed`.
pub(super) fn find(text: &str, allowed: &[&str]) -> Option<&'static str> {
    let is_there = |(needle, secret): &&(String, String)| {
        !allowed.contains(&secret.as_str()) && text.contains(needle.as_str())
    };
    NEEDLES.iter().find(is_there).map(|(_, secret)| secret.as_str())
}

/// The places where secrets were found.
#[derive(Debug, Default)]
pub(super) struct Leaks {
    found: Vec<String>,
    /// A variable that children get as it is, because its name is not that of a secret.
    inherited: Option<&'static str>,
}

impl Leaks {
    pub(super) fn with_inherited(variable: Option<&'static str>) -> Self {
        Self { found: Vec::new(), inherited: variable }
    }

    pub(super) fn search(&mut self, text: &str, place: &str) {
        self.search_but(text, &[], place);
    }

    /// Searches for all secrets but those in `allowed`.
    pub(super) fn search_but(&mut self, text: &str, allowed: &[&str], place: &str) {
        if let Some(secret) = find(text, allowed) {
            self.add(secret, place, text);
        }
    }

    /// Searches variables, one per line.
    pub(super) fn search_environment(&mut self, text: &str, place: &str) {
        let is_searched = |line: &&str| self.inherited.is_none_or(|name| !line.starts_with(name));
        let lines: Vec<&str> = text.lines().filter(is_searched).collect();
        self.search(&lines.join("\n"), place);
    }

    pub(super) fn search_for_signed_url(&mut self, text: &str, place: &str) {
        if has_signature(text) {
            self.add("a signed URL", place, text);
        }
    }

    fn add(&mut self, what: &str, place: &str, text: &str) {
        let start: String = text.chars().take(3000).collect();
        self.found.push(format!("{what} is in {place}:\n{start}\n"));
    }

    #[track_caller]
    pub(super) fn assert_none(&self) {
        assert!(self.found.is_empty(), "{} leaks:\n{}", self.found.len(), self.found.join("\n"));
    }
}

/// Whether a text contains a signed URL.
pub(super) fn has_signature(text: &str) -> bool {
    text.split("sig=").skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_hexdigit()))
}

#[test]
fn every_encoding_is_found() {
    for secret in [TOKEN, OLD_TOKEN, REJECTED_TOKEN, KEY, SIGNING_KEY, SIGNATURE].into_iter().chain(OF_SERVER)
    {
        let reversed: String = secret.chars().rev().collect();
        for text in [
            secret.to_owned(),
            format!("Bearer {secret}."),
            reversed,
            secret[..30].to_owned(),
            utf8_percent_encode(&format!("key={secret}"), NON_ALPHANUMERIC).to_string(),
            hex::encode(format!("at {secret}")),
            BASE64_STANDARD.encode(format!("{secret}:")),
            BASE64_STANDARD.encode(format!("me:{secret}")),
            BASE64_URL_SAFE.encode(format!("name={secret}&more")),
        ] {
            assert_eq!(find(&text, &[]), Some(secret), "{text}");
        }
    }
    assert_eq!(
        find("de3001c0ffee4a5b8c7d6e5f40312213 107b9558-dd06-4bbd-5fef-9c2c16bb7900 CFIMG", &[]),
        None
    );
    assert!(has_signature("?exp=1&sig=0a") && !has_signature("?sig=…"));
}
