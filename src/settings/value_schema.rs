//! The JSON schemas of values.

use serde_json::{Map, Value, json};

use super::setting::{Kind, Setting};
use crate::domain::ThemeChoice;

/// A setting at the top, with its default.
pub(super) fn of_setting(setting: &Setting) -> Value {
    let mut schema = of_value(setting);
    if let Some(default) = setting.default {
        schema["default"] = toml_value(default);
    }
    schema
}

/// A table of settings.
pub(super) fn of_table(settings: &[Setting]) -> Value {
    let properties = settings.iter().map(|setting| (setting.name.to_owned(), of_value(setting)));
    json!({
        "type": "object",
        "properties": properties.collect::<Map<String, Value>>(),
        "additionalProperties": false,
    })
}

fn of_value(setting: &Setting) -> Value {
    let mut schema = match setting.kind {
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Choice(words) => json!({"enum": words()}),
        Kind::Lifetime => json!({"type": "string", "pattern": "^(never|0*[1-9][0-9]*[smhd])$"}),
        Kind::Domain => json!({"type": "string", "format": "hostname", "pattern": "^[^/\\s]+$"}),
        Kind::Theme => of_theme(),
        Kind::Account => json!({"type": "string", "pattern": "^[0-9a-fA-F]{32}$"}),
        Kind::Url => json!({"type": "string", "format": "uri"}),
        Kind::Text => json!({"type": "string"}),
        Kind::Texts => json!({"type": "array", "items": {"type": "string"}}),
    };
    schema["description"] = setting.help.into();
    schema
}

fn of_theme() -> Value {
    let built_in = ThemeChoice::ALL.map(|(name, _)| name);
    let name = json!({"anyOf": [{"enum": built_in}, {"type": "string"}]});
    let pair = json!({
        "type": "object",
        "properties": {"dark": name, "light": name},
        "additionalProperties": false,
    });
    json!({"anyOf": [{"enum": built_in}, {"type": "string"}, pair]})
}

/// A setting's default or example as JSON, which these values are too.
pub fn toml_value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
