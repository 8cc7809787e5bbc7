//! JSON of any type, with numbers and key order unchanged.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Nesting that is parsed; anything deeper stays raw JSON.
const MAX_DEPTH: usize = 32;

/// The longest array or object that is parsed, in bytes; a longer one stays raw JSON. An image's JSON takes kilobytes,
/// and a hostile response must not block the screen.
const MAX_BYTES: usize = 1024 * 1024;

/// A JSON value. Numbers keep their digits; objects keep their order and repeated keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    Null,
    Bool(bool),
    /// As written, so that a long number loses no digits.
    Number(String),
    /// Unescaped. It is untrusted: display it through [`super::sanitize::sanitize`].
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
    /// Raw JSON of a value that is too deep or too long to parse.
    Raw(String),
}

impl Json {
    /// `None` if the text is not JSON.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().map(|raw| Self::read(raw, 0))
    }

    /// The members of an object; empty for any other value.
    pub fn members(text: &str) -> Vec<(String, &RawValue)> {
        serde_json::from_str(text).map(|Members(members)| members).unwrap_or_default()
    }

    fn read(raw: &RawValue, depth: usize) -> Self {
        let text = raw.get();
        if (depth >= MAX_DEPTH || text.len() > MAX_BYTES) && text.starts_with(['[', '{']) {
            return Self::Raw(text.to_owned());
        }
        match text.as_bytes().first() {
            Some(b'{') => Self::Object(
                Self::members(text).into_iter().map(|(key, raw)| (key, Self::read(raw, depth + 1))).collect(),
            ),
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
                Self::Array(items.into_iter().map(|raw| Self::read(raw, depth + 1)).collect())
            }
            Some(b'"') => match serde_json::from_str(text) {
                Ok(text) => Self::Text(text),
                // A lone surrogate is valid JSON, but not valid text.
                Err(_) => Self::Raw(text.to_owned()),
            },
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'n') | None => Self::Null,
            Some(_) => Self::Number(text.to_owned()),
        }
    }
}

/// Adds cfimg's own data to a JSON object of the API, under the one key reserved for it. `ours` must be JSON, and
/// `object` a JSON object.
pub fn with_added_member(object: &str, ours: &str) -> String {
    let object = object.trim_end();
    let open = object.strip_suffix('}').unwrap_or(object);
    let comma = if open.trim_end().ends_with('{') { "" } else { "," };
    format!("{open}{comma}\"cfimg\":{ours}}}")
}

/// An object's members in order.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((Key(key), value)) = map.next_entry()? {
                    members.push((key, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// A key. Invalid text (a lone surrogate) becomes replacement characters, so that the other members are not lost.
struct Key(String);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Lossy;
        impl Visitor<'_> for Lossy {
            type Value = Key;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a key")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Key, E> {
                Ok(Key(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        deserializer.deserialize_bytes(Lossy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_order_and_duplicate_keys_stay() {
        let json = Json::parse(r#"{"z":12345678901234567890123,"a":1.50,"z":[true,null,"x"]}"#).unwrap();
        let Json::Object(members) = json else { panic!("an object") };
        let keys: Vec<_> = members.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["z", "a", "z"]);
        assert_eq!(members[0].1, Json::Number("12345678901234567890123".into()));
        assert_eq!(members[1].1, Json::Number("1.50".into()));
        assert_eq!(members[2].1, Json::Array(vec![Json::Bool(true), Json::Null, Json::Text("x".into())]));
    }

    #[test]
    fn with_added_member_uses_one_key() {
        for (object, whole) in [
            ("{}", r#"{"cfimg":[1]}"#),
            ("{ }\n", r#"{ "cfimg":[1]}"#),
            (r#"{"a":{} }"#, r#"{"a":{} ,"cfimg":[1]}"#),
        ] {
            assert_eq!(with_added_member(object, "[1]"), whole);
        }
    }

    #[test]
    fn deep_and_invalid_values_stay_raw() {
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        let mut json = Json::parse(&deep).unwrap();
        while let Json::Array(mut items) = json {
            json = items.remove(0);
        }
        assert!(matches!(json, Json::Raw(text) if text.starts_with("[[[")));
        assert_eq!(Json::parse(r#""\ud800""#), Some(Json::Raw(r#""\ud800""#.into())));
        let odd_key: Vec<_> =
            Json::members(r#"{"\ud800":1,"b":2}"#).into_iter().map(|(key, _)| key).collect();
        assert_eq!(odd_key, ["\u{fffd}\u{fffd}\u{fffd}", "b"]);
        assert_eq!(Json::parse("{\"a\":"), None);
        assert!(Json::members("[1]").is_empty());
    }
}
