//! A profile's table in `config.toml`, and which one is in use.

use std::collections::BTreeMap;
use std::ffi::OsString;

use url::Url;

use super::connection::credential_variables;
use crate::domain::secret::add_secret_variable;
use crate::domain::{AccountId, CustomDomain, Lifetime};

/// The variable that names the profile.
pub const PROFILE: &str = "CFIMG_PROFILE";

/// The default profile, unless `config.toml` names another.
pub(super) const DEFAULT_PROFILE: &str = "default";

/// `[profiles.NAME]` of `config.toml`. `None` if a setting is not in it.
#[derive(Debug, Clone, Default)]
pub struct ProfileTable {
    /// The byte of `config.toml` that its name is at.
    pub(super) at: usize,
    pub account: Option<AccountId>,
    /// A shell command that prints the token.
    pub token_command: Option<String>,
    /// The environment variable that contains the token.
    pub token_variable: Option<String>,
    pub base_url: Option<Url>,
    pub domain: Option<CustomDomain>,
    pub variant: Option<String>,
    /// A shell command that prints the signing key.
    pub signing_key_command: Option<String>,
    /// Names of signing keys, newest first.
    pub signing_keys: Vec<String>,
    pub lifetime: Option<Lifetime>,
}

/// The name of the profile in use, if it can be one of `config.toml`. `default` is its setting `profile`.
pub(super) fn name_in_config(
    env: &dyn Fn(&str) -> Option<OsString>,
    option: Option<&str>,
    default: Option<&str>,
) -> Option<String> {
    let uses_variables = || !credential_variables(env).is_empty();
    option
        .map(str::to_owned)
        .or_else(|| variable_name(env))
        .or_else(|| (!uses_variables()).then(|| default.unwrap_or(DEFAULT_PROFILE).to_owned()))
}

pub(super) fn variable_name(env: &dyn Fn(&str) -> Option<OsString>) -> Option<String> {
    env(PROFILE).map(|value| value.to_string_lossy().trim().to_owned()).filter(|name| !name.is_empty())
}

/// Whether a text can be the name of a profile.
pub(super) fn is_name(name: &str) -> bool {
    let is_valid = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=64).contains(&name.len()) && name.chars().all(is_valid)
}

/// Remembers which variables contain tokens, so that no program that cfimg starts gets them.
pub(super) fn hide_token_variables(tables: &BTreeMap<String, ProfileTable>) {
    tables.values().filter_map(|table| table.token_variable.as_deref()).for_each(add_secret_variable);
}
