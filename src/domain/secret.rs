//! Credentials, which cannot print themselves and are wiped when dropped.

use std::ffi::OsStr;
use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// A token or key: never on the screen, in a log, in `argv`, or in a crash report.
#[derive(Clone)]
pub struct Secret(SecretString);

/// How requests to the API are signed in.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// An API token, sent as `Authorization: Bearer`.
    Token(Secret),
    /// The older global key, sent as `X-Auth-Email` and `X-Auth-Key`.
    Key {
        /// The account's e-mail address.
        email: String,
        /// The global API key.
        key: Secret,
    },
}

/// A text that cannot be sent as a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSecret {
    /// Nothing in it.
    #[error("it is empty")]
    Empty,
    /// It holds a character that no HTTP header may carry.
    #[error(
        "it holds a character that no token has (a space, a line break, a control or non-ASCII character)"
    )]
    NotPrintable,
}

impl Credentials {
    /// Tells these credentials from others, and nothing of what they are: a SHA-256, in hexadecimal digits.
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
    /// Cleans and checks a pasted text: `Bearer `, quotes and white space around it are dropped.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let mut text = text.trim();
        text = text.trim_matches(|c| c == '"' || c == '\'').trim();
        if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
            text = text[7..].trim();
        }
        if text.is_empty() {
            return Err(InvalidSecret::Empty);
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(InvalidSecret::NotPrintable);
        }
        Ok(Self(text.to_owned().into()))
    }

    /// The secret itself, for the request that carries it, for a signature, and for a fingerprint. Nothing else may call
    /// this.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Whether a variable of the environment may hold credentials of Cloudflare, by its name: no program that cfimg starts has a
/// use for them.
pub fn may_be_secret(variable: &OsStr) -> bool {
    let name = variable.as_encoded_bytes();
    name.starts_with(b"CLOUDFLARE_") || name.starts_with(b"CF_")
}

/// Whether a credential of Cloudflare stands in a text that is none of its places: a token or key as they are made now,
/// `cfut_`, `cfat_` or `cfk_` and over forty characters (one that was cut is a secret still), or what follows `Bearer`.
pub(super) fn holds_credential(text: &str) -> bool {
    let made = |word: &str| {
        let rest = ["cfut_", "cfat_", "cfk_"].iter().find_map(|prefix| word.strip_prefix(prefix));
        rest.is_some_and(|rest| rest.len() >= 30)
    };
    let mut words = text.split(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)));
    let carried = || {
        let mut words = text.split_ascii_whitespace().map(|word| word.trim_matches(['"', '\'']));
        let bearer = |word: &str| word.len() >= 6 && word.to_ascii_lowercase().ends_with("bearer");
        words.any(bearer) && words.next().is_some_and(|word| word.len() >= 20)
    };
    words.any(made) || carried()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_tokens_are_cleaned() {
        for text in ["cfut_abc", " cfut_abc\n", "\"cfut_abc\"", "Bearer cfut_abc", "'bearer cfut_abc'\r\n"] {
            assert_eq!(Secret::parse(text).unwrap().expose(), "cfut_abc", "{text:?}");
        }
        assert_eq!(Secret::parse(" \"\" ").unwrap_err(), InvalidSecret::Empty);
        assert_eq!(Secret::parse("a b").unwrap_err(), InvalidSecret::NotPrintable);
        assert_eq!(Secret::parse("tök").unwrap_err(), InvalidSecret::NotPrintable);
    }

    #[test]
    fn a_secret_does_not_print_itself() {
        let key = Secret::parse("hush").unwrap();
        let credentials = Credentials::Key { email: "a@example.com".into(), key: key.clone() };
        assert!(!format!("{key:?} {credentials:?} {:#?}", Credentials::Token(key.clone())).contains("hush"));
    }

    #[test]
    fn a_credential_is_told_from_a_name_that_begins_like_one() {
        let long = "x".repeat(48);
        for prefix in ["cfut_", "cfat_", "cfk_"] {
            let token = format!("{prefix}{long}");
            for text in [&token, &token[..40], &format!("export TOKEN=\"{token}\""), &format!("a {token}\n")]
            {
                assert!(holds_credential(text), "{text}");
            }
            assert!(!holds_credential(&format!("{prefix}logo")));
            assert!(!holds_credential(&format!("my{token}")), "it begins otherwise");
        }
        for text in [format!("Bearer {long}"), format!("-H 'authorization: bearer \"{long}'")] {
            assert!(holds_credential(&text), "{text}");
        }
        for text in ["Bearer of good news.png", "bearer", "standard-bearer logo", &long] {
            assert!(!holds_credential(text), "{text}");
        }
    }
}
