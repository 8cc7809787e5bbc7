//! The table of all settings that are one value each.

use serde_json::{Value, json};

use crate::domain::{MarksChoice, PictureChoice};

/// A setting: a name at the top of `config.toml`.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    pub name: &'static str,
    pub kind: Kind,
    /// The default in TOML. `None` if it has none.
    pub default: Option<&'static str>,
    /// What it does, in one sentence.
    pub help: &'static str,
    /// The variable that overrides it.
    pub variable: Option<&'static str>,
    /// The option that overrides both.
    pub option: Option<&'static str>,
    /// A value in TOML.
    pub example: &'static str,
}

/// A table of `config.toml` whose names are the user's.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    pub name: &'static str,
    /// What it is for, in one sentence.
    pub help: &'static str,
    /// A line of it in TOML.
    pub example: &'static str,
    /// The JSON schema of one of its values.
    pub schema: fn() -> Value,
}

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Boolean,
    /// One of these words.
    Choice(fn() -> Vec<&'static str>),
    Lifetime,
    Domain,
    /// The name of a theme, or a table of two.
    Theme,
    Text,
    Texts,
}

pub(super) const SIGNING_KEY_VARIABLE: &str = "CLOUDFLARE_IMAGES_SIGNING_KEY";

pub const SIGNING_KEY_COMMAND: Setting = Setting {
    name: "signing_key_command",
    kind: Kind::Text,
    default: None,
    help: "A shell command that prints the signing key. It runs only when a key is needed.",
    variable: Some(SIGNING_KEY_VARIABLE),
    option: None,
    example: "\"pass show images/signing-key\"",
};

pub const SIGNING_KEYS: Setting = Setting {
    name: "signing_keys",
    kind: Kind::Texts,
    default: Some("[\"default\"]"),
    help: "The names of the account's signing keys, newest first. The first one that exists signs.",
    variable: None,
    option: None,
    example: "[\"2026\", \"default\"]",
};

pub const LIFETIME: Setting = Setting {
    name: "lifetime",
    kind: Kind::Lifetime,
    default: Some("\"1h\""),
    help: "How long signed URLs are valid: 90s, 15m, 1h, 7d or never.",
    variable: None,
    option: None,
    example: "\"15m\"",
};

pub const DOMAIN: Setting = Setting {
    name: "domain",
    kind: Kind::Domain,
    default: None,
    help: "Your custom domain. URLs are then below /cdn-cgi/imagedelivery there.",
    variable: None,
    option: None,
    example: "\"img.example.com\"",
};

pub const VARIANT: Setting = Setting {
    name: "variant",
    kind: Kind::Text,
    default: Some("\"public\""),
    help: "The variant to use if none is named.",
    variable: None,
    option: None,
    example: "\"hero\"",
};

pub const PICTURE: Setting = Setting {
    name: "picture",
    kind: Kind::Choice(|| PictureChoice::ALL.map(|(name, _)| name).into()),
    default: Some("\"auto\""),
    help: "How pictures are drawn.",
    variable: Some("CFIMG_PICTURE"),
    option: Some("--picture"),
    example: "\"halfblocks\"",
};

pub const THEME: Setting = Setting {
    name: "theme",
    kind: Kind::Theme,
    default: Some("\"auto\""),
    help: "The colours: auto, dark, light, ansi, mono, or a theme file.",
    variable: Some("CFIMG_THEME"),
    option: Some("--theme"),
    example: "\"light\"",
};

pub const MARKS: Setting = Setting {
    name: "marks",
    kind: Kind::Choice(|| MarksChoice::ALL.map(|(name, _)| name).into()),
    default: Some("\"auto\""),
    help: "The marks of access: ● ○ ? in unicode, * - ? in ascii.",
    variable: Some("CFIMG_MARKS"),
    option: None,
    example: "\"ascii\"",
};

pub const HISTORY: Setting = Setting {
    name: "history",
    kind: Kind::Boolean,
    default: Some("true"),
    help: "Whether lookups are remembered.",
    variable: Some("CFIMG_NO_HISTORY"),
    option: Some("--no-history"),
    example: "false",
};

pub const INDEX: Setting = Setting {
    name: "index",
    kind: Kind::Boolean,
    default: Some("true"),
    help: "Whether the list and thumbnails are stored.",
    variable: Some("CFIMG_NO_INDEX"),
    option: Some("--no-index"),
    example: "false",
};

pub const CACHE_PRIVATE: Setting = Setting {
    name: "cache_private",
    kind: Kind::Boolean,
    default: Some("false"),
    help: "Whether thumbnails of private images are stored too. `cfimg index --clear` removes them.",
    variable: None,
    option: None,
    example: "true",
};

pub const MOUSE: Setting = Setting {
    name: "mouse",
    kind: Kind::Boolean,
    default: Some("true"),
    help: "Whether the program uses the mouse.",
    variable: Some("CFIMG_NO_MOUSE"),
    option: Some("--no-mouse"),
    example: "false",
};

pub const PROFILE: Setting = Setting {
    name: "profile",
    kind: Kind::Text,
    default: Some("\"default\""),
    help: "The profile to use if neither --profile nor CLOUDFLARE_API_TOKEN chooses an account.",
    variable: Some("CFIMG_PROFILE"),
    option: Some("--profile"),
    example: "\"work\"",
};

/// All of them, in the order of the documentation.
pub const SETTINGS: &[Setting] = &[
    PROFILE,
    SIGNING_KEY_COMMAND,
    SIGNING_KEYS,
    LIFETIME,
    DOMAIN,
    VARIANT,
    PICTURE,
    THEME,
    MARKS,
    HISTORY,
    INDEX,
    CACHE_PRIVATE,
    MOUSE,
];

/// The tables, in the order of the documentation.
pub const SECTIONS: &[Section] = &[
    Section {
        name: "profiles",
        help: "Accounts to choose from, by name.",
        example: "work = { account = \"023e105f4ecef8ad9ca31a8372d0c353\", token_command = \"pass show cloudflare\" }",
        schema: || {
            let text = json!({"type": "string"});
            json!({
                "type": "object",
                "properties": {
                    "account": {"type": "string", "pattern": "^[0-9a-fA-F]{32}$"},
                    "token_command": text, "token_variable": text, "base_url": {"type": "string", "format": "uri"},
                    "domain": text, "variant": text, "signing_key_command": text,
                    "signing_keys": {"type": "array", "items": text}, "lifetime": of_lifetime(),
                },
                "additionalProperties": false,
            })
        },
    },
    Section {
        name: "templates",
        help: "Your own copy formats, by name.",
        example: "hugo = '{{{{< img src=\"{url|html}\" alt=\"{alt|html}\" >}}}}'",
        schema: || json!({"type": "string"}),
    },
    Section {
        name: "keys",
        help: "The keys of an action: one, or several in brackets.",
        example: "copy = [\"y\", \"ctrl-y\"]",
        schema: || {
            let key = json!({"type": "string"});
            json!({"oneOf": [key, {"type": "array", "items": key}]})
        },
    },
    Section {
        name: "commands",
        help: "Your own commands, by name. See docs/custom-commands.md.",
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

/// The settings that say where signing keys come from. Mistakes in them are fatal, and their values are never shown.
pub(super) const KEY_SOURCES: &[&str] = &[SIGNING_KEY_COMMAND.name, SIGNING_KEYS.name];

/// The names whose mistakes are fatal: those, and the choice of a profile.
pub(super) const FATAL: &[&str] = &[SIGNING_KEY_COMMAND.name, SIGNING_KEYS.name, PROFILE.name];

/// The schema of a lifetime.
pub(super) fn of_lifetime() -> Value {
    json!({"type": "string", "pattern": "^(never|0*[1-9][0-9]*[smhd])$"})
}
