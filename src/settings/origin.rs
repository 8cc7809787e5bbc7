//! Where the value of a setting comes from.

use std::fmt;
use std::path::PathBuf;

use serde_json::Value;

use super::display_path::display_path;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Option(&'static str),
    Variable(&'static str),
    File { path: PathBuf, line: usize },
    Default,
}

/// A setting's value, and where it comes from. It contains no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    pub name: &'static str,
    /// As in `config.toml`. `None` if it has none.
    pub value: Option<Value>,
    pub origin: Origin,
}

impl InForce {
    /// The value in a table: `1h`, `true`, `2026, default`, `dark: nord, light: auto`. Empty if unset.
    pub fn text(&self) -> String {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        match &self.value {
            None => String::new(),
            Some(Value::Object(values)) => {
                let entry = |(name, value)| format!("{name}: {}", text(value));
                values.iter().map(entry).collect::<Vec<_>>().join(", ")
            }
            Some(Value::Array(values)) => values.iter().map(text).collect::<Vec<_>>().join(", "),
            Some(value) => text(value),
        }
    }
}

impl Origin {
    /// A word for it: `option`, `variable`, `file` or `default`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Option(_) => "option",
            Self::Variable(_) => "variable",
            Self::File { .. } => "file",
            Self::Default => "default",
        }
    }
}

/// `--theme`, `CFIMG_THEME`, `~/.config/cfimg/config.toml:12` or `default`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) | Self::Variable(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}:{line}", display_path(path)),
            Self::Default => f.write_str("default"),
        }
    }
}
