//! Templates of the user, such as `![{alt|markdown}]({url})`.

use super::escape::{html_attribute, json_string, markdown_text, one_line, shell_word};
use super::values::{CannotCopy, CopyValues};
use crate::domain::sanitize::sanitize;
use crate::domain::url_display::percent_encode_for_display;
use crate::domain::width::cut_end;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Value(Value, Escape),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Value {
    Url,
    Id,
    Name,
    Variant,
    Width,
    Height,
    Alt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Escape {
    None,
    Html,
    Markdown,
    Shell,
    Json,
}

const VALUES: &[(&str, Value)] = &[
    ("url", Value::Url),
    ("id", Value::Id),
    ("name", Value::Name),
    ("variant", Value::Variant),
    ("width", Value::Width),
    ("height", Value::Height),
    ("alt", Value::Alt),
];

const ESCAPES: &[(&str, Escape)] = &[
    ("html", Escape::Html),
    ("markdown", Escape::Markdown),
    ("shell", Escape::Shell),
    ("json", Escape::Json),
];

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTemplate {
    /// An unknown placeholder, sanitized.
    #[error(
        "unknown placeholder {{{0}}}: use {{url}}, {{id}}, {{name}}, {{variant}}, {{width}}, {{height}} or \
         {{alt}}; write a literal brace twice: {{{{"
    )]
    Unknown(String),
    /// An unknown escape, sanitized.
    #[error("unknown escape |{0}: use |html, |markdown, |shell or |json")]
    Escape(String),
    /// An unmatched brace.
    #[error("unmatched brace: write a literal brace twice, as {{{{ or }}}}")]
    Brace,
    /// The template has no placeholder.
    #[error("no placeholder: use at least one, such as {{url}}")]
    Constant,
}

impl Template {
    /// Parses a template. Line breaks and tabs are allowed.
    pub fn parse(text: &str) -> Result<Self, InvalidTemplate> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let brace = &rest[at..=at];
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let end = if brace == "{" { rest.find(['{', '}']) } else { None };
            let end = end.filter(|&end| rest[end..].starts_with('}')).ok_or(InvalidTemplate::Brace)?;
            if !plain.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut plain)));
            }
            parts.push(placeholder(&rest[..end])?);
            rest = &rest[end + 1..];
        }
        plain.push_str(rest);
        if parts.is_empty() || parts.iter().all(|part| matches!(part, Part::Text(_))) {
            return Err(InvalidTemplate::Constant);
        }
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self(parts))
    }

    /// Whether it has a placeholder for the URL.
    pub(super) fn holds_url(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Value(Value::Url, _)))
    }

    /// Whether it has a placeholder for the width or height.
    pub(super) fn has_size(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Value(Value::Width | Value::Height, _)))
    }

    pub(super) fn render(&self, values: &CopyValues) -> Result<String, CannotCopy> {
        let mut out = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => out.push_str(text),
                // Only JSON can represent characters that plain text would lose.
                Part::Value(Value::Id, escape) if *escape != Escape::Json => {
                    out.push_str(&escape.apply(values.plain_id()?));
                }
                Part::Value(value, escape) => out.push_str(&escape.apply(&value.resolve(values))),
            }
        }
        Ok(out)
    }
}

fn placeholder(text: &str) -> Result<Part, InvalidTemplate> {
    let shown = |text: &str| cut_end(&sanitize(text), 30).into_owned();
    let (name, escape) = text.split_once('|').map_or((text, None), |(name, escape)| (name, Some(escape)));
    let value = VALUES.iter().find(|(known, _)| *known == name.trim());
    let value = value.ok_or_else(|| InvalidTemplate::Unknown(shown(name)))?.1;
    let escape = match escape {
        None => Escape::None,
        Some(escape) => {
            let known = ESCAPES.iter().find(|(known, _)| *known == escape.trim());
            known.ok_or_else(|| InvalidTemplate::Escape(shown(escape)))?.1
        }
    };
    Ok(Part::Value(value, escape))
}

impl Value {
    fn resolve(self, values: &CopyValues) -> String {
        let pixels = |pixels: Option<u32>| pixels.map(|pixels| pixels.to_string()).unwrap_or_default();
        match self {
            Self::Url => percent_encode_for_display(values.url).into_owned(),
            Self::Id => values.id.as_str().to_owned(),
            Self::Name => values.filename.unwrap_or_default().to_owned(),
            Self::Variant => values.variant.to_owned(),
            Self::Width => pixels(values.width),
            Self::Height => pixels(values.height),
            Self::Alt => values.alt().to_owned(),
        }
    }
}

impl Escape {
    /// Even without an escape, untrusted text stays on one line: a shell would run what follows a line break.
    fn apply(self, text: &str) -> String {
        match self {
            Self::None => one_line(text),
            Self::Html => html_attribute(text),
            Self::Markdown => markdown_text(text),
            Self::Shell => shell_word(text),
            Self::Json => json_string(text),
        }
    }
}
