//! Credentials. They cannot be printed by accident, and are wiped from memory when dropped. Also finds and redacts
//! secrets in text.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt;
use std::sync::{PoisonError, RwLock};

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::escapes::{fully_decoded, head, states};
use super::trim::bare;

/// The secrets of this process. They are global because any text from outside may contain one of them.
static MASKED: RwLock<Vec<Secret>> = RwLock::new(Vec::new());

/// Further variables of the environment that contain tokens.
static SECRET_VARIABLES: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// The limit of masked secrets: those of the environment, and the signing keys of an account.
const MAX_MASKED: usize = 256;

/// The shortest part of a secret that is recognised within other text, in bytes.
const MIN_PART: usize = 16;

/// A token or key. It must never appear on the screen, in a log, in `argv` or in a crash report.
#[derive(Clone)]
pub struct Secret(SecretString);

/// How API requests are authenticated.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// An API token, sent as `Authorization: Bearer`.
    Token(Secret),
    /// The older global API key, sent as `X-Auth-Email` and `X-Auth-Key`.
    Key { email: String, key: Secret },
}

/// Why a text cannot be sent as a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecret {
    #[error("It is empty")]
    Empty,
    /// A character that an HTTP header must not contain.
    #[error("It contains a space, line break, control character or non-ASCII character")]
    NotPrintable,
}

impl Credentials {
    /// See [`Secret::mask`].
    pub fn mask(&self) {
        match self {
            Self::Token(secret) | Self::Key { key: secret, .. } => secret.mask(),
        }
    }

    /// Identifies the credentials without revealing them: a SHA-256 in hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        match self {
            Self::Token(token) => hash.update(format!("token\0{}", token.expose())),
            Self::Key { email, key } => hash.update(format!("key\0{email}\0{}", key.expose())),
        }
        hex::encode(hash.finalize())
    }
}

impl Secret {
    /// Checks a pasted text. `Bearer `, quotes and white space around it are dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let mut text = bare(text);
        if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
            text = bare(&text[7..]);
        }
        text = text.trim_matches(['"', '\'']).trim();
        if text.is_empty() {
            return Err(InvalidSecret::Empty);
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(InvalidSecret::NotPrintable);
        }
        Ok(Self(text.to_owned().into()))
    }

    /// Remembers this secret, so that [`holds_credential`] recognises it from now on, whatever its format.
    pub fn mask(&self) {
        let mut masked = MASKED.write().unwrap_or_else(PoisonError::into_inner);
        if masked.len() < MAX_MASKED && masked.iter().all(|known| known.expose() != self.expose()) {
            masked.push(self.clone());
        }
    }

    /// The secret itself. Only for the request that carries it, for a signature, for a fingerprint, and for recognising
    /// it in a text.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Whether an environment variable may contain Cloudflare credentials, by its name or because a profile names it.
/// Programs that cfimg starts do not get them.
pub fn may_be_secret(variable: &OsStr) -> bool {
    let name = variable.as_encoded_bytes();
    let of_profiles = || SECRET_VARIABLES.read().unwrap_or_else(PoisonError::into_inner);
    name.starts_with(b"CLOUDFLARE_")
        || name.starts_with(b"CF_")
        || of_profiles().iter().any(|own| **own == *variable)
}

/// Remembers a variable that contains a token, whatever its name. See [`may_be_secret`].
pub fn add_secret_variable(name: &str) {
    let mut variables = SECRET_VARIABLES.write().unwrap_or_else(PoisonError::into_inner);
    if variables.iter().all(|known| known != name) {
        variables.push(name.to_owned());
    }
}

/// Whether a text contains a credential in any encoding: a masked secret, or something in the format of Cloudflare's.
pub fn holds_credential(text: &str) -> bool {
    let masked = MASKED.read().unwrap_or_else(PoisonError::into_inner);
    holds_any(text, &masked)
}

fn holds_any(text: &str, masked: &[Secret]) -> bool {
    let holds =
        |text: &str| has_credential_shape(text) || masked.iter().any(|secret| occurs_in(secret, text));
    let text = head(text);
    let sanitize = |text: &str| {
        text.chars().filter(|c| c.is_control() || !super::sanitize::is_unsafe(*c)).collect::<String>()
    };
    states(text).iter().any(|state| holds(state) || (!state.is_ascii() && holds(&sanitize(state))))
}

/// Whether a text contains a secret: as one of its words, or as a part of either that is too long to be an accident.
fn occurs_in(secret: &Secret, text: &str) -> bool {
    let secret = secret.expose();
    if secret.len() >= MIN_PART && text.contains(secret) {
        return true;
    }
    let is_edge =
        |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',' | ';' | '<' | '>' | '(' | ')');
    text.split(is_edge).any(|word| {
        // `NAME=secret`, `name: secret`
        let value = word.split_once(['=', ':']).map_or(word, |(_, value)| value);
        [word, value]
            .into_iter()
            .any(|word| word == secret || (word.len() >= MIN_PART && secret.contains(word)))
    })
}

/// Whether a text contains a token or key in Cloudflare's current format (`cfut_`, `cfat_` or `cfk_` and over forty
/// characters), or anything in a place where only a credential stands. A truncated token is still a secret.
fn has_credential_shape(text: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let has_prefix = ["cfut_", "cfat_", "cfk_"].iter().any(|prefix| {
        text.match_indices(prefix).any(|(at, _)| {
            let rest = &text[at + prefix.len()..];
            !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric())
                && rest.chars().take(MIN_TOKEN).filter(|c| is_word(*c)).count() == MIN_TOKEN
        })
    });
    let mut words = text.split_ascii_whitespace().map(|word| word.trim_matches(['"', '\'', ',']));
    let is_bearer = |word: &str| word.len() >= 6 && word.to_ascii_lowercase().ends_with("bearer");
    let is_bearer_token = words.any(is_bearer) && words.next().is_some_and(|word| word.len() >= MIN_TOKEN);
    has_prefix || is_bearer_token || has_named_credential(text)
}

/// The minimum length of a token, after its prefix or in a place where only a token stands.
const MIN_TOKEN: usize = 20;

/// Whether a text sets a variable or a header that holds a credential: `CLOUDFLARE_API_KEY=…`, `X-Auth-Key: …`.
fn has_named_credential(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let names = ["api_token", "api_key", "signing_key", "x-auth-key", "authorization"];
    names.iter().any(|name| {
        lower.match_indices(name).any(|(at, _)| {
            let rest = lower[at + name.len()..].trim_start_matches(['"', '\'', ' ']);
            let Some(value) = rest.strip_prefix(['=', ':']) else { return false };
            let value = value.trim_start_matches(['"', '\'', ' ']);
            value.chars().take(MIN_TOKEN).filter(char::is_ascii_graphic).count() == MIN_TOKEN
        })
    })
}

/// Whether a text contains a signature in any encoding. True if the text has more layers of encoding than anyone
/// writes.
pub(super) fn holds_signature(text: &str) -> bool {
    fully_decoded(head(text)).is_none_or(|text| signature(&text).is_some())
}

/// Where the value of a signature starts in a decoded text. After `?` or `&`, `sig=` with any value counts; elsewhere
/// the value must be as long as a signature.
fn signature(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices("sig").find_map(|(at, sig)| {
        let before = lower[..at].chars().next_back();
        if before.is_some_and(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        let rest = &lower[at + sig.len()..];
        let is_redacted = |value: &str| value.is_empty() || value.starts_with('…');
        if let Some(value) =
            rest.strip_prefix('=').filter(|_| matches!(before, None | Some('?' | '&' | ';' | '#')))
        {
            return (!is_redacted(value)).then(|| lower.len() - value.len());
        }
        let rest = rest.strip_prefix("nature").unwrap_or(rest);
        let value = rest.trim_start_matches(['=', ':', '"', '\'', ' ']);
        let is_value = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_');
        let is_long =
            value.len() < rest.len() && value.chars().take(40).filter(|c| is_value(*c)).count() == 40;
        is_long.then(|| lower.len() - value.len())
    })
}

/// Removes signatures from a text for display. The whole text becomes `…` if it contains a credential or a hidden
/// signature.
pub fn redacted(text: &str) -> Cow<'_, str> {
    if holds_credential(text) {
        return Cow::Borrowed("…");
    }
    if !holds_signature(text) {
        return Cow::Borrowed(text);
    }
    let text = without_signatures(text);
    if holds_signature(&text) { Cow::Borrowed("…") } else { Cow::Owned(text) }
}

/// Replaces each value of `sig=` with `…`, up to the next `&`, quote, bracket or white space.
fn without_signatures(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let mut out = String::new();
    let mut done = 0;
    for (at, sig) in lower.match_indices("sig=") {
        let value = at + sig.len();
        if value < done {
            continue;
        }
        let end = |c: char| c.is_whitespace() || matches!(c, '&' | '#' | '"' | '\'' | '<' | '>' | ')' | ']');
        out.push_str(&text[done..value]);
        out.push('…');
        done = text[value..].find(end).map_or(text.len(), |length| value + length);
    }
    out + &text[done..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parse_cleans_pasted_tokens() {
        for text in ["cfut_abc", " cfut_abc\n", "\"cfut_abc\"", "Bearer cfut_abc", "'bearer cfut_abc'\r\n"] {
            assert_eq!(Secret::parse(text).unwrap().expose(), "cfut_abc", "{text:?}");
        }
        assert_eq!(Secret::parse(" \"\" ").unwrap_err(), InvalidSecret::Empty);
        assert_eq!(Secret::parse("a b").unwrap_err(), InvalidSecret::NotPrintable);
        assert_eq!(Secret::parse("tök").unwrap_err(), InvalidSecret::NotPrintable);
    }

    #[test]
    fn debug_hides_secrets() {
        let key = Secret::parse("hush").unwrap();
        let credentials = Credentials::Key { email: "a@example.com".into(), key: key.clone() };
        assert!(!format!("{key:?} {credentials:?} {:#?}", Credentials::Token(key.clone())).contains("hush"));
    }

    #[test]
    fn credential_differs_from_name_with_same_prefix() {
        let long = "x".repeat(48);
        for prefix in ["cfut_", "cfat_", "cfk_"] {
            let token = format!("{prefix}{long}");
            for text in [&token, &token[..40], &format!("export TOKEN=\"{token}\""), &format!("a {token}\n")]
            {
                assert!(holds_credential(text), "{text}");
            }
            assert!(!holds_credential(&format!("{prefix}logo")));
            assert!(!holds_credential(&format!("my{token}")), "other prefix");
        }
        for text in [format!("Bearer {long}"), format!("-H 'authorization: bearer \"{long}'")] {
            assert!(holds_credential(&text), "{text}");
        }
        for text in ["Bearer of good news.png", "bearer", "standard-bearer logo", &long] {
            assert!(!holds_credential(text), "{text}");
        }
    }

    #[test]
    fn masked_secret_is_recognised_in_any_text() {
        let long = "Oix0bbNaT8Rge9PuyxUBrjI6zrgnsyJ5=";
        let masked = [Secret::parse(long).unwrap(), Secret::parse("short").unwrap()];
        for text in [
            long.to_owned(),
            format!("\u{feff}“{long}”\r\n"),
            format!("Bearer {long}"),
            format!("export KEY='{long}'"),
            format!("KEY={long}"),
            format!("key: {long}"),
            format!("{{\"value\":\"{}\"}}", long.replace('=', "\\u003d")),
            long.replace('=', "%3D"),
            long.replace('=', "%253D"),
            long.replace('=', "&#61;"),
            format!("my{long}x"),
            long[..20].to_owned(),
            long[8..].to_owned(),
            format!("{}\u{200b}{}", &long[..10], &long[10..]),
            "short".to_owned(),
            "'short'".to_owned(),
            "export KEY=short".to_owned(),
            "KEY=\"short\"".to_owned(),
        ] {
            assert!(holds_any(&text, &masked), "{text}");
            assert!(!holds_any(&text, &[]) || text.starts_with("Bearer"), "{text}");
        }
        for text in ["shorter", "a-short-name.png", "Oix0bbNaT8", "in short.png"] {
            assert!(!holds_any(text, &masked), "{text}");
        }
    }

    #[test]
    fn credential_is_recognised_by_name_or_encoding() {
        let value = "0123456789abcdef0123456789abcdef01234";
        let token = format!("cfut_{}", "x".repeat(48));
        for text in [
            format!("CLOUDFLARE_API_TOKEN={value}"),
            format!("export CF_API_KEY='{value}'"),
            format!("X-Auth-Key: {value}"),
            format!("\"api_token\": \"{value}\""),
            format!("CLOUDFLARE_API_TOKEN%3D{value}"),
            format!("KEY={token}"),
            format!("KEY%3D{token}"),
            format!("\\u0022{token}\\u0022"),
            format!("&quot;{token}&quot;"),
            format!("_{token}"),
            token.replace('_', "%5F"),
            token.replace('_', "%255F"),
        ] {
            assert!(holds_credential(&text), "{text}");
        }
        for text in [value, "api_key=logo.png", "authorization: none", "x-auth-key", "my api_token.png"] {
            assert!(!holds_credential(text), "{text}");
        }
    }
}
