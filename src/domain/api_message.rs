//! The entries of `errors` and `messages` in an API response.

use serde_json::{Value, json};
use url::Url;

use super::sanitize::sanitize;
use super::secret::redacted;
use super::width::cut_end;

/// In columns.
const MAX_TEXT: usize = 200;

/// In columns.
const MAX_CODE: usize = 40;

/// In columns.
const MAX_POINTER: usize = 100;

/// In bytes. A longer `documentation_url` is dropped: truncated, it would lead somewhere else.
const MAX_URL: usize = 300;

/// One entry of `errors` or `messages`. Its texts are short and safe to show.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiMessage {
    /// Usually digits. Empty if there is no code.
    pub code: String,
    /// May be empty.
    pub text: String,
    /// The part of the request at fault, from `source.pointer`.
    pub pointer: Option<String>,
    /// Always `http` or `https`.
    pub documentation_url: Option<String>,
}

impl ApiMessage {
    /// Sanitizes and truncates the texts: they come from the network and may repeat a secret from the request.
    pub fn new(code: &str, text: &str, pointer: Option<&str>, documentation_url: Option<&str>) -> Self {
        let short = |text: &str, columns| cut_end(&sanitize(&redacted(text.trim())), columns).into_owned();
        Self {
            code: short(code, MAX_CODE),
            text: short(text, MAX_TEXT),
            pointer: pointer.map(|pointer| short(pointer, MAX_POINTER)).filter(|pointer| !pointer.is_empty()),
            documentation_url: documentation_url.and_then(link),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.code.is_empty() && self.text.is_empty()
    }

    /// Whether this is the message that comes with every token check. It says nothing about an image.
    pub fn is_token_notice(&self) -> bool {
        self.code == "10000" && self.text.to_ascii_lowercase().contains("valid and active")
    }

    /// Whether one of `messages` has one of these codes.
    pub fn any(messages: &[Self], codes: &[&str]) -> bool {
        messages.iter().any(|message| codes.contains(&message.code.as_str()))
    }

    /// Formats the message as one line: `Deprecated field (1001, at /result/variants). See https://…`.
    pub fn note(&self) -> String {
        let place = self.pointer.as_ref().map(|pointer| format!("at {pointer}"));
        let code = Some(self.code.clone()).filter(|code| !code.is_empty());
        let detail: Vec<String> = code.into_iter().chain(place).collect();
        let detail = if detail.is_empty() { String::new() } else { format!(" ({})", detail.join(", ")) };
        let text =
            if self.text.is_empty() { "Message from the API" } else { self.text.trim_end_matches('.') };
        let link = self.documentation_url.as_ref().map(|url| format!(" See {url}")).unwrap_or_default();
        format!("{text}{detail}.{link}")
    }

    /// The message as the API writes it.
    pub fn json(&self) -> Value {
        let mut object = json!({ "message": self.text });
        if !self.code.is_empty() {
            object["code"] = self.code.parse::<u64>().map_or_else(|_| json!(self.code), Value::from);
        }
        if let Some(url) = &self.documentation_url {
            object["documentation_url"] = json!(url);
        }
        if let Some(pointer) = &self.pointer {
            object["source"] = json!({ "pointer": pointer });
        }
        object
    }
}

fn link(text: &str) -> Option<String> {
    let text = text.trim();
    let url = Url::parse(text).ok().filter(|_| text.len() <= MAX_URL)?;
    let is_plain = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https")
        && is_plain
        && url.as_str().len() <= MAX_URL
        && redacted(text) == text)
        .then(|| url.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn note_contains_every_field() {
        let all = ApiMessage::new("1001", "Old field.", Some("/result/x"), Some("https://a.example/b"));
        for field in ["Old field", "1001", "/result/x", "https://a.example/b"] {
            assert!(all.note().contains(field), "{field}");
        }
        assert_eq!(
            all.json().to_string(),
            r#"{"code":1001,"documentation_url":"https://a.example/b","message":"Old field.","source":{"pointer":"/result/x"}}"#
        );
        assert!(ApiMessage::new("7", "", None, None).note().ends_with(" (7)."));
        assert_eq!(ApiMessage::new("", "x", None, None).note(), "x.");
        assert_eq!(ApiMessage::new("", "x", None, None).json().to_string(), r#"{"message":"x"}"#);
    }

    #[test]
    fn documentation_url_must_be_a_web_link() {
        for (text, expected) in [
            (" https://a.example/b ", Some("https://a.example/b")),
            ("http://a.example", Some("http://a.example/")),
            ("https://a.example/\u{1b}]8;;x\u{202e}", Some("https://a.example/%1B]8;;x%E2%80%AE")),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("https://cloudflare.com@evil.example/", None),
            ("/docs", None),
            ("", None),
        ] {
            assert_eq!(
                ApiMessage::new("", "x", None, Some(text)).documentation_url.as_deref(),
                expected,
                "{text}"
            );
        }
        let long = format!("https://a.example/{}", "x".repeat(MAX_URL));
        assert_eq!(ApiMessage::new("", "x", None, Some(&long)).documentation_url, None);
    }

    #[test]
    fn texts_and_links_are_redacted() {
        let signed = "https://a.example/H/a/public?exp=1&sig=72411885ee02134d38662f3e70ac8ff694f408e9d14b05125f6b022c3f403efa";
        let token = "cfut_0123456789abcdefghijklmnopqrstuvwxyzABCD";
        let header = format!("X-Auth-Key: {token}");
        for secret in [signed, token, &header] {
            let message = ApiMessage::new("1", &format!("Bad: {secret}"), Some(secret), Some(secret));
            let text = format!("{message:?}");
            assert!(!text.contains("72411885") && !text.contains(token), "{text}");
            assert_eq!(message.documentation_url, None);
        }
    }

    #[test]
    fn texts_are_safe_and_short() {
        let hostile = "\u{1b}[2J\u{202e}".repeat(500);
        let message = ApiMessage::new("1", &hostile, Some(&hostile), None);
        let note = message.note();
        assert!(
            note.chars().count() < 400 && !note.chars().any(crate::domain::sanitize::is_unsafe),
            "{note}"
        );
    }

    #[test]
    fn token_notice_is_recognised() {
        let notice = |code, text| ApiMessage::new(code, text, None, None).is_token_notice();
        assert!(notice("10000", "This API Token is valid and active"));
        assert!(!notice("10000", "Authentication error"));
        assert!(!notice("1", "This API Token is valid and active"));
    }
}
