//! What can be wrong with the text of a command.

use super::Value;

/// A mistake, as `what: what to do`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCommand {
    #[error("no command: write the program and its arguments, such as \"gimp {{file}}\"")]
    Empty,
    #[error("a quote isn't closed: close it, or write a literal quote as \\\"")]
    Quotes,
    #[error("unmatched brace: write a literal brace twice, as {{{{ or }}}}")]
    Brace,
    /// An unknown placeholder, sanitized, and the one that it is close to.
    #[error("unknown placeholder {{{0}}}: {help}", help = unknown_help(.1.as_deref()))]
    Unknown(String, Option<String>),
    #[error("the program can't be a placeholder: write its name")]
    Program,
    #[error(
        "other users could see a signed URL in the arguments: use shell = true and \"$CFIMG_SIGNED_URL\""
    )]
    SignedUrl,
    #[error("{variable} needs a shell: use {{{name}}}, or shell = true", variable = .0.variable(), name = .0.name())]
    NoShell(Value),
    #[error("with shell = true the values are variables: use \"${variable}\" instead of {{{name}}}", variable = .0.variable(), name = .0.name())]
    PlaceholderInShell(Value),
    /// An unknown variable, and the one that it is close to.
    #[error("unknown variable {0}: did you mean `{1}`?")]
    Variable(String, String),
    #[error(
        "the shell would run what is in the values: use shell = true and variables such as \"$CFIMG_URL\""
    )]
    PastedIntoShell,
}

fn unknown_help(near: Option<&str>) -> String {
    match near {
        Some(near) => format!("did you mean `{{{near}}}`?"),
        None => {
            "use {url}, {id}, {name}, {variant}, {file} or {json}; write a literal brace twice: {{".to_owned()
        }
    }
}
