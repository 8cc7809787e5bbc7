//! The JSON schema of `config.toml`, for editors.

use serde_json::{Map, Value, json};

use super::setting::{Kind, SECTIONS, SETTINGS, Setting, of_lifetime};
use crate::domain::ThemeChoice;

/// The schema (draft 2020-12).
pub fn schema() -> Value {
    let settings = SETTINGS.iter().map(|setting| (setting.name.to_owned(), of_setting(setting)));
    let sections = SECTIONS.iter().map(|section| {
        let schema = json!({
            "type": "object",
            "description": section.help,
            "additionalProperties": (section.schema)(),
        });
        (section.name.to_owned(), schema)
    });
    let properties: Map<String, Value> = settings.chain(sections).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "config.toml of cfimg",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    })
}

fn of_setting(setting: &Setting) -> Value {
    let mut schema = match setting.kind {
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Choice(words) => json!({"enum": words()}),
        Kind::Lifetime => of_lifetime(),
        Kind::Domain => json!({"type": "string", "format": "hostname", "pattern": "^[^/\\s]+$"}),
        Kind::Theme => of_theme(),
        Kind::Text => json!({"type": "string"}),
        Kind::Texts => json!({"type": "array", "items": {"type": "string"}}),
    };
    schema["description"] = setting.help.into();
    if let Some(default) = setting.default {
        schema["default"] = toml_value(default);
    }
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
