//! The tables of `config.toml` whose names are the user's.

use serde_json::{Value, json};

use super::setting::{PROFILE_SETTINGS, Setting};
use super::value_schema::of_table;

#[derive(Debug, Clone, Copy)]
pub struct Section {
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub help: &'static str,
    /// The settings of an entry, if it is a table.
    pub settings: &'static [Setting],
    /// A line of it in TOML.
    pub example: &'static str,
    /// The JSON schema of one of its values.
    pub schema: fn() -> Value,
}

/// All of them, in the order of the documentation.
pub const SECTIONS: &[Section] = &[
    Section {
        name: "profiles",
        help: "Accounts to choose from, by name.",
        settings: PROFILE_SETTINGS,
        example: "work = { account = \"023e105f4ecef8ad9ca31a8372d0c353\", token_command = \"pass show cloudflare\" }",
        schema: || of_table(PROFILE_SETTINGS),
    },
    Section {
        name: "templates",
        help: "Your own copy formats, by name.",
        settings: &[],
        example: "hugo = '{{{{< img src=\"{url|html}\" alt=\"{alt|html}\" >}}}}'",
        schema: || json!({"type": "string"}),
    },
    Section {
        name: "keys",
        help: "The keys of an action: one, or several in brackets.",
        settings: &[],
        example: "copy = [\"y\", \"ctrl-y\"]",
        schema: || {
            let key = json!({"type": "string"});
            json!({"oneOf": [key, {"type": "array", "items": key}]})
        },
    },
    Section {
        name: "commands",
        help: "Your own commands, by name. See docs/custom-commands.md.",
        settings: &[],
        example: "gimp = { key = \"E\", run = \"gimp {file}\", background = true }",
        schema: || {
            json!({
                "type": "object",
                "properties": {
                    "key": {"type": "string"},
                    "run": {"type": "string"},
                    "description": {"type": "string"},
                    "shell": {"type": "boolean"},
                    "background": {"type": "boolean"},
                },
                "required": ["run"],
                "additionalProperties": false,
            })
        },
    },
];
