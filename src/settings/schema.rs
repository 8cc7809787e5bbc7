//! The JSON schema of `config.toml`, for editors.

use serde_json::{Map, Value, json};

use super::section::SECTIONS;
use super::setting::SETTINGS;
use super::value_schema::of_setting;

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
