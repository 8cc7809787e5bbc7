//! Recognises what people paste instead of an API token.

use super::Secret;
use super::secret::InvalidSecret;
use super::trim::bare;

/// Why a text is not an API token. The messages never contain the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenMistake {
    Invalid(InvalidSecret),
    /// Words with spaces in between.
    Spaces,
    /// `NAME=value`.
    Assignment,
    GlobalKey,
    OriginKey,
    WranglerToken,
    R2Secret,
    /// An account ID and an R2 access key ID look the same.
    AccountId,
    SigningKey,
    StreamKey,
    Url,
    Email,
}

/// Where to create a token, for sentences.
pub const CREATE_TOKEN: &str = "Create an API token with the permission Images Read at \
     https://dash.cloudflare.com/profile/api-tokens.";

impl TokenMistake {
    /// What the text is, as the end of a sentence that starts with `It is`.
    pub fn what(self) -> String {
        match self {
            Self::Invalid(why) => why.to_string(),
            Self::Spaces => "It contains a space or line break".to_owned(),
            Self::Assignment => "It is a variable with its value".to_owned(),
            Self::GlobalKey => "It is a global API key".to_owned(),
            Self::OriginKey => "It is an Origin CA key".to_owned(),
            Self::WranglerToken => {
                "It is the login of wrangler, which isn't allowed to read images".to_owned()
            }
            Self::R2Secret => "It is an R2 secret access key".to_owned(),
            Self::AccountId => "It is an account ID or an R2 access key ID".to_owned(),
            Self::SigningKey => "It is a signing key of Cloudflare Images".to_owned(),
            Self::StreamKey => "It is a key or token of Cloudflare Stream or Tunnel".to_owned(),
            Self::Url => "It is a URL".to_owned(),
            Self::Email => "It is an e-mail address".to_owned(),
        }
    }

    /// What to do, in sentences.
    pub fn hint(self) -> String {
        match self {
            Self::Invalid(_) | Self::Spaces => "Copy the token again; it is one word.".to_owned(),
            Self::Assignment => "Use only the value, after the equals sign.".to_owned(),
            Self::GlobalKey => format!(
                "{CREATE_TOKEN} To use the key anyway, set CLOUDFLARE_API_KEY to it and CLOUDFLARE_EMAIL to its e-mail \
                 address."
            ),
            Self::AccountId => {
                format!("{CREATE_TOKEN} An account ID belongs in --account or CLOUDFLARE_ACCOUNT_ID.")
            }
            Self::SigningKey => format!("{CREATE_TOKEN} The token can read the signing keys."),
            _ => CREATE_TOKEN.to_owned(),
        }
    }
}

/// Checks a text that should be an API token. Quotes, white space and `Bearer ` around it are dropped.
pub fn parse_token(text: &str) -> Result<Secret, TokenMistake> {
    let token = match Secret::parse(text) {
        Ok(token) => token,
        Err(why @ InvalidSecret::Empty) => return Err(TokenMistake::Invalid(why)),
        Err(_) if is_assignment(bare(text)) => return Err(TokenMistake::Assignment),
        Err(_) if bare(text).contains("-----BEGIN") => return Err(TokenMistake::StreamKey),
        Err(_) if bare(text).contains(char::is_whitespace) => return Err(TokenMistake::Spaces),
        Err(why) => return Err(TokenMistake::Invalid(why)),
    };
    match mistake(token.expose()) {
        Some(mistake) => Err(mistake),
        None => Ok(token),
    }
}

/// What a text without white space is, if it can't be a token.
fn mistake(text: &str) -> Option<TokenMistake> {
    let is_hex = |length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit());
    // Base64 URL alphabet.
    let is_word = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if text.starts_with("cfk_") || is_hex(37) {
        return Some(TokenMistake::GlobalKey);
    }
    if text.starts_with("cfut_") || text.starts_with("cfat_") {
        return None;
    }
    if text.contains("://") {
        return Some(TokenMistake::Url);
    }
    if is_assignment(text) {
        return Some(TokenMistake::Assignment);
    }
    if text.contains('@') {
        return Some(TokenMistake::Email);
    }
    if text.starts_with("v1.0-") {
        return Some(TokenMistake::OriginKey);
    }
    // A JSON Web Token, a JSON Web Key or a PEM file in base64.
    if text.starts_with("eyJ") || text.starts_with("LS0tLS1") {
        return Some(TokenMistake::StreamKey);
    }
    // wrangler's tokens are two words of 43 characters.
    if let Some((first, second)) = text.split_once('.')
        && first.len() >= 40
        && second.len() >= 40
        && is_word(first)
        && is_word(second)
    {
        return Some(TokenMistake::WranglerToken);
    }
    match () {
        () if is_hex(32) => Some(TokenMistake::AccountId),
        () if is_hex(64) => Some(TokenMistake::R2Secret),
        () if text.ends_with('=') => Some(TokenMistake::SigningKey),
        () => None,
    }
}

/// `NAME=value`, also after `export`. Base64 contains `=` only at its end.
fn is_assignment(text: &str) -> bool {
    let text = text.trim_start_matches("export ").trim_start_matches("$env:");
    text.split_once('=').is_some_and(|(name, value)| {
        let is_name = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        !value.trim_matches('=').is_empty() && name.contains('_') && name.trim().bytes().all(is_name)
    })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[test]
    fn tokens_are_accepted() {
        let token = "x".repeat(40);
        for text in [
            &token,
            "t",
            "cfut_x-y",
            "cfat_0123456789abcdef",
            &format!("Bearer {token}"),
            &format!(" \"{token}\"\r\n"),
            "0123456789abcdef",
        ] {
            assert!(parse_token(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn mistakes_are_recognised() {
        use TokenMistake::{
            AccountId, Assignment, Email, GlobalKey, Invalid, OriginKey, R2Secret, SigningKey, Spaces,
            StreamKey, Url, WranglerToken,
        };
        let hex = "0123456789abcdef".repeat(4);
        let word = "Ab-_".repeat(11);
        let mut messages = String::new();
        for (text, expected) in [
            ("cfk_0123", GlobalKey),
            (&hex[..37], GlobalKey),
            (&hex[..32], AccountId),
            (&hex, R2Secret),
            (&format!("{word}.{word}"), WranglerToken),
            ("v1.0-0123", OriginKey),
            ("Oix0bbNaT8Rge9PuyxUBrjI6zrgnsyJ5=", SigningKey),
            ("eyJhbGciOiJSUzI1NiIsImtpZCI6", StreamKey),
            ("LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", StreamKey),
            ("-----BEGIN RSA PRIVATE KEY-----", StreamKey),
            ("https://api.cloudflare.com/client/v4", Url),
            ("a@b.example", Email),
            ("CLOUDFLARE_API_TOKEN=hush", Assignment),
            ("export CLOUDFLARE_API_TOKEN=\"hush\"", Assignment),
            ("hush hush", Spaces),
            ("", Invalid(InvalidSecret::Empty)),
            ("hüsh", Invalid(InvalidSecret::NotPrintable)),
        ] {
            let mistake = parse_token(text).unwrap_err();
            assert_eq!(mistake, expected, "{text}");
            let message = format!("{}. {}", mistake.what(), mistake.hint());
            assert!(text.is_empty() || !message.contains(text), "{message}");
            if !messages.contains(&message) {
                writeln!(messages, "{message}").unwrap();
            }
        }
        insta::assert_snapshot!(messages, @r#"
        It is a global API key. Create an API token with the permission Images Read at https://dash.cloudflare.com/profile/api-tokens. To use the key anyway, set CLOUDFLARE_API_KEY to it and CLOUDFLARE_EMAIL to its e-mail address.
        It is an account ID or an R2 access key ID. Create an API token with the permission Images Read at https://dash.cloudflare.com/profile/api-tokens. An account ID belongs in --account or CLOUDFLARE_ACCOUNT_ID.
        It is an R2 secret access key. Create an API token with the permission Images Read at https://dash.cloudflare.com/profile/api-tokens.
        It is the login of wrangler, which isn't allowed to read images. Create an API token with the permission Images Read at https://dash.cloudflare.com/profile/api-tokens.
        It is an Origin CA key. Create an API token with the permission Images Read at https://dash.cloudflare.com/profile/api-tokens.
        It is a signing key of Cloudflare Images. Create an API token with the permission Images Read at https://dash.cloudflare.com/profile/api-tokens. The token can read the signing keys.
        It is a key or token of Cloudflare Stream or Tunnel. Create an API token with the permission Images Read at https://dash.cloudflare.com/profile/api-tokens.
        It is a URL. Create an API token with the permission Images Read at https://dash.cloudflare.com/profile/api-tokens.
        It is an e-mail address. Create an API token with the permission Images Read at https://dash.cloudflare.com/profile/api-tokens.
        It is a variable with its value. Use only the value, after the equals sign.
        It contains a space or line break. Copy the token again; it is one word.
        It is empty. Copy the token again; it is one word.
        It contains a space, line break, control character or non-ASCII character. Copy the token again; it is one word.
        "#);
    }
}
